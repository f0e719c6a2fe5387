#include "control/ops/sts.h"

const struct control_operation *const control_sts_operations[] = {
    &control_assume_role,
    &control_get_caller_identity,
    NULL,
};
