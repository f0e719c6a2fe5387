/* What agents report of tasks and containers, and what becomes of it. */
#include <pthread.h>
#include <stdio.h>

#include "tests/control/agent/scene.h"
#include "tests/lib/rows.h"

TestSuite(agent_report, .init = scene_open, .fini = scene_close, .timeout = 60);

#define T1 "00000000000000000000000000000001"
#define T2 "00000000000000000000000000000002"

static struct scene_result submit(const char *instance, const char *task, const char *rest)
{
    return scene_call(&control_submit_task_state_change, scene_agent(instance),
                      "{'cluster':'default','task':'%s',%s}", task, rest);
}

static void must_submit(const char *task, const char *rest)
{
    auto_result struct scene_result r = submit(SCENE_OURS, scene_task_arn(task), rest);

    cr_assert(eq(int, r.result, 0), "%s: %s", r.err.code, r.err.text);
    cr_expect(scene_is(r.answer, "acknowledgment", "ACCEPT"));
}

static enum ecs_status last_of(const char *task)
{
    return scene_task_read(task).last_status;
}

/* ---- a task's life ---- */

Test(agent_report, task_goes_through_its_life)
{
    (void)scene_task(SCENE_OURS, T1);
    must_submit(T1, "'status':'PENDING','pullStartedAt':1784999990.5,'pullStoppedAt':1784999995");
    cr_expect(eq(int, (int)last_of(T1), ECS_PENDING));
    must_submit(T1, "'status':'RUNNING','containers':[{'containerName':'main','status':'RUNNING',"
                    "'runtimeId':'abc','imageDigest':'sha256:1','networkBindings':[{'bindIP':"
                    "'0.0.0.0','containerPort':80,'hostPort':8080,'protocol':'tcp','evil':1}]}]");
    auto_json struct remit_json *running = scene_shown(T1);
    cr_expect(scene_is(running, "lastStatus", "RUNNING"));
    cr_expect(remit_json_real(scene_value(running, "pullStartedAt")) == 1784999990.5);
    cr_expect(remit_json_real(scene_value(running, "pullStoppedAt")) == 1784999995);
    cr_expect(remit_json_real(scene_value(running, "startedAt")) == FACE_NOW);
    cr_expect(scene_is(running, "containers.0.lastStatus", "RUNNING"));
    cr_expect(scene_is(running, "containers.0.runtimeId", "abc"));
    cr_expect(scene_is(running, "containers.0.imageDigest", "sha256:1"));
    cr_expect(eq(i64,
                 remit_json_int(scene_value(running, "containers.0.networkBindings.0.hostPort")),
                 8080));
    cr_expect(scene_value(running, "containers.0.networkBindings.0.evil") == NULL);
    cr_expect(scene_is(running, "containers.1.lastStatus", "PENDING"));
    must_submit(T1, "'status':'STOPPED','stopCode':'EssentialContainerExited','reason':'Essential "
                    "container in task exited','executionStoppedAt':1784999999,'containers':["
                    "{'containerName':'main','status':'STOPPED','exitCode':137,'reason':'OOM'}]");
    auto_json struct remit_json *stopped = scene_shown(T1);
    cr_expect(scene_is(stopped, "lastStatus", "STOPPED"));
    cr_expect(scene_is(stopped, "desiredStatus", "STOPPED"));
    cr_expect(scene_is(stopped, "stopCode", "EssentialContainerExited"));
    cr_expect(scene_is(stopped, "stoppedReason", "Essential container in task exited"));
    cr_expect(remit_json_real(scene_value(stopped, "stoppedAt")) == FACE_NOW);
    cr_expect(remit_json_real(scene_value(stopped, "stoppingAt")) == FACE_NOW);
    cr_expect(remit_json_real(scene_value(stopped, "executionStoppedAt")) == 1784999999);
    cr_expect(eq(i64, remit_json_int(scene_value(stopped, "containers.0.exitCode")), 137));
    cr_expect(scene_is(stopped, "containers.0.reason", "OOM"));
    cr_expect(scene_is(stopped, "containers.1.lastStatus", "STOPPED"));
    cr_expect(scene_value(stopped, "containers.1.exitCode") == NULL);
}

