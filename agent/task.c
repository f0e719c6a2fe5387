#include "agent/task.h"

#include <errno.h>
#include <stdlib.h>

#include "agent/agent.h"
#include "common/base/encode.h"
#include "common/os/clock.h"
#include "common/os/frames_metadata.h"

#define ARENA_MAX    ((size_t)1024 * 1024)
#define OUTBOX_MAX   ((size_t)512 * 1024)
#define TOKEN_BYTES  32
#define NAME_MAX_LEN 255
#define RELAY_LABEL  "remit.relay"

/* Members of Poll's entry that are not the payload. */
static const char *const not_payload[] = {
    "desiredStatus",
    "version",
    "taskCredentials",
    "executionCredentials",
};

void agent_task_payload(const struct remit_json *entry, struct remit_buf *out)
{
    struct remit_jw w = REMIT_JW(out);

    remit_jw_object(&w);
    for (void *m = remit_json_first(entry); m != NULL; m = remit_json_next(entry, m)) {
        bool kept = true;

        for (size_t i = 0; i < REMIT_COUNT(not_payload); i++)
            kept = kept && !remit_str_equal(remit_json_key(m), remit_str_of(not_payload[i]));
        if (!kept)
            continue;
        remit_jw_key_str(&w, remit_json_key(m));
        remit_jw_json(&w, remit_json_value(m));
    }
    remit_jw_end(&w);
}

bool agent_is_name(struct remit_str s, size_t max)
{
    if (s.len == 0 || s.len > max)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_'))
            return false;
    }
    return true;
}

static int bad(struct remit_err *err, const char *what)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidPayload", "%s", what);
}

/* A role of the overrides stands before that of the definition. */
static struct remit_str role_of(const struct agent_task *task, const char *member)
{
    const struct remit_json *overrides = remit_json_get(task->payload, "overrides");
    struct remit_str role = remit_json_str(remit_json_get(overrides, member));

    return role.len > 0 ? role : remit_json_str(remit_json_get(task->definition, member));
}

static int read_identity(struct agent_task *task, struct remit_err *err)
{
    const struct remit_json *p = task->payload;

    task->definition = remit_json_get(p, "taskDefinition");
    task->id = remit_json_str(remit_json_get(p, "taskId"));
    task->arn = remit_json_str(remit_json_get(p, "taskArn"));
    task->cluster_arn = remit_json_str(remit_json_get(p, "clusterArn"));
    task->cluster_name = remit_json_str(remit_json_get(p, "clusterName"));
    task->family = remit_json_str(remit_json_get(p, "family"));
    task->revision = remit_json_int(remit_json_get(p, "revision"));
    task->task_role = role_of(task, "taskRoleArn");
    task->execution_role = role_of(task, "executionRoleArn");
    if (!agent_is_name(task->id, REMIT_TASK_ID_MAX))
        return bad(err, "taskId is not 1 to 64 letters, digits, '-' and '_'");
    if (task->arn.len == 0 || task->arn.len > 2048 || task->cluster_arn.len == 0)
        return bad(err, "taskArn or clusterArn is missing");
    if (!agent_is_name(task->family, NAME_MAX_LEN))
        return bad(err, "family is no name");
    return 0;
}

static const struct remit_json *find_named(const struct remit_json *list, struct remit_str name)
{
    for (size_t i = 0; i < remit_json_count(list); i++) {
        const struct remit_json *entry = remit_json_at(list, i);

        if (remit_str_equal(remit_json_str(remit_json_get(entry, "name")), name))
            return entry;
    }
    return NULL;
}

static int make_token(struct remit_secret *out, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(REMIT_AUTH_TOKEN_MAX);
    unsigned char bytes[TOKEN_BYTES];

    remit_random_bytes(bytes, sizeof(bytes));
    remit_base64url_put(&text, remit_str_from((const char *)bytes, sizeof(bytes)));
    remit_wipe(bytes, sizeof(bytes));
    TRY(remit_buf_check(&text, "a token", err));
    return remit_secret_copy(remit_buf_view(&text), out, err);
}

