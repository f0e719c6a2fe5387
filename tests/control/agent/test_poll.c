/* What an agent learns when it polls, when it learns it, and which run of the agent may ask. */
#include <pthread.h>
#include <stdio.h>

#include "common/os/clock.h"
#include "tests/control/agent/scene.h"
#include "tests/lib/rows.h"

TestSuite(agent_poll, .init = scene_open, .fini = scene_close, .timeout = 60);

#define OURS "'containerInstanceArn':'" SCENE_INSTANCE_ARN(SCENE_OURS) "'"
#define BOOT "'bootId':'" SCENE_BOOT "'"
#define T1   "00000000000000000000000000000001"
#define T2   "00000000000000000000000000000002"

/* Known tasks as JSON: each id, those that start with '+' with renew. */
static const char *known(const char *a, const char *b)
{
    const char *ids[] = { a, b };
    struct remit_buf text = REMIT_BUF(4096);
    const char *out = NULL;

    for (size_t i = 0; i < 2 && ids[i] != NULL; i++)
        remit_buf_put_fmt(&text, "%s{'taskArn':'%s','renew':%s}", i > 0 ? "," : "",
                          scene_task_arn(ids[i] + (ids[i][0] == '+')),
                          ids[i][0] == '+' ? "true" : "false");
    out = remit_arena_str(&face.arena, remit_buf_view(&text)).ptr;
    remit_buf_drop(&text);
    return out;
}

static struct remit_json *poll(int64_t seen, int wait_s, const char *known_tasks)
{
    return scene_must(&control_poll, scene_agent(SCENE_OURS),
                      "{" OURS "," BOOT ",'seenRevision':%lld,'waitSeconds':%d,'known':[%s]}",
                      (long long)seen, wait_s, known_tasks);
}

static int64_t revision_of(const struct remit_json *answer)
{
    return remit_json_int(remit_json_get(answer, "revision"));
}

static size_t count(const struct remit_json *answer)
{
    return remit_json_count(remit_json_get(answer, "tasks"));
}

/* ---- what is answered ---- */

Test(agent_poll, new_task_comes_with_all_that_the_agent_needs)
{
    struct ecs_task task = scene_task(SCENE_OURS, T1);
    auto_json struct remit_json *answer = poll(0, 0, "");
    const struct remit_json *t = scene_value(answer, "tasks.0");

    cr_assert(eq(sz, count(answer), 1));
    cr_expect(eq(i64, revision_of(answer), (int64_t)control_store_revision(face.store)));
    cr_expect(eq(i64, remit_json_int(scene_value(answer, "heartbeatSeconds")), 60));
    cr_expect(scene_is(t, "taskArn", task.arn.ptr));
    cr_expect(scene_is(t, "desiredStatus", "RUNNING"));
    cr_expect(eq(i64, remit_json_int(scene_value(t, "version")), task.version));
    cr_expect(scene_is(t, "taskId", T1));
    cr_expect(scene_is(t, "clusterName", "default"));
    cr_expect(scene_is(t, "clusterArn", SCENE_ECS("cluster/default")));
    cr_expect(scene_is(t, "family", "web"));
    cr_expect(eq(i64, remit_json_int(scene_value(t, "revision")), 1));
    cr_expect(scene_is(t, "launchType", "EC2"));
    cr_expect(scene_is(t, "group", "family:web"));
    cr_expect(scene_value(t, "startedBy") == NULL);
    cr_expect(remit_json_real(scene_value(t, "createdAt")) == FACE_NOW);
    cr_expect(scene_is(t, "taskDefinition.taskDefinitionArn", SCENE_ECS("task-definition/web:1")));
    cr_expect(scene_is(t, "taskDefinition.containerDefinitions.0.name", "main"));
    cr_expect(remit_json_type(scene_value(t, "overrides.containerOverrides")) == REMIT_JSON_ARRAY);
    cr_expect(scene_is(t, "containers.1.name", "side"));
    cr_expect(scene_is(t, "containers.0.containerArn", task.containers[0].arn.ptr));
}

