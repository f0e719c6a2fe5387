#include "control/ops/agent.h"
#include "control/ops/ecs.h"

static const struct control_field input[] = {
    AGENT_INSTANCE,
    ECS_VERSION_INFO,
    ECS_TOTAL_RESOURCES,
    ECS_ATTRIBUTES,
};

/* What the agent gives replaces what has the same name; what others put there stays. */
static int merge_attributes(struct control_call *call, struct ecs_instance *instance,
                            struct remit_err *err)
{
    struct ecs_instance given = { 0 };
    struct ecs_attribute *all = NULL;
    size_t n = 0;

    TRY(ecs_attributes_of(control_in(call, "attributes"), call->arena, &given.attributes,
                          &given.n_attributes, err));
    n = given.n_attributes;
    all = REMIT_NEW_N(call->arena, struct ecs_attribute, n + instance->n_attributes);
    TRY(remit_arena_check(call->arena, "attributes", err));
    for (size_t i = 0; i < n; i++)
        all[i] = given.attributes[i];
    for (size_t i = 0; i < instance->n_attributes; i++)
        if (ecs_instance_attribute(&given, instance->attributes[i].name) == NULL)
            all[n++] = instance->attributes[i];
    if (n > AGENT_ATTRIBUTES)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "%zu attributes, the most is %d.", n, AGENT_ATTRIBUTES);
    instance->attributes = all;
    instance->n_attributes = n;
    return 0;
}

/* The host has what it has: less than what its tasks hold only means that no more are placed. */
static int update_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct ecs_instance *instance = self;
    struct control_store_txn txn = { 0 };

    TRY(agent_self(call, instance, err));
    if (control_has(call, "versionInfo"))
        TRY(ecs_text_of(call, "versionInfo", &instance->version_info, err));
    if (control_has(call, "totalResources"))
        TRY(ecs_resources_of(control_in(call, "totalResources"), call->arena, &instance->registered,
                             err));
    if (control_has(call, "attributes"))
        TRY(merge_attributes(call, instance, err));
    TRY(ecs_instance_put(&txn, instance, call->arena, err));
    return ecs_commit(call, &txn, NULL, err);
}

static int renew_instance(struct control_call *call, struct remit_err *err)
{
    struct ecs_instance instance;

    TRY(agent_self(call, &instance, err));
    if (control_has(call, "versionInfo") || control_has(call, "totalResources") ||
        control_has(call, "attributes"))
        TRY(ecs_retry(call, update_once, &instance, err));
    TRY(agent_connected(call, &instance, err));
    return agent_put_session(call, &instance, err);
}

const struct control_operation control_renew_instance = {
    .service = &control_agent_api,
    .name = "RenewInstance",
    .action = "ecs:RenewInstance",
    .proof = CONTROL_BY_INSTANCE,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = renew_instance,
};
