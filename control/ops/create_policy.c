#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_POLICY_NAME,
    IAM_PATH(&iam_pattern_policy_path),
    IAM_DOCUMENT("PolicyDocument"),
    { .name = "Description", .type = CONTROL_STRING, .max = 1000 },
    IAM_TAGS,
};

#define QUOTA 6144 /* characters that are not white space */

static int create_policy_resource(struct control_call *call, struct remit_err *err)
{
    return iam_create_resource(call, "policy", control_in_str(call, "PolicyName"), "iam:TagPolicy",
                               err);
}

static int check_document(struct remit_str document, struct remit_err *err)
{
    TRY(iam_document_check(document, REMIT_POLICY_IDENTITY, err));
    if (remit_policy_quota_chars(document) > QUOTA)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "Cannot exceed quota for PolicySize: %d", QUOTA);
    return 0;
}

static int create_once(struct control_call *call, void *self, struct remit_err *err)
{
    const struct iam_policy_record *policy = self;
    struct control_store_txn txn = { 0 };
    bool there = false;

    TRY(iam_is_there(call, iam_policy_path(policy->name, call->arena), &there, err));
    if (there)
        return remit_fail(err, REMIT_ERR_CONFLICT, "EntityAlreadyExists",
                          "A policy called " REMIT_STR_FMT
                          " already exists. Duplicate names are not allowed.",
                          REMIT_STR_ARG(policy->name));
    TRY(iam_policy_put(&txn, policy, call->arena, err));
    return control_try_commit(call, &txn, err);
}

static int create_policy(struct control_call *call, struct remit_err *err)
{
    static const struct iam_policy_usage unused = { 0 };
    struct iam_policy_version first = { .id = REMIT_STR("v1"),
                                        .document = control_in_str(call, "PolicyDocument"),
                                        .created_at = call->now_at };
    struct iam_policy_record policy = {
        .name = control_in_str(call, "PolicyName"),
        .path = control_has(call, "Path") ? control_in_str(call, "Path") : REMIT_STR("/"),
        .id = iam_unique_id(call, "ANPA"),
        .description = control_in_str(call, "Description"),
        .created_at = call->now_at,
        .updated_at = call->now_at,
        .default_version = first.id,
        .next_version = 2,
        .versions = &first,
        .n_versions = 1,
    };

    TRY(check_document(first.document, err));
    policy.arn = control_arn(call, "iam", false, "policy" REMIT_STR_FMT REMIT_STR_FMT,
                             REMIT_STR_ARG(policy.path), REMIT_STR_ARG(policy.name));
    TRY(iam_tags_take(call, "Tags", "InvalidInput", &policy.tags, &policy.n_tags, err));
    TRY(control_try(call, create_once, &policy, IAM_RACE, err));
    iam_put_policy(call, "Policy", &policy, &unused, IAM_WHOLE);
    return 0;
}

const struct control_operation control_create_policy = {
    .service = &control_iam,
    .name = "CreatePolicy",
    .action = "iam:CreatePolicy",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = create_policy_resource,
    .context = iam_create_context,
    .handler = create_policy,
};
