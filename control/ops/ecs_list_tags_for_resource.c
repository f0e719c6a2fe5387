#include "control/ops/ecs_rows.h"
#include "control/ops/ecs_tags.h"

static const struct control_field input[] = {
    ECS_REF("resourceArn", true),
};

static int list_tags_for_resource(struct control_call *call, struct remit_err *err)
{
    struct ecs_tagged tagged;

    TRY(ecs_tagged_read(call, &tagged, err));
    TRY(ecs_tagged_need(&tagged, err));
    control_put_raw(call, "tags", tagged.tags.len > 0 ? tagged.tags : REMIT_STR("[]"));
    return 0;
}

const struct control_operation control_ecs_list_tags_for_resource = {
    .service = &control_ecs,
    .name = "ListTagsForResource",
    .action = "ecs:ListTagsForResource",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = ecs_tagged_resource,
    .handler = list_tags_for_resource,
};
