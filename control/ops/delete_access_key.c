#include "common/os/log.h"
#include "control/keeper/client.h"
#include "control/ops/iam_keys.h"

static const struct control_field input[] = {
    IAM_OWN_NAME,
    IAM_ACCESS_KEY_ID,
};

static int remove_key(struct control_call *call, struct iam_principal_record *user,
                      struct control_store_txn *txn, struct remit_err *err)
{
    struct iam_access_key key = { 0 };
    size_t kept = 0;

    TRY(iam_own_key_read(call, user, &key, err));
    for (size_t i = 0; i < user->n_access_keys; i++)
        if (!remit_str_equal(user->access_keys[i], key.id))
            user->access_keys[kept++] = user->access_keys[i];
    user->n_access_keys = kept;
    return iam_access_key_remove(txn, &key, call->arena, err);
}

/*
 * The record's end is the key's end: every request looks it up. The keeper is told as well, so that
 * no restored backup of the store brings the key back; if it is away, the call has still succeeded.
 */
static int delete_access_key(struct control_call *call, struct remit_err *err)
{
    struct remit_str id = control_in_str(call, "AccessKeyId");
    struct remit_err late;

    TRY(iam_named_change(call, remove_key, err));
    if (keeper_client_retire(call->keeper, id, &late) != 0)
        remit_log_err(REMIT_LOG_WARN, &late, "access key %.*s is deleted, but not retired",
                      (int)id.len, id.ptr);
    return 0;
}

const struct control_operation control_delete_access_key = {
    .service = &control_iam,
    .name = "DeleteAccessKey",
    .action = "iam:DeleteAccessKey",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .handler = delete_access_key,
};
