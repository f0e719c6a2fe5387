#include "agent/polling.h"

#include "agent/machine.h"
#include "common/os/clock.h"
#include "common/os/log.h"

#define REQUEST_MAX    ((size_t)1024 * 1024)
#define WAIT_S         25
#define CALL_MS        ((WAIT_S + 30) * 1000)
#define RETRY_MS       1000
#define RETRY_MOST     60000
#define INACTIVE_MS    ((int64_t)10 * 60 * 1000)
#define RENEW_RETRY_MS ((int64_t)60 * 1000)
#define ASK_AGAIN_MS   3000
#define REFUSED_MS     5000

/* ---- the request --------------------------------------------------------------------------- */

/* Whether to ask now; the next time is set at once, so that a refusal is not asked every poll. */
static bool renew_due(struct agent_task *task)
{
    int64_t now = remit_clock_boot_ms();

    if (task->stop_wanted || task->phase >= AGENT_STOPPING)
        return false;
    if (task->wants && now >= task->ask_boot_ms) {
        task->ask_boot_ms = now + ASK_AGAIN_MS;
        return true;
    }
    if (task->renew_boot_ms == 0 || now < task->renew_boot_ms)
        return false;
    task->renew_boot_ms = now + agent_jitter(RENEW_RETRY_MS);
    return true;
}

/* How long the poll may wait. */
static int put_known(struct agent *agent, int wait_s, struct remit_jw *w)
{
    remit_jw_key(w, "known");
    remit_jw_array(w);
    (void)pthread_mutex_lock(&agent->lock);
    for (struct agent_task *t = agent->tasks; t != NULL; t = t->next) {
        bool renew = renew_due(t);

        remit_jw_object(w);
        remit_jw_put_str(w, "taskArn", t->arn);
        remit_jw_put_bool(w, "renew", renew);
        remit_jw_end(w);
        wait_s = renew ? 0 : wait_s;
    }
    agent->poll_waits = wait_s > 0;
    (void)pthread_mutex_unlock(&agent->lock);
    remit_jw_end(w);
    return wait_s;
}

void agent_poll_unasked(struct agent *agent)
{
    (void)pthread_mutex_lock(&agent->lock);
    for (struct agent_task *t = agent->tasks; t != NULL; t = t->next)
        t->ask_boot_ms = 0;
    (void)pthread_mutex_unlock(&agent->lock);
}

int agent_poll_write(struct agent *agent, uint64_t seen_revision, int wait_s, struct remit_buf *out,
                     struct remit_err *err)
{
    struct remit_jw w = REMIT_JW(out);

    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "containerInstanceArn", agent->instance.arn);
    remit_jw_put_cstr(&w, "bootId", agent->boot_id);
    remit_jw_put_int(&w, "seenRevision", (int64_t)seen_revision);
    wait_s = put_known(agent, wait_s, &w);
    remit_jw_put_int(&w, "waitSeconds", wait_s);
    remit_jw_end(&w);
    return remit_buf_check(out, "Poll", err);
}

/* ---- the answer ---------------------------------------------------------------------------- */

static struct agent_task *find_task(struct agent *agent, struct remit_str arn)
{
    struct agent_task *t = agent->tasks;

    while (t != NULL && !remit_str_equal(t->arn, arn))
        t = t->next;
    return t;
}

static bool is_stopped(const struct remit_json *entry)
{
    return remit_str_equal(remit_json_str(remit_json_get(entry, "desiredStatus")),
                           REMIT_STR("STOPPED"));
}

static void read_credentials(const struct remit_json *entry, const char *member,
                             struct agent_credentials *out)
{
    const struct remit_json *json = remit_json_get(entry, member);
    struct remit_err err = { 0 };

    if (remit_json_type(json) == REMIT_JSON_OBJECT && agent_credentials_read(json, out, &err) != 0)
        remit_log_err(REMIT_LOG_ERROR, &err, "control's %s are unusable", member);
}

/* Under the lock. Earlier credentials never replace later ones. [task-endpoints 2.1] */
static void feed(struct agent_task *task, const struct remit_json *entry)
{
    auto_credentials struct agent_credentials role = { 0 };
    auto_credentials struct agent_credentials execution = { 0 };

    read_credentials(entry, "taskCredentials", &role);
    read_credentials(entry, "executionCredentials", &execution);
    if (role.expires_at > task->fresh.expires_at)
        agent_credentials_move(&role, &task->fresh);
    if (execution.expires_at > task->execution.expires_at && task->phase < AGENT_ACTIVE)
        agent_credentials_move(&execution, &task->execution);
    if (agent_credentials_held(&task->fresh) || agent_credentials_held(&task->execution))
        task->wants = false;
}

