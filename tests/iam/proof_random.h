/*
 * proof_random.h - random policies over a small vocabulary, and requests that are likely to meet
 * them. The same seed gives the same on every machine.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <remit/policy.h>

#include "common/base/arena.h"
#include "common/base/buf.h"

struct proof_random {
    uint64_t state;
    bool narrow; /* few words and many policy variables, so that requests meet what they say */
};
uint32_t proof_random_below(struct proof_random *r, uint32_t n);

/* A document of the type: IDENTITY, RESOURCE or TRUST. */
void proof_random_policy(struct proof_random *r, enum remit_policy_type type,
                         struct remit_buf *out);
/* `document` with one thing changed: an action, a resource, a condition, a statement. */
void proof_random_change(struct proof_random *r, enum remit_policy_type type,
                         struct remit_str document, struct remit_buf *out);
/* Borrows from the arena, and from literals. */
void proof_random_request(struct proof_random *r, enum remit_policy_type type,
                          struct remit_arena *arena, struct remit_context *context,
                          struct remit_request *out);
