/*
 * Table 21.3 of the reference, row by row: each with the layer that has to be blamed, or that
 * allowed. Who is who: policy_words.h.
 */
#include <stdlib.h>

#include "tests/iam/policy_kit.h"
#include "tests/iam/policy_words.h"

static const struct row {
    const char *name;
    struct kit_policies policies;
    struct kit_request request;
    enum remit_decision decision;
    enum remit_layer layer;
} rows[] = {
    { "1 nothing allows", { 0 }, { U }, REMIT_IMPLICIT_DENY, REMIT_LAYER_IDENTITY },
    { "2 id allows", { ALLOW }, { U }, REMIT_ALLOW, REMIT_LAYER_IDENTITY },
    { "3 pb silent",
      { ALLOW, .boundary = SILENT },
      { U },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_BOUNDARY },
    { "4 pb denies",
      { ALLOW, .boundary = DENY },
      { U },
      REMIT_EXPLICIT_DENY,
      REMIT_LAYER_BOUNDARY },
    { "5 sp silent",
      { ALLOW, .session = SILENT },
      { S },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_SESSION },
    { "6 U: rp allows the user",
      { .resource = TO(AWS(U)) },
      { U },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "7 U: past a silent pb",
      { .boundary = SILENT, .resource = TO(AWS(U)) },
      { U },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "8 U: rp allows the account",
      { .resource = TO(AWS(A)) },
      { U },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_IDENTITY },
    { "8b and its root ARN",
      { .resource = TO(AWS(ROOT)) },
      { U },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_IDENTITY },
    { "9 S: rp allows the role",
      { .resource = TO(AWS(R)) },
      { S, R },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "9b whose ARN is in the context",
      { .resource = TO(AWS(R)) },
      { S, .context = "aws:PrincipalArn=" R },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "9c or is not known", { .resource = TO(AWS(R)) }, { S }, REMIT_ALLOW, REMIT_LAYER_RESOURCE },
    { "9d another path",
      { .resource = TO(AWS("arn:aws:iam::" A ":role/R")) },
      { S, R },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_IDENTITY },
    { "9e another partition",
      { .resource = TO(AWS("arn:aws-cn:iam::" A ":role/path/R")) },
      { S },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_IDENTITY },
    { "9f by its unique id",
      { .resource = TO(AWS("AROAEXAMPLEEXAMPLE123")) },
      { S, R, .context = "aws:userid=AROAEXAMPLEEXAMPLE123:s1" },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "10 S: role, pb silent",
      { .boundary = SILENT, .resource = TO(AWS(R)) },
      { S, R },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_BOUNDARY },
    { "11 S: role, sp silent",
      { .session = SILENT, .resource = TO(AWS(R)) },
      { S, R },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_SESSION },
    { "12 S: session, pb and sp silent",
      { .boundary = SILENT, .session = SILENT, .resource = TO(AWS(S)) },
      { S, R },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "13 S: * narrowed to the role, pb and sp silent",
      { .boundary = SILENT,
        .session = SILENT,
        .resource = V "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Condition\":"
                      "{\"ArnEquals\":{\"aws:PrincipalArn\":\"" R "\"}}}" END },
      { S, R, .context = "aws:PrincipalArn=" R },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "14 S: session, sp denies",
      { .boundary = SILENT, .session = DENY, .resource = TO(AWS(S)) },
      { S, R },
      REMIT_EXPLICIT_DENY,
      REMIT_LAYER_SESSION },
    { "15 S: session, an SCP level silent",
      { .resource = TO(AWS(S)), .scps = { ALLOW, SILENT } },
      { S, R },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_SCP },
    { "16 O: rp allows O, no id",
      { .resource = TO(AWS(O)) },
      { O },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_IDENTITY },
    { "17 O: id allows, no rp", { ALLOW }, { O }, REMIT_IMPLICIT_DENY, REMIT_LAYER_RESOURCE },
    { "18 O: rp allows the account, id allows",
      { ALLOW, .resource = TO(AWS("444455556666")) },
      { O },
      REMIT_ALLOW,
      REMIT_LAYER_IDENTITY },
    { "19 O: rp allows the session, no id",
      { .resource = TO(AWS(OS)) },
      { OS },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_IDENTITY },
    { "20 O: A's SCPs are not O's: the bundle has none",
      { ALLOW, .resource = TO(AWS(O)) },
      { O },
      REMIT_ALLOW,
      REMIT_LAYER_IDENTITY },
    { "21 O: an RCP of A denies",
      { ALLOW, .resource = TO(AWS(O)), .rcps = { RCP_DENY } },
      { O },
      REMIT_EXPLICIT_DENY,
      REMIT_LAYER_RCP },
    { "22 two SCP levels, one silent",
      { ALLOW, .scps = { SILENT, ALLOW } },
      { U },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_SCP },
    { "24 service-linked role, SCP denies",
      { ALLOW, .scps = { DENY } },
      { SLS, SLR },
      REMIT_ALLOW,
      REMIT_LAYER_IDENTITY },
    { "24b and RCP",
      { ALLOW, .rcps = { RCP_DENY } },
      { SLS, SLR },
      REMIT_ALLOW,
      REMIT_LAYER_IDENTITY },
    { "25 U: trust names somebody else",
      { ALLOW, .trust = TO(AWS(O)) },
      { U, .action = "sts:AssumeRole", .resource = ROLE_ARN },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "26 U: trust allows A, no id",
      { .trust = TO(AWS(A)) },
      { U, .action = "sts:AssumeRole", .resource = ROLE_ARN },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_IDENTITY },
    { "27 U: trust allows U, no id",
      { .trust = TO(AWS(U)) },
      { U, .action = "sts:AssumeRole", .resource = ROLE_ARN },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "28 U: trust allows U, id denies",
      { DENY, .trust = TO(AWS(U)) },
      { U, .action = "sts:AssumeRole", .resource = ROLE_ARN },
      REMIT_EXPLICIT_DENY,
      REMIT_LAYER_IDENTITY },
    { "29 ecs-tasks with its account",
      { .trust = V "{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ecs-tasks.amazonaws.com\"},"
                   "\"Action\":\"sts:AssumeRole\",\"Condition\":{\"StringEquals\":"
                   "{\"aws:SourceAccount\":\"" A "\"}}}" END },
      { "ecs-tasks.amazonaws.com", .action = "sts:AssumeRole", .resource = ROLE_ARN,
        .context = "aws:SourceAccount=" A },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "30 and without",
      { .trust = V "{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ecs-tasks.amazonaws.com\"},"
                   "\"Action\":\"sts:AssumeRole\",\"Condition\":{\"StringEquals\":"
                   "{\"aws:SourceAccount\":\"" A "\"}}}" END },
      { "ecs-tasks.amazonaws.com", .action = "sts:AssumeRole", .resource = ROLE_ARN },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "31 S: key policy without the account",
      { ALLOW, .resource = TO(AWS(O)) },
      { S, R, "kms:Decrypt", KEY_ARN },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "31b asked of identity policies alone",
      { ALLOW },
      { S, R, "kms:Decrypt", KEY_ARN, .mandatory = REMIT_MANDATORY_NO },
      REMIT_ALLOW,
      REMIT_LAYER_IDENTITY },
    { "32 S: key policy allows A, id allows",
      { ALLOW, .resource = TO(AWS(A)) },
      { S, R, "kms:Decrypt", KEY_ARN },
      REMIT_ALLOW,
      REMIT_LAYER_IDENTITY },
    { "33 S: key policy allows the role",
      { .resource = TO(AWS(R)) },
      { S, R, "kms:Decrypt", KEY_ARN },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "34 anonymous: *", { .resource = TO("\"*\"") }, { "" }, REMIT_ALLOW, REMIT_LAYER_RESOURCE },
    { "34b in another way",
      { .resource = TO(AWS("*")) },
      { "anonymous" },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "34c not in a trust policy",
      { .trust = TO("\"*\"") },
      { "", .action = "sts:AssumeRole", .resource = ROLE_ARN },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "34d whatever it was compiled as",
      { .resource = TO("\"*\"") },
      { "", .action = "sts:AssumeRole", .resource = ROLE_ARN },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "35 anonymous: the account",
      { .resource = TO(AWS(A)) },
      { "" },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "36 root", { 0 }, { ROOT }, REMIT_ALLOW, REMIT_LAYER_IDENTITY },
    { "37 root, SCP denies", { .scps = { DENY } }, { ROOT }, REMIT_EXPLICIT_DENY, REMIT_LAYER_SCP },
    { "37b root, SCP silent",
      { .scps = { SILENT } },
      { ROOT },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_SCP },
    { "37c root, key policy silent",
      { .resource = TO(AWS(O)) },
      { ROOT, .action = "kms:Decrypt", .resource = KEY_ARN },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "37d root, key policy allows the account",
      { .resource = TO(AWS(A)) },
      { ROOT, .action = "kms:Decrypt", .resource = KEY_ARN },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "37e root of another account needs the resource policy",
      { 0 },
      { "arn:aws:iam::444455556666:root" },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "37f and nothing else",
      { .resource = TO(AWS("444455556666")) },
      { "arn:aws:iam::444455556666:root" },
      REMIT_ALLOW,
      REMIT_LAYER_IDENTITY },
    { "37g AssumeRoot is limited to its policy",
      { .session = SILENT },
      { ROOT, .context = "aws:AssumedRoot=true" },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_SESSION },
    { "37h AssumeRoot without one",
      { 0 },
      { ROOT, .context = "aws:AssumedRoot=true" },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_SESSION },
    { "38 federated user without session policy",
      { ALLOW },
      { F, U },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_SESSION },
    { "38b with one", { ALLOW, .session = ALLOW }, { F, U }, REMIT_ALLOW, REMIT_LAYER_IDENTITY },
    { "39 federated user, rp allows it",
      { .resource = TO(AWS(F)) },
      { F, U },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "39b rp allows the user behind",
      { .session = ALLOW, .resource = TO(AWS(U)) },
      { F, U },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "39c without session policy",
      { .resource = TO(AWS(U)) },
      { F, U },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_SESSION },
    { "40 GetCallerIdentity",
      { DENY },
      { U, .action = "sts:GetCallerIdentity", .resource = "*" },
      REMIT_ALLOW,
      REMIT_LAYER_NONE },
    { "40b GetSessionToken needs no permission",
      { 0 },
      { U, .action = "sts:GetSessionToken", .resource = "*" },
      REMIT_ALLOW,
      REMIT_LAYER_IDENTITY },
    { "40c and can be denied",
      { DENY },
      { U, .action = "sts:GetSessionToken", .resource = "*" },
      REMIT_EXPLICIT_DENY,
      REMIT_LAYER_IDENTITY },
    { "41 NotPrincipal with account, role and session",
      { .resource = NOT("\"" ROOT "\",\"" R "\",\"" S "\"") },
      { S, R },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "42 NotPrincipal with the role alone",
      { .resource = NOT("\"" R "\"") },
      { S, R },
      REMIT_EXPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "42b NotPrincipal with account and user",
      { .resource = NOT("\"" A "\",\"" U "\"") },
      { U },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "43 NotPrincipal and a boundary",
      { .boundary = ALLOW, .resource = NOT("\"" ROOT "\",\"" U "\"") },
      { U },
      REMIT_EXPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "43b NotPrincipal and an anonymous caller",
      { .resource = NOT("\"" ROOT "\"") },
      { "" },
      REMIT_EXPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "endpoint silent, rp direct",
      { .resource = TO(AWS(U)),
        .endpoint = V "{\"Effect\":\"Allow\",\"Principal\":\"*\","
                      "\"Action\":\"x:y\",\"Resource\":\"*\"}" END },
      { U },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_ENDPOINT },
    { "RCPs leave ecs alone",
      { ALLOW, .rcps = { RCP_FULL } },
      { U, .action = "ecs:RunTask" },
      REMIT_ALLOW,
      REMIT_LAYER_IDENTITY },
    { "RCPs leave actions without a resource alone",
      { ALLOW, .rcps = { RCP_DENY } },
      { U, .action = "s3:ListAllMyBuckets", .resource = "*" },
      REMIT_ALLOW,
      REMIT_LAYER_IDENTITY },
    { "web identity named as Federated",
      { .trust = TO("{\"Federated\":\"accounts.google.com\"}") },
      { "accounts.google.com", .action = "sts:AssumeRoleWithWebIdentity", .resource = ROLE_ARN },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "web identity under an RCP and an endpoint policy for everybody",
      { .trust = TO("{\"Federated\":\"accounts.google.com\"}"),
        .endpoint = RCP_FULL,
        .rcps = { RCP_FULL } },
      { "accounts.google.com", .action = "sts:AssumeRoleWithWebIdentity", .resource = ROLE_ARN },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "anonymous caller under an RCP",
      { .resource = TO("\"*\""), .rcps = { RCP_FULL } },
      { "" },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "web identity and *",
      { .trust = TO("\"*\"") },
      { "accounts.google.com", .action = "sts:AssumeRoleWithWebIdentity", .resource = ROLE_ARN },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "a wildcard in a principal names nobody",
      { .resource = TO(AWS("arn:aws:iam::" A ":user/*")) },
      { U },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_IDENTITY },
    { "a service is in no account",
      { .resource = TO(AWS(A)) },
      { "s3.amazonaws.com" },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "a resource without an account belongs to somebody else",
      { ALLOW },
      { U, .owner = "" },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "an action without a resource is at home",
      { ALLOW },
      { U, .action = "s3:ListAllMyBuckets", .resource = "*", .owner = "" },
      REMIT_ALLOW,
      REMIT_LAYER_IDENTITY },
    { "nobody knows the caller",
      { ALLOW },
      { "arn:aws:iam::" A ":group/g" },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "nor lets NotPrincipal in who can't be placed",
      { .resource = ALL_BUT(O) },
      { "arn:aws:iam::" A ":group/g" },
      REMIT_IMPLICIT_DENY,
      REMIT_LAYER_RESOURCE },
    { "NotPrincipal in an Allow lets in everybody else",
      { .resource = ALL_BUT(O) },
      { "" },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
    { "two statements, the stronger counts",
      { .boundary = SILENT,
        .resource = V "{\"Effect\":\"Allow\",\"Principal\":" AWS(
            R) ",\"Action\":\"*\"},"
               "{\"Effect\":\"Allow\",\"Principal\":" AWS(S) ",\"Action\":\"*\"}" END },
      { S, R },
      REMIT_ALLOW,
      REMIT_LAYER_RESOURCE },
};

TestSuite(policy_decisions, .timeout = 30);

KIT_ROWS(policy_decisions, rows)
{
    const struct row *r = &rows[*i];
    struct remit_verdict verdict;

    cr_expect(eq(int, kit_decide(&r->policies, &r->request, &verdict), r->decision), "%s", r->name);
    cr_expect(eq(int, verdict.layer, r->layer), "%s", r->name);
    cr_expect(eq(int, verdict.lacking != 0, r->decision == REMIT_IMPLICIT_DENY), "%s", r->name);
}

/* 23: two SCPs on one level, one allows, the other is silent. */
Test(policy_decisions, policies_of_one_level_unite)
{
    auto_policy struct remit_policy *allow = kit_policy(REMIT_POLICY_SCP, ALLOW);
    auto_policy struct remit_policy *silent = kit_policy(REMIT_POLICY_SCP, SILENT);
    const struct remit_policy_entry entries[] = { { silent, REMIT_STR_INIT("a") },
                                                  { allow, REMIT_STR_INIT("b") } };
    auto_policy_set struct remit_policy_set *level = NULL;
    auto_policy_set struct remit_policy_set *identity = kit_set(REMIT_POLICY_IDENTITY, ALLOW);
    struct remit_err err = { 0 };

    cr_assert(remit_policy_set_new(entries, 2, &level, &err) == 0);
    const struct remit_policy_set *const levels[] = { level };
    const struct remit_bundle bundle = { .identity = identity, .scps = levels, .n_scps = 1 };
    const struct remit_request request = { .principal = REMIT_STR(U),
                                           .action = REMIT_STR("ecs:RunTask"),
                                           .resource = REMIT_STR("*") };

    cr_expect(remit_decide(&bundle, &request, NULL, NULL, NULL) == REMIT_ALLOW);
    cr_expect(eq(sz, remit_policy_set_n_statements(level), 2));
}

/* What must never be skipped: a document that could not be loaded (15.8). */
Test(policy_decisions, layer_that_could_not_be_loaded_denies_past_every_grant)
{
    const struct remit_policy_entry broken = { NULL, REMIT_STR_INIT("broken") };
    auto_policy_set struct remit_policy_set *boundary = NULL;
    auto_policy_set struct remit_policy_set *resource = kit_set(REMIT_POLICY_RESOURCE, TO("\"*\""));
    struct remit_err err = { 0 };
    struct remit_verdict verdict;

    cr_assert(remit_policy_set_new(&broken, 1, &boundary, &err) == 0);
    const struct remit_bundle bundle = { .boundary = boundary, .resource = resource };
    const struct remit_request request = { .principal = REMIT_STR(U),
                                           .action = REMIT_STR("s3:GetObject"),
                                           .resource = REMIT_STR("arn:aws:s3:::b/x"),
                                           .resource_account = REMIT_STR(A) };
    char text[256];

    cr_expect(remit_decide(&bundle, &request, NULL, NULL, &verdict) == REMIT_EXPLICIT_DENY);
    cr_expect(verdict.unreadable);
    cr_expect(eq(int, verdict.layer, REMIT_LAYER_BOUNDARY));
    (void)remit_denial_message(&request, &verdict, text, sizeof(text));
    kit_expect_text(text, "User: " U " is not authorized to perform: s3:GetObject on resource: "
                          "arn:aws:s3:::b/x");
}

Test(policy_decisions, missing_level_denies)
{
    auto_policy_set struct remit_policy_set *identity = kit_set(REMIT_POLICY_IDENTITY, ALLOW);
    const struct remit_policy_set *const levels[] = { NULL };
    const struct remit_bundle bundle = { .identity = identity, .scps = levels, .n_scps = 1 };
    const struct remit_request request = { .principal = REMIT_STR(U),
                                           .action = REMIT_STR("ecs:RunTask"),
                                           .resource = REMIT_STR("*") };

    cr_expect(remit_decide(&bundle, &request, NULL, NULL, NULL) == REMIT_EXPLICIT_DENY);
}

Test(policy_decisions, nothing_asked_is_denied)
{
    auto_policy_set struct remit_policy_set *identity = kit_set(REMIT_POLICY_IDENTITY, ALLOW);
    const struct remit_bundle bundle = { .identity = identity };
    struct remit_request request = { .principal = REMIT_STR(U),
                                     .action = REMIT_STR("ecs:RunTask"),
                                     .resource = REMIT_STR("*") };

    cr_expect(remit_decide(&bundle, &request, NULL, NULL, NULL) == REMIT_ALLOW);
    cr_expect(remit_decide(NULL, &request, NULL, NULL, NULL) == REMIT_IMPLICIT_DENY);
    cr_expect(remit_decide(&bundle, NULL, NULL, NULL, NULL) == REMIT_IMPLICIT_DENY);
    request.action = REMIT_STR("");
    cr_expect(remit_decide(&bundle, &request, NULL, NULL, NULL) == REMIT_IMPLICIT_DENY);
    request.action = REMIT_STR("ecs:RunTask");
    request.resource = REMIT_STR("");
    cr_expect(remit_decide(&bundle, &request, NULL, NULL, NULL) == REMIT_IMPLICIT_DENY);
}

/* Found by fuzz_decide: the search for the service read behind the end of a short resource. */
Test(policy_decisions, resource_of_any_length_is_no_key_unless_it_says_so)
{
    static const char *const resources[] = { "x",
                                             "arn",
                                             "arn:",
                                             "arn:aws",
                                             "arn:aws:",
                                             "arn:aws:kms",
                                             "arn:aws:kms:",
                                             "arn:aws:kms:::key/k",
                                             "arn:aws:kms:::alias/k",
                                             "::kms:::key/k" };
    const struct kit_policies policies = { ALLOW };

    for (size_t i = 0; i < REMIT_COUNT(resources); i++) {
        char *resource = strdup(resources[i]); /* where a byte too many is seen */
        const struct kit_request request = { U, .resource = resource };
        bool key = strcmp(resource, "arn:aws:kms:::key/k") == 0;

        cr_expect(eq(int, kit_decide(&policies, &request, NULL) == REMIT_ALLOW, !key), "%s",
                  resource);
        free(resource);
    }
}

Test(policy_decisions, request_over_a_limit_is_denied)
{
    static char long_text[REMIT_REQUEST_RESOURCE_MAX + 1];
    auto_policy_set struct remit_policy_set *identity = kit_set(REMIT_POLICY_IDENTITY, ALLOW);
    const struct remit_bundle bundle = { .identity = identity };
    struct remit_request request = { .principal = REMIT_STR(U), .resource = REMIT_STR("*") };
    struct remit_verdict verdict;

    memset(long_text, 'a', sizeof(long_text));
    request.action = remit_str_from(long_text, REMIT_REQUEST_ACTION_MAX);
    cr_expect(remit_decide(&bundle, &request, NULL, NULL, &verdict) == REMIT_ALLOW);
    request.action.len++;
    cr_expect(remit_decide(&bundle, &request, NULL, NULL, &verdict) == REMIT_IMPLICIT_DENY);
    cr_expect(verdict.oversized);
    request.action.len--;
    request.resource = remit_str_from(long_text, sizeof(long_text));
    cr_expect(remit_decide(&bundle, &request, NULL, NULL, &verdict) == REMIT_IMPLICIT_DENY);
    cr_expect(verdict.oversized);
}
