/* What a row asks of its caller before its handler runs, and what the audit log says of it. */
#include <criterion/criterion.h>

#include "tests/control/http/face.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

TestSuite(authorize, .init = face_open, .fini = face_close, .timeout = 30);

#define THING "arn:aws:ecs:eu-west-1:" FACE_ACCOUNT ":thing/one"
#define ALLOW(a)                                                                                   \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Sid\":\"Yes\",\"Effect\":\"Allow\","             \
    "\"Action\":" a ",\"Resource\":\"*\"}}"
#define TRUST                                                                                      \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{"              \
    "\"Service\":\"ecs-tasks.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}}"

static int one_thing(struct control_call *call, struct remit_err *err)
{
    return control_resource_add(call, REMIT_STR(THING), err);
}

static int pass_two(struct control_call *call, struct remit_err *err)
{
    TRY(control_pass_add(call, REMIT_STR(FACE_ROLE("task")), "ecs-tasks.amazonaws.com", err));
    TRY(control_pass_add(call, REMIT_STR(FACE_ROLE("task")), "ecs-tasks.amazonaws.com", err));
    return control_pass_add(call, REMIT_STR(FACE_ROLE("pull")), "ecs-tasks.amazonaws.com", err);
}

static const struct control_operation describe_row = {
    .service = &control_ecs,
    .name = "DescribeThing",
    .action = "ecs:DescribeThing",
    .reads_only = true,
    .resource = one_thing,
    .handler = face_handle,
};
static const struct control_operation run_row = {
    .service = &control_ecs,
    .name = "RunThing",
    .action = "ecs:RunThing",
    .resource = one_thing,
    .passes = pass_two,
    .handler = face_handle,
};

static void expect_denied(const char *sentence)
{
    cr_expect(!face_handled);
    cr_expect(face_err.kind == REMIT_ERR_DENIED);
    EXPECT_TEXT(face_err.code, "AccessDenied");
    EXPECT_TEXT(face_err.text, sentence);
}

Test(authorize, nobody_is_allowed_what_no_policy_says)
{
    struct control_call call;

    face_user(&(struct face_principal){ .name = "ann" });
    face_call(&call, &describe_row);
    face_as_user(&call, "ann");
    cr_assert(face_run(&call) == -1);
    expect_denied("User: arn:aws:iam::123456789012:user/ann is not authorized to perform: "
                  "ecs:DescribeThing on resource: " THING
                  " because no identity-based policy allows the ecs:DescribeThing action");
}

Test(authorize, an_inline_policy_allows)
{
    struct control_call call;

    face_user(&(struct face_principal){ .name = "ann", .policy = ALLOW("\"ecs:Describe*\"") });
    face_call(&call, &describe_row);
    face_as_user(&call, "ann");
    cr_assert(face_run(&call) == 0, "%s", face_err.text);
    cr_expect(face_handled);
    EXPECT_STR(remit_buf_view(&face_out), "{\"answer\":\"yes\"}");
}

Test(authorize, a_policy_that_cannot_be_read_denies_all_of_its_layer)
{
    struct control_call call;

    face_user(&(struct face_principal){
        .name = "ann",
        .policy = ALLOW("\"*\""),
        .attached = "arn:aws:iam::123456789012:policy/gone",
    });
    face_call(&call, &describe_row);
    face_as_user(&call, "ann");
    cr_assert(face_run(&call) == -1);
    cr_expect(face_err.kind == REMIT_ERR_DENIED);
    cr_expect(!face_handled);
    cr_expect(remit_json_true(remit_json_get(
        remit_json_at(remit_json_get(face_record("call"), "decisions"), 0), "unreadable")));
}

Test(authorize, an_attached_policy_of_aws_allows)
{
    struct control_call call;

    face_user(&(struct face_principal){
        .name = "ann", .attached = "arn:aws:iam::aws:policy/AdministratorAccess" });
    face_call(&call, &describe_row);
    face_as_user(&call, "ann");
    cr_assert(face_run(&call) == 0, "%s", face_err.text);
}

