/*
 * What a trace hears, and what the operator is told: the right reason for each decision, its JSON
 * pointer, and a grant that does allow. Right for the wrong reason is a failure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "tests/iam/policy_kit.h"

#define V "{\"Version\":\"2012-10-17\",\"Statement\":"
#define U "arn:aws:iam::111122223333:user/alice"
#define S "arn:aws:sts::111122223333:assumed-role/R/s1"
#define R "arn:aws:iam::111122223333:role/path/R"
#define O "arn:aws:iam::444455556666:user/olga"

/* ---- steps, a line each ---- */

static const char *const layer_words[] = { "none",     "rcp",      "scp",      "endpoint",
                                           "resource", "identity", "boundary", "session" };
static const char *const match_words[] = { "absent", "unasked", "no", "yes" };

static void write_condition(struct remit_buf *out, const struct remit_trace *s, const char *pointer)
{
    remit_buf_put_fmt(out, "  %s %s%s%s", pointer, s->holds ? "holds" : "fails",
                      s->unresolved ? " unresolved" : "", s->malformed ? " malformed" : "");
    remit_buf_put_fmt(out, " %s", s->present ? "has" : "absent");
    for (size_t i = 0; i < s->n_values; i++)
        remit_buf_put_fmt(out, " " REMIT_STR_FMT, REMIT_STR_ARG(s->values[i]));
    remit_buf_put_cstr(out, " wants");
    for (size_t i = 0; i < s->n_operands; i++)
        remit_buf_put_fmt(out, " " REMIT_STR_FMT, REMIT_STR_ARG(s->operands[i]));
}

static void write_statement(struct remit_buf *out, const struct remit_trace *s, const char *pointer)
{
    remit_buf_put_fmt(out, "%s %s %s %s: P %s A %s R %s C %s", layer_words[s->layer], pointer,
                      s->deny ? "Deny" : "Allow", s->applies ? "applies" : "does not",
                      match_words[s->principal], match_words[s->action], match_words[s->resource],
                      match_words[s->condition]);
    if (s->resource_text.len > 0)
        remit_buf_put_fmt(out, " by " REMIT_STR_FMT, REMIT_STR_ARG(s->resource_text));
}

static void write_step(void *self, const struct remit_trace *s)
{
    struct remit_buf *out = self;
    char pointer[256];

    cr_expect(eq(sz, remit_trace_pointer(s, pointer, sizeof(pointer)), strlen(pointer)));
    if (s->kind == REMIT_TRACE_CONDITION)
        write_condition(out, s, pointer);
    else if (s->kind == REMIT_TRACE_STATEMENT)
        write_statement(out, s, pointer);
    else
        remit_buf_put_fmt(out, "%s%s says %s",
                          s->kind == REMIT_TRACE_LAYER ? "layer " : "decision ",
                          layer_words[s->layer], remit_decision_name(s->decision));
    remit_buf_put_byte(out, '\n');
}

static void expect_trace(const char *document, const char *context, const char *wanted)
{
    auto_policy_set struct remit_policy_set *set = kit_set(REMIT_POLICY_IDENTITY, document);
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 16);
    auto_context struct remit_context keys = { 0 };
    auto_buf struct remit_buf out = REMIT_BUF(1 << 16);
    const struct remit_bundle bundle = { .identity = set };
    const struct remit_request request = { .principal = REMIT_STR(U),
                                           .action = REMIT_STR("s3:GetObject"),
                                           .resource = REMIT_STR("arn:aws:s3:::b/x"),
                                           .resource_account = REMIT_STR("111122223333"),
                                           .context = &keys };

    kit_context(&arena, context, &keys);
    (void)!remit_decide(&bundle, &request, write_step, &out, NULL);
    kit_expect_text(remit_buf_cstr(&out), wanted);
}

TestSuite(policy_trace, .timeout = 30);