static const struct back_row {
    const char *from, *to;
    enum ecs_status stays;
} backwards[] = {
    { "RUNNING", "PENDING", ECS_RUNNING },
    { "STOPPED", "PENDING", ECS_STOPPED },
    { "STOPPED", "RUNNING", ECS_STOPPED },
};
ROWS(agent_report, states_never_go_back, backwards)
{
    const struct back_row *row = &backwards[*row_index];
    char text[128];
    int64_t version = 0;

    (void)scene_task(SCENE_OURS, T1);
    (void)snprintf(text, sizeof(text),
                   "'status':'%s','containers':[{'containerName':'main','status':'%s'}]", row->from,
                   row->from);
    must_submit(T1, text);
    version = scene_task_read(T1).version;
    (void)snprintf(text, sizeof(text),
                   "'status':'%s','containers':[{'containerName':'main','status':'%s'}]", row->to,
                   row->to);
    must_submit(T1, text);
    cr_expect(eq(int, (int)last_of(T1), (int)row->stays));
    cr_expect(eq(int, (int)scene_task_read(T1).containers[0].last_status, (int)row->stays));
    cr_expect(eq(i64, scene_task_read(T1).version, version), "nothing is written");
}

Test(agent_report, repeating_is_fine_and_changes_nothing)
{
    uint64_t revision = 0;

    (void)scene_task(SCENE_OURS, T1);
    must_submit(T1, "'status':'RUNNING'");
    revision = control_store_revision(face.store);
    must_submit(T1, "'status':'RUNNING'");
    cr_expect(eq(u64, control_store_revision(face.store), revision));
}

Test(agent_report, reports_do_not_wake_the_agents_own_poll)
{
    struct control_key prefix = control_key_placeds(REMIT_STR("default"), REMIT_STR(SCENE_OURS));
    struct control_store_events events;
    uint64_t revision = 0;

    (void)scene_task(SCENE_OURS, T1);
    revision = control_store_revision(face.store);
    must_submit(T1, "'status':'RUNNING'");
    cr_assert(control_store_watch(face.store, control_key_str(&prefix), revision, 0, &face.arena,
                                  &events, NULL) == 0);
    cr_expect(eq(sz, events.n, 0));
    must_submit(T1, "'status':'STOPPED'");
    cr_assert(control_store_watch(face.store, control_key_str(&prefix), revision, 0, &face.arena,
                                  &events, NULL) == 0);
    cr_expect(eq(sz, events.n, 1));
    cr_expect(events.items[0].removed, "it leaves the list");
}

Test(agent_report, times_are_never_of_the_future_and_the_first_is_kept)
{
    (void)scene_task(SCENE_OURS, T1);
    must_submit(T1, "'status':'PENDING','pullStartedAt':99999999999,'pullStoppedAt':-1");
    must_submit(T1, "'status':'PENDING','pullStartedAt':1784999990");
    cr_expect(scene_task_read(T1).pull_started_at == FACE_NOW);
    cr_expect(scene_task_read(T1).pull_stopped_at == 0);
}

Test(agent_report, long_reasons_are_cut)
{
    auto_buf struct remit_buf text = REMIT_BUF(8192);

    (void)scene_task(SCENE_OURS, T1);
    remit_buf_put_cstr(&text, "'status':'STOPPED','reason':'");
    for (int i = 0; i < 3000; i++)
        remit_buf_put_byte(&text, 'r');
    remit_buf_put_byte(&text, '\'');
    must_submit(T1, remit_buf_cstr(&text));
    cr_expect(eq(sz, scene_task_read(T1).stopped_reason.len, 1024));
}

/* ---- why ---- */

