#include "cli/tasks.h"

#include <time.h>

#include "common/os/clock.h"

#define ECS(operation) "AmazonEC2ContainerServiceV20141113." operation
#define BODY_MAX       32768
#define LOOK_AGAIN_MS  200

/* Tasks that are to run, or that are to stop and have not: ECS lists them by desired status. */
static int list(struct cli_client *client, const char *cluster, const char *desired,
                struct remit_json **out, struct remit_err *err)
{
    auto_buf struct remit_buf body = REMIT_BUF(BODY_MAX);
    struct remit_jw w = REMIT_JW(&body);

    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "cluster", cluster);
    remit_jw_put_cstr(&w, "desiredStatus", desired);
    remit_jw_end(&w);
    return cli_client_call(client, "ecs", ECS("ListTasks"), remit_buf_view(&body), out, err);
}

static int stop(struct cli_client *client, const char *cluster, struct remit_str task,
                struct remit_err *err)
{
    auto_buf struct remit_buf body = REMIT_BUF(BODY_MAX);
    auto_json struct remit_json *answer = NULL;
    struct remit_jw w = REMIT_JW(&body);

    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "cluster", cluster);
    remit_jw_put_str(&w, "task", task);
    remit_jw_put_cstr(&w, "reason", "remit up is ending");
    remit_jw_end(&w);
    return cli_client_call(client, "ecs", ECS("StopTask"), remit_buf_view(&body), &answer, err);
}

/* How many of them have not reached STOPPED. */
static int count_unstopped(struct cli_client *client, const char *cluster,
                           const struct remit_json *arns, size_t *out, struct remit_err *err)
{
    auto_buf struct remit_buf body = REMIT_BUF(BODY_MAX);
    auto_json struct remit_json *answer = NULL;
    struct remit_jw w = REMIT_JW(&body);
    const struct remit_json *tasks = NULL;

    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "cluster", cluster);
    remit_jw_key(&w, "tasks");
    remit_jw_json(&w, arns);
    remit_jw_end(&w);
    TRY(cli_client_call(client, "ecs", ECS("DescribeTasks"), remit_buf_view(&body), &answer, err));
    tasks = remit_json_get(answer, "tasks");
    for (size_t i = 0; i < remit_json_count(tasks); i++) {
        const struct remit_json *task = remit_json_at(tasks, i);

        *out += !remit_str_equal(remit_json_str(remit_json_get(task, "lastStatus")),
                                 REMIT_STR("STOPPED"));
    }
    return 0;
}

/* One look at all pages' first hundred: those to run are told to stop, the others are counted. */
static int round_of(struct cli_client *client, const char *cluster, size_t *left,
                    struct remit_err *err)
{
    auto_json struct remit_json *running = NULL;
    auto_json struct remit_json *stopping = NULL;
    const struct remit_json *arns = NULL;

    TRY(list(client, cluster, "RUNNING", &running, err));
    arns = remit_json_get(running, "taskArns");
    *left = remit_json_count(arns);
    for (size_t i = 0; i < remit_json_count(arns); i++)
        TRY(stop(client, cluster, remit_json_str(remit_json_at(arns, i)), err));
    TRY(list(client, cluster, "STOPPED", &stopping, err));
    arns = remit_json_get(stopping, "taskArns");
    if (remit_json_count(arns) == 0)
        return 0;
    return count_unstopped(client, cluster, arns, left, err);
}

int cli_tasks_stop(struct cli_client *client, const char *cluster, int wait_s,
                   struct remit_err *err)
{
    int64_t until = remit_clock_boot_ms() + (int64_t)wait_s * 1000;
    const struct timespec pause = { .tv_nsec = LOOK_AGAIN_MS * 1000000L };
    size_t left = 0;

    for (;;) {
        TRY(round_of(client, cluster, &left, err));
        if (left == 0)
            return 0;
        if (remit_clock_boot_ms() >= until)
            return remit_fail(err, REMIT_ERR_UNAVAILABLE, "TasksRemain",
                              "%zu tasks had not stopped after %d s", left, wait_s);
        (void)nanosleep(&pause, NULL);
    }
}
