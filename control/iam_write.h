/*
 * iam_write.h - changing IAM's records: each function adds to a commit that the caller makes.
 *
 * A put or removal also adds the compare with the record's revision (0: must be absent), so what
 * was decided from a record holds when the commit does. Who writes what: IAM's operations, the
 * bootstrap (the root user's key) and join tokens.
 *
 * Ownership: keys and values lie in the arena until the commit.
 * Errors:    LIMIT "LimitExceeded" when a record would be larger than the store takes; LIMIT of the
 *            arena; from the parsers INTERNAL "StoreCorrupt" with the key in the text.
 */
#pragma once

#include "control/iam_data.h"
#include "control/store/store.h"

int iam_principal_put(struct control_store_txn *txn, const struct iam_principal_record *record,
                      struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
int iam_principal_remove(struct control_store_txn *txn, const struct iam_principal_record *record,
                         struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
int iam_policy_put(struct control_store_txn *txn, const struct iam_policy_record *record,
                   struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
int iam_policy_remove(struct control_store_txn *txn, const struct iam_policy_record *record,
                      struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
int iam_access_key_put(struct control_store_txn *txn, const struct iam_access_key *key,
                       struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
int iam_access_key_remove(struct control_store_txn *txn, const struct iam_access_key *key,
                          struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;

/*
 * How often a managed policy is attached and serves as boundary. Attaching and detaching write it
 * in their commit, and deleting a policy compares it: neither can miss the other.
 */
struct iam_policy_usage {
    struct remit_str arn;
    int64_t attached, boundaries;
    uint64_t revision;
};
/* Zeroes when it was never used. */
int iam_policy_usage_read(struct control_store *store, struct remit_str arn,
                          struct remit_arena *arena, struct iam_policy_usage *out,
                          struct remit_err *err) REMIT_MUST_USE;
int iam_policy_usage_put(struct control_store_txn *txn, const struct iam_policy_usage *usage,
                         struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
int iam_policy_usage_remove(struct control_store_txn *txn, const struct iam_policy_usage *usage,
                            struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;

/* Prefixes for scans, and what reads an entry of theirs. */
struct remit_str iam_roles_prefix(void);
struct remit_str iam_users_prefix(void);
struct remit_str iam_policies_prefix(void);
int iam_principal_parse(const struct control_store_entry *entry, bool is_role,
                        struct remit_arena *arena, struct iam_principal_record *out,
                        struct remit_err *err) REMIT_MUST_USE;
int iam_policy_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                     struct iam_policy_record *out, struct remit_err *err) REMIT_MUST_USE;

/* [{Key, Value}…] of a call's input or of a record, copied to the arena. */
struct iam_tag *iam_tags_of(const struct remit_json *list, struct remit_arena *arena, size_t *n);
/* The record's member "tags", as iam_tags_of() reads it. */
void iam_tags_write(struct remit_jw *w, const struct iam_tag *tags, size_t n);
/* A record's string, copied; empty when it is not there. */
struct remit_str iam_member(const struct remit_json *object, const char *name,
                            struct remit_arena *arena);
struct remit_str iam_last_part(struct remit_str s); /* what is behind the last '/', or all of it */
const char *iam_key_kind_name(enum iam_key_kind kind); /* "root", "user", "join" */

/* The store's keys. Names are in lower case there: unique without regard to case. */
struct remit_str iam_principal_path(bool is_role, struct remit_str name, struct remit_arena *arena);
struct remit_str iam_policy_path(struct remit_str name, struct remit_arena *arena);