static const struct why_row {
    const char *name;
    bool started, stopped_by_user;
    const char *report, *code, *reason;
} whys[] = {
    { "the agent says", false, false,
      "'stopCode':'TaskFailedToStart','reason':'CannotPullContainerError: no'", "TaskFailedToStart",
      "CannotPullContainerError: no" },
    { "the user said first", true, true, "'stopCode':'EssentialContainerExited','reason':'exited'",
      "UserInitiated", "Task stopped by user" },
    { "nobody says, never ran", false, false, "'reason':''", "TaskFailedToStart",
      "Task failed to start" },
    { "nobody says, ran", true, false, "'reason':''", "EssentialContainerExited",
      "Essential container in task exited" },
};
ROWS(agent_report, the_first_to_say_why_is_right, whys)
{
    const struct why_row *row = &whys[*row_index];
    char text[256];

    (void)scene_task(SCENE_OURS, T1);
    if (row->started)
        must_submit(T1, "'status':'RUNNING'");
    if (row->stopped_by_user)
        scene_stop_task(T1);
    (void)snprintf(text, sizeof(text), "'status':'STOPPED',%s", row->report);
    must_submit(T1, text);
    auto_json struct remit_json *shown = scene_shown(T1);
    cr_expect(scene_is(shown, "stopCode", row->code), "%s", row->name);
    cr_expect(scene_is(shown, "stoppedReason", row->reason), "%s", row->name);
    cr_expect(row->started == (scene_value(shown, "executionStoppedAt") != NULL), "%s", row->name);
}

/* ---- resources ---- */

static void *report_stopped(void *unused)
{
    (void)unused;
    for (int i = 0; i < 20; i++) {
        auto_result struct scene_result r = submit(SCENE_OURS, T1, "'status':'STOPPED'");

        cr_assert(eq(int, r.result, 0), "%s: %s", r.err.code, r.err.text);
    }
    return NULL;
}

Test(agent_report, resources_come_back_once_however_often_it_is_told)
{
    struct ecs_task first = scene_task(SCENE_OURS, T1);
    struct ecs_task second = scene_task(SCENE_OURS, T2);
    struct control_key placed =
        control_key_placed(REMIT_STR("default"), REMIT_STR(SCENE_OURS), REMIT_STR(T1));
    struct control_key task = control_key_task(REMIT_STR("default"), REMIT_STR(T1));
    struct control_store_entry entry = { 0 };
    struct ecs_instance instance;
    pthread_t threads[8];

    face.server.audit = NULL; /* syncs would only slow the threads down */
    for (size_t i = 0; i < 8; i++)
        cr_assert(pthread_create(&threads[i], NULL, report_stopped, NULL) == 0);
    for (size_t i = 0; i < 8; i++)
        (void)pthread_join(threads[i], NULL);
    instance = scene_instance_read(SCENE_OURS);
    cr_expect(eq(i64, instance.used.cpu, second.held.cpu));
    cr_expect(eq(i64, instance.used.memory, second.held.memory));
    cr_expect(eq(sz, instance.used.tcp.n, 1));
    cr_expect(ecs_ports_has(&instance.used.tcp, second.held.tcp.items[0]));
    cr_expect(not(ecs_ports_has(&instance.used.tcp, first.held.tcp.items[0])));
    cr_assert(control_store_get(face.store, control_key_str(&placed), &face.arena, &entry, NULL) ==
              0);
    cr_expect(eq(u64, entry.revision, 0));
    cr_assert(control_store_get(face.store, control_key_str(&task), &face.arena, &entry, NULL) ==
              0);
    cr_expect(entry.lease != 0, "the record lives for an hour more");
}

/* ---- whose ---- */