static int read_container(struct agent_task *task, size_t i, struct remit_err *err)
{
    const struct remit_json *overrides = remit_json_get(task->payload, "overrides");
    const struct remit_json *list = remit_json_get(task->definition, "containerDefinitions");
    struct agent_container *c = &task->containers[i];
    const struct remit_json *essential = NULL;

    c->definition = remit_json_at(list, i);
    c->name = remit_json_str(remit_json_get(c->definition, "name"));
    if (!agent_is_name(c->name, NAME_MAX_LEN))
        return bad(err, "a container's name is not 1 to 255 letters, digits, '-' and '_'");
    if (agent_task_find(task, c->name) != i)
        return bad(err, "two containers have one name");
    c->override = find_named(remit_json_get(overrides, "containerOverrides"), c->name);
    c->arn = remit_json_str(remit_json_get(
        find_named(remit_json_get(task->payload, "containers"), c->name), "containerArn"));
    (void)remit_random_uuid(c->endpoint_id);
    essential = remit_json_get(c->definition, "essential");
    task->units[i].name = c->name;
    task->units[i].essential = essential == NULL || remit_json_true(essential);
    task->units[i].start_timeout_s = (int)agent_container_number(c, "startTimeout");
    return make_token(&c->token, err);
}

static int read_containers(struct agent_task *task, struct remit_err *err)
{
    size_t n = remit_json_count(remit_json_get(task->definition, "containerDefinitions"));

    if (n == 0 || n > REMIT_TASK_CONTAINERS_MAX)
        return bad(err, "a task has 1 to 64 containers");
    task->containers = REMIT_NEW_N(&task->arena, struct agent_container, n);
    task->units = REMIT_NEW_N(&task->arena, struct agent_unit, n);
    TRY(remit_arena_check(&task->arena, "a task", err));
    for (size_t i = 0; i < n; i++) {
        task->n_containers = i + 1;
        TRY(read_container(task, i, err));
    }
    return 0;
}

static int add_condition(struct agent_task *task, size_t i, struct agent_condition *out,
                         struct remit_str on, struct remit_str word, struct remit_err *err)
{
    out->on = agent_task_find(task, on);
    if (out->on == task->n_containers)
        return remit_fail(err, REMIT_ERR_INVALID, "TaskDependencyError",
                          "container " REMIT_STR_FMT " depends on " REMIT_STR_FMT
                          ", which does not exist",
                          REMIT_STR_ARG(task->units[i].name), REMIT_STR_ARG(on));
    if (!agent_condition_parse(word, &out->kind))
        return remit_fail(err, REMIT_ERR_INVALID, "TaskDependencyError",
                          "container " REMIT_STR_FMT " waits for '" REMIT_STR_FMT
                          "', which is no condition",
                          REMIT_STR_ARG(task->units[i].name), REMIT_STR_ARG(word));
    return 0;
}

/* dependsOn; and whose volumes it shares must be there first. */
static int read_conditions(struct agent_task *task, size_t i, struct remit_err *err)
{
    const struct remit_json *definition = task->containers[i].definition;
    const struct remit_json *depends = remit_json_get(definition, "dependsOn");
    const struct remit_json *from = remit_json_get(definition, "volumesFrom");
    size_t n_depends = remit_json_count(depends);
    size_t n = n_depends + remit_json_count(from);
    struct agent_condition *conditions = REMIT_NEW_N(&task->arena, struct agent_condition, n);

    TRY(remit_arena_check(&task->arena, "a task", err));
    for (size_t k = 0; k < n; k++) {
        const struct remit_json *entry =
            k < n_depends ? remit_json_at(depends, k) : remit_json_at(from, k - n_depends);
        const char *member = k < n_depends ? "containerName" : "sourceContainer";
        struct remit_str word = remit_json_str(remit_json_get(entry, "condition"));

        TRY(add_condition(task, i, &conditions[k], remit_json_str(remit_json_get(entry, member)),
                          word.len > 0 ? word : REMIT_STR("START"), err));
    }
    task->units[i].conditions = conditions;
    task->units[i].n_conditions = n;
    return 0;
}

/* Any container's label remit.relay=off takes the way back in from the whole task. */
static bool relay_wanted(const struct agent_task *task)
{
    for (size_t i = 0; i < task->n_containers; i++) {
        const struct remit_json *labels =
            remit_json_get(task->containers[i].definition, "dockerLabels");

        if (remit_str_equal(remit_json_str(remit_json_get(labels, RELAY_LABEL)), REMIT_STR("off")))
            return false;
    }
    return !task->agent->config.no_relay;
}

/* What can be wrong with a task that has a name. */
static int read_plan(struct agent_task *task, struct remit_err *err)
{
    TRY(agent_netmode_find(remit_json_str(remit_json_get(task->definition, "networkMode")),
                           &task->netmode, err));
    task->relay = relay_wanted(task);
    for (size_t i = 0; i < task->n_containers; i++)
        TRY(read_conditions(task, i, err));
    return agent_order_check(task->units, task->n_containers, err);
}

static void init_shared(struct agent_task *task)
{
    pthread_condattr_t attr;

    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&task->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    remit_buf_init(&task->outbox, OUTBOX_MAX);
}

