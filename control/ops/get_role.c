#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_ROLE_NAME,
};

static int get_role(struct control_call *call, struct remit_err *err)
{
    struct iam_principal_record role = { 0 };

    TRY(iam_named_read(call, &role, err));
    iam_put_principal(call, "Role", &role, IAM_WHOLE);
    return 0;
}

const struct control_operation control_get_role = {
    .service = &control_iam,
    .name = "GetRole",
    .action = "iam:GetRole",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .handler = get_role,
};
