/* Task definitions and their roles: one role for both purposes, what the execution role lacks (18).
 */
#include "iam/lint/roles.h"

/* A member of an object in a task definition; 0: it is not there. */
static uint32_t member(const struct lint *l, uint32_t object, const char *name)
{
    uint32_t at = object + 1;
    uint32_t key = 0;
    uint32_t value = 0;

    if (lint_node(l, object)->type != REMIT_TAPE_OBJECT)
        return 0;
    while (lint_member(l, object, &at, &key, &value))
        if (remit_str_equal(lint_node(l, key)->text, remit_str_of(name)))
            return value;
    return 0;
}

static struct remit_str text_of(const struct lint *l, uint32_t node)
{
    return node != 0 && lint_node(l, node)->type == REMIT_TAPE_STRING ? lint_node(l, node)->text
                                                                      : REMIT_STR("");
}

/* A role is given by its ARN, or by its name. */
static struct remit_str role_at(const struct lint *l, uint32_t node)
{
    struct remit_str text = text_of(l, node);
    struct remit_str role = lint_role_of(text);

    return role.len > 0 ? role : text;
}

/* One task definition. */
struct task {
    struct lint_set *set;
    struct lint *l;
    uint32_t root;
    uint32_t task_node, execution_node;
    struct remit_str task_role, execution_role;
};

/* ---- what the execution role needs ---- */

static bool known(const struct task *t, struct remit_str role)
{
    return lint_set_find(t->set, role, REMIT_LINT_TRUST, 0) != NULL ||
           lint_set_find(t->set, role, REMIT_LINT_POLICY, 0) != NULL;
}

static void need(const struct task *t, uint32_t node, const char *action, struct remit_str resource)
{
    struct remit_str wanted = remit_str_of(action);

    if (t->execution_role.len == 0 || !known(t, t->execution_role) ||
        lint_set_allows(t->set, t->execution_role, wanted, resource))
        return;
    if (t->task_role.len > 0 && lint_set_allows(t->set, t->task_role, wanted, resource))
        lint_report_both(t->l, LINT_ECS_ROLES_SWAPPED, node, t->task_node,
                         "This needs %s of the execution role \"%.*s\"; the task role \"%.*s\" has "
                         "it, which the containers hold and the agent does not use.",
                         action, LINT_ARG(t->execution_role), LINT_ARG(t->task_role));
    else
        lint_report_both(t->l, LINT_ECS_EXEC_ROLE_MISSING, node, t->execution_node,
                         "This needs %s of the execution role \"%.*s\", which no policy of it "
                         "allows.",
                         action, LINT_ARG(t->execution_role));
}

static void need_logs(const struct task *t, uint32_t container)
{
    uint32_t log = member(t->l, container, "logConfiguration");
    uint32_t driver = log != 0 ? member(t->l, log, "logDriver") : 0;
    uint32_t options = log != 0 ? member(t->l, log, "options") : 0;
    uint32_t create = options != 0 ? member(t->l, options, "awslogs-create-group") : 0;

    if (!remit_str_equal(text_of(t->l, driver), REMIT_STR("awslogs")))
        return;
    need(t, driver, "logs:CreateLogStream", REMIT_STR(""));
    need(t, driver, "logs:PutLogEvents", REMIT_STR(""));
    if (remit_str_equal(text_of(t->l, create), REMIT_STR("true")))
        need(t, create, "logs:CreateLogGroup", REMIT_STR(""));
}

/* A secret's reference may go on behind its ARN: ":json-key:stage:version". */
static struct remit_str plain_secret(struct remit_str arn)
{
    struct remit_str parts[6];
    size_t first = 0;
    size_t colon = 0;

    if (lint_arn_parts(arn, parts) < 6)
        return REMIT_STR("");
    first = remit_str_find(parts[5], ':') + 1;
    colon = first + remit_str_find(remit_str_sub(parts[5], first, parts[5].len), ':');
    return remit_str_sub(arn, 0, (size_t)(parts[5].ptr - arn.ptr) + colon);
}

