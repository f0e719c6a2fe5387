/*
 * glob.h - patterns of actions, resources and condition values, parsed once and matched often.
 *
 * A pattern is runs with a star between each two; a run is pieces: plain text, '?' (so many of
 * them), policy variables. Matching is greedy from the left, never goes back over a run that was
 * found, and allocates nothing: time is linear in the text (times a 64th of the run, where a run
 * searched for holds '?').
 *
 * Ownership: a glob points into its arena and into its source text.
 * Sources:   reference iam-evaluation.md sections 9.2, 9.4, 12.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/request.h>
#include <remit/str.h>

#include "common/base/arena.h"

enum remit_glob_piece_kind {
    REMIT_PIECE_TEXT = 0,
    REMIT_PIECE_ONES,     /* so many '?' */
    REMIT_PIECE_VARIABLE, /* ${key} or ${key, 'fallback'} */
};

struct remit_glob_piece {
    enum remit_glob_piece_kind kind;
    uint32_t n_ones;
    struct remit_str text;     /* TEXT: the bytes. VARIABLE: the key */
    struct remit_str fallback; /* VARIABLE */
    uint32_t hash;             /* of the key */
    bool has_fallback;
    bool broken; /* "${}", a missing brace or quote: never resolves (section 12) */
};

/* The search for a run with '?': for each character of the run, the places where it stands. */
struct remit_bitap {
    uint32_t n_units; /* of the run */
    uint32_t n_words;
    uint16_t row_of[256]; /* by character; row 0: those that only a '?' takes */
    const uint64_t *rows; /* n_words each */
};

struct remit_glob_run {
    const struct remit_glob_piece *pieces;
    uint32_t n_pieces;
    bool ones;
    bool variables;
    const struct remit_bitap *bitap; /* NULL: short, or no '?', or variables */
};

enum remit_glob_shape {
    REMIT_GLOB_LITERAL = 0, /* prefix, all of it */
    REMIT_GLOB_PREFIX,      /* prefix, then anything */
    REMIT_GLOB_ANY,         /* stars only */
    REMIT_GLOB_RUNS,
    REMIT_GLOB_NEVER, /* matches nothing at all */
};

struct remit_glob {
    enum remit_glob_shape shape;
    bool variables;
    struct remit_str prefix; /* what every match starts with */
    const struct remit_glob_run *runs;
    uint32_t n_runs;
    uint32_t min_len; /* bytes that a match has at least, variables counted as none */
    struct remit_str source;
};

struct remit_glob_syntax {
    bool wild;             /* '*' and '?' mean something */
    bool lower;            /* ASCII letters are made small: actions */
    size_t variables_from; /* offset from which "${" starts a variable; SIZE_MAX: nowhere */
};

/* What variables are looked up in, during one decision. `unresolved` is set when one had no value.
 */
struct remit_variables {
    const struct remit_context *context; /* may be NULL */
    bool unresolved;
    const struct remit_glob_piece *last; /* the one that was looked up last, and its value */
    struct remit_str last_value;
};

/* Memory that can't be had marks the arena. */
void remit_glob_compile(struct remit_arena *arena, struct remit_str source,
                        const struct remit_glob_syntax *syntax, struct remit_glob *out);
/* Adds the table to a run that needs one: it has '?', no variable, and is long. */
void remit_bitap_prepare(struct remit_arena *arena, struct remit_glob_run *run);
/* Where the leftmost match in the bytes from `from` to `limit` ends; false when there is none. */
bool remit_bitap_find(const struct remit_bitap *bitap, struct remit_str text, size_t from,
                      size_t limit, size_t *end);

/* Length of the "${...}" at `at`; up to the end of the text when it is not closed. */
size_t remit_variable_span(struct remit_str source, size_t at);

/* The value of a VARIABLE piece. */
bool remit_variable_value(const struct remit_glob_piece *piece, struct remit_variables *variables,
                          struct remit_str *value);
bool remit_glob_match_runs(const struct remit_glob *glob, struct remit_str text,
                           struct remit_variables *variables);

static inline bool remit_glob_match(const struct remit_glob *glob, struct remit_str text,
                                    struct remit_variables *variables)
{
    if (text.len < glob->min_len)
        return false;
    switch (glob->shape) {
    case REMIT_GLOB_LITERAL:
        return text.len == glob->prefix.len &&
               (text.len == 0 || memcmp(text.ptr, glob->prefix.ptr, text.len) == 0);
    case REMIT_GLOB_PREFIX:
        return memcmp(text.ptr, glob->prefix.ptr, glob->prefix.len) == 0;
    case REMIT_GLOB_ANY:
        return true;
    case REMIT_GLOB_RUNS:
        return remit_glob_match_runs(glob, text, variables);
    case REMIT_GLOB_NEVER:
    default:
        return false;
    }
}
