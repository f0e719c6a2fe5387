#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "agent/folder.h"
#include "agent/workers_internal.h"
#include "common/base/buf.h"
#include "common/os/fd.h"

#define ARENA_MAX ((size_t)512 * 1024)
#define SUFFIX    ".sock"

static int worker_away(struct remit_str name, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "WorkerAway",
                      "worker " REMIT_STR_FMT " does not answer", REMIT_STR_ARG(name));
}

int agent_worker_limit(int sock, struct remit_err *err)
{
    const struct timeval limit = { .tv_sec = AGENT_WORKER_LIMIT_S };

    if (setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0 ||
        setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "limit a channel's time");
    return 0;
}

/* *alive is false when there is no such socket, or nobody behind it. */
static int connect_to(const char *path, int *out, bool *alive, struct remit_err *err)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    auto_fd int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    *alive = false;
    if (sock < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "a socket");
    if (strlen(path) >= sizeof(to.sun_path))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidPath",
                          "%s is too long for a socket's path", path);
    (void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
    if (connect(sock, (struct sockaddr *)&to, sizeof(to)) != 0) {
        if (errno == ENOENT || errno == ECONNREFUSED)
            return 0;
        return remit_fail_os(err, REMIT_ERR_UNAVAILABLE, errno, "connecting to %s", path);
    }
    TRY(agent_worker_limit(sock, err));
    *alive = true;
    *out = remit_fd_steal(&sock);
    return 0;
}

static int connect_metadata(const struct agent_workers *workers, int *out, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(4096);
    struct remit_err why = { 0 };
    bool alive = false;

    remit_buf_put_fmt(&path, "%s/metadata.sock", workers->spec.dir);
    if (connect_to(remit_buf_cstr(&path), out, &alive, &why) != 0 || !alive)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "MetadataAway",
                          "remit-metadata does not answer at %s %s", remit_buf_cstr(&path),
                          why.text);
    return 0;
}

/* ---- attach -------------------------------------------------------------------------------- */

static int send_attach(int sock, struct remit_str name, const struct opener_listening *listeners,
                       bool relay, int channel, struct remit_err *err)
{
    const struct remit_metadata_attach plain = { name, listeners->web, channel };
    const struct remit_metadata_attach_relay with = { name, listeners->web, channel,
                                                      listeners->relay };

    if (relay)
        return remit_frame_write(sock, &remit_frame_attach_relay, &with, err);
    return remit_frame_write(sock, &remit_frame_attach, &plain, err);
}

static int read_attached(int sock, struct remit_str name, struct remit_err *err)
{
    static const struct remit_frame_type *const answers[] = { &remit_frame_attached };
    auto_arena struct remit_arena arena = REMIT_ARENA(ARENA_MAX);
    const struct remit_frame_type *which = NULL;
    const struct remit_metadata_attached *attached = NULL;
    struct remit_err why = { 0 };
    void *frame = NULL;

    if (remit_frame_read(sock, answers, REMIT_COUNT(answers), &arena, &which, &frame, &why) != 0)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "MetadataAway",
                          "remit-metadata started no worker: %s", why.text);
    attached = frame;
    if (attached->code.len == 0)
        return 0;
    if (remit_str_equal(attached->code, REMIT_STR("AlreadyAttached")))
        return remit_fail(err, REMIT_ERR_CONFLICT, "AlreadyAttached",
                          "a worker " REMIT_STR_FMT " runs", REMIT_STR_ARG(name));
    return remit_fail(err, REMIT_ERR_INTERNAL, "ContainerNetworkingError",
                      "remit-metadata: " REMIT_STR_FMT ": " REMIT_STR_FMT,
                      REMIT_STR_ARG(attached->code), REMIT_STR_ARG(attached->text));
}

static int attach(const struct agent_workers *workers, struct remit_str name,
                  const struct opener_listening *listeners, bool relay, int *channel,
                  struct remit_err *err)
{
    auto_fd int sock = -1;
    auto_fd int ours = -1;
    auto_fd int theirs = -1;
    int ends[2];

    TRY(connect_metadata(workers, &sock, err));
    TRY(remit_fd_channel(ends, err));
    ours = ends[0];
    theirs = ends[1];
    TRY(agent_worker_limit(ours, err));
    TRY(send_attach(sock, name, listeners, relay, theirs, err));
    TRY(read_attached(sock, name, err));
    *channel = remit_fd_steal(&ours);
    return 0;
}

static uint64_t add_locked(struct agent_workers *workers, struct remit_str name, int channel,
                           struct agent_worker_seen *seen, bool serving)
{
    uint64_t number = 0;

    (void)pthread_mutex_lock(&workers->lock);
    number = agent_worker_add(workers, name, channel, seen, serving);
    (void)pthread_mutex_unlock(&workers->lock);
    return number;
}

