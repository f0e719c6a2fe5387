#include "metadata/serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/os/fd.h"
#include "common/os/log.h"

#define FRAME_ARENA_MAX 65536

enum { STOP, CHILD, LISTENER, AGENTS };

struct loop {
    struct metadata_host *host;
    struct pollfd watched[AGENTS + METADATA_AGENTS_MOST];
};

static void loop_clear(struct loop *loop)
{
    remit_fd_drop(&loop->watched[CHILD].fd);
    for (size_t i = AGENTS; i < REMIT_COUNT(loop->watched); i++)
        remit_fd_drop(&loop->watched[i].fd);
}

/* Readable when a child has ended. Children get their signals' mask back at their start. */
static int watch_children(int *out, struct remit_err *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "block SIGCHLD");
    *out = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (*out < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "watch children");
    return 0;
}

static void on_children(struct loop *loop)
{
    struct signalfd_siginfo info;

    while (read(loop->watched[CHILD].fd, &info, sizeof(info)) > 0)
        continue;
    metadata_reap(loop->host);
}

static bool may_attach(const struct metadata_host *host, int sock)
{
    struct remit_err err = { 0 };
    uid_t uid = (uid_t)-1;

    return remit_fd_peer(sock, &uid, NULL, NULL, &err) == 0 && (uid == 0 || uid == host->owner);
}

static void on_agent(struct loop *loop)
{
    auto_fd int sock =
        accept4(loop->watched[LISTENER].fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (sock < 0)
        return;
    if (!may_attach(loop->host, sock)) {
        remit_log(REMIT_LOG_WARN, "a stranger's connection is refused");
        return;
    }
    for (size_t i = AGENTS; i < REMIT_COUNT(loop->watched); i++) {
        if (loop->watched[i].fd >= 0)
            continue;
        loop->watched[i].fd = remit_fd_steal(&sock);
        return;
    }
    remit_log(REMIT_LOG_WARN, "more than %d agents are connected", METADATA_AGENTS_MOST);
}

static int answer(int sock, struct remit_str name, int result, struct remit_err *why,
                  struct remit_err *err)
{
    struct remit_metadata_attached attached = {
        .name = name,
        .code = remit_str_of(result == 0 ? "" : why->code),
        .text = remit_str_of(result == 0 ? "" : why->text),
    };

    if (result != 0)
        remit_log_err(REMIT_LOG_WARN, why, "no worker " REMIT_STR_FMT, REMIT_STR_ARG(name));
    return remit_frame_write(sock, &remit_frame_attached, &attached, err);
}

static int take_attach(struct loop *loop, int sock, const struct remit_frame_type *which,
                       const void *frame, struct remit_err *err)
{
    const struct remit_metadata_attach *plain = frame;
    const struct remit_metadata_attach_relay *relayed = frame;
    struct remit_err why = { 0 };

    if (which == &remit_frame_attach)
        return answer(
            sock, plain->name,
            metadata_attach(loop->host, plain->name, plain->listener, plain->channel, -1, &why),
            &why, err);
    return answer(sock, relayed->name,
                  metadata_attach(loop->host, relayed->name, relayed->listener, relayed->channel,
                                  relayed->relay_listener, &why),
                  &why, err);
}

static int take_frame(struct loop *loop, int sock, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(FRAME_ARENA_MAX);
    const struct remit_frame_type *which = NULL;
    void *frame = NULL;
    int result = 0;

    TRY(remit_frame_read(sock, remit_frames_to_metadata, remit_frames_to_metadata_count, &arena,
                         &which, &frame, err));
    result = take_attach(loop, sock, which, frame, err);
    remit_frame_clear(which, frame);
    return result;
}

static void on_frame(struct loop *loop, struct pollfd *agent)
{
    struct remit_err err = { 0 };

    if (take_frame(loop, agent->fd, &err) == 0 || remit_err_is(&err, "WouldBlock"))
        return;
    if (!remit_err_is(&err, "PeerGone"))
        remit_log_err(REMIT_LOG_WARN, &err, "an agent's connection is closed");
    remit_fd_drop(&agent->fd);
}

int metadata_serve(struct metadata_host *host, int listener, int stop, struct remit_err *err)
{
    REMIT_AUTO(loop_clear) struct loop loop = { .host = host };

    for (size_t i = 0; i < REMIT_COUNT(loop.watched); i++)
        loop.watched[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
    loop.watched[STOP].fd = stop;
    loop.watched[LISTENER].fd = listener;
    TRY(watch_children(&loop.watched[CHILD].fd, err));
    for (;;) {
        if (poll(loop.watched, REMIT_COUNT(loop.watched), -1) < 0 && errno != EINTR)
            return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "waiting for agents");
        if (loop.watched[STOP].revents != 0)
            return 0;
        if (loop.watched[CHILD].revents != 0)
            on_children(&loop);
        for (size_t i = AGENTS; i < REMIT_COUNT(loop.watched); i++)
            if (loop.watched[i].fd >= 0 && loop.watched[i].revents != 0)
                on_frame(&loop, &loop.watched[i]);
        if (loop.watched[LISTENER].revents != 0)
            on_agent(&loop);
    }
}
