/*
 * run.h - RunTask and StartTask: what they have in common. Inner to control/ops/run*.c and
 * start_task.c.
 *
 * What the caller named is resolved once, before the decision, and kept in call->state: the
 * definition that was authorized (with its roles) is the one that is run, and the commit compares
 * its revision. Task ids are drawn then, too, so that ecs:TagResource is asked for the tasks that
 * will be.
 *
 * Sources: ecs-control.md 9.1, 12, 13, 15.
 */
#pragma once

#include "control/ops/definition.h"
#include "control/scheduler.h"

#define RUN_TASKS_MAX   10
#define RUN_TOKEN_MAX   64
#define RUN_TOKEN_TTL_S (24 * 3600)

/* Rows that both input tables hold. */
extern const struct control_field run_override_fields[7], run_network_fields[1],
    run_element_volume_configuration;
extern const char *const run_propagations[];
#define RUN_OVERRIDES      ECS_STRUCT_FIELD("overrides", run_override_fields)
#define RUN_NETWORK        ECS_STRUCT_FIELD("networkConfiguration", run_network_fields)
#define RUN_PROPAGATE_TAGS ECS_ENUM_FIELD("propagateTags", false, run_propagations)
#define RUN_VOLUMES        ECS_LIST_FIELD("volumeConfigurations", 10, &run_element_volume_configuration)

struct run {
    struct ecs_place place;
    struct ecs_definition definition;           /* zero when there is none */
    struct remit_str definition_arn;            /* the one it has or would have */
    struct remit_str task_role, execution_role; /* in effect */
    size_t count;                               /* of tasks wanted */
    struct remit_str ids[RUN_TASKS_MAX];
};
/* From the call's state; made at the first call. */
int run_of(struct control_call *call, struct run **out, struct remit_err *err) REMIT_MUST_USE;

/* A row's resource(), context() and passes(). */
int run_resource(struct control_call *call, struct remit_err *err);
int run_context(struct control_call *call, struct remit_err *err);
int run_passes(struct control_call *call, struct remit_err *err);

/* The definition must be there and ACTIVE; the request must suit it. (run_check.c) */
int run_check(struct control_call *call, const struct run *run, const struct remit_json *document,
              struct remit_err *err) REMIT_MUST_USE;

/* ---- sizes: the definition's with the overrides counted (run_need.c) ---- */

struct run_sizes {
    int64_t cpu, memory, reservation; /* of a container; 0: not given */
};
struct run_sizes run_sizes_of(const struct remit_json *container,
                              const struct remit_json *overrides);
const struct remit_json *run_override_of(const struct remit_json *overrides,
                                         struct remit_str container);
/* What a task takes, and what an instance must have; constraints and strategies of the request. */
int run_need(struct control_call *call, const struct run *run, const struct remit_json *document,
             struct scheduler_need *out, struct remit_err *err) REMIT_MUST_USE;

/* ---- the task's record (run_record.c) ---- */

/* All but where it goes. */
int run_record(struct control_call *call, const struct run *run, const struct remit_json *document,
               const struct scheduler_need *need, size_t i, struct ecs_task *out,
               struct remit_err *err) REMIT_MUST_USE;

/* ---- placing (run_place.c) ---- */

struct run_failure {
    struct remit_str arn;
    const char *reason;
};
struct run_placing {
    const struct run *run;
    const struct scheduler_need *need;
    /* Chooses in a snapshot of all of the cluster's instances, counting each task in. */
    int (*choose)(struct control_call *call, struct run_placing *placing,
                  struct scheduler_candidate *candidates, size_t n, struct remit_arena *arena,
                  struct remit_err *err);
    bool by_token;           /* the call has a clientToken */
    uint64_t token_revision; /* of one that is too old to count */
    bool replayed;           /* another call with the same token was faster: it is answered */
    bool counts_running;     /* an expression asks for runningTasksCount */
    /* Results */
    struct ecs_task tasks[RUN_TASKS_MAX];              /* records as made, then placed */
    struct scheduler_candidate *chosen[RUN_TASKS_MAX]; /* of the i-th task */
    size_t n_tasks;
    struct run_failure *failures;
    size_t n_failures;
};
/*
 * Checks the request, then fills need and the records of all tasks wanted. *document is the
 * definition's, the caller drops it.
 */
int run_begin(struct control_call *call, const struct run *run, struct run_placing *placing,
              struct scheduler_need *need, struct remit_json **document,
              struct remit_err *err) REMIT_MUST_USE;
/* One commit for all tasks of a call, tried again when it lost a race. */
int run_place(struct control_call *call, struct run_placing *placing,
              struct remit_err *err) REMIT_MUST_USE;
int run_failure_add(struct control_call *call, struct run_placing *placing, struct remit_str arn,
                    const char *reason, struct remit_err *err) REMIT_MUST_USE;
/* tasks and failures. */
int run_answer(struct control_call *call, const struct run_placing *placing,
               struct remit_err *err) REMIT_MUST_USE;

/* ---- client tokens (run_token.c) ---- */

/*
 * For a call with a token: one that was answered in the last 24 hours is answered with the tasks as
 * they are now (placing->replayed), or is a ConflictException with their ARNs when its arguments
 * are others.
 */
int run_token_check(struct control_call *call, struct run_placing *placing,
                    struct remit_err *err) REMIT_MUST_USE;
/* Into the commit: the token with the tasks that were placed. */
int run_token_put(struct control_call *call, struct control_store_txn *txn,
                  const struct run_placing *placing, uint64_t lease, struct remit_arena *arena,
                  struct remit_err *err) REMIT_MUST_USE;
