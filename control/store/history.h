/*
 * history.h - the watch half of a backend that lives in one process: the last events, and who
 * waits for one.
 *
 * Bounded: when more than CONTROL_HISTORY_MAX events are remembered the oldest are forgotten, and a
 * watch that starts before them is told StoreCompacted. So it is when memory for an event can't be
 * had: forgetting is allowed, missing is not.
 *
 * Threads: any. Whoever appends does so in order of revision and before its commit returns.
 */
#pragma once

#include <pthread.h>

#include "control/store/store.h"

#define CONTROL_HISTORY_MAX 16384 /* events */
#define CONTROL_WATCH_MOST  1024  /* events that one watch hands out, but whole revisions */

struct control_history_waiter;

struct control_history {
    pthread_mutex_t lock;
    struct control_store_event *ring; /* CONTROL_HISTORY_MAX; keys are ours */
    size_t first, n;
    uint64_t forgotten; /* the last revision of which something is forgotten */
    uint64_t revision;  /* everything up to here has been appended */
    struct control_history_waiter *waiters;
    bool interrupted;
};

int control_history_init(struct control_history *history, uint64_t revision, struct remit_err *err);
void control_history_clear(struct control_history *history);

/* `events` share one revision, which is theirs. */
void control_history_append(struct control_history *history,
                            const struct control_store_event *events, size_t n);
int control_history_watch(struct control_history *history, struct remit_str prefix, uint64_t from,
                          int timeout_ms, struct remit_arena *arena,
                          struct control_store_events *out, struct remit_err *err) REMIT_MUST_USE;
uint64_t control_history_revision(struct control_history *history);
void control_history_interrupt(struct control_history *history);
