#include "control/ops/iam_keys.h"

static const char *const statuses[] = { "Active", "Inactive", NULL };

static const struct control_field input[] = {
    IAM_OWN_NAME,
    IAM_ACCESS_KEY_ID,
    { .name = "Status", .type = CONTROL_STRING, .required = true, .values = statuses },
};

static int update_once(struct control_call *call, unsigned tries, struct remit_err *err)
{
    bool active = remit_str_equal(control_in_str(call, "Status"), REMIT_STR("Active"));
    struct iam_principal_record user = { 0 };
    struct control_store_txn txn = { 0 };
    struct iam_access_key key = { 0 };

    TRY(iam_named_read(call, &user, err));
    TRY(iam_own_key_read(call, &user, &key, err));
    if (key.active == active)
        return 0;
    key.active = active;
    TRY(iam_access_key_put(&txn, &key, call->arena, err));
    return iam_commit(call, &txn, tries, err);
}

static int update_access_key(struct control_call *call, struct remit_err *err)
{
    int done = 1;

    for (unsigned tries = 1; done > 0; tries++)
        done = update_once(call, tries, err);
    return done;
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
