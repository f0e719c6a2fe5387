#include "control/ops/ecs_rows.h"
#include "control/ops/run.h"

static const struct control_field input[] = {
    ECS_CLUSTER,
    ECS_LIST_FIELD("containerInstances", RUN_TASKS_MAX, &ecs_element_ref),
    ECS_FLAG_FIELD("enableECSManagedTags"),
    ECS_FLAG_FIELD("enableExecuteCommand"),
    ECS_TEXT_FIELD("group", 255),
    RUN_NETWORK,
    RUN_OVERRIDES,
    RUN_PROPAGATE_TAGS,
    ECS_TEXT_FIELD("referenceId", 1024),
    ECS_TEXT_FIELD("startedBy", 36),
    ECS_TAGS,
    ECS_REF("taskDefinition", true),
    RUN_VOLUMES,
};

static struct scheduler_candidate *find(struct scheduler_candidate *candidates, size_t n,
                                        struct remit_str id)
{
    for (size_t i = 0; i < n; i++)
        if (id.len > 0 && remit_str_equal(candidates[i].instance->id, id))
            return &candidates[i];
    return NULL;
}

/* The caller chose the instances: what is left to ask is whether they have room. */
static int choose(struct control_call *call, struct run_placing *placing,
                  struct scheduler_candidate *candidates, size_t n, struct remit_arena *arena,
                  struct remit_err *err)
{
    const struct remit_json *list = control_in(call, "containerInstances");

    for (size_t i = 0; i < remit_json_count(list) && i < RUN_TASKS_MAX; i++) {
        struct scheduler_candidate *candidate = NULL;
        const char *reason = "MISSING";
        struct ecs_named named;

        TRY(ecs_named_of(call, "container-instance", &placing->run->place,
                         remit_json_str(remit_json_at(list, i)), &named, err));
        candidate = find(candidates, n, named.id);
        if (candidate != NULL)
            reason = scheduler_fits(placing->need, candidate);
        if (reason != NULL) {
            TRY(run_failure_add(call, placing, named.arn, reason, err));
            continue;
        }
        scheduler_take(placing->need, candidate, arena);
        placing->chosen[placing->n_tasks++] = candidate;
    }
    return 0;
}

static int start_task(struct control_call *call, struct remit_err *err)
{
    auto_json struct remit_json *document = NULL;
    struct scheduler_need need;
    struct run_placing placing = { .need = &need, .choose = choose };
    struct ecs_cluster cluster;
    struct run *run = NULL;

    if (remit_json_count(control_in(call, "containerInstances")) == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "ClientException",
                          "Container Instances cannot be empty.");
    TRY(run_of(call, &run, err));
    placing.run = run;
    TRY(ecs_cluster_find_active(call, run->place.name, &cluster, err));
    TRY(run_begin(call, run, &placing, &need, &document, err));
    need.n_constraints = 0; /* placement is skipped, room is not [ecs-control 9.1] */
    TRY(run_place(call, &placing, err));
    return run_answer(call, &placing, err);
}

const struct control_operation control_start_task = {
    .service = &control_ecs,
    .name = "StartTask",
    .action = "ecs:StartTask",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = run_resource,
    .context = run_context,
    .passes = run_passes,
    .handler = start_task,
};
