#include "control/ops/ssm.h"

static const struct control_field input[] = {
    SSM_NAME("Name", true),
    { .name = "WithDecryption", .type = CONTROL_BOOLEAN },
};

static int get_parameter(struct control_call *call, struct remit_err *err)
{
    struct ssm_parameter parameter = { 0 };
    struct ssm_version version = { 0 };
    struct ssm_reference reference;

    TRY(ssm_find(call, control_in_str(call, "Name"), &reference, &parameter, &version, err));
    return ssm_put_parameter(call, "Parameter", &parameter, &version, reference.selector, err);
}

const struct control_operation control_get_parameter = {
    .service = &control_ssm,
    .name = "GetParameter",
    .action = "ssm:GetParameter",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = ssm_name_resource,
    .handler = get_parameter,
};
