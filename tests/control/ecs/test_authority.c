/*
 * Who may do what with ECS: the resource and the condition keys of each row as policies see them,
 * iam:PassRole for each role. [ecs-control 15; attacks R1, R3]
 */
#include "tests/control/ecs/stage.h"
#include "tests/lib/rows.h"

TestSuite(authority, .init = stage_open, .fini = stage_close, .timeout = 60);

#define STATEMENT(action, resource, condition)                                                     \
    "{\"Effect\":\"Allow\",\"Action\":\"" action "\",\"Resource\":\"" resource "\"" condition "}"
#define POLICY(statements)     "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"
#define WHEN(test, key, value) ",\"Condition\":{\"" test "\":{\"" key "\":\"" value "\"}}"
#define PASS(role)                                                                                 \
    STATEMENT("iam:PassRole", role,                                                                \
              WHEN("StringEquals", "iam:PassedToService", "ecs-tasks.amazonaws.com"))

static const char *task_arn, *instance_arn;

static void set_scene(void)
{
    instance_arn = stage_instance(4096, 4096);
    stage_define("web", 256, 64, "");
    task_arn = stage_run("web");
    op_must("TagResource", body("{\"resourceArn\":\"%s\",\"tags\":[{\"key\":\"team\",\"value\":"
                                "\"a\"}]}",
                                task_arn));
    op_must("TagResource",
            "{\"resourceArn\":\"" STAGE_ARN(
                "cluster/default") "\",\"tags\":[{\"key\":\"team\",\"value\":\"a\"}]}");
}

