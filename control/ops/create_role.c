#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_PATH(&control_pattern_path),
    IAM_ROLE_NAME,
    IAM_DOCUMENT("AssumeRolePolicyDocument"),
    { .name = "Description",
      .type = CONTROL_STRING,
      .max = 1000,
      .pattern = &iam_pattern_description },
    { .name = "MaxSessionDuration", .type = CONTROL_INTEGER, .min = 3600, .max = 43200 },
    IAM_ARN("PermissionsBoundary", false),
    IAM_TAGS,
};

static int create_role_resource(struct control_call *call, struct remit_err *err)
{
    return iam_create_resource(call, "role", control_in_str(call, "RoleName"), "iam:TagRole", err);
}

static int role_of_input(struct control_call *call, struct iam_principal_record *role,
                         struct remit_err *err)
{
    *role = (struct iam_principal_record){
        .is_role = true,
        .name = control_in_str(call, "RoleName"),
        .path = control_has(call, "Path") ? control_in_str(call, "Path") : REMIT_STR("/"),
        .id = iam_unique_id(call, "AROA"),
        .description = control_in_str(call, "Description"),
        .created_at = call->now_at,
        .max_session_s = control_in_int(call, "MaxSessionDuration", 3600),
    };
    role->arn = control_arn(call, "iam", false, "role" REMIT_STR_FMT REMIT_STR_FMT,
                            REMIT_STR_ARG(role->path), REMIT_STR_ARG(role->name));
    TRY(iam_tags_take(call, "Tags", "InvalidInput", &role->tags, &role->n_tags, err));
    return iam_trust_set(call, control_in_str(call, "AssumeRolePolicyDocument"), role, err);
}

static int create_role(struct control_call *call, struct remit_err *err)
{
    struct iam_principal_record role;

    TRY(role_of_input(call, &role, err));
    TRY(iam_principal_create(call, &role, err));
    iam_put_principal(call, "Role", &role, IAM_WHOLE);
    return 0;
}

const struct control_operation control_create_role = {
    .service = &control_iam,
    .name = "CreateRole",
    .action = "iam:CreateRole",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = create_role_resource,
    .context = iam_create_context,
    .handler = create_role,
};
