#include "control/ops/iam.h"

static const struct control_field input[] = {
    IAM_OWN_NAME,
};

/* The root user has no record; its key, made at bootstrap, tells since when it is there. */
static int get_root(struct control_call *call, struct remit_err *err)
{
    struct iam_access_key key = { 0 };

    TRY(iam_access_key_read(call->store, call->caller.access_key_id, call->arena, &key, err));
    control_begin_structure(call, "User");
    control_put_str(call, "UserId", call->caller.account);
    control_put_str(call, "Arn", call->caller.arn);
    control_put_time(call, "CreateDate", (double)key.created_at);
    control_end(call);
    return 0;
}

static int get_user(struct control_call *call, struct remit_err *err)
{
    struct iam_principal_record user = { 0 };

    if (!control_has(call, "UserName") && call->caller.kind == CONTROL_CALLER_ROOT)
        return get_root(call, err);
    TRY(iam_named_read(call, &user, err));
    iam_put_principal(call, "User", &user, IAM_WHOLE);
    return 0;
}

const struct control_operation control_get_user = {
    .service = &control_iam,
    .name = "GetUser",
    .action = "iam:GetUser",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .handler = get_user,
};
