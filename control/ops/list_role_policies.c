#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_ROLE_NAME,
    IAM_PAGE_FIELDS,
};

const struct control_operation control_list_role_policies = {
    .service = &control_iam,
    .name = "ListRolePolicies",
    .action = "iam:ListRolePolicies",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .handler = iam_inline_list,
};
