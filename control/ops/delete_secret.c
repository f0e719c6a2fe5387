#include "control/ops/secretsmanager.h"

#define DAY_S 86400

static const struct control_field input[] = {
    SECRETS_ID,
    { .name = "RecoveryWindowInDays", .type = CONTROL_INTEGER },
    { .name = "ForceDeleteWithoutRecovery", .type = CONTROL_BOOLEAN },
};

static int delete_secret_context(struct control_call *call, struct remit_err *err)
{
    bool force = control_in_bool(call, "ForceDeleteWithoutRecovery", false);

    TRY(secrets_id_context(call, err));
    if (control_has(call, "RecoveryWindowInDays"))
        TRY(control_context_add(
            call, "secretsmanager:RecoveryWindowInDays",
            remit_arena_fmt(call->arena, "%lld",
                            (long long)control_in_int(call, "RecoveryWindowInDays", 0)),
            err));
    return control_context_add(call, "secretsmanager:ForceDeleteWithoutRecovery",
                               force ? REMIT_STR("true") : REMIT_STR("false"), err);
}

static int check_window(struct control_call *call, struct remit_err *err)
{
    int64_t days = control_in_int(call, "RecoveryWindowInDays", 30);

    if (control_has(call, "RecoveryWindowInDays") &&
        control_in_bool(call, "ForceDeleteWithoutRecovery", false))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "You can't use ForceDeleteWithoutRecovery in conjunction with "
                          "RecoveryWindowInDays.");
    if (days < 7 || days > 30)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "The RecoveryWindowInDays value must be between 7 and 30 days "
                          "(inclusive), not %lld.",
                          (long long)days);
    return 0;
}

static int delete_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct secrets_secret *secret = self;
    bool force = control_in_bool(call, "ForceDeleteWithoutRecovery", false);
    struct control_store_txn txn = { 0 };

    TRY(force ? secrets_find(call, secret, err) : secrets_find_live(call, secret, err));
    secret->delete_at = call->now;
    if (!force)
        secret->delete_at += (double)control_in_int(call, "RecoveryWindowInDays", 30) * DAY_S;
    TRY(force ? secrets_remove(&txn, secret, call->arena, err)
              : secrets_put(&txn, secret, call->arena, err));
    return control_try_commit(call, &txn, err);
}

static int delete_secret(struct control_call *call, struct remit_err *err)
{
    struct secrets_secret *secret = REMIT_NEW(call->arena, struct secrets_secret);

    TRY(remit_arena_check(call->arena, "the request", err));
    TRY(check_window(call, err));
    TRY(control_try(call, delete_once, secret, SECRETS_RACE, err));
    control_put_str(call, "ARN", secret->arn);
    control_put_str(call, "Name", secret->name);
    control_put_time(call, "DeletionDate", secret->delete_at);
    return 0;
}

const struct control_operation control_delete_secret = {
    .service = &control_secretsmanager,
    .name = "DeleteSecret",
    .action = "secretsmanager:DeleteSecret",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = secrets_id_resource,
    .context = delete_secret_context,
    .handler = delete_secret,
};
