/*
 * secretsmanager.h - what the operations on secrets share: who is meant, versions and stages,
 * values in and out.
 *
 * Sources: supporting-apis.md 9.
 */
#pragma once

#include "control/ops/retry.h"
#include "control/secrets_data.h"

#define SECRETS_RACE "InvalidRequestException"

#define SECRETS_ID                                                                                 \
    {                                                                                              \
        .name = "SecretId", .type = CONTROL_STRING, .required = true, .min = 1, .max = 2048        \
    }
#define SECRETS_TOKEN                                                                              \
    {                                                                                              \
        .name = "ClientRequestToken", .type = CONTROL_STRING, .min = 32, .max = 64                 \
    }
#define SECRETS_VALUE_FIELDS                                                                       \
    { .name = "SecretString", .type = CONTROL_STRING, .min = 1, .max = 65536, .secret = true },    \
    {                                                                                              \
        .name = "SecretBinary", .type = CONTROL_BLOB, .min = 1, .max = 65536, .secret = true       \
    }

/* The ARN of the secret that SecretId names, with its tags; one that is not there gets the ARN that
 * it would have, "-??????" for the part nobody knows yet. */
int secrets_id_resource(struct control_call *call, struct remit_err *err);
int secrets_id_context(struct control_call *call, struct remit_err *err);
struct remit_str secrets_arn_to_be(struct control_call *call, struct remit_str name);

/* The secret that SecretId names. ResourceNotFoundException. */
int secrets_find(struct control_call *call, struct secrets_secret *out,
                 struct remit_err *err) REMIT_MUST_USE;
/* The same, and InvalidRequestException when it is marked for deletion. */
int secrets_find_live(struct control_call *call, struct secrets_secret *out,
                      struct remit_err *err) REMIT_MUST_USE;

/* ---- values ---- */

/* SecretString or SecretBinary of the input; not both, and `required` says whether one. The bytes
 * of a binary one are decoded into *decoded, which the value borrows from. */
struct secrets_value {
    bool given, binary;
    struct remit_str bytes;
};
int secrets_value_of(struct control_call *call, bool required, struct remit_buf *decoded,
                     struct secrets_value *out, struct remit_err *err) REMIT_MUST_USE;
/* The ClientRequestToken, or a new UUID. */
struct remit_str secrets_version_id(struct control_call *call);
/* 1 when the secret has that version with that value, 0 when it has no such version; a version of
 * that id with another value is a ResourceExistsException. */
int secrets_has_same(struct control_call *call, const struct secrets_secret *secret,
                     struct remit_str id, const struct secrets_value *value,
                     struct remit_err *err) REMIT_MUST_USE;

/* ---- versions ---- */

struct secrets_version *secrets_by_id(struct secrets_secret *secret, struct remit_str id);
struct secrets_version *secrets_by_stage(struct secrets_secret *secret, struct remit_str stage);
/*
 * A new version with the value, and the stages moved to it: who loses AWSCURRENT gets AWSPREVIOUS.
 * The oldest version without a stage makes room.
 */
int secrets_add_version(struct control_call *call, struct secrets_secret *secret,
                        struct remit_str id, const struct secrets_value *value,
                        const struct remit_str *stages, size_t n_stages,
                        struct control_store_txn *txn, struct remit_err *err) REMIT_MUST_USE;

void secrets_put_stages(struct control_call *call, const char *name,
                        const struct secrets_version *version);

extern const struct control_operation control_create_secret, control_get_secret_value,
    control_put_secret_value, control_describe_secret, control_delete_secret;
