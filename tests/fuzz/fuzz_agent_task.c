/*
 * A payload of control and an answer of the Engine, divided by the first NUL byte: the task that
 * comes of them is described to the Engine, to its containers and to control. Invariants: all that
 * is written is JSON, within its limits, and holds no secret; a refused payload leaves nothing
 * behind.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/agent.h"
#include "agent/documents.h"
#include "agent/observe.h"
#include "agent/report.h"
#include "agent/spec.h"

#define SECRET "kEpT-oUt-Of-DoCuMeNtS"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct agent *an_agent(void)
{
    static struct agent agent;

    if (agent.config.state_dir != NULL)
        return &agent;
    (void)pthread_mutex_init(&agent.lock, NULL);
    (void)pthread_cond_init(&agent.changed, NULL);
    agent.config.state_dir = "/nonexistent/state";
    agent.config.region = "eu-test-1";
    return &agent;
}

static void is_json(struct remit_buf *text)
{
    auto_json struct remit_json *json = NULL;

    if (text->len == 0)
        return;
    if (remit_json_parse(remit_buf_view(text), text->len, &json, NULL) != 0)
        abort();
    if (memmem(text->ptr, text->len, SECRET, strlen(SECRET)) != NULL)
        abort();
}

/* Fills what a running task has: ids, and secrets that no description but the Engine's may show. */
static void give(struct agent_task *task)
{
    (void)snprintf(task->pause_id, sizeof(task->pause_id), "p");
    (void)!remit_secret_copy(REMIT_STR(SECRET), &task->registry.header, NULL);
    for (size_t i = 0; i < task->n_containers; i++) {
        remit_secret_drop(&task->containers[i].token);
        (void)!remit_secret_copy(REMIT_STR(SECRET), &task->containers[i].token, NULL);
        (void)snprintf(task->containers[i].engine_id, sizeof(task->containers[i].engine_id), "e%zu",
                       i);
    }
}

static void observe(struct agent_task *task, struct remit_str inspect)
{
    struct remit_json *json = NULL;

    if (remit_json_parse(inspect, inspect.len, &json, NULL) == 0)
        agent_observe_read(task, 0, json);
    json = NULL;
    if (remit_json_parse(inspect, inspect.len, &json, NULL) == 0)
        task->pause = json;
}

static void describe(struct agent_task *task)
{
    auto_buf struct remit_buf out = REMIT_BUF((size_t)1024 * 1024);

    for (int kind = REMIT_DOCUMENT_V4; kind <= REMIT_DOCUMENT_V3; kind++) {
        if (agent_document_task(task, (enum remit_document_kind)kind, &out, NULL) == 0)
            is_json(&out);
        if (agent_document_container(task, 0, (enum remit_document_kind)kind, &out, NULL) == 0)
            is_json(&out);
    }
    if (agent_report_write(task, &out, NULL) == 0)
        is_json(&out);
    if (agent_spec_pause(task, "i", &out, NULL) == 0)
        is_json(&out);
    /* Not with paths of this machine: looking at them makes folders. */
    if (remit_json_get(task->definition, "volumes") == NULL &&
        agent_spec_container(task, 0, &out, NULL) == 0)
        is_json(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_str rest = remit_str_from((const char *)data, size);
    auto_task struct agent_task *task = NULL;
    struct remit_str payload;

    if (memmem(data, size, SECRET, strlen(SECRET)) != NULL) /* what came in may go out */
        return 0;
    (void)remit_str_cut(&rest, '\0', &payload);
    if (agent_task_new(an_agent(), payload, &task, NULL) != 0)
        return 0;
    give(task);
    observe(task, rest);
    describe(task);
    return 0;
}
