#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_ARN("PolicyArn", true),
};

static int deletable(const struct iam_policy_record *policy, const struct iam_policy_usage *usage,
                     struct remit_err *err)
{
    if (policy->aws)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput",
                          "Policy is outside your own account.");
    if (usage->attached + usage->boundaries > 0)
        return remit_fail(err, REMIT_ERR_CONFLICT, "DeleteConflict",
                          "Cannot delete a policy attached to entities.");
    if (policy->n_versions > 1)
        return remit_fail(err, REMIT_ERR_CONFLICT, "DeleteConflict",
                          "This policy has more than one version. Before you delete a policy, you "
                          "must delete the policy's versions. The default version is deleted with "
                          "the policy.");
    return 0;
}

static int delete_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct remit_str arn = control_in_str(call, "PolicyArn");
    struct control_store_txn txn = { 0 };
    struct iam_policy_record policy = { 0 };
    struct iam_policy_usage usage = { 0 };

    (void)self;
    TRY(iam_policy_read(call->store, arn, call->arena, &policy, err));
    TRY(iam_policy_usage_read(call->store, arn, call->arena, &usage, err));
    TRY(deletable(&policy, &usage, err));
    TRY(iam_policy_remove(&txn, &policy, call->arena, err));
    TRY(iam_policy_usage_remove(&txn, &usage, call->arena, err));
    return control_try_commit(call, &txn, err);
}

static int delete_policy(struct control_call *call, struct remit_err *err)
{
    TRY(iam_arn_check(control_in_str(call, "PolicyArn"), err));
    return control_try(call, delete_once, NULL, IAM_RACE, err);
}

const struct control_operation control_delete_policy = {
    .service = &control_iam,
    .name = "DeletePolicy",
    .action = "iam:DeletePolicy",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_policy_resource,
    .handler = delete_policy,
};
