/* What control is told: states of tasks, and who asked for whose credentials. */
#include "agent/report.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "agent/observe.h"
#include "tests/agent/a_task.h"
#include "tests/lib/expect.h"

static const char definition[] =
    "{\"networkMode\":\"%s\",\"containerDefinitions\":[{\"name\":\"web\",\"image\":\"web\","
    "\"portMappings\":[{\"containerPort\":80,\"hostPort\":18081}]}]}";

static struct agent_task *task_in(const char *mode)
{
    char text[512];

    (void)snprintf(text, sizeof(text), "{\"networkMode\":\"%s\",%s", mode,
                   strchr(definition, ',') + 1);
    return a_task(text, "");
}

static void expect_report(const struct agent_task *task, const char *words)
{
    auto_buf struct remit_buf body = REMIT_BUF(65536);
    struct remit_err err = { 0 };

    cr_assert(agent_report_write(task, &body, &err) == 0);
    cr_expect(strstr(remit_buf_cstr(&body), words) != NULL, "%s: %s", words, remit_buf_cstr(&body));
}

Test(report, a_task_is_pending_until_all_have_started)
{
    auto_task struct agent_task *task = task_in("bridge");

    task->phase = AGENT_PULLING;
    expect_report(task, "\"status\":\"PENDING\"");
    task->phase = AGENT_ACTIVE;
    expect_report(task, "\"status\":\"PENDING\"");
    task->ran = true;
    expect_report(task, "\"status\":\"RUNNING\"");
    task->phase = AGENT_CLEANING;
    expect_report(task, "\"status\":\"RUNNING\"");
    task->phase = AGENT_REPORTING;
    expect_report(task, "\"status\":\"STOPPED\"");
    expect_report(task, "{\"containerName\":\"web\",\"status\":\"STOPPED\"");
}

Test(report, published_ports_are_those_of_the_pause_container)
{
    auto_task struct agent_task *task = task_in("bridge");

    task->pause = recorded("inspect-running");
    agent_observe_read(task, 0, recorded("inspect-running"));
    expect_report(task, "\"networkBindings\":[{\"bindIP\":\"0.0.0.0\",\"containerPort\":80,"
                        "\"hostPort\":18081,\"protocol\":\"tcp\"},{\"bindIP\":\"::\"");
}

Test(report, in_host_mode_ports_are_the_hosts)
{
    auto_task struct agent_task *task = task_in("host");

    agent_observe_read(task, 0, recorded("inspect-running"));
    expect_report(task, "[{\"bindIP\":\"0.0.0.0\",\"containerPort\":80,\"hostPort\":80,");
}

Test(report, exit_codes_and_reasons_come_from_the_engine)
{
    auto_task struct agent_task *exited = task_in("bridge");
    auto_task struct agent_task *killed = task_in("bridge");

    agent_observe_read(exited, 0, recorded("inspect-exited"));
    expect_report(exited, "\"status\":\"STOPPED\",\"exitCode\":3");
    agent_observe_read(killed, 0, recorded("inspect-oom"));
    expect_report(killed, "\"reason\":\"OutOfMemoryError: Container killed due to memory usage\"");
    cr_expect(killed->execution_stopped_at > 0);
}

Test(report, states_never_go_back)
{
    auto_task struct agent_task *task = task_in("bridge");

    agent_observe_read(task, 0, recorded("inspect-exited"));
    agent_observe_read(task, 0, recorded("inspect-running"));
    cr_expect(eq(int, task->units[0].status, AGENT_STOPPED));
    cr_expect(eq(int, task->units[0].exit_code, 3));
}

Test(report, health_is_seen)
{
    auto_task struct agent_task *task = task_in("bridge");

    agent_observe_read(task, 0, recorded("inspect-healthy"));
    cr_expect(eq(int, task->units[0].health, AGENT_HEALTHY));
}

Test(report, the_same_is_not_told_twice)
{
    auto_task struct agent_task *task = task_in("bridge");

    agent_report(task);
    agent_report(task);
    cr_expect(eq(u64, task->outbox_version, 1));
    task->ran = true;
    agent_report(task);
    cr_expect(eq(u64, task->outbox_version, 2));
}

/* ---- who asked for whose credentials ------------------------------------------------------- */

static struct agent_task *listed(const char *mode, const char *id, const char *credentials)
{
    struct agent_task *task = task_in(mode);

    task->id = remit_str_of(id);
    task->arn = remit_arena_fmt(&task->arena, "arn:task/%s", id);
    (void)snprintf(task->credentials_id, sizeof(task->credentials_id), "%s", credentials);
    (void)snprintf(task->access_key_id, sizeof(task->access_key_id), "ASIA-%s", id);
    task->next = task->agent->tasks;
    task->agent->tasks = task;
    return task;
}