int agent_workers_attach(struct agent_workers *workers, struct remit_str name,
                         struct opener_listening *listeners, bool relay, struct remit_err *err)
{
    int channel = -1;
    int result = attach(workers, name, listeners, relay, &channel, err);

    remit_fd_drop(&listeners->web);
    remit_fd_drop(&listeners->relay);
    if (result != 0)
        return -1;
    return agent_worker_wait_serving(workers, name, add_locked(workers, name, channel, NULL, false),
                                     err);
}

/* ---- waiting for what the reading thread hears --------------------------------------------- */

static struct timespec deadline(void)
{
    struct timespec at = { 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += AGENT_WORKER_LIMIT_S;
    return at;
}

/* The worker, while it is the one of that number. */
static struct agent_worker *same(struct agent_workers *workers, struct remit_str name,
                                 uint64_t number)
{
    struct agent_worker *worker = agent_worker_find(workers, name);

    return worker != NULL && worker->number == number ? worker : NULL;
}

int agent_worker_wait_serving(struct agent_workers *workers, struct remit_str name, uint64_t number,
                              struct remit_err *err)
{
    struct timespec until = deadline();
    struct agent_worker *worker = NULL;
    bool serving = false;
    int late = 0;

    (void)pthread_mutex_lock(&workers->lock);
    for (;;) {
        worker = same(workers, name, number);
        serving = worker != NULL && worker->serving;
        if (worker == NULL || serving || late != 0)
            break;
        late = pthread_cond_timedwait(&workers->changed, &workers->lock, &until);
    }
    (void)pthread_mutex_unlock(&workers->lock);
    return serving ? 0 : worker_away(name, err);
}

/* What to wait for: the next ready of one task by one worker. */
struct expected {
    struct remit_str name;
    struct remit_str task_id;
    uint64_t number;
    uint64_t count;
};

/* A copy of the channel, so that the reading thread may close its own meanwhile. */
static int prepare(struct agent_workers *workers, struct expected *expected, int *channel)
{
    struct agent_worker *worker = NULL;
    struct agent_worker_seen *seen = NULL;

    (void)pthread_mutex_lock(&workers->lock);
    worker = agent_worker_find(workers, expected->name);
    if (worker != NULL) {
        seen = agent_worker_seen_get(&worker->seen, expected->task_id);
        expected->number = worker->number;
        expected->count = seen != NULL ? seen->count : 0;
        *channel = fcntl(worker->channel, F_DUPFD_CLOEXEC, 3);
    }
    (void)pthread_mutex_unlock(&workers->lock);
    return worker != NULL && seen != NULL && *channel >= 0 ? 0 : -1;
}

static int await(struct agent_workers *workers, const struct expected *expected,
                 struct agent_worker_ready *out, struct remit_err *err)
{
    struct timespec until = deadline();
    struct agent_worker_seen *seen = NULL;
    bool told = false;
    int late = 0;

    (void)pthread_mutex_lock(&workers->lock);
    for (;;) {
        struct agent_worker *worker = same(workers, expected->name, expected->number);

        seen = worker != NULL ? agent_worker_seen_get(&worker->seen, expected->task_id) : NULL;
        told = seen != NULL && seen->count > expected->count;
        if (told)
            *out = seen->ready;
        if (seen == NULL || told || late != 0)
            break;
        late = pthread_cond_timedwait(&workers->changed, &workers->lock, &until);
    }
    (void)pthread_mutex_unlock(&workers->lock);
    return told ? 0 : worker_away(expected->name, err);
}

int agent_workers_tell(struct agent_workers *workers, struct remit_str name,
                       const struct remit_frame_type *type, const void *frame,
                       struct remit_str task_id, struct agent_worker_ready *out,
                       struct remit_err *err)
{
    struct expected expected = { .name = name, .task_id = task_id };
    struct remit_err why = { 0 };
    auto_fd int channel = -1;

