#include "agent/agent.h"
#include "agent/report.h"
#include "common/os/log.h"

#define BODY_MAX   ((size_t)1024 * 1024)
#define RETRY_MS   1000
#define RETRY_MOST 30000

struct reporter {
    struct agent *agent;
    struct agent_control *control;
    unsigned failures;
};

/* The next task with something to tell, after the one of that ARN; a copy of what it tells. */
struct letter {
    struct remit_buf arn;
    struct remit_buf body;
    uint64_t version;
};

static void letter_drop(struct letter *letter)
{
    remit_buf_drop(&letter->arn);
    remit_buf_drop(&letter->body);
}

static struct agent_task *find_task(struct agent *agent, struct remit_str arn)
{
    struct agent_task *t = agent->tasks;

    while (t != NULL && !remit_str_equal(t->arn, arn))
        t = t->next;
    return t;
}

static bool take_letter(struct agent *agent, struct letter *letter)
{
    struct agent_task *task = NULL;

    (void)pthread_mutex_lock(&agent->lock);
    for (task = agent->tasks; task != NULL; task = task->next)
        if (task->outbox_version > task->acked_version && !task->forget)
            break;
    if (task != NULL) {
        remit_buf_clear(&letter->arn);
        remit_buf_clear(&letter->body);
        remit_buf_put(&letter->arn, task->arn);
        remit_buf_put(&letter->body, remit_buf_view(&task->outbox));
        letter->version = task->outbox_version;
    }
    (void)pthread_mutex_unlock(&agent->lock);
    return task != NULL;
}

static void delivered(struct agent *agent, const struct letter *letter)
{
    struct agent_task *task = NULL;

    (void)pthread_mutex_lock(&agent->lock);
    task = find_task(agent, remit_buf_view(&letter->arn));
    if (task != NULL && task->acked_version < letter->version)
        task->acked_version = letter->version;
    if (task != NULL) {
        task->woken = true;
        (void)pthread_cond_signal(&task->wake);
    }
    (void)pthread_mutex_unlock(&agent->lock);
}

/* Control answered, and would answer the same again: [ecs-control 7.4] the event is dropped. */
static bool final(const struct remit_err *why)
{
    return why->kind != REMIT_ERR_UNAVAILABLE && why->kind != REMIT_ERR_UNAUTHENTICATED;
}

static int send_letter(struct reporter *r, const struct letter *letter, struct remit_err *err)
{
    auto_credentials struct agent_credentials session = { 0 };
    auto_json struct remit_json *answer = NULL;
    struct remit_err why = { 0 };

    TRY(agent_instance_session(r->agent, &session, err));
    if (agent_control_call(r->control, &agent_op_task_state, &session,
                           remit_buf_view(&letter->body), 0, &answer, &why) != 0) {
        if (!final(&why)) {
            *err = why;
            return -1;
        }
        remit_log_err(REMIT_LOG_WARN, &why, "control does not take the state of " REMIT_STR_FMT,
                      REMIT_STR_ARG(remit_buf_view(&letter->arn)));
    }
    delivered(r->agent, letter);
    return 0;
}

static int send_letters(struct reporter *r, struct remit_err *err)
{
    REMIT_AUTO(letter_drop)
    struct letter letter = { .arn = REMIT_BUF(AGENT_ARN_MAX), .body = REMIT_BUF(BODY_MAX) };

    while (take_letter(r->agent, &letter))
        TRY(send_letter(r, &letter, err));
    return 0;
}

static int send_events(struct reporter *r, struct remit_err *err)
{
    for (;;) {
        auto_credentials struct agent_credentials session = { 0 };
        auto_buf struct remit_buf body = REMIT_BUF(BODY_MAX);
        auto_json struct remit_json *answer = NULL;
        struct remit_jw w = REMIT_JW(&body);
        struct remit_err why = { 0 };
        size_t n = 0;

        remit_jw_object(&w);
        remit_jw_put_cstr(&w, "containerInstanceArn", r->agent->instance.arn);
        remit_jw_key(&w, "events");
        n = agent_events_write(&r->agent->events, &w);
        remit_jw_end(&w);
        if (n == 0)
            return 0;
        TRY(remit_buf_check(&body, "SubmitCredentialEvents", err));
        TRY(agent_instance_session(r->agent, &session, err));
        if (agent_control_call(r->control, &agent_op_events, &session, remit_buf_view(&body), 0,
                               &answer, &why) != 0) {
            if (!final(&why)) {
                *err = why;
                return -1;
            }
            remit_log_err(REMIT_LOG_ERROR, &why, "control does not take %zu events", n);
        }
        agent_events_done(&r->agent->events, n);
    }
}

/* False when the agent stops. */
static bool wait_due(struct reporter *r)
{
    struct agent *agent = r->agent;

    (void)pthread_mutex_lock(&agent->lock);
    while (!agent->reports_due && !agent_stopping(agent))
        (void)pthread_cond_wait(&agent->changed, &agent->lock);
    agent->reports_due = false;
    (void)pthread_mutex_unlock(&agent->lock);
    return !agent_stopping(agent);
}

static void back_off(struct reporter *r)
{
    int64_t ms = (int64_t)RETRY_MS << (r->failures < 5 ? r->failures : 5);

    r->failures++;
    agent_sleep(r->agent, agent_jitter(ms < RETRY_MOST ? ms : RETRY_MOST));
    agent_reports_due(r->agent);
}

static void send_all(struct reporter *r)
{
    struct remit_err err = { 0 };

    if (send_letters(r, &err) == 0 && send_events(r, &err) == 0) {
        r->failures = 0;
        return;
    }
    if (r->failures == 0)
        remit_log_err(REMIT_LOG_WARN, &err, "reports wait");
    if (!agent_stopping(r->agent))
        back_off(r);
}

void *agent_report_thread(void *self)
{
    struct reporter r = { .agent = self };
    struct remit_err err = { 0 };

    if (agent_control_new(r.agent, &r.control, &err) != 0) {
        remit_log_err(REMIT_LOG_ERROR, &err, "no reports");
        return NULL;
    }
    while (wait_due(&r))
        send_all(&r);
    send_all(&r); /* what came last: a vend, a state */
    agent_control_drop(&r.control);
    return NULL;
}
