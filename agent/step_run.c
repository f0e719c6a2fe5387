#include <stdio.h>

#include "agent/agent.h"
#include "agent/connect.h"
#include "agent/machine.h"
#include "agent/observe.h"
#include "agent/report.h"
#include "common/os/clock.h"

#define STARTING_WAIT_MS 1000 /* startTimeout is counted while some wait for others */
#define ASK_AGAIN_MS     5000
#define EXIT_NEVER       143 /* [task-endpoints 7.3] of a container that waited in vain */

/* ---- starting ------------------------------------------------------------------------------ */

static int start(struct agent_task *task, size_t which, struct remit_err *err)
{
    struct remit_err why = { 0 };
    char reason[AGENT_REASON_MAX + 1];

    if (agent_engine_start(task->engine, task->containers[which].engine_id, &why) == 0) {
        task->units[which].started = true;
        task->units[which].status = AGENT_RUNNING;
        task->units[which].started_boot_ms = remit_clock_boot_ms();
        task->changed = true;
        return 0;
    }
    if (agent_phase_retries(&why)) {
        *err = why;
        return -1;
    }
    agent_reason(&why, "CannotStartContainerError", reason);
    agent_observe_failed(task, which, reason);
    return 0;
}

static void never(struct agent_task *task, size_t which, size_t because)
{
    char reason[AGENT_REASON_MAX + 1];

    (void)snprintf(reason, sizeof(reason),
                   "CannotStartContainerError: it depends on container " REMIT_STR_FMT
                   ", whose condition can no longer be met",
                   REMIT_STR_ARG(task->units[because].name));
    agent_observe_failed(task, which, reason);
    task->units[which].exit_code = EXIT_NEVER;
    task->containers[which].has_exit_code = true;
}

/* Until none is due: one that started may be what another waits for. */
static int start_due(struct agent_task *task, struct remit_err *err)
{
    bool moved = true;

    while (moved) {
        moved = false;
        for (size_t i = 0; i < task->n_containers; i++) {
            enum agent_start answer = AGENT_START_LATER;
            size_t because = i;

            if (task->units[i].status != AGENT_CREATED)
                continue;
            answer = agent_order_start(task->units, task->n_containers, i, remit_clock_boot_ms(),
                                       &because);
            if (answer == AGENT_START_NOW)
                TRY(start(task, i, err));
            if (answer == AGENT_START_NEVER)
                never(task, i, because);
            moved = moved || answer != AGENT_START_LATER;
        }
    }
    return 0;
}

/* ---- ending -------------------------------------------------------------------------------- */

static bool has_ended(struct agent_task *task)
{
    size_t which = task->n_containers;

    switch (agent_order_ending(task->units, task->n_containers, &which)) {
    case AGENT_GOES_ON:
        return false;
    case AGENT_ESSENTIAL_FAILED:
        agent_task_ends(task, which, "TaskFailedToStart", task->containers[which].reason);
        return true;
    case AGENT_ESSENTIAL_EXITED:
    case AGENT_ALL_STOPPED:
    default:
        agent_task_ends(task, task->n_containers, "EssentialContainerExited",
                        "Essential container in task exited");
        return true;
    }
}

/* A worker that was started anew holds none until control gives them again. */
static void ask_when_unserved(struct agent_task *task)
{
    int64_t now = remit_clock_boot_ms();

    if (!agent_task_has_role(task) || agent_connect_served(task))
        return;
    if (now - task->asked_boot_ms >= ASK_AGAIN_MS) {
        task->asked_boot_ms = now;
        (void)pthread_mutex_lock(&task->agent->lock);
        task->wants = true;
        (void)pthread_mutex_unlock(&task->agent->lock);
        agent_poll_now(task->agent);
    }
    task->wait_ms = task->asked_boot_ms + ASK_AGAIN_MS - now; /* one may just have been lost */
}

/* ---- ACTIVE -------------------------------------------------------------------------------- */

int agent_step_run(struct agent_task *task, struct remit_err *err)
{
    TRY(agent_observe(task, err));
    if (has_ended(task))
        return 0;
    if (task->netmode->pause)
        TRY(agent_observe_pause(task, err));
    TRY(agent_connect(task, err));
    ask_when_unserved(task);
    TRY(start_due(task, err));
    if (task->changed) /* what started is described as it is now */
        TRY(agent_observe(task, err));
    task->ran = task->ran || agent_order_all_started(task->units, task->n_containers);
    agent_report(task);
    if (has_ended(task))
        return 0;
    if (task->changed)
        TRY(agent_connect(task, err));
    if (!agent_order_all_started(task->units, task->n_containers))
        task->wait_ms = STARTING_WAIT_MS;
    else if (!atomic_load(&task->agent->hears_engine))
        task->wait_ms = 2 * STARTING_WAIT_MS;
    return agent_step_wait(err, "the Engine, control or a worker");
}
