/* Whether a task's sessions are still good: by what is stored about the task. */
#include "control/sessions.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "control/ecs_data.h"
#include "control/store/store.h"
#include "tests/lib/rows.h"

#define ARN(id) "arn:aws:ecs:us-east-1:123456789012:task/default/" id

static struct control_store *store;
static struct remit_arena arena = REMIT_ARENA(1 << 20);

static void open_store(void)
{
    cr_assert(control_store_ram_open(&store, NULL) == 0);
}

static void close_store(void)
{
    control_store_drop(&store);
    remit_arena_drop(&arena);
}

TestSuite(session_task, .init = open_store, .fini = close_store, .timeout = 10);

static void put_task(enum ecs_status last, enum ecs_status desired)
{
    struct control_store_txn txn = { 0 };
    struct ecs_task task = {
        .id = REMIT_STR("0123"),
        .cluster = REMIT_STR("default"),
        .arn = REMIT_STR(ARN("0123")),
        .cluster_arn = REMIT_STR("arn:aws:ecs:us-east-1:123456789012:cluster/default"),
        .family = REMIT_STR("web"),
        .definition_arn = REMIT_STR("arn:aws:ecs:us-east-1:123456789012:task-definition/web:1"),
        .definition = 1,
        .instance = REMIT_STR("abcd"),
        .instance_arn =
            REMIT_STR("arn:aws:ecs:us-east-1:123456789012:container-instance/default/abcd"),
        .last_status = last,
        .desired_status = desired,
    };
    struct remit_err err = { 0 };

    cr_assert(ecs_task_put(&txn, &task, &arena, &err) == 0, "%s", err.text);
    cr_assert(control_store_commit(store, &txn, NULL, &err) == 0, "%s", err.text);
}

static bool live(const char *task_arn)
{
    struct remit_err err = { 0 };
    bool out = true;

    cr_assert(control_session_task_live(store, remit_str_of(task_arn), &arena, &out, &err) == 0,
              "%s", err.text);
    return out;
}

static const struct row {
    const char *name;
    enum ecs_status last, desired;
    bool live;
} rows[] = {
    { "pending", ECS_PENDING, ECS_RUNNING, true },
    { "running", ECS_RUNNING, ECS_RUNNING, true },
    { "to stop, still running", ECS_RUNNING, ECS_STOPPED, false },
    { "stopped", ECS_STOPPED, ECS_STOPPED, false },
};
ROWS(session_task, lives_while_it_is_to_run, rows)
{
    const struct row *r = &rows[*row_index];

    put_task(r->last, r->desired);
    cr_expect(live(ARN("0123")) == r->live, "%s", r->name);
}

static const char *const strangers[] = {
    ARN("4567"),
    "arn:aws:ecs:us-east-1:123456789012:task/other/0123",
    "arn:aws:ecs:us-east-1:123456789012:task/0123",
    "arn:aws:ecs:us-east-1:123456789012:task/default/",
    "arn:aws:ecs:us-east-1:210987654321:task/default/0123",
    "arn:aws:ecs:us-east-1:123456789012:container-instance/default/0123",
    "arn:aws:iam:us-east-1:123456789012:task/default/0123",
    "0123",
    "",
};
ROWS(session_task, what_names_no_task_of_ours_is_not_live, strangers)
{
    put_task(ECS_RUNNING, ECS_RUNNING);
    cr_expect(not(live(strangers[*row_index])), "%s", strangers[*row_index]);
}