static const char *told(struct agent *agent, const char *worker,
                        const struct remit_metadata_served *served)
{
    static char text[8192];
    auto_buf struct remit_buf out = REMIT_BUF(8000);
    struct remit_jw w = REMIT_JW(&out);

    agent_report_served(agent, remit_str_of(worker), served);
    (void)agent_events_write(&agent->events, &w);
    (void)snprintf(text, sizeof(text), "%s", remit_buf_cstr(&out));
    agent_events_done(&agent->events, 100);
    return text;
}

static bool says(const char *text, const char *words)
{
    return strstr(text, words) != NULL;
}

Test(report, a_vend_names_task_container_and_key)
{
    struct agent_task *a = listed("none", "a", "id-a");
    const struct remit_metadata_served served = { .at = 1,
                                                  .count = 2,
                                                  .status = 200,
                                                  .reason = REMIT_STR("Vended"),
                                                  .task_id = REMIT_STR("a"),
                                                  .container = REMIT_STR("web"),
                                                  .peer = REMIT_STR("169.254.170.3:1") };

    EXPECT_TEXT(told(a->agent, "a", &served),
                "[{\"at\":1,\"count\":2,\"status\":200,\"reason\":\"Vended\",\"taskArn\":"
                "\"arn:task/a\",\"containerName\":\"web\",\"peer\":\"169.254.170.3:1\","
                "\"accessKeyId\":\"ASIA-a\"}]");
}

Test(report, a_leaked_id_is_flagged_and_not_shown)
{
    struct agent_task *a = listed("none", "a", "id-a");
    const char *text = NULL;
    const struct remit_metadata_served served = { .count = 1,
                                                  .status = 403,
                                                  .reason = REMIT_STR("WrongToken"),
                                                  .presented_id = REMIT_STR("id-a") };

    (void)listed("none", "b", "id-b");
    text = told(a->agent, "b", &served);
    cr_expect(says(text, "\"presentedTaskArn\":\"arn:task/a\""), "%s", text);
    cr_expect(says(text, "\"taskArn\":\"arn:task/b\""), "%s", text);
    cr_expect(not(says(text, "id-a")), "%s", text);
    cr_expect(not(says(text, "accessKeyId")), "%s", text);
}

Test(report, ones_own_id_without_a_token_is_no_leak)
{
    struct agent_task *a = listed("none", "a", "id-a");
    const struct remit_metadata_served served = {
        .count = 1, .status = 403, .reason = REMIT_STR("NoToken"), .presented_id = REMIT_STR("id-a")
    };
    const char *text = told(a->agent, "a", &served);

    cr_expect(not(says(text, "presentedTaskArn")), "%s", text);
    cr_expect(says(text, "\"taskArn\":\"arn:task/a\""), "%s", text);
}

Test(report, on_the_host_only_a_token_says_who_asks)
{
    struct agent_task *a = listed("host", "a", "id-a");
    struct remit_metadata_served served = {
        .count = 1, .status = 403, .reason = REMIT_STR("NoToken"), .presented_id = REMIT_STR("id-a")
    };
    const char *text = NULL;

    (void)listed("host", "b", "id-b");
    text = told(a->agent, "host", &served);
    cr_expect(not(says(text, "askArn")), "nobody's: %s", text);
    served.task_id = REMIT_STR("b");
    text = told(a->agent, "host", &served);
    cr_expect(says(text, "\"presentedTaskArn\":\"arn:task/a\""), "%s", text);
}

Test(report, what_a_worker_lost_is_told)
{
    struct agent_task *a = listed("none", "a", "id-a");
    const struct remit_metadata_served served = { .at = 9,
                                                  .count = 1,
                                                  .lost = 7,
                                                  .status = 200,
                                                  .reason = REMIT_STR("Vended"),
                                                  .task_id = REMIT_STR("a") };

    cr_expect(says(told(a->agent, "a", &served),
                   "[{\"at\":9,\"count\":7,\"status\":503,\"reason\":\"ReportsLost\"},{\"at\":9"));
}

Test(report, what_does_not_fit_is_counted)
{
    struct agent_events events;
    const struct agent_event_facts facts = { .count = 1, .status = 200 };
    auto_buf struct remit_buf out = REMIT_BUF(1 << 20);
    struct remit_jw w = REMIT_JW(&out);

    agent_events_init(&events);
    for (int i = 0; i < AGENT_EVENTS_MAX + 10; i++)
        agent_events_add(&events, &facts);
    cr_expect(events.count <= AGENT_EVENTS_MAX);
    cr_expect(eq(sz, agent_events_write(&events, &w), AGENT_EVENTS_BATCH));
    agent_events_done(&events, AGENT_EVENTS_BATCH);
    agent_events_add(&events, &facts);
    agent_events_done(&events, events.count - 2);
    remit_buf_clear(&out);
    w = (struct remit_jw)REMIT_JW(&out);
    cr_expect(eq(sz, agent_events_write(&events, &w), 2));
    cr_expect(says(remit_buf_cstr(&out), "\"count\":11,\"status\":503,\"reason\":\"ReportsLost\""),
              "%s", remit_buf_cstr(&out));
    agent_events_drop(&events);
}
