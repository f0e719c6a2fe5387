#include "agent/connect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/documents.h"
#include "agent/observe.h"
#include "agent/state.h"
#include "common/os/clock.h"
#include "common/os/fd.h"
#include "common/os/log.h"

#define POLL_WAIT_MS 30000

/* ---- the namespace ------------------------------------------------------------------------- */

static int64_t pause_pid(const struct agent_task *task)
{
    return remit_json_int(remit_json_get(remit_json_get(task->pause, "State"), "Pid"));
}

/*
 * A process id may be another's by now: it is asked for again once the namespace is open, and only
 * when it still is the pause container's was the namespace its.
 */
int agent_connect_namespace(struct agent_task *task, int *out, struct remit_err *err)
{
    char path[64];
    auto_fd int netns = -1;
    int64_t pid = 0;

    if (!task->netmode->pause) {
        (void)snprintf(path, sizeof(path), "/proc/self/ns/net");
    } else {
        TRY(agent_observe_pause(task, err));
        pid = pause_pid(task);
        (void)snprintf(path, sizeof(path), "/proc/%lld/ns/net", (long long)pid);
    }
    netns = open(path, O_RDONLY | O_CLOEXEC);
    if (netns < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "opening %s", path);
    if (task->netmode->pause) {
        TRY(agent_observe_pause(task, err));
        if (pid <= 1 || pause_pid(task) != pid)
            return remit_fail(err, REMIT_ERR_INTERNAL, "ContainerNetworkingError",
                              "the pause container was restarted");
    }
    *out = remit_fd_steal(&netns);
    return 0;
}

/* ---- what a worker is told ----------------------------------------------------------------- */

static int tell_task(struct agent_task *task, struct remit_err *err)
{
    struct remit_metadata_container list[REMIT_TASK_CONTAINERS_MAX];
    struct remit_metadata_task frame = {
        .task_id = task->id,
        .task_arn = task->arn,
        .containers = { list, task->n_containers },
    };
    struct agent_worker_ready ready = { 0 };

    if (agent_task_has_role(task))
        frame.credentials_id = remit_str_of(task->credentials_id);
    for (size_t i = 0; i < task->n_containers; i++) {
        list[i].endpoint_id = remit_str_of(task->containers[i].endpoint_id);
        list[i].name = task->containers[i].name;
        list[i].token = task->containers[i].token; /* lent for the call */
    }
    TRY(agent_workers_tell(task->agent->workers, agent_task_worker(task), &remit_frame_task, &frame,
                           task->id, &ready, err));
    if (ready.code[0] != '\0')
        return remit_fail(err, REMIT_ERR_INTERNAL, "ContainerNetworkingError",
                          "its worker does not take the task: %s", ready.code);
    return 0;
}

static int tell_document(struct agent_task *task, struct remit_str endpoint,
                         enum remit_document_kind kind, struct remit_str body,
                         struct remit_err *err)
{
    const struct remit_metadata_document document = {
        .task_id = task->id,
        .endpoint_id = endpoint,
        .kind = (uint8_t)kind,
        .body = body,
    };

    return agent_workers_document(task->agent->workers, agent_task_worker(task), &document, err);
}

static int tell_documents_of(struct agent_task *task, enum remit_document_kind kind,
                             struct remit_err *err)
{
    auto_buf struct remit_buf body = REMIT_BUF(REMIT_DOCUMENT_MAX);

    TRY(agent_document_task(task, kind, &body, err));
    TRY(tell_document(task, remit_str_from("", 0), kind, remit_buf_view(&body), err));
    for (size_t i = 0; i < task->n_containers; i++) {
        TRY(agent_document_container(task, i, kind, &body, err));
        TRY(tell_document(task, remit_str_of(task->containers[i].endpoint_id), kind,
                          remit_buf_view(&body), err));
    }
    return 0;
}

static int tell_documents(struct agent_task *task, struct remit_err *err)
{
    TRY(tell_documents_of(task, REMIT_DOCUMENT_V4, err));
    TRY(tell_documents_of(task, REMIT_DOCUMENT_V3, err));
    task->changed = false;
    return 0;
}

/* ---- credentials --------------------------------------------------------------------------- */

/* Takes them out of the shared inbox. */
static void take_fresh(struct agent_task *task, struct agent_credentials *out)
{
    (void)pthread_mutex_lock(&task->agent->lock);
    agent_credentials_move(&task->fresh, out);
    (void)pthread_mutex_unlock(&task->agent->lock);
}

/* Back into it, unless newer ones came meanwhile. */
static void put_back(struct agent_task *task, struct agent_credentials *held)
{
    (void)pthread_mutex_lock(&task->agent->lock);
    if (task->fresh.expires_at < held->expires_at)
        agent_credentials_move(held, &task->fresh);
    (void)pthread_mutex_unlock(&task->agent->lock);
}

static int push(struct agent_task *task, const struct agent_credentials *held,
                struct agent_worker_ready *ready, struct remit_err *err)
{
    int64_t stated_at = agent_credentials_stated_at(held);
    struct remit_metadata_credentials frame = {
        .task_id = task->id,
        .credentials_id = remit_str_of(task->credentials_id),
        .expires_at = stated_at,
        .valid_until_boot_ms = remit_clock_boot_ms() + (stated_at - remit_clock_now_at()) * 1000,
    };
    int result = 0;

    TRY(agent_credentials_body(held, &frame.body, err));
    result = agent_workers_tell(task->agent->workers, agent_task_worker(task),
                                &remit_frame_credentials, &frame, task->id, ready, err);
    remit_secret_drop(&frame.body);
    return result;
}

