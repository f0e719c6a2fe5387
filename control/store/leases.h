/*
 * leases.h - the clock of a backend that lives in one process: which lease ends when.
 *
 * Only deadlines are kept here; which keys a lease holds is the backend's to know. A thread of its
 * own calls `end` for each lease that is over, outside of any lock. When that fails (a full disk)
 * it is tried again a second later; to everybody else the lease has ended.
 *
 * Threads: any; control_leases_clear() returns when the thread has ended.
 */
#pragma once

#include <pthread.h>

#include "control/store/store.h"

typedef int control_lease_end(void *self, uint64_t lease, struct remit_err *err);

struct control_lease_row;

struct control_leases {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct control_lease_row *rows;
    size_t n, cap;
    bool running, stopping;
    control_lease_end *end;
    void *self;
};

int control_leases_init(struct control_leases *leases, control_lease_end *end, void *self,
                        struct remit_err *err) REMIT_MUST_USE;
void control_leases_clear(struct control_leases *leases);

/* A number that nobody has; never 0. */
uint64_t control_leases_number(void);
int control_leases_add(struct control_leases *leases, uint64_t lease, int64_t ttl_ms,
                       struct remit_err *err) REMIT_MUST_USE;
/* NOT_FOUND "LeaseNotFound" when it has ended. */
int control_leases_renew(struct control_leases *leases, uint64_t lease,
                         struct remit_err *err) REMIT_MUST_USE;
void control_leases_remove(struct control_leases *leases, uint64_t lease);
