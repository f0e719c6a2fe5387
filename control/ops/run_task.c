#include "common/os/random.h"
#include "control/ops/ecs_rows.h"
#include "control/ops/run.h"

static const char *const constraint_types[] = { "distinctInstance", "memberOf", NULL };
static const struct control_field constraint_fields[] = {
    ECS_ENUM_FIELD("type", true, constraint_types),
    ECS_TEXT_FIELD("expression", CLUSTER_QUERY_MAX),
};
static const struct control_field constraint_element = ECS_STRUCT_ELEMENT(constraint_fields);

static const char *const strategy_types[] = { "random", "spread", "binpack", NULL };
static const struct control_field strategy_fields[] = {
    ECS_ENUM_FIELD("type", true, strategy_types),
    ECS_TEXT_FIELD("field", 255),
};
static const struct control_field strategy_element = ECS_STRUCT_ELEMENT(strategy_fields);

/* [ecs-control 5] ASCII 33 to 126 */
static bool fits_token(struct remit_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < 33 || s.ptr[i] > 126)
            return false;
    return true;
}
static const struct control_pattern token_pattern = { "[\\x21-\\x7e]*", fits_token };

static const struct control_field input[] = {
    ECS_LIST_FIELD("capacityProviderStrategy", 20, &ecs_element_strategy_item),
    ECS_CLUSTER,
    ECS_INT_FIELD("count", 1, RUN_TASKS_MAX),
    ECS_FLAG_FIELD("enableECSManagedTags"),
    ECS_FLAG_FIELD("enableExecuteCommand"),
    ECS_TEXT_FIELD("group", 255),
    ECS_ENUM_FIELD("launchType", false, ecs_launch_types),
    RUN_NETWORK,
    RUN_OVERRIDES,
    ECS_LIST_FIELD("placementConstraints", SCHEDULER_CONSTRAINTS_MAX, &constraint_element),
    ECS_LIST_FIELD("placementStrategy", 100, &strategy_element),
    ECS_TEXT_FIELD("platformVersion", 64),
    RUN_PROPAGATE_TAGS,
    ECS_TEXT_FIELD("referenceId", 1024),
    ECS_TEXT_FIELD("startedBy", 128),
    ECS_TAGS,
    ECS_REF("taskDefinition", true),
    { .name = "clientToken",
      .type = CONTROL_STRING,
      .max = RUN_TOKEN_MAX,
      .pattern = &token_pattern },
    RUN_VOLUMES,
};

/* ACTIVE ones move to the front; instances that drain or are gone take no part. */
static size_t active_first(struct scheduler_candidate *candidates, size_t n)
{
    size_t active = 0;

    for (size_t i = 0; i < n; i++)
        if (candidates[i].instance->status == ECS_ACTIVE)
            candidates[active++] = candidates[i];
    return active;
}

static uint64_t seed(void)
{
    uint64_t value = 0;

    remit_random_bytes(&value, sizeof(value));
    return value;
}

/* What keeps one task from being placed keeps the rest: each instance tells its reason once. */
static int choose(struct control_call *call, struct run_placing *placing,
                  struct scheduler_candidate *candidates, size_t n, struct remit_arena *arena,
                  struct remit_err *err)
{
    size_t active = active_first(candidates, n);
    const char **reasons = REMIT_NEW_N(arena, const char *, active);

    TRY(remit_arena_check(arena, "the cluster", err));
    if (active == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "No Container Instances were found in your cluster.");
    while (placing->n_tasks < placing->run->count) {
        size_t which = 0;

        if (!scheduler_choose(placing->need, candidates, active, seed(), arena, &which, reasons))
            break;
        scheduler_take(placing->need, &candidates[which], arena);
        placing->chosen[placing->n_tasks++] = &candidates[which];
    }
    for (size_t i = 0; placing->n_tasks < placing->run->count && i < active; i++)
        TRY(run_failure_add(call, placing, candidates[i].instance->arn, reasons[i], err));
    return 0;
}

static int run_task(struct control_call *call, struct remit_err *err)
{
    auto_json struct remit_json *document = NULL;
    struct scheduler_need need;
    struct run_placing placing = { .need = &need, .choose = choose };
    struct ecs_cluster cluster;
    struct run *run = NULL;

    TRY(run_of(call, &run, err));
    placing.run = run;
    TRY(ecs_cluster_find_active(call, run->place.name, &cluster, err));
    TRY(run_token_check(call, &placing, err));
    if (placing.replayed)
        return 0;
    TRY(run_begin(call, run, &placing, &need, &document, err));
    TRY(run_place(call, &placing, err));
    return placing.replayed ? 0 : run_answer(call, &placing, err);
}

const struct control_operation control_run_task = {
    .service = &control_ecs,
    .name = "RunTask",
    .action = "ecs:RunTask",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = run_resource,
    .context = run_context,
    .passes = run_passes,
    .handler = run_task,
};