/* Half of what is left, from now on; on the wall clock too, for after a restart. */
static void note(struct agent_task *task, const struct agent_credentials *held)
{
    int64_t left_ms = (agent_credentials_stated_at(held) - remit_clock_now_at()) * 1000;
    int64_t half_ms = left_ms > 0 ? agent_jitter(left_ms / 2) : 0;

    (void)pthread_mutex_lock(&task->agent->lock);
    memcpy(task->access_key_id, held->access_key_id, sizeof(task->access_key_id));
    task->expires_at = agent_credentials_stated_at(held);
    task->renew_at = remit_clock_now_at() + half_ms / 1000;
    task->renew_boot_ms = remit_clock_boot_ms() + half_ms;
    (void)pthread_mutex_unlock(&task->agent->lock);
    if (half_ms < POLL_WAIT_MS) /* the poll under way does not know of this moment */
        agent_poll_now(task->agent);
}

static int tell_credentials(struct agent_task *task, struct remit_err *err)
{
    auto_credentials struct agent_credentials held = { 0 };
    struct agent_worker_ready ready = { 0 };
    struct remit_err unsaved = { 0 };

    take_fresh(task, &held);
    if (!agent_credentials_held(&held))
        return 0;
    if (push(task, &held, &ready, err) != 0) {
        put_back(task, &held);
        return -1;
    }
    if (remit_str_equal(remit_str_of(ready.code), REMIT_STR("StaleCredentials")))
        return 0; /* what it holds lasts longer */
    if (ready.code[0] != '\0')
        return remit_fail(err, REMIT_ERR_INTERNAL, "ContainerNetworkingError",
                          "its worker does not take credentials: %s", ready.code);
    note(task, &held);
    if (agent_state_save(task, &unsaved) != 0)
        remit_log_err(REMIT_LOG_WARN, &unsaved, "task " REMIT_STR_FMT, REMIT_STR_ARG(task->id));
    remit_log(REMIT_LOG_INFO, "task " REMIT_STR_FMT " has credentials until %lld",
              REMIT_STR_ARG(task->id), (long long)task->expires_at);
    return 0;
}

bool agent_connect_served(struct agent_task *task)
{
    struct agent_worker_ready ready = { 0 };

    return agent_workers_holds(task->agent->workers, agent_task_worker(task), task->id, &ready) &&
           ready.expires_at > remit_clock_now_at();
}

/* ---- the worker ---------------------------------------------------------------------------- */

static int start_worker(struct agent_task *task, struct remit_err *err)
{
    struct opener_listening listeners = { .web = -1, .relay = -1 };
    auto_fd int netns = -1;

    TRY(agent_connect_namespace(task, &netns, err));
    TRY(agent_opener_listen(task->agent->opener, netns, (enum opener_place)task->netmode->place,
                            &listeners, err));
    /* One relay serves all tasks of a shared listener: it is there unless nobody may have it. */
    return agent_workers_attach(task->agent->workers, agent_task_worker(task), &listeners,
                                task->netmode->shares ? !task->agent->config.no_relay : task->relay,
                                err);
}

static int find_worker(struct agent_task *task, struct remit_err *err)
{
    struct agent_workers *workers = task->agent->workers;
    struct remit_str name = agent_task_worker(task);
    struct remit_err why = { 0 };

    if (agent_workers_alive(workers, name))
        return 0;
    task->connected = false;
    if (agent_workers_adopt(workers, name, &why) == 0)
        return 0;
    if (!remit_err_is(&why, "NoWorker")) {
        *err = why;
        return -1;
    }
    return start_worker(task, err);
}

static int find_worker_shared(struct agent_task *task, struct remit_err *err)
{
    int result = 0;

    if (!task->netmode->shares)
        return find_worker(task, err);
    (void)pthread_mutex_lock(&task->agent->host_lock);
    result = find_worker(task, err);
    (void)pthread_mutex_unlock(&task->agent->host_lock);
    return result;
}

/* A worker that took this task's place since, or one just adopted, may not know the task. */
static bool holds(struct agent_task *task)
{
    struct agent_worker_ready ready = { 0 };

    return agent_workers_holds(task->agent->workers, agent_task_worker(task), task->id, &ready);
}

int agent_connect(struct agent_task *task, struct remit_err *err)
{
    TRY(find_worker_shared(task, err));
    if (!task->connected || !holds(task)) {
        TRY(tell_task(task, err));
        task->changed = true;
        task->connected = true;
    }
    if (task->changed)
        TRY(tell_documents(task, err));
    return tell_credentials(task, err);
}

/* Another task that the shared worker serves, or will. */
static bool is_last(const struct agent_task *task)
{
    struct agent *agent = task->agent;
    bool last = true;

    (void)pthread_mutex_lock(&agent->lock);
    for (const struct agent_task *t = agent->tasks; t != NULL; t = t->next)
        if (t != task && t->netmode == task->netmode && t->phase < AGENT_CLEANING)
            last = false;
    (void)pthread_mutex_unlock(&agent->lock);
    return last;
}

static int detach(struct agent_task *task, bool end, struct remit_err *err)
{
    struct agent_workers *workers = task->agent->workers;
    struct remit_str name = agent_task_worker(task);
    struct remit_err why = { 0 };

    if (agent_workers_adopt(workers, name, &why) != 0) {
        if (remit_err_is(&why, "NoWorker"))
            return 0;
        *err = why;
        return -1;
    }
    return agent_workers_detach(workers, name, task->id, end, err);
}

int agent_disconnect(struct agent_task *task, struct remit_err *err)
{
    int result = 0;

    task->connected = false;
    if (!task->netmode->shares)
        return detach(task, true, err);
    (void)pthread_mutex_lock(&task->agent->host_lock);
    result = detach(task, is_last(task), err);
    (void)pthread_mutex_unlock(&task->agent->host_lock);
    return result;
}
