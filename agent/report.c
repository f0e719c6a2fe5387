#include "agent/report.h"

#include "agent/agent.h"
#include "agent/ports.h"
#include "agent/put.h"

#define BODY_MAX ((size_t)512 * 1024)
#define ID_SHOWN 255

const char *agent_report_status(const struct agent_task *task)
{
    if (task->phase >= AGENT_REPORTING)
        return "STOPPED";
    return task->ran ? "RUNNING" : "PENDING";
}

/* Containers' states are those of the model: what is not running yet is pending. */
static const char *container_status(const struct agent_task *task, size_t which)
{
    if (task->phase >= AGENT_REPORTING || task->units[which].status == AGENT_STOPPED)
        return "STOPPED";
    return task->units[which].status == AGENT_RUNNING ? "RUNNING" : "PENDING";
}

static void put_binding(void *self, const struct agent_port *port)
{
    struct remit_jw *w = self;

    remit_jw_object(w);
    remit_jw_put_str(w, "bindIP", port->address);
    remit_jw_put_int(w, "containerPort", port->container);
    remit_jw_put_int(w, "hostPort", port->host);
    remit_jw_put_str(w, "protocol", port->protocol);
    remit_jw_end(w);
}

static void put_container(const struct agent_task *task, size_t which, struct remit_jw *w)
{
    const struct agent_container *c = &task->containers[which];

    remit_jw_object(w);
    remit_jw_put_str(w, "containerName", c->name);
    remit_jw_put_cstr(w, "status", container_status(task, which));
    if (c->has_exit_code)
        remit_jw_put_int(w, "exitCode", task->units[which].exit_code);
    agent_put_text(w, "reason", c->reason);
    agent_put_text(w, "runtimeId", c->engine_id);
    agent_put_text(w, "imageDigest", c->image_digest);
    remit_jw_key(w, "networkBindings");
    remit_jw_array(w);
    if (task->units[which].started)
        agent_ports(task, which, put_binding, w);
    remit_jw_end(w);
    remit_jw_end(w);
}

int agent_report_write(const struct agent_task *task, struct remit_buf *out, struct remit_err *err)
{
    struct remit_jw w = REMIT_JW(out);

    remit_buf_clear(out);
    remit_jw_object(&w);
    remit_jw_put_str(&w, "cluster", task->cluster_arn);
    remit_jw_put_str(&w, "task", task->arn);
    remit_jw_put_cstr(&w, "status", agent_report_status(task));
    agent_put_text(&w, "reason", task->reason);
    agent_put_text(&w, "stopCode", task->stop_code);
    agent_put_seconds(&w, "pullStartedAt", task->pull_started_at);
    agent_put_seconds(&w, "pullStoppedAt", task->pull_stopped_at);
    agent_put_seconds(&w, "executionStoppedAt", task->execution_stopped_at);
    remit_jw_key(&w, "containers");
    remit_jw_array(&w);
    for (size_t i = 0; i < task->n_containers; i++)
        put_container(task, i, &w);
    remit_jw_end(&w);
    remit_jw_end(&w);
    return remit_buf_check(out, "SubmitTaskStateChange", err);
}

void agent_report(struct agent_task *task)
{
    auto_buf struct remit_buf body = REMIT_BUF(BODY_MAX);
    struct remit_err err = { 0 };
    bool changed = false;

    if (agent_report_write(task, &body, &err) != 0)
        return;
    (void)pthread_mutex_lock(&task->agent->lock);
    changed = !remit_str_equal(remit_buf_view(&task->outbox), remit_buf_view(&body));
    if (changed) {
        remit_buf_clear(&task->outbox);
        remit_buf_put(&task->outbox, remit_buf_view(&body));
        task->outbox_version++;
        task->outbox_final = task->phase >= AGENT_REPORTING;
    }
    (void)pthread_mutex_unlock(&task->agent->lock);
    if (changed)
        agent_reports_due(task->agent);
}

/* ---- what workers report ------------------------------------------------------------------- */

/* The task of a credentials id that was presented where it does not belong, but its own. */
static const struct agent_task *owner_of(const struct agent *agent, struct remit_str presented)
{
    for (const struct agent_task *t = agent->tasks; t != NULL; t = t->next) {
        struct remit_str id = remit_str_of(t->credentials_id);

        if (id.len == presented.len && remit_equal_const(id.ptr, presented.ptr, id.len))
            return t;
    }
    return NULL;
}

static const struct agent_task *task_of(const struct agent *agent, struct remit_str id)
{
    const struct agent_task *t = agent->tasks;

    while (t != NULL && !remit_str_equal(t->id, id))
        t = t->next;
    return id.len > 0 ? t : NULL;
}

/*
 * Who asked: the task whose token was shown, else the one whose link it came over. Where a
 * worker serves several tasks, a request without a good token is nobody's.
 */
static const struct agent_task *asker(const struct agent *agent, struct remit_str worker,
                                      const struct remit_metadata_served *served)
{
    const struct agent_task *task = task_of(agent, served->task_id);

    return task != NULL ? task : task_of(agent, worker);
}

/* A leaked id: of a task that the asker is not. Of nobody's request it can't be said. */
static bool is_foreign(const struct agent_task *owner, const struct agent_task *task,
                       struct remit_str worker)
{
    return task != NULL ? owner != task : !remit_str_equal(agent_task_worker(owner), worker);
}

static void add_event(struct agent *agent, struct remit_str worker,
                      const struct remit_metadata_served *served)
{
    const struct agent_task *task = asker(agent, worker, served);
    const struct agent_task *owner =
        served->presented_id.len > 0 ? owner_of(agent, served->presented_id) : NULL;
    struct agent_event_facts facts = {
        .at = served->at,
        .count = served->count,
        .lost = served->lost,
        .status = served->status,
        .reason = served->reason,
        .container = served->container,
        .peer = served->peer,
        .user_agent = served->user_agent,
    };

    if (task != NULL)
        facts.task_arn = task->arn;
    if (task != NULL && served->status == 200)
        facts.access_key_id = remit_str_of(task->access_key_id);
    if (owner != NULL && is_foreign(owner, task, worker))
        facts.presented_task_arn = owner->arn;
    agent_events_add(&agent->events, &facts);
}

void agent_report_served(struct agent *agent, struct remit_str worker,
                         const struct remit_metadata_served *served)
{
    (void)pthread_mutex_lock(&agent->lock);
    add_event(agent, worker, served);
    (void)pthread_mutex_unlock(&agent->lock);
    agent_reports_due(agent);
}
