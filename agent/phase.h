/*
 * phase.h - the life of a task on its instance, as a table: what is done in each phase, what
 * comes after it and after its failure, and where a task that was in it goes on after a restart.
 *
 * Phases only move forward; a move that the table lacks is an error with both names in it. What
 * control is told follows from the phase and the containers (report.c).
 *
 * Sources: task-endpoints.md 7.3, 7.5; ecs-control.md 9.3.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

struct agent_task;

enum agent_phase {
    AGENT_RESOLVING = 0, /* what the execution role is for: registry authorization, secrets */
    AGENT_PULLING,
    AGENT_CONNECTING, /* volumes, pause container, listener, worker, credentials */
    AGENT_CREATING,
    AGENT_ACTIVE, /* starting in order, then watching */
    AGENT_STOPPING,
    AGENT_CLEANING,
    AGENT_REPORTING, /* until control has its STOPPED */
    AGENT_GONE,
};

struct agent_phase_row {
    const char *name;
    /* 0: done, on to `next`. A failure moves to `failed`, unless its code says to wait or to try
     * again (agent_phase_waits(), agent_phase_retries()). */
    int (*step)(struct agent_task *task, struct remit_err *err);
    enum agent_phase next;
    enum agent_phase failed;
    enum agent_phase resume; /* after a restart: what is only in memory must be fetched again */
    bool interruptible;      /* when the task is to stop: straight to `failed` */
    const char *error;       /* the name of a failure here, unless it has one: 7.4 */
    int64_t patience_ms;     /* how long it tries again; 0: for ever */
};

const struct agent_phase_row *agent_phase_row(enum agent_phase phase);
bool agent_phase_parse(struct remit_str name, enum agent_phase *out);
/* INTERNAL "ImpossibleStateTransitionError" for a move that the table lacks. */
int agent_phase_move(enum agent_phase from, enum agent_phase to,
                     struct remit_err *err) REMIT_MUST_USE;
bool agent_phase_waits(const struct remit_err *why);   /* "Waiting": until something is told */
bool agent_phase_retries(const struct remit_err *why); /* a peer is away */

/* The steps: step_start.c, step_connect.c, step_run.c, step_stop.c. */
int agent_step_resolve(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;
int agent_step_pull(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;
int agent_step_connect(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;
int agent_step_create(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;
int agent_step_run(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;
int agent_step_stop(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;
int agent_step_clean(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;
int agent_step_report(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;

/* What a step returns when it can't go on before it is woken: -1. */
int agent_step_wait(struct remit_err *err, const char *what);
