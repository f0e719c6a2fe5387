#include "common/base/json_scan.h"

#include <string.h>

#include "common/base/utf8.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t behind_blanks(struct remit_str text, size_t at)
{
    while (at < text.len && is_blank(text.ptr[at]))
        at++;
    return at;
}

struct remit_str remit_json_span(struct remit_str text)
{
    size_t from = behind_blanks(text, 0);

    while (text.len > from && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return remit_str_sub(text, from, text.len - from);
}

enum remit_json_type remit_json_span_type(struct remit_str span)
{
    if (span.len == 0)
        return REMIT_JSON_NONE;
    switch (span.ptr[0]) {
    case '{':
        return REMIT_JSON_OBJECT;
    case '[':
        return REMIT_JSON_ARRAY;
    case '"':
        return REMIT_JSON_STRING;
    case 't':
    case 'f':
        return REMIT_JSON_BOOL;
    case 'n':
        return REMIT_JSON_NULL;
    default:
        for (size_t i = 0; i < span.len; i++)
            if (strchr(".eE", span.ptr[i]) != NULL)
                return REMIT_JSON_REAL;
        return REMIT_JSON_INT;
    }
}

/* ---- ends of values: safe on any bytes ---- */

/* `at` is at a quote; behind the closing one. A backslash takes the byte behind it along. */
static size_t behind_string(struct remit_str text, size_t at)
{
    for (at++; at < text.len;) {
        const char *quote = memchr(text.ptr + at, '"', text.len - at);
        size_t end = quote != NULL ? (size_t)(quote - text.ptr) : text.len;
        const char *escape = memchr(text.ptr + at, '\\', end - at);

        if (escape == NULL)
            return quote != NULL ? end + 1 : text.len;
        at = (size_t)(escape - text.ptr) + 2;
    }
    return text.len;
}

static size_t behind_scalar(struct remit_str text, size_t at)
{
    while (at < text.len && !is_blank(text.ptr[at]) && text.ptr[at] != ',' && text.ptr[at] != ']' &&
           text.ptr[at] != '}')
        at++;
    return at;
}

static size_t behind_nested(struct remit_str text, size_t at)
{
    static const bool marks[256] = {
        ['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true
    };
    size_t depth = 0;

    for (;;) {
        while (at < text.len && !marks[(unsigned char)text.ptr[at]])
            at++;
        if (at >= text.len)
            return text.len;
        if (text.ptr[at] == '"') {
            at = behind_string(text, at);
            continue;
        }
        depth += text.ptr[at] == '{' || text.ptr[at] == '[' ? 1 : -(size_t)1;
        at++;
        if (depth == 0)
            return at;
    }
}

static size_t behind_value(struct remit_str text, size_t at)
{
    if (at >= text.len)
        return text.len;
    if (text.ptr[at] == '"')
        return behind_string(text, at);
    if (text.ptr[at] == '{' || text.ptr[at] == '[')
        return behind_nested(text, at);
    return behind_scalar(text, at);
}

/* ---- walking ---- */

struct remit_json_walk remit_json_walk(struct remit_str span)
{
    enum remit_json_type type = remit_json_span_type(span);
    bool holds = type == REMIT_JSON_OBJECT || type == REMIT_JSON_ARRAY;

    return (struct remit_json_walk){ .text = span,
                                     .at = holds ? 1 : span.len,
                                     .members = type == REMIT_JSON_OBJECT };
}

/* The comma before all but the first; false at the end, and where a comma is missing. */
static bool walk_on(struct remit_json_walk *walk)
{
    walk->at = behind_blanks(walk->text, walk->at);
    if (walk->at >= walk->text.len)
        return false;
    if (walk->begun && walk->text.ptr[walk->at] != ',')
        return false;
    walk->at = behind_blanks(walk->text, walk->at + walk->begun);
    walk->begun = true;
    return walk->at < walk->text.len && walk->text.ptr[walk->at] != (walk->members ? '}' : ']');
}

bool remit_json_walk_next(struct remit_json_walk *walk, struct remit_str *key,
                          struct remit_str *value)
{
    size_t from = 0;

    *key = remit_str_from(NULL, 0);
    if (!walk_on(walk))
        return false;
    if (walk->members) {
        if (walk->text.ptr[walk->at] != '"')
            return false;
        from = walk->at;
        walk->at = behind_string(walk->text, from);
        *key = remit_str_sub(walk->text, from, walk->at - from);
        walk->at = behind_blanks(walk->text, walk->at);
        if (walk->at >= walk->text.len || walk->text.ptr[walk->at] != ':')
            return false;
        walk->at = behind_blanks(walk->text, walk->at + 1);
    }
    from = walk->at;
    walk->at = behind_value(walk->text, from);
    *value = remit_str_sub(walk->text, from, walk->at - from);
    return walk->at > from;
}

/* ---- what strings say ---- */

static unsigned hex4(const char *p)
{
    unsigned value = 0;

    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)p[i];

        value = value << 4 | (c <= '9' ? c - (unsigned)'0' : (c | 0x20u) - 'a' + 10u);
    }
    return value & 0xffff;
}

