#include "agent/machine.h"

#include <stdio.h>
#include <time.h>

#include "agent/agent.h"
#include "agent/report.h"
#include "agent/state.h"
#include "common/os/clock.h"
#include "common/os/log.h"

#define RETRY_MS    500
#define RETRY_MOST  30000
#define WAIT_MS     30000 /* nothing happened: look again */
#define STACK_BYTES ((size_t)1024 * 1024)

void agent_task_ends(struct agent_task *task, size_t which, const char *stop_code,
                     const char *reason)
{
    if (which < task->n_containers && task->containers[which].reason[0] == '\0')
        (void)snprintf(task->containers[which].reason, sizeof(task->containers[which].reason), "%s",
                       reason);
    if (task->stop_code != NULL)
        return;
    task->stop_code = stop_code;
    (void)snprintf(task->reason, sizeof(task->reason), "%s", reason);
    remit_log(REMIT_LOG_INFO, "task " REMIT_STR_FMT " ends: %s: %s", REMIT_STR_ARG(task->id),
              stop_code, reason);
}

bool agent_task_stop_wanted(struct agent_task *task)
{
    bool wanted = false;

    (void)pthread_mutex_lock(&task->agent->lock);
    wanted = task->stop_wanted;
    (void)pthread_mutex_unlock(&task->agent->lock);
    return wanted;
}

/* ---- moving -------------------------------------------------------------------------------- */

/* Others look at it: whether it still needs the shared worker. Control is asked nothing more once
 * containers exist. */
static void set_phase(struct agent_task *task, enum agent_phase to)
{
    (void)pthread_mutex_lock(&task->agent->lock);
    task->phase = to;
    if (to >= AGENT_ACTIVE)
        agent_control_drop(&task->control);
    if (to >= AGENT_STOPPING)
        agent_credentials_drop(&task->fresh);
    (void)pthread_mutex_unlock(&task->agent->lock);
}

/* A full disk keeps a task from starting, not from stopping. */
static int enter(struct agent_task *task, enum agent_phase to, struct remit_err *err)
{
    enum agent_phase from = task->phase;

    TRY(agent_phase_move(from, to, err));
    set_phase(task, to);
    if (to != AGENT_GONE && agent_state_save(task, err) != 0 && to < AGENT_STOPPING) {
        set_phase(task, from);
        return -1;
    }
    task->phase_since_boot_ms = remit_clock_boot_ms();
    task->failures = 0;
    if (to >= AGENT_STOPPING)
        agent_task_wipe(task);
    if (to != AGENT_GONE)
        agent_report(task);
    remit_log(REMIT_LOG_DEBUG, "task " REMIT_STR_FMT ": %s", REMIT_STR_ARG(task->id),
              agent_phase_row(to)->name);
    return 0;
}

static void fail(struct agent_task *task, const struct remit_err *why)
{
    const struct agent_phase_row *row = agent_phase_row(task->phase);
    char reason[AGENT_REASON_MAX + 1];
    struct remit_err err = { 0 };

    agent_reason(why, row->error, reason);
    if (task->phase < AGENT_STOPPING)
        agent_task_ends(task, task->n_containers,
                        task->ran ? "EssentialContainerExited" : "TaskFailedToStart", reason);
    else
        remit_log_err(REMIT_LOG_ERROR, why, "task " REMIT_STR_FMT " in %s", REMIT_STR_ARG(task->id),
                      row->name);
    if (enter(task, row->failed, &err) != 0)
        remit_log_err(REMIT_LOG_ERROR, &err, "task " REMIT_STR_FMT, REMIT_STR_ARG(task->id));
}

static bool patient(const struct agent_task *task)
{
    int64_t patience = agent_phase_row(task->phase)->patience_ms;

    return patience == 0 || remit_clock_boot_ms() - task->phase_since_boot_ms < patience;
}

/* A peer is away: control hears of it while the task waits, and the reason goes when it is over. */
static void try_again(struct agent_task *task, const struct remit_err *why)
{
    int64_t ms = (int64_t)RETRY_MS << (task->failures < 6 ? task->failures : 6);

    if (remit_err_is(why, "Cancelled"))
        return;
    if (task->failures++ == 0)
        remit_log_err(REMIT_LOG_WARN, why, "task " REMIT_STR_FMT " waits in %s",
                      REMIT_STR_ARG(task->id), agent_phase_row(task->phase)->name);
    if (task->stop_code == NULL && task->phase < AGENT_STOPPING) {
        agent_reason(why, agent_phase_row(task->phase)->error, task->reason);
        agent_report(task);
        task->reason[0] = '\0';
    }
    agent_task_sleep(task, agent_jitter(ms < RETRY_MOST ? ms : RETRY_MOST));
}

static void run_step(struct agent_task *task)
{
    const struct agent_phase_row *row = agent_phase_row(task->phase);
    struct remit_err err = { 0 };

    if (row->interruptible && agent_task_stop_wanted(task)) {
        agent_task_ends(task, task->n_containers, "UserInitiated", "Task stopped by user");
        (void)!enter(task, row->failed, &err);
        return;
    }
    if (row->step(task, &err) == 0 && enter(task, row->next, &err) == 0)
        return;
    if (agent_phase_waits(&err)) {
        task->failures = 0;
        agent_task_sleep(task, task->wait_ms > 0 ? task->wait_ms : WAIT_MS);
        task->wait_ms = 0;
    } else if (agent_phase_retries(&err) && patient(task)) {
        try_again(task, &err);
    } else {
        fail(task, &err);
    }
}

