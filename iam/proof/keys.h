/*
 * keys.h - finding the classes of one condition key: keys.c, and key_texts.c for the texts to try.
 */
#pragma once

#include "iam/proof/problem.h"

#define PROOF_CONDITIONS_MAX 46 /* different ones, of one key */
#define PROOF_IDS_MAX        8
#define PROOF_TEXTS_MAX      1024

/* What is being found out about one key. */
struct proof_asking {
    struct proof_problem *p;
    struct remit_str key;
    const struct proof_variable *variable; /* the key stands in a policy variable; or NULL */
    const struct remit_condition *conditions[PROOF_CONDITIONS_MAX];
    bool expands[PROOF_CONDITIONS_MAX]; /* its document has policy variables */
    bool opaque[PROOF_CONDITIONS_MAX];  /* an operand holds a variable that may be anything */
    uint8_t twin[PROOF_CONDITIONS_MAX]; /* of opaque ones: the first that compares the same */
    bool turned[PROOF_CONDITIONS_MAX];  /* and the other way round */
    size_t n_conditions;
    struct remit_str
        ids[PROOF_IDS_MAX]; /* unique ids that callers have, when the key is aws:userid */
    size_t n_ids;
    uint64_t *needs; /* by statement: bits of conditions; all must hold */
    struct proof_examples examples;
    struct remit_context base; /* what variables stand for, without the key */
    struct remit_context with; /* and with it */
    struct proof_class *classes;
    size_t n_classes;
    bool over;
};

/*
 * Fills `examples`: each way in which the conditions can tell values apart has one, as long as one
 * way to read texts is used. Returns a bit for each way (remit_proof_family); `over` when it can't.
 */
unsigned remit_proof_key_examples(struct proof_asking *a);
/* Which of the ways to read a text the condition uses; 0: none. */
unsigned remit_proof_family(const struct remit_condition *c);