/* The escape at `at` (a backslash, before `end`) as bytes; *at is then behind it. */
static size_t undo_escape(struct remit_str span, size_t end, size_t *at, char out[4])
{
    static const char from[] = "\"\\/bfnrt";
    static const char into[] = "\"\\/\b\f\n\r\t";
    char c = *at + 1 < end ? span.ptr[*at + 1] : '\\';
    const char *plain = c == '\0' ? NULL : strchr(from, c);
    unsigned code = 0;

    if (c != 'u' || end - *at < 6) {
        *at = *at + 2 < end ? *at + 2 : end;
        out[0] = plain != NULL ? into[plain - from] : c;
        return 1;
    }
    code = hex4(span.ptr + *at + 2);
    *at += 6;
    if (code >= 0xd800 && code < 0xdc00 && end - *at >= 6 && span.ptr[*at] == '\\' &&
        span.ptr[*at + 1] == 'u') {
        code = 0x10000 + ((code - 0xd800) << 10) + ((hex4(span.ptr + *at + 2) - 0xdc00) & 0x3ff);
        *at += 6;
    }
    return remit_utf8_put(code, out);
}

/* The inside of the quotes. */
static struct remit_str inside(struct remit_str span)
{
    return span.len < 2 ? remit_str_from(NULL, 0) : remit_str_sub(span, 1, span.len - 2);
}

bool remit_json_span_says(struct remit_str span, struct remit_str text)
{
    struct remit_str s = inside(span);
    size_t at = 0;
    size_t said = 0;

    if (memchr(span.ptr, '\\', span.len) == NULL)
        return remit_str_equal(s, text);
    while (at < s.len) {
        char bytes[4] = { s.ptr[at] };
        size_t n = 1;

        if (s.ptr[at] == '\\')
            n = undo_escape(s, s.len, &at, bytes);
        else
            at++;
        if (text.len - said < n || memcmp(text.ptr + said, bytes, n) != 0)
            return false;
        said += n;
    }
    return said == text.len;
}

int remit_json_span_text(struct remit_str span, struct remit_arena *arena, struct remit_str *out,
                         struct remit_err *err)
{
    struct remit_str s = inside(span);
    char *to = NULL;
    size_t len = 0;

    *out = span;
    if (remit_json_span_type(span) != REMIT_JSON_STRING)
        return 0;
    *out = s;
    if (s.len == 0 || memchr(s.ptr, '\\', s.len) == NULL)
        return 0;
    to = remit_arena_take(arena, s.len + 4);
    TRY(remit_arena_check(arena, "a string with escapes", err));
    for (size_t at = 0; at < s.len;) {
        if (s.ptr[at] == '\\')
            len += undo_escape(s, s.len, &at, to + len);
        else
            to[len++] = s.ptr[at++];
    }
    *out = remit_str_from(to, len);
    return 0;
}
