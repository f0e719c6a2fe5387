#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_ROLE_NAME,
    IAM_DOCUMENT("PolicyDocument"),
};

static int set_trust(struct control_call *call, struct iam_principal_record *role,
                     struct control_store_txn *txn, struct remit_err *err)
{
    (void)txn;
    return iam_trust_set(call, control_in_str(call, "PolicyDocument"), role, err);
}

static int update_assume_role_policy(struct control_call *call, struct remit_err *err)
{
    return iam_named_change(call, set_trust, err);
}

const struct control_operation control_update_assume_role_policy = {
    .service = &control_iam,
    .name = "UpdateAssumeRolePolicy",
    .action = "iam:UpdateAssumeRolePolicy",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .context = iam_principal_context,
    .handler = update_assume_role_policy,
};