Test(policy_trace, tells_of_each_statement_and_of_each_of_its_conditions)
{
    expect_trace(
        V "[{\"Effect\":\"Allow\",\"Action\":\"iam:*\",\"Resource\":\"*\"},"
          "{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":[\"arn:aws:s3:::c\","
          "\"arn:aws:s3:::b*\"],\"Condition\":{\"StringLike\":{\"aws:ResourceTag/a~b\":\"x*\"},"
          "\"Bool\":{\"k\":true}}},"
          "{\"Effect\":\"Deny\",\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::b/x\"}]}",
        "K=false",
        "identity /Statement/0 Allow does not: P absent A no R yes C absent by *\n"
        "  /Statement/1/Condition/StringLike/aws:ResourceTag~1a~0b fails absent wants x*\n"
        "  /Statement/1/Condition/Bool/k fails has false wants true\n"
        "identity /Statement/1 Allow does not: P absent A yes R yes C no by arn:aws:s3:::b*\n"
        "identity /Statement/2 Deny does not: P absent A yes R no C absent by arn:aws:s3:::b/x\n"
        "layer identity says ImplicitlyDenied\n"
        "decision identity says ImplicitlyDenied\n");
}

Test(policy_trace, single_statement_has_no_index_and_unasked_conditions_are_not_told_of)
{
    expect_trace(V "{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::c\","
                   "\"Condition\":{\"Bool\":{\"k\":true}}}}",
                 "k=true",
                 "identity /Statement Allow does not: P absent A yes R no C unasked\n"
                 "layer identity says ImplicitlyDenied\n"
                 "decision identity says ImplicitlyDenied\n");
}

Test(policy_trace, says_which_variable_or_literal_was_no_good)
{
    expect_trace(V "{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":"
                   "{\"StringEquals\":{\"k\":\"${t}\"},\"NumericEquals\":{\"k\":[1,\"one\"]}}}}",
                 "k=[1,2]",
                 "  /Statement/Condition/StringEquals/k fails has 1 2 wants ${t}\n"
                 "  /Statement/Condition/NumericEquals/k holds malformed has 1 2 wants 1 one\n"
                 "identity /Statement Deny does not: P absent A yes R yes C no by *\n"
                 "layer identity says ImplicitlyDenied\n"
                 "decision identity says ImplicitlyDenied\n");
    expect_trace(V "{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":"
                   "{\"StringNotEquals\":{\"k\":\"${t}\"}}}}",
                 "k=1",
                 "  /Statement/Condition/StringNotEquals/k holds unresolved has 1 wants ${t}\n"
                 "identity /Statement Deny applies: P absent A yes R yes C yes by *\n"
                 "layer identity says ExplicitlyDenied\n"
                 "decision identity says ExplicitlyDenied\n");
}

Test(policy_trace, pointer_is_cut_like_snprintf)
{
    const struct remit_trace step = { .kind = REMIT_TRACE_DECISION };
    char text[4] = "xyz";

    cr_expect(eq(sz, remit_trace_pointer(&step, text, sizeof(text)), 0));
    kit_expect_text(text, "");
}

/* ---- explanations ---- */

static const struct explain_row {
    const char *name;
    struct kit_policies policies;
    struct kit_request request;
    const char *text;
} explanations[] = {
    { "allowed",
      { V "[{\"Effect\":\"Deny\",\"Action\":\"s3:Put*\",\"Resource\":\"*\"},{\"Sid\":\"Read\","
          "\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"*\",\"Condition\":"
          "{\"StringLike\":{\"aws:username\":[\"al*\",\"bo*\"]}}}]}" },
      { U, .context = "aws:username=alice" },
      "Allowed by identity-based policy: \"s3:GetObject\" on \"arn:aws:s3:::b/x\" for \"" U "\"\n"
      "  decided by identity-based policy \"p\" /Statement/1 (Sid \"Read\")\n"
      "    action matches \"s3:Get*\"\n"
      "    resource matches \"*\"\n"
      "    condition StringLike \"aws:username\" \"al*\", \"bo*\" holds: the request has "
      "\"alice\"\n" },
    { "explicitly denied",
      { V "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}",
        .scps = { V "[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
                  V "[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},{\"Effect\":"
                    "\"Deny\",\"NotAction\":\"iam:*\",\"Resource\":\"*\",\"Condition\":"
                    "{\"StringNotEquals\":{\"aws:RequestedRegion\":\"eu-west-1\"}}}]}" } },
      { U, .context = "aws:RequestedRegion=us-east-1" },
      "ExplicitlyDenied by service control policy at level 1: \"s3:GetObject\" on "
      "\"arn:aws:s3:::b/x\" for \"" U "\"\n"
      "  decided by service control policy at level 1 \"p\" /Statement/1\n"
      "    action matches\n"
      "    resource matches \"*\"\n"
      "    condition StringNotEquals \"aws:RequestedRegion\" \"eu-west-1\" holds: the request has "
      "\"us-east-1\"\n"
      "  no grant helps while this denies\n" },
    { "near by condition before near by resource",
      { V
        "[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":[\"arn:aws:s3:::c/*\","
        "\"arn:aws:s3:::d/*\"]},{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\","
        "\"Resource\":\"*\",\"Condition\":{\"Null\":{\"a:b\":false},\"Bool\":{\"c:d\":true}}}]}" },
      { U, .context = "c:d=true" },
      "ImplicitlyDenied: no identity-based policy allows it: \"s3:GetObject\" on "
      "\"arn:aws:s3:::b/x\" for \"" U "\"\n"
      "  near: identity-based policy \"p\" /Statement/1\n"
      "    condition Null \"a:b\" \"false\" does not hold: the request has no such key\n"
      "  near: identity-based policy \"p\" /Statement/0\n"
      "    resource does not match: \"arn:aws:s3:::c/*\", \"arn:aws:s3:::d/*\"\n"
      "  needs in identity-based policy: {\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":"
      "\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/x\"}]}\n" },
    { "a principal that is not named",
      { V "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}",
        .trust = V "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" O "\"},"
                   "\"Action\":\"sts:AssumeRole\"}}" },
      { S, R, "sts:AssumeRole", "arn:aws:iam::111122223333:role/T" },
      "ImplicitlyDenied: no resource-based policy allows it: \"sts:AssumeRole\" on "
      "\"arn:aws:iam::111122223333:role/T\" for \"" S "\"\n"
      "  near: resource-based policy \"p\" /Statement\n"
      "    principal does not match\n"
      "  needs in role trust policy: {\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":"
      "\"Allow\",\"Principal\":{\"AWS\":\"" R "\"},\"Action\":\"sts:AssumeRole\"}]}\n" },
    { "always allowed",
      { 0 },
      { U, .action = "sts:GetCallerIdentity", .resource = "*" },
      "Allowed: needs no permission: \"sts:GetCallerIdentity\" on \"*\" for \"" U "\"\n" },
};

Test(policy_trace, explanation_names_what_decided_and_what_was_missing)
{
    for (size_t i = 0; i < REMIT_COUNT(explanations); i++)
        kit_expect_text(kit_explain(&explanations[i].policies, &explanations[i].request),
                        explanations[i].text);
}

/* ---- the smallest grant ---- */

#define ALLOW  V "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}"
#define SILENT V "{\"Effect\":\"Allow\",\"Action\":\"x:y\",\"Resource\":\"*\"}}"
#define P(who)                                                                                     \
    V "{\"Effect\":\"Allow\",\"Principal\":" who ",\"Action\":\"x:y\",\"Resource\":\"*\"}}"
#define RCP_DENY_ONLY                                                                              \
    V "{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"x:y\",\"Resource\":\"*\"}}"
#define KEY "arn:aws:kms:us-east-1:111122223333:key/k"

static const struct grant_row {
    struct kit_policies policies;
    struct kit_request request;
} grants[] = {
    { { 0 }, { U } },
    { { SILENT, .boundary = SILENT, .session = SILENT }, { S, R } },
    { { SILENT, .boundary = SILENT, .scps = { ALLOW, SILENT, SILENT } }, { U } },
    { { SILENT, .scps = { SILENT }, .rcps = { RCP_DENY_ONLY } }, { U } },
    { { SILENT, .resource = P("\"*\"") }, { O } },
    { { SILENT, .endpoint = P("\"*\"") }, { U } },
    { { ALLOW, .boundary = SILENT, .resource = P("\"*\"") }, { S, R, "kms:Decrypt", KEY } },
    { { ALLOW, .boundary = SILENT, .session = SILENT, .resource = P("\"*\"") },
      { S, "", "kms:Decrypt", KEY } },
    { { .resource = P("\"*\"") }, { "ecs-tasks.amazonaws.com" } },
    { { .resource = P("\"*\"") }, { "" } },
    { { .trust = V "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"x:y\"}}" },
      { "accounts.google.com", .action = "sts:AssumeRoleWithWebIdentity",
        .resource = "arn:aws:iam::111122223333:role/T" } },
    { { ALLOW }, { "arn:aws:sts::111122223333:federated-user/f", U } },
    { { 0 }, { "arn:aws:iam::444455556666:root" } },
    { { 0 }, { U, .resource = "arn:aws:s3:::b/*?${aws:username}$\"\\" } },
    { { 0 }, { U, .resource = "arn:aws:s3:::b/\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa4\x01" } },
    { { 0 }, { U, .action = "s3:ListAllMyBuckets", .resource = "*" } },
};

static const struct layer_row {
    const char *name;
    enum remit_layer layer;
} named_layers[] = {
    { "identity-based policy", REMIT_LAYER_IDENTITY },
    { "permissions boundary", REMIT_LAYER_BOUNDARY },
    { "session policy", REMIT_LAYER_SESSION },
    { "service control policy", REMIT_LAYER_SCP },
    { "resource control policy", REMIT_LAYER_RCP },
    { "VPC endpoint policy", REMIT_LAYER_ENDPOINT },
    { "resource-based policy", REMIT_LAYER_RESOURCE },
    { "role trust policy", REMIT_LAYER_RESOURCE },
};

/* Takes the grants out of the explanation and puts each where it says. */
static unsigned take_grants(char *text, struct kit_policies *policies)
{
    static const char mark[] = "  needs in ";
    unsigned n = 0;

    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (strncmp(line, mark, strlen(mark)) != 0)
            continue;
        for (size_t i = 0; i < REMIT_COUNT(named_layers); i++)
            if (strncmp(line + strlen(mark), named_layers[i].name, strlen(named_layers[i].name)) ==
                0) {
                policies->more[named_layers[i].layer] = strchr(line, '{');
                n++;
            }
    }
    return n;
}

Test(policy_trace, smallest_grant_does_allow)
{
    for (size_t i = 0; i < REMIT_COUNT(grants); i++) {
        struct kit_policies policies = grants[i].policies;
        char *text = strdup(kit_explain(&policies, &grants[i].request));
        char *kept = strdup(text);

        cr_expect(kit_decide(&policies, &grants[i].request, NULL) == REMIT_IMPLICIT_DENY);
        cr_expect(take_grants(text, &policies) > 0, "%s", kept);
        /* A layer that was not there comes into being. */
        cr_expect(kit_decide(&policies, &grants[i].request, NULL) == REMIT_ALLOW, "row %zu: %s", i,
                  kept);
        free(text);
        free(kept);
    }
}

Test(policy_trace, caller_that_no_policy_can_name_is_told_so)
{
    const struct kit_policies none = { 0 };
    const struct kit_request request = { "arn:aws:iam::111122223333:group/g" };

    cr_expect(strstr(kit_explain(&none, &request), "no policy can name this caller") != NULL);
}

Test(policy_trace, explanation_is_cut_like_snprintf)
{
    auto_policy_set struct remit_policy_set *set = kit_set(REMIT_POLICY_IDENTITY, SILENT);
    const struct remit_bundle bundle = { .identity = set };
    const struct remit_request request = { .principal = REMIT_STR(U),
                                           .action = REMIT_STR("a:b"),
                                           .resource = REMIT_STR("*") };
    char whole[4096];
    char cut[64];
    size_t len = remit_explain(&bundle, &request, whole, sizeof(whole));

    for (size_t size = 1; size < sizeof(cut); size++) {
        memset(cut, 'x', sizeof(cut));
        cr_expect(eq(sz, remit_explain(&bundle, &request, cut, size), len));
        cr_expect(strncmp(cut, whole, size - 1) == 0 && cut[size - 1] == '\0');
        cr_expect(cut[size] == 'x' || size == sizeof(cut));
    }
    cr_expect(eq(sz, remit_explain(&bundle, &request, NULL, 0), len));
    cr_expect(eq(sz, remit_explain(NULL, &request, whole, sizeof(whole)), 0));
}

/* ---- places, and grants by themselves ---- */

static size_t place_of(void *self, const struct remit_trace *step, char *out, size_t size)
{
    return (size_t)snprintf(out, size, "%s:%s", (const char *)self,
                            step->kind == REMIT_TRACE_CONDITION ? "condition" : "statement");
}

Test(policy_trace, explanation_tells_the_places_that_it_is_given)
{
    auto_policy_set struct remit_policy_set *set =
        kit_set(REMIT_POLICY_IDENTITY,
                "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":"
                "\"*\",\"Condition\":{\"Bool\":{\"k\":\"true\"}}}}");
    const struct remit_bundle bundle = { .identity = set };
    const struct remit_request request = { .principal = REMIT_STR(U),
                                           .action = REMIT_STR("a:b"),
                                           .resource = REMIT_STR("*") };
    char text[4096];
    char name[] = "f.json";
    size_t len = remit_explain_at(&bundle, &request, place_of, name, text, sizeof(text));

    cr_assert(eq(sz, len, strlen(text)));
    cr_expect(strstr(text, "\"p\" /Statement (f.json:statement)\n") != NULL, "%s", text);
    cr_expect(strstr(text, "has no such key (f.json:condition)\n") != NULL, "%s", text);
}

Test(policy_trace, smallest_grants_are_those_of_the_explanation)
{
    auto_policy_set struct remit_policy_set *silent = kit_set(REMIT_POLICY_SCP, SILENT);
    const struct remit_policy_set *const scps[] = { silent, silent };
    const struct remit_bundle bundle = { .scps = scps, .n_scps = 2 };
    const struct remit_request request = { .principal = REMIT_STR(U),
                                           .action = REMIT_STR("a:b"),
                                           .resource = REMIT_STR("*") };
    char why[4096];
    char grant[1024];
    uint64_t levels = 0;

    (void)remit_explain(&bundle, &request, why, sizeof(why));
    cr_assert(remit_smallest_grant(&bundle, &request, REMIT_LAYER_IDENTITY, NULL, grant,
                                   sizeof(grant)) > 0);
    cr_expect(strstr(why, grant) != NULL);
    cr_assert(remit_smallest_grant(&bundle, &request, REMIT_LAYER_SCP, &levels, grant,
                                   sizeof(grant)) > 0);
    cr_expect(eq(u64, levels, 3));
    cr_expect(eq(
        sz,
        remit_smallest_grant(&bundle, &request, REMIT_LAYER_BOUNDARY, NULL, grant, sizeof(grant)),
        0));
    cr_expect_str_eq(grant, "");
    cr_expect(eq(sz, remit_smallest_grant(NULL, &request, REMIT_LAYER_IDENTITY, NULL, NULL, 0), 0));
}