/* %s in a body is the task's ARN, and in those of instances the instance's. */
static const struct row {
    const char *name, *policy, *operation, *body;
    bool allowed;
} rows[] = {
    { "the revision that a family means",
      POLICY(STATEMENT("ecs:RunTask", STAGE_ARN("task-definition/web:1"), "") "," PASS(STAGE_WEB)),
      "RunTask", "{\"taskDefinition\":\"web\"}", true },
    { "another revision",
      POLICY(STATEMENT("ecs:RunTask", STAGE_ARN("task-definition/web:2"), "") "," PASS(STAGE_WEB)),
      "RunTask", "{\"taskDefinition\":\"web\"}", false },
    { "without iam:PassRole",
      POLICY(STATEMENT("ecs:RunTask", STAGE_ARN("task-definition/web:*"), "")), "RunTask",
      "{\"taskDefinition\":\"web\"}", false },
    { "iam:PassRole of another role",
      POLICY(STATEMENT("ecs:RunTask", "*", "") "," PASS(STAGE_PULL)), "RunTask",
      "{\"taskDefinition\":\"web\"}", false },
    { "the role that the override puts in its place",
      POLICY(STATEMENT("ecs:RunTask", "*", "") "," PASS(STAGE_WEB)), "RunTask",
      "{\"taskDefinition\":\"web\",\"overrides\":{\"taskRoleArn\":\"" STAGE_PULL "\"}}", false },
    { "an execution role by override, without iam:PassRole",
      POLICY(STATEMENT("ecs:RunTask", "*", "") "," PASS(STAGE_WEB)), "RunTask",
      "{\"taskDefinition\":\"web\",\"overrides\":{\"executionRoleArn\":\"" STAGE_PULL "\"}}",
      false },
    { "in the cluster it may",
      POLICY(
          STATEMENT("ecs:RunTask", "*",
                    WHEN("ArnEquals", "ecs:cluster", STAGE_ARN("cluster/default"))) "," PASS("*")),
      "RunTask", "{\"taskDefinition\":\"web\"}", true },
    { "in another cluster",
      POLICY(STATEMENT("ecs:RunTask", "*",
                       WHEN("ArnEquals", "ecs:cluster", STAGE_ARN("cluster/prod"))) "," PASS("*")),
      "RunTask", "{\"taskDefinition\":\"web\"}", false },
    { "commands inside",
      POLICY(STATEMENT("ecs:RunTask", "*",
                       WHEN("StringEquals", "ecs:enable-execute-command", "false")) "," PASS("*")),
      "RunTask", "{\"taskDefinition\":\"web\",\"enableExecuteCommand\":true}", false },
    { "a size",
      POLICY(STATEMENT("ecs:RunTask", "*",
                       WHEN("NumericLessThanEquals", "ecs:task-cpu", "512")) "," PASS("*")),
      "RunTask", "{\"taskDefinition\":\"web\",\"overrides\":{\"cpu\":\"1024\"}}", false },
    { "tags on what is made, without ecs:TagResource",
      POLICY(STATEMENT("ecs:RunTask", "*", "") "," PASS("*")), "RunTask",
      "{\"taskDefinition\":\"web\",\"tags\":[{\"key\":\"a\",\"value\":\"b\"}]}", false },
    { "tags on what is made",
      POLICY(STATEMENT("ecs:RunTask", "*", "") "," PASS("*") "," STATEMENT(
          "ecs:TagResource", STAGE_ARN("task/default/*"),
          WHEN("StringEquals", "ecs:CreateAction", "RunTask"))),
      "RunTask", "{\"taskDefinition\":\"web\",\"tags\":[{\"key\":\"a\",\"value\":\"b\"}]}", true },
    { "a tag that it may not ask for",
      POLICY(
          STATEMENT("ecs:*", "*", WHEN("StringEquals", "aws:RequestTag/team", "b")) "," PASS("*")),
      "RunTask", "{\"taskDefinition\":\"web\",\"tags\":[{\"key\":\"team\",\"value\":\"c\"}]}",
      false },
    { "registering needs iam:PassRole too",
      POLICY(STATEMENT("ecs:RegisterTaskDefinition", "*", "")), "RegisterTaskDefinition",
      "{\"family\":\"f\",\"taskRoleArn\":\"" STAGE_WEB
      "\",\"containerDefinitions\":[{\"name\":\"a\",\"image\":\"i\",\"memory\":64}]}",
      false },
    { "registering one family",
      POLICY(STATEMENT("ecs:RegisterTaskDefinition", STAGE_ARN("task-definition/f:*"),
                       "") "," PASS(STAGE_WEB)),
      "RegisterTaskDefinition",
      "{\"family\":\"f\",\"taskRoleArn\":\"" STAGE_WEB
      "\",\"containerDefinitions\":[{\"name\":\"a\",\"image\":\"i\",\"memory\":64}]}",
      true },
    { "registering another family",
      POLICY(STATEMENT("ecs:RegisterTaskDefinition", STAGE_ARN("task-definition/g:*"), "")),
      "RegisterTaskDefinition",
      "{\"family\":\"f\",\"containerDefinitions\":[{\"name\":\"a\",\"image\":\"i\",\"memory\":64}]"
      "}",
      false },
    { "an unprivileged definition",
      POLICY(STATEMENT("ecs:RegisterTaskDefinition", "*",
                       WHEN("StringEquals", "ecs:privileged", "false"))),
      "RegisterTaskDefinition",
      "{\"family\":\"f\",\"containerDefinitions\":[{\"name\":\"a\",\"image\":\"i\",\"memory\":64}]"
      "}",
      true },
    { "a task by its tag",
      POLICY(STATEMENT("ecs:StopTask", STAGE_ARN("task/default/*"),
                       WHEN("StringEquals", "aws:ResourceTag/team", "a"))),
      "StopTask", "{\"task\":\"%s\"}", true },
    { "a task of another team",
      POLICY(STATEMENT("ecs:StopTask", "*", WHEN("StringEquals", "ecs:ResourceTag/team", "b"))),
      "StopTask", "{\"task\":\"%s\"}", false },
    { "a cluster by its tag",
      POLICY(STATEMENT("ecs:ListContainerInstances", STAGE_ARN("cluster/default"),
                       WHEN("StringEquals", "aws:ResourceTag/team", "a"))),
      "ListContainerInstances", "{}", true },
    { "one of two that may be seen",
      POLICY(STATEMENT("ecs:DescribeClusters", STAGE_ARN("cluster/default"), "")),
      "DescribeClusters", "{\"clusters\":[\"default\",\"prod\"]}", false },
    { "tasks of any instance", POLICY(STATEMENT("ecs:ListTasks", "*", "")), "ListTasks", "{}",
      true },
    { "tasks in another cluster",
      POLICY(STATEMENT("ecs:ListTasks", STAGE_ARN("container-instance/prod/*"), "")), "ListTasks",
      "{}", false },
    { "a refused operation is authorized like all the rest",
      POLICY(STATEMENT("ecs:ListTasks", "*", "")), "CreateService", "{\"serviceName\":\"s\"}",
      false },
};
ROWS(authority, by_policy, rows)
{
    const struct row *r = &rows[*row_index];
    int result = 0;

    set_scene();
    face_user(&(struct face_principal){ .name = "ann", .policy = r->policy });
    /* the formats are ours: each has one %s at most */
    result = op_user("ann", r->operation,
                     strstr(r->body, "%s") != NULL ? body("{\"task\":\"%s\"}", task_arn) : r->body);
    cr_expect((result == 0) == r->allowed, "%s: %s: %s", r->name, face_err.code, face_err.text);
    if (!r->allowed)
        EXPECT_TEXT(face_err.code, "AccessDenied");
}