    if (prepare(workers, &expected, &channel) != 0)
        return worker_away(name, err);
    if (remit_frame_write(channel, type, frame, &why) == 0)
        return await(workers, &expected, out, err);
    if (why.kind == REMIT_ERR_UNAVAILABLE)
        return worker_away(name, err);
    *err = why;
    return -1;
}

int agent_workers_document(struct agent_workers *workers, struct remit_str name,
                           const struct remit_metadata_document *document, struct remit_err *err)
{
    struct expected expected = { .name = name, .task_id = document->task_id };
    struct remit_err why = { 0 };
    auto_fd int channel = -1;

    if (prepare(workers, &expected, &channel) != 0)
        return worker_away(name, err);
    if (remit_frame_write(channel, &remit_frame_document, document, &why) == 0)
        return 0;
    if (why.kind == REMIT_ERR_UNAVAILABLE)
        return worker_away(name, err);
    *err = why;
    return -1;
}

/* Not expected any more: it says nothing of a task that was taken away. */
static void forget(struct agent_workers *workers, struct remit_str name, struct remit_str task_id)
{
    struct agent_worker *worker = NULL;

    (void)pthread_mutex_lock(&workers->lock);
    worker = agent_worker_find(workers, name);
    for (struct agent_worker_seen **at = worker != NULL ? &worker->seen : NULL;
         at != NULL && *at != NULL; at = &(*at)->next) {
        struct agent_worker_seen *gone = *at;

        if (!remit_str_equal(remit_str_of(gone->task_id), task_id))
            continue;
        *at = gone->next;
        free(gone);
        break;
    }
    (void)pthread_mutex_unlock(&workers->lock);
}

int agent_workers_detach(struct agent_workers *workers, struct remit_str name,
                         struct remit_str task_id, bool end, struct remit_err *err)
{
    const struct remit_metadata_detach detach = { .task_id = task_id, .end = end ? 1 : 0 };
    struct agent_worker_ready ready = { 0 };
    struct remit_err why = { 0 };

    if (!agent_workers_alive(workers, name))
        return 0;
    if (agent_workers_tell(workers, name, &remit_frame_detach, &detach, task_id, &ready, &why) ==
        0) {
        forget(workers, name, task_id);
        return 0;
    }
    if (!agent_workers_alive(workers, name)) /* it ended before its answer was read */
        return 0;
    *err = why;
    return -1;
}

/* ---- adopt --------------------------------------------------------------------------------- */

static int read_adopted(const struct agent_workers *workers, struct remit_str name, int sock,
                        struct agent_worker_seen **seen, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(ARENA_MAX);
    struct agent_worker list = { .seen = NULL };
    bool adopted = false;
    size_t left = 1;

    while (left > 0) {
        const struct remit_frame_type *which = NULL;
        void *frame = NULL;

        if (remit_frame_read(sock, remit_frames_to_agent, remit_frames_to_agent_count, &arena,
                             &which, &frame, err) != 0)
            break;
        if (which == &remit_frame_adopted && !adopted) {
            left = ((struct remit_metadata_adopted *)frame)->n_tasks;
            adopted = true;
        } else if (which == &remit_frame_ready && adopted) {
            agent_worker_hear_ready(&list, frame);
            left--;
        } else if (which == &remit_frame_served && workers->spec.on_served != NULL) {
            workers->spec.on_served(workers->spec.self, name, frame);
        }
        remit_frame_clear(which, frame);
    }
    *seen = list.seen;
    if (left == 0)
        return 0;
    agent_worker_seen_drop(seen);
    return -1;
}

static int adopt(struct agent_workers *workers, struct remit_str name, struct remit_err *err)
{
    const struct remit_metadata_adopt question = { .version = 1 };
    auto_buf struct remit_buf path = REMIT_BUF(4096);
    struct agent_worker_seen *seen = NULL;
    struct remit_err why = { 0 };
    auto_fd int sock = -1;
    bool alive = false;

    remit_buf_put_fmt(&path, "%s/workers/" REMIT_STR_FMT SUFFIX, workers->spec.dir,
                      REMIT_STR_ARG(name));
    TRY(connect_to(remit_buf_cstr(&path), &sock, &alive, err));
    if (!alive)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoWorker", "no worker " REMIT_STR_FMT " runs",
                          REMIT_STR_ARG(name));
    if (remit_frame_write(sock, &remit_frame_adopt, &question, &why) != 0 ||
        read_adopted(workers, name, sock, &seen, &why) != 0)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "WorkerAway",
                          "worker " REMIT_STR_FMT " was not adopted: %s", REMIT_STR_ARG(name),
                          why.text);
    if (add_locked(workers, name, remit_fd_steal(&sock), seen, true) == 0)
        return worker_away(name, err);
    return 0;
}

int agent_workers_adopt(struct agent_workers *workers, struct remit_str name, struct remit_err *err)
{
    return agent_workers_alive(workers, name) ? 0 : adopt(workers, name, err);
}

struct each_worker {
    void (*each)(void *self, struct remit_str name);
    void *self;
};

static void each_socket(void *self, struct remit_str file)
{
    const struct each_worker *e = self;

    if (remit_str_ends(file, REMIT_STR(SUFFIX)) && file.len > strlen(SUFFIX))
        e->each(e->self, remit_str_sub(file, 0, file.len - strlen(SUFFIX)));
}

int agent_workers_each(struct agent_workers *workers,
                       void (*each)(void *self, struct remit_str name), void *self,
                       struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(4096);
    struct each_worker e = { each, self };

    remit_buf_put_fmt(&path, "%s/workers", workers->spec.dir);
    return agent_folder_each(remit_buf_cstr(&path), each_socket, &e, err);
}
