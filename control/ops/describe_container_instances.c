#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const char *const fields[] = { "TAGS", "CONTAINER_INSTANCE_HEALTH", NULL };
static const struct control_field field_element = ECS_ENUM_FIELD("", false, fields);
/* An empty list and none at all are told in the service's own words: see the handler. */
static const struct control_field input[] = {
    ECS_CLUSTER,
    { .name = "containerInstances", .type = CONTROL_LIST, .max = 100, .element = &ecs_element_ref },
    ECS_LIST_FIELD("include", 10, &field_element),
};

static int describe_container_instances_resource(struct control_call *call, struct remit_err *err)
{
    return ecs_instance_resources(call, "containerInstances", err);
}

static int put_one(struct control_call *call, const struct ecs_place *place, struct remit_str id,
                   bool look, bool *found, struct remit_err *err)
{
    unsigned include = ecs_includes(call, "TAGS") ? ECS_WITH_TAGS : 0;
    struct ecs_instance instance;

    TRY(ecs_instance_read(call->store, place->name, id, call->arena, &instance, err));
    *found = instance.revision != 0;
    return *found && !look ? ecs_put_instance(call, NULL, &instance, include, err) : 0;
}

static int describe_container_instances(struct control_call *call, struct remit_err *err)
{
    if (remit_json_count(control_in(call, "containerInstances")) == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "ClientException",
                          "Container Instances cannot be empty.");
    return ecs_describe(call, "container-instance", "containerInstances", put_one, err);
}

const struct control_operation control_describe_container_instances = {
    .service = &control_ecs,
    .name = "DescribeContainerInstances",
    .action = "ecs:DescribeContainerInstances",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = describe_container_instances_resource,
    .context = ecs_cluster_context,
    .handler = describe_container_instances,
};
