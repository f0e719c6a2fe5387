#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_ROLE_NAME,
};

const struct control_operation control_delete_role_permissions_boundary = {
    .service = &control_iam,
    .name = "DeleteRolePermissionsBoundary",
    .action = "iam:DeleteRolePermissionsBoundary",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .context = iam_principal_context,
    .handler = iam_boundary_delete,
};
