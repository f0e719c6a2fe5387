/*
 * proof_internal.h - the one question behind those of proof.h.
 */
#pragma once

#include <remit/proof.h>

#include "common/base/arena.h"

/*
 * Is there a request that `new_policy` allows, that `old_policy` (when given) does not, that a
 * statement of `asked` (when given) applies to, and none of `left_out`? Both of these have Denies
 * only, and no principals.
 */
struct proof_question {
    const struct remit_policy *new_policy;
    const struct remit_policy *old_policy;
    const struct remit_policy *asked;
    const struct remit_policy *left_out;
    bool strangers_only; /* callers that the policy does not name, nor their account */
    const char *what;    /* "New access" */
    const char *pass;
    const char *fail;
};

int remit_proof_answer(const struct proof_question *question,
                       const struct remit_proof_options *options, struct remit_proof **out,
                       struct remit_err *err) REMIT_MUST_USE;

/* ---- policies put together here (document.c): Denies, without principals ---- */

struct proof_document {
    struct remit_arena arena;
    char *text;
    size_t len;
    size_t cap;
};
#define REMIT_PROOF_DOCUMENT(limit)                                                                \
    {                                                                                              \
        .arena = REMIT_ARENA(limit)                                                                \
    }
void remit_proof_document_drop(struct proof_document *d);
void remit_proof_document_raw(struct proof_document *d, const char *json);
void remit_proof_document_text(struct proof_document *d, struct remit_str text); /* a string */
/* As an identity-based policy. */
int remit_proof_document_compile(struct proof_document *d, struct remit_policy **out,
                                 struct remit_err *err) REMIT_MUST_USE;
