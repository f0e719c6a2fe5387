#include "agent/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/machine.h"
#include "agent/polling.h"
#include "agent/report.h"
#include "agent/state.h"
#include "agent/watch.h"
#include "common/os/clock.h"
#include "common/os/fd.h"
#include "common/os/file.h"
#include "common/os/log.h"

#define JOIN_RETRY_MS 1000
#define JOIN_MOST_MS  30000
#define END_LIMIT_S   20

/* ---- the state folder ---------------------------------------------------------------------- */

/* One agent per folder: two would undo each other's work. */
static int lock_state(const struct agent_config *config, int *out, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(AGENT_PATH_MAX);
    auto_fd int fd = -1;

    TRY(remit_file_mkdir(config->state_dir, 0700, err));
    if (chmod(config->state_dir, 0700) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "the mode of %s", config->state_dir);
    remit_buf_put_fmt(&path, "%s/lock", config->state_dir);
    fd = open(remit_buf_cstr(&path), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "opening %s", remit_buf_cstr(&path));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return remit_fail(err, REMIT_ERR_CONFLICT, "StateInUse", "another agent works with %s",
                          config->state_dir);
    *out = remit_fd_steal(&fd);
    return 0;
}

static int64_t renew_in_ms(const struct agent_task *task)
{
    int64_t left_s = task->renew_at - remit_clock_now_at();

    return left_s > 0 ? left_s * 1000 : 1; /* 0 would mean never */
}

static void restore(void *self, struct remit_str id)
{
    struct agent *agent = self;
    struct agent_task *task = NULL;
    struct remit_err err = { 0 };

    if (agent_state_load(agent, id, &task, &err) == 0) {
        if (task->renew_at > 0)
            task->renew_boot_ms = remit_clock_boot_ms() + renew_in_ms(task);
        remit_log(REMIT_LOG_INFO, "task " REMIT_STR_FMT " goes on in %s", REMIT_STR_ARG(task->id),
                  agent_phase_row(task->phase)->name);
        if (agent_machine_start(agent, task, &err) == 0)
            return;
    } else if (err.kind == REMIT_ERR_NOT_FOUND && agent_state_remove(agent, id, &err) == 0) {
        return; /* its removal was cut short */
    }
    remit_log_err(REMIT_LOG_ERROR, &err, "task " REMIT_STR_FMT " can't be taken over",
                  REMIT_STR_ARG(id));
}

/* ---- joining ------------------------------------------------------------------------------- */

static int open_instance(struct agent *agent, struct remit_err *err)
{
    auto_control struct agent_control *control = NULL;
    auto_engine struct agent_engine *engine = NULL;

    TRY(agent_control_new(agent, &control, err));
    TRY(agent_engine_open(agent->config.engine_socket, &engine, err));
    return agent_instance_open(agent, control, engine, err);
}

/* True when the wait is over and nobody asked to end. */
static bool wait_for(int stop_fd, int64_t ms)
{
    struct pollfd wait = { .fd = stop_fd, .events = POLLIN };

    return poll(&wait, 1, (int)ms) == 0;
}

/* Control or the Engine may come up after us. */
static int join(struct agent *agent, int stop_fd, struct remit_err *err)
{
    int64_t ms = JOIN_RETRY_MS;

    while (open_instance(agent, err) != 0) {
        if (err->kind != REMIT_ERR_UNAVAILABLE)
            return -1;
        remit_log_err(REMIT_LOG_WARN, err, "not joined yet");
        if (!wait_for(stop_fd, agent_jitter(ms)))
            return -1;
        ms = ms * 2 < JOIN_MOST_MS ? ms * 2 : JOIN_MOST_MS;
    }
    return 0;
}

/* ---- threads ------------------------------------------------------------------------------- */

struct threads {
    pthread_t poll;
    pthread_t report;
    pthread_t watch;
    size_t count; /* how many of them run, in this order */
};

static int start_threads(struct agent *agent, struct threads *threads, struct remit_err *err)
{
    void *(*const mains[])(void *) = { agent_poll_thread, agent_report_thread, agent_watch_thread };
    pthread_t *const out[] = { &threads->poll, &threads->report, &threads->watch };

    for (size_t i = 0; i < REMIT_COUNT(mains); i++) {
        if (pthread_create(out[i], NULL, mains[i], agent) != 0)
            return remit_fail(err, REMIT_ERR_INTERNAL, "ThreadFailed", "can't start a thread");
        threads->count = i + 1;
    }
    return 0;
}

