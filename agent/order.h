/*
 * order.h - which container may start or stop now, and when a task is over: dependsOn and
 * essential.
 *
 * Pure: a task's containers as they were last seen go in, an answer comes out.
 *
 * Sources: task-endpoints.md 7.3 (conditions, forward only), 7.5 (startTimeout);
 * ecs-control.md 9.4.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

enum agent_status {
    AGENT_NONE = 0,
    AGENT_PULLED,
    AGENT_CREATED,
    AGENT_RUNNING,
    AGENT_STOPPED, /* exited, or never to start */
};

enum agent_health { AGENT_HEALTH_NONE = 0, AGENT_STARTING, AGENT_HEALTHY, AGENT_UNHEALTHY };

enum agent_condition_kind {
    AGENT_ON_START = 0,
    AGENT_ON_COMPLETE,
    AGENT_ON_SUCCESS,
    AGENT_ON_HEALTHY,
};

struct agent_condition {
    size_t on; /* index of the container that must get there first */
    enum agent_condition_kind kind;
};

#define AGENT_START_TIMEOUT_S 180 /* [task-endpoints 7.5] */

struct agent_unit {
    struct remit_str name;
    bool essential;
    const struct agent_condition *conditions;
    size_t n_conditions;
    int start_timeout_s; /* others wait this long for it; 0: AGENT_START_TIMEOUT_S */
    enum agent_status status;
    enum agent_health health;
    bool started; /* it ran, if only for a moment */
    bool failed;  /* it will never run: could not be created or started, or waited in vain */
    int exit_code;
    int64_t started_boot_ms; /* 0: not known */
};

bool agent_condition_parse(struct remit_str word, enum agent_condition_kind *out);
const char *agent_status_name(enum agent_status status); /* "RUNNING" */
bool agent_status_parse(struct remit_str word, enum agent_status *out);

/* INVALID "DependencyCycle", naming a container that waits for itself. */
int agent_order_check(const struct agent_unit *units, size_t n,
                      struct remit_err *err) REMIT_MUST_USE;

enum agent_start { AGENT_START_LATER = 0, AGENT_START_NOW, AGENT_START_NEVER };
/* For a container that was created. *because is the dependency that decides LATER and NEVER. */
enum agent_start agent_order_start(const struct agent_unit *units, size_t n, size_t which,
                                   int64_t now_boot_ms, size_t *because);
/* Whether all that depend on it have stopped: then it is its turn. */
bool agent_order_may_stop(const struct agent_unit *units, size_t n, size_t which);

enum agent_ending {
    AGENT_GOES_ON = 0,
    AGENT_ESSENTIAL_EXITED, /* *which ran and exited */
    AGENT_ESSENTIAL_FAILED, /* *which never ran and never will */
    AGENT_ALL_STOPPED,
};
enum agent_ending agent_order_ending(const struct agent_unit *units, size_t n, size_t *which);
/* Whether each has started (or never will): the task is RUNNING. */
bool agent_order_all_started(const struct agent_unit *units, size_t n);
