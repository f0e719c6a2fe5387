#include "control/ops/access_checks.h"

#define ACCESS_MOST 100 /* actions, and resources */

static const struct control_field resource_element = { .name = "",
                                                       .type = CONTROL_STRING,
                                                       .max = 2048 };

static const struct control_field access_fields[] = {
    { .name = "actions",
      .type = CONTROL_LIST,
      .max = ACCESS_MOST,
      .element = &control_element_string },
    { .name = "resources", .type = CONTROL_LIST, .max = ACCESS_MOST, .element = &resource_element },
};
static const struct control_field access_element = {
    .name = "",
    .type = CONTROL_STRUCTURE,
    .fields = access_fields,
    .n_fields = REMIT_COUNT(access_fields),
};

static const struct control_field input[] = {
    ACCESS_CHECK_DOCUMENT("policyDocument"),
    { .name = "access",
      .type = CONTROL_LIST,
      .required = true,
      .min = 1,
      .max = 1,
      .element = &access_element },
    ACCESS_CHECK_TYPE,
};

static size_t strings_of(const struct remit_json *list, struct remit_str out[ACCESS_MOST])
{
    for (size_t i = 0; i < remit_json_count(list); i++)
        out[i] = remit_json_str(remit_json_at(list, i));
    return remit_json_count(list);
}

static int ask(struct control_call *call, const struct remit_policy *policy,
               struct remit_proof **out, struct remit_err *err)
{
    const struct remit_json *row = remit_json_at(control_in(call, "access"), 0);
    struct remit_str actions[ACCESS_MOST];
    struct remit_str resources[ACCESS_MOST];
    struct remit_proof_access access = { .actions = actions, .resources = resources };

    access.n_actions = strings_of(remit_json_get(row, "actions"), actions);
    access.n_resources = strings_of(remit_json_get(row, "resources"), resources);
    if (access.n_actions == 0 && access.n_resources == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "access names neither actions nor resources; it must name some of one");
    if (remit_proof_access_not_granted(policy, &access, 1, NULL, out, err) == 0)
        return 0;
    if (err->kind == REMIT_ERR_INVALID)
        err->code = "InvalidParameterException";
    return access_check_proven(-1, err);
}

static int check(struct control_call *call, struct remit_err *err)
{
    enum remit_policy_type type = analyzer_policy_type(control_in_str(call, "policyType"));
    auto_policy struct remit_policy *policy = NULL;
    auto_proof struct remit_proof *proof = NULL;

    TRY(access_check_policy(call, "policyDocument", type, &policy, err));
    TRY(ask(call, policy, &proof, err));
    return access_check_answer(call, proof, err);
}

const struct control_operation control_check_access_not_granted = {
    .service = &control_access_analyzer,
    .name = "CheckAccessNotGranted",
    .path = "/policy/check-access-not-granted",
    .action = "access-analyzer:CheckAccessNotGranted",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = check,
};
