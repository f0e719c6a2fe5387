#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_USER_NAME,
    IAM_PREFIX(&iam_pattern_policy_path),
    IAM_PAGE_FIELDS,
};

const struct control_operation control_list_attached_user_policies = {
    .service = &control_iam,
    .name = "ListAttachedUserPolicies",
    .action = "iam:ListAttachedUserPolicies",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .handler = iam_attached_list,
};
