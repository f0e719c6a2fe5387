/*
 * cluster_query.h - the cluster query language: `memberOf` constraints and ListContainerInstances'
 * filter, compiled once and asked of one container instance after the other.
 *
 * Pure: no I/O, no clock. Nothing an expression says takes more than linear memory and time in its
 * own length times the text it looks at (attacks.md P4): regular expressions are simulated, never
 * backtracked.
 *
 * Ownership: the query lives in the arena it was compiled into and borrows from the text.
 * Errors:    INVALID "InvalidParameterException" naming the position and what stood there.
 * Sources:   ecs-control.md 12.1.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/arena.h"
#include "control/ecs_data.h"

#define CLUSTER_QUERY_MAX 2000 /* characters */

struct cluster_query;

/* What an instance is asked about. */
struct cluster_facts {
    const struct ecs_instance *instance;
    bool connected;
    int64_t running;                /* runningTasksCount */
    const struct remit_str *groups; /* of the tasks placed on it; doubles are fine */
    size_t n_groups;
};

int cluster_query_compile(struct remit_str text, struct remit_arena *arena,
                          const struct cluster_query **out, struct remit_err *err) REMIT_MUST_USE;
bool cluster_query_matches(const struct cluster_query *query, const struct cluster_facts *facts);
/* Whether it asks for runningTasksCount, which costs its caller a look at every task. */
bool cluster_query_counts_running(const struct cluster_query *query);
