/*
 * confirm.h - asking the evaluator whether a counterexample is one, and whether a nicer one is.
 *
 * A policy is asked by itself: where its type only limits, or needs another policy's consent, all
 * else allows everything.
 */
#pragma once

#include <remit/proof.h>

#include "common/base/arena.h"

struct proof_judges;
struct remit_statement;

int remit_proof_judges_new(enum remit_policy_type type, struct proof_judges **out,
                           struct remit_err *err) REMIT_MUST_USE;
void remit_proof_judges_drop(struct proof_judges **judges);
/* Whether the policy allows the request. */
bool remit_proof_allows(struct proof_judges *judges, const struct remit_policy *policy,
                        struct remit_request *request);
/* Whether some statement of a policy that has only Denies applies to the request. */
bool remit_proof_denies(struct proof_judges *judges, const struct remit_policy *policy,
                        struct remit_request *request);

/*
 * readable.c: words in the place of the letters that a search comes up with, as long as the request
 * stays a counterexample. `statement` grants it; texts go to the arena.
 */
typedef bool remit_proof_confirm_fn(void *self, struct remit_request *request);
void remit_proof_readable(struct remit_arena *arena, const struct remit_statement *statement,
                          struct remit_request *request, remit_proof_confirm_fn *confirm,
                          void *self);
