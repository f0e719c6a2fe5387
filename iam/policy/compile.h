/*
 * compile.h - between the files that turn a document into statements.
 *
 * compile.c reads the document, compile_statement.c its statements, compile_elements.c,
 * compile_principals.c and compile_conditions.c their parts.
 */
#pragma once

#include "iam/policy/policy_internal.h"
#include "iam/policy/tape.h"

#define REMIT_COMPILE_DEPTH 8

/* Whether a type has the element: section 4. */
enum remit_presence { REMIT_FORBIDDEN = 0, REMIT_OPTIONAL, REMIT_REQUIRED };

/* What becomes of a resource with fewer than six parts: section 9.3. */
enum remit_short_arn {
    REMIT_SHORT_FILL = 0, /* missing parts are "*" */
    REMIT_SHORT_REFUSE,
    REMIT_SHORT_FILL_WILD,   /* as FILL when it holds a wildcard; else it matches nothing */
    REMIT_SHORT_REFUSE_TAME, /* as FILL when it ends in a wildcard; else refused */
};

struct remit_type_rules {
    const char *name; /* "an identity-based policy" */
    enum remit_presence id, principal, resource;
    bool not_principal, not_action;
    bool every_char; /* white space counts against the quota too */
    enum remit_short_arn short_arn;
    size_t quota; /* 0: the service decides */
};
const struct remit_type_rules *remit_type_rules(enum remit_policy_type type);

struct remit_compiler {
    const struct remit_tape *tape;
    const struct remit_policy_options *options;
    const struct remit_type_rules *rules;
    struct remit_policy *policy;
    struct remit_arena *arena;
    struct remit_err *err;
    /* Where we are, from the document down: keys and indices, made into a JSON pointer on failure.
     */
    struct remit_step {
        struct remit_str key; /* empty pointer: an index */
        size_t index;
    } path[REMIT_COMPILE_DEPTH];
    size_t n_path;
};

/* The document is refused: "<pointer>: <text>". Returns -1. */
int remit_compile_fail(struct remit_compiler *c, const char *fmt, ...) REMIT_PRINTF(2, 3);
void remit_compile_enter(struct remit_compiler *c, struct remit_str key);
void remit_compile_enter_index(struct remit_compiler *c, size_t index);
void remit_compile_leave(struct remit_compiler *c);

/* The nodes below an array or an object, one after the other. A scalar is a list of one. */
struct remit_walk {
    const struct remit_tape *tape;
    uint32_t at;
    uint32_t end;
};
struct remit_walk remit_walk_list(const struct remit_compiler *c, uint32_t node);
/* False at the end. `index` gets the node's index in the tape. */
bool remit_walk_next(struct remit_walk *walk, uint32_t *node);
const struct remit_tape_node *remit_compile_node(const struct remit_compiler *c, uint32_t node);
/* How many values a list or a bare scalar holds. */
size_t remit_compile_count(const struct remit_compiler *c, uint32_t node);
/* The text of a string; anything else is refused. */
int remit_compile_text(struct remit_compiler *c, uint32_t node, struct remit_str *out);

/* Whether there is a '*' or '?' in it. */
bool remit_compile_wild(struct remit_str text);
/* A text that stands twice in the array, which gets sorted; NULL when there is none. */
const struct remit_str *remit_compile_duplicate(struct remit_str *texts, size_t n, bool nocase);

int remit_compile_statements(struct remit_compiler *c, uint32_t node);
int remit_compile_principals(struct remit_compiler *c, uint32_t node, struct remit_statement *out);
int remit_compile_actions(struct remit_compiler *c, uint32_t node, struct remit_statement *out);
int remit_compile_resources(struct remit_compiler *c, uint32_t node, struct remit_statement *out);
int remit_compile_conditions(struct remit_compiler *c, uint32_t node, struct remit_statement *out);
