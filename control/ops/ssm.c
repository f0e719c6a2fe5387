#include "control/ops/ssm.h"

const struct control_operation *const control_ssm_operations[] = {
    &control_put_parameter,
    &control_get_parameter,
    &control_get_parameters,
    &control_get_parameters_by_path,
    &control_describe_parameters,
    &control_delete_parameter,
    NULL,
};