int agent_task_new(struct agent *agent, struct remit_str payload, struct agent_task **out,
                   struct remit_err *err)
{
    auto_task struct agent_task *task = calloc(1, sizeof(*task));

    if (task == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "a task");
    init_shared(task);
    task->agent = agent;
    remit_arena_init(&task->arena, ARENA_MAX);
    TRY(remit_json_parse(payload, AGENT_PAYLOAD_MAX, &task->payload, err));
    TRY(read_identity(task, err));
    TRY(read_containers(task, err));
    (void)remit_random_uuid(task->credentials_id);
    task->netmode = &agent_netmodes[0];
    task->phase_since_boot_ms = remit_clock_boot_ms();
    (void)!read_plan(task, &task->unusable); /* told when the task is run */
    *out = task;
    task = NULL;
    return 0;
}

static void wipe_container(struct agent_container *c)
{
    for (size_t i = 0; i < c->n_secrets; i++)
        remit_secret_drop(&c->secrets[i].value);
    c->n_secrets = 0;
    agent_registry_auth_drop(&c->registry);
    remit_json_drop(&c->image);
}

void agent_task_wipe(struct agent_task *task)
{
    for (size_t i = 0; i < task->n_containers; i++)
        wipe_container(&task->containers[i]);
    agent_registry_auth_drop(&task->registry);
    (void)pthread_mutex_lock(&task->agent->lock);
    agent_credentials_drop(&task->execution);
    (void)pthread_mutex_unlock(&task->agent->lock);
}

void agent_task_drop(struct agent_task **task)
{
    struct agent_task *t = *task;

    if (t == NULL)
        return;
    for (size_t i = 0; i < t->n_containers; i++) {
        wipe_container(&t->containers[i]);
        remit_secret_drop(&t->containers[i].token);
        remit_json_drop(&t->containers[i].inspect);
    }
    agent_registry_auth_drop(&t->registry);
    agent_credentials_drop(&t->fresh);
    agent_credentials_drop(&t->execution);
    agent_engine_drop(&t->engine);
    agent_control_drop(&t->control);
    remit_json_drop(&t->pause);
    remit_buf_drop(&t->outbox);
    remit_arena_drop(&t->arena);
    remit_json_drop(&t->payload);
    (void)pthread_cond_destroy(&t->wake);
    free(t);
    *task = NULL;
}

size_t agent_task_find(const struct agent_task *task, struct remit_str name)
{
    for (size_t i = 0; i < task->n_containers; i++)
        if (remit_str_equal(task->containers[i].name, name))
            return i;
    return task->n_containers;
}

bool agent_task_has_role(const struct agent_task *task)
{
    return task->task_role.len > 0;
}

int64_t agent_task_size(const struct agent_task *task, const char *member)
{
    const struct remit_json *overrides = remit_json_get(task->payload, "overrides");
    struct remit_str text = remit_json_str(remit_json_get(overrides, member));
    unsigned long long number = 0;

    if (text.len == 0)
        text = remit_json_str(remit_json_get(task->definition, member));
    return remit_str_to_u64(text, INT32_MAX, &number) ? (int64_t)number : 0;
}

int64_t agent_container_number(const struct agent_container *container, const char *member)
{
    const struct remit_json *other = remit_json_get(container->override, member);

    if (remit_json_type(other) == REMIT_JSON_INT)
        return remit_json_int(other);
    return remit_json_int(remit_json_get(container->definition, member));
}

static const char *engine_name(const struct agent_task *task, struct remit_str what, char between,
                               struct remit_buf *out)
{
    remit_buf_clear(out);
    remit_buf_put_fmt(out, "ecs-" REMIT_STR_FMT "-%lld-" REMIT_STR_FMT "%c" REMIT_STR_FMT,
                      REMIT_STR_ARG(task->family), (long long)task->revision, REMIT_STR_ARG(what),
                      between, REMIT_STR_ARG(task->id));
    return remit_buf_cstr(out);
}

const char *agent_task_container_name(const struct agent_task *task, size_t which,
                                      struct remit_buf *out)
{
    return engine_name(task, task->containers[which].name, '-', out);
}

/* No container's name has a dot. */
const char *agent_task_pause_name(const struct agent_task *task, struct remit_buf *out)
{
    return engine_name(task, REMIT_STR("pause"), '.', out);
}

const char *agent_task_volume_name(const struct agent_task *task, struct remit_str volume,
                                   struct remit_buf *out)
{
    return engine_name(task, volume, '-', out);
}

struct remit_str agent_task_worker(const struct agent_task *task)
{
    return task->netmode->worker != NULL ? remit_str_of(task->netmode->worker) : task->id;
}