Test(agent_poll, sessions_are_the_tasks_own)
{
    struct ecs_task task = scene_task(SCENE_OURS, T1);
    auto_json struct remit_json *answer = poll(0, 0, "");
    const struct remit_json *t = scene_value(answer, "tasks.0");
    struct remit_token_claims own = scene_session(t, "taskCredentials");
    struct remit_token_claims execution = scene_session(t, "executionCredentials");

    cr_expect(scene_is(t, "taskCredentials.roleArn", FACE_ROLE("app")));
    cr_expect(scene_is(t, "executionCredentials.roleArn", FACE_ROLE("exec")));
    cr_expect(remit_json_str(scene_value(t, "taskCredentials.secretAccessKey")).len > 0);
    cr_expect(remit_json_real(scene_value(t, "taskCredentials.expiresAt")) == FACE_NOW + 3600);
    cr_expect(SAYS(own.subject, "arn:aws:sts::" FACE_ACCOUNT ":assumed-role/app/" T1));
    cr_expect(SAYS(own.role, FACE_ROLE("app")));
    cr_expect(remit_str_equal(own.source, remit_str_of(task.arn.ptr)));
    cr_expect(SAYS(own.purpose, "task"));
    cr_expect(SAYS(own.caller_proof, "link"));
    cr_expect(SAYS(execution.purpose, "execution"));
    cr_expect(SAYS(execution.role, FACE_ROLE("exec")));
    cr_expect(execution.caller_proof.len == 0);
}

Test(agent_poll, sessions_of_a_host_network_task_say_that_the_token_is_the_only_proof)
{
    scene_definition("host");
    (void)scene_task(SCENE_OURS, T1);
    auto_json struct remit_json *answer = poll(0, 0, "");
    struct remit_token_claims own = scene_session(answer, "tasks.0.taskCredentials");

    cr_expect(SAYS(own.caller_proof, "token"));
}

static const struct length_row {
    int64_t role, session;
} lengths[] = { { 900, 3600 }, { 3600, 3600 }, { 7200, 7200 }, { 43200, 21600 } };
ROWS(agent_poll, sessions_last_as_long_as_the_role_says_within_limits, lengths)
{
    scene_role("app", SCENE_TRUST, lengths[*row_index].role);
    (void)scene_task(SCENE_OURS, T1);
    auto_json struct remit_json *answer = poll(0, 0, "");
    struct remit_token_claims own = scene_session(answer, "tasks.0.taskCredentials");

    cr_expect(eq(i64, own.expires_at - own.issued_at, lengths[*row_index].session));
}

Test(agent_poll, known_task_comes_without_payload_and_credentials)
{
    (void)scene_task(SCENE_OURS, T1);
    auto_json struct remit_json *answer = poll(0, 0, known(T1, NULL));

    cr_assert(eq(sz, count(answer), 1));
    cr_expect(eq(sz, remit_json_count(scene_value(answer, "tasks.0")), 3),
              "ARN, desired status and version");
    cr_expect(eq(int, (int)fake_keeper_minted(), 0));
}

Test(agent_poll, renewing_brings_credentials_and_nothing_else)
{
    (void)scene_task(SCENE_OURS, T1);
    auto_json struct remit_json *answer = poll(1000, 25, known("+" T1, NULL));
    struct remit_token_claims own = scene_session(answer, "tasks.0.taskCredentials");

    cr_expect(remit_str_equal(own.source, remit_str_of(scene_task_arn(T1))));
    cr_expect(scene_value(answer, "tasks.0.taskDefinition") == NULL);
}

Test(agent_poll, task_that_is_to_stop_gets_no_credentials)
{
    (void)scene_task(SCENE_OURS, T1);
    scene_stop_task(T1);
    auto_json struct remit_json *renew = poll(0, 0, known("+" T1, NULL));
    auto_json struct remit_json *fresh = poll(0, 0, "");

    cr_expect(scene_is(renew, "tasks.0.desiredStatus", "STOPPED"));
    cr_expect(scene_is(fresh, "tasks.0.desiredStatus", "STOPPED"));
    cr_expect(scene_is(fresh, "tasks.0.taskId", T1), "it may have to be cleaned up");
    cr_expect(scene_value(fresh, "tasks.0.taskCredentials") == NULL);
    cr_expect(eq(int, (int)fake_keeper_minted(), 0));
}

