/*
 * batch.h - concurrent commits share one sync of the disk.
 *
 * Whoever comes first does the work of all that wait by then, its own included, while the next
 * gather behind it: alone a commit waits for nobody, and a hundred at once cost two syncs.
 *
 * Threads: any.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define CONTROL_BATCH_MOST      256                /* works */
#define CONTROL_BATCH_MOST_SIZE (16 * 1024 * 1024) /* bytes, but at least one work */

/* First member of what is to be done; it lives on its caller's stack. */
struct control_batch_work {
    struct control_batch_work *next;
    size_t size; /* bytes that it writes, roughly */
    bool done;
    pthread_cond_t wake;
};

/* Does all of the works; never called by two threads at once. */
typedef void control_batch_run(void *self, struct control_batch_work *const *works, size_t n);

struct control_batch {
    pthread_mutex_t lock;
    struct control_batch_work *first, *last;
    bool busy;
    control_batch_run *run;
    void *self;
};

void control_batch_init(struct control_batch *batch, control_batch_run *run, void *self);
void control_batch_clear(struct control_batch *batch);
/* Returns when the work is done. */
void control_batch_do(struct control_batch *batch, struct control_batch_work *work);
