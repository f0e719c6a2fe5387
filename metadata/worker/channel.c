#include "metadata/worker/channel.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"
#include "common/os/log.h"

#define FRAME_ARENA_MAX (512 * 1024)
#define CANDIDATE_MS    5000
#define FRAMES_AT_ONCE  16 /* then containers are served again */

/* Events of 0: only that the other end is gone. */
static int watch(struct worker_channel *c, int sock, uint32_t events, struct remit_err *err)
{
    struct epoll_event event = { .events = events, .data.fd = sock };

    if (epoll_ctl(c->poll, EPOLL_CTL_ADD, sock, &event) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "watch descriptor %d", sock);
    return 0;
}

int worker_channel_open(struct worker_channel *channel, struct worker_service *service, int sock,
                        int adopt, uid_t owner, struct remit_err *err)
{
    *channel = (struct worker_channel){
        .service = service, .poll = -1, .sock = sock, .adopt = adopt, .owner = owner, .life = -1
    };
    for (size_t i = 0; i < WORKER_CANDIDATES; i++)
        channel->candidates[i].sock = -1;
    channel->poll = epoll_create1(EPOLL_CLOEXEC);
    if (channel->poll < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "watch the channel");
    TRY(remit_fd_nonblock(sock, true, err));
    TRY(watch(channel, sock, EPOLLIN, err));
    if (adopt < 0)
        return 0;
    TRY(remit_fd_nonblock(adopt, true, err));
    return watch(channel, adopt, EPOLLIN, err);
}

int worker_channel_watch_relay(struct worker_channel *channel, int life, struct remit_err *err)
{
    channel->life = life;
    return watch(channel, life, 0, err);
}

static int check_relay(const struct worker_channel *c, struct remit_err *err)
{
    struct pollfd look = { .fd = c->life };

    if (poll(&look, 1, 0) > 0)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "RelayGone", "the relay has ended");
    return 0;
}

void worker_channel_clear(struct worker_channel *channel)
{
    remit_fd_drop(&channel->life);
    for (size_t i = 0; i < WORKER_CANDIDATES; i++)
        remit_fd_drop(&channel->candidates[i].sock);
    remit_fd_drop(&channel->sock);
    remit_fd_drop(&channel->adopt);
    remit_fd_drop(&channel->poll);
}

/* --- sending --- */

/* What can't be sent now is never sent: the agent adopts again, and hears how things stand. */
static bool send_frame(struct worker_channel *c, const struct remit_frame_type *type,
                       const void *frame)
{
    struct remit_err err = { 0 };

    if (c->sock < 0)
        return false;
    if (remit_frame_write(c->sock, type, frame, &err) == 0)
        return true;
    remit_log_err(REMIT_LOG_WARN, &err, "the agent does not read: its channel is closed");
    remit_fd_drop(&c->sock);
    return false;
}

static void say(struct worker_channel *c, struct remit_str task_id, const char *code)
{
    const struct worker_task *task = worker_holdings_task(&c->service->held, task_id);
    struct remit_metadata_ready ready = {
        .task_id = task_id,
        .code = remit_str_of(code),
        .expires_at = task != NULL ? task->expires_at : 0,
    };

    (void)send_frame(c, &remit_frame_ready, &ready);
}

void worker_channel_say_ready(struct worker_channel *channel)
{
    say(channel, REMIT_STR(""), "");
}

/* Reports wait when there is no room for them: they alone may be many. */
static bool send_report(void *self, const struct remit_metadata_served *frame)
{
    struct worker_channel *c = self;
    struct remit_err err = { 0 };

    if (c->sock < 0)
        return false;
    if (remit_frame_write(c->sock, &remit_frame_served, frame, &err) == 0)
        return true;
    if (!remit_err_is(&err, "WouldBlock"))
        remit_fd_drop(&c->sock);
    return false;
}

void worker_channel_report(struct worker_channel *channel, int64_t now_ms)
{
    worker_reports_flush(&channel->service->reports, now_ms, send_report, channel);
}

/* --- the agent's frames --- */

/* What went wrong with a frame goes back as its code; only a log tells more. */
static const char *result_code(int result, const struct remit_err *err)
{
    if (result == 0)
        return "";
    remit_log_err(REMIT_LOG_WARN, err, "a frame of the agent is refused");
    return err->code;
}

static void on_task(struct worker_channel *c, void *frame)
{
    struct remit_metadata_task *task = frame;
    struct remit_err err = { 0 };

    worker_reports_settle(&c->service->reports);
    say(c, task->task_id,
        result_code(worker_holdings_take_task(&c->service->held, task, &err), &err));
}

static void on_document(struct worker_channel *c, void *frame)
{
    const struct remit_metadata_document *document = frame;
    struct remit_err err = { 0 };
    const char *code =
        result_code(worker_holdings_take_document(&c->service->held, document, &err), &err);

    if (code[0] != '\0')
        say(c, document->task_id, code);
}

static void on_credentials(struct worker_channel *c, void *frame)
{
    struct remit_metadata_credentials *credentials = frame;
    struct remit_err err = { 0 };

    say(c, credentials->task_id,
        result_code(worker_holdings_take_credentials(&c->service->held, credentials, &err), &err));
}

static void on_detach(struct worker_channel *c, void *frame)
{
    const struct remit_metadata_detach *detach = frame;
    struct remit_err err = { 0 };

    worker_reports_settle(&c->service->reports);
    say(c, detach->task_id,
        result_code(worker_holdings_detach(&c->service->held, detach->task_id, &err), &err));
    c->ended = c->ended || detach->end == 1;
}

