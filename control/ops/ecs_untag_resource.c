#include "control/ops/ecs_rows.h"
#include "control/ops/ecs_tags.h"

static const struct control_field key_element = {
    .name = "", .type = CONTROL_STRING, .min = 1, .max = 128
};
static const struct control_field input[] = {
    ECS_REF("resourceArn", true),
    { .name = "tagKeys",
      .type = CONTROL_LIST,
      .required = true,
      .max = 50,
      .element = &key_element },
};

static int untag_context(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *keys = control_in(call, "tagKeys");

    for (size_t i = 0; i < remit_json_count(keys); i++)
        TRY(control_context_add(call, "aws:TagKeys", remit_json_str(remit_json_at(keys, i)), err));
    return 0;
}

static bool named(const struct remit_json *keys, struct remit_str key)
{
    for (size_t i = 0; i < remit_json_count(keys); i++)
        if (remit_str_equal(remit_json_str(remit_json_at(keys, i)), key))
            return true;
    return false;
}

static int leave_out(struct control_call *call, const struct remit_json *tags, struct remit_jw *out,
                     struct remit_err *err)
{
    (void)err;
    for (size_t i = 0; i < remit_json_count(tags); i++) {
        const struct remit_json *tag = remit_json_at(tags, i);

        if (!named(control_in(call, "tagKeys"), remit_json_str(remit_json_get(tag, "key"))))
            remit_jw_json(out, tag);
    }
    return 0;
}

static int untag_resource(struct control_call *call, struct remit_err *err)
{
    return ecs_tagged_edit(call, leave_out, err);
}

const struct control_operation control_ecs_untag_resource = {
    .service = &control_ecs,
    .name = "UntagResource",
    .action = "ecs:UntagResource",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = ecs_tagged_resource,
    .context = untag_context,
    .handler = untag_resource,
};
