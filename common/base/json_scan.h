/*
 * json_scan.h - a JSON text walked where it stands: each value as the bytes that it is written in.
 *
 * For who hands values on as they came (a policy document to the engine, which refuses what a tree
 * hides: keys that stand twice) or has to say where they stand. Nothing is allocated and nothing
 * copied, but for strings with escapes in them. remit_json_check() asks whether the text is JSON at
 * all; the other functions are safe on any bytes, and right on those that have passed it.
 *
 * Ownership: spans and texts point into the text given.
 * Errors:    INVALID "MalformedJson" with line and column. Duplicate keys are not looked for.
 * Units:     offsets, lines and columns are bytes; lines and columns start at 1.
 * Sources:   RFC 8259, RFC 6901.
 */
#pragma once

#include <remit/arena.h>
#include <remit/err.h>
#include <remit/str.h>

#include "common/base/json.h"

/*
 * Whether `text` is one JSON value, with blanks around it at most: nesting up to
 * REMIT_JSON_DEPTH_MAX, UTF-8, no lone surrogates. When it is not, *bad is the offset of the first
 * byte that does not belong (`bad` may be NULL).
 */
int remit_json_check(struct remit_str text, size_t *bad, struct remit_err *err) REMIT_MUST_USE;
/* Without the blanks around it. */
struct remit_str remit_json_span(struct remit_str text);
/* By the first byte of a span; numbers with a point or an exponent are REAL. */
enum remit_json_type remit_json_span_type(struct remit_str span);

/* The elements of an array or the members of an object, in order. Scalars have none. */
struct remit_json_walk {
    struct remit_str text;
    size_t at;
    bool members;
    bool begun;
};
struct remit_json_walk remit_json_walk(struct remit_str span);
/* False at the end. *key is a string's span, in its quotes; empty for an element. */
bool remit_json_walk_next(struct remit_json_walk *walk, struct remit_str *key,
                          struct remit_str *value);

/* Whether a string's span says `text`, escapes undone. */
bool remit_json_span_says(struct remit_str span, struct remit_str text);
/* What a string's span says; what is no string gives its own bytes ("12", "true"). LIMIT. */
int remit_json_span_text(struct remit_str span, struct remit_arena *arena, struct remit_str *out,
                         struct remit_err *err) REMIT_MUST_USE;

/*
 * The value at a JSON pointer, and its key (empty for elements and the document); either may be
 * NULL. Of keys that stand twice the first. False when it is not there. One pass over the text.
 */
bool remit_json_find(struct remit_str text, struct remit_str pointer, struct remit_str *value,
                     struct remit_str *key);
void remit_json_line_column(struct remit_str text, size_t offset, size_t *line, size_t *column);
