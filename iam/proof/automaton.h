/*
 * automaton.h - the patterns of one dimension as one automaton, and searches in it.
 *
 * A pattern is a row of tokens; where one may stand in it is a position. All patterns of a
 * dimension share one array of positions, so that a state of their product is a sorted list of
 * positions: patterns that can't match any more are not in it. States are made as they are needed.
 * The alphabet of a state is what its tokens name, and one character that none of them names:
 * all others go the same way.
 *
 * Characters are code points. What a policy variable stands for is one symbol past them
 * (PROOF_VARIABLE + its number), of which only this is known: the same variable matches it, and so
 * does '*'.
 *
 * Sources: reference iam-evaluation.md sections 8, 9.2, 12, 13.4, 13.8.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "iam/policy/policy_internal.h"

#define PROOF_VARIABLE   0x200000u /* symbols from here on are variables */
#define PROOF_GROUPS_MAX 48        /* in one search */

enum proof_token_kind {
    PROOF_END = 0,
    PROOF_CHAR,     /* this character */
    PROOF_LOWER,    /* a character whose lower case this is */
    PROOF_ONE,      /* '?' */
    PROOF_RUN,      /* '*' */
    PROOF_PART_ONE, /* the same within a part of an ARN: no colon */
    PROOF_PART_RUN,
    PROOF_SYMBOL, /* what variable `value` stands for */
};

struct proof_token {
    uint32_t kind;
    uint32_t value;
};

/* What a policy variable is taken for while a question is answered. */
enum proof_binding_kind {
    PROOF_UNRESOLVED = 0, /* its patterns match nothing */
    PROOF_FALLBACK,       /* its default, or nothing */
    PROOF_TEXT,           /* the text */
    PROOF_OPAQUE,         /* any text: PROOF_SYMBOL */
};
struct proof_binding {
    struct remit_str key;
    enum proof_binding_kind kind;
    struct remit_str text;
};
struct proof_bindings {
    struct proof_binding *rows;
    size_t n;
};

struct proof_automaton {
    struct remit_arena *arena;
    uint64_t *work; /* steps left; at 0 every search gives up */
    struct proof_token *tokens;
    uint32_t *owner; /* pattern of each position */
    uint32_t n_positions;
    uint32_t cap_positions;
    uint32_t *starts; /* first position of each pattern, and one more */
    uint32_t n_patterns;
    uint32_t cap_patterns;
    /* scratch of a search */
    uint32_t *stamp; /* by position: the state being made has it */
    uint32_t stamp_now;
    uint32_t *pool; /* positions of all states */
    size_t n_pool, cap_pool;
    struct proof_state *states;
    size_t n_states, cap_states;
    uint32_t *slots; /* open addressing over states */
    size_t n_slots;
    uint64_t *role;  /* by pattern: 0 takes no part; bit 0: to be avoided; bit g: of group g */
    uint32_t *parts; /* the patterns that take part */
    uint32_t n_parts;
    uint32_t *known; /* open addressing over patterns */
    uint32_t n_known;
    bool failed; /* no memory */
};

struct proof_state {
    size_t at; /* in the pool */
    uint32_t n;
    uint32_t parent;
    uint32_t symbol; /* that led here from the parent */
    uint64_t hash;
};

void remit_proof_automaton_init(struct proof_automaton *a, struct remit_arena *arena,
                                uint64_t *work);
void remit_proof_automaton_drop(struct proof_automaton *a);

/* How a glob is read. */
enum proof_reading {
    PROOF_READ_EXACT = 0,
    PROOF_READ_LOWER, /* without regard to case, as StringEqualsIgnoreCase */
};
#define PROOF_NEVER UINT32_MAX /* instead of a pattern: matches nothing */
/* The pattern's number; the same tokens get the same number. */
uint32_t remit_proof_add_glob(struct proof_automaton *a, const struct remit_glob *glob,
                              enum proof_reading reading, const struct proof_bindings *bindings);
/* An operand of an Arn operator: six globs. NULL: any ARN. */
uint32_t remit_proof_add_arn(struct proof_automaton *a, const struct remit_glob *parts,
                             const struct proof_bindings *bindings);
uint32_t remit_proof_add_text(struct proof_automaton *a, struct remit_str text);
/* What an action is: a service, a colon and a name, neither of them empty (section 8). */
uint32_t remit_proof_add_action(struct proof_automaton *a);

/* A text as symbols. */
struct proof_word {
    const uint32_t *symbols; /* in the arena */
    uint32_t n;
};

enum proof_found {
    PROOF_NONE = 0, /* there is no such text */
    PROOF_SOME,
    PROOF_GAVE_UP, /* the limit on work, or no memory */
};

/* Roles of patterns in a search, from 0 up: must not match; the others are groups. */
#define PROOF_AVOID 0u
struct proof_search_row {
    uint32_t pattern;
    uint32_t group; /* PROOF_AVOID, or 1 up: of each group one pattern at least must match */
};
/*
 * A text that matches one pattern of each group and none to be avoided. Where variables are opaque,
 * those of group 1 bring their symbols into the text, and the patterns of other groups match
 * whenever some value of the variables makes them match.
 */
enum proof_found remit_proof_search(struct proof_automaton *a, const struct proof_search_row *rows,
                                    size_t n_rows, uint32_t n_groups, struct proof_word *out);
/* Whether the pattern, which is no ARN's, matches the text as a whole. */
bool remit_proof_matches(const struct proof_automaton *a, uint32_t pattern, struct proof_word word);

/*
 * One text for each way in which classes of patterns can match together: classes_of[i] has a bit
 * for each class that pattern i belongs to. `hear` gets each text once.
 */
typedef void proof_hear_fn(void *self, struct proof_word word);
enum proof_found remit_proof_enumerate(struct proof_automaton *a, const uint64_t *classes_of,
                                       size_t most, proof_hear_fn *hear, void *self);

/* Number of tokens; whether they are all plain characters; what a match has to start with. */
uint32_t remit_proof_len(const struct proof_automaton *a, uint32_t pattern);
bool remit_proof_is_literal(const struct proof_automaton *a, uint32_t pattern);
/* False: no text can match both (true says nothing). Cheap. */
bool remit_proof_may_meet(struct proof_automaton *a, uint32_t one, uint32_t other);
/* The text of a literal. */
struct proof_word remit_proof_literal(struct proof_automaton *a, uint32_t pattern);

/* As UTF-8; a variable's symbol becomes its binding's text. */
struct remit_str remit_proof_word_text(struct remit_arena *arena, struct proof_word word,
                                       const struct proof_bindings *bindings);
