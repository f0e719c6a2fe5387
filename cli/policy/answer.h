/*
 * answer.h - a case decided, and the decision as JSON.
 *
 *   {"id": …, "decision": "Allowed", "layer": "identityPolicies", "matched": [{"layer":
 *    "identityPolicies", "policy": 0, "statement": 1, "sid": "Run", "effect": "Allow", "pointer":
 *    "/Statement/1", "line": 1, "column": 87}]}
 *
 * Ownership: the bench of an answerer is its cache; what a case needs lives until the next one.
 * Errors:    those of the documents, with the layer's member and the JSON pointer in front;
 *            INTERNAL "Disagreement" when the engine's two ways to decide differ.
 */
#pragma once

#include "cli/policy/case.h"
#include "cli/policy/documents.h"
#include "cli/policy/layers.h"

#define CLI_LEVELS_MOST                                                                            \
    16 /* of service or resource control policies; an organization has seven                       \
        */

/* The sets of one case, and the bundle that points to them. */
struct cli_bundle {
    struct remit_bundle bundle;
    struct cli_layer *layers[REMIT_LAYER_COUNT];
    struct cli_layer *levels[2][CLI_LEVELS_MOST]; /* SCP, RCP */
    const struct remit_policy_set *sets[2][CLI_LEVELS_MOST];
};

int cli_bundle_load(struct cli_layers *cache, const struct cli_case *one, struct cli_bundle *out,
                    struct remit_err *err) REMIT_MUST_USE;
void cli_bundle_drop(struct cli_bundle *bundle);
#define auto_cli_bundle REMIT_AUTO(cli_bundle_drop)

/* A statement that applies and has the decision's effect. */
typedef void cli_matched_fn(void *self, const struct remit_trace *step, size_t line, size_t column);

/*
 * Decides, and tells of each matched statement in the order: identity, boundary, session, resource,
 * endpoint, SCP, RCP. Lines are counted from `first_line`, which is that of the case's first byte.
 */
int cli_decide(struct cli_bundle *bundle, const struct cli_case *one, size_t first_line,
               cli_matched_fn *matched, void *self, struct remit_verdict *verdict,
               struct remit_err *err) REMIT_MUST_USE;
/* "FILE:LINE:COLUMN" of a step, for remit_explain_at(). */
struct cli_case_place {
    struct cli_bundle *bundle;
    const struct cli_case *one;
    const char *file;
};
size_t cli_case_place(void *self, const struct remit_trace *step, char *out, size_t size);

/* cli_decide(), written as the answer's object. */
int cli_answer(struct cli_bundle *bundle, const struct cli_case *one, size_t first_line,
               struct remit_buf *out, struct remit_err *err) REMIT_MUST_USE;