Test(authorize, a_boundary_limits)
{
    struct control_call call;

    face_user(&(struct face_principal){ .name = "ann",
                                        .policy = ALLOW("\"*\""),
                                        .boundary = "arn:aws:iam::aws:policy/service-role/"
                                                    "AmazonECSTaskExecutionRolePolicy" });
    face_call(&call, &describe_row);
    face_as_user(&call, "ann");
    cr_assert(face_run(&call) == -1);
    expect_denied("User: arn:aws:iam::123456789012:user/ann is not authorized to perform: "
                  "ecs:DescribeThing on resource: " THING
                  " because no permissions boundary allows the ecs:DescribeThing action");
}

Test(authorize, a_session_policy_limits)
{
    struct control_call call;

    face_role(&(struct face_principal){ .name = "r", .policy = ALLOW("\"*\"") });
    face_call(&call, &describe_row);
    face_as_session(&call, "r", "s");
    call.caller.session_policy = REMIT_STR(ALLOW("\"s3:*\""));
    cr_assert(face_run(&call) == -1);
    expect_denied("User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: "
                  "ecs:DescribeThing on resource: " THING
                  " because no session policy allows the ecs:DescribeThing action");
}

Test(authorize, a_changed_policy_counts_at_the_next_call)
{
    struct control_call call;
    struct face_principal ann = { .name = "ann", .policy = ALLOW("\"ecs:*\"") };

    face_user(&ann);
    face_call(&call, &describe_row);
    face_as_user(&call, "ann");
    cr_assert(face_run(&call) == 0, "%s", face_err.text);
    face_remove(false, "ann");
    ann.policy = ALLOW("\"s3:*\"");
    face_user(&ann);
    face_call(&call, &describe_row);
    face_as_user(&call, "ann");
    cr_assert(face_run(&call) == -1);
    cr_expect(face_err.kind == REMIT_ERR_DENIED);
}

/* architecture.md: "revoking is a deny on aws:TokenIssueTime, as in IAM" */
Test(authorize, sessions_issued_before_a_moment_are_revoked_by_a_deny)
{
    struct control_call call;

    face_role(&(struct face_principal){
        .name = "r",
        .policy = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
                  "\"*\",\"Resource\":\"*\"},{\"Sid\":\"Revoke\",\"Effect\":\"Deny\",\"Action\":"
                  "\"*\",\"Resource\":\"*\",\"Condition\":{\"DateLessThan\":{"
                  "\"aws:TokenIssueTime\":\"2026-07-25T17:19:30Z\"}}}]}" });
    face_call(&call, &describe_row);
    face_as_session(&call, "r", "s"); /* issued at 17:19:00 */
    cr_assert(face_run(&call) == -1);
    expect_denied("User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: "
                  "ecs:DescribeThing on resource: " THING
                  " with an explicit deny in an identity-based policy");
    EXPECT_STR(face_at(face_record("call"), "decisions.0.sid"), "Revoke");
    face_call(&call, &describe_row);
    face_as_session(&call, "r", "s");
    call.caller.issued_at = FACE_NOW - 10;
    cr_assert(face_run(&call) == 0, "%s", face_err.text);
}

/* ---- condition keys ---- */

static const struct {
    const char *operator, * key, *value;
    bool allowed;
} conditions[] = {
    { "StringEquals", "aws:PrincipalArn", FACE_ROLE("r"), true },
    { "StringEquals", "aws:PrincipalAccount", FACE_ACCOUNT, true },
    { "StringEquals", "aws:PrincipalType", "AssumedRole", true },
    { "StringEquals", "aws:userid", "AROAr:s", true },
    { "StringEquals", "aws:username", "r", false },
    { "StringEquals", "aws:PrincipalTag/team", "blue", true },
    { "StringEquals", "aws:PrincipalTag/TEAM", "blue", true },
    { "StringEquals", "aws:PrincipalTag/other", "blue", false },
    { "StringEquals", "remit:CallerProof", "link", true },
    { "StringEquals", "aws:SourceIdentity", "ann", true },
    { "StringEquals", "aws:RequestedRegion", "eu-west-1", true },
    { "StringEquals", "aws:ResourceAccount", FACE_ACCOUNT, true },
    { "StringEquals", "aws:ResourceTag/stage", "test", true },
    { "StringEquals", "ecs:ResourceTag/stage", "test", true },
    { "StringEquals", "aws:RequestTag/stage", "new", true },
    { "ForAllValues:StringEquals", "aws:TagKeys", "stage", true },
    { "StringEquals", "aws:TagKeys", "stage", false }, /* multivalued */
    { "StringEquals", "ecs:cluster", "c1", true },
    { "Bool", "aws:SecureTransport", "false", true },
    { "Bool", "aws:PrincipalIsAWSService", "false", true },
    { "Bool", "aws:ViaAWSService", "false", true },
    { "Bool", "aws:MultiFactorAuthPresent", "false", true },
    { "DateEquals", "aws:CurrentTime", "2026-07-25T17:20:00Z", true },
    { "NumericEquals", "aws:EpochTime", "1785000000", true },
    { "DateEquals", "aws:TokenIssueTime", "2026-07-25T17:19:00Z", true },
    { "Null", "aws:SourceIp", "true", true }, /* there is no HTTP request here */
};

