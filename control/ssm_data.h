/*
 * ssm_data.h - parameters as the store holds them.
 *
 * A parameter is a head record and one record for each version that is kept; a SecureString's value
 * is in the store only as the keeper's ciphertext. A name may be longer than a store key can be:
 * such a key ends in the name's hash, and its record has the name whole.
 *
 * Ownership: everything read is copied to the arena.
 * Errors:    NOT_FOUND "ParameterNotFound", "ParameterVersionNotFound"; INTERNAL "StoreCorrupt".
 * Sources:   supporting-apis.md 10.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

#include "control/iam_write.h"
#include "control/operation.h"
#include "control/store/store.h"

#define SSM_VERSIONS_KEPT 100
#define SSM_NAME_MAX      1011
#define SSM_LEVELS_MAX    15

struct ssm_parameter { /* the head */
    struct remit_str name;
    struct remit_str type; /* String, StringList, SecureString */
    struct remit_str tier; /* Standard, Advanced */
    struct remit_str description;
    struct iam_tag *tags;
    size_t n_tags;
    int64_t version, oldest; /* versions kept are oldest … version */
    double changed_at;
    struct remit_str changed_by;
    uint64_t revision;
};

struct ssm_version {
    int64_t number;
    struct remit_str value; /* plain, or sealed */
    bool sealed;
    double at;
};

/* By name; an ARN has been taken apart before. */
int ssm_parameter_read(struct control_store *store, struct remit_str name,
                       struct remit_arena *arena, struct ssm_parameter *out,
                       struct remit_err *err) REMIT_MUST_USE;
int ssm_version_read(struct control_store *store, const struct ssm_parameter *parameter,
                     int64_t number, struct remit_arena *arena, struct ssm_version *out,
                     struct remit_err *err) REMIT_MUST_USE;
int ssm_parameter_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                        struct ssm_parameter *out, struct remit_err *err) REMIT_MUST_USE;

/* Into a commit, with the compare of the head's revision. */
int ssm_parameter_put(struct control_store_txn *txn, const struct ssm_parameter *parameter,
                      struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
int ssm_parameter_remove(struct control_store_txn *txn, const struct ssm_parameter *parameter,
                         struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
int ssm_version_put(struct control_store_txn *txn, const struct ssm_parameter *parameter,
                    const struct ssm_version *version, struct remit_arena *arena,
                    struct remit_err *err) REMIT_MUST_USE;
int ssm_version_remove(struct control_store_txn *txn, const struct ssm_parameter *parameter,
                       int64_t number, struct remit_arena *arena,
                       struct remit_err *err) REMIT_MUST_USE;

/* Prefix of the keys of all parameters whose names start so (and of some others: compare). */
struct remit_str ssm_prefix(struct remit_str name_start, struct remit_arena *arena);
