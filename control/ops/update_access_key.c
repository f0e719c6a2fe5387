#include "control/ops/iam_keys.h"

static const char *const statuses[] = { "Active", "Inactive", NULL };

static const struct control_field input[] = {
    IAM_OWN_NAME,
    IAM_ACCESS_KEY_ID,
    { .name = "Status", .type = CONTROL_STRING, .required = true, .values = statuses },
};

static int update_once(struct control_call *call, void *self, struct remit_err *err)
{
    bool active = remit_str_equal(control_in_str(call, "Status"), REMIT_STR("Active"));
    struct iam_principal_record user = { 0 };
    struct control_store_txn txn = { 0 };
    struct iam_access_key key = { 0 };

    (void)self;
    TRY(iam_named_read(call, &user, err));
    TRY(iam_own_key_read(call, &user, &key, err));
    if (key.active == active)
        return 0;
    key.active = active;
    TRY(iam_access_key_put(&txn, &key, call->arena, err));
    return control_try_commit(call, &txn, err);
}

static int update_access_key(struct control_call *call, struct remit_err *err)
{
    return control_try(call, update_once, NULL, IAM_RACE, err);
}

const struct control_operation control_update_access_key = {
    .service = &control_iam,
    .name = "UpdateAccessKey",
    .action = "iam:UpdateAccessKey",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .handler = update_access_key,
};
