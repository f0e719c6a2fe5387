/* The record of a task to be: everything but the instance it goes to. [ecs-control 9.1] */
#include "control/ops/run.h"

#define TAGS_MOST 50

/* ---- overrides, as DescribeTasks shows them: every container with at least its name ---- */

static void write_override(struct remit_jw *w, struct remit_str name,
                           const struct remit_json *given)
{
    const struct control_field *shape = run_override_fields[0].element;

    remit_jw_object(w);
    remit_jw_put_str(w, "name", name);
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct control_field *field = &shape->fields[i];

        if (strcmp(field->name, "name") == 0 || !ecs_there(given, field->name))
            continue;
        remit_jw_key(w, field->name);
        ecs_described_write(w, field, remit_json_get(given, field->name));
    }
    remit_jw_end(w);
}

/* A size may come as "1 vCPU" and is kept in units. */
static void write_size(struct remit_jw *w, const char *name, struct remit_str text,
                       bool (*read)(struct remit_str, int64_t *))
{
    int64_t size = 0;

    if (!read(text, &size))
        return;
    remit_jw_key(w, name);
    remit_jw_fmt(w, "%lld", (long long)size);
}

static void write_role(struct remit_jw *w, const char *name, const struct remit_json *overrides)
{
    if (ecs_text(overrides, name).len > 0)
        remit_jw_put_str(w, name, ecs_text(overrides, name));
}

static int overrides_of(struct control_call *call, const struct remit_json *document,
                        struct remit_str *out, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_BODY_MAX);
    const struct remit_json *list = remit_json_get(document, "containerDefinitions");
    const struct remit_json *overrides = control_in(call, "overrides");
    struct remit_jw w = REMIT_JW(&text);

    remit_jw_object(&w);
    remit_jw_key(&w, "containerOverrides");
    remit_jw_array(&w);
    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct remit_str name = ecs_text(remit_json_at(list, i), "name");

        write_override(&w, name, run_override_of(overrides, name));
    }
    remit_jw_end(&w);
    write_size(&w, "cpu", ecs_text(overrides, "cpu"), ecs_task_cpu_of);
    write_size(&w, "memory", ecs_text(overrides, "memory"), ecs_task_memory_of);
    write_role(&w, "taskRoleArn", overrides);
    write_role(&w, "executionRoleArn", overrides);
    remit_jw_key(&w, "inferenceAcceleratorOverrides");
    remit_jw_raw(&w, REMIT_STR("[]"));
    remit_jw_end(&w);
    TRY(remit_buf_check(&text, "overrides", err));
    *out = remit_arena_str(call->arena, remit_buf_view(&text));
    return remit_arena_check(call->arena, "overrides", err);
}

/* ---- tags: the request's, then the definition's that it does not name, then the managed one ----
 */

static bool has_tag(const struct remit_json *tags, struct remit_str key)
{
    for (size_t i = 0; i < remit_json_count(tags); i++)
        if (remit_str_equal(ecs_text(remit_json_at(tags, i), "key"), key))
            return true;
    return false;
}

static size_t write_tags(struct remit_jw *w, const struct remit_json *tags,
                         const struct remit_json *unless)
{
    size_t n = 0;

    for (size_t i = 0; i < remit_json_count(tags); i++) {
        if (has_tag(unless, ecs_text(remit_json_at(tags, i), "key")))
            continue;
        ecs_described_write(w, &ecs_element_tag, remit_json_at(tags, i));
        n++;
    }
    return n;
}

static int tags_of(struct control_call *call, const struct run *run, struct remit_str *out,
                   struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_BODY_MAX);
    auto_json struct remit_json *inherited = NULL;
    const struct remit_json *given = control_in(call, "tags");
    struct remit_jw w = REMIT_JW(&text);
    size_t n = 0;

    *out = REMIT_STR("");
    if (remit_str_equal(control_in_str(call, "propagateTags"), REMIT_STR("TASK_DEFINITION")) &&
        run->definition.tags.len > 0)
        TRY(remit_json_parse(run->definition.tags, CONTROL_STORE_VALUE_MAX, &inherited, err));
    remit_jw_array(&w);
    n = write_tags(&w, given, NULL) + write_tags(&w, inherited, given);
    if (control_in_bool(call, "enableECSManagedTags", false)) {
        remit_jw_object(&w);
        remit_jw_put_cstr(&w, "key", "aws:ecs:clusterName");
        remit_jw_put_str(&w, "value", run->place.name);
        remit_jw_end(&w);
    }
    remit_jw_end(&w);
    if (n > TAGS_MOST)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "A task has at most %d tags, propagated ones included.", TAGS_MOST);
    TRY(remit_buf_check(&text, "tags", err));
    *out = remit_arena_str(call->arena, remit_buf_view(&text));
    return remit_arena_check(call->arena, "tags", err);
}

