/*
 * Placing: a snapshot of the cluster, a choice in it, and one commit that holds only if nothing of
 * what the choice rests on has changed. A lost race looks and chooses again.
 */
#include "control/ops/run.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/os/random.h"

#define SNAPSHOT_MAX ((size_t)256 * 1024 * 1024) /* 5000 instances with all their attributes */

/* ---- the snapshot ---- */

struct snapshot {
    struct control_call *call;
    struct remit_str cluster;
    struct remit_arena *arena;
    struct scheduler_candidate *items; /* by instance id */
    size_t n;
};

static int order_of(const void *key, const void *item)
{
    const struct remit_str *id = key;
    const struct scheduler_candidate *candidate = item;

    return remit_str_compare(*id, candidate->instance->id);
}

static struct scheduler_candidate *candidate_of(const struct snapshot *s, struct remit_str id)
{
    return s->n == 0 ? NULL : bsearch(&id, s->items, s->n, sizeof(s->items[0]), order_of);
}

static int read_instances(struct snapshot *s, struct remit_err *err)
{
    struct control_key prefix = control_key_instances(s->cluster);
    const struct control_store_entry *entries = NULL;
    size_t n = 0;

    TRY(control_store_list(s->call->store, control_key_str(&prefix), REMIT_STR(""), 0, s->arena,
                           &entries, &n, err));
    s->items = REMIT_NEW_N(s->arena, struct scheduler_candidate, n);
    TRY(remit_arena_check(s->arena, "the cluster", err));
    for (; s->n < n; s->n++) {
        struct ecs_instance *instance = REMIT_NEW(s->arena, struct ecs_instance);

        TRY(remit_arena_check(s->arena, "the cluster", err));
        TRY(ecs_instance_parse(&entries[s->n], s->arena, instance, err));
        s->items[s->n].instance = instance;
    }
    return 0;
}

static int see_connected(void *self, const struct control_store_entry *entry, struct remit_err *err)
{
    struct scheduler_candidate *candidate = candidate_of(self, control_key_tail(entry->key, 0));

    (void)err;
    if (candidate != NULL)
        candidate->connected = true;
    return 0;
}

static int see_placed(void *self, const struct control_store_entry *entry, struct remit_err *err)
{
    struct snapshot *s = self;
    struct scheduler_candidate *candidate = candidate_of(s, control_key_tail(entry->key, 1));
    struct ecs_placed placed;

    if (candidate == NULL)
        return 0;
    TRY(ecs_placed_parse(entry, s->arena, &placed, err));
    scheduler_group_add(candidate, placed.group, s->arena);
    return remit_arena_check(s->arena, "the cluster", err);
}

static int see_task(void *self, const struct control_store_entry *entry, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(4 * CONTROL_STORE_VALUE_MAX);
    struct scheduler_candidate *candidate = NULL;
    struct ecs_task task;

    TRY(ecs_task_parse(entry, &arena, &task, err));
    candidate = candidate_of(self, task.instance);
    if (candidate != NULL && task.last_status == ECS_RUNNING)
        candidate->running++;
    return 0;
}

static int scan(struct snapshot *s, struct control_key prefix, control_store_visit *visit,
                struct remit_err *err)
{
    return control_store_scan(s->call->store, control_key_str(&prefix), REMIT_STR(""), visit, s,
                              NULL, err);
}

static int snapshot_take(struct snapshot *s, bool counts_running, struct remit_err *err)
{
    TRY(read_instances(s, err));
    TRY(scan(s, control_key_connecteds(s->cluster), see_connected, err));
    TRY(scan(s, control_key_all_placeds(s->cluster), see_placed, err));
    return counts_running ? scan(s, control_key_tasks(s->cluster), see_task, err) : 0;
}

/* ---- the commit ---- */

