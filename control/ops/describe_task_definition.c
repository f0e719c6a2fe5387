#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const struct control_field input[] = {
    ECS_REF("taskDefinition", true),
    ECS_LIST_FIELD("include", 10, &ecs_element_include),
};

static int describe_task_definition(struct control_call *call, struct remit_err *err)
{
    struct ecs_definition definition;
    struct ecs_definition_ref ref;

    TRY(ecs_definition_ref_of(call, control_in_str(call, "taskDefinition"), &ref, err));
    TRY(ecs_definition_find(call, &ref, &definition, err));
    if (definition.revision == 0)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "ClientException",
                          "Unable to describe task definition.");
    TRY(ecs_put_definition(call, &definition, err));
    if (ecs_includes(call, "TAGS"))
        control_put_raw(call, "tags", definition.tags.len > 0 ? definition.tags : REMIT_STR("[]"));
    return 0;
}

/* No resource: policies speak of "*" here. [ecs-control 15.1] */
const struct control_operation control_describe_task_definition = {
    .service = &control_ecs,
    .name = "DescribeTaskDefinition",
    .action = "ecs:DescribeTaskDefinition",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = describe_task_definition,
};
