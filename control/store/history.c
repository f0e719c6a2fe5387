#include "control/store/history.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

/* One thread inside a watch. Each has a condition of its own: a commit wakes whom it concerns. */
struct control_history_waiter {
    struct control_history_waiter *next;
    struct remit_str prefix;
    uint64_t from; /* nothing under the prefix up to here */
    bool hit;      /* something is: `from` stays until it has been handed out */
    pthread_cond_t wake;
};

int control_history_init(struct control_history *history, uint64_t revision, struct remit_err *err)
{
    *history = (struct control_history){ .forgotten = revision, .revision = revision };
    history->ring = calloc(CONTROL_HISTORY_MAX, sizeof(*history->ring));
    if (history->ring == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "the store's history");
    (void)pthread_mutex_init(&history->lock, NULL);
    return 0;
}

static struct control_store_event *at(const struct control_history *h, size_t i)
{
    return &h->ring[(h->first + i) % CONTROL_HISTORY_MAX];
}

static void forget_oldest(struct control_history *h)
{
    struct control_store_event *oldest = at(h, 0);

    h->forgotten = oldest->revision;
    free((void *)(uintptr_t)oldest->key.ptr);
    *oldest = (struct control_store_event){ 0 };
    h->first = (h->first + 1) % CONTROL_HISTORY_MAX;
    h->n--;
}

static void forget_all(struct control_history *h)
{
    while (h->n > 0)
        forget_oldest(h);
}

void control_history_clear(struct control_history *history)
{
    if (history->ring == NULL)
        return;
    forget_all(history);
    free(history->ring);
    history->ring = NULL;
    (void)pthread_mutex_destroy(&history->lock);
}

static void remember(struct control_history *h, const struct control_store_event *event)
{
    char *key = malloc(event->key.len);

    if (key == NULL) {
        forget_all(h);
        h->forgotten = event->revision;
        return;
    }
    memcpy(key, event->key.ptr, event->key.len);
    if (h->n == CONTROL_HISTORY_MAX)
        forget_oldest(h);
    h->n++;
    *at(h, h->n - 1) = *event;
    at(h, h->n - 1)->key = remit_str_from(key, event->key.len);
}

static bool concerns(const struct control_history_waiter *w,
                     const struct control_store_event *events, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (remit_str_starts(events[i].key, w->prefix))
            return true;
    return false;
}

/* Those it does not concern move on, so that a quiet watch never falls behind what is forgotten. */
static void tell_waiters(struct control_history *h, const struct control_store_event *events,
                         size_t n)
{
    for (struct control_history_waiter *w = h->waiters; w != NULL; w = w->next) {
        w->hit = w->hit || concerns(w, events, n);
        if (w->hit)
            (void)pthread_cond_signal(&w->wake);
        else
            w->from = h->revision;
    }
}

void control_history_append(struct control_history *history,
                            const struct control_store_event *events, size_t n)
{
    if (n == 0)
        return;
    (void)pthread_mutex_lock(&history->lock);
    history->revision = events[0].revision;
    for (size_t i = 0; i < n; i++)
        remember(history, &events[i]);
    tell_waiters(history, events, n);
    (void)pthread_mutex_unlock(&history->lock);
}

