/*
 * json.h - JSON in (parsed trees) and JSON out (a writer over a buffer).
 *
 * The harbour of jansson: no other file includes it. Parsing refuses duplicate keys, more than
 * REMIT_JSON_DEPTH_MAX levels, trailing bytes, NUL in strings, lone surrogates and texts over the
 * given maximum. Sources: RFC 8259; attacks.md H3.
 *
 * Ownership: remit_json_parse() gives the tree to the caller, who drops it; every other pointer
 *            and string is borrowed from that tree. Its memory is wiped before it is freed.
 * Errors:    INVALID "MalformedJson" (line and column in the text), LIMIT "JsonTooLarge".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/buf.h"

#define REMIT_JSON_DEPTH_MAX 64

struct remit_json; /* a value in a tree */

enum remit_json_type {
    REMIT_JSON_NONE = 0, /* also: no such member */
    REMIT_JSON_NULL,
    REMIT_JSON_BOOL,
    REMIT_JSON_INT,
    REMIT_JSON_REAL,
    REMIT_JSON_STRING,
    REMIT_JSON_ARRAY,
    REMIT_JSON_OBJECT,
};

int remit_json_parse(struct remit_str text, size_t max_bytes, struct remit_json **out,
                     struct remit_err *err) REMIT_MUST_USE;
void remit_json_drop(struct remit_json **json);
#define auto_json REMIT_AUTO(remit_json_drop)

/* All of these take NULL and answer as for a value that is not there. */
enum remit_json_type remit_json_type(const struct remit_json *json);
const char *remit_json_type_name(enum remit_json_type type); /* "a string", "an object", ... */
const struct remit_json *remit_json_get(const struct remit_json *object, const char *key);
const struct remit_json *remit_json_get_str(const struct remit_json *object, struct remit_str key);
size_t remit_json_count(const struct remit_json *array_or_object);
const struct remit_json *remit_json_at(const struct remit_json *array, size_t index);
struct remit_str remit_json_str(const struct remit_json *string); /* empty for any other type */
int64_t remit_json_int(const struct remit_json *number);          /* 0 for any other type */
double remit_json_real(const struct remit_json *number);          /* integers too */
bool remit_json_true(const struct remit_json *boolean);

/* Members in document order: for (it = first(o); it != NULL; it = next(o, it)). */
void *remit_json_first(const struct remit_json *object);
void *remit_json_next(const struct remit_json *object, void *member);
struct remit_str remit_json_key(void *member);
const struct remit_json *remit_json_value(void *member);

/* Takes a member away, wiped; nothing else may borrow from it any more. */
void remit_json_remove(struct remit_json *object, const char *key);

/* Compact text of any value. */
void remit_json_dump(const struct remit_json *json, struct remit_buf *out);

/*
 * Line and column (both from 1, columns in bytes) of the value at a JSON pointer (RFC 6901) in a
 * text that remit_json_parse() has taken. False when it is not there.
 */
bool remit_json_locate(struct remit_str text, struct remit_str pointer, size_t *line,
                       size_t *column);

/*
 * Writer. Commas are its business. remit_jw_key() names the next value inside an object.
 *   struct remit_jw w = REMIT_JW(&buf);
 *   remit_jw_object(&w); remit_jw_key(&w, "a"); remit_jw_int(&w, 1); remit_jw_end(&w);
 */
struct remit_jw {
    struct remit_buf *out;
    uint64_t arrays; /* a bit per level: this level is an array */
    uint64_t filled; /* a bit per level: a value stands here already */
    unsigned depth;
    bool keyed; /* a key was written, its value is next */
    bool html;  /* write <, > and & as \u003c and so on, like Go's encoder */
};
#define REMIT_JW(buffer)                                                                           \
    {                                                                                              \
        .out = (buffer)                                                                            \
    }
void remit_jw_object(struct remit_jw *w);
void remit_jw_array(struct remit_jw *w);
void remit_jw_end(struct remit_jw *w);
void remit_jw_key(struct remit_jw *w, const char *key);
void remit_jw_key_str(struct remit_jw *w, struct remit_str key);
void remit_jw_str(struct remit_jw *w, struct remit_str value);
void remit_jw_cstr(struct remit_jw *w, const char *value); /* NULL writes null */
void remit_jw_fmt(struct remit_jw *w, const char *fmt, ...) REMIT_PRINTF(2, 3);
void remit_jw_int(struct remit_jw *w, int64_t value);
void remit_jw_real(struct remit_jw *w, double value); /* seconds with fraction: 3 decimals */
void remit_jw_bool(struct remit_jw *w, bool value);
void remit_jw_null(struct remit_jw *w);
void remit_jw_json(struct remit_jw *w, const struct remit_json *value);
void remit_jw_raw(struct remit_jw *w, struct remit_str json_text); /* trusted, already JSON */
/* Shorthand for members. */
void remit_jw_put_str(struct remit_jw *w, const char *key, struct remit_str value);
void remit_jw_put_cstr(struct remit_jw *w, const char *key, const char *value);
void remit_jw_put_int(struct remit_jw *w, const char *key, int64_t value);
void remit_jw_put_bool(struct remit_jw *w, const char *key, bool value);
/* The characters of a JSON string, without its quotes. Invalid UTF-8 becomes U+FFFD. */
void remit_json_escape(struct remit_buf *out, struct remit_str text, bool html);
