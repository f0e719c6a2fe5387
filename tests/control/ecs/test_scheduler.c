/* The scheduler: which reason, which instance, and never more than there is. [ecs-control 12, 13]
 */
#include "control/scheduler.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

#define MOST 8

static struct remit_arena arena = REMIT_ARENA((size_t)256 << 20);
static struct ecs_instance instances[MOST];
static struct scheduler_candidate candidates[MOST];
static struct ecs_attribute zones[MOST];

static void scene(size_t n)
{
    static const char *const names[] = { "i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7" };
    static const char *const zone_of[] = { "a", "a", "b", "b", "c", "c", "c", "c" };

    for (size_t i = 0; i < n; i++) {
        zones[i] =
            (struct ecs_attribute){ REMIT_STR("ecs.availability-zone"), remit_str_of(zone_of[i]) };
        instances[i] = (struct ecs_instance){
            .id = remit_str_of(names[i]),
            .status = ECS_ACTIVE,
            .registered = { .cpu = 1024, .memory = 1000 },
            .attributes = &zones[i],
            .n_attributes = 1,
        };
        candidates[i] =
            (struct scheduler_candidate){ .instance = &instances[i], .connected = true };
    }
}

static void clean(void)
{
    remit_arena_drop(&arena);
}

TestSuite(scheduler, .fini = clean, .timeout = 60);

static struct ecs_ports ports(uint16_t *items, size_t n)
{
    return (struct ecs_ports){ items, n };
}

/* ---- reasons ---- */

static struct remit_str missing = REMIT_STR_INIT("gone");
static uint16_t p80[] = { 80 };
static uint16_t many[100];

static const char *reason(struct scheduler_need *need)
{
    return scheduler_fits(need, &candidates[0]) != NULL ? scheduler_fits(need, &candidates[0])
                                                        : "fits";
}

Test(scheduler, says_the_first_thing_that_is_in_the_way)
{
    struct scheduler_need need = { .amount = { .cpu = 1025, .memory = 1001 },
                                   .attributes = &missing,
                                   .n_attributes = 1,
                                   .distinct = true,
                                   .group = REMIT_STR("g") };

    scene(1);
    need.amount.tcp = ports(p80, 1);
    instances[0].used.tcp = ports(p80, 1);
    scheduler_group_add(&candidates[0], REMIT_STR("g"), &arena);
    candidates[0].connected = false;
    instances[0].status = ECS_DRAINING;
    EXPECT_TEXT(reason(&need), "INACTIVE");
    instances[0].status = ECS_ACTIVE;
    EXPECT_TEXT(reason(&need), "AGENT");
    candidates[0].connected = true;
    EXPECT_TEXT(reason(&need), "ATTRIBUTE");
    need.n_attributes = 0;
    EXPECT_TEXT(reason(&need), "RESOURCE:CPU");
    need.amount.cpu = 1024;
    EXPECT_TEXT(reason(&need), "RESOURCE:MEMORY");
    need.amount.memory = 1000;
    EXPECT_TEXT(reason(&need), "RESOURCE:PORTS");
    need.amount.udp = need.amount.tcp; /* a port is one per protocol */
    need.amount.tcp.n = 0;
    EXPECT_TEXT(reason(&need), "DistinctInstance placement constraint unsatisfied.");
    need.distinct = false;
    EXPECT_TEXT(reason(&need), "fits");
    need.architecture = REMIT_STR("arm64");
    EXPECT_TEXT(reason(&need), "ATTRIBUTE");
}

Test(scheduler, reserves_a_hundred_ports_the_agents_included)
{
    struct scheduler_need need = { .amount = { .tcp = { many, 0 } } };

    scene(1);
    for (uint16_t i = 0; i < 100; i++)
        many[i] = (uint16_t)(1000 + i);
    instances[0].registered.tcp = ports(p80, 1);
    need.amount.tcp = ports(many, 99);
    EXPECT_TEXT(reason(&need), "fits");
    need.amount.tcp = ports(many, 100);
    EXPECT_TEXT(reason(&need), "RESOURCE:PORTS");
}

/* ---- strategies ---- */

#define SPREAD_ZONES                                                                               \
    {                                                                                              \
        SCHEDULER_SPREAD, SCHEDULER_ATTRIBUTE, REMIT_STR_INIT("ecs.availability-zone")             \
    }
#define SPREAD_INSTANCES                                                                           \
    {                                                                                              \
        SCHEDULER_SPREAD, SCHEDULER_INSTANCE, REMIT_STR_INIT("")                                   \
    }
#define PACK_CPU                                                                                   \
    {                                                                                              \
        SCHEDULER_BINPACK, SCHEDULER_CPU, REMIT_STR_INIT("")                                       \
    }
#define PACK_MEMORY                                                                                \
    {                                                                                              \
        SCHEDULER_BINPACK, SCHEDULER_MEMORY, REMIT_STR_INIT("")                                    \
    }
#define AT_RANDOM                                                                                  \
    {                                                                                              \
        SCHEDULER_RANDOM, SCHEDULER_CPU, REMIT_STR_INIT("")                                        \
    }

