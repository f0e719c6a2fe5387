/* What may start, what may stop, when a task is over. */
#include "agent/order.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

/* One container waits for another: what the other does decides. */
static const struct row {
    const char *name;
    enum agent_condition_kind kind;
    struct agent_unit on;
    enum agent_start answer;
} rows[] = {
    { "start: created", AGENT_ON_START, { .status = AGENT_CREATED }, AGENT_START_LATER },
    { "start: running",
      AGENT_ON_START,
      { .status = AGENT_RUNNING, .started = true },
      AGENT_START_NOW },
    { "start: ran and ended",
      AGENT_ON_START,
      { .status = AGENT_STOPPED, .started = true, .exit_code = 1 },
      AGENT_START_NOW },
    { "start: never will",
      AGENT_ON_START,
      { .status = AGENT_STOPPED, .failed = true },
      AGENT_START_NEVER },
    { "complete: running",
      AGENT_ON_COMPLETE,
      { .status = AGENT_RUNNING, .started = true },
      AGENT_START_LATER },
    { "complete: ended badly",
      AGENT_ON_COMPLETE,
      { .status = AGENT_STOPPED, .started = true, .exit_code = 3 },
      AGENT_START_NOW },
    { "complete: never ran",
      AGENT_ON_COMPLETE,
      { .status = AGENT_STOPPED, .failed = true },
      AGENT_START_NEVER },
    { "success: ended well",
      AGENT_ON_SUCCESS,
      { .status = AGENT_STOPPED, .started = true },
      AGENT_START_NOW },
    { "success: ended badly",
      AGENT_ON_SUCCESS,
      { .status = AGENT_STOPPED, .started = true, .exit_code = 1 },
      AGENT_START_NEVER },
    { "success: never ran, exit code 0",
      AGENT_ON_SUCCESS,
      { .status = AGENT_STOPPED, .failed = true },
      AGENT_START_NEVER },
    { "healthy: starting",
      AGENT_ON_HEALTHY,
      { .status = AGENT_RUNNING, .started = true, .health = AGENT_STARTING },
      AGENT_START_LATER },
    { "healthy: unhealthy may recover",
      AGENT_ON_HEALTHY,
      { .status = AGENT_RUNNING, .started = true, .health = AGENT_UNHEALTHY },
      AGENT_START_LATER },
    { "healthy: healthy",
      AGENT_ON_HEALTHY,
      { .status = AGENT_RUNNING, .started = true, .health = AGENT_HEALTHY },
      AGENT_START_NOW },
    { "healthy: was, and ended",
      AGENT_ON_HEALTHY,
      { .status = AGENT_STOPPED, .started = true, .health = AGENT_HEALTHY },
      AGENT_START_NEVER },
    { "healthy: waited 180 s",
      AGENT_ON_HEALTHY,
      { .status = AGENT_RUNNING, .started = true, .started_boot_ms = 1000 },
      AGENT_START_NEVER },
    { "healthy: waits for its own startTimeout",
      AGENT_ON_HEALTHY,
      { .status = AGENT_RUNNING, .started = true, .started_boot_ms = 1000, .start_timeout_s = 300 },
      AGENT_START_LATER },
    { "start: is not timed",
      AGENT_ON_START,
      { .status = AGENT_CREATED, .started_boot_ms = 1000 },
      AGENT_START_LATER },
};

ROWS(order, conditions, rows)
{
    const struct row *r = &rows[*row_index];
    const struct agent_condition condition = { .on = 0, .kind = r->kind };
    const struct agent_unit units[] = {
        r->on,
        { .status = AGENT_CREATED, .conditions = &condition, .n_conditions = 1 },
    };
    size_t because = 9;

    cr_expect(eq(int, agent_order_start(units, 2, 1, 181000, &because), r->answer), "%s", r->name);
    if (r->answer != AGENT_START_NOW)
        cr_expect(eq(sz, because, 0), "%s", r->name);
}

