#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "common/base/json_scan.h"

/* ---- what is JSON ---- */

static const struct judged {
    const char *text;
    const char *wrong; /* NULL: it is JSON */
    size_t at;
} judged[] = {
    { "{}", NULL, 0 },
    { " [ ] ", NULL, 0 },
    { "{\"a\":[1,-0.5e+3,true,false,null,\"x\"],\"b\":{\"c\":{}}}", NULL, 0 },
    { "\"\\ud83d\\ude00\\u00e9\\n\"", NULL, 0 },
    { "\"\xc3\xa9\xf0\x9f\x98\x80\"", NULL, 0 },
    { "0", NULL, 0 },
    { "", "the text ends too early", 0 },
    { "{", "expected a key in quotes", 1 },
    { "{\"a\"}", "expected : behind a key", 4 },
    { "{\"a\":1,}", "expected a key in quotes", 7 },
    { "[1,]", "not a JSON value", 3 },
    { "[1 2]", "expected , or ]", 3 },
    { "{\"a\":1 \"b\":2}", "expected , or }", 7 },
    { "[1}", "expected , or ]", 2 },
    { "[]]", "something stands behind the value", 2 },
    { "01", "a number starts with 0", 1 },
    { "1.", "digits are missing behind a decimal point", 2 },
    { "1e+", "digits are missing in an exponent", 3 },
    { "-", "not a JSON value", 1 },
    { "nul", "not a JSON value", 0 },
    { "\"a", "a string is not closed", 2 },
    { "\"a\tb\"", "a control character in a string", 2 },
    { "\"\\x\"", "no such escape", 2 },
    { "\"\\u12g4\"", "a \\u escape needs four hexadecimal digits", 5 },
    { "\"\\ud800\"", "half a surrogate pair", 7 },
    { "\"\\udc00\"", "half a surrogate pair", 7 },
    { "\"\\ud800\\u0041\"", "half a surrogate pair", 13 },
    { "\"\xc0\x80\"", "not UTF-8", 1 },
    { "\"\xed\xa0\x80\"", "not UTF-8", 1 },
    { "\"\xe2\x82\"", "not UTF-8", 1 },
};

Test(json_scan, judges_a_text_and_says_where_it_goes_wrong)
{
    for (size_t i = 0; i < REMIT_COUNT(judged); i++) {
        const struct judged *j = &judged[i];
        struct remit_err err = { 0 };
        size_t bad = 0;
        int result = remit_json_check(remit_str_of(j->text), &bad, &err);

        cr_expect(result == (j->wrong == NULL ? 0 : -1), "%s: %s", j->text, err.text);
        if (j->wrong == NULL || result == 0)
            continue;
        cr_expect(remit_err_is(&err, "MalformedJson"));
        cr_expect(strstr(err.text, j->wrong) != NULL, "%s: %s", j->text, err.text);
        cr_expect(bad == j->at, "%s: at %zu", j->text, bad);
    }
}

Test(json_scan, nests_as_deep_as_it_may_and_no_deeper)
{
    char text[2 * (REMIT_JSON_DEPTH_MAX + 1)];
    struct remit_err err = { 0 };

    memset(text, '[', REMIT_JSON_DEPTH_MAX + 1);
    memset(text + REMIT_JSON_DEPTH_MAX + 1, ']', REMIT_JSON_DEPTH_MAX + 1);
    cr_expect(eq(int, remit_json_check(remit_str_from(text + 1, sizeof(text) - 2), NULL, &err), 0));
    cr_expect(eq(int, remit_json_check(remit_str_from(text, sizeof(text)), NULL, &err), -1));
    cr_expect(strstr(err.text, "nested too deep") != NULL);
}

/* ---- walking ---- */