void agent_stop(struct agent *agent)
{
    atomic_store(&agent->stopping, true);
    (void)pthread_mutex_lock(&agent->lock);
    if (agent->polling != NULL)
        agent_control_cancel(agent->polling);
    if (agent->watching != NULL)
        agent_engine_cancel(agent->watching);
    for (struct agent_task *t = agent->tasks; t != NULL; t = t->next) {
        agent_engine_cancel(t->engine);
        if (t->control != NULL)
            agent_control_cancel(t->control);
    }
    (void)pthread_mutex_unlock(&agent->lock);
    agent_wake_all(agent);
}

/* Task threads are on their own; the last one out broadcasts. */
static void wait_for_tasks(struct agent *agent)
{
    struct timespec until = { 0 };
    int late = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += END_LIMIT_S;
    (void)pthread_mutex_lock(&agent->lock);
    while (agent->tasks != NULL && late == 0)
        late = pthread_cond_timedwait(&agent->changed, &agent->lock, &until);
    (void)pthread_mutex_unlock(&agent->lock);
    if (late != 0) { /* all that matters is on disk: nothing is lost by ending hard */
        remit_log(REMIT_LOG_WARN, "a task's thread does not end");
        _exit(0);
    }
}

static void end_threads(struct agent *agent, const struct threads *threads)
{
    const pthread_t all[] = { threads->poll, threads->report, threads->watch };

    agent_stop(agent);
    wait_for_tasks(agent);
    for (size_t i = 0; i < threads->count; i++)
        (void)pthread_join(all[i], NULL);
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void on_served(void *self, struct remit_str worker,
                      const struct remit_metadata_served *served)
{
    agent_report_served(self, worker, served);
}

static void on_gone(void *self, struct remit_str name)
{
    struct agent *agent = self;

    (void)pthread_mutex_lock(&agent->lock);
    for (struct agent_task *t = agent->tasks; t != NULL; t = t->next) {
        if (!remit_str_equal(agent_task_worker(t), name))
            continue;
        t->woken = true;
        (void)pthread_cond_signal(&t->wake);
    }
    (void)pthread_mutex_unlock(&agent->lock);
}

static void init(struct agent *agent, const struct agent_config *config)
{
    pthread_condattr_t attr;

    agent->config = *config;
    (void)remit_random_uuid(agent->boot_id);
    (void)pthread_mutex_init(&agent->lock, NULL);
    (void)pthread_mutex_init(&agent->host_lock, NULL);
    (void)pthread_mutex_init(&agent->image_lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&agent->changed, &attr);
    (void)pthread_condattr_destroy(&attr);
    agent_events_init(&agent->events);
}

static void drop(struct agent *agent)
{
    agent_workers_drop(&agent->workers);
    agent_opener_drop(&agent->opener);
    agent_events_drop(&agent->events);
    agent_credentials_drop(&agent->instance.session);
}

static void tell_ready(const struct agent *agent, int ready_fd)
{
    auto_buf struct remit_buf line = REMIT_BUF(AGENT_ARN_MAX + 2);

    if (ready_fd < 0)
        return;
    remit_buf_put_fmt(&line, "%s\n", agent->instance.arn);
    (void)!remit_fd_write_all(ready_fd, remit_buf_view(&line), NULL);
    (void)close(ready_fd);
}

static int serve(struct agent *agent, int stop_fd, int ready_fd, struct remit_err *err)
{
    struct threads threads = { .count = 0 };
    struct pollfd wait = { .fd = stop_fd, .events = POLLIN };
    int result = 0;

    TRY(agent_state_each(agent, restore, agent, err));
    result = start_threads(agent, &threads, err);
    if (result == 0) {
        tell_ready(agent, ready_fd);
        while (!agent_stopping(agent) && poll(&wait, 1, 1000) <= 0)
            continue;
    }
    end_threads(agent, &threads);
    if (atomic_load(&agent->replaced))
        return remit_fail(err, REMIT_ERR_CONFLICT, "SessionReplacedException",
                          "another agent has taken %s over", agent->instance.arn);
    return result;
}

static int open_all(struct agent *agent, int stop_fd, struct remit_err *err)
{
    const struct agent_workers_spec workers = {
        .dir = agent->config.metadata_dir,
        .on_served = on_served,
        .on_gone = on_gone,
        .self = agent,
    };

    TRY(agent_opener_start(&agent->opener, err)); /* before any thread, before any credential */
    TRY(agent_workers_open(&workers, &agent->workers, err));
    return join(agent, stop_fd, err);
}

int agent_run(const struct agent_config *config, int stop_fd, int ready_fd, struct remit_err *err)
{
    static struct agent agent; /* threads that would not end may still look at it */
    auto_fd int lock = -1;
    int result = 0;

    TRY(lock_state(config, &lock, err));
    init(&agent, config);
    result = open_all(&agent, stop_fd, err);
    if (result == 0)
        result = serve(&agent, stop_fd, ready_fd, err);
    drop(&agent);
    return result;
}
