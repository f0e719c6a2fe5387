/*
 * http_waiting.h - the connections that owe us a request, the longest waiting first.
 *
 * The library closes a connection on which nothing moves. This list closes those that the library
 * would keep: a request that comes in byte by byte, and, when there are too many connections, the
 * one that has waited longest (attacks.md N14). Closing is shutdown(2): the library sees the end
 * of the connection and tidies up in its own thread.
 *
 * Threads: all functions lock the list; _start() makes a thread that sweeps each second, for
 *          servers with threads of their own. A node stays the caller's.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/err.h>

#define REMIT_HTTP_SWEEP_MS 1000

struct remit_http_waiter {
    struct remit_http_waiter *prev;
    struct remit_http_waiter *next;
    int64_t since_ms;
    int fd;
    bool listed;
    bool closing; /* shut down already */
};

struct remit_http_waiting {
    pthread_mutex_t lock;
    struct remit_http_waiter *first;
    struct remit_http_waiter *last;
    size_t n_connections; /* listed or being answered */
    size_t most;
    int64_t patience_ms;
    pthread_cond_t wake;
    pthread_t sweeper;
    bool sweeping;
    bool ending;
};

void remit_http_waiting_init(struct remit_http_waiting *list, size_t most, int64_t patience_ms);
int remit_http_waiting_start(struct remit_http_waiting *list, struct remit_err *err) REMIT_MUST_USE;
void remit_http_waiting_clear(struct remit_http_waiting *list); /* ends the thread */
/* A new connection; closes the longest waiting one when there are too many. */
void remit_http_waiting_enter(struct remit_http_waiting *list, struct remit_http_waiter *node,
                              int fd);
void remit_http_waiting_leave(struct remit_http_waiting *list, struct remit_http_waiter *node);
/* Its request is whole. */
void remit_http_waiting_busy(struct remit_http_waiting *list, struct remit_http_waiter *node);
/* It was answered and may send another. */
void remit_http_waiting_again(struct remit_http_waiting *list, struct remit_http_waiter *node);
/* Closes what has waited too long. */
void remit_http_waiting_sweep(struct remit_http_waiting *list);
