#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_USER_NAME,
    IAM_ARN("PermissionsBoundary", true),
};

const struct control_operation control_put_user_permissions_boundary = {
    .service = &control_iam,
    .name = "PutUserPermissionsBoundary",
    .action = "iam:PutUserPermissionsBoundary",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .context = iam_principal_context,
    .handler = iam_boundary_put,
};
