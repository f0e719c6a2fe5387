/*
 * policy_kit.h - policies and requests from short texts, for the tests of the policy engine.
 *
 * A context is written "key=value|key=[a,b]|…": a list in brackets is a multivalued key, "k=" the
 * empty value, "k=[]" the empty set, "" or "-" no key at all. A failure ends the test.
 */
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

#include <remit/policy.h>

#include "common/base/arena.h"

/* Rows as Criterion wants them: the parameter is an index, the rows stay in their file. */
#define KIT_ROWS(suite, rows)                                                                      \
    ParameterizedTestParameters(suite, rows)                                                       \
    {                                                                                              \
        static size_t index[REMIT_COUNT(rows)];                                                    \
                                                                                                   \
        for (size_t i = 0; i < REMIT_COUNT(rows); i++)                                             \
            index[i] = i;                                                                          \
        return cr_make_param_array(size_t, index, REMIT_COUNT(rows));                              \
    }                                                                                              \
    ParameterizedTest(size_t *i, suite, rows)

/* Both texts are shown when they differ. */
#define kit_expect_text(is, wanted)                                                                \
    do {                                                                                           \
        const char *is_ = (is);                                                                    \
        const char *wanted_ = (wanted);                                                            \
                                                                                                   \
        cr_expect(strcmp(is_, wanted_) == 0, "%s\nwanted: %s", is_, wanted_);                      \
    } while (0)

struct remit_policy *kit_policy(enum remit_policy_type type, const char *document);
/* One policy as a set, named "p". */
struct remit_policy_set *kit_set(enum remit_policy_type type, const char *document);
/* The arena keeps what the context borrows. */
void kit_context(struct remit_arena *arena, const char *text, struct remit_context *out);

/* Who asks for what: NULL is the default of each. */
struct kit_request {
    const char *principal; /* arn:aws:iam::111122223333:user/alice */
    const char *issuer;
    const char *action;   /* s3:GetObject */
    const char *resource; /* arn:aws:s3:::b/x, owned by 111122223333 */
    const char *owner;
    const char *context;
    enum remit_mandatory mandatory;
};

/* JSON documents, a layer each; NULL: the layer is not there. */
struct kit_policies {
    const char *identity;
    const char *boundary;
    const char *session;
    const char *resource;
    const char *trust; /* goes where `resource` does */
    const char *endpoint;
    const char *scps[4]; /* a level each */
    const char *rcps[4];
    const char *more[REMIT_LAYER_COUNT]; /* a second document for a layer; of all levels */
};

bool kit_same_verdict(const struct remit_verdict *a, const struct remit_verdict *b);
/* Decides twice, with a trace and without, and checks that both say the same. */
enum remit_decision kit_decide(const struct kit_policies *policies,
                               const struct kit_request *request, struct remit_verdict *verdict);
/* AWS's sentence for the same. Valid until the next call. */
const char *kit_message(const struct kit_policies *policies, const struct kit_request *request);
/* The text for the operator, likewise. */
const char *kit_explain(const struct kit_policies *policies, const struct kit_request *request);
