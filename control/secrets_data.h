/*
 * secrets_data.h - secrets as the store holds them: one record that names the versions and their
 * stages, and each version's value, sealed, under a key of its own.
 *
 * A secret that was deleted with a recovery window is there until its deletion date; after that it
 * reads as absent, and its record goes when the name is used again.
 *
 * Ownership: everything read is copied to the arena.
 * Errors:    NOT_FOUND "ResourceNotFoundException" with AWS's sentence; INTERNAL "StoreCorrupt".
 * Sources:   supporting-apis.md 9.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>

#include "control/iam_write.h"
#include "control/operation.h"
#include "control/store/store.h"

#define SECRETS_VERSIONS_KEPT 80 /* so that one commit can remove them all */
#define SECRETS_STAGES_MOST   20
#define SECRETS_SUFFIX        7 /* "-AbC123" */

struct secrets_version {
    struct remit_str id; /* the ClientRequestToken */
    int64_t slot;        /* where its value is */
    bool binary;
    double created_at;
    struct remit_str stages[SECRETS_STAGES_MOST];
    size_t n_stages;
};

struct secrets_secret {
    struct remit_str name, arn, description;
    double created_at, changed_at;
    double delete_at; /* 0: not marked for deletion */
    struct iam_tag *tags;
    size_t n_tags;
    int64_t next_slot;
    struct secrets_version versions[SECRETS_VERSIONS_KEPT + 1];
    size_t n_versions; /* oldest first */
    uint64_t revision;
};

/* By name, whatever its state; absent: *out has revision 0. */
int secrets_read_name(struct control_call *call, struct remit_str name, struct secrets_secret *out,
                      struct remit_err *err) REMIT_MUST_USE;
/* By what a call says: name, ARN, or ARN without the suffix. Absent as above. */
int secrets_read(struct control_call *call, struct remit_str secret_id, struct secrets_secret *out,
                 struct remit_err *err) REMIT_MUST_USE;
/* Whether it is past its deletion date, or not there at all. */
bool secrets_is_gone(const struct control_call *call, const struct secrets_secret *secret);

int secrets_put(struct control_store_txn *txn, const struct secrets_secret *secret,
                struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
/* The record and all values. */
int secrets_remove(struct control_store_txn *txn, const struct secrets_secret *secret,
                   struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;

/* A version's value: sealed into the commit, and opened again. */
int secrets_value_put(struct control_call *call, const struct secrets_secret *secret,
                      const struct secrets_version *version, struct remit_str plain,
                      struct control_store_txn *txn, struct remit_err *err) REMIT_MUST_USE;
int secrets_value_open(struct control_call *call, const struct secrets_secret *secret,
                       const struct secrets_version *version, struct remit_secret *out,
                       struct remit_err *err) REMIT_MUST_USE;
int secrets_value_remove(struct control_store_txn *txn, const struct secrets_secret *secret,
                         const struct secrets_version *version, struct remit_arena *arena,
                         struct remit_err *err) REMIT_MUST_USE;
