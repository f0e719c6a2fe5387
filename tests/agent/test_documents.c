/* [task-endpoints 4] metadata documents, byte for byte. */
#include "agent/documents.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "agent/observe.h"
#include "tests/agent/a_task.h"
#include "tests/agent/golden.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

static const struct row {
    const char *golden_case;
    const char *inspect[2]; /* of its containers: recorded answers, NULL for not created */
    const char *pause;
} rows[] = {
    { "bridge", { "inspect-running", "inspect-healthy" }, "inspect-running" },
    { "host", { "inspect-exited", NULL }, NULL },
    { "minimal", { NULL, NULL }, "inspect-running" },
};

static const char containers[] =
    ",\"group\":\"service:front\",\"containers\":[{\"name\":\"web\",\"containerArn\":"
    "\"arn:aws:ecs:eu-test-1:111122223333:container/default/t/w\"}]";

static struct agent_task *task_of(const struct row *r)
{
    struct agent_task *task = a_task(golden_file(r->golden_case, "definition.json"), containers);

    a_task_fixed(task);
    for (size_t i = 0; i < task->n_containers; i++) {
        if (r->inspect[i] == NULL)
            continue;
        (void)snprintf(task->containers[i].engine_id, sizeof(task->containers[i].engine_id),
                       "engine-id-%zu", i);
        agent_observe_read(task, i, recorded(r->inspect[i]));
    }
    if (r->pause != NULL)
        task->pause = recorded(r->pause);
    task->pull_started_at = 1795550202.5;
    task->pull_stopped_at = 1795550203.0;
    if (task->execution_stopped_at > 0) /* when it was seen */
        task->execution_stopped_at = 1795550512.0;
    task->phase = AGENT_ACTIVE;
    return task;
}

static void expect_documents(const struct row *r, struct agent_task *task,
                             enum remit_document_kind kind, const char *version)
{
    auto_buf struct remit_buf out = REMIT_BUF(REMIT_DOCUMENT_MAX);
    struct remit_err err = { 0 };
    char name[64];

    cr_assert(agent_document_task(task, kind, &out, &err) == 0);
    (void)snprintf(name, sizeof(name), "%s-task.json", version);
    expect_golden(r->golden_case, name, remit_buf_view(&out));
    cr_assert(agent_document_container(task, 0, kind, &out, &err) == 0);
    (void)snprintf(name, sizeof(name), "%s-container.json", version);
    expect_golden(r->golden_case, name, remit_buf_view(&out));
}

ROWS(documents, golden, rows)
{
    const struct row *r = &rows[*row_index];
    auto_task struct agent_task *task = task_of(r);

    expect_documents(r, task, REMIT_DOCUMENT_V4, "v4");
    expect_documents(r, task, REMIT_DOCUMENT_V3, "v3");
}

Test(documents, what_was_not_created_has_none)
{
    auto_task struct agent_task *task = task_of(&rows[2]);
    auto_buf struct remit_buf out = REMIT_BUF(REMIT_DOCUMENT_MAX);
    struct remit_err err = { 0 };

    cr_assert(agent_document_container(task, 0, REMIT_DOCUMENT_V4, &out, &err) == 0);
    cr_expect(eq(sz, out.len, 0));
}

Test(documents, our_own_paths_and_labels_are_not_shown)
{
    auto_task struct agent_task *task = task_of(&rows[1]);
    auto_json struct remit_json *json = NULL;
    auto_buf struct remit_buf out = REMIT_BUF(REMIT_DOCUMENT_MAX);
    struct remit_err err = { 0 };

    remit_json_drop(&task->containers[0].inspect);
    task->containers[0].inspect = json_of(
        "{\"Config\":{\"Labels\":{\"com.remit.agent\":\"/state\",\"team\":\"a\"}},\"Mounts\":["
        "{\"Source\":\"/state/tasks/t/tokens/web\",\"Destination\":\"/run/remit/token\"}]}");
    cr_assert(agent_document_container(task, 0, REMIT_DOCUMENT_V4, &out, &err) == 0);
    cr_expect(strstr(remit_buf_cstr(&out), "/state") == NULL, "%s", remit_buf_cstr(&out));
    cr_expect(strstr(remit_buf_cstr(&out), "\"team\":\"a\"") != NULL);
    cr_expect(remit_json_parse(remit_buf_view(&out), out.len, &json, &err) == 0);
}

static const struct {
    double at;
    const char *text;
} times[] = {
    { 1795550202.0, "2026-11-24T19:56:42Z" },
    { 1795550202.5, "2026-11-24T19:56:42.5Z" },
    { 1795550202.125, "2026-11-24T19:56:42.125Z" },
};

ROWS(documents, zeros_at_the_end_of_a_time_are_cut, times)
{
    char text[AGENT_TIME_TEXT];

    EXPECT_TEXT(agent_time_text(times[*row_index].at, text), times[*row_index].text);
}
