#include "agent/phase.h"

#define MINUTES(n) ((int64_t)(n)*60 * 1000)

static const struct agent_phase_row rows[] = {
    [AGENT_RESOLVING] = {
        .name = "RESOLVING",
        .step = agent_step_resolve,
        .next = AGENT_PULLING,
        .failed = AGENT_STOPPING,
        .resume = AGENT_RESOLVING,
        .interruptible = true,
        .error = "ResourceInitializationError",
        .patience_ms = MINUTES(5),
    },
    [AGENT_PULLING] = {
        .name = "PULLING",
        .step = agent_step_pull,
        .next = AGENT_CONNECTING,
        .failed = AGENT_STOPPING,
        .resume = AGENT_RESOLVING,
        .interruptible = true,
        .error = "CannotPullContainerError",
        .patience_ms = MINUTES(10),
    },
    [AGENT_CONNECTING] = {
        .name = "CONNECTING",
        .step = agent_step_connect,
        .next = AGENT_CREATING,
        .failed = AGENT_STOPPING,
        .resume = AGENT_RESOLVING,
        .interruptible = true,
        .error = "ContainerNetworkingError",
        .patience_ms = MINUTES(5),
    },
    [AGENT_CREATING] = {
        .name = "CREATING",
        .step = agent_step_create,
        .next = AGENT_ACTIVE,
        .failed = AGENT_STOPPING,
        .resume = AGENT_RESOLVING,
        .interruptible = true,
        .error = "CannotCreateContainerError",
        .patience_ms = MINUTES(5),
    },
    [AGENT_ACTIVE] = {
        .name = "ACTIVE",
        .step = agent_step_run,
        .next = AGENT_STOPPING,
        .failed = AGENT_STOPPING,
        .resume = AGENT_ACTIVE,
        .interruptible = true,
        .error = "DockerStateError",
    },
    [AGENT_STOPPING] = {
        .name = "STOPPING",
        .step = agent_step_stop,
        .next = AGENT_CLEANING,
        .failed = AGENT_CLEANING,
        .resume = AGENT_STOPPING,
        .error = "CannotStopContainerError",
    },
    [AGENT_CLEANING] = {
        .name = "CLEANING",
        .step = agent_step_clean,
        .next = AGENT_REPORTING,
        .failed = AGENT_REPORTING,
        .resume = AGENT_CLEANING,
        .error = "CannotRemoveContainerError",
    },
    [AGENT_REPORTING] = {
        .name = "REPORTING",
        .step = agent_step_report,
        .next = AGENT_GONE,
        .failed = AGENT_GONE,
        .resume = AGENT_REPORTING,
        .error = "TaskStateError",
    },
    [AGENT_GONE] = {
        .name = "GONE",
        .next = AGENT_GONE,
        .failed = AGENT_GONE,
        .resume = AGENT_GONE,
    },
};

const struct agent_phase_row *agent_phase_row(enum agent_phase phase)
{
    REMIT_REQUIRE((size_t)phase < REMIT_COUNT(rows));
    return &rows[phase];
}

bool agent_phase_parse(struct remit_str name, enum agent_phase *out)
{
    for (size_t i = 0; i < REMIT_COUNT(rows); i++) {
        if (!remit_str_equal(name, remit_str_of(rows[i].name)))
            continue;
        *out = (enum agent_phase)i;
        return true;
    }
    return false;
}

int agent_phase_move(enum agent_phase from, enum agent_phase to, struct remit_err *err)
{
    const struct agent_phase_row *row = agent_phase_row(from);

    if (to != from && (to == row->next || to == row->failed))
        return 0;
    return remit_fail(err, REMIT_ERR_INTERNAL, "ImpossibleStateTransitionError",
                      "a task can't go from %s to %s", row->name, agent_phase_row(to)->name);
}

static bool is_one_of(const struct remit_err *why, const char *const *codes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (remit_err_is(why, codes[i]))
            return true;
    return false;
}

bool agent_phase_waits(const struct remit_err *why)
{
    return remit_err_is(why, "Waiting");
}

bool agent_phase_retries(const struct remit_err *why)
{
    static const char *const codes[] = { "EngineAway",   "ControlAway", "OpenerAway",
                                         "MetadataAway", "WorkerAway",  "Cancelled" };

    return is_one_of(why, codes, REMIT_COUNT(codes)) ||
           (why->kind == REMIT_ERR_UNAVAILABLE && remit_err_is(why, "SystemError")); /* disk full */
}

int agent_step_wait(struct remit_err *err, const char *what)
{
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "Waiting", "waiting for %s", what);
}