/* [ecs-control 9.1] what the task says of where it runs; the value is the agent's, any text */
static struct remit_str attributes_of(const struct ecs_instance *instance,
                                      struct remit_arena *arena)
{
    auto_buf struct remit_buf text = REMIT_BUF(1024);
    const struct ecs_attribute *architecture =
        ecs_instance_attribute(instance, REMIT_STR("ecs.cpu-architecture"));
    struct remit_jw w = REMIT_JW(&text);

    if (architecture == NULL)
        return REMIT_STR("");
    remit_jw_array(&w);
    remit_jw_object(&w);
    remit_jw_put_str(&w, "name", architecture->name);
    remit_jw_put_str(&w, "value", architecture->value);
    remit_jw_end(&w);
    remit_jw_end(&w);
    return remit_buf_ok(&text) ? remit_arena_str(arena, remit_buf_view(&text)) : REMIT_STR("");
}

static int put_tasks(struct control_store_txn *txn, struct run_placing *placing,
                     struct remit_arena *arena, struct remit_err *err)
{
    for (size_t i = 0; i < placing->n_tasks; i++) {
        struct ecs_task *task = &placing->tasks[i];
        const struct ecs_instance *instance = placing->chosen[i]->instance;

        task->version = 0;
        task->instance = instance->id;
        task->instance_arn = instance->arn;
        task->attributes = attributes_of(instance, arena);
        TRY(ecs_task_put(txn, task, arena, err));
    }
    return 0;
}

/* Each instance that got a task, once. */
static int put_instances(struct control_store_txn *txn, struct run_placing *placing,
                         struct remit_arena *arena, struct remit_err *err)
{
    for (size_t i = 0; i < placing->n_tasks; i++) {
        bool again = false;

        for (size_t j = 0; j < i; j++)
            again = again || placing->chosen[j] == placing->chosen[i];
        if (!again)
            TRY(ecs_instance_put(txn, placing->chosen[i]->instance, arena, err));
    }
    return 0;
}

/* What was authorized and found ACTIVE must still be so. */
static void expect_unchanged(struct control_store_txn *txn, const struct run *run,
                             const struct ecs_cluster *cluster, struct remit_arena *arena)
{
    struct control_key definition =
        control_key_definition(run->definition.family, run->definition.number);
    struct control_key place = control_key_cluster(cluster->name);

    control_store_expect(txn, remit_arena_str(arena, control_key_str(&definition)),
                         run->definition.revision);
    control_store_expect(txn, remit_arena_str(arena, control_key_str(&place)), cluster->revision);
}

static int fill(struct control_call *call, struct control_store_txn *txn,
                struct run_placing *placing, uint64_t lease, struct remit_arena *arena,
                struct remit_err *err)
{
    TRY(put_instances(txn, placing, arena, err));
    TRY(put_tasks(txn, placing, arena, err));
    if (placing->by_token)
        TRY(run_token_put(call, txn, placing, lease, arena, err));
    return remit_arena_check(arena, "the tasks", err);
}

static int commit(struct control_call *call, struct run_placing *placing,
                  const struct ecs_cluster *cluster, struct remit_arena *arena,
                  struct remit_err *err)
{
    struct control_store_txn txn = { 0 };
    struct remit_err ignored;
    uint64_t lease = 0;

    expect_unchanged(&txn, placing->run, cluster, arena);
    if (placing->by_token)
        TRY(control_store_lease(call->store, (int64_t)RUN_TOKEN_TTL_S * 1000, &lease, err));
    if (fill(call, &txn, placing, lease, arena, err) == 0 &&
        control_store_commit(call->store, &txn, NULL, err) == 0)
        return 0;
    if (lease != 0)
        TRY(control_store_revoke(call->store, lease, &ignored)); /* or it ends by itself */
    return -1;
}

/* The snapshot goes; the answer stays. */
static int keep(struct control_call *call, struct run_placing *placing, struct remit_err *err)
{
    for (size_t i = 0; i < placing->n_tasks; i++) {
        struct ecs_task *task = &placing->tasks[i];

        task->instance = remit_arena_str(call->arena, task->instance);
        task->instance_arn = remit_arena_str(call->arena, task->instance_arn);
        task->attributes = remit_arena_str(call->arena, task->attributes);
    }
    return remit_arena_check(call->arena, "the tasks", err);
}

