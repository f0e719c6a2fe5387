#include "control/keeper/client.h"
#include "control/ops/iam_keys.h"

#define KEYS_MOST 2 /* of one user */

static const struct control_field input[] = {
    IAM_OWN_NAME,
};

/* The new key's record and the longer list of the user's keys. */
static int add_key(struct control_call *call, struct iam_principal_record *user,
                   struct control_store_txn *txn, struct remit_err *err)
{
    const struct iam_access_key *key = call->state;
    struct remit_str *ids = REMIT_NEW_N(call->arena, struct remit_str, user->n_access_keys + 1);

    if (user->n_access_keys >= KEYS_MOST)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "Cannot exceed quota for AccessKeysPerUser: %d", KEYS_MOST);
    TRY(remit_arena_check(call->arena, "the keys", err));
    for (size_t i = 0; i < user->n_access_keys; i++)
        ids[i] = user->access_keys[i];
    ids[user->n_access_keys++] = key->id;
    user->access_keys = ids;
    return iam_access_key_put(txn, key, call->arena, err);
}

static int create_access_key(struct control_call *call, struct remit_err *err)
{
    auto_keeper_created struct keeper_created created = { 0 };
    struct iam_principal_record user = { 0 };
    struct iam_access_key key = { .kind = IAM_KEY_USER,
                                  .active = true,
                                  .created_at = call->now_at };

    TRY(iam_named_read(call, &user, err));
    TRY(keeper_client_create(call->keeper, KEEPER_KEY_USER, &created, err));
    key.id = remit_str_of(created.access_key_id);
    key.ciphertext = remit_str_of(created.ciphertext);
    key.user = user.name;
    call->state = &key;
    TRY(iam_named_change(call, add_key, err));
    call->state = NULL;
    control_audit_note(call, "createdAccessKeyId", key.id);
    iam_put_access_key(call, "AccessKey", &key, remit_secret_view(&created.secret_access_key));
    return 0;
}

const struct control_operation control_create_access_key = {
    .service = &control_iam,
    .name = "CreateAccessKey",
    .action = "iam:CreateAccessKey",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .handler = create_access_key,
};
