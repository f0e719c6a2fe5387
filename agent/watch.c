#include "agent/watch.h"

#include "common/os/clock.h"
#include "common/os/log.h"

#define RETRY_MS   500
#define RETRY_MOST 10000
#define OVERLAP_S  5 /* events of before a stream began are heard again */

const char *agent_owner_label(const struct agent *agent, struct remit_buf *out)
{
    remit_buf_clear(out);
    remit_buf_put_fmt(out, AGENT_LABEL_OWNER "=%s", agent->config.state_dir);
    return remit_buf_cstr(out);
}

/* ---- what belongs to no task --------------------------------------------------------------- */

static bool is_known(struct agent *agent, struct remit_str arn)
{
    struct agent_task *t = NULL;

    (void)pthread_mutex_lock(&agent->lock);
    t = agent->tasks;
    while (t != NULL && !remit_str_equal(t->arn, arn))
        t = t->next;
    (void)pthread_mutex_unlock(&agent->lock);
    return t != NULL;
}

static int remove_container(struct agent_engine *engine, const struct remit_json *container,
                            struct remit_err *err)
{
    auto_buf struct remit_buf id = REMIT_BUF(AGENT_ENGINE_ID_MAX);

    remit_buf_put(&id, remit_json_str(remit_json_get(container, "Id")));
    if (id.len == 0)
        return 0;
    remit_log(REMIT_LOG_WARN, "container %s belongs to no task: removed", remit_buf_cstr(&id));
    return agent_engine_remove(engine, remit_buf_cstr(&id), err);
}

int agent_sweep_containers(struct agent *agent, struct agent_engine *engine, struct remit_err *err)
{
    auto_buf struct remit_buf label = REMIT_BUF(AGENT_PATH_MAX);
    auto_json struct remit_json *list = NULL;

    TRY(agent_engine_list(engine, remit_str_of(agent_owner_label(agent, &label)), &list, err));
    for (size_t i = 0; i < remit_json_count(list); i++) {
        const struct remit_json *container = remit_json_at(list, i);
        const struct remit_json *labels = remit_json_get(container, "Labels");

        if (!is_known(agent, remit_json_str(remit_json_get(labels, AGENT_LABEL_TASK))))
            TRY(remove_container(engine, container, err));
    }
    return 0;
}

static bool serves_known(struct agent *agent, struct remit_str worker)
{
    struct agent_task *t = NULL;

    (void)pthread_mutex_lock(&agent->lock);
    t = agent->tasks;
    while (t != NULL && !remit_str_equal(agent_task_worker(t), worker))
        t = t->next;
    (void)pthread_mutex_unlock(&agent->lock);
    return t != NULL;
}

/* Adopted only to be ended. One that does not answer is dead, or not ours to reach. */
static void sweep_worker(void *self, struct remit_str name)
{
    struct agent *agent = self;
    struct remit_err err = { 0 };

    if (serves_known(agent, name))
        return;
    if (agent_workers_adopt(agent->workers, name, &err) == 0) {
        remit_log(REMIT_LOG_WARN, "worker " REMIT_STR_FMT " belongs to no task: ended",
                  REMIT_STR_ARG(name));
        if (agent_workers_detach(agent->workers, name, name, true, &err) == 0)
            return;
    }
    if (!remit_err_is(&err, "NoWorker"))
        remit_log_err(REMIT_LOG_WARN, &err, "worker " REMIT_STR_FMT, REMIT_STR_ARG(name));
}

int agent_sweep_workers(struct agent *agent, struct remit_err *err)
{
    int result = 0;

    (void)pthread_mutex_lock(&agent->host_lock);
    result = agent_workers_each(agent->workers, sweep_worker, agent, err);
    (void)pthread_mutex_unlock(&agent->host_lock);
    return result;
}

/* ---- the thread ---------------------------------------------------------------------------- */

static void hear(void *self, const struct remit_json *event)
{
    struct agent *agent = self;
    const struct remit_json *attributes =
        remit_json_get(remit_json_get(event, "Actor"), "Attributes");
    struct remit_str arn = remit_json_str(remit_json_get(attributes, AGENT_LABEL_TASK));

    (void)pthread_mutex_lock(&agent->lock);
    for (struct agent_task *t = agent->tasks; t != NULL; t = t->next) {
        if (!remit_str_equal(t->arn, arn))
            continue;
        t->woken = true;
        (void)pthread_cond_signal(&t->wake);
    }
    (void)pthread_mutex_unlock(&agent->lock);
}

static int watch_once(struct agent *agent, struct agent_engine *engine, struct remit_err *err)
{
    auto_buf struct remit_buf label = REMIT_BUF(AGENT_PATH_MAX);
    int64_t since_at = remit_clock_now_at() - OVERLAP_S;
    int result = 0;

    TRY(agent_sweep_containers(agent, engine, err));
    TRY(agent_sweep_workers(agent, err));
    atomic_store(&agent->hears_engine, true);
    agent_wake_all(agent);
    result = agent_engine_events(engine, remit_str_of(agent_owner_label(agent, &label)), since_at,
                                 hear, agent, err);
    atomic_store(&agent->hears_engine, false);
    return result;
}

static void set_watching(struct agent *agent, struct agent_engine *engine)
{
    (void)pthread_mutex_lock(&agent->lock);
    agent->watching = engine;
    (void)pthread_mutex_unlock(&agent->lock);
}

static void watch(struct agent *agent, struct agent_engine *engine)
{
    unsigned failures = 0;

    while (!agent_stopping(agent)) {
        int64_t began = remit_clock_boot_ms();
        struct remit_err err = { 0 };
        int64_t ms = (int64_t)RETRY_MS << (failures < 5 ? failures : 5);

        (void)!watch_once(agent, engine, &err);
        if (agent_stopping(agent))
            return;
        failures = remit_clock_boot_ms() - began > RETRY_MOST ? 0 : failures + 1;
        if (failures == 1)
            remit_log_err(REMIT_LOG_WARN, &err, "the Engine is not heard");
        agent_wake_all(agent);
        if (failures > 0)
            agent_sleep(agent, agent_jitter(ms < RETRY_MOST ? ms : RETRY_MOST));
    }
}

void *agent_watch_thread(void *self)
{
    struct agent *agent = self;
    struct agent_engine *engine = NULL;
    struct remit_err err = { 0 };

    if (agent_engine_open(agent->config.engine_socket, &engine, &err) != 0) {
        remit_log_err(REMIT_LOG_ERROR, &err, "the Engine is not heard");
        return NULL;
    }
    set_watching(agent, engine);
    watch(agent, engine);
    set_watching(agent, NULL);
    agent_engine_drop(&engine);
    return NULL;
}
