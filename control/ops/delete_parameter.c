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

static int remove_once(struct control_call *call, bool *rest, struct remit_err *err)
{
    struct control_store_txn txn = { 0 };
    struct ssm_parameter parameter = { 0 };
    struct ssm_reference reference;

    *rest = false;
    ssm_reference(call, control_in_str(call, "Name"), &reference);
    TRY(ssm_parameter_read(call->store, reference.name, call->arena, &parameter, err));
    TRY(remove_some(call, &parameter, &txn, rest, err));
    return control_store_commit(call->store, &txn, NULL, err);
}

static int delete_parameter(struct control_call *call, struct remit_err *err)
{
    bool rest = false;

    for (unsigned tries = 0; !rest; tries++) {
        if (remove_once(call, &rest, err) == 0)
            continue;
        if (!remit_err_is(err, "StoreConflict"))
            return -1;
        if (tries == SSM_TRIES)
            return remit_fail(err, REMIT_ERR_CONFLICT, "TooManyUpdates",
                              "The parameter is being changed by others; tried %u times.", tries);
        rest = false;
    }
    return 0;
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
