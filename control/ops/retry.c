#include "control/ops/retry.h"

int control_try(struct control_call *call, control_try_fn *once, void *self, const char *code,
                struct remit_err *err)
{
    for (int tries = 0; tries < CONTROL_TRIES; tries++) {
        int result = once(call, self, err);

        if (result <= 0)
            return result;
    }
    return remit_fail(err, REMIT_ERR_CONFLICT, code,
                      "It is being changed by others at the same time; tried %d times.",
                      CONTROL_TRIES);
}

int control_try_commit(struct control_call *call, const struct control_store_txn *txn,
                       struct remit_err *err)
{
    if (control_store_commit(call->store, txn, NULL, err) == 0)
        return 0;
    return remit_err_is(err, "StoreConflict") ? 1 : -1;
}
