#include "tests/iam/policy_kit.h"

#include <stdio.h>

#include <remit/document.h>

/* ---- places ---- */

static const char document[] =
    "{\n"
    "  \"Version\": \"2012-10-17\",\n"
    "  \"Statement\": [\n"
    "    {\"Effect\": \"Allow\", \"Action\": [\"s3:*\", \"ecs:*\"],\n"
    "     \"Resource\": \"*\",\n"
    "     \"Condition\": {\"StringEquals\": {\"aws:RequestTag/a\": 5}}}\n"
    "  ]\n"
    "}\n";

static const struct place_row {
    const char *pointer;
    size_t line, column, len; /* of the value; line 0: it is not there */
    size_t key_line, key_column;
} places[] = {
    { "", 1, 1, sizeof(document) - 2, 0, 0 },
    { "/Version", 2, 14, 12, 2, 3 },
    { "/Statement/0/Action", 4, 35, 17, 4, 25 },
    { "/Statement/0/Action/1", 4, 44, 7, 0, 0 },
    { "/Statement/0/Condition/StringEquals/aws:RequestTag~1a", 6, 57, 1, 6, 37 },
    { "/Statement/1", 0, 0, 0, 0, 0 },
    { "/Statement/0/Sid", 0, 0, 0, 0, 0 },
    { "/Statement/0/Resource/0", 0, 0, 0, 0, 0 },
    { "Version", 0, 0, 0, 0, 0 },
};

Test(policy_document, a_pointer_leads_to_line_and_column)
{
    for (size_t i = 0; i < REMIT_COUNT(places); i++) {
        const struct place_row *row = &places[i];
        struct remit_place value = { 0 };
        struct remit_place key = { 0 };
        bool there =
            remit_policy_locate(remit_str_of(document), remit_str_of(row->pointer), &value, &key);

        cr_expect(there == (row->line > 0), "%s", row->pointer);
        cr_expect(value.line == row->line && value.column == row->column && value.len == row->len,
                  "%s: %zu:%zu, %zu bytes", row->pointer, value.line, value.column, value.len);
        cr_expect(key.line == row->key_line && key.column == row->key_column, "%s: key at %zu:%zu",
                  row->pointer, key.line, key.column);
    }
}

/* A pointer as deep as any, into a document as long as any, a few times within the timeout. */
Test(policy_document, places_in_the_largest_document_are_found_in_linear_time, .timeout = 20)
{
    static char text[REMIT_POLICY_MAX];
    struct remit_str whole = { text, sizeof(text) };
    struct remit_place value = { 0 };
    size_t len = (size_t)snprintf(text, sizeof(text), "{\"Statement\": [[");

    memset(text + len, ' ', sizeof(text) - len);
    for (; len + 8 < sizeof(text); len += 2)
        memcpy(text + len, "0,", 2);
    memcpy(text + len, "\"x\"]]}", 6);
    for (int i = 0; i < 20; i++) {
        char pointer[64];

        (void)snprintf(pointer, sizeof(pointer), "/Statement/0/%zu", (len - 16) / 2);
        cr_assert(remit_policy_locate(whole, remit_str_of(pointer), &value, NULL), "%s", pointer);
        cr_assert(eq(sz, value.len, 3));
    }
}

/* ---- the canonical form ---- */

static const struct format_row {
    const char *name, *from, *to;
} formats[] = {
    { "elements in order, lists sorted, lists of one as their value",
      "{\"Statement\":{\"Resource\":[\"b\",\"a\"],\"NotAction\":[\"s3:*\"],\"Effect\":\"Deny\","
      "\"Sid\":\"S\"},\"Version\":\"2012-10-17\"}",
      "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Sid\": \"S\",\n"
      "      \"Effect\": \"Deny\",\n      \"NotAction\": \"s3:*\",\n      \"Resource\": [\n"
      "        \"a\",\n        \"b\"\n      ]\n    }\n  ]\n}\n" },
    { "statements stay in order; operators, keys and values are sorted; values keep their type",
      "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"b\",\"Resource\":\"*\",\"Condition\":{"
      "\"StringLike\":{\"z\":\"1\",\"a\":[3,\"2\",true]},\"Bool\":{\"k\":[false]}}},"
      "{\"Effect\":\"Allow\",\"Action\":[],\"Resource\":\"*\",\"Condition\":{}}]}",
      "{\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": \"b\",\n"
      "      \"Resource\": \"*\",\n      \"Condition\": {\n        \"Bool\": {\n"
      "          \"k\": false\n        },\n        \"StringLike\": {\n          \"a\": [\n"
      "            \"2\",\n            3,\n            true\n          ],\n          \"z\": \"1\"\n"
      "        }\n      }\n    },\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": [],\n"
      "      \"Resource\": \"*\",\n      \"Condition\": {}\n    }\n  ]\n}\n" },
    { "principals by type, an Id, the fewest escapes",
      "{\"Id\":\"\\u0061\\/"
      "\\u00e9\\\"\",\"Statement\":[{\"Principal\":{\"Service\":[\"b.amazonaws.com\","
      "\"a.amazonaws.com\"],\"AWS\":[\"*\"]},\"Effect\":\"Allow\",\"Action\":\"s3:*\"}]}",
      "{\n  \"Id\": \"a/\xc3\xa9\\\"\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n"
      "      \"Principal\": {\n        \"AWS\": \"*\",\n        \"Service\": [\n"
      "          \"a.amazonaws.com\",\n          \"b.amazonaws.com\"\n        ]\n      },\n"
      "      \"Action\": \"s3:*\"\n    }\n  ]\n}\n" },
};

