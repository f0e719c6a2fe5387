#include "control/ops/simulation.h"
#include "control/ops/simulation_input.h"

static const char *const policy_types[] = {
    "inline", "aws-managed", "user-managed", "permission-boundary", "scp", "rcp", NULL
};
static const char *const attachment_types[] = { "user", "group", "role", NULL };

static const struct control_field inline_policy[] = {
    IAM_POLICY_NAME,
    { .name = "AttachmentType",
      .type = CONTROL_STRING,
      .required = true,
      .values = attachment_types },
    IAM_NAME_FIELD("AttachmentName", true, 128),
};

static const struct control_field exclusion[] = {
    { .name = "PolicyType", .type = CONTROL_STRING, .values = policy_types },
    IAM_ARN("PolicyArn", false),
    { .name = "InlinePolicyIdentifier",
      .type = CONTROL_STRUCTURE,
      .fields = inline_policy,
      .n_fields = REMIT_COUNT(inline_policy) },
};
static const struct control_field exclusion_element = {
    .name = "", .type = CONTROL_STRUCTURE, .fields = exclusion, .n_fields = REMIT_COUNT(exclusion)
};

static const struct control_field input[] = {
    IAM_ARN("PolicySourceArn", true),
    SIMULATION_DOCUMENTS("PolicyInputList", false),
    { .name = "PolicyExclusionList",
      .type = CONTROL_LIST,
      .max = 256,
      .element = &exclusion_element },
    SIMULATION_FIELDS,
};

/* Each names policies in one way. */
static int check_exclusions(const struct control_call *call, struct remit_err *err)
{
    const struct remit_json *list = control_in(call, "PolicyExclusionList");

    for (size_t i = 0; i < remit_json_count(list); i++) {
        size_t n = 0;

        for (size_t k = 0; k < REMIT_COUNT(exclusion); k++)
            n += remit_json_get(remit_json_at(list, i), exclusion[k].name) != NULL;
        if (n != 1)
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput",
                              "PolicyExclusionList.%zu has %zu of PolicyType, PolicyArn and "
                              "InlinePolicyIdentifier; it must have one",
                              i + 1, n);
    }
    return 0;
}

static int take_identity(struct simulation *s, const struct iam_principal_record *principal,
                         struct remit_err *err)
{
    const struct remit_json *list = control_in(s->call, "PolicyInputList");

    TRY(simulation_layer_begin(s->call, &s->identity, REMIT_POLICY_IDENTITY,
                               remit_json_count(list) + simulation_n_policies(principal), err));
    TRY(simulation_add_principal(s->call, &s->identity, principal, err));
    return simulation_add_list(s->call, &s->identity, list, "PolicyInputList", err);
}

/* A boundary in the input stands in for the principal's own. */
static int take_boundary(struct simulation *s, const struct iam_principal_record *principal,
                         struct remit_err *err)
{
    if (s->boundary.max > 0 || !simulation_has_boundary(s->call, principal))
        return 0;
    TRY(simulation_layer_begin(s->call, &s->boundary, REMIT_POLICY_BOUNDARY, 1, err));
    return simulation_add_boundary(s->call, &s->boundary, principal, err);
}

static int simulate(struct control_call *call, struct remit_err *err)
{
    auto_simulation struct simulation s = { .call = call };
    struct iam_principal_record principal = { 0 };

    TRY(check_exclusions(call, err));
    TRY(simulation_principal(call, &principal, err));
    TRY(take_identity(&s, &principal, err));
    TRY(simulation_take_documents(&s, err));
    TRY(take_boundary(&s, &principal, err));
    TRY(simulation_take_request(&s, &principal, err));
    return simulation_run(&s, err);
}

const struct control_operation control_simulate_principal_policy = {
    .service = &control_iam,
    .name = "SimulatePrincipalPolicy",
    .action = "iam:SimulatePrincipalPolicy",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = simulation_principal_resource,
    .handler = simulate,
};
