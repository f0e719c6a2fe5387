/*
 * workers_internal.h - between workers.c (who is there) and workers_connect.c (sockets).
 */
#pragma once

#include <pthread.h>
#include <stdint.h>

#include "agent/workers.h"

/* A task as one worker tells of it. */
struct agent_worker_seen {
    struct agent_worker_seen *next;
    char task_id[REMIT_TASK_ID_MAX + 1];
    struct agent_worker_ready ready;
    uint64_t count; /* how often it was told */
};

struct agent_worker {
    struct agent_worker *next;
    char name[REMIT_WORKER_NAME_MAX + 1];
    uint64_t number; /* tells this one from a later one of the same name */
    int channel;
    bool serving; /* its sandbox is entered, its listener is served */
    struct agent_worker_seen *seen;
};

struct agent_workers {
    struct agent_workers_spec spec;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct agent_worker *list;
    uint64_t next_number;
    pthread_t thread;
    bool started;
    bool stopping;
    int wake[2]; /* a pipe: the list has changed */
};

/* Under the lock. */
struct agent_worker *agent_worker_find(struct agent_workers *workers, struct remit_str name);
void agent_worker_hear_ready(struct agent_worker *worker, const struct remit_metadata_ready *ready);
/* Takes the channel over, also on failure; the number of the new worker, or 0. */
uint64_t agent_worker_add(struct agent_workers *workers, struct remit_str name, int channel,
                          struct agent_worker_seen *seen, bool serving);

void agent_worker_seen_drop(struct agent_worker_seen **seen);
struct agent_worker_seen *agent_worker_seen_get(struct agent_worker_seen **list,
                                                struct remit_str task_id);

/* Sends and receives on our end of a worker's channel give up after this long. */
#define AGENT_WORKER_LIMIT_S 10
int agent_worker_limit(int sock, struct remit_err *err) REMIT_MUST_USE;
/* Waits until the worker serves. */
int agent_worker_wait_serving(struct agent_workers *workers, struct remit_str name, uint64_t number,
                              struct remit_err *err) REMIT_MUST_USE;
