#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const struct control_field input[] = {
    ECS_CLUSTER,
    ECS_REF("containerInstance", true),
    ECS_FLAG_FIELD("force"),
};

static int read_instance(struct control_call *call, struct ecs_instance *out, struct remit_err *err)
{
    struct ecs_cluster cluster;
    struct ecs_place place;
    struct ecs_named named;

    TRY(ecs_place(call, &place, err));
    TRY(ecs_cluster_find(call, place.name, &cluster, err));
    TRY(ecs_named_of(call, "container-instance", &place, control_in_str(call, "containerInstance"),
                     &named, err));
    TRY(ecs_instance_read(call->store, place.name, named.id, call->arena, out, err));
    return out->revision != 0 ? 0
                              : remit_fail(err, REMIT_ERR_NOT_FOUND, "InvalidParameterException",
                                           "The referenced container instance was not found.");
}

/* The instance first: from then on nothing is placed on it. */
static int deregister_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct ecs_instance *instance = self;
    struct control_store_txn txn = { 0 };
    struct ecs_counts counts;

    TRY(read_instance(call, instance, err));
    TRY(ecs_instance_count(call->store, instance, &counts, err));
    if (counts.running + counts.pending > 0 && !control_in_bool(call, "force", false))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "Found running tasks on the instance.");
    if (instance->status == ECS_INACTIVE)
        return 0;
    instance->status = ECS_INACTIVE;
    TRY(ecs_instance_put(&txn, instance, call->arena, err));
    return ecs_commit(call, &txn, NULL, err);
}

struct orphan {
    const struct ecs_instance *instance;
    struct remit_str id;
};

/* Nobody will report on it any more: its record ends here, and its sessions with it. */
static int end_orphan(struct control_call *call, void *self, struct remit_err *err)
{
    const struct orphan *orphan = self;
    struct ecs_task task;

    TRY(ecs_task_read(call->store, orphan->instance->cluster, orphan->id, call->arena, &task, err));
    if (task.revision == 0 || task.last_status == ECS_STOPPED)
        return 0;
    if (task.stop_code.len == 0) {
        task.stop_code = REMIT_STR("InfrastructureHealth");
        task.stopped_reason = REMIT_STR("The container instance was deregistered.");
    }
    task.last_status = ECS_STOPPED;
    for (size_t i = 0; i < task.n_containers; i++)
        task.containers[i].last_status = ECS_STOPPED;
    task.stopping_at = task.stopping_at > 0 ? task.stopping_at : call->now;
    task.stopped_at = call->now;
    return ecs_task_save(call->store, &task, call->arena, err);
}

static int end_orphans(struct control_call *call, const struct ecs_instance *instance,
                       struct remit_err *err)
{
    struct control_key prefix = control_key_placeds(instance->cluster, instance->id);
    const struct control_store_entry *placed = NULL;
    size_t n = 0;

    TRY(control_store_list(call->store, control_key_str(&prefix), REMIT_STR(""), 0, call->arena,
                           &placed, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct orphan orphan = { instance, control_key_tail(placed[i].key, 0) };

        TRY(ecs_retry(call, end_orphan, &orphan, err));
    }
    return 0;
}

static int deregister_container_instance(struct control_call *call, struct remit_err *err)
{
    struct ecs_instance instance;

    TRY(ecs_retry(call, deregister_once, &instance, err));
    TRY(end_orphans(call, &instance, err));
    TRY(read_instance(call, &instance, err));
    control_audit_note(call, "containerInstanceArn", instance.arn);
    return ecs_put_instance(call, "containerInstance", &instance, 0, err);
}

const struct control_operation control_deregister_container_instance = {
    .service = &control_ecs,
    .name = "DeregisterContainerInstance",
    .action = "ecs:DeregisterContainerInstance",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = ecs_cluster_resource,
    .handler = deregister_container_instance,
};
