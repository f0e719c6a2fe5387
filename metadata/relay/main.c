/*
 * remit-relay - the way back in for the containers of one namespace: to control, nowhere else.
 *
 * Started by remit-metadata with two descriptors: the listening socket towards the containers and
 * the end of a pipe whose closing says that its worker is gone. It holds no credential, adds
 * nothing to what it passes on, and reads none of it.
 *
 * Its jail: an own user id, no capability, no file, no new memory. Sockets are of control's address
 * family; connect(2) takes one pointer, to a page that no system call it has can change; no
 * sendto(2) or sendmsg(2), which could name another address.
 */
#include <netinet/in.h>
#include <signal.h>
#include <unistd.h>

#include "common/os/log.h"
#include "common/os/options.h"
#include "common/os/sandbox.h"
#include "metadata/ids.h"
#include "metadata/relay/relay.h"

#define LISTENER_FD 3
#define LIFE_FD     4

static int enter_jail(const struct relay *relay, struct remit_err *err)
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

static int parse(int argc, char **argv, struct metadata_address *control,
                 enum remit_log_level *level, struct remit_err *err)
{
    const char *address = NULL;
    const char *name = "info";
    const struct remit_option options[] = {
        { .name = "--control",
          .value = "ADDRESS:PORT",
          .out = &address,
          .required = true,
          .help = "where all connections lead" },
        { .name = "--log-level",
          .value = "LEVEL",
          .out = &name,
          .help = "error, warn, info, debug" },
    };
    int n_rest = 0;

    TRY(remit_options_parse(options, REMIT_COUNT(options), argc - 1, argv + 1, &n_rest, err));
    if (n_rest > 0 || !remit_log_level_parse(name, level))
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "'%.64s' can't be used here",
                          n_rest > 0 ? argv[1] : name);
    return metadata_address_parse(address, control, err);
}

static int start(int argc, char **argv, struct relay **relay, struct remit_err *err)
{
    enum remit_log_level level = REMIT_LOG_INFO;
    struct metadata_address control;

    TRY(parse(argc, argv, &control, &level, err));
    remit_log_open("remit-relay", level);
    TRY(relay_open(LISTENER_FD, LIFE_FD, &control, relay, err));
    return enter_jail(*relay, err);
}

int main(int argc, char **argv)
{
    struct relay *relay = NULL;
    struct remit_err err = { 0 };

    remit_log_open("remit-relay", REMIT_LOG_INFO);
    (void)signal(SIGPIPE, SIG_IGN);
    if (start(argc, argv, &relay, &err) != 0) {
        remit_log_err(REMIT_LOG_ERROR, &err, "the relay does not start");
        _exit(1);
    }
    _exit(relay_run(relay, &err) == 0 ? 0 : 1); /* no memory to log with in there */
}
