/*
 * agent.h - what the agent's threads share.
 *
 *   main     starts and stops the others (main.c, run.c)
 *   poll     asks control what this instance is to run, renews sessions (polling.c, instance.c)
 *   report   tells control what became of it (report_thread.c, events.c)
 *   engine   hears the Engine's events and wakes tasks (watch.c)
 *   workers  hears the workers (workers.c)
 *   a thread per task (machine.c)
 *
 * `lock` guards the list of tasks, the "shared" members of each task and the instance; it is held
 * for a few lines, never across a call to a peer.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include <remit/err.h>

#include "agent/events.h"
#include "agent/instance.h"
#include "agent/opener_client.h"
#include "agent/task.h"
#include "agent/workers.h"

#define AGENT_TASKS_MAX 1000
#define AGENT_PATH_MAX  4096

/* Who made a container, for finding them again: the state folder's path. */
#define AGENT_LABEL_OWNER "com.remit.agent"
#define AGENT_LABEL_TASK  "com.remit.task-arn"

struct agent_config {
    const char *state_dir; /* absolute */
    const char *control_url;
    const char *ca_file;
    const char *region;
    const char *engine_socket;
    const char *metadata_dir;
    const char *join_token_file;
    const char *protect; /* one more folder that no task may have, or NULL */
    const char *pause_program;
    long keep_stopped_s; /* how long stopped containers stay for people to look at */
    bool no_relay;
};

struct agent {
    struct agent_config config;
    char boot_id[REMIT_UUID_TEXT]; /* of this run */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* for the report thread, and for whoever waits for threads to end */
    struct agent_task *tasks;
    size_t n_tasks;
    struct agent_instance instance;
    atomic_bool stopping;
    atomic_bool hears_engine; /* events come: nobody needs to look by himself */
    bool reports_due;
    atomic_bool replaced; /* another agent has taken this instance over */
    /* Clients of the threads of their names, for cancelling what is under way; or NULL. */
    struct agent_control *polling;
    bool poll_waits; /* for something new: it may be cut off. One that asks may not. */
    struct agent_engine *watching;

    struct agent_opener *opener;
    struct agent_workers *workers;
    struct agent_events events;
    pthread_mutex_t host_lock; /* one at a time makes or ends the host's worker */
    pthread_mutex_t image_lock;
    char pause_image[128]; /* empty: not made yet */
};

/* Under no lock: wakes one task, all of them, or whoever sleeps in agent_wait_changed(). */
void agent_wake(struct agent *agent, struct agent_task *task);
void agent_wake_all(struct agent *agent);
/* A poll that waits ends, so that the next one goes out; one that asks is left to its answer. */
void agent_poll_now(struct agent *agent);
void agent_reports_due(struct agent *agent);
bool agent_stopping(const struct agent *agent);
/* Ends every thread soon: calls under way are cancelled, sleepers wake. */
void agent_stop(struct agent *agent);

/* Sleeps at most `ms`, until the task is woken, or the agent stops. */
void agent_task_sleep(struct agent_task *task, int64_t ms);
/* Sleeps `ms`, or until the agent stops. */
void agent_sleep(struct agent *agent, int64_t ms);
/* A client of control of one's own. */
int agent_control_new(const struct agent *agent, struct agent_control **out,
                      struct remit_err *err) REMIT_MUST_USE;
/* "<state dir>/tasks/<id>/<name>"; name NULL: the folder itself. */
const char *agent_task_path(const struct agent_task *task, const char *name, struct remit_buf *out);
/* A fraction of `ms` more or less, so that many agents don't come at once. */
int64_t agent_jitter(int64_t ms);
