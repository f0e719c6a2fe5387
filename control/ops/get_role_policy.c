#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_ROLE_NAME,
    IAM_POLICY_NAME,
};

const struct control_operation control_get_role_policy = {
    .service = &control_iam,
    .name = "GetRolePolicy",
    .action = "iam:GetRolePolicy",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .handler = iam_inline_get,
};
