#include "common/base/json.h"

/* A reader of a text that is known to be JSON: it finds places and judges nothing. */
struct reader {
    struct remit_str text;
    size_t at;
};

static void skip_blank(struct reader *r)
{
    while (r->at < r->text.len && strchr(" \t\r\n", r->text.ptr[r->at]) != NULL)
        r->at++;
}

static struct remit_str read_quoted(struct reader *r)
{
    size_t from = ++r->at;

    while (r->at < r->text.len && r->text.ptr[r->at] != '"')
        r->at += r->text.ptr[r->at] == '\\' ? 2 : 1;
    r->at++;
    return remit_str_sub(r->text, from, r->at - 1 - from);
}

static void skip_value(struct reader *r)
{
    size_t depth = 0;

    do {
        char c = r->at < r->text.len ? r->text.ptr[r->at] : '\0';

        if (c == '\0')
            return;
        if (c == '"') {
            (void)read_quoted(r);
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        if (c == '}' || c == ']')
            depth--;
        if (depth == 0 && strchr("}]", c) == NULL) {
            while (r->at < r->text.len && strchr(",]} \t\r\n", r->text.ptr[r->at]) == NULL)
                r->at++;
            continue;
        }
        r->at++;
    } while (depth > 0);
}

/* To the comma behind a value; false when it was the last one of its array or object. */
static bool skip_to_next(struct reader *r)
{
    skip_value(r);
    skip_blank(r);
    return r->at < r->text.len && r->text.ptr[r->at] == ',';
}

/* The quoted key as written in the text stands for the pointer's token ("~1" is "/", "~0" "~"). */
static bool key_is(struct remit_str quoted, struct remit_str token)
{
    auto_buf struct remit_buf plain = REMIT_BUF(65536);
    auto_buf struct remit_buf literal = REMIT_BUF(65536 + 2);
    auto_json struct remit_json *key = NULL;

    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] == '~' && i + 1 < token.len)
            remit_buf_put_byte(&plain, token.ptr[++i] == '1' ? '/' : '~');
        else
            remit_buf_put_byte(&plain, token.ptr[i]);
    }
    remit_buf_put_byte(&literal, '"');
    remit_buf_put(&literal, quoted);
    remit_buf_put_byte(&literal, '"');
    return remit_json_parse(remit_buf_view(&literal), literal.len, &key, NULL) == 0 &&
           remit_str_equal(remit_json_str(key), remit_buf_view(&plain));
}

static bool into_object(struct reader *r, struct remit_str token)
{
    for (r->at++; r->at < r->text.len; r->at++) {
        struct remit_str key;

        skip_blank(r);
        if (r->at >= r->text.len || r->text.ptr[r->at] != '"')
            return false;
        key = read_quoted(r);
        skip_blank(r);
        r->at++; /* the colon */
        skip_blank(r);
        if (key_is(key, token))
            return true;
        if (!skip_to_next(r))
            return false;
    }
    return false;
}

static bool into_array(struct reader *r, struct remit_str token)
{
    unsigned long long index = 0;

    if (!remit_str_to_u64(token, 1000000000, &index))
        return false;
    for (r->at++; r->at < r->text.len; r->at++) {
        skip_blank(r);
        if (r->at >= r->text.len || r->text.ptr[r->at] == ']')
            return false;
        if (index-- == 0)
            return true;
        if (!skip_to_next(r))
            return false;
    }
    return false;
}

static bool into(struct reader *r, struct remit_str token)
{
    if (r->at >= r->text.len)
        return false;
    if (r->text.ptr[r->at] == '{')
        return into_object(r, token);
    return r->text.ptr[r->at] == '[' && into_array(r, token);
}

bool remit_json_locate(struct remit_str text, struct remit_str pointer, size_t *line,
                       size_t *column)
{
    struct reader r = { text, 0 };
    struct remit_str rest = remit_str_sub(pointer, 1, pointer.len);
    bool more = pointer.len > 0;

    skip_blank(&r);
    while (more) {
        struct remit_str token;

        more = remit_str_cut(&rest, '/', &token);
        if (!into(&r, token))
            return false;
    }
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < r.at && i < text.len; i++) {
        *column = text.ptr[i] == '\n' ? 1 : *column + 1;
        *line += text.ptr[i] == '\n';
    }
    return true;
}
