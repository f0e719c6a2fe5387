#include "control/ops/agent.h"
#include "control/ops/ecs.h"

#define REASON_KEPT 1024 /* [ecs-control 7.4] */

static const char *const stop_codes[] = { "TaskFailedToStart", "EssentialContainerExited",
                                          "UserInitiated", NULL };
static const struct control_field container_fields[] = {
    { .name = "containerName", .type = CONTROL_STRING, .required = true, .min = 1, .max = 255 },
    ECS_ENUM_FIELD("status", false, agent_states),
    ECS_INT_FIELD("exitCode", INT32_MIN, INT32_MAX),
    ECS_TEXT_FIELD("reason", 16384),
    ECS_TEXT_FIELD("runtimeId", 1024),
    ECS_TEXT_FIELD("imageDigest", 1024),
    ECS_LIST_FIELD("networkBindings", 200, &agent_element_binding),
};
static const struct control_field container_element = ECS_STRUCT_ELEMENT(container_fields);
static const struct control_field input[] = {
    ECS_CLUSTER,
    ECS_REF("task", true),
    ECS_ENUM_FIELD("status", true, agent_states),
    ECS_TEXT_FIELD("reason", 16384),
    ECS_ENUM_FIELD("stopCode", false, stop_codes),
    { .name = "pullStartedAt", .type = CONTROL_TIMESTAMP },
    { .name = "pullStoppedAt", .type = CONTROL_TIMESTAMP },
    { .name = "executionStoppedAt", .type = CONTROL_TIMESTAMP },
    ECS_LIST_FIELD("containers", AGENT_CONTAINERS, &container_element),
};

static double time_in(struct control_call *call, const char *name)
{
    return remit_json_real(control_in(call, name));
}

/* [ecs-control 9.4] The first to say why a task stops is right: StopTask, or its agent. */
static void say_why(struct control_call *call, struct ecs_task *task)
{
    struct remit_str code = control_in_str(call, "stopCode");
    struct remit_str reason = remit_str_sub(control_in_str(call, "reason"), 0, REASON_KEPT);
    bool started = task->started_at > 0;

    if (task->stop_code.len > 0)
        return;
    if (code.len == 0)
        code = started ? REMIT_STR("EssentialContainerExited") : REMIT_STR("TaskFailedToStart");
    if (reason.len == 0)
        reason = started ? REMIT_STR("Essential container in task exited")
                         : REMIT_STR("Task failed to start");
    task->stop_code = code;
    task->stopped_reason = reason;
}

static void stop(struct control_call *call, struct ecs_task *task)
{
    say_why(call, task);
    for (size_t i = 0; i < task->n_containers; i++)
        task->containers[i].last_status = ECS_STOPPED;
    (void)agent_set_time(&task->stopping_at, call->now, call->now);
    task->stopped_at = call->now;
    if (task->started_at > 0)
        (void)agent_set_time(&task->execution_stopped_at, call->now, call->now);
}

static int report_containers(struct control_call *call, struct ecs_task *task, bool *changed,
                             struct remit_err *err)
{
    const struct remit_json *reports = control_in(call, "containers");

    for (size_t i = 0; i < remit_json_count(reports); i++)
        TRY(agent_report_container(call, task, remit_json_at(reports, i), changed, err));
    return 0;
}

static bool report_times(struct control_call *call, struct ecs_task *task)
{
    bool changed = false;

    changed |= agent_set_time(&task->pull_started_at, time_in(call, "pullStartedAt"), call->now);
    changed |= agent_set_time(&task->pull_stopped_at, time_in(call, "pullStoppedAt"), call->now);
    changed |=
        agent_set_time(&task->execution_stopped_at, time_in(call, "executionStoppedAt"), call->now);
    return changed;
}

/* States never go back; a report of before what is known still tells of containers. */
static void move(struct control_call *call, struct ecs_task *task, enum ecs_status to)
{
    task->last_status = to;
    if (to == ECS_RUNNING)
        (void)agent_set_time(&task->started_at, call->now, call->now);
    if (to == ECS_STOPPED)
        stop(call, task);
}

/* What is done when the task becomes STOPPED, all in one commit: ecs_task_save(). */
static int submit_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct ecs_task *task = self;
    struct ecs_instance instance;
    enum ecs_status to = ecs_status_of(control_in_str(call, "status"));
    bool changed = false;

    TRY(agent_self(call, &instance, err));
    TRY(agent_task(call, &instance, control_in_str(call, "task"), task, err));
    if (task->last_status == ECS_STOPPED)
        return 0;
    TRY(report_containers(call, task, &changed, err));
    changed |= report_times(call, task);
    if (to > task->last_status) {
        move(call, task, to);
        changed = true;
    }
    return changed ? ecs_task_save(call->store, task, call->arena, err) : 0;
}

static int submit_task_state_change(struct control_call *call, struct remit_err *err)
{
    struct ecs_task task;

    TRY(ecs_retry(call, submit_once, &task, err));
    control_audit_note(call, "lastStatus", remit_str_of(ecs_status_name(task.last_status)));
    agent_acknowledge(call, &task);
    return 0;
}

const struct control_operation control_submit_task_state_change = {
    .service = &control_ecs,
    .name = "SubmitTaskStateChange",
    .action = "ecs:SubmitTaskStateChange",
    .proof = CONTROL_BY_INSTANCE,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = submit_task_state_change,
};