Test(json_scan, members_come_as_they_are_written)
{
    struct remit_json_walk walk = remit_json_walk(
        REMIT_STR("{ \"a\" : {\"x\": [1, \"}\"]} , \"b\\n\":1.50,\"a\":\"s\\\"\" }"));
    const char *const wanted[][2] = { { "\"a\"", "{\"x\": [1, \"}\"]}" },
                                      { "\"b\\n\"", "1.50" },
                                      { "\"a\"", "\"s\\\"\"" } };
    struct remit_str key, value;

    for (size_t i = 0; i < REMIT_COUNT(wanted); i++) {
        cr_assert(remit_json_walk_next(&walk, &key, &value));
        cr_expect(remit_str_equal(key, remit_str_of(wanted[i][0])));
        cr_expect(remit_str_equal(value, remit_str_of(wanted[i][1])));
    }
    cr_expect(not(remit_json_walk_next(&walk, &key, &value)));
}

Test(json_scan, what_holds_nothing_has_no_elements)
{
    const char *const texts[] = { "", "1", "\"[1]\"", "[]", "{ }", "null" };
    struct remit_str key, value;

    for (size_t i = 0; i < REMIT_COUNT(texts); i++) {
        struct remit_json_walk walk = remit_json_walk(remit_str_of(texts[i]));

        cr_expect(not(remit_json_walk_next(&walk, &key, &value)), "%s", texts[i]);
    }
}

/* ---- texts ---- */

static const struct said {
    const char *span, *text;
} said[] = {
    { "\"plain\"", "plain" },
    { "\"\"", "" },
    { "\"a\\\"b\\\\c\\/d\\n\\t\\b\\f\\r\"", "a\"b\\c/d\n\t\b\f\r" },
    { "\"\\u0041\\u00e9\\u20ac\"", "A\xc3\xa9\xe2\x82\xac" },
    { "\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80" },
};

Test(json_scan, escapes_are_undone)
{
    for (size_t i = 0; i < REMIT_COUNT(said); i++) {
        auto_arena struct remit_arena arena = REMIT_ARENA(4096);
        struct remit_str span = remit_str_of(said[i].span);
        struct remit_str text = { 0 };
        struct remit_err err = { 0 };

        cr_assert(eq(int, remit_json_span_text(span, &arena, &text, &err), 0));
        cr_expect(remit_str_equal(text, remit_str_of(said[i].text)), "%s", said[i].span);
        cr_expect(remit_json_span_says(span, remit_str_of(said[i].text)));
        cr_expect(not(remit_json_span_says(span, REMIT_STR("other"))));
    }
}

Test(json_scan, other_scalars_are_their_own_text)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(64);
    struct remit_str text = { 0 };

    cr_assert(eq(int, remit_json_span_text(REMIT_STR("1.50"), &arena, &text, NULL), 0));
    cr_expect(remit_str_equal(text, REMIT_STR("1.50")));
}

Test(json_scan, escapes_need_room_and_say_so)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(4);
    struct remit_str text = { 0 };
    struct remit_err err = { 0 };

    cr_expect(eq(int, remit_json_span_text(REMIT_STR("\"ab\\ncdefgh\""), &arena, &text, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
}

/* ---- places ---- */

Test(json_scan, a_pointer_finds_the_value_and_its_key)
{
    const struct remit_str text = REMIT_STR("{\"a\\/b\": [1, {\"c~\": \"v\"}], \"\": 2}");
    struct remit_str key = { 0 };
    struct remit_str value = { 0 };

    cr_assert(remit_json_find(text, REMIT_STR("/a~1b/1/c~0"), &value, &key));
    cr_expect(remit_str_equal(value, REMIT_STR("\"v\"")));
    cr_expect(remit_str_equal(key, REMIT_STR("\"c~\"")));
    cr_assert(remit_json_find(text, REMIT_STR("/a~1b/0"), &value, &key));
    cr_expect(remit_str_equal(value, REMIT_STR("1")));
    cr_expect(eq(sz, key.len, 0));
    cr_assert(remit_json_find(text, REMIT_STR("/"), &value, NULL));
    cr_expect(remit_str_equal(value, REMIT_STR("2")));
    cr_expect(not(remit_json_find(text, REMIT_STR("a"), &value, &key)));
    cr_expect(not(remit_json_find(text, REMIT_STR("/a"), &value, &key)));
    cr_expect(not(remit_json_find(REMIT_STR(" \n"), REMIT_STR(""), &value, &key)));
}