Test(agent_poll, another_instances_tasks_are_never_told)
{
    (void)scene_task(SCENE_OTHER, T1);
    (void)scene_task(SCENE_OURS, T2);
    auto_json struct remit_json *answer = poll(0, 0, known("+" T1, NULL));

    cr_assert(eq(sz, count(answer), 1));
    cr_expect(scene_is(answer, "tasks.0.taskId", T2));
    cr_expect(eq(int, (int)fake_keeper_minted(), 2));
}

Test(agent_poll, more_tasks_than_fit_come_with_the_next_answers)
{
    auto_buf struct remit_buf held = REMIT_BUF(1 << 16);
    size_t answers = 0;
    size_t n = 0;

    for (int i = 0; i < 100; i++)
        (void)scene_task(SCENE_OURS, remit_arena_fmt(&face.arena, "%032d", i).ptr);
    for (; n < 100 && answers < 10; answers++) {
        auto_json struct remit_json *answer = poll(0, 0, held.len > 0 ? remit_buf_cstr(&held) : "");

        for (size_t i = 0; i < count(answer); i++) {
            const struct remit_json *t = remit_json_at(remit_json_get(answer, "tasks"), i);

            if (remit_json_get(t, "taskDefinition") == NULL)
                continue;
            remit_buf_put_fmt(&held, "%s{'taskArn':'" REMIT_STR_FMT "'}", n++ > 0 ? "," : "",
                              REMIT_STR_ARG(remit_json_str(remit_json_get(t, "taskArn"))));
        }
        cr_expect(count(answer) >= n, "what it runs is always told");
    }
    cr_expect(eq(sz, n, 100));
    cr_expect(eq(sz, answers, 4));
}

/* ---- roles that can't be had ---- */

static const struct role_row {
    const char *name, *role, *trust; /* trust NULL: the role is gone */
} broken_roles[] = {
    { "task role gone", "app", NULL },
    { "execution role gone", "exec", NULL },
    { "task role without trust", "app", "{\"Version\":\"2012-10-17\",\"Statement\":[]}" },
};

static void break_role(const struct role_row *row)
{
    if (row->trust == NULL)
        face_remove(true, row->role);
    else
        scene_role(row->role, row->trust, 3600);
}

ROWS(agent_poll, task_whose_role_can_not_be_assumed_does_not_start, broken_roles)
{
    const struct role_row *row = &broken_roles[*row_index];

    (void)scene_task(SCENE_OURS, T1);
    (void)scene_task(SCENE_OURS, T2);
    break_role(row);
    auto_json struct remit_json *answer = poll(0, 0, known(T2, NULL));
    struct ecs_task task = scene_task_read(T1);

    cr_assert(eq(sz, count(answer), 2));
    cr_expect(scene_is(answer, "tasks.0.desiredStatus", "STOPPED"), "%s", row->name);
    cr_expect(scene_is(answer, "tasks.0.taskId", T1));
    cr_expect(scene_value(answer, "tasks.0.taskCredentials") == NULL);
    cr_expect(scene_value(answer, "tasks.0.executionCredentials") == NULL);
    cr_expect(scene_is(answer, "tasks.1.desiredStatus", "RUNNING"));
    cr_expect(remit_str_equal(task.stop_code, REMIT_STR("TaskFailedToStart")));
    cr_expect(strstr(task.stopped_reason.ptr, row->role) != NULL, "%s", task.stopped_reason.ptr);
    cr_expect(
        remit_str_starts(task.stopped_reason, REMIT_STR("ECS was unable to assume the role")));
    cr_expect(remit_str_equal(face_at(face_record("SessionRefused"), "source"), task.arn));
}

ROWS(agent_poll, running_task_whose_role_is_gone_keeps_running, broken_roles)
{
    const struct role_row *row = &broken_roles[*row_index];

    (void)scene_task(SCENE_OURS, T1);
    break_role(row);
    auto_json struct remit_json *answer = poll(0, 0, known("+" T1, NULL));

    cr_expect(scene_is(answer, "tasks.0.desiredStatus", "RUNNING"), "%s", row->name);
    cr_expect(scene_value(answer, "tasks.0.taskCredentials") == NULL);
    cr_expect(eq(int, (int)scene_task_read(T1).desired_status, ECS_RUNNING));
}

