#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const struct control_field input[] = {
    ECS_REF("cluster", true),
};

/* In the order of the service: tasks, services (none here), instances. [ecs-control 6.1] */
static int check_empty(const struct ecs_counts *counts, struct remit_err *err)
{
    if (counts->running > 0 || counts->pending > 0)
        return remit_fail(err, REMIT_ERR_INVALID, "ClusterContainsTasksException",
                          "The Cluster cannot be deleted while Tasks are active.");
    if (counts->instances > 0)
        return remit_fail(err, REMIT_ERR_INVALID, "ClusterContainsContainerInstancesException",
                          "The Cluster cannot be deleted while Container Instances are active or "
                          "draining.");
    return 0;
}

static int delete_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct ecs_cluster *cluster = self;
    struct control_store_txn txn = { 0 };
    struct ecs_counts counts;
    struct ecs_place place;

    TRY(ecs_place(call, &place, err));
    TRY(ecs_cluster_find(call, place.name, cluster, err));
    if (cluster->status == ECS_INACTIVE)
        return 0;
    TRY(ecs_cluster_count(call->store, cluster->name, &counts, err));
    TRY(check_empty(&counts, err));
    cluster->status = ECS_INACTIVE;
    cluster->tags = REMIT_STR(""); /* [ecs-control 11] */
    TRY(ecs_cluster_put(&txn, cluster, call->arena, err));
    return ecs_commit(call, &txn, NULL, err);
}

static int delete_cluster(struct control_call *call, struct remit_err *err)
{
    struct ecs_cluster cluster;

    TRY(ecs_retry(call, delete_once, &cluster, err));
    return ecs_put_cluster(call, "cluster", &cluster, ECS_WITH_SETTINGS, err);
}

const struct control_operation control_delete_cluster = {
    .service = &control_ecs,
    .name = "DeleteCluster",
    .action = "ecs:DeleteCluster",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = ecs_cluster_resource,
    .handler = delete_cluster,
};
