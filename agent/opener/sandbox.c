#include "agent/opener/sandbox.h"

#include <linux/capability.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/os/sandbox.h"

#define NOBODY 65534

#define EQUALS(name, argument, wanted)                                                             \
    {                                                                                              \
        .call = (name), .bound = true, .arg = (argument), .value = (uint64_t)(wanted)              \
    }

static const int keep_caps[] = { CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_NET_BIND_SERVICE };

static const struct remit_sandbox_rule own_calls[] = {
    { .call = "recvmsg" }, /* frames; netlink's recv(2) is recvfrom */
    { .call = "sendmsg" },
    { .call = "recvfrom" },
    { .call = "sendto" },
    EQUALS("setns", 1, CLONE_NEWNET),
    EQUALS("unshare", 0, CLONE_NEWNET),
    EQUALS("socket", 0, AF_NETLINK),
    EQUALS("socket", 0, AF_INET),
    { .call = "bind" },
    { .call = "listen" },
    EQUALS("ioctl", 1, SIOCGSKNS),
};

static const struct remit_sandbox_rule refused[] = {
    EQUALS("ioctl", 1, TCGETS), /* stdio asks whether standard error is a terminal */
};

int opener_sandbox_enter(struct remit_err *err)
{
    static const struct remit_sandbox jail = {
        .allow = own_calls,
        .n_allow = REMIT_COUNT(own_calls),
        .refuse = refused,
        .n_refuse = REMIT_COUNT(refused),
        .uid = NOBODY,
        .gid = NOBODY,
        .keep_caps = keep_caps,
        .n_keep_caps = REMIT_COUNT(keep_caps),
    };

    return remit_sandbox_enter(&jail, err);
}
