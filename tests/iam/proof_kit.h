/*
 * proof_kit.h - proofs about short policies, for the tests of the prover.
 */
#pragma once

#include <stdbool.h>

#include <remit/proof.h>

/* What the new policy allows over the old one; a counterexample is shown to the evaluator again. */
void kit_expect_proof(enum remit_policy_type type, const char *old_document,
                      const char *new_document, enum remit_proof_answer answer, const char *name);
/*
 * Whether the policy by itself allows the request, as the evaluator says: the other layers that
 * the type needs allow everything. Written apart from the prover's own confirmation.
 */
bool kit_allows(struct remit_policy *policy, const struct remit_request *request);
/* "PRINCIPAL ACTION RESOURCE key=value key=[a,b]". Valid until the next call. */
const char *kit_request_words(const struct remit_request *request);
