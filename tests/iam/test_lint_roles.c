#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "lint_kit.h"
#include "policy_kit.h"

#define TRUST(who)       "'Effect':'Allow','Principal':" who ",'Action':'sts:AssumeRole'"
#define TASKS            TRUST("{'Service':'ecs-tasks.amazonaws.com'}")
#define ALLOW(actions)   "'Effect':'Allow','Action':" actions ",'Resource':'*'"
#define ON(action, what) "'Effect':'Allow','Action':'" action "','Resource':'" what "'"
#define ARN(role)        "arn:aws:iam::111122223333:role/" role
#define SECRET(name)     "arn:aws:secretsmanager:us-east-1:111122223333:secret:" name
#define TASK(roles, container)                                                                     \
    "{'family':'web'," roles ",'containerDefinitions':[{'name':'c'," container "}]}"
#define ROLES   "'taskRoleArn':'" ARN("app") "','executionRoleArn':'" ARN("p/exec") "'"
#define SAME    "'taskRoleArn':'" ARN("app") "','executionRoleArn':'" ARN("app") "'"
#define LOGS    "'logConfiguration':{'logDriver':'awslogs','options':{'awslogs-create-group':'true'}}"
#define SECRETS "'secrets':[{'name':'S','valueFrom':'" SECRET("a-123456:key::") "'}]"

struct document {
    enum remit_lint_kind kind;
    const char *role, *text;
};

static const struct row {
    const char *code; /* NULL: nothing is found */
    struct document documents[6];
    const char *pointer;
} rows[] = {
    { "ECS_ROLE_FOR_BOTH_PURPOSES",
      { { REMIT_LINT_TASK_DEFINITION, "", TASK(SAME, "'image':'i'") } },
      "/taskRoleArn" },
    { NULL, { { REMIT_LINT_TASK_DEFINITION, "", TASK(ROLES, "'image':'i'") } } },
    { "ECS_ROLE_FOR_BOTH_PURPOSES",
      { { REMIT_LINT_TASK_DEFINITION, "", TASK(ROLES, "'image':'i'") },
        { REMIT_LINT_TASK_DEFINITION, "",
          TASK("'taskRoleArn':'x','executionRoleArn':'app'", "'image':'i'") } },
      "/taskRoleArn" },
    { "ECS_ROLE_FOR_BOTH_PURPOSES",
      { { REMIT_LINT_TRUST, "app", TASKS },
        { REMIT_LINT_POLICY, "app", ALLOW("'ecr:GetAuthorizationToken'") },
        { REMIT_LINT_POLICY, "app", ALLOW("['kms:Decrypt','sqs:SendMessage']") } },
      "/Statement/0/Action/1" },
    { NULL,
      { { REMIT_LINT_TRUST, "app", TASKS },
        { REMIT_LINT_POLICY, "app", ALLOW("['ecr:GetAuthorizationToken','kms:Decrypt']") } } },
    { "ECS_EXEC_ROLE_MISSING",
      { { REMIT_LINT_TRUST, "p/exec", TASKS },
        { REMIT_LINT_POLICY, "p/exec", ALLOW("['logs:CreateLogStream','logs:PutLogEvents']") },
        { REMIT_LINT_TASK_DEFINITION, "", TASK(ROLES, LOGS) } },
      "/containerDefinitions/0/logConfiguration/options/awslogs-create-group" },
    { NULL,
      { { REMIT_LINT_TRUST, "p/exec", TASKS },
        { REMIT_LINT_POLICY, "p/exec", ALLOW("'logs:*'") },
        { REMIT_LINT_TASK_DEFINITION, "", TASK(ROLES, LOGS) } } },
    { "ECS_EXEC_ROLE_MISSING",
      { { REMIT_LINT_POLICY, "p/exec", ON("secretsmanager:GetSecretValue", SECRET("b-*")) },
        { REMIT_LINT_TASK_DEFINITION, "", TASK(ROLES, SECRETS) } },
      "/containerDefinitions/0/secrets/0/valueFrom" },
    { NULL,
      { { REMIT_LINT_POLICY, "p/exec", ON("secretsmanager:GetSecretValue", SECRET("a-??????")) },
        { REMIT_LINT_TASK_DEFINITION, "", TASK(ROLES, SECRETS) } } },
    { "ECS_EXEC_ROLE_MISSING",
      { { REMIT_LINT_TRUST, "p/exec", TASKS },
        { REMIT_LINT_TASK_DEFINITION, "",
          "{'taskDefinition':" TASK(ROLES, "'secrets':[{'name':'S','valueFrom':'/a'}]") "}" } },
      "/taskDefinition/containerDefinitions/0/secrets/0/valueFrom" },
    { NULL, /* the execution role is not in the set: nothing is known of it */
      { { REMIT_LINT_TRUST, "other", TRUST("{'AWS':'111122223333'}") },
        { REMIT_LINT_TASK_DEFINITION, "", TASK(ROLES, SECRETS) } } },
    { "ECS_ROLES_SWAPPED",
      { { REMIT_LINT_TRUST, "p/exec", TASKS },
        { REMIT_LINT_POLICY, "app", ALLOW("'secretsmanager:GetSecretValue'") },
        { REMIT_LINT_TASK_DEFINITION, "", TASK(ROLES, SECRETS) } },
      "/containerDefinitions/0/secrets/0/valueFrom" },
    { "SELF_ASSUME_NOT_TRUSTED",
      { { REMIT_LINT_TRUST, "p/r", TASKS },
        { REMIT_LINT_POLICY, "p/r", ON("sts:AssumeRole", ARN("p/r")) } },
      "/Statement/0/Resource" },
    { NULL,
      { { REMIT_LINT_TRUST, "p/r", TRUST("{'AWS':'" ARN("p/r") "'}") },
        { REMIT_LINT_POLICY, "p/r", ON("sts:AssumeRole", ARN("p/r")) } } },
    { "SESSION_POLICY_USELESS",
      { { REMIT_LINT_BOUNDARY, "r", ALLOW("'s3:Get*'") },
        { REMIT_LINT_POLICY, "r", ALLOW("'ecs:*'") },
        { REMIT_LINT_POLICY, "r", ALLOW("'s3:Put*'") } },
      "" },
    { NULL,
      { { REMIT_LINT_BOUNDARY, "r", ALLOW("'s3:Get*'") },
        { REMIT_LINT_POLICY, "r", ALLOW("'s3:*Object'") } } },
    { "PRINCIPAL_ARN_NO_PATH",
      { { REMIT_LINT_TRUST, "p/r", TASKS },
        { REMIT_LINT_POLICY, "other",
          ALLOW("'s3:*'") ",'Condition':{'ArnEquals':{'aws:PrincipalArn':'" ARN("r") "'}}" } },
      "/Statement/0/Condition/ArnEquals/aws:PrincipalArn" },
    { NULL,
      { { REMIT_LINT_TRUST, "p/r", TASKS },
        { REMIT_LINT_POLICY, "other",
          ALLOW("'s3:*'") ",'Condition':{'ArnEquals':{'aws:PrincipalArn':'" ARN("p/r") "'}}" } } },
    { NULL, { { REMIT_LINT_POLICY, "r", "{not json" } } },
};

