/*
 * events.h - what workers report of the credentials endpoint, on its way to control's audit log.
 *
 * A queue with a bound: what does not fit is counted, and the next event says how many.
 *
 * Threads: any.
 * Sources: agent-protocol.md, "Events of the credentials endpoint"; frames_metadata.h 6.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/buf.h"
#include "common/base/json.h"

#define AGENT_EVENTS_MAX   4096
#define AGENT_EVENTS_BATCH 100

struct agent_event; /* one, rendered as JSON */

struct agent_events {
    pthread_mutex_t lock;
    struct agent_event *first;
    struct agent_event **last;
    size_t count;
    uint64_t lost;
};

/* What an event is made of; the strings live for the call alone. */
struct agent_event_facts {
    int64_t at;
    uint32_t count;
    uint64_t lost; /* by the worker */
    int status;
    struct remit_str reason;
    struct remit_str task_arn;
    struct remit_str container;
    struct remit_str peer;
    struct remit_str user_agent;
    struct remit_str access_key_id;
    struct remit_str presented_task_arn;
};

void agent_events_init(struct agent_events *events);
void agent_events_drop(struct agent_events *events);
void agent_events_add(struct agent_events *events, const struct agent_event_facts *facts);
/*
 * Writes at most AGENT_EVENTS_BATCH of them as an array, oldest first, and says how many; they stay
 * until agent_events_done().
 */
size_t agent_events_write(struct agent_events *events, struct remit_jw *w);
void agent_events_done(struct agent_events *events, size_t n);