static int tagged_thing(struct control_call *call, struct remit_err *err)
{
    TRY(control_resource_add(call, REMIT_STR(THING), err));
    return control_resource_tag(call, REMIT_STR("stage"), REMIT_STR("test"), err);
}

static int tag_context(struct control_call *call, struct remit_err *err)
{
    auto_json struct remit_json *tags = NULL;
    struct remit_str text = REMIT_STR("[{\"key\":\"stage\",\"value\":\"new\"}]");

    TRY(remit_json_parse(text, text.len, &tags, err));
    TRY(control_context_add(call, "ecs:cluster", REMIT_STR("c1"), err));
    return control_context_tags(call, tags, err);
}

static const struct control_operation tag_row = {
    .service = &control_ecs,
    .name = "TagThing",
    .action = "ecs:TagThing",
    .resource = tagged_thing,
    .context = tag_context,
    .handler = face_handle,
};

ROWS(authorize, context_keys_are_what_policies_expect, conditions)
{
    struct control_call call;
    auto_buf struct remit_buf policy = REMIT_BUF(1024);

    remit_buf_put_fmt(&policy,
                      "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":"
                      "\"ecs:TagThing\",\"Resource\":\"" THING "\",\"Condition\":{\"%s\":{\"%s\":"
                      "\"%s\"}}}}",
                      conditions[*row_index].operator, conditions[*row_index].key,
                      conditions[*row_index].value);
    face_role(&(struct face_principal){
        .name = "r", .policy = remit_buf_cstr(&policy), .tag_key = "team", .tag_value = "blue" });
    face_call(&call, &tag_row);
    face_as_session(&call, "r", "s");
    call.caller.caller_proof = REMIT_STR("link");
    call.caller.source_identity = REMIT_STR("ann");
    cr_expect((face_run(&call) == 0) == conditions[*row_index].allowed, "%s %s: %s",
              conditions[*row_index].operator, conditions[*row_index].key, face_err.text);
}

/* ---- roles passed ---- */

