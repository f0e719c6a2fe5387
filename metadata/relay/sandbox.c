#include "metadata/relay/sandbox.h"

#include <netinet/in.h>
#include <unistd.h>

#include "common/os/sandbox.h"
#include "metadata/ids.h"

int relay_sandbox_enter(const struct relay *relay, struct remit_err *err)
{
    const struct sockaddr *control = relay_control(relay);
    uid_t uid = METADATA_UID_FIRST + (uid_t)getpid();
    const struct remit_sandbox_rule allow[] = {
        { .call = "socket", .bound = true, .arg = 0, .value = control->sa_family },
        { .call = "connect", .bound = true, .arg = 1, .value = (uintptr_t)control },
        { .call = "setsockopt", .bound = true, .arg = 1, .value = IPPROTO_TCP },
        { .call = "getsockopt", .bound = true, .arg = 1, .value = SOL_SOCKET },
        { .call = "accept4" },
        { .call = "read" },
        { .call = "write" },
        { .call = "shutdown" },
        { .call = "close" },
        { .call = "epoll_wait" },
        { .call = "epoll_pwait" },
        { .call = "epoll_ctl" },
        { .call = "clock_gettime" },
        { .call = "rt_sigreturn" },
        { .call = "restart_syscall" },
        { .call = "exit_group" },
    };
    const struct remit_sandbox sandbox = {
        .allow = allow, .n_allow = REMIT_COUNT(allow), .no_base = true, .uid = uid, .gid = uid
    };

    return remit_sandbox_enter(&sandbox, err);
}
