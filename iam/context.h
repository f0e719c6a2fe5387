/*
 * context.h - looking keys up in a request's context by a hash that was made before.
 *
 * Condition keys and policy variables are hashed when a policy is compiled, so that deciding
 * hashes nothing.
 */
#pragma once

#include <remit/request.h>

/* ASCII letters alone: condition keys are no natural language. */
static inline char remit_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* remit_str_equal(), where a call would cost as much as the answer. */
static inline bool remit_same(struct remit_str a, struct remit_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Of the key in lower case. */
uint32_t remit_context_hash(struct remit_str key);
/* `context` may be NULL. */
const struct remit_context_entry *remit_context_find_hashed(const struct remit_context *context,
                                                            struct remit_str key, uint32_t hash);
/* The value of a single-valued key; false when it is absent or multivalued. */
bool remit_context_single(const struct remit_context *context, struct remit_str key,
                          struct remit_str *value);
