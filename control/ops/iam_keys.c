#include "control/ops/iam_keys.h"

int iam_own_key_read(struct control_call *call, const struct iam_principal_record *user,
                     struct iam_access_key *out, struct remit_err *err)
{
    struct remit_str id = control_in_str(call, "AccessKeyId");

    for (size_t i = 0; i < user->n_access_keys; i++)
        if (remit_str_equal(user->access_keys[i], id))
            return iam_access_key_read(call->store, id, call->arena, out, err);
    /* Another user's key, or an instance's join token, is none of this user's. */
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoSuchEntity",
                      "The Access Key with id " REMIT_STR_FMT " cannot be found.",
                      REMIT_STR_ARG(id));
}

void iam_put_access_key(struct control_call *call, const char *name,
                        const struct iam_access_key *key, struct remit_str secret)
{
    control_begin_structure(call, name);
    control_put_str(call, "UserName", key->user);
    control_put_str(call, "AccessKeyId", key->id);
    control_put_cstr(call, "Status", key->active ? "Active" : "Inactive");
    if (secret.len > 0)
        control_put_str(call, "SecretAccessKey", secret);
    control_put_time(call, "CreateDate", (double)key->created_at);
    control_end(call);
}
