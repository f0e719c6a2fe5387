#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_PREFIX(&iam_pattern_prefix),
    IAM_PAGE_FIELDS,
};

static int list_users_resource(struct control_call *call, struct remit_err *err)
{
    return iam_list_resource(call, "user", err);
}

static int list_users(struct control_call *call, struct remit_err *err)
{
    return iam_list_principals(call, false, "Users", err);
}

const struct control_operation control_list_users = {
    .service = &control_iam,
    .name = "ListUsers",
    .action = "iam:ListUsers",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = list_users_resource,
    .handler = list_users,
};