Test(authority, a_denial_names_the_role_that_was_not_to_be_passed)
{
    set_scene();
    face_user(
        &(struct face_principal){ .name = "ann", .policy = POLICY(STATEMENT("ecs:*", "*", "")) });
    EXPECT_REFUSED(op_user("ann", "RunTask", "{\"taskDefinition\":\"web\"}"), REMIT_ERR_DENIED,
                   "AccessDenied",
                   "User: arn:aws:iam::" FACE_ACCOUNT
                   ":user/ann is not authorized to perform: iam:PassRole on resource: " STAGE_WEB
                   " because no identity-based policy allows the iam:PassRole action");
}

/* A definition of which one has no right to know tells nothing of itself. */
Test(authority, a_missing_thing_is_denied_in_the_same_words_as_one_that_is_there)
{
    char there[REMIT_ERR_TEXT_MAX];

    set_scene();
    face_user(&(struct face_principal){ .name = "ann" });
    cr_expect(op_user("ann", "StopTask", body("{\"task\":\"%s\"}", task_arn)) == -1);
    (void)memcpy(there, face_err.text, sizeof(there));
    cr_expect(op_user("ann", "StopTask", "{\"task\":\"0123456789abcdef0123456789abcdef\"}") == -1);
    EXPECT_TEXT(face_err.code, "AccessDenied");
    cr_expect(strncmp(there, face_err.text, 100) == 0, "%s", face_err.text);
}

Test(authority, a_role_that_trusts_somebody_else_is_not_run_with)
{
    face_role(&(struct face_principal){ .name = "lambda",
                                        .trust = TRUST("Service", "lambda.amazonaws.com") });
    EXPECT_REFUSED(op("RegisterTaskDefinition",
                      "{\"family\":\"f\",\"taskRoleArn\":\"" FACE_ROLE(
                          "lambda") "\",\"containerDefinitions\":[{\"name\":\"a\","
                                    "\"image\":\"i\",\"memory\":64}]}"),
                   REMIT_ERR_DENIED, "ClientException",
                   "Unable to assume the role '" FACE_ROLE(
                       "lambda") "' that was provided: its trust policy does not allow "
                                 "ecs-tasks.amazonaws.com to perform "
                                 "sts:AssumeRole.");
}

/* R3: what was benign when it was registered is asked about again when it is run. */
Test(authority, a_role_that_stopped_trusting_is_not_run_with_either)
{
    set_scene();
    face_remove(true, "web");
    face_role(&(struct face_principal){ .name = "web",
                                        .trust = TRUST("Service", "lambda.amazonaws.com") });
    cr_expect(op("RunTask", "{\"taskDefinition\":\"web\"}") == -1);
    EXPECT_TEXT(face_err.code, "ClientException");
}