/* ---- containers ---- */

static struct remit_str number_text(struct control_call *call, int64_t number, bool zero)
{
    return number == 0 && !zero ? REMIT_STR("")
                                : remit_arena_fmt(call->arena, "%lld", (long long)number);
}

static int containers_of(struct control_call *call, const struct run *run,
                         const struct remit_json *document, struct ecs_task *task,
                         struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(document, "containerDefinitions");
    char uuid[REMIT_UUID_TEXT];

    task->n_containers = remit_json_count(list);
    task->containers = REMIT_NEW_N(call->arena, struct ecs_container, task->n_containers);
    TRY(remit_arena_check(call->arena, "containers", err));
    for (size_t i = 0; i < task->n_containers; i++) {
        const struct remit_json *c = remit_json_at(list, i);
        struct run_sizes sizes = run_sizes_of(c, control_in(call, "overrides"));

        task->containers[i] = (struct ecs_container){
            .name = remit_arena_str(call->arena, ecs_text(c, "name")),
            .arn = ecs_arn(
                call->config, call->arena, "container/" REMIT_STR_FMT "/" REMIT_STR_FMT "/%s",
                REMIT_STR_ARG(run->place.name), REMIT_STR_ARG(task->id), remit_random_uuid(uuid)),
            .image = remit_arena_str(call->arena, ecs_text(c, "image")),
            .essential = ecs_essential(c),
            .last_status = ECS_PENDING,
            .cpu = number_text(call, sizes.cpu, true),
            .memory = number_text(call, sizes.memory, false),
            .reservation = number_text(call, sizes.reservation, false),
        };
    }
    return remit_arena_check(call->arena, "containers", err);
}

/* ---- the task ---- */

int run_record(struct control_call *call, const struct run *run, const struct remit_json *document,
               const struct scheduler_need *need, size_t i, struct ecs_task *out,
               struct remit_err *err)
{
    struct remit_str launch_type = control_in_str(call, "launchType");

    *out = (struct ecs_task){
        .id = run->ids[i],
        .cluster = run->place.name,
        .arn = ecs_arn(call->config, call->arena, "task/" REMIT_STR_FMT "/" REMIT_STR_FMT,
                       REMIT_STR_ARG(run->place.name), REMIT_STR_ARG(run->ids[i])),
        .cluster_arn = run->place.arn,
        .family = run->definition.family,
        .definition_arn = run->definition.arn,
        .definition = run->definition.number,
        .last_status = ECS_PENDING,
        .desired_status = ECS_RUNNING,
        .task_role = run->task_role,
        .execution_role = run->execution_role,
        .group = need->group,
        .started_by = control_in_str(call, "startedBy"),
        .reference_id = control_in_str(call, "referenceId"),
        .launch_type = launch_type.len > 0 ? launch_type : REMIT_STR("EC2"),
        .cpu = number_text(call, need->amount.cpu, true),
        .memory = number_text(call, need->amount.memory, true),
        .held = need->amount,
        .created_at = call->now,
        .execute_command = control_in_bool(call, "enableExecuteCommand", false),
        .run_by = call->caller.arn,
    };
    TRY(overrides_of(call, document, &out->overrides, err));
    TRY(tags_of(call, run, &out->tags, err));
    return containers_of(call, run, document, out, err);
}

int run_begin(struct control_call *call, const struct run *run, struct run_placing *placing,
              struct scheduler_need *need, struct remit_json **document, struct remit_err *err)
{
    if (run->definition.revision != 0)
        TRY(remit_json_parse(run->definition.document, CONTROL_STORE_VALUE_MAX, document, err));
    TRY(run_check(call, run, *document, err));
    TRY(run_need(call, run, *document, need, err));
    for (size_t i = 0; i < need->n_constraints; i++)
        placing->counts_running =
            placing->counts_running || cluster_query_counts_running(need->constraints[i]);
    for (size_t i = 0; i < run->count; i++)
        TRY(run_record(call, run, *document, need, i, &placing->tasks[i], err));
    return 0;
}