/* Index of the first remembered event later than `from`. */
static size_t later_than(const struct control_history *h, uint64_t from)
{
    size_t low = 0;
    size_t high = h->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (at(h, middle)->revision > from)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Counts what is under the prefix; *end is where to stop: behind the last revision that fits. */
static size_t count(const struct control_history *h, struct remit_str prefix, size_t start,
                    size_t *end)
{
    size_t n = 0;
    uint64_t last = 0;

    for (*end = start; *end < h->n; (*end)++) {
        const struct control_store_event *e = at(h, *end);

        if (n >= CONTROL_WATCH_MOST && e->revision != last)
            break;
        last = e->revision;
        n += remit_str_starts(e->key, prefix) ? 1 : 0;
    }
    return n;
}

/* 1 when there are events, 0 when there are none. */
static int collect(const struct control_history *h, struct remit_str prefix, uint64_t from,
                   struct remit_arena *arena, struct control_store_events *out,
                   struct remit_err *err)
{
    size_t start = later_than(h, from);
    size_t end = 0;
    size_t n = count(h, prefix, start, &end);
    struct control_store_event *items = NULL;

    *out = (struct control_store_events){ .revision = h->revision };
    if (n == 0)
        return 0;
    items = REMIT_NEW_N(arena, struct control_store_event, n);
    TRY(remit_arena_check(arena, "a watch's events", err));
    for (size_t i = start; i < end; i++) {
        if (!remit_str_starts(at(h, i)->key, prefix))
            continue;
        items[out->n] = *at(h, i);
        items[out->n++].key = remit_arena_str(arena, at(h, i)->key);
    }
    TRY(remit_arena_check(arena, "a watch's events", err));
    out->items = items;
    if (end < h->n)
        out->revision = at(h, end - 1)->revision;
    return 1;
}

static int may_watch(const struct control_history *h, uint64_t from, struct remit_err *err)
{
    if (h->interrupted)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "StoreUnavailable", "the store is stopping");
    if (from < h->forgotten)
        return remit_fail(err, REMIT_ERR_CONFLICT, "StoreCompacted",
                          "a watch from revision %llu, remembered is what came after %llu",
                          (unsigned long long)from, (unsigned long long)h->forgotten);
    return 0;
}

static struct timespec deadline(int timeout_ms)
{
    struct timespec t = { 0 };
    int64_t ns = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    ns = t.tv_nsec + (int64_t)(timeout_ms > 0 ? timeout_ms : 0) * 1000000;
    t.tv_sec += ns / 1000000000;
    t.tv_nsec = ns % 1000000000;
    return t;
}

static void enter(struct control_history *h, struct control_history_waiter *w)
{
    pthread_condattr_t steady;

    (void)pthread_condattr_init(&steady);
    (void)pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&w->wake, &steady);
    (void)pthread_condattr_destroy(&steady);
    w->next = h->waiters;
    h->waiters = w;
}

static void leave(struct control_history *h, struct control_history_waiter *w)
{
    struct control_history_waiter **at_w = &h->waiters;

    while (*at_w != w)
        at_w = &(*at_w)->next;
    *at_w = w->next;
    (void)pthread_cond_destroy(&w->wake);
}

static int wait_locked(struct control_history *h, struct control_history_waiter *w, int timeout_ms,
                       struct remit_arena *arena, struct control_store_events *out,
                       struct remit_err *err)
{
    struct timespec until = deadline(timeout_ms);
    int timed = timeout_ms > 0 ? 0 : ETIMEDOUT;

    if (w->from > h->revision)
        w->from = h->revision;
    for (;;) {
        int found = -1;

        TRY(may_watch(h, w->from, err));
        found = collect(h, w->prefix, w->from, arena, out, err);
        if (found != 0)
            return found < 0 ? -1 : 0;
        w->from = h->revision;
        if (timed == ETIMEDOUT)
            return 0;
        timed = pthread_cond_timedwait(&w->wake, &h->lock, &until);
    }
}

int control_history_watch(struct control_history *history, struct remit_str prefix, uint64_t from,
                          int timeout_ms, struct remit_arena *arena,
                          struct control_store_events *out, struct remit_err *err)
{
    struct control_history_waiter waiter = { .prefix = prefix, .from = from };
    int result = 0;

    (void)pthread_mutex_lock(&history->lock);
    enter(history, &waiter);
    result = wait_locked(history, &waiter, timeout_ms, arena, out, err);
    leave(history, &waiter);
    (void)pthread_mutex_unlock(&history->lock);
    return result;
}

uint64_t control_history_revision(struct control_history *history)
{
    uint64_t revision = 0;

    (void)pthread_mutex_lock(&history->lock);
    revision = history->revision;
    (void)pthread_mutex_unlock(&history->lock);
    return revision;
}

void control_history_interrupt(struct control_history *history)
{
    (void)pthread_mutex_lock(&history->lock);
    history->interrupted = true;
    for (struct control_history_waiter *w = history->waiters; w != NULL; w = w->next)
        (void)pthread_cond_signal(&w->wake);
    (void)pthread_mutex_unlock(&history->lock);
}