Test(agent_poll, keeper_that_is_away_stops_no_task)
{
    (void)scene_task(SCENE_OURS, T1);
    fake_keeper_away(true);
    auto_result struct scene_result r =
        scene_call(&control_poll, scene_agent(SCENE_OURS), "{" OURS "," BOOT "}");
    scene_refused(&r, REMIT_ERR_UNAVAILABLE, "KeeperUnavailable");
    fake_keeper_away(false);
    auto_json struct remit_json *answer = poll(0, 0, "");
    cr_expect(scene_is(answer, "tasks.0.desiredStatus", "RUNNING"));
}

/* ---- waiting ---- */

static int64_t started_ms;

static int64_t elapsed_ms(void)
{
    return remit_clock_boot_ms() - started_ms;
}

static struct remit_json *poll_once_started(const char *known_tasks)
{
    auto_json struct remit_json *first = poll(0, 0, known_tasks);

    started_ms = remit_clock_boot_ms();
    return poll(revision_of(first), 20, known_tasks);
}

static void *after_a_while(void *doing)
{
    const struct timespec t = { .tv_nsec = 100 * 1000 * 1000 };

    (void)nanosleep(&t, NULL);
    ((void (*)(void))(uintptr_t)doing)();
    return NULL;
}

static pthread_t soon(void (*doing)(void))
{
    pthread_t thread;

    cr_assert(pthread_create(&thread, NULL, after_a_while, (void *)(uintptr_t)doing) == 0);
    return thread;
}

static void place_another(void)
{
    (void)scene_task(SCENE_OURS, T2);
}

static void stop_it(void)
{
    scene_stop_task(T1);
}

static void end_it(void)
{
    struct ecs_task task = scene_task_read(T1);

    task.last_status = ECS_STOPPED;
    cr_assert(ecs_task_save(face.store, &task, &face.arena, NULL) == 0);
}

static void stop_control(void)
{
    control_store_interrupt(face.store);
}

static const struct wake_row {
    const char *name;
    void (*doing)(void);
    size_t tasks;
    const char *desired; /* of the first */
} wakes[] = {
    { "a task is placed", place_another, 2, "RUNNING" },
    { "a task is to stop", stop_it, 1, "STOPPED" },
    { "a task has stopped", end_it, 0, NULL },
    { "control stops", stop_control, 1, "RUNNING" },
};
ROWS(agent_poll, answer_comes_as_soon_as_there_is_news, wakes)
{
    const struct wake_row *row = &wakes[*row_index];
    pthread_t thread;

    (void)scene_task(SCENE_OURS, T1);
    thread = soon(row->doing);
    auto_json struct remit_json *answer = poll_once_started(known(T1, NULL));
    (void)pthread_join(thread, NULL);
    cr_expect(elapsed_ms() < 5000, "%s", row->name);
    cr_expect(eq(sz, count(answer), row->tasks), "%s", row->name);
    if (row->desired != NULL)
        cr_expect(scene_is(answer, "tasks.0.desiredStatus", row->desired), "%s", row->name);
}

Test(agent_poll, without_news_the_same_comes_after_the_time)
{
    (void)scene_task(SCENE_OURS, T1);
    auto_json struct remit_json *first = poll(0, 0, known(T1, NULL));
    started_ms = remit_clock_boot_ms();
    auto_json struct remit_json *second = poll(revision_of(first), 1, known(T1, NULL));

    cr_expect(elapsed_ms() >= 990);
    cr_expect(eq(sz, count(second), 1));
}

Test(agent_poll, another_instances_news_do_not_wake_it)
{
    auto_json struct remit_json *first = poll(0, 0, "");
    started_ms = remit_clock_boot_ms();
    (void)scene_task(SCENE_OTHER, T1);
    auto_json struct remit_json *second = poll(revision_of(first), 1, "");

    cr_expect(elapsed_ms() >= 990);
    cr_expect(eq(sz, count(second), 0));
}

Test(agent_poll, lost_answer_is_told_again_at_once)
{
    (void)scene_task(SCENE_OURS, T1);
    auto_json struct remit_json *lost = poll(0, 20, "");
    started_ms = remit_clock_boot_ms();
    auto_json struct remit_json *again = poll(0, 20, "");

    cr_expect(elapsed_ms() < 900);
    cr_expect(scene_is(again, "tasks.0.taskId", T1));
    cr_expect(lost != NULL);
}

