#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const struct control_field input[] = {
    ECS_CLUSTER,
    ECS_REF("task", true),
    ECS_TEXT_FIELD("reason", 1024),
};

static int stop_task_resource(struct control_call *call, struct remit_err *err)
{
    return ecs_task_resources(call, "task", err);
}

/* From here on its sessions are refused: control_session_task_live() looks at desiredStatus. */
static int stop_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct ecs_task *task = self;
    struct remit_str reason = control_in_str(call, "reason");
    struct ecs_place place;
    struct ecs_named named;

    TRY(ecs_place(call, &place, err));
    TRY(ecs_named_of(call, "task", &place, control_in_str(call, "task"), &named, err));
    TRY(ecs_task_read(call->store, place.name, named.id, call->arena, task, err));
    if (task->revision == 0)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "InvalidParameterException",
                          "The referenced task was not found.");
    if (task->desired_status == ECS_STOPPED)
        return 0; /* stopping again is harmless, and keeps the first reason */
    task->desired_status = ECS_STOPPED;
    task->stop_code = REMIT_STR("UserInitiated");
    task->stopped_reason = reason.len > 0 ? reason : REMIT_STR("Task stopped by user");
    task->stopping_at = call->now;
    task->tags = REMIT_STR(""); /* [ecs-control 11] */
    return ecs_task_save(call->store, task, call->arena, err);
}

static int stop_task(struct control_call *call, struct remit_err *err)
{
    struct ecs_cluster cluster;
    struct ecs_place place;
    struct ecs_task task;

    TRY(ecs_place(call, &place, err));
    TRY(ecs_cluster_find(call, place.name, &cluster, err));
    TRY(ecs_retry(call, stop_once, &task, err));
    control_audit_note(call, "taskArn", task.arn);
    return ecs_put_task(call, "task", &task, 0, err);
}

const struct control_operation control_stop_task = {
    .service = &control_ecs,
    .name = "StopTask",
    .action = "ecs:StopTask",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = stop_task_resource,
    .context = ecs_cluster_context,
    .handler = stop_task,
};
