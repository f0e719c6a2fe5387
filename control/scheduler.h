/*
 * scheduler.h - where a task goes: a function of what it needs and of a snapshot of instances.
 *
 * Pure: no store, no clock, no random source (the seed is an argument). The same arguments give the
 * same answer. What it decides holds for the snapshot; a commit that compares the instance's
 * revision makes it hold for the store.
 *
 * Order of work: instances that are ACTIVE, agent connected, required attributes, resources,
 * constraints, then the strategies, each narrowing what the one before has left.
 * Ownership: everything is the caller's; scheduler_take() grows arrays in its arena.
 * Sources: ecs-control.md 9.1 (reasons), 12, 13.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/arena.h"
#include "control/cluster_query.h"
#include "control/ecs_data.h"

#define SCHEDULER_STRATEGIES_MAX  5
#define SCHEDULER_CONSTRAINTS_MAX 10
#define SCHEDULER_PORTS_MAX       100 /* reserved on one instance, the agent's own included */

struct scheduler_candidate {
    struct ecs_instance *instance; /* `used` is what the scheduler counts with */
    bool connected;
    int64_t running;          /* runningTasksCount: for expressions that ask for it */
    struct remit_str *groups; /* one for each task placed on it */
    size_t n_groups, cap_groups;
};

enum scheduler_strategy_kind { SCHEDULER_BINPACK = 1, SCHEDULER_SPREAD, SCHEDULER_RANDOM };
enum scheduler_field {
    SCHEDULER_CPU = 1,
    SCHEDULER_MEMORY,
    SCHEDULER_INSTANCE,
    SCHEDULER_ATTRIBUTE
};
struct scheduler_strategy {
    enum scheduler_strategy_kind kind;
    enum scheduler_field field;
    struct remit_str attribute; /* of SCHEDULER_ATTRIBUTE */
};

struct scheduler_need {
    struct ecs_amount amount;           /* ports: those that must be free */
    const struct remit_str *attributes; /* names that an instance must have */
    size_t n_attributes;
    struct remit_str architecture; /* of ecs.cpu-architecture; or empty */
    const struct cluster_query *constraints[SCHEDULER_CONSTRAINTS_MAX];
    size_t n_constraints;
    bool distinct; /* no other task of its group on the instance */
    struct scheduler_strategy strategies[SCHEDULER_STRATEGIES_MAX];
    size_t n_strategies; /* 0: spread over zones, then over instances */
    struct remit_str group;
};

/* Why not there: a literal, "RESOURCE:CPU"; NULL when the task fits. */
const char *scheduler_fits(const struct scheduler_need *need,
                           const struct scheduler_candidate *candidate);
/*
 * The candidate for one task: true and its index, or false with the reason of each in reasons[n].
 * Candidates must all be ACTIVE.
 */
bool scheduler_choose(const struct scheduler_need *need,
                      const struct scheduler_candidate *candidates, size_t n, uint64_t seed,
                      struct remit_arena *arena, size_t *chosen, const char **reasons);
/* A task of that group is placed there. */
void scheduler_group_add(struct scheduler_candidate *candidate, struct remit_str group,
                         struct remit_arena *arena);
/* Counts a task in, so that the next one is placed beside it. */
void scheduler_take(const struct scheduler_need *need, struct scheduler_candidate *candidate,
                    struct remit_arena *arena);
