/*
 * iam_data.h - principals, roles and policies as the store holds them.
 *
 * Records are JSON, versioned ("v": 1), one per role, user, managed policy and access key; a
 * role's inline policies, attachments, tags and trust policy stand in its record, so one
 * compare-and-swap changes any of them. Names are unique without regard to case; reading compares
 * with case.
 *
 * Ownership: everything read is copied to the arena.
 * Errors:    NOT_FOUND "NoSuchEntity" with IAM's sentence; INTERNAL for a record that can't be
 *            read (authorization then denies: a policy that can't be loaded is never skipped).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/arena.h"
#include "common/base/json.h"

struct control_store;

struct iam_policy_text {
    struct remit_str name;     /* inline: its name; managed: its ARN */
    struct remit_str document; /* JSON text, byte for byte as given */
    bool managed;
};

struct iam_principal_record { /* a role or a user */
    bool is_role;
    struct remit_str name, path, id, arn, description;
    int64_t created_at;
    int64_t max_session_s;     /* roles */
    struct remit_str trust;    /* roles: AssumeRolePolicyDocument */
    struct remit_str boundary; /* ARN of a managed policy, or empty */
    struct iam_policy_text *inline_policies;
    size_t n_inline;
    struct remit_str *attached; /* ARNs of managed policies */
    size_t n_attached;
    struct iam_tag {
        struct remit_str key, value;
    } * tags;
    size_t n_tags;
    struct remit_str *access_keys; /* users: ids, so that their number is bounded by one CAS */
    size_t n_access_keys;
    struct iam_trusted { /* roles: who the trust policy names, as they were when it was saved */
        struct remit_str arn, id;
    } * trusted;
    size_t n_trusted;
    uint64_t revision; /* the store's, for compare-and-swap; 0: not stored yet */
};

int iam_role_read(struct control_store *store, struct remit_str name, struct remit_arena *arena,
                  struct iam_principal_record *out, struct remit_err *err) REMIT_MUST_USE;
int iam_user_read(struct control_store *store, struct remit_str name, struct remit_arena *arena,
                  struct iam_principal_record *out, struct remit_err *err) REMIT_MUST_USE;
/* By "arn:aws:iam::<account>:role/<path><name>"; the whole ARN must be the role's own. */
int iam_role_read_arn(struct control_store *store, struct remit_str arn, struct remit_arena *arena,
                      struct iam_principal_record *out, struct remit_err *err) REMIT_MUST_USE;
/* The default version's document of a managed policy, ours or AWS's own (policies/). */
int iam_managed_document(struct control_store *store, struct remit_str arn,
                         struct remit_arena *arena, struct remit_str *out,
                         struct remit_err *err) REMIT_MUST_USE;
/* The name behind the last '/' of a role ARN; empty when it is no role ARN. */
struct remit_str iam_role_name_of(struct remit_str role_arn);

struct iam_policy_record { /* a managed policy */
    bool aws;              /* AWS's own style, from policies/: never in the store */
    struct remit_str name, path, id, arn, description;
    int64_t created_at, updated_at;
    struct remit_str default_version; /* "v1" */
    uint64_t next_version;            /* version ids are never used again */
    struct iam_policy_version {
        struct remit_str id, document;
        int64_t created_at;
    } * versions;
    size_t n_versions;
    struct iam_tag *tags;
    size_t n_tags;
    uint64_t revision;
};
/* By ARN, which must be the policy's own. */
int iam_policy_read(struct control_store *store, struct remit_str arn, struct remit_arena *arena,
                    struct iam_policy_record *out, struct remit_err *err) REMIT_MUST_USE;
/* The version of that id, or NULL. */
const struct iam_policy_version *iam_policy_version_of(const struct iam_policy_record *policy,
                                                       struct remit_str id);
/* The i-th of policies/, in order of its place there; false past the end. */
bool iam_policy_aws_at(size_t i, struct remit_str partition, struct remit_arena *arena,
                       struct iam_policy_record *out);

enum iam_key_kind { IAM_KEY_ROOT = 1, IAM_KEY_USER, IAM_KEY_JOIN };

struct iam_access_key {
    enum iam_key_kind kind;
    struct remit_str id;
    struct remit_str user;       /* USER: name */
    struct remit_str ciphertext; /* what the keeper gave, its base64 text */
    bool active;
    int64_t created_at;
    int64_t expires_at;       /* JOIN */
    struct remit_str cluster; /* JOIN */
    uint64_t revision;
};

/* NOT_FOUND "NoSuchEntity". */
int iam_access_key_read(struct control_store *store, struct remit_str id, struct remit_arena *arena,
                        struct iam_access_key *out, struct remit_err *err) REMIT_MUST_USE;
/*
 * Join consumes its token with this: deletes the key record if it is still at key->revision.
 * CONFLICT when somebody else was first (or use iam_access_key_path() in a larger commit).
 */
int iam_join_token_consume(struct control_store *store, const struct iam_access_key *key,
                           struct remit_err *err) REMIT_MUST_USE;
/* The store's key of an access key's record, for compares inside a larger commit. */
struct remit_str iam_access_key_path(struct remit_str id, struct remit_arena *arena);
/* A new key's record (key->revision 0), or an old one's at its revision. CONFLICT when that is not
 * what is there. A user's key is also named in the user's record: see control/iam_write.h. */
int iam_access_key_write(struct control_store *store, const struct iam_access_key *key,
                         struct remit_err *err) REMIT_MUST_USE;
