/*
 * sessions.h - role sessions: the one place that turns a stored role into a minted session, so
 * that AssumeRole, task roles and execution roles mean the same when they come back.
 *
 * Sessions of purpose "task" and "execution" are what ECS assumes for a task: the role's trust
 * policy must let ecs-tasks.amazonaws.com do it at the time of minting ("AccessDenied" if not).
 *
 * The token carries the role's unique id (a role deleted and made anew ends its old sessions),
 * source identity and session tags in its `ext` claim.
 *
 * Errors: the keeper's; see control/keeper/client.h.
 */
#pragma once

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/json.h"
#include "control/iam_data.h"
#include "control/keeper/client.h"
#include "control/operation.h"

struct control_session {
    const struct iam_principal_record *role;
    struct remit_str name;         /* RoleSessionName; a task's id */
    const char *purpose;           /* "task", "execution", "assumed" */
    struct remit_str source;       /* the task's ARN, or the caller's */
    struct remit_str policy;       /* session policy, or empty */
    struct remit_str caller_proof; /* "link" or "token", or empty */
    struct remit_str source_identity;
    const struct remit_json *tags;       /* [{Key, Value}…] or NULL */
    const struct remit_json *transitive; /* keys of those that chained sessions inherit, or NULL */
    int64_t duration_s;
};

int control_session_mint(struct control_call *call, const struct control_session *session,
                         struct keeper_minted *out, struct remit_err *err) REMIT_MUST_USE;

/*
 * A container instance's own session ("assumed-role/remit-container-instance/<id>"), for Join and
 * RenewInstance.
 */
int control_session_mint_instance(struct control_call *call, struct remit_str instance_arn,
                                  struct remit_str instance_id, int64_t duration_s,
                                  struct keeper_minted *out, struct remit_err *err) REMIT_MUST_USE;

/*
 * The caller once more, for another purpose ("registry-login"): same subject, role, session
 * policy and task, so that control_caller_of_token() finds the same rights and the same end. The
 * source of a session that a long-term key made is that key's id, and good as long as the key is.
 */
int control_session_mint_caller(struct control_call *call, const char *purpose, int64_t duration_s,
                                struct keeper_minted *out, struct remit_err *err) REMIT_MUST_USE;

/* What the ext claim of a token holds, as it was minted here. */
struct control_session_extra {
    struct remit_str principal_id; /* of the role or user: "AROA…" */
    struct remit_str source_identity;
    const struct remit_json *tags;       /* {key: value} or NULL */
    const struct remit_json *transitive; /* [key…] or NULL */
};
/* *tree holds what *out points to; the caller drops it. */
int control_session_extra_read(struct remit_str extra, struct remit_json **tree,
                               struct control_session_extra *out,
                               struct remit_err *err) REMIT_MUST_USE;

/*
 * Whether sessions of that task are still good: it exists and is to run (desiredStatus RUNNING).
 * Asked for each request that comes with such a session.
 */
int control_session_task_live(struct control_store *store, struct remit_str task_arn,
                              struct remit_arena *arena, bool *live,
                              struct remit_err *err) REMIT_MUST_USE;