static const struct stranger_row {
    const char *name, *task;
} strangers[] = {
    { "another instance's task", T2 },
    { "none", "00000000000000000000000000000003" },
    { "another cluster's", SCENE_ECS("task/other/" T1) },
    { "another account's", "arn:aws:ecs:eu-west-1:210987654321:task/default/" T1 },
};
ROWS(agent_report, other_tasks_are_refused_in_words_that_tell_nothing, strangers)
{
    const struct stranger_row *row = &strangers[*row_index];

    (void)scene_task(SCENE_OURS, T1);
    (void)scene_task(SCENE_OTHER, T2);
    auto_result struct scene_result r = submit(SCENE_OURS, row->task, "'status':'STOPPED'");
    scene_refused(&r, REMIT_ERR_DENIED, "AccessDeniedException");
    cr_expect(strstr(r.err.text, "is not authorized to perform: ecs:SubmitTaskStateChange on "
                                 "resource: ") != NULL,
              "%s", r.err.text);
    cr_expect(eq(int, (int)last_of(T2), ECS_PENDING));
}

Test(agent_report, another_cluster_is_refused)
{
    (void)scene_task(SCENE_OURS, T1);
    auto_result struct scene_result r =
        scene_call(&control_submit_task_state_change, scene_agent(SCENE_OURS),
                   "{'cluster':'other','task':'" T1 "','status':'STOPPED'}");
    scene_refused(&r, REMIT_ERR_DENIED, "AccessDeniedException");
}

Test(agent_report, deregistered_instance_reports_nothing)
{
    (void)scene_task(SCENE_OURS, T1);
    scene_instance_status(SCENE_OURS, ECS_INACTIVE);
    auto_result struct scene_result r = submit(SCENE_OURS, T1, "'status':'STOPPED'");
    scene_refused(&r, REMIT_ERR_INVALID, "InactiveInstanceException");
}

static const char *const bad_inputs[] = {
    "'status':'MAYBE'",
    "'reason':'no status'",
    "'status':'STOPPED','stopCode':'Whim'",
    "'status':'RUNNING','containers':[{'status':'RUNNING'}]",
    "'status':'RUNNING','containers':[{'containerName':'main','exitCode':4294967296}]",
    "'status':'RUNNING','containers':[{'containerName':'m','networkBindings':[{'hostPort':-1}]}]",
};
ROWS(agent_report, what_is_no_report_is_refused, bad_inputs)
{
    (void)scene_task(SCENE_OURS, T1);
    auto_result struct scene_result r = submit(SCENE_OURS, T1, bad_inputs[*row_index]);

    scene_refused(&r, REMIT_ERR_INVALID, "InvalidParameterException");
    cr_expect(eq(i64, scene_task_read(T1).version, 1));
}

Test(agent_report, unknown_container_does_not_cost_the_rest_of_the_report)
{
    (void)scene_task(SCENE_OURS, T1);
    must_submit(T1, "'status':'STOPPED','containers':[{'containerName':'~pause','status':"
                    "'STOPPED'},{'containerName':'main','status':'STOPPED','exitCode':0}]");
    cr_expect(eq(int, (int)last_of(T1), ECS_STOPPED));
    cr_expect(scene_task_read(T1).containers[0].exited);
}

/* ---- SubmitContainerStateChange ---- */

Test(agent_report, one_containers_state_leaves_the_task_alone)
{
    (void)scene_task(SCENE_OURS, T1);
    auto_json struct remit_json *answer =
        scene_must(&control_submit_container_state_change, scene_agent(SCENE_OURS),
                   "{'cluster':'default','task':'" T1 "','containerName':'side','status':'STOPPED',"
                   "'exitCode':3,'reason':'done','runtimeId':'r'}");
    struct ecs_task task = scene_task_read(T1);

    cr_expect(scene_is(answer, "acknowledgment", "ACCEPT"));
    cr_expect(eq(int, (int)task.last_status, ECS_PENDING));
    cr_expect(eq(int, (int)task.containers[0].last_status, ECS_PENDING));
    cr_expect(eq(int, (int)task.containers[1].last_status, ECS_STOPPED));
    cr_expect(task.containers[1].exited);
    cr_expect(eq(i64, task.containers[1].exit_code, 3));
    cr_expect(remit_str_equal(task.containers[1].runtime_id, REMIT_STR("r")));
}

