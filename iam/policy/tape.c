#include "iam/policy/tape.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"

struct reader {
    const char *document; /* as it came: text has strings unescaped already */
    char *text;
    size_t len;
    size_t at;
    struct remit_tape *tape;
    uint32_t open[REMIT_TAPE_DEPTH_MAX]; /* arrays and objects around this place */
    unsigned depth;
    struct remit_err *err;
};

static int fail(struct reader *r, const char *what)
{
    size_t line = 1;
    size_t column = 1;

    r->tape->stopped_at = r->at;
    for (size_t i = 0; i < r->at && i < r->len; i++) {
        column = r->document[i] == '\n' ? 1 : column + 1;
        line += r->document[i] == '\n';
    }
    return remit_fail(r->err, REMIT_ERR_INVALID, "MalformedPolicyDocument",
                      "line %zu column %zu: %s", line, column, what);
}

static void skip_blank(struct reader *r)
{
    while (r->at < r->len && (r->text[r->at] == ' ' || r->text[r->at] == '\n' ||
                              r->text[r->at] == '\r' || r->text[r->at] == '\t'))
        r->at++;
}

/* The value that starts at `from` and ends here. */
static int node_add(struct reader *r, enum remit_tape_type type, size_t from, struct remit_str text)
{
    struct remit_tape *tape = r->tape;

    if (tape->n_nodes == tape->cap_nodes) {
        size_t cap = tape->cap_nodes == 0 ? r->len / 16 + 16 : tape->cap_nodes * 2;
        struct remit_tape_node *nodes = realloc(tape->nodes, cap * sizeof(*nodes));

        if (nodes == NULL)
            return remit_fail(r->err, REMIT_ERR_LIMIT, "LimitExceeded",
                              "no memory for a policy of %zu bytes", r->len);
        tape->nodes = nodes;
        tape->cap_nodes = cap;
    }
    tape->nodes[tape->n_nodes] = (struct remit_tape_node){ .text = text,
                                                           .type = type,
                                                           .next = (uint32_t)tape->n_nodes + 1,
                                                           .from = (uint32_t)from,
                                                           .to = (uint32_t)r->at };
    tape->n_nodes++;
    return 0;
}

static int hex4(struct reader *r, unsigned *out)
{
    *out = 0;
    if (r->len - r->at < 4)
        return fail(r, "a \\u escape is cut off");
    for (int i = 0; i < 4; i++, r->at++) {
        char c = r->text[r->at];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 16;

        if (digit == 16)
            return fail(r, "a \\u escape needs four hexadecimal digits");
        *out = *out << 4 | digit;
    }
    return 0;
}

/* Section 2: U+0009, U+000A, U+000D, U+0020 to U+00FF. */
static bool allowed(unsigned c)
{
    return (c >= 0x20 && c <= 0xff) || c == '\t' || c == '\n' || c == '\r';
}

/* The character behind a backslash is written at *to. */
static int read_escape(struct reader *r, char **to)
{
    static const char from[] = "\"\\/tnr";
    static const char into[] = "\"\\/\t\n\r";
    unsigned c = 0;
    const char *plain = NULL;

    if (r->at >= r->len)
        return fail(r, "a string is not closed");
    plain = r->text[r->at] == '\0' ? NULL : strchr(from, r->text[r->at]);
    if (plain != NULL) {
        *(*to)++ = into[plain - from];
        r->at++;
        return 0;
    }
    if (r->text[r->at] == 'b' || r->text[r->at] == 'f')
        return fail(r, "a policy has only the characters U+0009, U+000A, U+000D, U+0020 to U+00FF");
    if (r->text[r->at++] != 'u')
        return fail(r, "no such escape");
    TRY(hex4(r, &c));
    if (!allowed(c))
        return fail(r, "a policy has only the characters U+0009, U+000A, U+000D, U+0020 to U+00FF");
    *to += remit_utf8_put(c, *to);
    return 0;
}

/* A character past U+007F: two bytes that make U+0080 to U+00FF, and nothing else. */
static int read_latin(struct reader *r, char **to)
{
    unsigned char lead = (unsigned char)r->text[r->at];

    if (lead != 0xc2 && lead != 0xc3)
        return fail(r, lead < 0xc2 || lead > 0xf4 ? "not UTF-8"
                                                  : "a policy has no characters above U+00FF");
    if (r->len - r->at < 2 || ((unsigned char)r->text[r->at + 1] & 0xc0) != 0x80)
        return fail(r, "not UTF-8");
    *(*to)++ = r->text[r->at++];
    *(*to)++ = r->text[r->at++];
    return 0;
}

static int read_string(struct reader *r)
{
    char *from = r->text + ++r->at;
    char *to = NULL;

    while (r->at < r->len && r->text[r->at] >= 0x20 && r->text[r->at] != '"' &&
           r->text[r->at] != '\\')
        r->at++; /* nothing to change: most strings end here */
    to = r->text + r->at;
    while (r->at < r->len && r->text[r->at] != '"') {
        unsigned char c = (unsigned char)r->text[r->at];

        if (c >= 0x80) {
            TRY(read_latin(r, &to));
        } else if (c == '\\') {
            r->at++;
            TRY(read_escape(r, &to));
        } else if (c < 0x20) {
            return fail(r, "a control character in a string");
        } else {
            *to++ = (char)c;
            r->at++;
        }
    }
    if (r->at >= r->len)
        return fail(r, "a string is not closed");
    r->at++;
    return node_add(r, REMIT_TAPE_STRING, (size_t)(from - r->text) - 1,
                    remit_str_from(from, (size_t)(to - from)));
}

