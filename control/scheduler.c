#include "control/scheduler.h"

#include <stdlib.h>

/* ---- does it fit ---- */

static bool has_attributes(const struct scheduler_need *need, const struct ecs_instance *instance)
{
    for (size_t i = 0; i < need->n_attributes; i++)
        if (ecs_instance_attribute(instance, need->attributes[i]) == NULL)
            return false;
    if (need->architecture.len > 0) {
        const struct ecs_attribute *is =
            ecs_instance_attribute(instance, REMIT_STR("ecs.cpu-architecture"));

        return is != NULL && remit_str_equal(is->value, need->architecture);
    }
    return true;
}

static bool overlap(const struct ecs_ports *wanted, const struct ecs_ports *taken)
{
    for (size_t i = 0; i < wanted->n; i++)
        if (ecs_ports_has(taken, wanted->items[i]))
            return true;
    return false;
}

static bool ports_free(const struct ecs_amount *wanted, const struct ecs_instance *instance)
{
    const struct ecs_amount *all = &instance->registered;
    const struct ecs_amount *used = &instance->used;

    return !overlap(&wanted->tcp, &all->tcp) && !overlap(&wanted->tcp, &used->tcp) &&
           !overlap(&wanted->udp, &all->udp) && !overlap(&wanted->udp, &used->udp) &&
           (wanted->tcp.n + wanted->udp.n == 0 ||
            wanted->tcp.n + wanted->udp.n + all->tcp.n + all->udp.n + used->tcp.n + used->udp.n <=
                SCHEDULER_PORTS_MAX);
}

static bool in_group(const struct scheduler_candidate *candidate, struct remit_str group)
{
    for (size_t i = 0; i < candidate->n_groups; i++)
        if (remit_str_equal(candidate->groups[i], group))
            return true;
    return false;
}

static const char *constraints_hold(const struct scheduler_need *need,
                                    const struct scheduler_candidate *candidate)
{
    const struct cluster_facts facts = {
        .instance = candidate->instance,
        .connected = candidate->connected,
        .running = candidate->running,
        .groups = candidate->groups,
        .n_groups = candidate->n_groups,
    };

    if (need->distinct && in_group(candidate, need->group))
        return "DistinctInstance placement constraint unsatisfied.";
    for (size_t i = 0; i < need->n_constraints; i++)
        if (!cluster_query_matches(need->constraints[i], &facts))
            return "MemberOf placement constraint unsatisfied.";
    return NULL;
}

const char *scheduler_fits(const struct scheduler_need *need,
                           const struct scheduler_candidate *candidate)
{
    const struct ecs_instance *instance = candidate->instance;

    if (instance->status != ECS_ACTIVE)
        return "INACTIVE";
    if (!candidate->connected)
        return "AGENT";
    if (!has_attributes(need, instance))
        return "ATTRIBUTE";
    /* differences, not sums: what tasks hold may be any number that fits */
    if (need->amount.cpu > instance->registered.cpu - instance->used.cpu)
        return "RESOURCE:CPU";
    if (need->amount.memory > instance->registered.memory - instance->used.memory)
        return "RESOURCE:MEMORY";
    if (!ports_free(&need->amount, instance))
        return "RESOURCE:PORTS";
    return constraints_hold(need, candidate);
}

/* ---- which of those that fit ---- */

/* An instance with the value that a spread counts by; without one it is in a group of its own. */
struct spread_row {
    struct remit_str value;
    bool has;
    size_t which;
    uint64_t count; /* of the group's tasks there */
};

static struct spread_row spread_row_of(const struct scheduler_need *need,
                                       const struct scheduler_strategy *strategy,
                                       const struct scheduler_candidate *candidates, size_t which)
{
    const struct ecs_instance *instance = candidates[which].instance;
    struct spread_row row = { .value = instance->id, .has = true, .which = which };
    const struct ecs_attribute *attribute = NULL;

    if (strategy->field == SCHEDULER_ATTRIBUTE) {
        attribute = ecs_instance_attribute(instance, strategy->attribute);
        row.has = attribute != NULL;
        row.value = attribute != NULL ? attribute->value : REMIT_STR("");
    }
    for (size_t i = 0; i < candidates[which].n_groups; i++)
        row.count += remit_str_equal(candidates[which].groups[i], need->group);
    return row;
}

static int spread_order(const void *a, const void *b)
{
    const struct spread_row *x = a;
    const struct spread_row *y = b;

    return x->has != y->has ? (x->has ? -1 : 1) : remit_str_compare(x->value, y->value);
}

/*
 * The score of an instance is the number of the group's tasks on all instances that share its
 * value, whether they still have room or not; those without a value come last.
 */
static void spread_scores(const struct scheduler_need *need,
                          const struct scheduler_strategy *strategy,
                          const struct scheduler_candidate *candidates, size_t n, uint64_t *scores,
                          struct remit_arena *arena)
{
    struct spread_row *rows = REMIT_NEW_N(arena, struct spread_row, n);