Test(agent_poll, agent_that_does_not_take_a_task_is_slowed_down)
{
    (void)scene_task(SCENE_OURS, T1);
    auto_json struct remit_json *first = poll(0, 20, "");
    started_ms = remit_clock_boot_ms();
    auto_json struct remit_json *second = poll(revision_of(first), 20, "");

    cr_expect(elapsed_ms() >= 990 && elapsed_ms() < 5000);
    cr_expect(scene_is(second, "tasks.0.taskId", T1));
}

/* ---- who may ask ---- */

static const struct bad_row {
    const char *name, *input;
} bad_inputs[] = {
    { "no boot id", OURS },
    { "boot id is no uuid", OURS ",'bootId':'x'" },
    { "no instance", BOOT },
    { "waits too long", OURS "," BOOT ",'waitSeconds':26" },
    { "negative revision", OURS "," BOOT ",'seenRevision':-1" },
    { "known without ARN", OURS "," BOOT ",'known':[{}]" },
};
ROWS(agent_poll, what_can_not_be_meant_is_refused, bad_inputs)
{
    auto_result struct scene_result r =
        scene_call(&control_poll, scene_agent(SCENE_OURS), "{%s}", bad_inputs[*row_index].input);

    scene_refused(&r, REMIT_ERR_INVALID, "InvalidParameterException");
}

Test(agent_poll, root_user_can_not_poll_for_an_instance)
{
    auto_result struct scene_result r =
        scene_call(&control_poll, scene_root(), "{" OURS "," BOOT "}");

    scene_refused(&r, REMIT_ERR_DENIED, "AccessDenied");
}

Test(agent_poll, instance_polls_for_itself_alone)
{
    (void)scene_task(SCENE_OURS, T1);
    auto_result struct scene_result r =
        scene_call(&control_poll, scene_agent(SCENE_OTHER), "{" OURS "," BOOT "}");

    scene_refused(&r, REMIT_ERR_DENIED, "AccessDeniedException");
    cr_expect(eq(int, (int)fake_keeper_minted(), 0));
}

Test(agent_poll, deregistered_instance_is_told_so)
{
    scene_instance_status(SCENE_OURS, ECS_INACTIVE);
    auto_result struct scene_result r =
        scene_call(&control_poll, scene_agent(SCENE_OURS), "{" OURS "," BOOT "}");

    scene_refused(&r, REMIT_ERR_INVALID, "InactiveInstanceException");
}

Test(agent_poll, draining_instance_still_polls)
{
    scene_instance_status(SCENE_OURS, ECS_DRAINING);
    auto_json struct remit_json *answer = poll(0, 0, "");

    cr_expect(answer != NULL);
}

Test(agent_poll, polling_keeps_the_agent_connected)
{
    struct ecs_instance instance = scene_instance_read(SCENE_OURS);
    bool connected = true;
    uint64_t revision = 0;

    cr_assert(ecs_instance_connected(face.store, &instance, &face.arena, &connected, NULL) == 0);
    cr_expect(not(connected));
    auto_json struct remit_json *first = poll(0, 0, "");
    cr_assert(ecs_instance_connected(face.store, &instance, &face.arena, &connected, NULL) == 0);
    cr_expect(connected);
    revision = control_store_revision(face.store);
    auto_json struct remit_json *second = poll(0, 0, "");
    cr_expect(first != NULL && second != NULL);
    cr_expect(eq(u64, control_store_revision(face.store), revision), "an idle poll writes nothing");
}

Test(agent_poll, idle_polls_leave_no_audit_records_but_sessions_do)
{
    auto_json struct remit_json *idle = poll(0, 0, "");
    cr_expect(eq(sz, face_records("call"), 0));
    cr_expect(eq(sz, face_records("AgentStarted"), 1));
    (void)scene_task(SCENE_OURS, T1);
    auto_json struct remit_json *news = poll(0, 0, "");
    cr_expect(idle != NULL && news != NULL);
    cr_expect(eq(sz, face_records("SessionMinted"), 2));
    cr_expect(remit_str_equal(face_at(face_record("SessionMinted"), "source"),
                              remit_str_of(scene_task_arn(T1))));
}

