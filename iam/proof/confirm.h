/*
 * confirm.h - asking the evaluator whether a counterexample is one.
 *
 * A policy is asked by itself: where its type only limits, or needs another policy's consent, all
 * else allows everything.
 */
#pragma once

#include <remit/proof.h>

struct proof_judges;

int remit_proof_judges_new(enum remit_policy_type type, struct proof_judges **out,
                           struct remit_err *err) REMIT_MUST_USE;
void remit_proof_judges_drop(struct proof_judges **judges);
/* Whether the policy allows the request. */
bool remit_proof_allows(const struct proof_judges *judges, const struct remit_policy *policy,
                        struct remit_request *request);
/* Whether some statement of a policy that has only Denies applies to the request. */
bool remit_proof_denies(const struct proof_judges *judges, const struct remit_policy *policy,
                        struct remit_request *request);
