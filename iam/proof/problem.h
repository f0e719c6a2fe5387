/*
 * problem.h - one question, taken apart: is there a request that a statement of the new policy
 * allows, that nothing bars, and that the old policy does not allow?
 *
 * A request is a point in a space of dimensions: the action, the resource, the caller, each
 * condition key. A statement applies where each of its parts does, and a part looks at one
 * dimension. Action and resource are searched as automata; for callers and keys there is a list of
 * classes, one for each way in which the statements can tell values apart, each with an example.
 *
 * What ties two dimensions together, policy variables, is cut first: bindings (automaton.h) fix
 * what each variable stands for, and the problem is set up anew for each of them.
 */
#pragma once

#include <stdint.h>

#include <remit/proof.h>

#include "iam/proof/automaton.h"

#define PROOF_STATEMENTS_MAX 1024
#define PROOF_WORDS_MAX      (PROOF_STATEMENTS_MAX / 64)
#define PROOF_AXES_MAX       62
#define PROOF_CLASSES_MAX    2048 /* of one axis */

enum proof_duty {
    PROOF_GRANTS = 0, /* Allow of the new policy */
    PROOF_BARS,       /* its Deny, and what requests are left out */
    PROOF_GRANTED,    /* Allow of the old policy */
    PROOF_BARRED,     /* Deny of the old policy; what is asked about */
};

enum proof_part_kind { PROOF_PART_NEVER = 0, PROOF_PART_ALWAYS, PROOF_PART_LISTED };

/* The action or resource part of a statement. */
struct proof_part {
    enum proof_part_kind kind;
    bool negated; /* matches when none of them does */
    bool star;    /* resources: matches an action without a resource */
    const uint32_t *patterns;
    uint32_t n;
};

struct proof_statement {
    const struct remit_statement *from;
    enum proof_duty duty;
    struct proof_part action;
    struct proof_part resource;
    /* It speaks of one caller alone, of those made for it (callers.c): index + 1. */
    uint32_t only_caller;
    bool asks_userid; /* whether aws:userid is one value that belongs to the unique id */
    bool not_userid;
    struct remit_str userid;
};

/* A caller, as the request will have it. */
struct proof_caller {
    struct remit_str principal;
    enum remit_principal_kind kind;
    struct remit_str issuer;
    struct remit_str canonical_user;
    struct remit_str userid; /* unique id that aws:userid has to belong to */
    bool assuming;           /* asks for an action that assumes roles */
    bool stranger;           /* the policies do not name it, nor its account */
};

enum proof_presence { PROOF_ABSENT = 1, PROOF_SINGLE = 2, PROOF_MULTI = 4 };

/* Values of a dimension between which no statement can tell, by an example. */
struct proof_class {
    const uint64_t *holds; /* a bit for each statement whose part here matches */
    bool guessed;          /* perhaps no value is in it */
    uint32_t caller;
    enum proof_presence presence;
    const struct remit_str *values;
    size_t n_values;
};

/* A dimension with a list of classes: the callers, or a condition key. */
struct proof_axis {
    struct remit_str key; /* empty: the callers */
    const struct proof_class *classes;
    size_t n_classes;
};

/* What a policy variable may be taken for, and where that leaves its key. */
struct proof_slice {
    enum proof_binding_kind kind;
    struct remit_str text;
    unsigned presence; /* bits of proof_presence */
};
struct proof_variable {
    struct remit_str key;
    struct proof_slice *slices;
    size_t n_slices;
    size_t now;                       /* the slice that holds */
    const struct remit_str *literals; /* values that have a slice each */
    size_t n_literals;
};

struct proof_problem {
    struct remit_arena *arena;
    uint64_t work;
    const char *why; /* what stood in the way, a literal */
    struct remit_policy_options options;
    enum remit_policy_type type;
    struct proof_statement *statements;
    size_t n_statements;
    size_t words; /* of a set of statements */
    bool has_callers;
    bool strangers_only;
    bool required; /* asked about: nothing but what matches one of the PROOF_BARRED */
    struct proof_caller *callers;
    size_t n_callers;
    struct remit_policy **own; /* policies made here */
    size_t n_own;

    struct proof_variable *variables;
    size_t n_variables;
    bool lenient; /* variables may be opaque, and classes guessed: for proofs that there is none */
    bool inexact; /* some class was guessed or left out */

    /* Made anew for each choice of slices. */
    struct proof_bindings bindings;
    struct proof_automaton actions;
    struct proof_automaton resources;
    uint32_t any_action;
    uint32_t any_arn;
    struct proof_axis axes[PROOF_AXES_MAX];
    size_t n_axes;
};

