#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_USER_NAME,
};

static int delete_user(struct control_call *call, struct remit_err *err)
{
    return iam_named_remove(call, iam_removable, err);
}

const struct control_operation control_delete_user = {
    .service = &control_iam,
    .name = "DeleteUser",
    .action = "iam:DeleteUser",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .context = iam_principal_context,
    .handler = delete_user,
};