static size_t skip_digits(struct reader *r)
{
    size_t from = r->at;

    while (r->at < r->len && r->text[r->at] >= '0' && r->text[r->at] <= '9')
        r->at++;
    return r->at - from;
}

static bool skip_one(struct reader *r, const char *any)
{
    if (r->at >= r->len || r->text[r->at] == '\0' || strchr(any, r->text[r->at]) == NULL)
        return false;
    r->at++;
    return true;
}

static int read_number(struct reader *r)
{
    size_t from = r->at;
    size_t digits = 0;

    (void)skip_one(r, "-");
    digits = skip_digits(r);
    if (digits == 0)
        return fail(r, "not a JSON value");
    if (digits > 1 && r->text[r->at - digits] == '0')
        return fail(r, "a number starts with 0");
    if (skip_one(r, ".") && skip_digits(r) == 0)
        return fail(r, "digits are missing behind a decimal point");
    if (skip_one(r, "eE")) {
        (void)skip_one(r, "+-");
        if (skip_digits(r) == 0)
            return fail(r, "digits are missing in an exponent");
    }
    return node_add(r, REMIT_TAPE_NUMBER, from, remit_str_from(r->text + from, r->at - from));
}

static int read_word(struct reader *r)
{
    static const struct word {
        struct remit_str text;
        enum remit_tape_type type;
    } words[] = {
        { REMIT_STR_INIT("true"), REMIT_TAPE_TRUE },
        { REMIT_STR_INIT("false"), REMIT_TAPE_FALSE },
        { REMIT_STR_INIT("null"), REMIT_TAPE_NULL },
    };

    for (size_t i = 0; i < REMIT_COUNT(words); i++) {
        struct remit_str word = remit_str_from(r->text + r->at, words[i].text.len);

        if (r->len - r->at < word.len || !remit_str_equal(word, words[i].text))
            continue;
        r->at += word.len;
        return node_add(r, words[i].type, r->at - word.len, word);
    }
    return fail(r, "not a JSON value");
}

static int open_level(struct reader *r, enum remit_tape_type type)
{
    if (r->depth == REMIT_TAPE_DEPTH_MAX)
        return fail(r, "nested too deep for a policy");
    r->open[r->depth++] = (uint32_t)r->tape->n_nodes;
    r->at++;
    return node_add(r, type, r->at - 1, remit_str_from(NULL, 0));
}

static struct remit_tape_node *around(struct reader *r)
{
    return &r->tape->nodes[r->open[r->depth - 1]];
}

static bool closes(struct reader *r, const struct remit_tape_node *level)
{
    if (r->at >= r->len || r->text[r->at] != (level->type == REMIT_TAPE_ARRAY ? ']' : '}'))
        return false;
    r->at++;
    return true;
}

/* The comma before a value that is not the first, and the key before a member. */
static int read_front(struct reader *r)
{
    struct remit_tape_node *level = around(r);

    if (level->count > 0) {
        if (!skip_one(r, ","))
            return fail(r, level->type == REMIT_TAPE_ARRAY ? "expected , or ]" : "expected , or }");
        skip_blank(r);
    }
    level->count++;
    if (level->type == REMIT_TAPE_ARRAY)
        return 0;
    if (r->at >= r->len || r->text[r->at] != '"')
        return fail(r, "expected a key in quotes");
    TRY(read_string(r));
    skip_blank(r);
    if (!skip_one(r, ":"))
        return fail(r, "expected : behind a key");
    skip_blank(r);
    return 0;
}

static int read_value(struct reader *r)
{
    if (r->at >= r->len)
        return fail(r, "the document ends too early");
    switch (r->text[r->at]) {
    case '{':
        return open_level(r, REMIT_TAPE_OBJECT);
    case '[':
        return open_level(r, REMIT_TAPE_ARRAY);
    case '"':
        return read_string(r);
    case 't':
    case 'f':
    case 'n':
        return read_word(r);
    default:
        return read_number(r);
    }
}

int remit_tape_read(struct remit_str document, char *text, struct remit_tape *out,
                    struct remit_err *err)
{
    struct reader r = {
        .document = document.ptr, .text = text, .len = document.len, .tape = out, .err = err
    };

    *out = (struct remit_tape){ 0 };
    if (document.len > 0)
        memcpy(text, document.ptr, document.len);
    skip_blank(&r);
    TRY(read_value(&r));
    while (r.depth > 0) {
        skip_blank(&r);
        if (closes(&r, around(&r))) {
            around(&r)->next = (uint32_t)out->n_nodes;
            around(&r)->to = (uint32_t)r.at;
            r.depth--;
            continue;
        }
        TRY(read_front(&r));
        TRY(read_value(&r));
    }
    skip_blank(&r);
    return r.at == r.len ? 0 : fail(&r, "something stands behind the document");
}

void remit_tape_drop(struct remit_tape *tape)
{
    free(tape->nodes);
    *tape = (struct remit_tape){ 0 };
}

const char *remit_tape_type_name(enum remit_tape_type type)
{
    static const char *const names[] = {
        [REMIT_TAPE_NULL] = "null",        [REMIT_TAPE_FALSE] = "a boolean",
        [REMIT_TAPE_TRUE] = "a boolean",   [REMIT_TAPE_NUMBER] = "a number",
        [REMIT_TAPE_STRING] = "a string",  [REMIT_TAPE_ARRAY] = "a list",
        [REMIT_TAPE_OBJECT] = "an object",
    };

    return names[type];
}
