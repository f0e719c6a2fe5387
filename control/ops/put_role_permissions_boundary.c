#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_ROLE_NAME,
    IAM_ARN("PermissionsBoundary", true),
};

const struct control_operation control_put_role_permissions_boundary = {
    .service = &control_iam,
    .name = "PutRolePermissionsBoundary",
    .action = "iam:PutRolePermissionsBoundary",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .context = iam_principal_context,
    .handler = iam_boundary_put,
};
