#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_ROLE_NAME,
    IAM_POLICY_NAME,
    IAM_DOCUMENT("PolicyDocument"),
};

const struct control_operation control_put_role_policy = {
    .service = &control_iam,
    .name = "PutRolePolicy",
    .action = "iam:PutRolePolicy",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .context = iam_principal_context,
    .handler = iam_inline_put,
};
