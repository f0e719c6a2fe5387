/* The tables of network modes and of phases. */
#include "agent/netmode.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "agent/opener/frames.h"
#include "agent/phase.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

static const struct row {
    const char *name, *engine;
    bool pause, shares;
    int place;
} rows[] = {
    { "", "bridge", true, false, OPENER_IN_CONTAINER },
    { "bridge", "bridge", true, false, OPENER_IN_CONTAINER },
    { "none", "none", true, false, OPENER_IN_CONTAINER },
    { "host", "host", false, true, OPENER_IN_HOST },
};

ROWS(netmode, rows_of_the_table, rows)
{
    const struct row *r = &rows[*row_index];
    const struct agent_netmode *mode = NULL;
    struct remit_err err = { 0 };

    cr_assert(agent_netmode_find(remit_str_of(r->name), &mode, &err) == 0);
    EXPECT_TEXT(mode->engine, r->engine);
    cr_expect(eq(int, mode->pause, r->pause));
    cr_expect(eq(int, mode->shares, r->shares));
    cr_expect(eq(int, mode->place, r->place));
}

Test(netmode, another_mode_is_refused_by_name)
{
    const struct agent_netmode *mode = NULL;
    struct remit_err err = { 0 };

    cr_assert(eq(int, agent_netmode_find(REMIT_STR("awsvpc"), &mode, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "UnsupportedNetworkMode"));
    cr_expect(strstr(err.text, "'awsvpc'") != NULL);
}

Test(netmode, a_namespace_has_one_owner)
{
    for (size_t i = 0; i < agent_netmodes_count; i++) {
        const struct agent_netmode *mode = &agent_netmodes[i];

        cr_expect(mode->pause != mode->shares, "%s", mode->name);
        cr_expect(eq(int, mode->worker != NULL, mode->shares), "%s", mode->name);
        cr_expect(eq(int, strcmp(mode->proof, "token") == 0, mode->shares), "%s", mode->name);
    }
}

Test(phase, only_forward)
{
    for (int from = AGENT_RESOLVING; from <= AGENT_GONE; from++) {
        for (int to = AGENT_RESOLVING; to <= from; to++) {
            struct remit_err err = { 0 };

            cr_expect(
                eq(int, agent_phase_move((enum agent_phase)from, (enum agent_phase)to, &err), -1));
            cr_expect(eq(int, err.kind, REMIT_ERR_INTERNAL));
            cr_expect(remit_err_is(&err, "ImpossibleStateTransitionError"));
        }
    }
}

Test(phase, a_move_that_the_table_lacks_names_both)
{
    struct remit_err err = { 0 };

    cr_assert(eq(int, agent_phase_move(AGENT_RESOLVING, AGENT_ACTIVE, &err), -1));
    EXPECT_TEXT(err.text, "a task can't go from RESOLVING to ACTIVE");
    cr_expect(eq(int, agent_phase_move(AGENT_CREATING, AGENT_ACTIVE, &err), 0));
    cr_expect(eq(int, agent_phase_move(AGENT_CREATING, AGENT_STOPPING, &err), 0));
}

Test(phase, every_phase_ends_in_gone_by_success_and_by_failure)
{
    for (int start = AGENT_RESOLVING; start < AGENT_GONE; start++) {
        enum agent_phase good = (enum agent_phase)start;
        enum agent_phase bad = (enum agent_phase)start;

        for (int i = 0; i < 10; i++) {
            good = agent_phase_row(good)->next;
            bad = agent_phase_row(bad)->failed;
        }
        cr_expect(eq(int, good, AGENT_GONE));
        cr_expect(eq(int, bad, AGENT_GONE));
        cr_expect(agent_phase_row((enum agent_phase)start)->step != NULL);
        cr_expect(agent_phase_row((enum agent_phase)start)->error != NULL);
    }
}

/* Before containers run nothing is lost by fetching again; after that nothing is fetched. */
Test(phase, what_was_only_in_memory_is_fetched_again_after_a_restart)
{
    for (int phase = AGENT_RESOLVING; phase < AGENT_ACTIVE; phase++)
        cr_expect(eq(int, agent_phase_row((enum agent_phase)phase)->resume, AGENT_RESOLVING));
    for (int phase = AGENT_ACTIVE; phase <= AGENT_GONE; phase++)
        cr_expect(eq(int, agent_phase_row((enum agent_phase)phase)->resume, phase));
}

Test(phase, names_are_read_back)
{
    enum agent_phase phase = AGENT_GONE;

    for (int i = AGENT_RESOLVING; i <= AGENT_GONE; i++) {
        cr_assert(
            agent_phase_parse(remit_str_of(agent_phase_row((enum agent_phase)i)->name), &phase));
        cr_expect(eq(int, phase, i));
    }
    cr_expect(not(agent_phase_parse(REMIT_STR("active"), &phase)));
}
