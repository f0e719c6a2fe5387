#include "common/base/json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/expect.h"

static struct remit_json *must_parse(const char *text)
{
    struct remit_json *tree = NULL;
    struct remit_err err = { 0 };

    cr_assert(remit_json_parse(remit_str_of(text), 1 << 20, &tree, &err) == 0, "%s: %s", text,
              err.text);
    return tree;
}

/* [attacks H3] and what RFC 8259 lacks but parsers often take. */
static const struct bad {
    const char *name;
    struct remit_str text;
} bad[] = {
    { "nothing", REMIT_STR_INIT("") },
    { "blanks", REMIT_STR_INIT(" \n") },
    { "duplicate key", REMIT_STR_INIT("{\"a\":1,\"a\":2}") },
    { "duplicate key, escaped", REMIT_STR_INIT("{\"a\":1,\"\\u0061\":2}") },
    { "duplicate key, deep", REMIT_STR_INIT("{\"x\":[{\"a\":1,\"a\":1}]}") },
    { "trailing data", REMIT_STR_INIT("{} {}") },
    { "trailing NUL", REMIT_STR_INIT("{}\0") },
    { "trailing comma", REMIT_STR_INIT("[1,]") },
    { "trailing comma in an object", REMIT_STR_INIT("{\"a\":1,}") },
    { "comment", REMIT_STR_INIT("[1] // x") },
    { "single quotes", REMIT_STR_INIT("{'a':1}") },
    { "bare key", REMIT_STR_INIT("{a:1}") },
    { "NUL escaped", REMIT_STR_INIT("\"\\u0000\"") },
    { "NUL in a key", REMIT_STR_INIT("{\"a\\u0000b\":1}") },
    { "NUL behind a number", REMIT_STR_INIT("[21\0,{}]") },
    { "NUL raw", REMIT_STR_INIT("\"a\0b\"") },
    { "line break raw", REMIT_STR_INIT("\"a\nb\"") },
    { "lone high surrogate", REMIT_STR_INIT("\"\\ud800\"") },
    { "lone low surrogate", REMIT_STR_INIT("\"\\udc00\"") },
    { "surrogates the wrong way", REMIT_STR_INIT("\"\\udc00\\ud800\"") },
    { "bytes of a surrogate", REMIT_STR_INIT("\"\xed\xa0\x80\"") },
    { "overlong UTF-8", REMIT_STR_INIT("\"\xc0\xaf\"") },
    { "cut UTF-8", REMIT_STR_INIT("\"\xe2\x82\"") },
    { "beyond Unicode", REMIT_STR_INIT("\"\xf4\x90\x80\x80\"") },
    { "unknown escape", REMIT_STR_INIT("\"\\x41\"") },
    { "leading zero", REMIT_STR_INIT("01") },
    { "plus", REMIT_STR_INIT("+1") },
    { "dot first", REMIT_STR_INIT(".5") },
    { "dot last", REMIT_STR_INIT("5.") },
    { "hexadecimal", REMIT_STR_INIT("0x10") },
    { "NaN", REMIT_STR_INIT("NaN") },
    { "Infinity", REMIT_STR_INIT("Infinity") },
    { "integer over 64 bits", REMIT_STR_INIT("18446744073709551616") },
    { "real over double", REMIT_STR_INIT("1e999") },
    { "capital literal", REMIT_STR_INIT("True") },
    { "open array", REMIT_STR_INIT("[1") },
    { "open string", REMIT_STR_INIT("\"abc") },
    { "closed twice", REMIT_STR_INIT("[]]") },
    { "byte order mark", REMIT_STR_INIT("\xef\xbb\xbf{}") },
};

ParameterizedTestParameters(json, malformed)
{
    static size_t index[REMIT_COUNT(bad)];

    for (size_t i = 0; i < REMIT_COUNT(bad); i++)
        index[i] = i;
    return cr_make_param_array(size_t, index, REMIT_COUNT(bad));
}

ParameterizedTest(size_t *i, json, malformed)
{
    struct remit_json *tree = NULL;
    struct remit_err err = { 0 };

    cr_expect(eq(int, remit_json_parse(bad[*i].text, 1000, &tree, &err), -1), "%s", bad[*i].name);
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID), "%s", bad[*i].name);
    cr_expect(remit_err_is(&err, "MalformedJson"), "%s", bad[*i].name);
    cr_expect(strlen(err.text) > 0);
    cr_expect(tree == NULL);
}

static char *nested(size_t levels)
{
    char *text = calloc(1, 2 * levels + 1);

    memset(text, '[', levels);
    memset(text + levels, ']', levels);
    return text;
}