/* Under the lock. A call under way for the task ends: a pull may take an hour. */
static void stop(struct agent_task *task)
{
    if (!task->stop_wanted) {
        task->stop_wanted = true;
        agent_engine_cancel(task->engine);
        if (task->control != NULL)
            agent_control_cancel(task->control);
    }
}

static void update(struct agent *agent, struct agent_task *task, const struct remit_json *entry)
{
    bool told = remit_json_get(entry, "taskCredentials") != NULL ||
                remit_json_get(entry, "executionCredentials") != NULL;

    (void)agent;
    if (is_stopped(entry) && !task->stop_wanted) {
        stop(task);
        told = true;
    } else if (told) {
        feed(task, entry);
    }
    if (!told)
        return;
    task->woken = true;
    (void)pthread_cond_signal(&task->wake);
}

static int make_task(struct agent *agent, const struct remit_json *entry, struct agent_task **out,
                     struct remit_err *err)
{
    auto_buf struct remit_buf payload = REMIT_BUF(AGENT_PAYLOAD_MAX);

    if (agent->n_tasks >= AGENT_TASKS_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "TooManyTasks", "more than %d tasks",
                          AGENT_TASKS_MAX);
    agent_task_payload(entry, &payload);
    TRY(remit_buf_check(&payload, "a task's payload", err));
    return agent_task_new(agent, remit_buf_view(&payload), out, err);
}

static int begin(struct agent *agent, const struct remit_json *entry, struct remit_err *err)
{
    struct agent_task *task = NULL;

    if (remit_json_get(entry, "taskDefinition") == NULL) /* it was known when this was asked */
        return 0;
    TRY(make_task(agent, entry, &task, err));
    feed(task, entry); /* no thread has it yet */
    task->stop_wanted = is_stopped(entry);
    remit_log(REMIT_LOG_INFO, "task " REMIT_STR_FMT " is to run", REMIT_STR_ARG(task->id));
    return agent_machine_start(agent, task, err);
}

static int take_entry(struct agent *agent, const struct remit_json *entry, struct remit_err *err)
{
    struct remit_str arn = remit_json_str(remit_json_get(entry, "taskArn"));
    struct agent_task *task = NULL;

    (void)pthread_mutex_lock(&agent->lock);
    task = find_task(agent, arn);
    if (task != NULL)
        update(agent, task, entry);
    (void)pthread_mutex_unlock(&agent->lock);
    if (task != NULL || arn.len == 0)
        return 0;
    if (begin(agent, entry, err) != 0)
        return remit_err_prefix(err, "task " REMIT_STR_FMT, REMIT_STR_ARG(arn));
    return 0;
}

static bool is_listed(const struct remit_json *tasks, struct remit_str arn)
{
    for (size_t i = 0; i < remit_json_count(tasks); i++)
        if (remit_str_equal(remit_json_str(remit_json_get(remit_json_at(tasks, i), "taskArn")),
                            arn))
            return true;
    return false;
}

static void forget_others(struct agent *agent, const struct remit_json *tasks)
{
    (void)pthread_mutex_lock(&agent->lock);
    for (struct agent_task *t = agent->tasks; t != NULL; t = t->next) {
        if (t->forget || is_listed(tasks, t->arn))
            continue;
        t->forget = true;
        stop(t);
        t->woken = true;
        (void)pthread_cond_signal(&t->wake);
    }
    (void)pthread_mutex_unlock(&agent->lock);
}

int agent_poll_take(struct agent *agent, const struct remit_json *answer, uint64_t *revision,
                    struct remit_err *err)
{
    const struct remit_json *tasks = remit_json_get(answer, "tasks");
    int result = 0;

    if (remit_json_type(tasks) != REMIT_JSON_ARRAY)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "ControlAway",
                          "control's answer to Poll has no tasks");
    forget_others(agent, tasks);
    for (size_t i = 0; i < remit_json_count(tasks); i++)
        if (take_entry(agent, remit_json_at(tasks, i), err) != 0)
            result = -1; /* the others are not to suffer */
    *revision = (uint64_t)remit_json_int(remit_json_get(answer, "revision"));
    return result;
}

