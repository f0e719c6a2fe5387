/*
 * document.h - the text of a policy: where its elements stand, and its canonical form.
 *
 * Ownership: nothing here keeps a pointer into a document.
 * Units:     offsets, lengths, lines and columns are bytes; lines and columns start at 1.
 * Sources:   RFC 6901; reference iam-evaluation.md sections 2 and 3.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/attr.h>
#include <remit/buf.h>
#include <remit/err.h>
#include <remit/policy.h>
#include <remit/str.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- places ---- */

/* Where something stands in a text. `len` 0: nowhere. */
struct remit_place {
    size_t offset, len;
    size_t line, column; /* of its first byte */
};

/*
 * Where the value at a JSON pointer stands ("/Statement/2/Action/0", as in errors, traces and
 * findings), and where its key does, quotes included (len 0 for elements of a list and for the
 * document itself). Either may be NULL. The document need not be a policy, only JSON; of keys that
 * stand twice the first is meant. Time is linear in the document. False when there is no such
 * value.
 */
REMIT_API bool remit_policy_locate(struct remit_str document, struct remit_str pointer,
                                   struct remit_place *value, struct remit_place *key);
/* Line and column of a byte; of the end of the text when `offset` is past it. */
REMIT_API void remit_policy_line_column(struct remit_str document, size_t offset, size_t *line,
                                        size_t *column);

/* ---- the canonical form ---- */

/*
 * Writes the document in its canonical form at the end of *out: elements in the order Version, Id,
 * Statement and Sid, Effect, (Not)Principal, (Not)Action, (Not)Resource, Condition; Statement as a
 * list; every other list of one as its value; lists, principal types, operators and condition keys
 * in bytewise order; statements in the order they have; two spaces a level, a value a line, a
 * newline at the end. Strings say what they said, with the fewest escapes; numbers stay as they
 * are. The canonical form of a canonical form is itself, and compiles to the same policy. Errors:
 * INVALID "MalformedPolicyDocument" for what is no policy of any type; LIMIT for a full buffer.
 */
REMIT_API int remit_policy_format(struct remit_str document, struct remit_buf *out,
                                  struct remit_err *err) REMIT_MUST_USE;
/*
 * Whether two policies say the same, statement by statement, element by element, as written:
 * the order within lists does not count, nor whether a list of one is a list. False when there is
 * no memory to compare them.
 */
REMIT_API bool remit_policy_same(const struct remit_policy *a, const struct remit_policy *b);

#ifdef __cplusplus
}
#endif
