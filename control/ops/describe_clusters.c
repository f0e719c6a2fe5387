#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const char *const fields[] = { "ATTACHMENTS", "CONFIGURATIONS", "SETTINGS",
                                      "STATISTICS",  "TAGS",           NULL };
static const struct control_field field_element = ECS_ENUM_FIELD("", false, fields);
static const struct control_field input[] = {
    ECS_LIST_FIELD("clusters", 100, &ecs_element_ref),
    ECS_LIST_FIELD("include", 10, &field_element),
};

/* The i-th cluster asked for; without any it is "default". False past the end. */
static bool asked(const struct control_call *call, size_t i, struct remit_str *out)
{
    const struct remit_json *list = control_in(call, "clusters");
    size_t n = remit_json_count(list);

    *out = n == 0 ? REMIT_STR("default") : remit_json_str(remit_json_at(list, i));
    return i < (n == 0 ? 1 : n);
}

static int describe_clusters_resource(struct control_call *call, struct remit_err *err)
{
    struct remit_str text;

    for (size_t i = 0; asked(call, i, &text); i++) {
        struct ecs_place place;
        struct ecs_cluster cluster;

        TRY(ecs_place_of(call, text, &place, err));
        TRY(control_resource_add(call, place.arn, err));
        TRY(ecs_cluster_read(call->store, place.name, call->arena, &cluster, err));
        TRY(ecs_resource_tags(call, cluster.tags, err));
    }
    return 0;
}

/* Duplicates collapse [ecs-control 6.1], under whichever form they were named. */
static int named_before(struct control_call *call, size_t i, struct remit_str arn, bool *out,
                        struct remit_err *err)
{
    struct remit_str text;

    *out = false;
    for (size_t j = 0; j < i && !*out && asked(call, j, &text); j++) {
        struct ecs_place place;

        TRY(ecs_place_of(call, text, &place, err));
        *out = remit_str_equal(place.arn, arn);
    }
    return 0;
}

static unsigned include_of(const struct control_call *call)
{
    return (ecs_includes(call, "TAGS") ? ECS_WITH_TAGS : 0u) |
           (ecs_includes(call, "SETTINGS") ? ECS_WITH_SETTINGS : 0u) |
           (ecs_includes(call, "CONFIGURATIONS") ? ECS_WITH_CONFIGURATION : 0u) |
           (ecs_includes(call, "STATISTICS") ? ECS_WITH_STATISTICS : 0u);
}

/* One pass writes those that are there, another those that are missing. */
static int put_some(struct control_call *call, bool missing, struct remit_err *err)
{
    struct remit_str text;

    for (size_t i = 0; asked(call, i, &text); i++) {
        struct ecs_place place;
        struct ecs_cluster cluster;
        bool seen = false;

        TRY(ecs_place_of(call, text, &place, err));
        TRY(named_before(call, i, place.arn, &seen, err));
        TRY(ecs_cluster_read(call->store, place.name, call->arena, &cluster, err));
        if (seen || missing != (cluster.revision == 0))
            continue;
        if (missing)
            ecs_put_failure(call, place.arn, "MISSING");
        else
            TRY(ecs_put_cluster(call, NULL, &cluster, include_of(call), err));
    }
    return 0;
}

static int describe_clusters(struct control_call *call, struct remit_err *err)
{
    control_begin_list(call, "clusters");
    TRY(put_some(call, false, err));
    control_end(call);
    control_begin_list(call, "failures");
    TRY(put_some(call, true, err));
    control_end(call);
    return 0;
}

const struct control_operation control_describe_clusters = {
    .service = &control_ecs,
    .name = "DescribeClusters",
    .action = "ecs:DescribeClusters",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = describe_clusters_resource,
    .handler = describe_clusters,
};