static const struct {
    const char *name;
    struct scheduler_strategy strategies[2];
    size_t n;
    const char *order; /* instances that four tasks of 256 units go to */
} plans[] = {
    { "by default over zones, then instances", { { 0 } }, 0, "0 2 4 1" },
    { "over instances", { SPREAD_INSTANCES }, 1, "0 1 2 3" },
    { "packed by cpu", { PACK_CPU }, 1, "0 0 0 0" },
    { "over zones, packed in each", { SPREAD_ZONES, PACK_MEMORY }, 2, "0 2 4 0" },
    { "seed 7 of 5", { AT_RANDOM }, 1, "2 2 2 2" },
};
ROWS(scheduler, follows_the_strategy, plans)
{
    struct scheduler_need need = { .amount = { .cpu = 256, .memory = 10 },
                                   .group = REMIT_STR("g"),
                                   .n_strategies = plans[*row_index].n };
    const char *reasons[MOST];
    char order[32] = "";

    scene(5);
    memcpy(need.strategies, plans[*row_index].strategies, sizeof(plans[0].strategies));
    for (int i = 0; i < 4; i++) {
        size_t which = 0;

        cr_assert(scheduler_choose(&need, candidates, 5, 7, &arena, &which, reasons));
        (void)snprintf(order + strlen(order), sizeof(order) - strlen(order), "%s%zu",
                       i > 0 ? " " : "", which);
        scheduler_take(&need, &candidates[which], &arena);
    }
    EXPECT_TEXT(order, plans[*row_index].order);
}

Test(scheduler, other_groups_do_not_count_in_a_spread)
{
    struct scheduler_need need = { .group = REMIT_STR("g") };
    const char *reasons[MOST];
    size_t which = 9;

    scene(2);
    scheduler_group_add(&candidates[0], REMIT_STR("other"), &arena);
    scheduler_group_add(&candidates[1], REMIT_STR("g"), &arena);
    cr_assert(scheduler_choose(&need, candidates, 2, 0, &arena, &which, reasons));
    cr_expect(which == 0);
}

Test(scheduler, instances_without_the_attribute_come_last)
{
    struct scheduler_need need = { .group = REMIT_STR("g") };
    const char *reasons[MOST];
    size_t which = 9;

    scene(2);
    instances[0].n_attributes = 0;
    scheduler_group_add(&candidates[1], REMIT_STR("g"), &arena);
    cr_assert(scheduler_choose(&need, candidates, 2, 0, &arena, &which, reasons));
    cr_expect(which == 1);
}

Test(scheduler, tells_the_reason_of_each)
{
    struct scheduler_need need = { .amount = { .cpu = 2000 } };
    const char *reasons[MOST];
    size_t which = 9;

    scene(2);
    candidates[1].connected = false;
    cr_expect(!scheduler_choose(&need, candidates, 2, 0, &arena, &which, reasons));
    EXPECT_TEXT(reasons[0], "RESOURCE:CPU");
    EXPECT_TEXT(reasons[1], "AGENT");
    cr_expect(!scheduler_choose(&need, candidates, 0, 0, &arena, &which, reasons));
}

/* ---- never more than there is ---- */

static unsigned rnd(unsigned below)
{
    static unsigned state = 12345;

    state = state * 1103515245u + 12345u;
    return (state >> 8) % below;
}

static struct scheduler_need some_need(uint16_t *tcp)
{
    static const struct scheduler_strategy all[] = { SPREAD_ZONES, SPREAD_INSTANCES, PACK_CPU,
                                                     PACK_MEMORY, AT_RANDOM };
    static const char *const names[] = { "g", "h" };
    struct scheduler_need need = {
        .amount = { .cpu = rnd(400), .memory = rnd(400), .tcp = { tcp, 1 } },
        .group = remit_str_of(names[rnd(2)]),
        .n_strategies = rnd(3),
        .distinct = rnd(10) == 0,
    };

    *tcp = (uint16_t)(8000 + rnd(6));
    need.amount.tcp.n = rnd(2);
    for (size_t i = 0; i < need.n_strategies; i++)
        need.strategies[i] = all[rnd(REMIT_COUNT(all))];
    return need;
}

Test(scheduler, never_over_commits_and_refuses_only_what_does_not_fit)
{
    for (unsigned world = 0; world < 400; world++) {
        struct {
            int64_t cpu, memory;
            unsigned port[6];
        } held[MOST] = { 0 };
        size_t n = 1 + rnd(MOST);

        scene(n);
        for (unsigned step = 0; step < 60; step++) {
            const char *reasons[MOST];
            uint16_t *tcp = REMIT_NEW(&arena, uint16_t);
            struct scheduler_need need = some_need(tcp);
            size_t which = 0;

            if (!scheduler_choose(&need, candidates, n, rnd(1000), &arena, &which, reasons)) {
                for (size_t i = 0; i < n; i++)
                    cr_assert(need.distinct || held[i].cpu + need.amount.cpu > 1024 ||
                              held[i].memory + need.amount.memory > 1000 ||
                              (need.amount.tcp.n > 0 && held[i].port[*tcp - 8000] > 0));
                continue;
            }
            scheduler_take(&need, &candidates[which], &arena);
            held[which].cpu += need.amount.cpu;
            held[which].memory += need.amount.memory;
            if (need.amount.tcp.n > 0)
                held[which].port[*tcp - 8000]++;
            cr_assert(held[which].cpu <= 1024 && held[which].memory <= 1000);
            cr_assert(held[which].port[*tcp - 8000] <= 1);
            cr_assert(instances[which].used.cpu == held[which].cpu);
        }
        remit_arena_drop(&arena);
    }
}