/* ---- N15: one run of the agent at a time ---- */

static struct scene_result poll_as(const char *boot)
{
    return scene_call(&control_poll, scene_agent(SCENE_OURS), "{" OURS ",'bootId':'%s'}", boot);
}

Test(agent_poll, second_run_takes_over_for_good_and_is_in_the_audit_log)
{
    auto_result struct scene_result first = poll_as(SCENE_BOOT);
    auto_result struct scene_result second = poll_as(SCENE_BOOT_2);
    auto_result struct scene_result back = poll_as(SCENE_BOOT);
    auto_result struct scene_result on = poll_as(SCENE_BOOT_2);
    const struct remit_json *record = NULL;

    cr_expect(eq(int, first.result, 0));
    cr_expect(eq(int, second.result, 0));
    scene_refused(&back, REMIT_ERR_CONFLICT, "SessionReplacedException");
    cr_expect(eq(int, on.result, 0));
    cr_assert(eq(sz, face_records("AgentReplaced"), 1));
    record = face_record("AgentReplaced");
    cr_expect(scene_is(record, "containerInstanceArn", SCENE_INSTANCE_ARN(SCENE_OURS)));
    cr_expect(scene_is(record, "bootId", SCENE_BOOT_2));
    cr_expect(scene_is(record, "replacedBootId", SCENE_BOOT));
    cr_expect(eq(i64, remit_json_int(remit_json_get(record, "replacedSince")), FACE_NOW));
}

static void take_over(void)
{
    auto_result struct scene_result r = poll_as(SCENE_BOOT_2);

    cr_expect(eq(int, r.result, 0));
    (void)scene_task(SCENE_OURS, T1); /* wakes the first one */
}

Test(agent_poll, run_that_is_replaced_while_it_waits_gets_nothing)
{
    auto_json struct remit_json *first = poll(0, 0, "");
    pthread_t thread = soon(take_over);
    auto_result struct scene_result r = scene_call(
        &control_poll, scene_agent(SCENE_OURS),
        "{" OURS "," BOOT ",'seenRevision':%lld,'waitSeconds':20}", (long long)revision_of(first));

    (void)pthread_join(thread, NULL);
    scene_refused(&r, REMIT_ERR_CONFLICT, "SessionReplacedException");
    cr_expect(eq(int, (int)fake_keeper_minted(), 0));
}

Test(agent_poll, of_many_restarts_the_last_speaks_and_none_comes_back)
{
    char boot[40];

    for (int i = 0; i < 80; i++) {
        (void)snprintf(boot, sizeof(boot), "00000000-0000-4000-8000-%012d", i);
        auto_result struct scene_result r = poll_as(boot);
        cr_assert(eq(int, r.result, 0), "%s", r.err.text);
    }
    for (int i = 78; i > 78 - 60; i--) {
        (void)snprintf(boot, sizeof(boot), "00000000-0000-4000-8000-%012d", i);
        auto_result struct scene_result r = poll_as(boot);
        scene_refused(&r, REMIT_ERR_CONFLICT, "SessionReplacedException");
    }
}

static _Atomic int answered;

static void *start_agent(void *number)
{
    char boot[40];
    struct scene_result r;

    (void)snprintf(boot, sizeof(boot), "00000000-0000-4000-8000-%012d", (int)(uintptr_t)number);
    r = poll_as(boot);
    answered += r.result == 0 ? 1 : 0;
    scene_drop(&r);
    return NULL;
}

Test(agent_poll, runs_that_start_at_once_leave_exactly_one)
{
    pthread_t threads[8];
    int left = 0;

    for (size_t i = 0; i < 8; i++)
        cr_assert(pthread_create(&threads[i], NULL, start_agent, (void *)i) == 0);
    for (size_t i = 0; i < 8; i++)
        (void)pthread_join(threads[i], NULL);
    answered = 0;
    for (size_t i = 0; i < 8; i++) {
        (void)start_agent((void *)i);
        left += answered;
        answered = 0;
    }
    cr_expect(eq(int, left, 1));
}