    if (rows == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        rows[i] = spread_row_of(need, strategy, candidates, i);
    qsort(rows, n, sizeof(rows[0]), spread_order);
    for (size_t from = 0, to = 0; from < n; from = to) {
        uint64_t sum = rows[from].has ? 0 : UINT32_MAX;

        for (to = from; to < n && spread_order(&rows[from], &rows[to]) == 0; to++)
            sum += rows[to].count;
        for (size_t i = from; i < to; i++)
            scores[rows[i].which] = sum;
    }
}

static void binpack_scores(const struct scheduler_strategy *strategy,
                           const struct scheduler_candidate *candidates, size_t n, uint64_t *scores)
{
    for (size_t i = 0; i < n; i++) {
        const struct ecs_amount *all = &candidates[i].instance->registered;
        const struct ecs_amount *used = &candidates[i].instance->used;
        int64_t left =
            strategy->field == SCHEDULER_CPU ? all->cpu - used->cpu : all->memory - used->memory;

        scores[i] = left > 0 ? (uint64_t)left : 0;
    }
}

/* Keeps those with the least score. */
static void narrow(const struct scheduler_need *need, const struct scheduler_strategy *strategy,
                   const struct scheduler_candidate *candidates, size_t n, bool *in,
                   struct remit_arena *arena)
{
    uint64_t *scores = REMIT_NEW_N(arena, uint64_t, n);
    uint64_t least = UINT64_MAX;

    if (scores == NULL)
        return; /* the arena remembers: its owner asks before the commit */
    if (strategy->kind == SCHEDULER_SPREAD)
        spread_scores(need, strategy, candidates, n, scores, arena);
    else
        binpack_scores(strategy, candidates, n, scores);
    for (size_t i = 0; i < n; i++)
        if (in[i] && scores[i] < least)
            least = scores[i];
    for (size_t i = 0; i < n; i++)
        in[i] = in[i] && scores[i] == least;
}

static size_t pick(const bool *in, size_t n, uint64_t nth)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += in[i];
    nth %= count;
    for (size_t i = 0; i < n; i++)
        if (in[i] && nth-- == 0)
            return i;
    return n;
}

static const struct scheduler_strategy by_default[] = {
    { SCHEDULER_SPREAD, SCHEDULER_ATTRIBUTE, REMIT_STR_INIT("ecs.availability-zone") },
    { SCHEDULER_SPREAD, SCHEDULER_INSTANCE, REMIT_STR_INIT("") },
};

static size_t strategies_choose(const struct scheduler_need *need,
                                const struct scheduler_candidate *candidates, size_t n, bool *in,
                                uint64_t seed, struct remit_arena *arena)
{
    const struct scheduler_strategy *list = need->n_strategies > 0 ? need->strategies : by_default;
    size_t n_list = need->n_strategies > 0 ? need->n_strategies : REMIT_COUNT(by_default);

    for (size_t i = 0; i < n_list; i++) {
        if (list[i].kind == SCHEDULER_RANDOM)
            return pick(in, n, seed);
        narrow(need, &list[i], candidates, n, in, arena);
    }
    return pick(in, n, 0);
}

bool scheduler_choose(const struct scheduler_need *need,
                      const struct scheduler_candidate *candidates, size_t n, uint64_t seed,
                      struct remit_arena *arena, size_t *chosen, const char **reasons)
{
    bool *in = REMIT_NEW_N(arena, bool, n);
    bool any = false;

    for (size_t i = 0; i < n && in != NULL; i++) {
        reasons[i] = scheduler_fits(need, &candidates[i]);
        in[i] = reasons[i] == NULL;
        any = any || in[i];
    }
    if (!any)
        return false;
    *chosen = strategies_choose(need, candidates, n, in, seed, arena);
    return true;
}

/* ---- counting in ---- */

void scheduler_group_add(struct scheduler_candidate *candidate, struct remit_str group,
                         struct remit_arena *arena)
{
    if (candidate->n_groups == candidate->cap_groups) {
        size_t cap = candidate->cap_groups * 2 + 8;
        struct remit_str *grown = REMIT_NEW_N(arena, struct remit_str, cap);

        if (grown == NULL)
            return; /* the arena remembers: its owner asks before the commit */
        if (candidate->n_groups > 0)
            memcpy(grown, candidate->groups, candidate->n_groups * sizeof(grown[0]));
        candidate->groups = grown;
        candidate->cap_groups = cap;
    }
    candidate->groups[candidate->n_groups++] = group;
}

void scheduler_take(const struct scheduler_need *need, struct scheduler_candidate *candidate,
                    struct remit_arena *arena)
{
    struct ecs_amount *used = &candidate->instance->used;

    used->cpu += need->amount.cpu;
    used->memory += need->amount.memory;
    used->tcp = ecs_ports_union(&used->tcp, &need->amount.tcp, arena);
    used->udp = ecs_ports_union(&used->udp, &need->amount.udp, arena);
    scheduler_group_add(candidate, need->group, arena);
}