static bool is_of(struct remit_str arn, const char *service)
{
    struct remit_str parts[6];

    return lint_arn_parts(arn, parts) == 6 && remit_str_equal(parts[2], remit_str_of(service));
}

static void need_secret(const struct task *t, uint32_t node)
{
    struct remit_str text = text_of(t->l, node);

    if (node == 0 || text.len == 0)
        return;
    if (is_of(text, "secretsmanager"))
        need(t, node, "secretsmanager:GetSecretValue", plain_secret(text));
    else
        need(t, node, "ssm:GetParameters", is_of(text, "ssm") ? text : REMIT_STR(""));
}

/* valueFrom of each element of a list. */
static void need_secrets(const struct task *t, uint32_t list)
{
    uint32_t end = list != 0 ? lint_node(t->l, list)->next : 0;

    if (list == 0 || lint_node(t->l, list)->type != REMIT_TAPE_ARRAY)
        return;
    for (uint32_t at = list + 1; at < end; at = lint_node(t->l, at)->next)
        need_secret(t, member(t->l, at, "valueFrom"));
}

static void need_files(const struct task *t, uint32_t list)
{
    uint32_t end = list != 0 ? lint_node(t->l, list)->next : 0;

    if (list == 0 || lint_node(t->l, list)->type != REMIT_TAPE_ARRAY)
        return;
    for (uint32_t at = list + 1; at < end; at = lint_node(t->l, at)->next) {
        uint32_t value = member(t->l, at, "value");

        if (value != 0)
            need(t, value, "s3:GetObject", text_of(t->l, value));
    }
}

static void need_image(const struct task *t, uint32_t container)
{
    static const char *const actions[] = { "ecr:GetAuthorizationToken", "ecr:BatchGetImage",
                                           "ecr:GetDownloadUrlForLayer" };
    uint32_t image = member(t->l, container, "image");
    struct remit_str text = text_of(t->l, image);

    if (text.len == 0 || memmem(text.ptr, text.len, ".dkr.ecr.", sizeof(".dkr.ecr.") - 1) == NULL)
        return;
    for (size_t i = 0; i < REMIT_COUNT(actions); i++)
        need(t, image, actions[i], REMIT_STR(""));
}

static void check_container(const struct task *t, uint32_t container)
{
    uint32_t credentials = member(t->l, container, "repositoryCredentials");
    uint32_t log = member(t->l, container, "logConfiguration");

    need_image(t, container);
    need_logs(t, container);
    need_secrets(t, member(t->l, container, "secrets"));
    if (log != 0)
        need_secrets(t, member(t->l, log, "secretOptions"));
    if (credentials != 0)
        need_secret(t, member(t->l, credentials, "credentialsParameter"));
    need_files(t, member(t->l, container, "environmentFiles"));
}

static void check_task(const struct task *t)
{
    uint32_t list = member(t->l, t->root, "containerDefinitions");

    if (t->task_role.len > 0 && remit_str_equal(t->task_role, t->execution_role))
        lint_report_both(t->l, LINT_ECS_ROLE_FOR_BOTH_PURPOSES, t->task_node, t->execution_node,
                         "\"%.*s\" is task role and execution role: the containers can pull "
                         "images and read all secrets that the agent can. Use two roles.",
                         LINT_ARG(t->task_role));
    if (list == 0 || lint_node(t->l, list)->type != REMIT_TAPE_ARRAY)
        return;
    for (uint32_t at = list + 1; at < lint_node(t->l, list)->next; at = lint_node(t->l, at)->next)
        check_container(t, at);
}

static bool task_of(struct lint_set *set, size_t i, struct task *out)
{
    struct lint *l = &set->all[i];
    uint32_t inner = 0;

    if (set->documents[i].kind != REMIT_LINT_TASK_DEFINITION || l->tape.n_nodes == 0)
        return false;
    inner = member(l, 0, "taskDefinition"); /* an answer of DescribeTaskDefinition */
    *out = (struct task){ .set = set, .l = l, .root = inner };
    out->task_node = member(l, inner, "taskRoleArn");
    out->execution_node = member(l, inner, "executionRoleArn");
    out->task_role = role_at(l, out->task_node);
    out->execution_role = role_at(l, out->execution_node);
    return true;
}