static struct remit_lint *run(const struct row *row)
{
    static char texts[REMIT_COUNT(row->documents)][8192];
    struct remit_lint_document documents[REMIT_COUNT(row->documents)];
    struct remit_lint *lint = NULL;
    struct remit_err err = { 0 };
    size_t n = 0;

    for (; n < REMIT_COUNT(row->documents) && row->documents[n].text != NULL; n++) {
        (void)snprintf(texts[n], sizeof(texts[n]), "%s", lint_kit_document(row->documents[n].text));
        documents[n] = (struct remit_lint_document){ row->documents[n].kind,
                                                     remit_str_of(row->documents[n].role),
                                                     remit_str_of(texts[n]) };
    }
    cr_assert(remit_lint_roles(documents, n, NULL, &lint, &err) == 0, "%s", err.text);
    return lint;
}

KIT_ROWS(lint_roles, rows)
{
    const struct row *row = &rows[*i];
    auto_lint struct remit_lint *lint = run(row);
    const struct remit_finding *found = remit_lint_at(lint, 0);

    if (row->code == NULL) {
        cr_expect(found == NULL, "%zu: %s: %.*s", *i, found->check->code,
                  REMIT_STR_ARG(found->message));
        return;
    }
    found = lint_kit_find(lint, row->code);
    cr_assert(found != NULL, "%zu: no %s", *i, row->code);
    cr_expect(remit_str_equal(found->locations[0].pointer, remit_str_of(row->pointer)),
              "%zu: at \"%.*s\"", *i, REMIT_STR_ARG(found->locations[0].pointer));
}

Test(lint_roles, places_are_in_the_documents_that_they_name)
{
    static const struct row row = {
        NULL,
        { { REMIT_LINT_TRUST, "other", TASKS },
          { REMIT_LINT_TRUST, "p/r", TASKS },
          { REMIT_LINT_POLICY, "p/r", "'Sid':'\xc3\xa9\n'," ON("sts:AssumeRole", ARN("p/r")) } },
    };
    static const struct row good = {
        NULL,
        { { REMIT_LINT_TRUST, "other", TASKS },
          { REMIT_LINT_TRUST, "p/r", TASKS },
          { REMIT_LINT_POLICY, "p/r", "'Sid':'\xc3\xa9',\n" ON("sts:AssumeRole", ARN("p/r")) } },
    };
    auto_lint struct remit_lint *none = run(&row); /* a line break in a string is no JSON */
    auto_lint struct remit_lint *lint = run(&good);
    const struct remit_finding *f = lint_kit_find(lint, "SELF_ASSUME_NOT_TRUSTED");

    cr_expect(eq(sz, remit_lint_count(none), 0));
    cr_assert(f != NULL);
    cr_assert(eq(sz, f->n_locations, 2));
    cr_expect(eq(sz, f->locations[0].document, 2));
    cr_expect(eq(sz, f->locations[0].start.line, 2));
    cr_expect(eq(sz, f->locations[1].document, 1));
    cr_expect(eq(sz, f->locations[1].start.line, 1));
    cr_expect(eq(sz, f->locations[1].start.offset, 0));
}

Test(lint_roles, a_task_definition_may_hold_any_characters)
{
    static const struct row row = {
        NULL,
        { { REMIT_LINT_TASK_DEFINITION, "",
            TASK(SAME, "'image':'\xe2\x82\xac\\ud83d\\ude00\\b\\\\u0041'") } },
    };
    auto_lint struct remit_lint *lint = run(&row);

    cr_expect(lint_kit_find(lint, "ECS_ROLE_FOR_BOTH_PURPOSES") != NULL);
}
