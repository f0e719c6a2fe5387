/*
 * policy_keys.h - the condition keys that a policy document looks at.
 *
 * A key stands in a Condition block, or in a policy variable ("${aws:username}") of a resource or
 * of a condition's value. Documents of the old version have no variables. The first spelling of a
 * key is kept: keys are compared without regard to case.
 *
 * Ownership: keys are borrowed from the documents, which have been compiled before.
 * Errors:    LIMIT "LimitExceeded" past REMIT_CONTEXT_KEYS_MAX keys.
 * Sources:   supporting-apis.md 7.6; iam-evaluation.md 12, 13.1.
 */
#pragma once

#include <stdbool.h>

#include <remit/err.h>
#include <remit/request.h>

#include "common/base/json.h"

struct policy_keys {
    const struct remit_context *known; /* keys that are not looked for, or NULL */
    struct remit_context found;        /* without values: entries[0] to entries[n_entries - 1] */
};
void policy_keys_drop(struct policy_keys *keys);
#define auto_policy_keys REMIT_AUTO(policy_keys_drop)

/* All keys of a document. */
int policy_keys_of(const struct remit_json *document, struct policy_keys *keys,
                   struct remit_err *err) REMIT_MUST_USE;
/* Those of one statement: of the variables in its resources; of its conditions. */
int policy_keys_of_resource(const struct remit_json *document, size_t statement,
                            struct policy_keys *keys, struct remit_err *err) REMIT_MUST_USE;
int policy_keys_of_condition(const struct remit_json *document, size_t statement,
                             struct policy_keys *keys, struct remit_err *err) REMIT_MUST_USE;

/* Statements of a document: one object, or a list of them. */
size_t policy_n_statements(const struct remit_json *document);
/* Whether one of them has Resource or NotResource: a trust policy has none. */
bool policy_names_resource(const struct remit_json *document);
