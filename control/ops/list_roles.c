#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_PREFIX(&iam_pattern_prefix),
    IAM_PAGE_FIELDS,
};

static int list_roles_resource(struct control_call *call, struct remit_err *err)
{
    return iam_list_resource(call, "role", err);
}

static int list_roles(struct control_call *call, struct remit_err *err)
{
    return iam_list_principals(call, true, "Roles", err);
}

const struct control_operation control_list_roles = {
    .service = &control_iam,
    .name = "ListRoles",
    .action = "iam:ListRoles",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = list_roles_resource,
    .handler = list_roles,
};
