#include <stdio.h>

#include "agent/agent.h"
#include "agent/connect.h"
#include "agent/observe.h"
#include "agent/pause_image.h"
#include "agent/spec.h"
#include "agent/state.h"

#define BODY_MAX     ((size_t)256 * 1024)
#define NAME_MAX_LEN 1024
#define ASK_AGAIN_MS 5000

/* ---- volumes ------------------------------------------------------------------------------- */

static int no_volume(struct remit_err *err)
{
    const struct remit_err why = *err;

    if (agent_phase_retries(&why))
        return -1;
    return remit_fail(err, why.kind, "CannotCreateVolumeError", "%s", why.text);
}

static int make_volumes(struct agent_task *task, struct remit_err *err)
{
    size_t n = remit_json_count(remit_json_get(task->definition, "volumes"));

    for (size_t i = 0; i < n; i++) {
        auto_buf struct remit_buf body = REMIT_BUF(BODY_MAX);
        bool needed = false;

        TRY(agent_spec_volume(task, i, &needed, &body, err));
        if (!needed)
            continue;
        if (agent_engine_volume_create(task->engine, remit_buf_view(&body), err) != 0)
            return no_volume(err);
    }
    return 0;
}

/* ---- the pause container ------------------------------------------------------------------- */

static int pause_image(struct agent_task *task, struct remit_buf *name, struct remit_err *err)
{
    struct agent *agent = task->agent;
    int result = 0;

    (void)pthread_mutex_lock(&agent->image_lock); /* two would import it twice */
    result = agent_pause_image(task->engine, agent->config.pause_program, name, err);
    (void)pthread_mutex_unlock(&agent->image_lock);
    return result;
}

static int start_pause(struct agent_task *task, struct remit_err *err)
{
    auto_buf struct remit_buf image = REMIT_BUF(NAME_MAX_LEN);
    auto_buf struct remit_buf name = REMIT_BUF(NAME_MAX_LEN);
    auto_buf struct remit_buf body = REMIT_BUF(BODY_MAX);
    auto_buf struct remit_buf id = REMIT_BUF(AGENT_ENGINE_ID_MAX);

    TRY(pause_image(task, &image, err));
    TRY(agent_spec_pause(task, remit_buf_cstr(&image), &body, err));
    /* What an earlier try or an earlier run left: nothing has joined it, or it would be ACTIVE. */
    TRY(agent_engine_remove(task->engine, agent_task_pause_name(task, &name), err));
    TRY(agent_disconnect(task, err));
    TRY(agent_engine_create(task->engine, remit_buf_cstr(&name), remit_buf_view(&body), &id, err));
    (void)snprintf(task->pause_id, sizeof(task->pause_id), "%s", remit_buf_cstr(&id));
    return agent_engine_start(task->engine, task->pause_id, err);
}

static int pause_runs(struct agent_task *task, struct remit_err *err)
{
    struct remit_err why = { 0 };

    if (task->pause_id[0] != '\0' && agent_observe_pause(task, &why) == 0)
        return 0;
    if (agent_phase_retries(&why)) {
        *err = why;
        return -1;
    }
    TRY(start_pause(task, err));
    return agent_observe_pause(task, err);
}

/* ---- CONNECTING ---------------------------------------------------------------------------- */

/* No container starts before the endpoint would answer it. [attacks N6] */
static int await_credentials(struct agent_task *task, struct remit_err *err)
{
    if (!agent_task_has_role(task) || agent_connect_served(task))
        return 0;
    (void)pthread_mutex_lock(&task->agent->lock);
    task->wants = true;
    (void)pthread_mutex_unlock(&task->agent->lock);
    agent_poll_now(task->agent);
    task->wait_ms = ASK_AGAIN_MS;
    return agent_step_wait(err, "credentials of the task role");
}

int agent_step_connect(struct agent_task *task, struct remit_err *err)
{
    TRY(make_volumes(task, err));
    if (task->netmode->pause)
        TRY(pause_runs(task, err));
    TRY(agent_connect(task, err));
    return await_credentials(task, err);
}

/* ---- CREATING ------------------------------------------------------------------------------ */

static int create(struct agent_task *task, const char *name, struct remit_str body,
                  struct remit_buf *id, struct remit_err *err)
{
    struct remit_err why = { 0 };

    if (agent_engine_create(task->engine, name, body, id, &why) == 0)
        return 0;
    if (why.kind == REMIT_ERR_CONFLICT) {
        /* An earlier run made it and did not come as far as starting it: with other secrets. */
        TRY(agent_engine_remove(task->engine, name, err));
        return agent_engine_create(task->engine, name, body, id, err);
    }
    *err = why;
    return -1;
}

static int create_one(struct agent_task *task, size_t which, struct remit_err *err)
{
    struct agent_container *c = &task->containers[which];
    auto_buf struct remit_buf name = REMIT_BUF(NAME_MAX_LEN);
    auto_buf struct remit_buf body = REMIT_BUF_SECRET(BODY_MAX * 4);
    auto_buf struct remit_buf id = REMIT_BUF(AGENT_ENGINE_ID_MAX);
    struct remit_json *inspect = NULL;

    TRY(agent_state_token(task, which, err));
    TRY(agent_spec_container(task, which, &body, err));
    TRY(create(task, agent_task_container_name(task, which, &name), remit_buf_view(&body), &id,
               err));
    (void)snprintf(c->engine_id, sizeof(c->engine_id), "%s", remit_buf_cstr(&id));
    task->units[which].status = AGENT_CREATED;
    TRY(agent_engine_inspect(task->engine, c->engine_id, &inspect, err));
    agent_observe_read(task, which, inspect);
    return 0;
}

/* Whose volumes it shares must be there: the same order as for starting. */
static bool may_create(const struct agent_task *task, size_t which)
{
    const struct agent_unit *unit = &task->units[which];

    if (unit->status >= AGENT_CREATED)
        return false;
    for (size_t i = 0; i < unit->n_conditions; i++)
        if (task->units[unit->conditions[i].on].status < AGENT_CREATED)
            return false;
    return true;
}

int agent_step_create(struct agent_task *task, struct remit_err *err)
{
    bool moved = true;

    while (moved) {
        moved = false;
        for (size_t i = 0; i < task->n_containers; i++) {
            if (!may_create(task, i))
                continue;
            if (create_one(task, i, err) != 0) {
                if (!agent_phase_retries(err))
                    agent_reason(err, "CannotCreateContainerError", task->containers[i].reason);
                return -1;
            }
            moved = true;
        }
    }
    TRY(agent_connect(task, err)); /* documents before the first instruction */
    agent_task_wipe(task);
    return 0;
}
