#include "agent/events.h"

#include <stdlib.h>

#define EVENT_MAX 8192

struct agent_event {
    struct agent_event *next;
    struct remit_buf json;
};

void agent_events_init(struct agent_events *events)
{
    *events = (struct agent_events){ .count = 0 };
    events->last = &events->first;
    (void)pthread_mutex_init(&events->lock, NULL);
}

static void event_drop(struct agent_event *event)
{
    remit_buf_drop(&event->json);
    free(event);
}

void agent_events_drop(struct agent_events *events)
{
    agent_events_done(events, events->count);
    (void)pthread_mutex_destroy(&events->lock);
}

static void put_optional(struct remit_jw *w, const char *key, struct remit_str value)
{
    if (value.len > 0)
        remit_jw_put_str(w, key, value);
}

static struct agent_event *render(const struct agent_event_facts *facts)
{
    struct agent_event *event = calloc(1, sizeof(*event));
    struct remit_jw w;

    if (event == NULL)
        return NULL;
    remit_buf_init(&event->json, EVENT_MAX);
    w = (struct remit_jw)REMIT_JW(&event->json);
    remit_jw_object(&w);
    remit_jw_put_int(&w, "at", facts->at);
    remit_jw_put_int(&w, "count", facts->count);
    remit_jw_put_int(&w, "status", facts->status);
    remit_jw_put_str(&w, "reason", facts->reason);
    put_optional(&w, "taskArn", facts->task_arn);
    put_optional(&w, "containerName", facts->container);
    put_optional(&w, "peer", facts->peer);
    put_optional(&w, "userAgent", facts->user_agent);
    put_optional(&w, "accessKeyId", facts->access_key_id);
    put_optional(&w, "presentedTaskArn", facts->presented_task_arn);
    remit_jw_end(&w);
    if (remit_buf_ok(&event->json))
        return event;
    event_drop(event);
    return NULL;
}

static void push(struct agent_events *events, struct agent_event *event)
{
    *events->last = event;
    events->last = &event->next;
    events->count++;
}

/* That something is missing is an event itself: nobody knows what those were answered. */
static struct agent_event *lost_event(const struct agent_event_facts *after, uint64_t lost)
{
    const struct agent_event_facts facts = {
        .at = after->at,
        .count = lost > UINT32_MAX ? UINT32_MAX : (uint32_t)lost,
        .status = 503,
        .reason = REMIT_STR("ReportsLost"),
    };

    return render(&facts);
}

void agent_events_add(struct agent_events *events, const struct agent_event_facts *facts)
{
    struct agent_event *event = render(facts);
    struct agent_event *missing = NULL;

    (void)pthread_mutex_lock(&events->lock);
    events->lost += facts->lost;
    if (event == NULL || events->count + 2 > AGENT_EVENTS_MAX) {
        events->lost += facts->count;
        if (event != NULL)
            event_drop(event);
    } else {
        missing = events->lost > 0 ? lost_event(facts, events->lost) : NULL;
        if (missing != NULL) {
            push(events, missing);
            events->lost = 0;
        }
        push(events, event);
    }
    (void)pthread_mutex_unlock(&events->lock);
}

size_t agent_events_write(struct agent_events *events, struct remit_jw *w)
{
    size_t n = 0;

    remit_jw_array(w);
    (void)pthread_mutex_lock(&events->lock);
    for (const struct agent_event *e = events->first; e != NULL && n < AGENT_EVENTS_BATCH;
         e = e->next) {
        remit_jw_raw(w, remit_buf_view(&e->json));
        n++;
    }
    (void)pthread_mutex_unlock(&events->lock);
    remit_jw_end(w);
    return n;
}

void agent_events_done(struct agent_events *events, size_t n)
{
    (void)pthread_mutex_lock(&events->lock);
    while (n-- > 0 && events->first != NULL) {
        struct agent_event *event = events->first;

        events->first = event->next;
        events->count--;
        if (events->first == NULL)
            events->last = &events->first;
        event_drop(event);
    }
    (void)pthread_mutex_unlock(&events->lock);
}
