#include "metadata/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/fd.h"
#include "common/os/log.h"
#include "common/os/process.h"
#include "metadata/address.h"

/* --- what came --- */

static bool has(int sock, int option, int value)
{
    int got = -1;
    socklen_t len = sizeof(got);

    return getsockopt(sock, SOL_SOCKET, option, &got, &len) == 0 && got == value;
}

static int check_listener(int sock, struct remit_err *err)
{
    if (has(sock, SO_TYPE, SOCK_STREAM) && has(sock, SO_ACCEPTCONN, 1) &&
        (has(sock, SO_DOMAIN, AF_INET) || has(sock, SO_DOMAIN, AF_INET6)))
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidListener",
                      "the listener is no listening TCP socket");
}

static int check_channel(int sock, struct remit_err *err)
{
    if (has(sock, SO_TYPE, SOCK_SEQPACKET) && has(sock, SO_DOMAIN, AF_UNIX) &&
        has(sock, SO_ACCEPTCONN, 0))
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidChannel",
                      "the channel is no end of a SEQPACKET pair");
}

/* --- children --- */

static int room_for(const struct metadata_host *host, size_t more, struct remit_err *err)
{
    if (host->n_children + more <= METADATA_CHILDREN_MOST)
        return 0;
    return remit_fail(err, REMIT_ERR_LIMIT, "TooManyWorkers", "%zu processes live, the most is %d",
                      host->n_children, METADATA_CHILDREN_MOST);
}

static void remember(struct metadata_host *host, pid_t pid, struct remit_str name, bool relay)
{
    struct metadata_child *child = &host->children[host->n_children++];

    *child = (struct metadata_child){ .pid = pid, .relay = relay };
    memcpy(child->name, name.ptr, name.len);
}

static void log_end(const struct metadata_child *child, int status)
{
    enum remit_log_level level =
        WIFEXITED(status) && WEXITSTATUS(status) == 0 ? REMIT_LOG_DEBUG : REMIT_LOG_WARN;

    remit_log(level, "the %s of %s has ended: %s %d", child->relay ? "relay" : "worker",
              child->name, WIFSIGNALED(status) ? "signal" : "exit",
              WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

void metadata_reap(struct metadata_host *host)
{
    size_t i = 0;

    while (i < host->n_children) {
        struct metadata_child *child = &host->children[i];
        int status = 0;

        if (waitpid(child->pid, &status, WNOHANG) == 0) {
            i++;
            continue;
        }
        log_end(child, status);
        if (!child->relay)
            metadata_workers_forget(&host->workers, remit_str_of(child->name));
        *child = host->children[--host->n_children];
    }
}

/* --- starting --- */

static int start(struct metadata_host *host, const char *program, const char *const *argv,
                 const int *fds, size_t n_fds, struct remit_str name, bool relay,
                 struct remit_err *err)
{
    const struct remit_process_spec spec = {
        .path = program,
        .argv = argv,
        .fds = fds,
        .n_fds = n_fds,
        .new_session = true, /* it outlives us */
    };
    pid_t pid = -1;

    TRY(remit_process_start(&spec, &pid, err));
    remember(host, pid, name, relay);
    return 0;
}

/* The worker holds `life`; when it ends, so does the relay, which holds the pipe's other end. */
static int start_worker(struct metadata_host *host, struct remit_str name, int listener,
                        int channel, int adopt, int life, struct remit_err *err)
{
    const int fds[] = { listener, channel, adopt, life };
    char owner[16];
    const char *const argv[] = {
        "remit-worker",
        "--owner",
        owner,
        "--tasks",
        remit_str_equal(name, REMIT_STR("host")) ? "many" : "one",
        "--log-level",
        host->log_level,
        NULL,
    };

    (void)snprintf(owner, sizeof(owner), "%u", host->owner);
    return start(host, "remit-worker", argv, fds, life >= 0 ? 4 : 3, name, false, err);
}

static int start_relay(struct metadata_host *host, struct remit_str name, int listener, int life,
                       struct remit_err *err)
{
    const int fds[] = { listener, life };
    char control[METADATA_ADDRESS_TEXT];
    const char *const argv[] = { "remit-relay", "--control",     control,
                                 "--log-level", host->log_level, NULL };

    TRY(metadata_address_resolve(host->control, control, err));
    return start(host, "remit-relay", argv, fds, REMIT_COUNT(fds), name, true, err);
}

/* The relay first: should the worker not start, the end of its life's pipe ends it. */
static int start_both(struct metadata_host *host, struct remit_str name, int listener, int channel,
                      int relay_listener, int adopt, struct remit_err *err)
{
    auto_fd int relay_end = -1;
    auto_fd int worker_end = -1;
    int ends[2];

    if (relay_listener < 0)
        return start_worker(host, name, listener, channel, adopt, -1, err);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "a pipe");
    relay_end = ends[0];
    worker_end = ends[1];
    TRY(start_relay(host, name, relay_listener, relay_end, err));
    return start_worker(host, name, listener, channel, adopt, worker_end, err);
}

int metadata_attach(struct metadata_host *host, struct remit_str name, int listener, int channel,
                    int relay_listener, struct remit_err *err)
{
    auto_fd int adopt = -1;

    metadata_reap(host);
    TRY(check_listener(listener, err));
    TRY(check_channel(channel, err));
    if (relay_listener >= 0)
        TRY(check_listener(relay_listener, err));
    TRY(room_for(host, 2, err));
    TRY(metadata_workers_listen(&host->workers, name, &adopt, err));
    if (start_both(host, name, listener, channel, relay_listener, adopt, err) == 0)
        return 0;
    remit_fd_drop(&adopt);
    metadata_workers_forget(&host->workers, name);
    return -1;
}
