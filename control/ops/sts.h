/*
 * sts.h - the operations of STS.
 *
 * Sources: supporting-apis.md 6; iam-evaluation.md 16.
 */
#pragma once

#include "control/operation.h"

#define STS_POLICY_ARNS_MOST 10
#define STS_TAGS_MOST        50
#define STS_CHAINED_MOST_S   3600 /* of a session that a role session made */

/*
 * Policy and PolicyArns of the input as one document without white space; empty when there is
 * neither. MalformedPolicyDocument, InvalidParameterValue.
 */
int sts_session_policy(struct control_call *call, struct remit_str *out,
                       struct remit_err *err) REMIT_MUST_USE;

/*
 * The session's tags: those of the input and the caller's transitive ones, which nobody can set
 * again.
 */
struct sts_tags {
    struct remit_json *tree;             /* {"tags": [{Key, Value}…], "transitive": [key…]} */
    const struct remit_json *tags;       /* NULL when there is none */
    const struct remit_json *transitive; /* NULL when there is none */
};
int sts_tags_make(struct control_call *call, struct sts_tags *out,
                  struct remit_err *err) REMIT_MUST_USE;
void sts_tags_drop(struct sts_tags *tags);
#define auto_sts_tags REMIT_AUTO(sts_tags_drop)

extern const struct control_operation control_assume_role, control_get_caller_identity;