static int place_once(struct control_call *call, void *self, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(SNAPSHOT_MAX);
    struct run_placing *placing = self;
    struct snapshot s = { .call = call, .cluster = placing->run->place.name, .arena = &arena };
    struct ecs_cluster cluster;

    placing->n_tasks = 0;
    placing->n_failures = 0;
    TRY(ecs_cluster_find_active(call, s.cluster, &cluster, err));
    TRY(run_token_check(call, placing, err));
    if (placing->replayed)
        return 0;
    TRY(snapshot_take(&s, placing->counts_running, err));
    TRY(placing->choose(call, placing, s.items, s.n, &arena, err));
    TRY(remit_arena_check(&arena, "the cluster", err));
    if (placing->n_tasks == 0)
        return 0;
    TRY(commit(call, placing, &cluster, &arena, err));
    return keep(call, placing, err);
}

/* One note for all: an audit record has each name once. */
static void note_tasks(struct control_call *call, const struct run_placing *placing)
{
    auto_buf struct remit_buf arns = REMIT_BUF(RUN_TASKS_MAX * 1024);

    for (size_t i = 0; i < placing->n_tasks; i++)
        remit_buf_put_fmt(&arns, "%s" REMIT_STR_FMT, i > 0 ? " " : "",
                          REMIT_STR_ARG(placing->tasks[i].arn));
    if (placing->n_tasks > 0)
        control_audit_note(call, "taskArns", remit_buf_view(&arns));
}

/*
 * Those that lost a race queue up: of many calls for one instance, each takes its turn instead of
 * all of them losing to each other. Correct without it, for other processes do not queue here.
 */
static pthread_mutex_t losers = PTHREAD_MUTEX_INITIALIZER;

static int place_in_turn(struct control_call *call, struct run_placing *placing,
                         struct remit_err *err)
{
    int result = 0;

    pthread_mutex_lock(&losers);
    result = ecs_retry(call, place_once, placing, err);
    pthread_mutex_unlock(&losers);
    return result;
}

int run_place(struct control_call *call, struct run_placing *placing, struct remit_err *err)
{
    if (place_once(call, placing, err) != 0) {
        if (!remit_err_is(err, "StoreConflict"))
            return -1;
        TRY(place_in_turn(call, placing, err));
    }
    note_tasks(call, placing);
    return 0;
}

/* ---- results ---- */

int run_failure_add(struct control_call *call, struct run_placing *placing, struct remit_str arn,
                    const char *reason, struct remit_err *err)
{
    size_t n = placing->n_failures;

    if ((n & (n - 1)) == 0) { /* at powers of two there is no room left */
        struct run_failure *grown =
            REMIT_NEW_N(call->arena, struct run_failure, n == 0 ? 1 : 2 * n);

        TRY(remit_arena_check(call->arena, "failures", err));
        if (n > 0)
            memcpy(grown, placing->failures, n * sizeof(grown[0]));
        placing->failures = grown;
    }
    placing->failures[n] = (struct run_failure){ remit_arena_str(call->arena, arn), reason };
    placing->n_failures++;
    return remit_arena_check(call->arena, "failures", err);
}

int run_answer(struct control_call *call, const struct run_placing *placing, struct remit_err *err)
{
    control_begin_list(call, "tasks");
    for (size_t i = 0; i < placing->n_tasks; i++)
        TRY(ecs_put_task(call, NULL, &placing->tasks[i], ECS_WITH_TAGS, err));
    control_end(call);
    control_begin_list(call, "failures");
    for (size_t i = 0; i < placing->n_failures; i++)
        ecs_put_failure(call, placing->failures[i].arn, placing->failures[i].reason);
    control_end(call);
    return 0;
}
