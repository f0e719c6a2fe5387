#include "agent/workers_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/os/fd.h"
#include "common/os/log.h"

#define FRAME_ARENA_MAX ((size_t)512 * 1024)
#define CHANNELS_MAX    1100

/* ---- who is there: under the lock ---------------------------------------------------------- */

struct agent_worker *agent_worker_find(struct agent_workers *workers, struct remit_str name)
{
    for (struct agent_worker *w = workers->list; w != NULL; w = w->next)
        if (remit_str_equal(remit_str_of(w->name), name))
            return w;
    return NULL;
}

static struct agent_worker *find_number(struct agent_workers *workers, uint64_t number)
{
    struct agent_worker *w = workers->list;

    while (w != NULL && w->number != number)
        w = w->next;
    return w;
}

void agent_worker_seen_drop(struct agent_worker_seen **seen)
{
    while (*seen != NULL) {
        struct agent_worker_seen *next = (*seen)->next;

        free(*seen);
        *seen = next;
    }
}

struct agent_worker_seen *agent_worker_seen_get(struct agent_worker_seen **list,
                                                struct remit_str task_id)
{
    struct agent_worker_seen *seen = *list;

    while (seen != NULL && !remit_str_equal(remit_str_of(seen->task_id), task_id))
        seen = seen->next;
    if (seen != NULL || task_id.len > REMIT_TASK_ID_MAX)
        return seen;
    seen = calloc(1, sizeof(*seen));
    if (seen == NULL)
        return NULL;
    memcpy(seen->task_id, task_id.ptr, task_id.len);
    seen->next = *list;
    *list = seen;
    return seen;
}

void agent_worker_hear_ready(struct agent_worker *worker, const struct remit_metadata_ready *ready)
{
    struct agent_worker_seen *seen = NULL;
    struct remit_str code = remit_str_sub(ready->code, 0, sizeof(seen->ready.code) - 1);

    if (ready->task_id.len == 0) {
        worker->serving = true;
        return;
    }
    seen = agent_worker_seen_get(&worker->seen, ready->task_id);
    if (seen == NULL)
        return;
    memcpy(seen->ready.code, code.ptr, code.len);
    seen->ready.code[code.len] = '\0';
    seen->ready.expires_at = ready->expires_at;
    seen->count++;
}

static void worker_drop(struct agent_worker *worker)
{
    remit_fd_drop(&worker->channel);
    agent_worker_seen_drop(&worker->seen);
    free(worker);
}

static void worker_unlink(struct agent_workers *workers, struct agent_worker *worker)
{
    struct agent_worker **at = &workers->list;

    while (*at != worker)
        at = &(*at)->next;
    *at = worker->next;
}

static void wake_reader(struct agent_workers *workers)
{
    (void)!write(workers->wake[1], "", 1);
}

uint64_t agent_worker_add(struct agent_workers *workers, struct remit_str name, int channel,
                          struct agent_worker_seen *seen, bool serving)
{
    struct agent_worker *worker = calloc(1, sizeof(*worker));

    if (worker == NULL || name.len > REMIT_WORKER_NAME_MAX) {
        free(worker);
        remit_fd_drop(&channel);
        agent_worker_seen_drop(&seen);
        return 0;
    }
    memcpy(worker->name, name.ptr, name.len);
    worker->channel = channel;
    worker->seen = seen;
    worker->serving = serving;
    worker->number = ++workers->next_number;
    worker->next = workers->list;
    workers->list = worker;
    wake_reader(workers);
    return worker->number;
}

/* ---- the reading thread -------------------------------------------------------------------- */

struct watched {
    struct pollfd fds[CHANNELS_MAX];
    uint64_t numbers[CHANNELS_MAX];
    size_t count; /* fds[0] is the pipe */
};

static void watch_all(struct agent_workers *workers, struct watched *watched)
{
    watched->fds[0] = (struct pollfd){ .fd = workers->wake[0], .events = POLLIN };
    watched->count = 1;
    (void)pthread_mutex_lock(&workers->lock);
    for (struct agent_worker *w = workers->list; w != NULL; w = w->next) {
        if (watched->count == CHANNELS_MAX)
            break;
        watched->fds[watched->count] = (struct pollfd){ .fd = w->channel, .events = POLLIN };
        watched->numbers[watched->count++] = w->number;
    }
    (void)pthread_mutex_unlock(&workers->lock);
}

static void hear_ready(struct agent_workers *workers, uint64_t number,
                       const struct remit_metadata_ready *ready)
{
    struct agent_worker *worker = NULL;

    (void)pthread_mutex_lock(&workers->lock);
    worker = find_number(workers, number);
    if (worker != NULL)
        agent_worker_hear_ready(worker, ready);
    (void)pthread_cond_broadcast(&workers->changed);
    (void)pthread_mutex_unlock(&workers->lock);
}

static void hear_served(struct agent_workers *workers, uint64_t number,
                        const struct remit_metadata_served *served)
{
    char name[REMIT_WORKER_NAME_MAX + 1] = "";
    const struct agent_worker *worker = NULL;

    (void)pthread_mutex_lock(&workers->lock);
    worker = find_number(workers, number);
    if (worker != NULL)
        memcpy(name, worker->name, sizeof(name));
    (void)pthread_mutex_unlock(&workers->lock);
    if (workers->spec.on_served != NULL)
        workers->spec.on_served(workers->spec.self, remit_str_of(name), served);
}

