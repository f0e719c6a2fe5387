#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_PATH(&control_pattern_path),
    IAM_NAME_FIELD("UserName", true, 64),
    IAM_ARN("PermissionsBoundary", false),
    IAM_TAGS,
};

static int create_user_resource(struct control_call *call, struct remit_err *err)
{
    return iam_create_resource(call, "user", control_in_str(call, "UserName"), "iam:TagUser", err);
}

static int create_user(struct control_call *call, struct remit_err *err)
{
    struct iam_principal_record user = {
        .name = control_in_str(call, "UserName"),
        .path = control_has(call, "Path") ? control_in_str(call, "Path") : REMIT_STR("/"),
        .id = iam_unique_id(call, "AIDA"),
        .created_at = call->now_at,
    };

    user.arn = control_arn(call, "iam", false, "user" REMIT_STR_FMT REMIT_STR_FMT,
                           REMIT_STR_ARG(user.path), REMIT_STR_ARG(user.name));
    TRY(iam_tags_take(call, "Tags", "InvalidInput", &user.tags, &user.n_tags, err));
    TRY(iam_principal_create(call, &user, err));
    iam_put_principal(call, "User", &user, IAM_WHOLE);
    return 0;
}

const struct control_operation control_create_user = {
    .service = &control_iam,
    .name = "CreateUser",
    .action = "iam:CreateUser",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = create_user_resource,
    .context = iam_create_context,
    .handler = create_user,
};
