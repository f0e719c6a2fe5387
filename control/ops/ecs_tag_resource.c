#include "control/ops/ecs_rows.h"
#include "control/ops/ecs_tags.h"

#define TAGS_MOST 50

static const struct control_field input[] = {
    ECS_REF("resourceArn", true),
    { .name = "tags",
      .type = CONTROL_LIST,
      .required = true,
      .max = TAGS_MOST,
      .element = &ecs_element_tag },
};

static int tag_context(struct control_call *call, struct remit_err *err)
{
    return control_context_tags(call, control_in(call, "tags"), err);
}

static struct remit_str key_at(const struct remit_json *tags, size_t i)
{
    return remit_json_str(remit_json_get(remit_json_at(tags, i), "key"));
}

static bool named(const struct remit_json *tags, struct remit_str key)
{
    for (size_t i = 0; i < remit_json_count(tags); i++)
        if (remit_str_equal(key_at(tags, i), key))
            return true;
    return false;
}

/* Old ones that are not named again, then the new ones. */
static int merge(struct control_call *call, const struct remit_json *tags, struct remit_jw *out,
                 struct remit_err *err)
{
    const struct remit_json *given = control_in(call, "tags");
    size_t n = remit_json_count(given);

    for (size_t i = 0; i < remit_json_count(tags); i++) {
        if (named(given, key_at(tags, i)))
            continue;
        remit_jw_json(out, remit_json_at(tags, i));
        n++;
    }
    for (size_t i = 0; i < remit_json_count(given); i++)
        ecs_described_write(out, &ecs_element_tag, remit_json_at(given, i));
    return n <= TAGS_MOST ? 0
                          : remit_fail(err, REMIT_ERR_LIMIT, "LimitExceededException",
                                       "A resource has at most %d tags.", TAGS_MOST);
}

static int tag_resource(struct control_call *call, struct remit_err *err)
{
    TRY(ecs_tags_check(control_in(call, "tags"), err));
    return ecs_tagged_edit(call, merge, err);
}

const struct control_operation control_ecs_tag_resource = {
    .service = &control_ecs,
    .name = "TagResource",
    .action = "ecs:TagResource",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = ecs_tagged_resource,
    .context = tag_context,
    .handler = tag_resource,
};