static void on_adopt(struct worker_channel *c, void *frame)
{
    const struct worker_holdings *held = &c->service->held;
    struct remit_metadata_adopted adopted = { .n_tasks = (uint16_t)held->n_tasks,
                                              .served = c->service->reports.served };

    (void)frame;
    if (!send_frame(c, &remit_frame_adopted, &adopted))
        return;
    for (size_t i = 0; i < held->n_tasks; i++)
        say(c, held->tasks[i]->id, "");
}

static const struct {
    const struct remit_frame_type *type;
    void (*take)(struct worker_channel *c, void *frame);
} takers[] = {
    { &remit_frame_task, on_task },
    { &remit_frame_document, on_document },
    { &remit_frame_credentials, on_credentials },
    { &remit_frame_detach, on_detach },
    { &remit_frame_adopt, on_adopt },
};

/* One frame of the channel; *more says whether there may be another. */
static int take_frame(struct worker_channel *c, bool *more, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(FRAME_ARENA_MAX);
    const struct remit_frame_type *which = NULL;
    struct remit_err why = { 0 };
    void *frame = NULL;

    *more = false;
    if (remit_frame_read(c->sock, remit_frames_to_worker, remit_frames_to_worker_count, &arena,
                         &which, &frame, &why) != 0) {
        if (remit_err_is(&why, "WouldBlock"))
            return 0;
        remit_fd_drop(&c->sock);
        if (why.kind == REMIT_ERR_UNAVAILABLE) /* it went away: it, or the next one, adopts */
            return 0;
        *err = why;
        return -1;
    }
    for (size_t i = 0; i < REMIT_COUNT(takers); i++)
        if (takers[i].type == which)
            takers[i].take(c, frame);
    remit_frame_clear(which, frame);
    *more = c->sock >= 0 && !c->ended;
    return 0;
}

/* --- adoption --- */

static bool may_adopt(const struct worker_channel *c, int sock)
{
    struct remit_err err = { 0 };
    uid_t uid = (uid_t)-1;

    return remit_fd_peer(sock, &uid, NULL, NULL, &err) == 0 && (uid == 0 || uid == c->owner);
}

/* A free place, else that of the one that has had longest. */
static size_t candidate_place(const struct worker_channel *c)
{
    size_t best = 0;

    for (size_t i = 0; i < WORKER_CANDIDATES; i++) {
        if (c->candidates[i].sock < 0)
            return i;
        if (c->candidates[i].until_ms < c->candidates[best].until_ms)
            best = i;
    }
    return best;
}

static void accept_candidate(struct worker_channel *c)
{
    auto_fd int sock = accept4(c->adopt, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    size_t place = candidate_place(c);
    struct remit_err err = { 0 };

    if (sock < 0)
        return;
    if (!may_adopt(c, sock)) {
        remit_log(REMIT_LOG_WARN, "a stranger's connection to the worker's socket is refused");
        return;
    }
    if (watch(c, sock, EPOLLIN, &err) != 0)
        return;
    remit_fd_drop(&c->candidates[place].sock);
    c->candidates[place].sock = remit_fd_steal(&sock);
    c->candidates[place].until_ms = remit_clock_boot_ms() + CANDIDATE_MS;
}

/* Its first and only frame is *adopt*; then it is the channel. */
static int take_candidate(struct worker_channel *c, size_t i, struct remit_err *err)
{
    static const struct remit_frame_type *const types[] = { &remit_frame_adopt };
    auto_arena struct remit_arena arena = REMIT_ARENA(FRAME_ARENA_MAX);
    auto_fd int sock = remit_fd_steal(&c->candidates[i].sock);
    const struct remit_frame_type *which = NULL;
    struct remit_err why = { 0 };
    void *frame = NULL;

    if (remit_frame_read(sock, types, 1, &arena, &which, &frame, &why) != 0) {
        if (remit_err_is(&why, "WouldBlock"))
            c->candidates[i].sock = remit_fd_steal(&sock);
        if (why.kind == REMIT_ERR_UNAVAILABLE)
            return 0; /* remit-metadata looks in this way whether we live */
        *err = why;
        return -1;
    }
    remit_fd_drop(&c->sock);
    c->sock = remit_fd_steal(&sock);
    on_adopt(c, frame);
    remit_frame_clear(which, frame);
    return 0;
}

static void drop_late_candidates(struct worker_channel *c)
{
    int64_t now = remit_clock_boot_ms();

    for (size_t i = 0; i < WORKER_CANDIDATES; i++)
        if (c->candidates[i].sock >= 0 && c->candidates[i].until_ms < now)
            remit_fd_drop(&c->candidates[i].sock);
}

int worker_channel_take(struct worker_channel *channel, struct remit_err *err)
{
    bool more = channel->sock >= 0;

    TRY(check_relay(channel, err));
    for (int i = 0; more && i < FRAMES_AT_ONCE; i++)
        TRY(take_frame(channel, &more, err));
    if (channel->adopt < 0)
        return 0;
    accept_candidate(channel);
    for (size_t i = 0; i < WORKER_CANDIDATES && !channel->ended; i++)
        if (channel->candidates[i].sock >= 0)
            TRY(take_candidate(channel, i, err));
    drop_late_candidates(channel);
    return 0;
}
