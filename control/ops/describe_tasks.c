#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

/* An empty list and none at all are told in the service's own words: see the handler. */
static const struct control_field input[] = {
    ECS_CLUSTER,
    { .name = "tasks", .type = CONTROL_LIST, .max = 100, .element = &ecs_element_ref },
    ECS_LIST_FIELD("include", 10, &ecs_element_include),
};

static int describe_tasks_resource(struct control_call *call, struct remit_err *err)
{
    return ecs_task_resources(call, "tasks", err);
}

static int put_one(struct control_call *call, const struct ecs_place *place, struct remit_str id,
                   bool look, bool *found, struct remit_err *err)
{
    unsigned include = ecs_includes(call, "TAGS") ? ECS_WITH_TAGS : 0;
    struct ecs_task task;

    TRY(ecs_task_read(call->store, place->name, id, call->arena, &task, err));
    *found = task.revision != 0;
    return *found && !look ? ecs_put_task(call, NULL, &task, include, err) : 0;
}

static int describe_tasks(struct control_call *call, struct remit_err *err)
{
    if (remit_json_count(control_in(call, "tasks")) == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "Tasks cannot be empty.");
    return ecs_describe(call, "task", "tasks", put_one, err);
}

const struct control_operation control_describe_tasks = {
    .service = &control_ecs,
    .name = "DescribeTasks",
    .action = "ecs:DescribeTasks",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = describe_tasks_resource,
    .context = ecs_cluster_context,
    .handler = describe_tasks,
};
