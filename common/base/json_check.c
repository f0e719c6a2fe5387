#include "common/base/json_scan.h"

#include "common/base/utf8.h"

/* A reader that only judges. */
struct checker {
    struct remit_str text;
    size_t at;
    uint64_t objects; /* a bit per level: it is an object */
    unsigned depth;
    const char *what; /* is wrong at `at` */
};

static int fail(struct checker *c, const char *what)
{
    c->what = what;
    return -1;
}

static bool at_end(const struct checker *c)
{
    return c->at >= c->text.len;
}

static char peek(const struct checker *c)
{
    return at_end(c) ? '\0' : c->text.ptr[c->at];
}

static void skip_blank(struct checker *c)
{
    while (peek(c) == ' ' || peek(c) == '\n' || peek(c) == '\r' || peek(c) == '\t')
        c->at++;
}

static bool take(struct checker *c, char one)
{
    if (at_end(c) || c->text.ptr[c->at] != one)
        return false;
    c->at++;
    return true;
}

/* ---- strings ---- */

static int check_hex4(struct checker *c, unsigned *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++, c->at++) {
        char h = peek(c);
        unsigned digit = h >= '0' && h <= '9'   ? (unsigned)(h - '0')
                         : h >= 'a' && h <= 'f' ? (unsigned)(h - 'a') + 10
                         : h >= 'A' && h <= 'F' ? (unsigned)(h - 'A') + 10
                                                : 16;

        if (digit == 16)
            return fail(c, "a \\u escape needs four hexadecimal digits");
        *out = *out << 4 | digit;
    }
    return 0;
}

static int check_escape(struct checker *c)
{
    unsigned high = 0;
    unsigned low = 0;

    c->at++;
    if (at_end(c))
        return fail(c, "a string is not closed");
    if (peek(c) != '\0' && strchr("\"\\/bfnrt", peek(c)) != NULL) {
        c->at++;
        return 0;
    }
    if (!take(c, 'u'))
        return fail(c, "no such escape");
    TRY(check_hex4(c, &high));
    if (high < 0xd800 || high > 0xdfff)
        return 0;
    if (high > 0xdbff || !take(c, '\\') || !take(c, 'u'))
        return fail(c, "half a surrogate pair");
    TRY(check_hex4(c, &low));
    return low >= 0xdc00 && low <= 0xdfff ? 0 : fail(c, "half a surrogate pair");
}

static int check_utf8(struct checker *c)
{
    size_t len = remit_utf8_len(c->text, c->at);

    c->at += len;
    return len > 0 ? 0 : fail(c, "not UTF-8");
}

static int check_string(struct checker *c)
{
    for (c->at++; !at_end(c);) {
        unsigned char byte = (unsigned char)c->text.ptr[c->at];

        if (byte == '"') {
            c->at++;
            return 0;
        }
        if (byte < 0x20)
            return fail(c, "a control character in a string");
        if (byte == '\\')
            TRY(check_escape(c));
        else if (byte >= 0x80)
            TRY(check_utf8(c));
        else
            c->at++;
    }
    return fail(c, "a string is not closed");
}

/* ---- other scalars ---- */

static size_t digits(struct checker *c)
{
    size_t from = c->at;

    while (peek(c) >= '0' && peek(c) <= '9')
        c->at++;
    return c->at - from;
}

static int check_number(struct checker *c)
{
    bool zero = false;

    (void)take(c, '-');
    zero = peek(c) == '0';
    if (zero)
        c->at++;
    else if (digits(c) == 0)
        return fail(c, "not a JSON value");
    if (zero && peek(c) >= '0' && peek(c) <= '9')
        return fail(c, "a number starts with 0");
    if (take(c, '.') && digits(c) == 0)
        return fail(c, "digits are missing behind a decimal point");
    if (peek(c) == 'e' || peek(c) == 'E') {
        c->at++;
        if (peek(c) == '+' || peek(c) == '-')
            c->at++;
        if (digits(c) == 0)
            return fail(c, "digits are missing in an exponent");
    }
    return 0;
}

static int check_word(struct checker *c)
{
    static const struct remit_str words[] = { REMIT_STR_INIT("true"), REMIT_STR_INIT("false"),
                                              REMIT_STR_INIT("null") };

    for (size_t i = 0; i < REMIT_COUNT(words); i++)
        if (remit_str_starts(remit_str_sub(c->text, c->at, words[i].len), words[i])) {
            c->at += words[i].len;
            return 0;
        }
    return fail(c, "not a JSON value");
}

/* ---- levels ---- */

static bool in_object(const struct checker *c)
{
    return c->depth > 0 && (c->objects >> (c->depth - 1) & 1) != 0;
}

static int check_key(struct checker *c)
{
    if (peek(c) != '"')
        return fail(c, "expected a key in quotes");
    TRY(check_string(c));
    skip_blank(c);
    if (!take(c, ':'))
        return fail(c, "expected : behind a key");
    skip_blank(c);
    return 0;
}

/* Enters an array or an object, up to its first value; an empty one is left again at once. */
static int enter(struct checker *c, bool *whole)
{
    bool object = peek(c) == '{';

    if (c->depth == REMIT_JSON_DEPTH_MAX)
        return fail(c, "nested too deep");
    c->objects &= ~((uint64_t)1 << c->depth);
    c->objects |= (uint64_t)object << c->depth;
    c->depth++;
    c->at++;
    skip_blank(c);
    *whole = take(c, object ? '}' : ']');
    if (*whole)
        c->depth--;
    return *whole || !object ? 0 : check_key(c);
}

/* One value; of an array or an object the front alone, and *whole is false. */
static int check_value(struct checker *c, bool *whole)
{
    *whole = true;
    if (at_end(c))
        return fail(c, "the text ends too early");
    switch (c->text.ptr[c->at]) {
    case '{':
    case '[':
        return enter(c, whole);
    case '"':
        return check_string(c);
    case 't':
    case 'f':
    case 'n':
        return check_word(c);
    default:
        return check_number(c);
    }
}

/* What stands behind a value: closing brackets, then a comma and perhaps a key, or the end. */
static int check_behind(struct checker *c)
{
    skip_blank(c);
    while (c->depth > 0 && take(c, in_object(c) ? '}' : ']')) {
        c->depth--;
        skip_blank(c);
    }
    if (c->depth == 0)
        return at_end(c) ? 0 : fail(c, "something stands behind the value");
    if (!take(c, ','))
        return fail(c, in_object(c) ? "expected , or }" : "expected , or ]");
    skip_blank(c);
    return in_object(c) ? check_key(c) : 0;
}

static int check(struct checker *c)
{
    bool whole = false;

    skip_blank(c);
    do {
        TRY(check_value(c, &whole));
        if (whole)
            TRY(check_behind(c));
    } while (c->depth > 0);
    return 0;
}

int remit_json_check(struct remit_str text, size_t *bad, struct remit_err *err)
{
    struct checker c = { .text = text };
    size_t line = 0;
    size_t column = 0;

    if (check(&c) == 0)
        return 0;
    if (bad != NULL)
        *bad = c.at;
    remit_json_line_column(text, c.at, &line, &column);
    return remit_fail(err, REMIT_ERR_INVALID, "MalformedJson", "line %zu column %zu: %s", line,
                      column, c.what);
}
