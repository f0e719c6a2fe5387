#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_USER_NAME,
    IAM_POLICY_NAME,
};

const struct control_operation control_delete_user_policy = {
    .service = &control_iam,
    .name = "DeleteUserPolicy",
    .action = "iam:DeleteUserPolicy",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .context = iam_principal_context,
    .handler = iam_inline_delete,
};
