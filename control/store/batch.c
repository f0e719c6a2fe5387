#include "control/store/batch.h"

void control_batch_init(struct control_batch *batch, control_batch_run *run, void *self)
{
    *batch = (struct control_batch){ .run = run, .self = self };
    (void)pthread_mutex_init(&batch->lock, NULL);
}

void control_batch_clear(struct control_batch *batch)
{
    (void)pthread_mutex_destroy(&batch->lock);
}

static void add(struct control_batch *batch, struct control_batch_work *work)
{
    work->next = NULL;
    *(batch->first == NULL ? &batch->first : &batch->last->next) = work;
    batch->last = work;
}

static size_t take(struct control_batch *batch, struct control_batch_work **works)
{
    size_t size = 0;
    size_t n = 0;

    while (batch->first != NULL && n < CONTROL_BATCH_MOST) {
        struct control_batch_work *work = batch->first;

        if (n > 0 && work->size > CONTROL_BATCH_MOST_SIZE - size)
            break;
        size += work->size < CONTROL_BATCH_MOST_SIZE ? work->size : CONTROL_BATCH_MOST_SIZE;
        works[n++] = work;
        batch->first = work->next;
    }
    return n;
}

static void lead(struct control_batch *batch)
{
    struct control_batch_work *works[CONTROL_BATCH_MOST];
    size_t n = take(batch, works);

    batch->busy = true;
    (void)pthread_mutex_unlock(&batch->lock);
    batch->run(batch->self, works, n);
    (void)pthread_mutex_lock(&batch->lock);
    batch->busy = false;
    for (size_t i = 0; i < n; i++) {
        works[i]->done = true;
        (void)pthread_cond_signal(&works[i]->wake);
    }
    if (batch->first != NULL) /* the next to lead */
        (void)pthread_cond_signal(&batch->first->wake);
}

void control_batch_do(struct control_batch *batch, struct control_batch_work *work)
{
    work->done = false;
    (void)pthread_cond_init(&work->wake, NULL);
    (void)pthread_mutex_lock(&batch->lock);
    add(batch, work);
    while (!work->done) {
        if (batch->busy)
            (void)pthread_cond_wait(&work->wake, &batch->lock);
        else
            lead(batch);
    }
    (void)pthread_mutex_unlock(&batch->lock);
    (void)pthread_cond_destroy(&work->wake);
}