Test(order, one_condition_that_can_not_be_met_outweighs_those_that_wait)
{
    const struct agent_condition both[] = { { 0, AGENT_ON_START }, { 1, AGENT_ON_SUCCESS } };
    const struct agent_unit units[] = {
        { .status = AGENT_CREATED },
        { .status = AGENT_STOPPED, .started = true, .exit_code = 1 },
        { .status = AGENT_CREATED, .conditions = both, .n_conditions = 2 },
    };
    size_t because = 9;

    cr_expect(eq(int, agent_order_start(units, 3, 2, 0, &because), AGENT_START_NEVER));
    cr_expect(eq(sz, because, 1));
}

Test(order, stops_in_reverse)
{
    const struct agent_condition on_db = { 0, AGENT_ON_START };
    struct agent_unit units[] = {
        { .status = AGENT_RUNNING, .started = true },
        { .status = AGENT_RUNNING, .started = true, .conditions = &on_db, .n_conditions = 1 },
    };

    cr_expect(not(agent_order_may_stop(units, 2, 0)));
    cr_expect(agent_order_may_stop(units, 2, 1));
    units[1].status = AGENT_STOPPED;
    cr_expect(agent_order_may_stop(units, 2, 0));
}

Test(order, what_never_started_holds_nobody_up)
{
    const struct agent_condition on_db = { 0, AGENT_ON_HEALTHY };
    const struct agent_unit units[] = {
        { .status = AGENT_RUNNING, .started = true },
        { .status = AGENT_CREATED, .conditions = &on_db, .n_conditions = 1 },
    };

    cr_expect(agent_order_may_stop(units, 2, 0));
}

Test(order, an_essential_container_ends_the_task)
{
    const struct agent_unit units[] = {
        { .status = AGENT_RUNNING, .started = true, .essential = true },
        { .status = AGENT_STOPPED, .started = true, .essential = true },
    };
    size_t which = 9;

    cr_expect(eq(int, agent_order_ending(units, 2, &which), AGENT_ESSENTIAL_EXITED));
    cr_expect(eq(sz, which, 1));
}

Test(order, an_essential_container_that_can_not_run_fails_the_task)
{
    const struct agent_unit units[] = {
        { .status = AGENT_STOPPED, .failed = true, .essential = true }
    };
    size_t which = 9;

    cr_expect(eq(int, agent_order_ending(units, 1, &which), AGENT_ESSENTIAL_FAILED));
}

Test(order, a_side_container_ends_alone)
{
    const struct agent_unit units[] = {
        { .status = AGENT_RUNNING, .started = true, .essential = true },
        { .status = AGENT_STOPPED, .started = true },
    };
    size_t which = 9;

    cr_expect(eq(int, agent_order_ending(units, 2, &which), AGENT_GOES_ON));
    cr_expect(agent_order_all_started(units, 2));
}

Test(order, a_cycle_is_named)
{
    const struct agent_condition on_b = { 1, AGENT_ON_START };
    const struct agent_condition on_a = { 0, AGENT_ON_START };
    const struct agent_unit units[] = {
        { .name = REMIT_STR_INIT("a"), .conditions = &on_b, .n_conditions = 1 },
        { .name = REMIT_STR_INIT("b"), .conditions = &on_a, .n_conditions = 1 },
        { .name = REMIT_STR_INIT("c") },
    };
    struct remit_err err = { 0 };

    cr_assert(eq(int, agent_order_check(units, 3, &err), -1));
    cr_expect(remit_err_is(&err, "DependencyCycle"));
    EXPECT_TEXT(err.text, "container a waits for itself");
    cr_expect(eq(int, agent_order_check(&units[2], 1, &err), 0));
}

Test(order, words_are_those_of_the_api)
{
    enum agent_condition_kind kind = AGENT_ON_START;
    enum agent_status status = AGENT_NONE;

    cr_expect(agent_condition_parse(REMIT_STR("HEALTHY"), &kind) && kind == AGENT_ON_HEALTHY);
    cr_expect(not(agent_condition_parse(REMIT_STR("healthy"), &kind)));
    cr_expect(agent_status_parse(REMIT_STR("RUNNING"), &status) && status == AGENT_RUNNING);
    EXPECT_TEXT(agent_status_name(AGENT_STOPPED), "STOPPED");
}
