#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const struct control_field input[] = {
    ECS_REF("taskDefinition", true),
};

static int named_revision(struct control_call *call, struct ecs_definition_ref *out,
                          struct remit_err *err)
{
    TRY(ecs_definition_ref_of(call, control_in_str(call, "taskDefinition"), out, err));
    return out->number > 0
               ? 0
               : remit_fail(err, REMIT_ERR_INVALID, "ClientException", "Revision is missing.");
}

/* When the newest ACTIVE one goes, the next older one takes its place. */
static int step_down(struct control_call *call, struct ecs_family *family, unsigned gone,
                     struct remit_err *err)
{
    if (family->active != gone)
        return 0;
    for (family->active--; family->active > 0; family->active--) {
        auto_arena struct remit_arena arena = REMIT_ARENA(CONTROL_STORE_VALUE_MAX * 2);
        struct ecs_definition older;

        TRY(ecs_definition_read(call->store, family->name, family->active, &arena, &older, err));
        if (older.status == ECS_ACTIVE)
            return 0;
    }
    return 0;
}

static int deregister_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct ecs_definition *definition = self;
    struct control_store_txn txn = { 0 };
    struct ecs_definition_ref ref;
    struct ecs_family family;

    TRY(named_revision(call, &ref, err));
    TRY(ecs_family_read(call->store, ref.family, call->arena, &family, err));
    TRY(ecs_definition_find(call, &ref, definition, err));
    if (definition->revision == 0)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "ClientException",
                          "Unable to deregister task definition.");
    if (definition->status == ECS_INACTIVE)
        return 0; /* the same answer as the first time */
    definition->status = ECS_INACTIVE;
    definition->deregistered_at = call->now;
    TRY(step_down(call, &family, ref.number, err));
    TRY(ecs_family_put(&txn, &family, call->arena, err));
    TRY(ecs_definition_put(&txn, definition, call->arena, err));
    return ecs_commit(call, &txn, NULL, err);
}

static int deregister_task_definition(struct control_call *call, struct remit_err *err)
{
    struct ecs_definition definition;

    TRY(ecs_retry(call, deregister_once, &definition, err));
    control_audit_note(call, "taskDefinitionArn", definition.arn);
    return ecs_put_definition(call, &definition, err);
}

/* No resource: policies speak of "*" here. [ecs-control 15.1] */
const struct control_operation control_deregister_task_definition = {
    .service = &control_ecs,
    .name = "DeregisterTaskDefinition",
    .action = "ecs:DeregisterTaskDefinition",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = deregister_task_definition,
};