/* ---- the thread ---------------------------------------------------------------------------- */

struct poller {
    struct agent *agent;
    struct agent_control *control;
    uint64_t revision;
    unsigned failures;
    bool answered; /* control did, this time */
};

/* How long control may keep the answer: not past the moment when something is to be renewed. */
static int wait_seconds(struct agent *agent)
{
    int64_t now = remit_clock_boot_ms();
    int64_t due = 0;

    (void)pthread_mutex_lock(&agent->lock);
    due = agent->instance.renew_boot_ms;
    for (const struct agent_task *t = agent->tasks; t != NULL; t = t->next)
        if (t->renew_boot_ms > 0 && t->renew_boot_ms < due && t->phase < AGENT_STOPPING)
            due = t->renew_boot_ms;
    (void)pthread_mutex_unlock(&agent->lock);
    if (due - now >= (int64_t)WAIT_S * 1000)
        return WAIT_S;
    return due > now ? (int)((due - now) / 1000) + 1 : 1;
}

static int poll_once(struct poller *p, struct remit_err *err)
{
    auto_credentials struct agent_credentials session = { 0 };
    auto_buf struct remit_buf body = REMIT_BUF(REQUEST_MAX);
    auto_json struct remit_json *answer = NULL;
    int wait_s = 0;

    TRY(agent_instance_renew(p->agent, p->control, err));
    TRY(agent_instance_session(p->agent, &session, err));
    wait_s = p->revision == 0 ? 0 : wait_seconds(p->agent);
    TRY(agent_poll_write(p->agent, p->revision, wait_s, &body, err));
    TRY(agent_control_call(p->control, &agent_op_poll, &session, remit_buf_view(&body), CALL_MS,
                           &answer, err));
    p->failures = 0;
    p->answered = true;
    return agent_poll_take(p->agent, answer, &p->revision, err);
}

static void replaced(struct agent *agent, const struct remit_err *why)
{
    remit_log_err(REMIT_LOG_ERROR, why, "another agent has taken this instance over");
    atomic_store(&agent->replaced, true);
    agent_stop(agent);
}

/* What the failure asks for: how long to wait before the next poll. */
static int64_t pause_after(struct poller *p, const struct remit_err *why)
{
    int64_t ms = (int64_t)RETRY_MS << (p->failures < 6 ? p->failures : 6);

    if (remit_err_is(why, "Cancelled")) {
        agent_poll_unasked(p->agent);
        return 0;
    }
    if (remit_err_is(why, "InactiveInstanceException"))
        return INACTIVE_MS;
    if (p->answered) /* something in it was refused, and will be again */
        return REFUSED_MS;
    p->failures++;
    return ms < RETRY_MOST ? ms : RETRY_MOST;
}

static void poll_failed(struct poller *p, const struct remit_err *why)
{
    int64_t ms = 0;

    if (remit_err_is(why, "SessionReplacedException")) {
        replaced(p->agent, why);
        return;
    }
    if (!remit_err_is(why, "Cancelled") && p->failures == 0)
        remit_log_err(REMIT_LOG_WARN, why, "poll");
    ms = pause_after(p, why);
    if (ms > 0)
        agent_sleep(p->agent, agent_jitter(ms));
}

static void set_polling(struct agent *agent, struct agent_control *control)
{
    (void)pthread_mutex_lock(&agent->lock);
    agent->polling = control;
    (void)pthread_mutex_unlock(&agent->lock);
}

void agent_poll_now(struct agent *agent)
{
    (void)pthread_mutex_lock(&agent->lock);
    if (agent->polling != NULL && agent->poll_waits)
        agent_control_cancel(agent->polling);
    (void)pthread_mutex_unlock(&agent->lock);
}

void *agent_poll_thread(void *self)
{
    struct poller p = { .agent = self };
    struct remit_err err = { 0 };

    if (agent_control_new(p.agent, &p.control, &err) != 0) {
        remit_log_err(REMIT_LOG_ERROR, &err, "no polls");
        return NULL;
    }
    set_polling(p.agent, p.control);
    while (!agent_stopping(p.agent)) {
        err = (struct remit_err){ 0 };
        p.answered = false;
        if (poll_once(&p, &err) != 0)
            poll_failed(&p, &err);
    }
    set_polling(p.agent, NULL);
    agent_control_drop(&p.control);
    return NULL;
}
