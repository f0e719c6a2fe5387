#include "control/ops/agent.h"
#include "control/ops/ecs.h"

static const struct control_field input[] = {
    ECS_CLUSTER,
    ECS_REF("task", true),
    { .name = "containerName", .type = CONTROL_STRING, .required = true, .min = 1, .max = 255 },
    ECS_ENUM_FIELD("status", false, agent_states),
    ECS_INT_FIELD("exitCode", INT32_MIN, INT32_MAX),
    ECS_TEXT_FIELD("reason", 16384),
    ECS_TEXT_FIELD("runtimeId", 1024),
    ECS_LIST_FIELD("networkBindings", 200, &agent_element_binding),
};

static int submit_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct ecs_task *task = self;
    struct ecs_instance instance;
    bool changed = false;

    TRY(agent_self(call, &instance, err));
    TRY(agent_task(call, &instance, control_in_str(call, "task"), task, err));
    if (task->last_status == ECS_STOPPED)
        return 0;
    TRY(agent_report_container(call, task, call->input, &changed, err));
    return changed ? ecs_task_save(call->store, task, call->arena, err) : 0;
}

static int submit_container_state_change(struct control_call *call, struct remit_err *err)
{
    struct ecs_task task;

    TRY(ecs_retry(call, submit_once, &task, err));
    agent_acknowledge(call, &task);
    return 0;
}

const struct control_operation control_submit_container_state_change = {
    .service = &control_ecs,
    .name = "SubmitContainerStateChange",
    .action = "ecs:SubmitContainerStateChange",
    .proof = CONTROL_BY_INSTANCE,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = submit_container_state_change,
};
