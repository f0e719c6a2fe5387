/* Permissions that together lead to all others. */
#include "iam/lint/lint_internal.h"

#define ACTIONS_MOST 4

/* Each is an action of a combination; all of a row are needed. */
static const struct combination {
    const char *how;
    const char *actions[ACTIONS_MOST];
} combinations[] = {
    { "write a new version of a policy that one has", { "iam:CreatePolicyVersion" } },
    { "make an older version of a policy count", { "iam:SetDefaultPolicyVersion" } },
    { "make an access key of another user", { "iam:CreateAccessKey" } },
    { "give another user a password", { "iam:CreateLoginProfile" } },
    { "change another user's password", { "iam:UpdateLoginProfile" } },
    { "attach any policy to oneself", { "iam:AttachUserPolicy" } },
    { "attach any policy to one's group", { "iam:AttachGroupPolicy" } },
    { "attach any policy to a role", { "iam:AttachRolePolicy" } },
    { "write a policy of oneself", { "iam:PutUserPolicy" } },
    { "write a policy of one's group", { "iam:PutGroupPolicy" } },
    { "write a policy of a role", { "iam:PutRolePolicy" } },
    { "join a group", { "iam:AddUserToGroup" } },
    { "be trusted by any role", { "iam:UpdateAssumeRolePolicy" } },
    { "take away the boundary of a role", { "iam:DeleteRolePermissionsBoundary" } },
    { "take away the boundary of a user", { "iam:DeleteUserPermissionsBoundary" } },
    { "replace the boundary of a role", { "iam:PutRolePermissionsBoundary" } },
    { "replace the boundary of a user", { "iam:PutUserPermissionsBoundary" } },
    { "start a machine with any role", { "iam:PassRole", "ec2:RunInstances" } },
    { "run a task with any role", { "iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask" } },
    { "start a task with any role",
      { "iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:StartTask" } },
    { "run a service with any role",
      { "iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:CreateService" } },
    { "put any role into a service that runs",
      { "iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:UpdateService" } },
    { "enter a container and use its role", { "ecs:ExecuteCommand" } },
    { "run a function with any role",
      { "iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction" } },
    { "run a function with any role on events",
      { "iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping" } },
    { "change the code of a function", { "lambda:UpdateFunctionCode" } },
    { "give a function any role", { "iam:PassRole", "lambda:UpdateFunctionConfiguration" } },
    { "make a stack with any role", { "iam:PassRole", "cloudformation:CreateStack" } },
    { "build with any role",
      { "iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild" } },
    { "make an endpoint of Glue with any role", { "iam:PassRole", "glue:CreateDevEndpoint" } },
    { "enter an endpoint of Glue", { "glue:UpdateDevEndpoint" } },
    { "run a job of Glue with any role", { "iam:PassRole", "glue:CreateJob", "glue:StartJobRun" } },
    { "run a pipeline with any role",
      { "iam:PassRole", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition",
        "datapipeline:ActivatePipeline" } },
    { "make a notebook with any role",
      { "iam:PassRole", "sagemaker:CreateNotebookInstance",
        "sagemaker:CreatePresignedNotebookInstanceUrl" } },
    { "run commands on machines and use their roles", { "ssm:SendCommand" } },
    { "enter machines and use their roles", { "ssm:StartSession" } },
};

static bool for_everybody(const struct lint_statement *s)
{
    for (size_t i = 0; i < s->resources.n; i++)
        if (remit_str_equal(s->resources.at[i].text, REMIT_STR("*")))
            return true;
    return false;
}

/* Only what names the caller itself ("user/${aws:username}"): that leads nowhere. */
static bool own_things_only(const struct lint_statement *s)
{
    for (size_t i = 0; i < s->resources.n; i++)
        if (remit_str_find(s->resources.at[i].text, '$') == s->resources.at[i].text.len)
            return false;
    return s->resources.n > 0 && !s->resources.negated;
}

static bool denied(struct lint *l, struct remit_str action)
{
    for (size_t i = 0; i < l->n_statements; i++) {
        const struct lint_statement *s = &l->statements[i];

        if (s->deny && s->n_conditions == 0 && !s->resources.negated && for_everybody(s) &&
            lint_may_compare(l) && lint_statement_covers(s, action))
            return true;
    }
    return false;
}

/* Conditions that bind the permission to a service, a boundary or tags take it off the list. */
static const struct lint_statement *allowing(struct lint *l, struct remit_str action)
{
    for (size_t i = 0; i < l->n_statements; i++) {
        const struct lint_statement *s = &l->statements[i];

        if (s->allow && s->n_conditions == 0 && !own_things_only(s) && lint_may_compare(l) &&
            lint_statement_covers(s, action))
            return denied(l, action) ? NULL : s;
    }
    return NULL;
}

static uint32_t node_of(const struct lint_statement *s, struct remit_str action)
{
    const struct lint_text *entry = lint_covering(&s->actions, action);

    return entry != NULL ? entry->node : s->actions.node;
}

static void check_combination(struct lint *l, const struct combination *c)
{
    uint32_t nodes[ACTIONS_MOST] = { 0 };
    char names[256] = "";
    size_t used = 0;
    size_t n = 0;

    for (; n < ACTIONS_MOST && c->actions[n] != NULL; n++) {
        struct remit_str action = remit_str_of(c->actions[n]);
        const struct lint_statement *s = allowing(l, action);

        if (s == NULL)
            return;
        nodes[n] = node_of(s, action);
        if (n > 0) {
            memcpy(names + used, " and ", 5);
            used += 5;
        }
        memcpy(names + used, action.ptr, action.len);
        used += action.len;
    }
    lint_report_both(l, LINT_PRIVILEGE_ESCALATION, nodes[0], nodes[n - 1],
                     "With %.*s its holder can %s, and so get more permissions than these.",
                     (int)used, names, c->how);
}

void lint_escalation(struct lint *l)
{
    const struct lint_statement *all = NULL;

    if (!lint_is_identity(l))
        return;
    /* An administrator has nothing to escalate to: one finding, not forty. */
    all = allowing(l, REMIT_STR("remit:anything"));
    if (all != NULL && !all->actions.negated && for_everybody(all)) {
        lint_report(l, LINT_PRIVILEGE_ESCALATION, all->node,
                    "The statement allows every action on every resource.");
        return;
    }
    for (size_t i = 0; i < REMIT_COUNT(combinations); i++)
        check_combination(l, &combinations[i]);
}