/* A request, found. */
struct proof_point {
    struct proof_word action;
    struct proof_word resource;
    bool star; /* without a resource */
    const struct proof_class *classes[PROOF_AXES_MAX];
};

static inline bool remit_proof_has(const uint64_t *set, size_t i)
{
    return set[i / 64] >> i % 64 & 1;
}

static inline void remit_proof_put(uint64_t *set, size_t i)
{
    set[i / 64] |= 1ull << i % 64;
}

/* False when the limit on work is reached. */
static inline bool remit_proof_pay(struct proof_problem *p, uint64_t steps)
{
    bool enough = p->work >= steps;

    p->work = enough ? p->work - steps : 0;
    return enough;
}

/* Bits of a mask. */
static inline int remit_proof_count(uint64_t mask)
{
    int n = 0;

    for (; mask != 0; mask &= mask - 1)
        n++;
    return n;
}

/* problem.c */
int remit_proof_take_policy(struct proof_problem *p, const struct remit_policy *policy,
                            enum proof_duty allow, enum proof_duty deny, struct remit_err *err);
/* Compiles a policy of the problem's type and keeps it. */
int remit_proof_own_policy(struct proof_problem *p, enum remit_policy_type type,
                           struct remit_str document, struct remit_policy **out,
                           struct remit_err *err);
void remit_proof_drop_problem(struct proof_problem *p);
/* Patterns, parts and axes under the slices that hold now. */
enum proof_found remit_proof_set_up(struct proof_problem *p);
void remit_proof_tear_down(struct proof_problem *p);

/* callers.c */
int remit_proof_find_callers(struct proof_problem *p, struct remit_err *err);
bool remit_proof_caller_axis(struct proof_problem *p, struct proof_axis *out);
void remit_proof_caller_request(const struct proof_caller *caller, struct remit_request *out);

/* cardinality.c: whether the key is known to hold one value, never a list. */
bool remit_proof_is_single(struct remit_str key);

/* variables.c */
bool remit_proof_find_variables(struct proof_problem *p);
/* The first, the next choice of slices; false: there is no more. */
bool remit_proof_first_slices(struct proof_problem *p);
bool remit_proof_next_slices(struct proof_problem *p);

/* keys.c, examples.c */
bool remit_proof_key_axes(struct proof_problem *p);
struct proof_examples {
    struct remit_arena *arena;
    struct remit_str *texts;
    size_t n;
    size_t cap;
    int64_t top; /* of the digits of all numbers, as powers of ten */
    int64_t bottom;
    bool over; /* they lie too far apart */
};
void remit_proof_example(struct proof_examples *e, struct remit_str text);
/* First for all conditions of a key; then, for each: */
void remit_proof_examples_see(struct proof_examples *e, const struct remit_condition *c);
/* Texts around the operands of the condition: each way to stand to them has one at least. */
void remit_proof_examples_of(struct proof_examples *e, const struct remit_condition *c);

/*
 * One way to be within the action part (or resource part) of the statements that have to apply: of
 * each of them one pattern, and what else texts are held to. For each other statement, whether its
 * part takes all such texts, or none of them; or some, and then a search tells.
 */
struct proof_profile {
    const struct proof_search_row *rows;
    size_t n_rows;
    uint32_t n_groups;
    bool single; /* `word` is the only text */
    bool star;   /* no resource */
    struct proof_word word;
    const uint64_t *covered;
    const uint64_t *apart;
    bool partial; /* some statement is neither */
};
struct proof_profiles {
    struct proof_profile *rows;
    size_t n;
};

/* profile.c: the ways for the required statements; `bars` are those to be avoided. */
bool remit_proof_profiles(struct proof_problem *p, bool resource, const size_t *required,
                          size_t n_required, const uint64_t *bars, struct proof_profiles *out);
/* A text of the profile for which none of the statements in `avoid` applies. */
enum proof_found remit_proof_profile_search(struct proof_problem *p, bool resource,
                                            const struct proof_profile *profile,
                                            const uint64_t *avoid, struct proof_word *out);
bool remit_proof_part_matches(struct proof_problem *p, bool resource,
                              const struct proof_statement *s, const struct proof_profile *profile,
                              struct proof_word word);

/* solve.c: a request that statement `target` allows. */
enum proof_found remit_proof_solve(struct proof_problem *p, size_t target, struct proof_point *out);

/* request.c: the request of a point; whether the evaluator says the same. */
struct remit_request *remit_proof_request(struct proof_problem *p, struct remit_arena *arena,
                                          const struct proof_point *point);
