/*
 * policies.h - stored policy documents as compiled sets.
 *
 * A set is cached under the SHA-256 of what it is made of: layer, names and documents, byte for
 * byte. Documents are read from the store for each decision, so a change counts at once and a
 * cached set can't be stale; what the cache saves is compiling. At most CONTROL_POLICY_CACHE_MAX
 * sets; the one used longest ago makes room.
 *
 * A document that can't be had or read becomes an entry without a policy, and such a layer denies.
 * Sets with one are not cached.
 *
 * Threads:   any number.
 * Ownership: the caller drops the set it gets.
 */
#pragma once

#include <stddef.h>

#include <remit/err.h>
#include <remit/policy.h>
#include <remit/str.h>

struct control_policies;

int control_policies_new(size_t max_sets, struct control_policies **out,
                         struct remit_err *err) REMIT_MUST_USE;
void control_policies_drop(struct control_policies **policies);

struct control_document {
    struct remit_str name; /* for traces and messages: an ARN, or an inline policy's name */
    struct remit_str text; /* ptr NULL: could not be had */
};

/* `policies` may be NULL: compiles without a cache. */
int control_policies_set(struct control_policies *policies, enum remit_policy_type type,
                         const struct control_document *documents, size_t n,
                         struct remit_policy_set **out, struct remit_err *err) REMIT_MUST_USE;
