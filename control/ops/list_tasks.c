#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const char *const desired[] = { "RUNNING", "PENDING", "STOPPED", NULL };
static const struct control_field input[] = {
    ECS_CLUSTER,
    ECS_REF("containerInstance", false),
    ECS_TEXT_FIELD("family", 255),
    ECS_NEXT_TOKEN,
    ECS_MAX_RESULTS,
    ECS_TEXT_FIELD("startedBy", 128),
    ECS_REF("serviceName", false),
    ECS_ENUM_FIELD("desiredStatus", false, desired),
    ECS_ENUM_FIELD("launchType", false, ecs_launch_types),
    ECS_REF("daemonName", false),
};

/* On the container instance asked for, or on any: policies then speak of all of the cluster's. */
static int list_tasks_resource(struct control_call *call, struct remit_err *err)
{
    struct ecs_place place;

    if (control_has(call, "containerInstance"))
        return ecs_instance_resources(call, "containerInstance", err);
    TRY(ecs_place(call, &place, err));
    return control_resource_add(call,
                                ecs_arn(call->config, call->arena,
                                        "container-instance/" REMIT_STR_FMT "/*",
                                        REMIT_STR_ARG(place.name)),
                                err);
}

struct listing {
    struct control_call *call;
    struct control_page page;
    struct remit_str instance; /* id, or empty for any */
    enum ecs_status desired;
};

static bool agrees(const struct control_call *call, const char *member, struct remit_str value)
{
    return !control_has(call, member) || remit_str_equal(control_in_str(call, member), value);
}

static bool wanted(const struct listing *l, const struct ecs_task *task)
{
    return task->desired_status == l->desired &&
           (l->instance.len == 0 || remit_str_equal(l->instance, task->instance)) &&
           agrees(l->call, "family", task->family) &&
           agrees(l->call, "startedBy", task->started_by) &&
           agrees(l->call, "launchType", task->launch_type);
}

static int visit(void *self, const struct control_store_entry *entry, struct remit_arena *arena,
                 struct remit_err *err)
{
    struct listing *l = self;
    struct ecs_task task;

    TRY(ecs_task_parse(entry, arena, &task, err));
    if (!wanted(l, &task) || control_page_skips(&l->page, task.id))
        return 0;
    if (!control_page_take(l->call, &l->page, task.id, task.arn.len))
        return 1;
    control_put_str(l->call, NULL, task.arn);
    return 0;
}

/* [ecs-control 9.2] startedBy stands alone; there are no services here to name. */
static int check(const struct control_call *call, struct remit_err *err)
{
    static const char *const others[] = { "containerInstance", "family", "serviceName" };

    for (size_t i = 0; i < REMIT_COUNT(others); i++)
        if (control_has(call, "startedBy") && control_has(call, others[i]))
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                              "startedBy can not be used together with %s.", others[i]);
    if (control_has(call, "serviceName"))
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "ServiceNotFoundException",
                          "Service not found.");
    if (control_has(call, "daemonName"))
        return remit_fail(err, REMIT_ERR_INVALID, "ClientException",
                          "ListTasks: ECS managed daemons are not supported by this endpoint");
    return 0;
}

static int instance_of(struct control_call *call, const struct ecs_place *place, struct listing *l,
                       struct remit_err *err)
{
    struct ecs_named named;

    if (!control_has(call, "containerInstance"))
        return 0;
    TRY(ecs_named_of(call, "container-instance", place, control_in_str(call, "containerInstance"),
                     &named, err));
    /* one of elsewhere has no tasks here: a name that none has */
    l->instance = named.id.len > 0 ? named.id : REMIT_STR("-");
    return 0;
}

static int list_tasks(struct control_call *call, struct remit_err *err)
{
    struct listing l = { .call = call, .desired = ECS_RUNNING };
    struct control_key prefix;
    struct ecs_cluster cluster;
    struct ecs_place place;

    TRY(ecs_place(call, &place, err));
    TRY(ecs_cluster_find(call, place.name, &cluster, err));
    TRY(check(call, err));
    TRY(instance_of(call, &place, &l, err));
    if (control_has(call, "desiredStatus"))
        l.desired = ecs_status_of(control_in_str(call, "desiredStatus"));
    prefix = control_key_tasks(place.name);
    return ecs_list(call, "taskArns", &prefix, visit, &l, &l.page, err);
}

const struct control_operation control_list_tasks = {
    .service = &control_ecs,
    .name = "ListTasks",
    .action = "ecs:ListTasks",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = list_tasks_resource,
    .context = ecs_cluster_context,
    .handler = list_tasks,
};
