#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_USER_NAME,
    IAM_POLICY_NAME,
};

const struct control_operation control_get_user_policy = {
    .service = &control_iam,
    .name = "GetUserPolicy",
    .action = "iam:GetUserPolicy",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .handler = iam_inline_get,
};
