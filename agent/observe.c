#include "agent/observe.h"

#include <stdio.h>

#include "common/os/clock.h"

#define NO_TIME "0001-01-01T00:00:00Z" /* Go's zero time */

static enum agent_health health_of(const struct remit_json *state)
{
    struct remit_str word =
        remit_json_str(remit_json_get(remit_json_get(state, "Health"), "Status"));

    if (remit_str_equal(word, REMIT_STR("healthy")))
        return AGENT_HEALTHY;
    if (remit_str_equal(word, REMIT_STR("unhealthy")))
        return AGENT_UNHEALTHY;
    return remit_str_equal(word, REMIT_STR("starting")) ? AGENT_STARTING : AGENT_HEALTH_NONE;
}

/* "paused" and "restarting" have a process, or will. */
static enum agent_status status_of(const struct remit_json *state)
{
    struct remit_str word = remit_json_str(remit_json_get(state, "Status"));

    if (remit_str_equal(word, REMIT_STR("created")))
        return AGENT_CREATED;
    if (remit_str_equal(word, REMIT_STR("exited")) || remit_str_equal(word, REMIT_STR("dead")) ||
        remit_str_equal(word, REMIT_STR("removing")))
        return AGENT_STOPPED;
    return AGENT_RUNNING;
}

static bool has_started(const struct remit_json *state)
{
    struct remit_str at = remit_json_str(remit_json_get(state, "StartedAt"));

    return at.len > 0 && !remit_str_equal(at, REMIT_STR(NO_TIME));
}

static void take_end(struct agent_task *task, size_t which, const struct remit_json *state)
{
    struct agent_container *c = &task->containers[which];
    struct remit_str error = remit_json_str(remit_json_get(state, "Error"));

    task->units[which].exit_code = (int)remit_json_int(remit_json_get(state, "ExitCode"));
    c->has_exit_code = true;
    if (task->units[which].essential && task->execution_stopped_at <= 0)
        task->execution_stopped_at = remit_clock_now_seconds();
    if (c->reason[0] != '\0')
        return;
    if (remit_json_true(remit_json_get(state, "OOMKilled")))
        (void)snprintf(c->reason, sizeof(c->reason),
                       "OutOfMemoryError: Container killed due to memory usage");
    else if (error.len > 0)
        (void)snprintf(c->reason, sizeof(c->reason), "DockerStateError: " REMIT_STR_FMT,
                       REMIT_STR_ARG(error));
}

void agent_observe_read(struct agent_task *task, size_t which, struct remit_json *inspect)
{
    const struct remit_json *state = remit_json_get(inspect, "State");
    struct agent_container *c = &task->containers[which];
    struct agent_unit *unit = &task->units[which];
    enum agent_status status = status_of(state);
    enum agent_health health = health_of(state);

    if (c->inspect == NULL || status != unit->status || health != unit->health)
        task->changed = true;
    remit_json_drop(&c->inspect);
    c->inspect = inspect;
    if (status < unit->status) /* states never go back */
        return;
    unit->started = unit->started || has_started(state);
    if (unit->started && unit->started_boot_ms == 0)
        unit->started_boot_ms = remit_clock_boot_ms();
    unit->health = health;
    if (status == AGENT_STOPPED && unit->status != AGENT_STOPPED)
        take_end(task, which, state);
    unit->status = status;
}

void agent_observe_failed(struct agent_task *task, size_t which, const char *reason)
{
    struct agent_unit *unit = &task->units[which];

    unit->failed = !unit->started;
    unit->status = AGENT_STOPPED;
    task->changed = true;
    if (task->containers[which].reason[0] == '\0')
        (void)snprintf(task->containers[which].reason, sizeof(task->containers[which].reason), "%s",
                       reason);
}

static int observe_one(struct agent_task *task, size_t which, struct remit_err *err)
{
    struct remit_json *inspect = NULL;
    struct remit_err why = { 0 };

    if (agent_engine_inspect(task->engine, task->containers[which].engine_id, &inspect, &why) ==
            0 &&
        inspect != NULL) {
        agent_observe_read(task, which, inspect);
        return 0;
    }
    if (why.kind == REMIT_ERR_NOT_FOUND) {
        agent_observe_failed(task, which, "ContainerVanishedError: the container is gone");
        return 0;
    }
    *err = why;
    return -1;
}

int agent_observe(struct agent_task *task, struct remit_err *err)
{
    for (size_t i = 0; i < task->n_containers; i++) {
        if (task->units[i].status == AGENT_STOPPED || task->containers[i].engine_id[0] == '\0')
            continue;
        TRY(observe_one(task, i, err));
    }
    return 0;
}

int agent_observe_pause(struct agent_task *task, struct remit_err *err)
{
    struct remit_json *inspect = NULL;
    struct remit_err why = { 0 };
    int result = agent_engine_inspect(task->engine, task->pause_id, &inspect, &why);

    if (result != 0 && why.kind != REMIT_ERR_NOT_FOUND) {
        *err = why;
        return -1;
    }
    remit_json_drop(&task->pause);
    task->pause = inspect;
    if (result == 0 && status_of(remit_json_get(inspect, "State")) == AGENT_RUNNING)
        return 0;
    return remit_fail(err, REMIT_ERR_INTERNAL, "ContainerNetworkingError",
                      "the pause container, which holds the task's network namespace, has ended");
}
