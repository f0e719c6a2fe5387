#include "control/ops/ssm.h"

static const struct control_field input[] = {
    SSM_NAME("Name", true),
};

#define REMOVED_AT_ONCE 80 /* versions: a commit takes only so many changes */

/*
 * The oldest versions first, while the head still says which there are; then the head with the
 * rest. Whenever this stops half way, the parameter is there and whole but for old versions.
 */
static int remove_some(struct control_call *call, struct ssm_parameter *parameter,
                       struct control_store_txn *txn, bool *rest, struct remit_err *err)
{
    int64_t end = parameter->version + 1;

    *rest = end - parameter->oldest <= REMOVED_AT_ONCE;
    if (!*rest)
        end = parameter->oldest + REMOVED_AT_ONCE;
    for (int64_t i = parameter->oldest; i < end; i++)
        TRY(ssm_version_remove(txn, parameter, i, call->arena, err));
    parameter->oldest = end;
    return *rest ? ssm_parameter_remove(txn, parameter, call->arena, err)
                 : ssm_parameter_put(txn, parameter, call->arena, err);
}

static int remove_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct control_store_txn txn = { 0 };
    struct ssm_parameter parameter = { 0 };
    struct ssm_reference reference;
    bool rest = false;
    int lost = 0;

    ssm_reference(call, control_in_str(call, "Name"), &reference);
    TRY(ssm_parameter_read(call->store, reference.name, call->arena, &parameter, err));
    TRY(remove_some(call, &parameter, &txn, &rest, err));
    lost = control_try_commit(call, &txn, err);
    return lost != 0 || rest ? lost : remove_once(call, self, err); /* at most twice: see KEPT */
}

static int delete_parameter(struct control_call *call, struct remit_err *err)
{
    return control_try(call, remove_once, NULL, SSM_RACE, err);
}

const struct control_operation control_delete_parameter = {
    .service = &control_ssm,
    .name = "DeleteParameter",
    .action = "ssm:DeleteParameter",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = ssm_name_resource,
    .handler = delete_parameter,
};
