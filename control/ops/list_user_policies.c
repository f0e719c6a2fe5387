#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_USER_NAME,
    IAM_PAGE_FIELDS,
};

const struct control_operation control_list_user_policies = {
    .service = &control_iam,
    .name = "ListUserPolicies",
    .action = "iam:ListUserPolicies",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .handler = iam_inline_list,
};
