#include "common/os/http_waiting.h"

#include <sys/socket.h>
#include <time.h>

#include "common/os/clock.h"

static void unlink_node(struct remit_http_waiting *list, struct remit_http_waiter *node)
{
    if (!node->listed)
        return;
    if (node->prev != NULL)
        node->prev->next = node->next;
    if (node->next != NULL)
        node->next->prev = node->prev;
    if (list->first == node)
        list->first = node->next;
    if (list->last == node)
        list->last = node->prev;
    node->prev = NULL;
    node->next = NULL;
    node->listed = false;
}

static void link_last(struct remit_http_waiting *list, struct remit_http_waiter *node)
{
    node->since_ms = remit_clock_boot_ms();
    node->prev = list->last;
    node->next = NULL;
    if (list->last != NULL)
        list->last->next = node;
    if (list->first == NULL)
        list->first = node;
    list->last = node;
    node->listed = true;
}

static void shut(struct remit_http_waiting *list, struct remit_http_waiter *node)
{
    unlink_node(list, node);
    node->closing = true;
    (void)shutdown(node->fd, SHUT_RDWR);
}

static void sweep(struct remit_http_waiting *list)
{
    int64_t before = remit_clock_boot_ms() - list->patience_ms;

    while (list->first != NULL && list->first->since_ms < before)
        shut(list, list->first);
}

void remit_http_waiting_init(struct remit_http_waiting *list, size_t most, int64_t patience_ms)
{
    *list = (struct remit_http_waiting){ .most = most, .patience_ms = patience_ms };
    (void)pthread_mutex_init(&list->lock, NULL);
    (void)pthread_cond_init(&list->wake, NULL);
}

static void *sweep_forever(void *self)
{
    struct remit_http_waiting *list = self;

    pthread_mutex_lock(&list->lock);
    while (!list->ending) {
        struct timespec until = { 0 };

        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += REMIT_HTTP_SWEEP_MS / 1000;
        (void)pthread_cond_timedwait(&list->wake, &list->lock, &until);
        sweep(list);
    }
    pthread_mutex_unlock(&list->lock);
    return NULL;
}

int remit_http_waiting_start(struct remit_http_waiting *list, struct remit_err *err)
{
    int os = pthread_create(&list->sweeper, NULL, sweep_forever, list);

    if (os != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, os, "a thread that sweeps connections");
    list->sweeping = true;
    return 0;
}

void remit_http_waiting_clear(struct remit_http_waiting *list)
{
    if (list->sweeping) {
        pthread_mutex_lock(&list->lock);
        list->ending = true;
        pthread_cond_signal(&list->wake);
        pthread_mutex_unlock(&list->lock);
        (void)pthread_join(list->sweeper, NULL);
    }
    (void)pthread_cond_destroy(&list->wake);
    (void)pthread_mutex_destroy(&list->lock);
}

void remit_http_waiting_enter(struct remit_http_waiting *list, struct remit_http_waiter *node,
                              int fd)
{
    pthread_mutex_lock(&list->lock);
    *node = (struct remit_http_waiter){ .fd = fd };
    if (++list->n_connections > list->most && list->first != NULL)
        shut(list, list->first);
    link_last(list, node);
    pthread_mutex_unlock(&list->lock);
}

void remit_http_waiting_leave(struct remit_http_waiting *list, struct remit_http_waiter *node)
{
    pthread_mutex_lock(&list->lock);
    unlink_node(list, node);
    list->n_connections--;
    pthread_mutex_unlock(&list->lock);
}

void remit_http_waiting_busy(struct remit_http_waiting *list, struct remit_http_waiter *node)
{
    pthread_mutex_lock(&list->lock);
    unlink_node(list, node);
    pthread_mutex_unlock(&list->lock);
}

void remit_http_waiting_again(struct remit_http_waiting *list, struct remit_http_waiter *node)
{
    pthread_mutex_lock(&list->lock);
    if (!node->closing && !node->listed)
        link_last(list, node);
    pthread_mutex_unlock(&list->lock);
}

void remit_http_waiting_sweep(struct remit_http_waiting *list)
{
    pthread_mutex_lock(&list->lock);
    sweep(list);
    pthread_mutex_unlock(&list->lock);
}
