/*
 * secret_ref.h - a `valueFrom` taken apart: where a secret's value is kept.
 *
 *   parameter name, or arn:P:ssm:R:A:parameter/NAME              Parameter Store
 *   arn:P:secretsmanager:R:A:secret:NAME-XXXXXX                  Secrets Manager, whole
 *   arn:P:secretsmanager:R:A:secret:NAME-XXXXXX:KEY:STAGE:ID     a member of it, or a version;
 *                                                                each of the three may be empty
 *
 * Ownership: the parts point into the text given.
 * Errors:    INVALID "InvalidSecretReference" with the text.
 * Sources:   task-endpoints.md 8.3.
 */
#pragma once

#include <remit/err.h>
#include <remit/str.h>

enum agent_secret_source { AGENT_SECRET_SSM = 1, AGENT_SECRET_MANAGER };

struct agent_secret_ref {
    enum agent_secret_source source;
    struct remit_str id; /* what the service is asked for: a name or an ARN */
    struct remit_str json_key;
    struct remit_str version_stage;
    struct remit_str version_id;
};

int agent_secret_ref_parse(struct remit_str text, struct agent_secret_ref *out,
                           struct remit_err *err) REMIT_MUST_USE;
