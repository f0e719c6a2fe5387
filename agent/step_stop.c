#include "agent/agent.h"
#include "agent/connect.h"
#include "agent/observe.h"
#include "agent/report.h"
#include "agent/spec.h"
#include "common/os/clock.h"
#include "common/os/log.h"

#define KILL_AGAIN_MS  10000
#define WORKER_TRIES   4 /* then its process is left to remit-metadata's next start */
#define NAME_MAX_LEN   1024
#define REPORT_WAIT_MS 30000

/* ---- STOPPING ------------------------------------------------------------------------------ */

static int64_t stop_limit_ms(const struct agent_container *c)
{
    int64_t seconds = agent_container_number(c, "stopTimeout");

    return (seconds > 0 ? seconds : AGENT_STOP_TIMEOUT_S) * 1000;
}

static bool signal_fits(struct remit_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') || (s.ptr[i] >= '0' && s.ptr[i] <= '9') ||
              s.ptr[i] == '+' || s.ptr[i] == '-'))
            return false;
    return s.len > 0 && s.len < 16;
}

/* The image's own STOPSIGNAL, else SIGTERM. */
static const char *stop_signal(const struct agent_container *c, struct remit_buf *out)
{
    struct remit_str name =
        remit_json_str(remit_json_get(remit_json_get(c->inspect, "Config"), "StopSignal"));

    remit_buf_put(out, signal_fits(name) ? name : REMIT_STR("SIGTERM"));
    return remit_buf_cstr(out);
}

static int end_one(struct agent_task *task, size_t which, struct remit_err *err)
{
    struct agent_container *c = &task->containers[which];
    auto_buf struct remit_buf signal = REMIT_BUF(64);
    int64_t now = remit_clock_boot_ms();
    int64_t limit = stop_limit_ms(c);

    if (c->stop_asked_boot_ms == 0) {
        TRY(agent_engine_kill(task->engine, c->engine_id, stop_signal(c, &signal), err));
        c->stop_asked_boot_ms = now;
    } else if (now - c->stop_asked_boot_ms >= limit) {
        TRY(agent_engine_kill(task->engine, c->engine_id, "SIGKILL", err));
        c->stop_asked_boot_ms = now - limit + KILL_AGAIN_MS;
    }
    limit -= now - c->stop_asked_boot_ms;
    if (task->wait_ms == 0 || limit < task->wait_ms)
        task->wait_ms = limit > 0 ? limit : 1;
    return 0;
}

static int stop_due(struct agent_task *task, struct remit_err *err)
{
    for (size_t i = 0; i < task->n_containers; i++) {
        struct agent_unit *unit = &task->units[i];

        if (unit->status == AGENT_STOPPED)
            continue;
        if (unit->status != AGENT_RUNNING) { /* it never ran */
            unit->failed = true;
            unit->status = AGENT_STOPPED;
        } else if (agent_order_may_stop(task->units, task->n_containers, i)) {
            TRY(end_one(task, i, err));
        }
    }
    return 0;
}

static bool all_stopped(const struct agent_task *task)
{
    for (size_t i = 0; i < task->n_containers; i++)
        if (task->units[i].status != AGENT_STOPPED)
            return false;
    return true;
}

int agent_step_stop(struct agent_task *task, struct remit_err *err)
{
    TRY(agent_observe(task, err));
    task->wait_ms = 0;
    TRY(stop_due(task, err));
    agent_report(task);
    if (!all_stopped(task)) {
        if (!atomic_load(&task->agent->hears_engine) && task->wait_ms > 1000)
            task->wait_ms = 1000;
        return agent_step_wait(err, "containers to end");
    }
    if (task->execution_stopped_at <= 0 && task->ran)
        task->execution_stopped_at = remit_clock_now_seconds();
    return 0;
}

/* ---- CLEANING ------------------------------------------------------------------------------ */

/* By name: an id may not have been written down before a kill. */
static int remove_containers(struct agent_task *task, struct remit_err *err)
{
    auto_buf struct remit_buf name = REMIT_BUF(NAME_MAX_LEN);

    for (size_t i = 0; i < task->n_containers; i++)
        TRY(agent_engine_remove(task->engine, agent_task_container_name(task, i, &name), err));
    return 0;
}

static int remove_volumes(struct agent_task *task, struct remit_err *err)
{
    size_t n = remit_json_count(remit_json_get(task->definition, "volumes"));

    for (size_t i = 0; i < n; i++) {
        auto_buf struct remit_buf name = REMIT_BUF(NAME_MAX_LEN);

        if (agent_spec_own_volume(task, i, &name) != NULL)
            TRY(agent_engine_volume_remove(task->engine, remit_buf_cstr(&name), err));
    }
    return 0;
}

static int remove_rest(struct agent_task *task, struct remit_err *err)
{
    TRY(remove_containers(task, err));
    return remove_volumes(task, err);
}

static int leave_worker(struct agent_task *task, struct remit_err *err)
{
    struct remit_err why = { 0 };

    if (agent_disconnect(task, &why) == 0)
        return 0;
    if (task->failures >= WORKER_TRIES) {
        remit_log_err(REMIT_LOG_ERROR, &why, "task " REMIT_STR_FMT " leaves a worker behind",
                      REMIT_STR_ARG(task->id));
        return 0;
    }
    *err = why;
    return -1;
}

int agent_step_clean(struct agent_task *task, struct remit_err *err)
{
    auto_buf struct remit_buf name = REMIT_BUF(NAME_MAX_LEN);

    TRY(leave_worker(task, err));
    if (task->agent->config.keep_stopped_s == 0)
        TRY(remove_rest(task, err));
    if (task->netmode->pause)
        TRY(agent_engine_remove(task->engine, agent_task_pause_name(task, &name), err));
    task->stopped_at = remit_clock_now_seconds();
    return 0;
}

/* ---- REPORTING ----------------------------------------------------------------------------- */

static bool is_acknowledged(struct agent_task *task)
{
    bool done = false;

    (void)pthread_mutex_lock(&task->agent->lock);
    done = task->forget || (task->outbox_final && task->acked_version == task->outbox_version);
    (void)pthread_mutex_unlock(&task->agent->lock);
    return done;
}

int agent_step_report(struct agent_task *task, struct remit_err *err)
{
    double left_s = 0;

    agent_report(task);
    if (!is_acknowledged(task)) {
        task->wait_ms = REPORT_WAIT_MS;
        return agent_step_wait(err, "control to take its last state");
    }
    left_s =
        task->stopped_at + (double)task->agent->config.keep_stopped_s - remit_clock_now_seconds();
    if (task->agent->config.keep_stopped_s > 0 && left_s > 0) {
        task->wait_ms = left_s < 60 ? (int64_t)(left_s * 1000) + 1 : 60000;
        return agent_step_wait(err, "people to look at its containers");
    }
    return remove_rest(task, err);
}