Test(agent_report, another_instances_containers_are_refused)
{
    (void)scene_task(SCENE_OTHER, T1);
    auto_result struct scene_result r =
        scene_call(&control_submit_container_state_change, scene_agent(SCENE_OURS),
                   "{'task':'" T1 "','containerName':'main','status':'STOPPED'}");

    scene_refused(&r, REMIT_ERR_DENIED, "AccessDeniedException");
    cr_expect(eq(i64, scene_task_read(T1).version, 1));
}

/* ---- SubmitCredentialEvents ---- */

#define OURS "'containerInstanceArn':'" SCENE_INSTANCE_ARN(SCENE_OURS) "'"
#define EVENT                                                                                      \
    "'at':1784999000,'count':2,'reason':'why','containerName':'main','peer':'169.254.170.3'"

static const struct event_row {
    const char *name, *more, *kind, *task_member;
} events[] = {
    { "vended", "'status':200,'taskArn':'" SCENE_ECS("task/default/" T1) "'", "CredentialsVended",
      "taskArn" },
    { "refused", "'status':403,'taskArn':'" SCENE_ECS("task/default/" T1) "'", "CredentialsRefused",
      "taskArn" },
    { "leaked",
      "'status':403,'taskArn':'" SCENE_ECS("task/default/" T1) "','presentedTaskArn':'" SCENE_ECS(
          "task/default/" T1) "'",
      "CredentialsRefused", "presentedTaskArn" },
    { "another instance's task", "'status':200,'taskArn':'" SCENE_ECS("task/default/" T2) "'",
      "CredentialsVended", "claimedTaskArn" },
    { "a task that is gone", "'status':200,'taskArn':'" SCENE_ECS("task/default/gone") "'",
      "CredentialsVended", "claimedTaskArn" },
};
ROWS(agent_report, each_event_of_the_endpoint_becomes_an_audit_record, events)
{
    const struct event_row *row = &events[*row_index];
    const struct remit_json *record = NULL;

    (void)scene_task(SCENE_OURS, T1);
    (void)scene_task(SCENE_OTHER, T2);
    auto_json struct remit_json *answer =
        scene_must(&control_submit_credential_events, scene_agent(SCENE_OURS),
                   "{" OURS ",'events':[{" EVENT ",'userAgent':'a\\u001b[31m',%s}]}", row->more);
    cr_expect(eq(sz, remit_json_count(answer), 0));
    cr_assert(eq(sz, face_records(row->kind), 1), "%s", row->name);
    record = face_record(row->kind);
    cr_expect(scene_is(record, "containerInstanceArn", SCENE_INSTANCE_ARN(SCENE_OURS)));
    cr_expect(remit_json_str(remit_json_get(record, row->task_member)).len > 0, "%s", row->name);
    cr_expect(scene_is(record, "reason", "why"));
    cr_expect(scene_is(record, "peer", "169.254.170.3"));
    cr_expect(eq(i64, remit_json_int(remit_json_get(record, "count")), 2));
    cr_expect(eq(i64, remit_json_int(remit_json_get(record, "at")), 1784999000));
}

Test(agent_report, events_keep_their_bounds)
{
    auto_buf struct remit_buf text = REMIT_BUF(1 << 16);

    for (int i = 0; i < 101; i++)
        remit_buf_put_fmt(&text, "%s{" EVENT ",'status':200}", i > 0 ? "," : "");
    auto_result struct scene_result many =
        scene_call(&control_submit_credential_events, scene_agent(SCENE_OURS),
                   "{" OURS ",'events':[%s]}", remit_buf_cstr(&text));
    auto_result struct scene_result other =
        scene_call(&control_submit_credential_events, scene_agent(SCENE_OTHER),
                   "{" OURS ",'events':[{" EVENT ",'status':200}]}");

    scene_refused(&many, REMIT_ERR_INVALID, "InvalidParameterException");
    scene_refused(&other, REMIT_ERR_DENIED, "AccessDeniedException");
    cr_expect(eq(sz, face_records("CredentialsVended"), 0));
}