Test(json, levels_are_limited)
{
    struct remit_json *tree = NULL;
    struct remit_err err = { 0 };
    char *fits = nested(REMIT_JSON_DEPTH_MAX);
    char *deep = nested(REMIT_JSON_DEPTH_MAX + 1);
    char *bomb = nested(10000);

    cr_expect(eq(int, remit_json_parse(remit_str_of(fits), 1 << 20, &tree, &err), 0));
    remit_json_drop(&tree);
    cr_expect(eq(int, remit_json_parse(remit_str_of(deep), 1 << 20, &tree, &err), -1));
    cr_expect(remit_err_is(&err, "MalformedJson"));
    cr_expect(eq(int, remit_json_parse(remit_str_of(bomb), 1 << 20, &tree, &err), -1));
    cr_expect(remit_err_is(&err, "MalformedJson"));
    free(fits);
    free(deep);
    free(bomb);
}

Test(json, brackets_in_strings_are_no_levels)
{
    char text[500] = "\"";
    struct remit_json *tree = NULL;

    memset(text + 1, '[', 300);
    memcpy(text + 301, "\\\"[\"", 5);
    tree = must_parse(text);
    cr_expect(eq(sz, remit_json_str(tree).len, 302));
    remit_json_drop(&tree);
}

Test(json, size_is_limited)
{
    struct remit_json *tree = NULL;
    struct remit_err err = { 0 };

    cr_expect(eq(int, remit_json_parse(REMIT_STR("[1,2]"), 5, &tree, &err), 0));
    remit_json_drop(&tree);
    cr_expect(eq(int, remit_json_parse(REMIT_STR("[1,2]"), 4, &tree, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
    cr_expect(remit_err_is(&err, "JsonTooLarge"));
}

Test(json, place_of_a_mistake_is_told)
{
    struct remit_json *tree = NULL;
    struct remit_err err = { 0 };

    cr_expect(eq(int, remit_json_parse(REMIT_STR("{\n  \"a\": x\n}"), 100, &tree, &err), -1));
    cr_expect(strstr(err.text, "line 2") != NULL, "%s", err.text);
}

Test(json, values_by_type)
{
    auto_json struct remit_json *t = must_parse(
        "{\"s\":\"\\u00fc\",\"i\":-9223372036854775808,\"r\":1.5,\"t\":true,\"f\":false,\"n\":null,"
        "\"a\":[1,2],\"o\":{\"k\":1}}");

    cr_expect(remit_str_equal(remit_json_str(remit_json_get(t, "s")), REMIT_STR("\xc3\xbc")));
    cr_expect(remit_json_int(remit_json_get(t, "i")) == INT64_MIN);
    cr_expect(remit_json_real(remit_json_get(t, "r")) == 1.5);
    cr_expect(remit_json_real(remit_json_at(remit_json_get(t, "a"), 1)) == 2);
    cr_expect(remit_json_true(remit_json_get(t, "t")));
    cr_expect(not(remit_json_true(remit_json_get(t, "f"))));
    cr_expect(eq(int, remit_json_type(remit_json_get(t, "n")), REMIT_JSON_NULL));
    cr_expect(eq(int, remit_json_type(remit_json_get(t, "f")), REMIT_JSON_BOOL));
    cr_expect(eq(sz, remit_json_count(remit_json_get(t, "a")), 2));
    cr_expect(eq(sz, remit_json_count(t), 8));
    cr_expect(remit_json_get_str(t, REMIT_STR("o")) == remit_json_get(t, "o"));
}

Test(json, what_is_not_there_answers_too)
{
    auto_json struct remit_json *t = must_parse("[1]");

    cr_expect(remit_json_get(t, "x") == NULL);
    cr_expect(remit_json_get(NULL, "x") == NULL);
    cr_expect(remit_json_at(t, 1) == NULL);
    cr_expect(eq(int, remit_json_type(NULL), REMIT_JSON_NONE));
    cr_expect(eq(sz, remit_json_count(NULL), 0));
    cr_expect(eq(sz, remit_json_str(NULL).len, 0));
    cr_expect(remit_json_str(t).ptr != NULL);
    cr_expect(remit_json_int(NULL) == 0);
    cr_expect(not(remit_json_true(NULL)));
    cr_expect(remit_json_first(NULL) == NULL);
    EXPECT_TEXT(remit_json_type_name(remit_json_type(t)), "an array");
    EXPECT_TEXT(remit_json_type_name((enum remit_json_type)99), "nothing");
}

Test(json, members_come_in_document_order)
{
    auto_json struct remit_json *t = must_parse("{\"z\":1,\"a\":2,\"m\":3}");
    char keys[4] = "";
    size_t n = 0;

    for (void *m = remit_json_first(t); m != NULL; m = remit_json_next(t, m)) {
        keys[n++] = remit_json_key(m).ptr[0];
        cr_expect(remit_json_int(remit_json_value(m)) == (int64_t)n);
    }
    EXPECT_TEXT(keys, "zam");
}

Test(json, dump_is_compact)
{
    auto_json struct remit_json *t = must_parse(" { \"a\" : [ 1 , \"x\" , null ] } ");
    auto_buf struct remit_buf out = REMIT_BUF(100);
    auto_buf struct remit_buf small = REMIT_BUF(5);

    remit_json_dump(t, &out);
    EXPECT_TEXT(remit_buf_cstr(&out), "{\"a\":[1,\"x\",null]}");
    remit_json_dump(t, &small);
    cr_expect(not(remit_buf_ok(&small)));
}

/* --- places --- */

static const char located[] =
    "{\n \"a\": [10, {\"b/c\": 1, \"~\": \"x]\"}],\n \"e\": {},\n \"d\": 2\n}";

static const struct place {
    const char *pointer;
    bool there;
    size_t line, column;
} places[] = {
    { "", true, 1, 1 },        { "/a", true, 2, 7 },         { "/a/0", true, 2, 8 },
    { "/a/1", true, 2, 12 },   { "/a/1/b~1c", true, 2, 20 }, { "/a/1/~0", true, 2, 28 },
    { "/d", true, 4, 7 },      { "/a/2", false, 0, 0 },      { "/a/x", false, 0, 0 },
    { "/a/0/x", false, 0, 0 }, { "/x", false, 0, 0 },        { "/a/1/x", false, 0, 0 },
    { "/e", true, 3, 7 },      { "/e/d", false, 0, 0 },      { "/d/0", false, 0, 0 },
};

Test(json, locate_finds_lines_and_columns)
{
    for (size_t i = 0; i < REMIT_COUNT(places); i++) {
        size_t line = 0;
        size_t column = 0;
        bool there = remit_json_locate(remit_str_of(located), remit_str_of(places[i].pointer),
                                       &line, &column);

        cr_expect(there == places[i].there, "%s", places[i].pointer);
        if (!there)
            continue;
        cr_expect(eq(sz, line, places[i].line), "%s", places[i].pointer);
        cr_expect(eq(sz, column, places[i].column), "%s", places[i].pointer);
    }
}

/* --- writing --- */

Test(json, writer_places_commas)
{
    auto_buf struct remit_buf out = REMIT_BUF(1000);
    struct remit_jw w = REMIT_JW(&out);

    remit_jw_object(&w);
    remit_jw_put_str(&w, "s", REMIT_STR("x"));
    remit_jw_put_int(&w, "i", -7);
    remit_jw_put_bool(&w, "b", true);
    remit_jw_put_cstr(&w, "n", NULL);
    remit_jw_key(&w, "a");
    remit_jw_array(&w);
    remit_jw_array(&w);
    remit_jw_end(&w);
    remit_jw_object(&w);
    remit_jw_end(&w);
    remit_jw_fmt(&w, "%d%%", 5);
    remit_jw_real(&w, 1.5);
    remit_jw_real(&w, INFINITY);
    remit_jw_raw(&w, REMIT_STR("[0]"));
    remit_jw_end(&w);
    remit_jw_put_bool(&w, "z", false);
    remit_jw_end(&w);
    EXPECT_TEXT(remit_buf_cstr(&out),
                "{\"s\":\"x\",\"i\":-7,\"b\":true,\"n\":null,\"a\":[[],{},\"5%\",1.500,null,[0]],"
                "\"z\":false}");
}

static void escapes(struct remit_str text, bool html, const char *expected)
{
    auto_buf struct remit_buf out = REMIT_BUF(1000);

    remit_json_escape(&out, text, html);
    EXPECT_TEXT(remit_buf_cstr(&out), expected);
}

/* [task-endpoints 1.3] and [attacks H6] */
Test(json, escape_keeps_strings_inside_their_quotes)
{
    escapes(REMIT_STR("\"\\/\b\f\n\r\t"), false, "\\\"\\\\/\\b\\f\\n\\r\\t");
    escapes(REMIT_STR("\x1b[31m\x7f\0"), false, "\\u001b[31m\\u007f\\u0000");
    escapes(REMIT_STR("<a&b>+='"), true, "\\u003ca\\u0026b\\u003e+='");
    escapes(REMIT_STR("<a&b>"), false, "<a&b>");
    escapes(REMIT_STR("\xc3\xbc\xf0\x9f\x98\x80"), false, "\xc3\xbc\xf0\x9f\x98\x80");
    escapes(REMIT_STR("\xff\xc3(\xed\xa0\x80"), false,
            "\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    escapes(REMIT_STR("cut\xe2\x82"), false, "cut\xef\xbf\xbd\xef\xbf\xbd");
}
