#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const char *const statuses[] = { "ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS", NULL };
static const char *const sorts[] = { "ASC", "DESC", NULL };
static const struct control_field input[] = {
    ECS_TEXT_FIELD("familyPrefix", 255),
    ECS_ENUM_FIELD("status", false, statuses),
    ECS_ENUM_FIELD("sort", false, sorts),
    ECS_NEXT_TOKEN,
    ECS_MAX_RESULTS,
};

/* By family, then by revision, upwards or downwards. The page token is "family:revision". */
struct listing {
    struct control_call *call;
    struct control_page page;
    struct remit_str after_family; /* of the page before; empty on the first */
    unsigned after_number;
    bool down;
    enum ecs_status status;
    struct remit_str *families;
    size_t n_families, cap_families;
    bool full;
};

/* ---- families ---- */

static bool family_wanted(const struct listing *l, struct remit_str name)
{
    struct remit_str only = control_in_str(l->call, "familyPrefix"); /* a name in practice [R] */
    int order = remit_str_compare(name, l->after_family);

    if (only.len > 0 && !remit_str_equal(only, name))
        return false;
    return l->after_family.len == 0 || order == 0 || (order < 0) == l->down;
}

static int visit_family(void *self, const struct control_store_entry *entry,
                        struct remit_arena *arena, struct remit_err *err)
{
    struct listing *l = self;
    struct ecs_family family;

    TRY(ecs_family_parse(entry, arena, &family, err));
    if (!family_wanted(l, family.name))
        return 0;
    if (l->n_families == l->cap_families) {
        size_t cap = l->cap_families * 2 + 64;
        struct remit_str *grown = REMIT_NEW_N(l->call->arena, struct remit_str, cap);

        TRY(remit_arena_check(l->call->arena, "the list", err));
        if (l->n_families > 0)
            memcpy(grown, l->families, l->n_families * sizeof(grown[0]));
        l->families = grown;
        l->cap_families = cap;
    }
    l->families[l->n_families++] = remit_arena_str(l->call->arena, family.name);
    return remit_arena_check(l->call->arena, "the list", err);
}

/* ---- revisions of one family ---- */

static int put_revision(struct listing *l, struct remit_str family, unsigned number,
                        struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(4 * CONTROL_STORE_VALUE_MAX);
    struct ecs_definition definition;
    struct remit_str item;

    TRY(ecs_definition_read(l->call->store, family, number, &arena, &definition, err));
    if (definition.status != l->status)
        return 0;
    item = remit_arena_fmt(&arena, REMIT_STR_FMT ":%u", REMIT_STR_ARG(family), number);
    TRY(remit_arena_check(&arena, "the list", err));
    l->full = !control_page_take(l->call, &l->page, item, definition.arn.len);
    if (!l->full)
        control_put_str(l->call, NULL, definition.arn);
    return 0;
}

static int put_family(struct listing *l, struct remit_str name, struct remit_err *err)
{
    bool first = remit_str_equal(name, l->after_family);
    struct ecs_family family;
    unsigned from = 1;
    unsigned to = 0;

    TRY(ecs_family_read(l->call->store, name, l->call->arena, &family, err));
    to = family.highest;
    if (first && l->down)
        to = l->after_number - 1;
    else if (first)
        from = l->after_number + 1;
    for (unsigned i = from; i <= to && !l->full; i++)
        TRY(put_revision(l, name, l->down ? to - (i - from) : i, err));
    return 0;
}

/* ---- all of it ---- */

static int read_token(struct listing *l, struct remit_err *err)
{
    struct remit_str rest = l->page.after;
    unsigned long long number = 0;

    if (rest.len == 0)
        return 0;
    if (!remit_str_cut(&rest, ':', &l->after_family) ||
        !remit_str_to_u64(rest, UINT32_MAX - 1, &number) || number == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "The token is not valid.");
    l->after_number = (unsigned)number;
    return 0;
}

static enum ecs_status status_of(const struct control_call *call)
{
    struct remit_str status = control_in_str(call, "status");

    return status.len == 0 ? ECS_ACTIVE : ecs_status_of(status);
}

static int list_task_definitions(struct control_call *call, struct remit_err *err)
{
    struct listing l = { .call = call, .status = status_of(call) };
    struct control_key prefix = control_key_families();

    l.down = remit_str_equal(control_in_str(call, "sort"), REMIT_STR("DESC"));
    TRY(ecs_page_begin(call, &l.page, err));
    TRY(read_token(&l, err));
    TRY(control_batches(call, control_key_str(&prefix), REMIT_STR(""), visit_family, &l, err));
    control_begin_list(call, "taskDefinitionArns");
    /* DELETE_IN_PROGRESS is a status that nothing here has */
    for (size_t i = 0; i < l.n_families && !l.full && l.status != ECS_NONE; i++)
        TRY(put_family(&l, l.families[l.down ? l.n_families - 1 - i : i], err));
    control_end(call);
    control_page_put_token(call, &l.page, "nextToken");
    return 0;
}

/* No resource: policies speak of "*" here. [ecs-control 15.1] */
const struct control_operation control_list_task_definitions = {
    .service = &control_ecs,
    .name = "ListTaskDefinitions",
    .action = "ecs:ListTaskDefinitions",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = list_task_definitions,
};