/* ---- the thread ---------------------------------------------------------------------------- */

static int open_clients(struct agent_task *task, struct remit_err *err)
{
    TRY(agent_engine_open(task->agent->config.engine_socket, &task->engine, err));
    if (task->phase >= AGENT_ACTIVE)
        return 0;
    return agent_control_new(task->agent, &task->control, err);
}

static void unlink_task(struct agent_task *task)
{
    struct agent *agent = task->agent;
    struct agent_task **at = &agent->tasks;

    (void)pthread_mutex_lock(&agent->lock);
    while (*at != task)
        at = &(*at)->next;
    *at = task->next;
    agent->n_tasks--;
    agent_task_drop(&task);
    (void)pthread_cond_broadcast(&agent->changed);
    (void)pthread_mutex_unlock(&agent->lock);
}

static void *task_thread(void *self)
{
    struct agent_task *task = self;
    struct remit_err err = { 0 };

    agent_report(task);
    while (!agent_stopping(task->agent) && task->phase != AGENT_GONE)
        run_step(task);
    if (task->phase == AGENT_GONE && agent_state_remove(task->agent, task->id, &err) != 0)
        remit_log_err(REMIT_LOG_ERROR, &err, "task " REMIT_STR_FMT, REMIT_STR_ARG(task->id));
    unlink_task(task);
    return NULL;
}

static int start_thread(struct agent_task *task, struct remit_err *err)
{
    pthread_attr_t attr;
    pthread_t thread;
    int result = 0;

    (void)pthread_attr_init(&attr);
    (void)pthread_attr_setstacksize(&attr, STACK_BYTES);
    (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    result = pthread_create(&thread, &attr, task_thread, task);
    (void)pthread_attr_destroy(&attr);
    if (result != 0)
        return remit_fail_os(err, REMIT_ERR_UNAVAILABLE, result, "a thread for a task");
    return 0;
}

int agent_machine_start(struct agent *agent, struct agent_task *task, struct remit_err *err)
{
    auto_task struct agent_task *held = task;

    TRY(open_clients(task, err));
    held = NULL;
    (void)pthread_mutex_lock(&agent->lock);
    task->next = agent->tasks;
    agent->tasks = task;
    agent->n_tasks++;
    (void)pthread_mutex_unlock(&agent->lock);
    if (start_thread(task, err) != 0) {
        unlink_task(task);
        return -1;
    }
    return 0;
}

/* ---- sleeping and waking ------------------------------------------------------------------- */

static struct timespec after(int64_t ms)
{
    struct timespec at = { 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += (ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

void agent_task_sleep(struct agent_task *task, int64_t ms)
{
    struct timespec until = after(ms);
    int late = 0;

    (void)pthread_mutex_lock(&task->agent->lock);
    while (!task->woken && !agent_stopping(task->agent) && late == 0)
        late = pthread_cond_timedwait(&task->wake, &task->agent->lock, &until);
    task->woken = false;
    (void)pthread_mutex_unlock(&task->agent->lock);
}

void agent_sleep(struct agent *agent, int64_t ms)
{
    struct timespec until = after(ms);
    int late = 0;

    (void)pthread_mutex_lock(&agent->lock);
    while (!agent_stopping(agent) && late == 0)
        late = pthread_cond_timedwait(&agent->changed, &agent->lock, &until);
    (void)pthread_mutex_unlock(&agent->lock);
}

void agent_wake(struct agent *agent, struct agent_task *task)
{
    (void)pthread_mutex_lock(&agent->lock);
    task->woken = true;
    (void)pthread_cond_signal(&task->wake);
    (void)pthread_mutex_unlock(&agent->lock);
}

void agent_wake_all(struct agent *agent)
{
    (void)pthread_mutex_lock(&agent->lock);
    for (struct agent_task *t = agent->tasks; t != NULL; t = t->next) {
        t->woken = true;
        (void)pthread_cond_signal(&t->wake);
    }
    (void)pthread_cond_broadcast(&agent->changed);
    (void)pthread_mutex_unlock(&agent->lock);
}

void agent_reports_due(struct agent *agent)
{
    (void)pthread_mutex_lock(&agent->lock);
    agent->reports_due = true;
    (void)pthread_cond_broadcast(&agent->changed);
    (void)pthread_mutex_unlock(&agent->lock);
}

bool agent_stopping(const struct agent *agent)
{
    return atomic_load(&agent->stopping);
}

int64_t agent_jitter(int64_t ms)
{
    uint32_t random = 0;

    remit_random_bytes(&random, sizeof(random));
    return ms - ms / 10 + (int64_t)(random % 1000) * (ms / 5) / 1000;
}

int agent_control_new(const struct agent *agent, struct agent_control **out, struct remit_err *err)
{
    const struct agent_control_spec spec = {
        .url = agent->config.control_url,
        .ca_file = agent->config.ca_file,
        .region = agent->config.region,
    };

    return agent_control_open(&spec, out, err);
}
