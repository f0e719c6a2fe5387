/*
 * A tree that was parsed is written and parsed to the same text again, each of its members is found
 * in the text, and any bytes are a JSON string once escaped. The checker takes what the parser
 * takes, and walking is safe on what neither takes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/json_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX 65536

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void put_token(struct remit_buf *pointer, struct remit_str key)
{
    remit_buf_put_byte(pointer, '/');
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] == '~')
            remit_buf_put_cstr(pointer, "~0");
        else if (key.ptr[i] == '/')
            remit_buf_put_cstr(pointer, "~1");
        else
            remit_buf_put_byte(pointer, key.ptr[i]);
    }
}

/* The first members and elements, down to where the text is small enough to walk again. */
static void find_all(const struct remit_json *json, struct remit_str text, struct remit_str at,
                     int depth)
{
    size_t line = 0;
    size_t column = 0;
    size_t left = 8;

    require(remit_json_locate(text, at, &line, &column));
    require(line >= 1 && column >= 1);
    if (depth == 0 || text.len > 4096)
        return;
    for (size_t i = 0; i < remit_json_count(json) && i < 8 && remit_json_at(json, i) != NULL; i++) {
        auto_buf struct remit_buf pointer = REMIT_BUF(TEXT_MAX);

        remit_buf_put(&pointer, at);
        remit_buf_put_fmt(&pointer, "/%zu", i);
        find_all(remit_json_at(json, i), text, remit_buf_view(&pointer), depth - 1);
    }
    for (void *m = remit_json_first(json); m != NULL && left-- > 0; m = remit_json_next(json, m)) {
        auto_buf struct remit_buf pointer = REMIT_BUF(TEXT_MAX);

        remit_buf_put(&pointer, at);
        put_token(&pointer, remit_json_key(m));
        find_all(remit_json_value(m), text, remit_buf_view(&pointer), depth - 1);
    }
}

static void check_tree(struct remit_str text)
{
    auto_json struct remit_json *tree = NULL;
    auto_json struct remit_json *again = NULL;
    auto_buf struct remit_buf first = REMIT_BUF(8 * TEXT_MAX);
    auto_buf struct remit_buf second = REMIT_BUF(8 * TEXT_MAX);

    if (remit_json_parse(text, TEXT_MAX, &tree, NULL) != 0)
        return;
    require(remit_json_check(text, NULL, NULL) == 0);
    find_all(tree, text, REMIT_STR(""), 3);
    remit_json_dump(tree, &first);
    require(remit_buf_ok(&first));
    require(remit_json_parse(remit_buf_view(&first), 8 * TEXT_MAX, &again, NULL) == 0);
    remit_json_dump(again, &second);
    require(remit_str_equal(remit_buf_view(&first), remit_buf_view(&second)));
}

static void check_escape(struct remit_str bytes)
{
    auto_json struct remit_json *tree = NULL;
    auto_buf struct remit_buf text = REMIT_BUF(8 * TEXT_MAX);

    if (memchr(bytes.ptr, '\0', bytes.len) != NULL)
        return; /* written as \u0000, which our own reader refuses */
    remit_buf_put_byte(&text, '"');
    remit_json_escape(&text, bytes, true);
    remit_buf_put_byte(&text, '"');
    require(remit_json_parse(remit_buf_view(&text), 8 * TEXT_MAX, &tree, NULL) == 0);
    require(remit_json_type(tree) == REMIT_JSON_STRING);
}

/* Spans lie within what was walked, one behind the other; a sound text has none that is not. */
static void check_walk(struct remit_str text, int depth, bool sound)
{
    struct remit_json_walk walk = remit_json_walk(text);
    struct remit_str key, value;
    const char *behind = text.ptr;

    while (remit_json_walk_next(&walk, &key, &value)) {
        auto_arena struct remit_arena arena = REMIT_ARENA(2 * TEXT_MAX);
        struct remit_str said = { 0 };

        require(value.ptr >= behind && value.ptr + value.len <= text.ptr + text.len);
        require(!sound || remit_json_check(value, NULL, NULL) == 0);
        require(remit_json_span_text(value, &arena, &said, NULL) == 0);
        require(remit_json_span_type(value) != REMIT_JSON_STRING ||
                remit_json_span_says(value, said));
        behind = value.ptr + value.len;
        if (depth > 0)
            check_walk(value, depth - 1, sound);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_str text = { (const char *)data, size };

    if (size > TEXT_MAX)
        return 0;
    check_tree(text);
    check_escape(text);
    check_walk(remit_json_span(text), 4, remit_json_check(text, NULL, NULL) == 0);
    return 0;
}
