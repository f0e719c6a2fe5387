#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_USER_NAME,
    IAM_ARN("PolicyArn", true),
};

const struct control_operation control_attach_user_policy = {
    .service = &control_iam,
    .name = "AttachUserPolicy",
    .action = "iam:AttachUserPolicy",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .context = iam_principal_context,
    .handler = iam_attached_put,
};