KIT_ROWS(policy_document, formats)
{
    const struct format_row *row = &formats[*i];
    auto_buf struct remit_buf once = REMIT_BUF(65536);
    auto_buf struct remit_buf twice = REMIT_BUF(65536);
    struct remit_err err = { 0 };

    cr_assert(remit_policy_format(remit_str_of(row->from), &once, &err) == 0, "%s", err.text);
    kit_expect_text(remit_buf_cstr(&once), row->to);
    cr_assert(remit_policy_format(remit_buf_view(&once), &twice, &err) == 0, "%s", err.text);
    kit_expect_text(remit_buf_cstr(&twice), row->to);
}

static const struct refused_row {
    const char *document, *wanted;
} refused[] = {
    { "{", "line 1 column 2: expected a key in quotes" },
    { "[]", ": Syntax errors in policy. A policy is an object." },
    { "{\"Statement\":{\"Effect\":\"Allow\",\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*"
      "\"}}",
      "/Statement/Effect: stands twice in the same statement" },
    { "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Extra\":1}]}",
      "/Statement/0/Extra: no such element in a statement" },
    { "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\"}]}",
      "/Statement/0: Policy statement must contain resources." },
};

Test(policy_document, what_is_no_policy_is_not_formatted)
{
    for (size_t i = 0; i < REMIT_COUNT(refused); i++) {
        auto_buf struct remit_buf out = REMIT_BUF(65536);
        struct remit_err err = { 0 };

        cr_expect(remit_policy_format(remit_str_of(refused[i].document), &out, &err) == -1);
        cr_expect(remit_err_is(&err, "MalformedPolicyDocument"));
        kit_expect_text(err.text, refused[i].wanted);
        cr_expect(eq(sz, out.len, 0));
    }
}

Test(policy_document, a_full_buffer_is_an_error)
{
    auto_buf struct remit_buf out = REMIT_BUF(16);
    struct remit_err err = { 0 };

    cr_expect(remit_policy_format(remit_str_of(formats[0].from), &out, &err) == -1);
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
}

/* ---- the same policy ---- */

#define STATEMENT(inside) "{\"Statement\":{\"Effect\":\"Allow\"," inside "}}"

static const struct same_row {
    const char *a, *b;
    bool same;
} sames[] = {
    { STATEMENT("\"Action\":[\"a\",\"b\"],\"Resource\":\"*\""),
      STATEMENT("\"Resource\":[\"*\"],\"Action\":[\"b\",\"a\"]"), true },
    { STATEMENT("\"Action\":[\"a\",\"b\"],\"Resource\":\"*\""),
      STATEMENT("\"Action\":[\"a\",\"a\"],\"Resource\":\"*\""), false },
    { STATEMENT("\"Action\":\"a\",\"Resource\":\"*\""),
      STATEMENT("\"NotAction\":\"a\",\"Resource\":\"*\""), false },
    { STATEMENT("\"Action\":\"a\",\"Resource\":\"*\""),
      STATEMENT("\"Action\":\"a\",\"NotResource\":\"*\""), false },
    { STATEMENT("\"Action\":\"a\",\"Resource\":\"*\",\"Sid\":\"\""),
      STATEMENT("\"Action\":\"a\",\"Resource\":\"*\""), false },
    { STATEMENT("\"Action\":\"a\",\"Resource\":\"*\""),
      "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"a\","
      "\"Resource\":\"*\"}}",
      false },
    { STATEMENT(
          "\"Action\":\"a\",\"Resource\":\"*\",\"Condition\":{\"Bool\":{\"k\":true,\"l\":[1,2]}}"),
      STATEMENT("\"Action\":\"a\",\"Resource\":\"*\",\"Condition\":{\"Bool\":{\"l\":[\"2\",\"1\"],"
                "\"k\":[\"true\"]}}"),
      true },
    { STATEMENT("\"Action\":\"a\",\"Resource\":\"*\",\"Condition\":{\"Bool\":{\"k\":true}}"),
      STATEMENT("\"Action\":\"a\",\"Resource\":\"*\",\"Condition\":{\"Bool\":{\"k\":false}}"),
      false },
    { STATEMENT("\"Action\":\"a\",\"Resource\":\"*\",\"Condition\":{\"Bool\":{\"k\":true}}"),
      STATEMENT(
          "\"Action\":\"a\",\"Resource\":\"*\",\"Condition\":{\"BoolIfExists\":{\"k\":true}}"),
      false },
};

Test(policy_document, order_within_lists_is_no_difference_and_anything_else_is)
{
    for (size_t i = 0; i < REMIT_COUNT(sames); i++) {
        auto_policy struct remit_policy *a = kit_policy(REMIT_POLICY_IDENTITY, sames[i].a);
        auto_policy struct remit_policy *b = kit_policy(REMIT_POLICY_IDENTITY, sames[i].b);

        cr_expect(remit_policy_same(a, b) == sames[i].same, "row %zu", i);
        cr_expect(remit_policy_same(b, a) == sames[i].same, "row %zu", i);
        cr_expect(remit_policy_same(a, a) && remit_policy_same(b, b), "row %zu", i);
    }
}
