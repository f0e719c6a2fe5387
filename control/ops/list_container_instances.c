#include "control/cluster_query.h"
#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const char *const statuses[] = {
    "ACTIVE", "DRAINING", "REGISTERING", "DEREGISTERING", "REGISTRATION_FAILED", NULL
};
static const struct control_field input[] = {
    ECS_CLUSTER,     ECS_TEXT_FIELD("filter", CLUSTER_QUERY_MAX), ECS_NEXT_TOKEN,
    ECS_MAX_RESULTS, ECS_ENUM_FIELD("status", false, statuses),
};

struct listing {
    struct control_call *call;
    struct control_page page;
    const struct cluster_query *filter; /* or NULL */
};

static int groups_of(struct control_call *call, const struct ecs_instance *instance,
                     struct remit_arena *arena, struct cluster_facts *facts, struct remit_err *err)
{
    struct control_key prefix = control_key_placeds(instance->cluster, instance->id);
    const struct control_store_entry *entries = NULL;
    struct remit_str *groups = NULL;
    size_t n = 0;

    TRY(control_store_list(call->store, control_key_str(&prefix), REMIT_STR(""), 0, arena, &entries,
                           &n, err));
    groups = REMIT_NEW_N(arena, struct remit_str, n);
    TRY(remit_arena_check(arena, "groups", err));
    for (size_t i = 0; i < n; i++) {
        struct ecs_placed placed;

        TRY(ecs_placed_parse(&entries[i], arena, &placed, err));
        groups[i] = placed.group;
    }
    facts->groups = groups;
    facts->n_groups = n;
    return 0;
}

static int passes(struct listing *l, const struct ecs_instance *instance, struct remit_arena *arena,
                  bool *out, struct remit_err *err)
{
    struct cluster_facts facts = { .instance = instance };
    struct ecs_counts counts;

    TRY(ecs_instance_connected(l->call->store, instance, arena, &facts.connected, err));
    TRY(ecs_instance_count(l->call->store, instance, &counts, err));
    TRY(groups_of(l->call, instance, arena, &facts, err));
    facts.running = counts.running;
    *out = cluster_query_matches(l->filter, &facts);
    return 0;
}

static bool status_wanted(const struct control_call *call, enum ecs_status status)
{
    if (!control_has(call, "status"))
        return status != ECS_INACTIVE;
    return ecs_status_of(control_in_str(call, "status")) == status;
}

static int visit(void *self, const struct control_store_entry *entry, struct remit_arena *arena,
                 struct remit_err *err)
{
    struct listing *l = self;
    struct ecs_instance instance;
    bool wanted = true;

    TRY(ecs_instance_parse(entry, arena, &instance, err));
    if (!status_wanted(l->call, instance.status) || control_page_skips(&l->page, instance.id))
        return 0;
    if (l->filter != NULL)
        TRY(passes(l, &instance, arena, &wanted, err));
    if (!wanted)
        return 0;
    if (!control_page_take(l->call, &l->page, instance.id, instance.arn.len))
        return 1;
    control_put_str(l->call, NULL, instance.arn);
    return 0;
}

static int list_container_instances(struct control_call *call, struct remit_err *err)
{
    struct listing l = { .call = call };
    struct control_key prefix;
    struct ecs_cluster cluster;
    struct ecs_place place;

    TRY(ecs_place(call, &place, err));
    TRY(ecs_cluster_find(call, place.name, &cluster, err));
    if (control_in_str(call, "filter").len > 0)
        TRY(cluster_query_compile(control_in_str(call, "filter"), call->arena, &l.filter, err));
    prefix = control_key_instances(place.name);
    return ecs_list(call, "containerInstanceArns", &prefix, visit, &l, &l.page, err);
}

const struct control_operation control_list_container_instances = {
    .service = &control_ecs,
    .name = "ListContainerInstances",
    .action = "ecs:ListContainerInstances",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = ecs_cluster_resource,
    .handler = list_container_instances,
};
