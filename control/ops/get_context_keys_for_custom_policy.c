#include "control/ops/simulation.h"
#include "control/ops/simulation_input.h"

static const struct control_field input[] = {
    SIMULATION_DOCUMENTS("PolicyInputList", true),
};

static int get_context_keys(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *list = control_in(call, "PolicyInputList");
    auto_simulation_layer struct simulation_layer layer = { 0 };

    TRY(simulation_layer_begin(call, &layer, REMIT_POLICY_IDENTITY, remit_json_count(list), err));
    TRY(simulation_add_list(call, &layer, list, "PolicyInputList", err));
    return simulation_put_keys(call, &layer, err);
}

const struct control_operation control_get_context_keys_for_custom_policy = {
    .service = &control_iam,
    .name = "GetContextKeysForCustomPolicy",
    .action = "iam:GetContextKeysForCustomPolicy",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = get_context_keys,
};
