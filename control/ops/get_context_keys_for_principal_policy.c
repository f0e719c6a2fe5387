#include "control/ops/simulation.h"
#include "control/ops/simulation_input.h"

static const struct control_field input[] = {
    IAM_ARN("PolicySourceArn", true),
    SIMULATION_DOCUMENTS("PolicyInputList", false),
};

/* The boundary's keys are asked for in the principal's decisions, too. */
static int get_context_keys(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *list = control_in(call, "PolicyInputList");
    auto_simulation_layer struct simulation_layer layer = { 0 };
    struct iam_principal_record principal = { 0 };
    size_t most = 0;

    TRY(simulation_principal(call, &principal, err));
    most = remit_json_count(list) + simulation_n_policies(&principal) + 1;
    TRY(simulation_layer_begin(call, &layer, REMIT_POLICY_IDENTITY, most, err));
    TRY(simulation_add_list(call, &layer, list, "PolicyInputList", err));
    TRY(simulation_add_principal(call, &layer, &principal, err));
    TRY(simulation_add_boundary(call, &layer, &principal, err));
    return simulation_put_keys(call, &layer, err);
}

const struct control_operation control_get_context_keys_for_principal_policy = {
    .service = &control_iam,
    .name = "GetContextKeysForPrincipalPolicy",
    .action = "iam:GetContextKeysForPrincipalPolicy",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = simulation_principal_resource,
    .handler = get_context_keys,
};
