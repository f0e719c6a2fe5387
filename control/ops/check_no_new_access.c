#include "control/ops/access_checks.h"

static const struct control_field input[] = {
    ACCESS_CHECK_DOCUMENT("newPolicyDocument"),
    ACCESS_CHECK_DOCUMENT("existingPolicyDocument"),
    ACCESS_CHECK_TYPE,
};

static int check(struct control_call *call, struct remit_err *err)
{
    enum remit_policy_type type = analyzer_policy_type(control_in_str(call, "policyType"));
    auto_policy struct remit_policy *existing = NULL;
    auto_policy struct remit_policy *changed = NULL;
    auto_proof struct remit_proof *proof = NULL;

    TRY(access_check_policy(call, "newPolicyDocument", type, &changed, err));
    TRY(access_check_policy(call, "existingPolicyDocument", type, &existing, err));
    TRY(access_check_proven(remit_proof_no_new_access(existing, changed, NULL, &proof, err), err));
    return access_check_answer(call, proof, err);
}

const struct control_operation control_check_no_new_access = {
    .service = &control_access_analyzer,
    .name = "CheckNoNewAccess",
    .path = "/policy/check-no-new-access",
    .action = "access-analyzer:CheckNoNewAccess",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = check,
};
