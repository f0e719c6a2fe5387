#include "control/store/leases.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "common/os/clock.h"
#include "common/os/log.h"
#include "common/os/random.h"

#define LOOK_AGAIN_MS 1000 /* at least so often: the condition's clock stops in suspend */

struct control_lease_row {
    uint64_t lease;
    int64_t ttl_ms;
    int64_t ends_ms; /* of remit_clock_boot_ms() */
    bool ended;      /* its keys are being removed */
};

uint64_t control_leases_number(void)
{
    uint64_t number = 0;

    while (number == 0)
        remit_random_bytes(&number, sizeof(number));
    return number;
}

static struct control_lease_row *find(struct control_leases *leases, uint64_t lease)
{
    for (size_t i = 0; i < leases->n; i++)
        if (leases->rows[i].lease == lease)
            return &leases->rows[i];
    return NULL;
}

static void remove_locked(struct control_leases *leases, uint64_t lease)
{
    struct control_lease_row *row = find(leases, lease);

    if (row != NULL)
        *row = leases->rows[--leases->n];
}

/* One that is over, or 0; *wait_ms is when to look again. */
static uint64_t take_ended(struct control_leases *leases, int64_t *wait_ms)
{
    int64_t now = remit_clock_boot_ms();

    *wait_ms = LOOK_AGAIN_MS;
    for (size_t i = 0; i < leases->n; i++) {
        struct control_lease_row *row = &leases->rows[i];

        if (row->ends_ms <= now) {
            row->ended = true;
            row->ends_ms = now + LOOK_AGAIN_MS;
            return row->lease;
        }
        if (row->ends_ms - now < *wait_ms)
            *wait_ms = row->ends_ms - now;
    }
    return 0;
}

static void wait_locked(struct control_leases *leases, int64_t wait_ms)
{
    struct timespec until = { 0 };

    if (leases->n == 0) {
        (void)pthread_cond_wait(&leases->changed, &leases->lock);
        return;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += wait_ms % 1000 * 1000000;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&leases->changed, &leases->lock, &until);
}

static void end_one(struct control_leases *leases, uint64_t lease)
{
    struct remit_err err = { 0 };
    int result = 0;

    (void)pthread_mutex_unlock(&leases->lock);
    result = leases->end(leases->self, lease, &err);
    (void)pthread_mutex_lock(&leases->lock);
    if (result == 0)
        remove_locked(leases, lease);
    else
        remit_log_err(REMIT_LOG_WARN, &err, "ending a lease; trying again");
}

static void *run(void *self)
{
    struct control_leases *leases = self;

    (void)pthread_mutex_lock(&leases->lock);
    while (!leases->stopping) {
        int64_t wait_ms = 0;
        uint64_t lease = take_ended(leases, &wait_ms);

        if (lease != 0)
            end_one(leases, lease);
        else
            wait_locked(leases, wait_ms);
    }
    (void)pthread_mutex_unlock(&leases->lock);
    return NULL;
}

int control_leases_init(struct control_leases *leases, control_lease_end *end, void *self,
                        struct remit_err *err)
{
    pthread_condattr_t steady;
    int os = 0;

    *leases = (struct control_leases){ .end = end, .self = self };
    (void)pthread_condattr_init(&steady);
    (void)pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&leases->changed, &steady);
    (void)pthread_condattr_destroy(&steady);
    (void)pthread_mutex_init(&leases->lock, NULL);
    os = pthread_create(&leases->thread, NULL, run, leases);
    if (os != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, os, "a thread for the store's leases");
    leases->running = true;
    return 0;
}

void control_leases_clear(struct control_leases *leases)
{
    if (!leases->running)
        return;
    (void)pthread_mutex_lock(&leases->lock);
    leases->stopping = true;
    (void)pthread_cond_signal(&leases->changed);
    (void)pthread_mutex_unlock(&leases->lock);
    (void)pthread_join(leases->thread, NULL);
    (void)pthread_cond_destroy(&leases->changed);
    (void)pthread_mutex_destroy(&leases->lock);
    free(leases->rows);
    *leases = (struct control_leases){ 0 };
}

static bool grow_locked(struct control_leases *leases)
{
    size_t cap = leases->cap == 0 ? 64 : leases->cap * 2;
    struct control_lease_row *larger = NULL;

    if (leases->n < leases->cap)
        return true;
    larger = realloc(leases->rows, cap * sizeof(*larger));
    if (larger == NULL)
        return false;
    leases->rows = larger;
    leases->cap = cap;
    return true;
}

int control_leases_add(struct control_leases *leases, uint64_t lease, int64_t ttl_ms,
                       struct remit_err *err)
{
    int64_t now = remit_clock_boot_ms();
    bool room = false;

    (void)pthread_mutex_lock(&leases->lock);
    room = grow_locked(leases);
    if (room) {
        leases->rows[leases->n++] =
            (struct control_lease_row){ lease, ttl_ms, now + ttl_ms, false };
        (void)pthread_cond_signal(&leases->changed);
    }
    (void)pthread_mutex_unlock(&leases->lock);
    return room ? 0 : remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "a lease");
}

int control_leases_renew(struct control_leases *leases, uint64_t lease, struct remit_err *err)
{
    int64_t now = remit_clock_boot_ms();
    struct control_lease_row *row = NULL;
    bool alive = false;

    (void)pthread_mutex_lock(&leases->lock);
    row = find(leases, lease);
    alive = row != NULL && !row->ended;
    if (alive)
        row->ends_ms = now + row->ttl_ms;
    (void)pthread_mutex_unlock(&leases->lock);
    if (!alive)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "LeaseNotFound",
                          "no lease %016llx: it has ended, or never was",
                          (unsigned long long)lease);
    return 0;
}

void control_leases_remove(struct control_leases *leases, uint64_t lease)
{
    (void)pthread_mutex_lock(&leases->lock);
    remove_locked(leases, lease);
    (void)pthread_mutex_unlock(&leases->lock);
}
