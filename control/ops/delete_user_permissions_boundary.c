#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_USER_NAME,
};

const struct control_operation control_delete_user_permissions_boundary = {
    .service = &control_iam,
    .name = "DeleteUserPermissionsBoundary",
    .action = "iam:DeleteUserPermissionsBoundary",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .context = iam_principal_context,
    .handler = iam_boundary_delete,
};