static const char may_run[] = ALLOW("\"ecs:RunThing\"");
static const char may_pass[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ecs:RunThing\","
    "\"Resource\":\"*\"},{\"Sid\":\"Pass\",\"Effect\":\"Allow\",\"Action\":\"iam:PassRole\","
    "\"Resource\":\"" FACE_ROLE("*") "\",\"Condition\":{\"StringEquals\":{\"iam:PassedToService\":"
                                     "\"ecs-tasks.amazonaws.com\"}}}]}";

static void roles(const char *task_trust, const char *pull_trust)
{
    face_role(&(struct face_principal){ .name = "task", .trust = task_trust });
    face_role(&(struct face_principal){ .name = "pull", .trust = pull_trust });
}

static int run_as_ann(const char *policy)
{
    static struct control_call call;

    face_user(&(struct face_principal){ .name = "ann", .policy = policy });
    face_call(&call, &run_row);
    face_as_user(&call, "ann");
    return face_run(&call);
}

Test(authorize, a_role_is_not_passed_without_PassRole)
{
    roles(TRUST, TRUST);
    cr_assert(run_as_ann(may_run) == -1);
    expect_denied("User: arn:aws:iam::123456789012:user/ann is not authorized to perform: "
                  "iam:PassRole on resource: arn:aws:iam::123456789012:role/task because no "
                  "identity-based policy allows the iam:PassRole action");
    EXPECT_STR(face_at(face_record("call"), "outcome"), "denied");
    EXPECT_STR(face_at(face_record("call"), "rolesPassed.0.passRole.decision"), "ImplicitlyDenied");
    EXPECT_STR(face_at(face_record("call"), "rolesPassed.0.passRole.lacking"),
               "identity-based policy");
    cr_expect(face_at(face_record("call"), "rolesPassed.0.passRole.explanation").len > 0);
}

Test(authorize, both_roles_are_passed_with_it_and_each_verdict_is_recorded)
{
    const struct remit_json *record = NULL;

    roles(TRUST, TRUST);
    cr_assert(run_as_ann(may_pass) == 0, "%s", face_err.text);
    cr_expect(face_handled);
    record = face_record("call");
    EXPECT_STR(face_at(record, "operation"), "RunThing");
    EXPECT_STR(face_at(record, "caller.arn"), "arn:aws:iam::123456789012:user/ann");
    EXPECT_STR(face_at(record, "caller.accessKeyId"), "AKIAEXAMPLE");
    EXPECT_STR(face_at(record, "resources.0"), THING);
    EXPECT_STR(face_at(record, "decisions.0.decision"), "Allowed");
    EXPECT_STR(face_at(record, "decisions.0.policy"), "inline");
    EXPECT_STR(face_at(record, "rolesPassed.0.role"), FACE_ROLE("task"));
    EXPECT_STR(face_at(record, "rolesPassed.0.passRole.decision"), "Allowed");
    EXPECT_STR(face_at(record, "rolesPassed.0.passRole.sid"), "Pass");
    EXPECT_STR(face_at(record, "rolesPassed.1.role"), FACE_ROLE("pull"));
    EXPECT_STR(face_at(record, "rolesPassed.1.trustPolicy.decision"), "Allowed");
    EXPECT_STR(face_at(record, "rolesPassed.2.role"), "");
    EXPECT_STR(face_at(record, "outcome"), "allowed");
    EXPECT_STR(face_at(face_record("result"), "outcome"), "ok");
}

Test(authorize, a_role_that_does_not_trust_the_service_is_refused)
{
    roles(TRUST, "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{"
                 "\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}}");
    cr_assert(run_as_ann(may_pass) == -1);
    cr_expect(!face_handled);
    EXPECT_TEXT(face_err.code, "ClientException");
    EXPECT_TEXT(face_err.text,
                "Unable to assume the role 'arn:aws:iam::123456789012:role/pull' that "
                "was provided: its trust policy does not allow "
                "ecs-tasks.amazonaws.com to perform sts:AssumeRole.");
    EXPECT_STR(face_at(face_record("call"), "rolesPassed.1.trustPolicy.decision"),
               "ImplicitlyDenied");
}

Test(authorize, a_role_that_is_not_there_is_refused_after_PassRole)
{
    face_role(&(struct face_principal){ .name = "task", .trust = TRUST });
    cr_assert(run_as_ann(may_pass) == -1);
    EXPECT_TEXT(face_err.code, "ClientException");
    EXPECT_TEXT(face_err.text,
                "Unable to assume the role 'arn:aws:iam::123456789012:role/pull' that "
                "was provided: there is no such role.");
    cr_expect(remit_json_true(remit_json_get(
        remit_json_at(remit_json_get(face_record("call"), "rolesPassed"), 1), "missing")));
}

Test(authorize, who_may_not_pass_a_role_does_not_hear_whether_it_is_there)
{
    cr_assert(run_as_ann(may_run) == -1);
    EXPECT_TEXT(face_err.code, "AccessDenied");
}

/* iam-evaluation.md 18: ECS sends aws:SourceAccount and aws:SourceArn */
Test(authorize, a_trust_policy_against_confused_deputies_is_satisfied)
{
    static const char trust[] =
        "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{"
        "\"Service\":"
        "\"ecs-tasks.amazonaws.com\"},\"Action\":\"sts:AssumeRole\",\"Condition\":{"
        "\"StringEquals\":"
        "{\"aws:SourceAccount\":\"123456789012\"},\"ArnLike\":{\"aws:SourceArn\":"
        "\"arn:aws:ecs:eu-west-1:123456789012:*\"}}}}";

    roles(trust, trust);
    cr_assert(run_as_ann(may_pass) == 0, "%s", face_err.text);
}

Test(authorize, a_trust_policy_for_another_account_is_not)
{
    roles(TRUST, "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{"
                 "\"Service\":\"ecs-tasks.amazonaws.com\"},\"Action\":\"sts:AssumeRole\","
                 "\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"999999999999\"}}}}");
    cr_assert(run_as_ann(may_pass) == -1);
    EXPECT_TEXT(face_err.code, "ClientException");
}

Test(authorize, the_root_user_passes_roles_but_only_those_that_trust)
{
    struct control_call call;

    roles(TRUST, TRUST);
    face_call(&call, &run_row);
    face_as_root(&call);
    cr_assert(face_run(&call) == 0, "%s", face_err.text);
    face_remove(true, "pull");
    face_call(&call, &run_row);
    face_as_root(&call);
    cr_assert(face_run(&call) == -1);
    EXPECT_TEXT(face_err.code, "ClientException");
}

/* ---- proofs ---- */

static const struct control_operation instance_row = {
    .service = &control_agent_api,
    .name = "Poll",
    .action = "ecs:Poll",
    .proof = CONTROL_BY_INSTANCE,
    .reads_only = true,
    .handler = face_handle,
};
static const struct control_operation join_row = {
    .service = &control_agent_api,
    .name = "Join",
    .action = "ecs:Join",
    .proof = CONTROL_BY_JOIN_TOKEN,
    .handler = face_handle,
};
static const struct control_operation root_row = {
    .service = &control_admin_api,
    .name = "CreateJoinToken",
    .action = "remit:CreateJoinToken",
    .proof = CONTROL_BY_ROOT,
    .handler = face_handle,
};
static const struct control_operation any_row = {
    .service = &control_sts,
    .name = "GetCallerIdentity",
    .action = "sts:GetCallerIdentity",
    .proof = CONTROL_BY_ANY_CALLER,
    .reads_only = true,
    .handler = face_handle,
};
static const struct control_operation unnamed_row = {
    .service = &control_ecs,
    .name = "Nameless",
    .handler = face_handle,
};

static const struct {
    const struct control_operation *row;
    enum control_caller_kind kind;
    bool allowed;
} proofs[] = {
    { &instance_row, CONTROL_CALLER_INSTANCE, true },
    { &instance_row, CONTROL_CALLER_ROOT, false },
    { &instance_row, CONTROL_CALLER_USER, false },
    { &instance_row, CONTROL_CALLER_SESSION, false },
    { &instance_row, CONTROL_CALLER_JOIN_TOKEN, false },
    { &instance_row, CONTROL_CALLER_NONE, false },
    { &join_row, CONTROL_CALLER_JOIN_TOKEN, true },
    { &join_row, CONTROL_CALLER_INSTANCE, false },
    { &join_row, CONTROL_CALLER_ROOT, false },
    { &root_row, CONTROL_CALLER_ROOT, true },
    { &root_row, CONTROL_CALLER_USER, false },
    { &root_row, CONTROL_CALLER_SESSION, false },
    { &root_row, CONTROL_CALLER_INSTANCE, false },
    { &any_row, CONTROL_CALLER_ROOT, true },
    { &any_row, CONTROL_CALLER_USER, true },
    { &any_row, CONTROL_CALLER_SESSION, true },
    { &any_row, CONTROL_CALLER_INSTANCE, true },
    { &any_row, CONTROL_CALLER_JOIN_TOKEN, false },
    { &any_row, CONTROL_CALLER_NONE, false },
    { &describe_row, CONTROL_CALLER_ROOT, true },
    { &describe_row, CONTROL_CALLER_INSTANCE, false },
    { &describe_row, CONTROL_CALLER_JOIN_TOKEN, false },
    { &describe_row, CONTROL_CALLER_NONE, false },
    { &unnamed_row, CONTROL_CALLER_USER, false }, /* attacks.md P6 */
    { &unnamed_row, CONTROL_CALLER_ROOT, false },
};

ROWS(authorize, each_proof_takes_its_callers_and_no_other, proofs)
{
    struct control_call call;

    face_user(&(struct face_principal){ .name = "ann", .policy = ALLOW("\"*\"") });
    face_role(&(struct face_principal){ .name = "r", .policy = ALLOW("\"*\"") });
    face_call(&call, proofs[*row_index].row);
    if (proofs[*row_index].kind == CONTROL_CALLER_USER)
        face_as_user(&call, "ann");
    else
        face_as_session(&call, "r", "s");
    if (proofs[*row_index].kind == CONTROL_CALLER_ROOT)
        face_as_root(&call);
    call.caller.kind = proofs[*row_index].kind;
    cr_expect((face_run(&call) == 0) == proofs[*row_index].allowed, "%s", face_err.text);
    cr_expect(face_handled == proofs[*row_index].allowed);
    cr_expect(proofs[*row_index].allowed || face_err.kind == REMIT_ERR_DENIED);
}

/* ---- several resources, also needed actions, asking ---- */

static int two_things(struct control_call *call, struct remit_err *err)
{
    TRY(control_resource_add(call, REMIT_STR(THING), err));
    TRY(control_resource_add(call, REMIT_STR(THING "2"), err));
    return control_also_needs(call, "ecs:TagResource", REMIT_STR(THING), err);
}

static const struct control_operation two_row = {
    .service = &control_ecs,
    .name = "StopThings",
    .action = "ecs:StopThings",
    .resource = two_things,
    .handler = face_handle,
};

static const struct {
    const char *policy;
    const char *lacks; /* NULL: allowed */
} several[] = {
    { "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"ecs:*\","
      "\"Resource\":\"" THING "*\"}}",
      NULL },
    { "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"ecs:*\","
      "\"Resource\":\"" THING "\"}}",
      "ecs:StopThings on resource: " THING "2" },
    { "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":"
      "\"ecs:StopThings\",\"Resource\":\"*\"}}",
      "ecs:TagResource on resource: " THING " " },
};

ROWS(authorize, every_resource_and_every_action_must_be_allowed, several)
{
    struct control_call call;

    face_user(&(struct face_principal){ .name = "ann", .policy = several[*row_index].policy });
    face_call(&call, &two_row);
    face_as_user(&call, "ann");
    cr_expect((face_run(&call) == 0) == (several[*row_index].lacks == NULL), "%s", face_err.text);
    if (several[*row_index].lacks != NULL)
        cr_expect(strstr(face_err.text, several[*row_index].lacks) != NULL, "%s", face_err.text);
}

Test(authorize, a_question_of_a_route_is_answered_and_recorded)
{
    struct control_call call;
    bool allowed = false;

    face_user(&(struct face_principal){ .name = "ann", .policy = ALLOW("\"ecs:Describe*\"") });
    face_call(&call, &describe_row);
    face_as_user(&call, "ann");
    cr_assert(control_ask(&call, "ecs:DescribeThing", REMIT_STR(THING), &allowed, &face_err) == 0);
    cr_expect(allowed);
    cr_assert(control_ask(&call, "ecs:StopThing", REMIT_STR(THING), &allowed, &face_err) == 0);
    cr_expect(!allowed);
    cr_expect(call.grants->n_asked == 2);
}

/* ---- resource policies ---- */

static struct remit_str resource_document;
static bool resource_mandatory;

static int thing_with_policy(struct control_call *call, struct remit_err *err)
{
    TRY(control_resource_add(call, REMIT_STR(THING), err));
    return control_resource_policy(call, resource_document, resource_mandatory, err);
}

static const struct control_operation guarded_row = {
    .service = &control_ecs,
    .name = "OpenThing",
    .action = "ecs:OpenThing",
    .resource = thing_with_policy,
    .handler = face_handle,
};

Test(authorize, a_resource_policy_grants_and_denies)
{
    struct control_call call;

    face_user(&(struct face_principal){ .name = "ann" });
    resource_document = REMIT_STR(
        "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
        "\"arn:aws:iam::123456789012:user/"
        "ann\"},\"Action\":\"ecs:OpenThing\",\"Resource\":\"*\"}}");
    face_call(&call, &guarded_row);
    face_as_user(&call, "ann");
    cr_expect(face_run(&call) == 0, "%s", face_err.text);
    resource_document = REMIT_STR(
        "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\","
        "\"Action\":\"ecs:OpenThing\",\"Resource\":\"*\"}}");
    face_call(&call, &guarded_row);
    face_as_root(&call);
    cr_expect(face_run(&call) == -1);
    expect_denied("User: arn:aws:iam::123456789012:root is not authorized to perform: "
                  "ecs:OpenThing on resource: " THING
                  " with an explicit deny in a resource-based policy");
}

Test(authorize, a_resource_policy_that_cannot_be_read_denies)
{
    struct control_call call;

    resource_document = REMIT_STR("{\"Version\":\"2012-10-17\",\"Statement\":");
    face_call(&call, &guarded_row);
    face_as_root(&call);
    cr_expect(face_run(&call) == -1);
    cr_expect(face_err.kind == REMIT_ERR_DENIED);
}
