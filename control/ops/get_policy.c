#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_ARN("PolicyArn", true),
};

static int get_policy(struct control_call *call, struct remit_err *err)
{
    struct remit_str arn = control_in_str(call, "PolicyArn");
    struct iam_policy_record policy = { 0 };
    struct iam_policy_usage usage = { 0 };

    TRY(iam_arn_check(arn, err));
    TRY(iam_policy_read(call->store, arn, call->arena, &policy, err));
    TRY(iam_policy_usage_read(call->store, arn, call->arena, &usage, err));
    iam_put_policy(call, "Policy", &policy, &usage, IAM_WHOLE);
    return 0;
}

const struct control_operation control_get_policy = {
    .service = &control_iam,
    .name = "GetPolicy",
    .action = "iam:GetPolicy",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_policy_resource,
    .handler = get_policy,
};