/* ---- a role that two task definitions use differently ---- */

static void check_pair(const struct task *a, const struct task *b)
{
    if (a->l == b->l || a->task_role.len == 0 ||
        !remit_str_equal(a->task_role, b->execution_role) ||
        remit_str_equal(a->task_role, a->execution_role))
        return;
    lint_report_across(a->l, LINT_ECS_ROLE_FOR_BOTH_PURPOSES, a->task_node, b->l, b->execution_node,
                       "\"%.*s\" is task role here and execution role of another task "
                       "definition. Use two roles.",
                       LINT_ARG(a->task_role));
}

/* ---- without task definitions: by what the role may do ---- */

/* What execution roles have; only their first needs no other reason to be there. */
static const char *const execution_actions[] = {
    "ecr:GetAuthorizationToken",
    "ecr:BatchCheckLayerAvailability",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchGetImage",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:CreateLogGroup",
    "logs:DescribeLogStreams",
    "ssm:GetParameters",
    "secretsmanager:GetSecretValue",
    "kms:Decrypt",
    "s3:GetObject",
    "s3:GetBucketLocation",
};

static bool for_execution(struct remit_str action)
{
    for (size_t i = 0; i < REMIT_COUNT(execution_actions); i++)
        if (remit_str_equal_nocase(action, remit_str_of(execution_actions[i])))
            return true;
    return false;
}

static const struct lint_text *other_purpose(const struct lint *l)
{
    for (size_t i = 0; i < l->n_statements; i++) {
        const struct lint_statement *s = &l->statements[i];

        for (size_t j = 0; j < s->actions.n && s->allow && !s->actions.negated; j++)
            if (!for_execution(s->actions.at[j].text))
                return &s->actions.at[j];
    }
    return NULL;
}

static bool trusts_tasks(const struct lint *trust)
{
    for (size_t i = 0; i < trust->n_statements; i++)
        for (size_t j = 0; j < trust->statements[i].n_principals; j++)
            if (remit_str_equal(trust->statements[i].principals[j].text,
                                REMIT_STR("ecs-tasks.amazonaws.com")))
                return true;
    return false;
}

static void check_role(struct lint_set *set, size_t i)
{
    struct lint *trust = &set->all[i];
    struct remit_str role = set->documents[i].role;

    if (set->documents[i].kind != REMIT_LINT_TRUST || trust->tape.n_nodes == 0 ||
        !trusts_tasks(trust) ||
        !lint_set_allows(set, role, REMIT_STR("ecr:GetAuthorizationToken"), REMIT_STR("")))
        return;
    for (size_t j = 0; j < set->n; j++) {
        const struct lint_text *other = NULL;

        if (set->documents[j].kind != REMIT_LINT_POLICY ||
            !remit_str_equal(set->documents[j].role, role) || set->all[j].tape.n_nodes == 0)
            continue;
        other = other_purpose(&set->all[j]);
        if (other == NULL)
            continue;
        lint_report_across(&set->all[j], LINT_ECS_ROLE_FOR_BOTH_PURPOSES, other->node, trust, 0,
                           "The role may pull images, as execution roles do, and \"%.*s\", which "
                           "is for a task. Use two roles.",
                           LINT_ARG(other->text));
        return;
    }
}

void lint_set_tasks(struct lint_set *set)
{
    size_t n_tasks = 0;

    for (size_t i = 0; i < set->n; i++) {
        struct task task;

        if (!task_of(set, i, &task))
            continue;
        n_tasks++;
        check_task(&task);
        for (size_t j = 0; j < set->n && lint_may_compare(task.l); j++) {
            struct task other;

            if (task_of(set, j, &other))
                check_pair(&task, &other);
        }
    }
    for (size_t i = 0; i < set->n && n_tasks == 0; i++)
        check_role(set, i);
}
