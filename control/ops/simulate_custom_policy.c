#include "control/ops/simulation.h"
#include "control/ops/simulation_input.h"

static const struct control_field level[] = {
    SIMULATION_DOCUMENTS("ServiceControlPolicyInputList", false),
};
static const struct control_field level_element = {
    .name = "", .type = CONTROL_STRUCTURE, .fields = level, .n_fields = REMIT_COUNT(level)
};

static const struct control_field input[] = {
    SIMULATION_DOCUMENTS("PolicyInputList", true),
    { .name = "OrderedOrganizationPolicyInputList",
      .type = CONTROL_LIST,
      .max = SIMULATION_LEVELS_MAX,
      .element = &level_element },
    SIMULATION_FIELDS,
};

static int simulate(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *list = control_in(call, "PolicyInputList");
    auto_simulation struct simulation s = { .call = call };

    TRY(simulation_layer_begin(call, &s.identity, REMIT_POLICY_IDENTITY, remit_json_count(list),
                               err));
    TRY(simulation_add_list(call, &s.identity, list, "PolicyInputList", err));
    TRY(simulation_take_documents(&s, err));
    TRY(simulation_take_request(&s, NULL, err));
    return simulation_run(&s, err);
}

const struct control_operation control_simulate_custom_policy = {
    .service = &control_iam,
    .name = "SimulateCustomPolicy",
    .action = "iam:SimulateCustomPolicy",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = simulate,
};
