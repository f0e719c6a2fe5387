/*
 * iam_keys.h - what the operations on access keys share.
 *
 * A user's key has a record of its own, by id, and is named in the user's record: creating and
 * deleting write both in one commit, so two are the most under any race.
 */
#pragma once

#include "control/ops/iam.h"

#define IAM_ACCESS_KEY_ID                                                                          \
    {                                                                                              \
        .name = "AccessKeyId", .type = CONTROL_STRING, .required = true, .min = 16, .max = 128,    \
        .pattern = &iam_pattern_word                                                               \
    }

/* The key that AccessKeyId names, which must be the user's. NoSuchEntity. */
int iam_own_key_read(struct control_call *call, const struct iam_principal_record *user,
                     struct iam_access_key *out, struct remit_err *err) REMIT_MUST_USE;
/* AccessKeyMetadata, or with a secret the AccessKey of CreateAccessKey. */
void iam_put_access_key(struct control_call *call, const char *name,
                        const struct iam_access_key *key, struct remit_str secret);
