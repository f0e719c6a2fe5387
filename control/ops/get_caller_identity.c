#include "control/ops/sts.h"

/* Needs no permission and can't be denied: whoever holds a credential may learn whose it is. */
static int get_caller_identity(struct control_call *call, struct remit_err *err)
{
    (void)err;
    control_put_str(call, "UserId", call->caller.user_id);
    control_put_str(call, "Account", call->caller.account);
    control_put_str(call, "Arn", call->caller.arn);
    return 0;
}

const struct control_operation control_get_caller_identity = {
    .service = &control_sts,
    .name = "GetCallerIdentity",
    .action = "sts:GetCallerIdentity",
    .proof = CONTROL_BY_ANY_CALLER,
    .reads_only = true,
    .handler = get_caller_identity,
};