static void lose(struct agent_workers *workers, uint64_t number, const struct remit_err *why)
{
    struct agent_worker *worker = NULL;

    (void)pthread_mutex_lock(&workers->lock);
    worker = find_number(workers, number);
    if (worker != NULL)
        worker_unlink(workers, worker);
    (void)pthread_cond_broadcast(&workers->changed);
    (void)pthread_mutex_unlock(&workers->lock);
    if (worker == NULL)
        return;
    remit_log_err(REMIT_LOG_INFO, why, "worker %s is gone", worker->name);
    if (workers->spec.on_gone != NULL)
        workers->spec.on_gone(workers->spec.self, remit_str_of(worker->name));
    worker_drop(worker);
}

/* A worker's frames come from our own side, but a worker faces strangers: one that talks nonsense
 * loses its channel, and nobody else does. */
static void read_one(struct agent_workers *workers, uint64_t number, int channel)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(FRAME_ARENA_MAX);
    const struct remit_frame_type *which = NULL;
    struct remit_err err = { 0 };
    void *frame = NULL;

    if (remit_frame_read(channel, remit_frames_to_agent, remit_frames_to_agent_count, &arena,
                         &which, &frame, &err) != 0) {
        if (!remit_err_is(&err, "WouldBlock"))
            lose(workers, number, &err);
        return;
    }
    if (which == &remit_frame_ready)
        hear_ready(workers, number, frame);
    if (which == &remit_frame_served)
        hear_served(workers, number, frame);
    remit_frame_clear(which, frame);
}

static bool is_stopping(struct agent_workers *workers)
{
    bool stopping = false;

    (void)pthread_mutex_lock(&workers->lock);
    stopping = workers->stopping;
    (void)pthread_mutex_unlock(&workers->lock);
    return stopping;
}

static void *reading_thread(void *self)
{
    struct agent_workers *workers = self;
    struct watched *watched = calloc(1, sizeof(*watched));
    char pipe_bytes[64];

    REMIT_REQUIRE(watched != NULL);
    while (!is_stopping(workers)) {
        watch_all(workers, watched);
        if (poll(watched->fds, watched->count, -1) < 0)
            continue;
        if (watched->fds[0].revents != 0)
            (void)!read(workers->wake[0], pipe_bytes, sizeof(pipe_bytes));
        for (size_t i = 1; i < watched->count; i++)
            if (watched->fds[i].revents != 0)
                read_one(workers, watched->numbers[i], watched->fds[i].fd);
    }
    free(watched);
    return NULL;
}

/* ---- opening and dropping ------------------------------------------------------------------ */

static void init_locks(struct agent_workers *workers)
{
    pthread_condattr_t attr;

    (void)pthread_mutex_init(&workers->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&workers->changed, &attr);
    (void)pthread_condattr_destroy(&attr);
}

int agent_workers_open(const struct agent_workers_spec *spec, struct agent_workers **out,
                       struct remit_err *err)
{
    auto_workers struct agent_workers *workers = calloc(1, sizeof(*workers));

    if (workers == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "the table of workers");
    workers->spec = *spec;
    workers->wake[0] = -1;
    workers->wake[1] = -1;
    init_locks(workers);
    if (pipe2(workers->wake, O_CLOEXEC | O_NONBLOCK) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "a pipe");
    if (pthread_create(&workers->thread, NULL, reading_thread, workers) != 0)
        return remit_fail(err, REMIT_ERR_INTERNAL, "ThreadFailed", "can't start a thread");
    workers->started = true;
    *out = workers;
    workers = NULL;
    return 0;
}

static void end_thread(struct agent_workers *workers)
{
    if (!workers->started)
        return;
    (void)pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    (void)pthread_mutex_unlock(&workers->lock);
    wake_reader(workers);
    (void)pthread_join(workers->thread, NULL);
}

void agent_workers_drop(struct agent_workers **workers)
{
    struct agent_workers *w = *workers;

    if (w == NULL)
        return;
    end_thread(w);
    while (w->list != NULL) {
        struct agent_worker *first = w->list;

        w->list = first->next;
        worker_drop(first);
    }
    remit_fd_drop(&w->wake[0]);
    remit_fd_drop(&w->wake[1]);
    (void)pthread_cond_destroy(&w->changed);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
    *workers = NULL;
}

bool agent_workers_alive(struct agent_workers *workers, struct remit_str name)
{
    bool alive = false;

    (void)pthread_mutex_lock(&workers->lock);
    alive = agent_worker_find(workers, name) != NULL;
    (void)pthread_mutex_unlock(&workers->lock);
    return alive;
}

bool agent_workers_holds(struct agent_workers *workers, struct remit_str name,
                         struct remit_str task_id, struct agent_worker_ready *out)
{
    struct agent_worker *worker = NULL;
    struct agent_worker_seen *seen = NULL;

    *out = (struct agent_worker_ready){ 0 };
    (void)pthread_mutex_lock(&workers->lock);
    worker = agent_worker_find(workers, name);
    seen = worker != NULL ? worker->seen : NULL;
    while (seen != NULL && !remit_str_equal(remit_str_of(seen->task_id), task_id))
        seen = seen->next;
    if (seen != NULL)
        *out = seen->ready;
    (void)pthread_mutex_unlock(&workers->lock);
    return seen != NULL;
}
