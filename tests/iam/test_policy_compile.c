/* What is refused when a policy is loaded, where, and in whose words; and what is taken. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "iam/policy/policy_internal.h"
#include "tests/iam/policy_kit.h"

#define OK      "\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"*\""
#define S(text) "{\"Version\":\"2012-10-17\",\"Statement\":[{" text "}]}"

static const struct row {
    const char *document;
    enum remit_policy_type type;
    bool strict;
    const char *text; /* how the error starts; NULL: taken */
} rows[] = {
    { S(OK), 0, true, NULL },
    { "{\"Statement\":{" OK "}}", 0, true, NULL },
    /* JSON */
    { "", 0, false, "line 1 column 1: the document ends too early" },
    { "{", 0, false, "line 1 column 2: expected a key in quotes" },
    { "{\n  \"Statement\": tru\n}", 0, false, "line 2 column 16: not a JSON value" },
    { "{\"a\":[1,]}", 0, false, "line 1 column 9: not a JSON value" },
    { "{\"a\":1,}", 0, false, "line 1 column 8: expected a key in quotes" },
    { "{\"a\" 1}", 0, false, "line 1 column 6: expected : behind a key" },
    { "{\"a\":[1 2]}", 0, false, "line 1 column 9: expected , or ]" },
    { "{\"a\":01}", 0, false, "line 1 column 8: a number starts with 0" },
    { "{\"a\":1.}", 0, false, "line 1 column 8: digits are missing behind a decimal point" },
    { "{\"a\":1e}", 0, false, "line 1 column 8: digits are missing in an exponent" },
    { "{\"a\":\"\\x\"}", 0, false, "line 1 column 9: no such escape" },
    { "{\"a\":\"\\u12\"}", 0, false, "line 1 column 11: a \\u escape" },
    { "{\"a\":\"b", 0, false, "line 1 column 8: a string is not closed" },
    { "{\"a\":\"\tb\"}", 0, false, "line 1 column 7: a control character in a string" },
    { "{\"a\":\"\\u0100\"}", 0, false, "line 1 column 13: a policy has only the characters" },
    { "{\"a\":\"\\u0001\"}", 0, false, "line 1 column 13: a policy has only the characters" },
    { "{\"a\":\"\xe2\x82\xac\"}", 0, false, "line 1 column 7: a policy has no characters above" },
    { "{\"a\":\"\xc3(\"}", 0, false, "line 1 column 7: not UTF-8" },
    { "{\"a\":\"\x80\"}", 0, false, "line 1 column 7: not UTF-8" },
    { S(OK) " x", 0, false, "line 1 column 93: something stands behind the document" },
    { "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", 0, false, "line 1 column 17: nested too deep" },
    { S("\"Sid\":\"\\u00e4\\t\\\"\\/\"," OK), 0, false, NULL },
    /* the document */
    { "[]", 0, false, ": Syntax errors in policy." },
    { "{}", 0, false, ": Missing required field Statement" },
    { "{\"Statement\":[]}", 0, false, "/Statement: Syntax errors in policy." },
    { "{\"statement\":[]}", 0, false, "/statement: no such element in a policy" },
    { "{\"Version\":\"2012-10-18\",\"Statement\":{" OK "}}", 0, false, "/Version: is neither" },
    { "{\"Version\":2012,\"Statement\":{" OK "}}", 0, false,
      "/Version: needs a string, not a number" },
    { "{\"Version\":\"2012-10-17\",\"Version\":\"2012-10-17\",\"Statement\":{" OK "}}", 0, false,
      "/Version: stands twice" },
    { "{\"Id\":\"x\",\"Statement\":{" OK "}}", REMIT_POLICY_IDENTITY, false,
      "/Id: Has prohibited field Id" },
    { "{\"Id\":\"x\",\"Statement\":{" OK ",\"Principal\":\"*\"}}", REMIT_POLICY_RESOURCE, false,
      NULL },
    { "{\"a/b~c\":1}", 0, false, "/a~1b~0c: no such element" },
    /* a statement */
    { "{\"Statement\":[1]}", 0, false, "/Statement/0: needs an object, not a number" },
    { "{\"Statement\":null}", 0, false, "/Statement/0: needs an object, not null" },
    { "{\"Statement\":[[]]}", 0, false, "/Statement/0: needs an object, not a list" },
    { S("\"Action\":\"*\",\"Resource\":\"*\""), 0, false,
      "/Statement/0: Missing required field Effect" },
    { S("\"Effect\":\"allow\",\"Action\":\"*\",\"Resource\":\"*\""), 0, false,
      "/Statement/0/Effect: is neither Allow nor Deny" },
    { S("\"Effect\":\"Allow\",\"Resource\":\"*\""), 0, false,
      "/Statement/0: Policy statement must contain actions." },
    { S("\"Effect\":\"Allow\",\"Action\":\"*\""), 0, false,
      "/Statement/0: Policy statement must contain resources." },
    { S(OK ",\"NotAction\":\"*\""), 0, false, "/Statement/0: has both Action and NotAction" },
    { S(OK ",\"NotResource\":\"*\""), 0, false, "/Statement/0: has both Resource and NotResource" },
    { S(OK ",\"Effect\":\"Allow\""), 0, false, "/Statement/0/Effect: stands twice" },
    { S(OK ",\"Foo\":1"), 0, false, "/Statement/0/Foo: no such element in a statement" },
    { S("\"Effect\":\"Allow\",\"Action\":[\"s3:*\",7],\"Resource\":\"*\""), 0, false,
      "/Statement/0/Action/1: needs a string, not a number" },
    { S("\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":[[\"*\"]]"), 0, false,
      "/Statement/0/Resource/0: needs a string, not a list" },
    { S("\"Sid\":\"a b\"," OK), 0, true, "/Statement/0/Sid: Statement IDs (SID)" },
    { S("\"Sid\":\"a\"," OK "},{\"Sid\":\"a\"," OK), 0, true,
      "/Statement: Statement IDs (SID) in a single policy must be unique." },
    { S("\"Sid\":\"a\"," OK "},{\"Sid\":\"a\"," OK), 0, false, NULL },
    { S("\"Sid\":\"\"," OK "},{\"Sid\":\"\"," OK), 0, true, NULL },
    /* actions and resources, strict */
    { S("\"Effect\":\"Allow\",\"Action\":\"GetObject\",\"Resource\":\"*\""), 0, true,
      "/Statement/0/Action: Actions/Conditions must be prefaced by a vendor" },
    { S("\"Effect\":\"Allow\",\"Action\":\"s3:Get:Object\",\"Resource\":\"*\""), 0, true,
      "/Statement/0/Action: Actions/Condition can contain only one colon." },
    { S("\"Effect\":\"Allow\",\"Action\":\"s3:Get Object\",\"Resource\":\"*\""), 0, true,
      "/Statement/0/Action: an action holds no white space" },
    { S("\"Effect\":\"Allow\",\"Action\":\"s3:\",\"Resource\":\"*\""), 0, true,
      "/Statement/0/Action: " },
    { S("\"Effect\":\"Allow\",\"Action\":[],\"Resource\":\"*\""), 0, true,
      "/Statement/0/Action: " },
    { S("\"Effect\":\"Allow\",\"Action\":[],\"Resource\":\"*\""), 0, false, NULL },
    { S("\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"bucket\""), 0, true,
      "/Statement/0/Resource: Resource bucket must be in ARN format or \"*\"." },
    { S("\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:moon:s3:::b\""), 0, true,
      "/Statement/0/Resource: Partition \"moon\" is not valid for resource" },
    { S("\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:s*:::b\""), 0, true,
      "/Statement/0/Resource: Resource vendor must be fully qualified" },
    { S("\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:s*:::b\""), 0, false, NULL },
    /* principals */
    { S(OK ",\"Principal\":\"*\""), 0, false, "/Statement/0: Has prohibited field Principal" },
    { S(OK), REMIT_POLICY_RESOURCE, false, "/Statement/0: Missing required field Principal" },
    { S(OK ",\"Principal\":\"111122223333\""), REMIT_POLICY_RESOURCE, false,
      "/Statement/0/Principal: Invalid principal in policy" },
    { S(OK ",\"Principal\":{\"aws\":\"*\"}"), REMIT_POLICY_RESOURCE, false,
      "/Statement/0/Principal/aws: is neither AWS, Service" },
    { S(OK ",\"Principal\":{\"AWS\":\"*\",\"AWS\":\"*\"}"), REMIT_POLICY_RESOURCE, false,
      "/Statement/0/Principal/AWS: stands twice" },
    { S(OK ",\"Principal\":{\"AWS\":[\"*\",null]}"), REMIT_POLICY_RESOURCE, false,
      "/Statement/0/Principal/AWS/1: needs a string, not null" },
    { S(OK ",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/*\"}"), REMIT_POLICY_RESOURCE,
      true, "/Statement/0/Principal/AWS: Invalid principal in policy: arn:aws:iam" },
    { S(OK ",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/*\"}"), REMIT_POLICY_RESOURCE,
      false, NULL },
    { S(OK ",\"Principal\":{\"Service\":\"*\"}"), REMIT_POLICY_RESOURCE, true,
      "/Statement/0/Principal/Service: Invalid principal" },
    { S(OK ",\"Principal\":{\"Federated\":\"accounts.google.com\"}"), REMIT_POLICY_RESOURCE, true,
      "/Statement/0/Principal/Federated: Invalid principal" },
    { S(OK ",\"Principal\":{}"), REMIT_POLICY_RESOURCE, false, NULL },
    { S("\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"NotPrincipal\":\"*\""),
      REMIT_POLICY_TRUST, false, "/Statement/0: Has prohibited field NotPrincipal" },
    { S(OK ",\"Principal\":\"*\""), REMIT_POLICY_TRUST, false,
      "/Statement/0: Has prohibited field Resource" },
    { S("\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Principal\":\"*\""), REMIT_POLICY_TRUST,
      true, "/Statement/0/Action: AssumeRole policy may only specify" },
    /* conditions */
    { S(OK ",\"Condition\":[]"), 0, false, "/Statement/0/Condition: needs an object, not a list" },
    { S(OK ",\"Condition\":{\"StringEqual\":{\"a:b\":\"c\"}}"), 0, false,
      "/Statement/0/Condition/StringEqual: no such condition operator" },
    { S(OK ",\"Condition\":{\"stringequals\":{\"a:b\":\"c\"}}"), 0, false,
      "/Statement/0/Condition/stringequals: no such condition operator" },
    { S(OK ",\"Condition\":{\"NullIfExists\":{\"a:b\":\"true\"}}"), 0, false,
      "/Statement/0/Condition/NullIfExists: no such condition operator" },
    { S(OK ",\"Condition\":{\"forallvalues:StringEquals\":{\"a:b\":\"c\"}}"), 0, false,
      "/Statement/0/Condition/forallvalues:StringEquals: no such" },
    { S(OK ",\"Condition\":{\"StringEquals\":\"c\"}"), 0, false,
      "/Statement/0/Condition/StringEquals: needs an object, not a string" },
    { S(OK ",\"Condition\":{\"StringEquals\":{\"a:b\":null}}"), 0, false,
      "/Statement/0/Condition/StringEquals/a:b: needs a string, a number or a boolean, not null" },
    { S(OK ",\"Condition\":{\"StringEquals\":{\"a:b\":[[\"c\"]]}}"), 0, false,
      "/Statement/0/Condition/StringEquals/a:b/0: needs a string" },
    { S(OK ",\"Condition\":{\"StringEquals\":{\"a:b\":\"c\",\"A:B\":\"d\"}}"), 0, false,
      "/Statement/0/Condition/StringEquals/" },
    { S(OK ",\"Condition\":{\"StringEquals\":{\"a:b\":\"c\"},\"StringEquals\":{}}"), 0, false,
      "/Statement/0/Condition/StringEquals: stands twice" },
    { S(OK ",\"Condition\":{\"StringEquals\":{\"a\":\"c\"}}"), 0, true,
      "/Statement/0/Condition/StringEquals/a: Actions/Conditions must be prefaced" },
    { S(OK ",\"Condition\":{\"Bool\":{\"a:b\":\"yes\"}}"), 0, true, NULL },
    { S(OK ",\"Condition\":{\"NumericEquals\":{\"a:b/c\":[1,\"x\"]}}"), 0, true,
      "/Statement/0/Condition/NumericEquals/a:b~1c/1: needs a number: x" },
    /* resource control policies */
    { S("\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\""),
      REMIT_POLICY_RCP, false, NULL },
    { S("\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\""),
      REMIT_POLICY_RCP, false, NULL },
    { S("\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\""),
      REMIT_POLICY_RCP, false, "/Statement/0: a resource control policy allows nothing but" },
    { S("\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\""),
      REMIT_POLICY_RCP, false, "/Statement/0: a resource control policy names the service" },
    { S("\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":[\"s3:*\",\"*:Get*\"],\"Resource\":\"*"
        "\""),
      REMIT_POLICY_RCP, false, "/Statement/0: a resource control policy names the service" },
    { S("\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3Get*\",\"Resource\":\"*\""),
      REMIT_POLICY_RCP, false, "/Statement/0: a resource control policy names the service" },
    { S("\"Effect\":\"Deny\",\"Principal\":{\"AWS\":\"111122223333\"},\"Action\":\"s3:*\","
        "\"Resource\":\"*\""),
      REMIT_POLICY_RCP, false, "/Statement/0: the Principal of a resource control policy" },
    { S("\"Effect\":\"Deny\",\"Principal\":\"*\",\"NotAction\":\"s3:*\",\"Resource\":\"*\""),
      REMIT_POLICY_RCP, false, "/Statement/0: Has prohibited field NotAction" },
    { "{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*"
      "\"}}",
      REMIT_POLICY_RCP, false, ": Policy document must be version 2012-10-17 or greater." },
};

TestSuite(policy_compile, .timeout = 60);

KIT_ROWS(policy_compile, rows)
{
    const struct row *r = &rows[*i];
    const struct remit_policy_options options = { .type = r->type, .strict = r->strict };
    auto_policy struct remit_policy *policy = NULL;
    struct remit_err err = { 0 };
    int result = remit_policy_compile(remit_str_of(r->document), &options, &policy, &err);

    if (r->text == NULL) {
        cr_expect(eq(int, result, 0), "%s: %s", r->document, err.text);
        return;
    }
    cr_assert(eq(int, result, -1), "taken: %s", r->document);
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "MalformedPolicyDocument"));
    cr_expect(strncmp(err.text, r->text, strlen(r->text)) == 0, "%s\nwanted: %s", err.text,
              r->text);
    cr_expect(policy == NULL);
}

/* ---- quotas (section 5) ---- */

static int compile_padded(enum remit_policy_type type, size_t chars, char pad,
                          struct remit_err *err)
{
    static char document[8192];
    const struct remit_policy_options options = { .type = type, .quota = true };
    auto_policy struct remit_policy *policy = NULL;
    int used =
        snprintf(document, sizeof(document),
                 "{\"Statement\":{\"Effect\":\"Allow\",%s"
                 "\"Sid\":\"",
                 type == REMIT_POLICY_TRUST ? "\"Principal\":\"*\",\"Action\":\"sts:AssumeRole\","
                                            : "\"Action\":\"*\",\"Resource\":\"*\",");

    memset(document + used, 'a', sizeof(document) - (size_t)used);
    memcpy(document + chars - 3, "\"}}", 3);
    memset(document + chars, pad, sizeof(document) - chars);
    return remit_policy_compile(remit_str_from(document, sizeof(document)), &options, &policy, err);
}

Test(policy_compile, quota_of_the_type_counts_no_white_space_between_tokens)
{
    struct remit_err err = { 0 };

    cr_expect(eq(int, compile_padded(REMIT_POLICY_IDENTITY, 6144, ' ', &err), 0), "%s", err.text);
    cr_expect(eq(int, compile_padded(REMIT_POLICY_IDENTITY, 6145, ' ', &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
    cr_expect(remit_err_is(&err, "LimitExceeded"));
    cr_expect(strstr(err.text, "6145") != NULL && strstr(err.text, "6144") != NULL, "%s", err.text);
    cr_expect(eq(int, compile_padded(REMIT_POLICY_TRUST, 2048, '\n', &err), 0), "%s", err.text);
    cr_expect(eq(int, compile_padded(REMIT_POLICY_TRUST, 2049, '\n', &err), -1));
}

Test(policy_compile, quota_of_scps_and_session_policies_counts_every_character)
{
    struct remit_err err = { 0 };

    cr_expect(eq(int, compile_padded(REMIT_POLICY_SCP, 3000, ' ', &err), -1));
    cr_expect(eq(int, compile_padded(REMIT_POLICY_SESSION, 1000, ' ', &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
}

Test(policy_compile, quota_counts_characters_and_not_bytes)
{
    cr_expect(eq(sz, remit_policy_quota_chars(REMIT_STR(" { \"\xc3\xa4 b\" : 1 }\n")), 9));
    cr_expect(eq(sz, remit_policy_quota_chars(REMIT_STR("\"\\\" \" \"x\"")), 8));
    cr_expect(eq(sz, remit_policy_quota(REMIT_POLICY_RCP), 5120));
    cr_expect(eq(sz, remit_policy_quota(REMIT_POLICY_RESOURCE), 0));
}

Test(policy_compile, document_over_the_hard_limit_is_refused)
{
    struct remit_policy *policy = NULL;
    struct remit_err err = { 0 };
    char *document = calloc(1, REMIT_POLICY_MAX + 1);

    cr_assert(document != NULL);
    cr_expect(eq(
        int,
        remit_policy_compile(remit_str_from(document, REMIT_POLICY_MAX + 1), NULL, &policy, &err),
        -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
    free(document);
}

/* Nothing that a document repeats takes more than its share of time: 100,000 keys, sorted. */
Test(policy_compile, hundred_thousand_keys_of_one_operator_are_checked_for_duplicates)
{
    auto_buf struct remit_buf document = REMIT_BUF(REMIT_POLICY_MAX);
    auto_policy struct remit_policy *policy = NULL;
    struct remit_err err = { 0 };

    remit_buf_put_cstr(&document, "{\"Statement\":{" OK ",\"Condition\":{\"StringEquals\":{");
    for (int i = 0; i < 100000; i++)
        remit_buf_put_fmt(&document, "\"a:%d\":\"\",", i);
    remit_buf_put_cstr(&document, "\"A:99999\":\"\"}}}}");
    cr_expect(eq(int, remit_policy_compile(remit_buf_view(&document), NULL, &policy, &err), -1));
    cr_expect(strstr(err.text, "stands twice under the same operator") != NULL, "%s", err.text);
}

/* ---- the inside, as the prover and lint see it ---- */

Test(policy_compile, compiled_policy_holds_what_the_document_says)
{
    auto_policy struct remit_policy *policy = kit_policy(
        REMIT_POLICY_IDENTITY,
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"one\",\"Effect\":\"Deny\","
        "\"NotAction\":[\"S3:Get*\",\"iam:*\"],\"Resource\":\"arn:aws:sqs\",\"Condition\":"
        "{\"ForAnyValue:NumericLessThanIfExists\":{\"A:b\":[1.50,\"2\"]}}}]}");
    const struct remit_statement *s = policy->statements;
    const struct remit_condition *c = s->conditions;

    cr_assert(eq(sz, remit_policy_n_statements(policy), 1));
    cr_expect(eq(int, remit_policy_type(policy), REMIT_POLICY_IDENTITY));
    cr_expect(policy->variables && !policy->single && s->deny && s->not_action && !s->not_resource);
    cr_expect(remit_str_equal(s->sid, REMIT_STR("one")));
    cr_assert(eq(sz, s->n_actions, 2));
    cr_expect(remit_str_equal(s->actions[0].source, REMIT_STR("S3:Get*")));
    cr_expect(remit_str_equal(s->actions[0].prefix, REMIT_STR("s3:get")));
    cr_expect(eq(int, s->actions[0].shape, REMIT_GLOB_PREFIX));
    cr_expect(remit_str_equal(s->resources[0].source, REMIT_STR("arn:aws:sqs")));
    cr_expect(remit_str_equal(s->resources[0].prefix, REMIT_STR("arn:aws:sqs:")));
    cr_assert(eq(sz, s->n_conditions, 1));
    cr_expect(c->quantifier == REMIT_FOR_ANY && c->if_exists && !c->malformed);
    cr_expect(remit_str_equal(c->op->name, REMIT_STR("NumericLessThan")));
    cr_expect(remit_str_equal(c->key, REMIT_STR("A:b")));
    cr_assert(eq(sz, c->n_operands, 2));
    cr_expect(remit_str_equal(c->texts[0], REMIT_STR("1.50")));
    cr_expect(eq(i64, c->operands[0].is.number.exponent, 0));
}

Test(policy_compile, bare_value_and_list_of_one_are_the_same)
{
    auto_policy struct remit_policy *bare =
        kit_policy(REMIT_POLICY_IDENTITY, "{\"Statement\":{" OK "}}");
    auto_policy struct remit_policy *list =
        kit_policy(REMIT_POLICY_IDENTITY, "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
                                          "[\"s3:Get*\"],\"Resource\":[\"*\"]}]}");

    cr_expect(eq(sz, bare->n_statements, list->n_statements));
    cr_expect(eq(sz, bare->statements->n_actions, list->statements->n_actions));
    cr_expect(bare->single && !list->single);
}

Test(policy_compile, policy_outlives_its_document_and_its_first_holder)
{
    char document[] = "{\"Statement\":{" OK "}}";
    struct remit_policy *policy = kit_policy(REMIT_POLICY_IDENTITY, document);
    struct remit_policy *second = remit_policy_hold(policy);

    memset(document, 'x', sizeof(document));
    remit_policy_drop(&policy);
    cr_expect(policy == NULL);
    cr_expect(remit_str_equal(second->statements->actions->source, REMIT_STR("s3:Get*")));
    remit_policy_drop(&second);
    remit_policy_drop(&second);
}

/* The 500 managed policies that AWS publishes: all compile, also as IAM would save them. */
Test(policy_compile, every_policy_of_the_corpus_compiles)
{
    static const char *const places[] = { "../shared/corpus/managed-policies.jsonl",
                                          "../../shared/corpus/managed-policies.jsonl",
                                          "/work/shared/corpus/managed-policies.jsonl" };
    const struct remit_policy_options strict = { .strict = true };
    FILE *file = NULL;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len = 0;
    unsigned n = 0;

    for (size_t i = 0; file == NULL && i < REMIT_COUNT(places); i++)
        file = fopen(places[i], "r");
    if (file == NULL)
        cr_skip_test("no ../shared/corpus here");
    while ((len = getline(&line, &cap, file)) > 0) {
        const char *from = strstr(line, "\"document\":");
        auto_policy struct remit_policy *policy = NULL;
        struct remit_err err = { 0 };
        struct remit_str document;

        cr_assert(from != NULL);
        from += strlen("\"document\":");
        document = remit_str_trim(remit_str_from(from, (size_t)(line + len - from) - 1));
        document.len--; /* the brace of the line */
        n++;
        cr_expect(eq(int, remit_policy_compile(document, &strict, &policy, &err), 0), "%.80s: %s",
                  line, err.text);
    }
    free(line);
    (void)fclose(file);
    cr_expect(n >= 500, "%u policies", n);
}
