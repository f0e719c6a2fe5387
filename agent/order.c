#include "agent/order.h"

static const char *const condition_words[] = {
    [AGENT_ON_START] = "START",
    [AGENT_ON_COMPLETE] = "COMPLETE",
    [AGENT_ON_SUCCESS] = "SUCCESS",
    [AGENT_ON_HEALTHY] = "HEALTHY",
};

static const char *const status_words[] = {
    [AGENT_NONE] = "NONE",       [AGENT_PULLED] = "PULLED",   [AGENT_CREATED] = "CREATED",
    [AGENT_RUNNING] = "RUNNING", [AGENT_STOPPED] = "STOPPED",
};

bool agent_condition_parse(struct remit_str word, enum agent_condition_kind *out)
{
    for (size_t i = 0; i < REMIT_COUNT(condition_words); i++) {
        if (!remit_str_equal(word, remit_str_of(condition_words[i])))
            continue;
        *out = (enum agent_condition_kind)i;
        return true;
    }
    return false;
}

const char *agent_status_name(enum agent_status status)
{
    return status_words[status];
}

bool agent_status_parse(struct remit_str word, enum agent_status *out)
{
    for (size_t i = 0; i < REMIT_COUNT(status_words); i++) {
        if (!remit_str_equal(word, remit_str_of(status_words[i])))
            continue;
        *out = (enum agent_status)i;
        return true;
    }
    return false;
}

/*
 * Takes away, again and again, those that wait for nobody who is left; who then still stands
 * waits for itself.
 */
int agent_order_check(const struct agent_unit *units, size_t n, struct remit_err *err)
{
    bool gone[256] = { false };
    size_t left = n;
    bool moved = true;

    REMIT_REQUIRE(n <= REMIT_COUNT(gone));
    while (moved && left > 0) {
        moved = false;
        for (size_t i = 0; i < n; i++) {
            bool waits = false;

            for (size_t c = 0; c < units[i].n_conditions; c++)
                waits = waits || !gone[units[i].conditions[c].on];
            if (gone[i] || waits)
                continue;
            gone[i] = true;
            moved = true;
            left--;
        }
    }
    for (size_t i = 0; i < n; i++)
        if (!gone[i])
            return remit_fail(err, REMIT_ERR_INVALID, "DependencyCycle",
                              "container " REMIT_STR_FMT " waits for itself",
                              REMIT_STR_ARG(units[i].name));
    return 0;
}

/* What each condition asks of a dependency: LATER means not yet. */
static enum agent_start on_start(const struct agent_unit *on)
{
    if (on->started)
        return AGENT_START_NOW;
    return on->failed ? AGENT_START_NEVER : AGENT_START_LATER;
}

static enum agent_start on_complete(const struct agent_unit *on)
{
    if (on->status != AGENT_STOPPED)
        return AGENT_START_LATER;
    return on->started ? AGENT_START_NOW : AGENT_START_NEVER;
}

static enum agent_start on_success(const struct agent_unit *on)
{
    if (on->status != AGENT_STOPPED)
        return AGENT_START_LATER;
    return on->started && on->exit_code == 0 ? AGENT_START_NOW : AGENT_START_NEVER;
}

static enum agent_start on_healthy(const struct agent_unit *on)
{
    if (on->status == AGENT_STOPPED)
        return AGENT_START_NEVER;
    return on->health == AGENT_HEALTHY ? AGENT_START_NOW : AGENT_START_LATER;
}

static const struct condition_row {
    enum agent_start (*met)(const struct agent_unit *on);
    bool timed; /* startTimeout limits the wait */
} conditions[] = {
    [AGENT_ON_START] = { on_start, false },
    [AGENT_ON_COMPLETE] = { on_complete, true },
    [AGENT_ON_SUCCESS] = { on_success, true },
    [AGENT_ON_HEALTHY] = { on_healthy, true },
};

static bool waited_too_long(const struct agent_unit *on, int64_t now_boot_ms)
{
    int64_t limit_s = on->start_timeout_s > 0 ? on->start_timeout_s : AGENT_START_TIMEOUT_S;

    return on->started_boot_ms > 0 && now_boot_ms - on->started_boot_ms >= limit_s * 1000;
}

enum agent_start agent_order_start(const struct agent_unit *units, size_t n, size_t which,
                                   int64_t now_boot_ms, size_t *because)
{
    enum agent_start answer = AGENT_START_NOW;

    REMIT_REQUIRE(which < n);
    for (size_t i = 0; i < units[which].n_conditions; i++) {
        const struct agent_condition *c = &units[which].conditions[i];
        const struct condition_row *row = &conditions[c->kind];
        enum agent_start met = row->met(&units[c->on]);

        if (met == AGENT_START_LATER && row->timed && waited_too_long(&units[c->on], now_boot_ms))
            met = AGENT_START_NEVER;
        if (met == AGENT_START_NOW)
            continue;
        answer = met;
        *because = c->on;
        if (met == AGENT_START_NEVER)
            break;
    }
    return answer;
}

bool agent_order_may_stop(const struct agent_unit *units, size_t n, size_t which)
{
    for (size_t i = 0; i < n; i++) {
        if (units[i].status == AGENT_STOPPED || !units[i].started)
            continue;
        for (size_t c = 0; c < units[i].n_conditions; c++)
            if (units[i].conditions[c].on == which)
                return false;
    }
    return true;
}

enum agent_ending agent_order_ending(const struct agent_unit *units, size_t n, size_t *which)
{
    size_t stopped = 0;

    for (size_t i = 0; i < n; i++) {
        if (units[i].status != AGENT_STOPPED)
            continue;
        stopped++;
        if (!units[i].essential)
            continue;
        *which = i;
        return units[i].started ? AGENT_ESSENTIAL_EXITED : AGENT_ESSENTIAL_FAILED;
    }
    return stopped == n ? AGENT_ALL_STOPPED : AGENT_GOES_ON;
}

bool agent_order_all_started(const struct agent_unit *units, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!units[i].started && !units[i].failed)
            return false;
    return true;
}
