#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const struct control_field input[] = {
    ECS_NEXT_TOKEN,
    ECS_MAX_RESULTS,
};

struct listing {
    struct control_call *call;
    struct control_page page;
};

static int visit(void *self, const struct control_store_entry *entry, struct remit_arena *arena,
                 struct remit_err *err)
{
    struct listing *l = self;
    struct ecs_cluster cluster;

    TRY(ecs_cluster_parse(entry, arena, &cluster, err));
    if (cluster.status != ECS_ACTIVE || control_page_skips(&l->page, cluster.name))
        return 0;
    if (!control_page_take(l->call, &l->page, cluster.name, cluster.arn.len))
        return 1;
    control_put_str(l->call, NULL, cluster.arn);
    return 0;
}

static int list_clusters(struct control_call *call, struct remit_err *err)
{
    struct control_key prefix = control_key_clusters();
    struct listing l = { .call = call };

    return ecs_list(call, "clusterArns", &prefix, visit, &l, &l.page, err);
}

/* No resource: policies speak of "*" here. [ecs-control 15.1] */
const struct control_operation control_list_clusters = {
    .service = &control_ecs,
    .name = "ListClusters",
    .action = "ecs:ListClusters",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = list_clusters,
};
