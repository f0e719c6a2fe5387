#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const char *const statuses[] = { "ACTIVE", "INACTIVE", "ALL", NULL };
static const struct control_field input[] = {
    ECS_TEXT_FIELD("familyPrefix", 255),
    ECS_ENUM_FIELD("status", false, statuses),
    ECS_NEXT_TOKEN,
    ECS_MAX_RESULTS,
};

struct listing {
    struct control_call *call;
    struct control_page page;
};

static bool status_wanted(const struct control_call *call, const struct ecs_family *family)
{
    struct remit_str status = control_in_str(call, "status");

    if (status.len == 0 || remit_str_equal(status, REMIT_STR("ALL")))
        return true;
    return remit_str_equal(status, REMIT_STR("ACTIVE")) == (family->active != 0);
}

static int visit(void *self, const struct control_store_entry *entry, struct remit_arena *arena,
                 struct remit_err *err)
{
    struct listing *l = self;
    struct ecs_family family;

    TRY(ecs_family_parse(entry, arena, &family, err));
    if (!status_wanted(l->call, &family) || control_page_skips(&l->page, family.name) ||
        !remit_str_starts(family.name, control_in_str(l->call, "familyPrefix")))
        return 0;
    if (!control_page_take(l->call, &l->page, family.name, family.name.len))
        return 1;
    control_put_str(l->call, NULL, family.name);
    return 0;
}

static int list_task_definition_families(struct control_call *call, struct remit_err *err)
{
    struct control_key prefix = control_key_families();
    struct listing l = { .call = call };

    return ecs_list(call, "families", &prefix, visit, &l, &l.page, err);
}

/* No resource: policies speak of "*" here. [ecs-control 15.1] */
const struct control_operation control_list_task_definition_families = {
    .service = &control_ecs,
    .name = "ListTaskDefinitionFamilies",
    .action = "ecs:ListTaskDefinitionFamilies",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = list_task_definition_families,
};
