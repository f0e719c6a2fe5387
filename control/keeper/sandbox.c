#include "control/keeper/sandbox.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "common/os/log.h"
#include "common/os/sandbox.h"
#include "iam/crypto.h"

static const struct remit_sandbox_rule own_calls[] = {
    { .call = "recvmsg" },
    { .call = "sendmsg" }, /* the channel's frames */
    { .call = "fdatasync" },
    { .call = "ftruncate" }, /* the journal, open since before */
};

static const struct remit_sandbox_rule refused[] = {
    { .call = "ioctl", .bound = true, .arg = 1, .value = TCGETS }, /* stdio asks for a terminal */
    { .call = "openat" }, /* OpenSSL falls back to /dev/urandom, a libc to its tables */
    { .call = "newfstatat" },
    { .call = "fstat" },
};

/*
 * Keys pass through OpenSSL's and jansson's own memory too, so all of it is locked. Without the
 * right to (a small RLIMIT_MEMLOCK, no root) the pools of remit_secret are still locked as far as
 * they go.
 */
int keeper_lock_memory(struct remit_err *err)
{
    const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

    (void)setrlimit(RLIMIT_MEMLOCK, &all);
    if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        remit_log(REMIT_LOG_WARN, "the keeper's memory can't be locked (%s): it may be swapped",
                  strerrorname_np(errno));
    return remit_sandbox_no_dump(err);
}

int keeper_sandbox_enter(struct remit_err *err)
{
    static const struct remit_sandbox jail = {
        .allow = own_calls,
        .n_allow = REMIT_COUNT(own_calls),
        .refuse = refused,
        .n_refuse = REMIT_COUNT(refused),
    };

    TRY(remit_crypto_warm_up(err));
    return remit_sandbox_enter(&jail, err);
}
