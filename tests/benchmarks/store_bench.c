/*
 * store_bench.c - commits per second (one key of 512 bytes each) and gets per second, by number of
 * threads. The peer of many threads is one thread of the same store: what sharing a sync brings.
 *
 *   store_bench DIRECTORY [SECONDS]   an empty folder on the disk that is asked about
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/os/clock.h"
#include "control/store/store.h"

#define THREADS_MOST 64
#define VALUE        512 /* bytes: a task's record is one to four of these */

static struct control_store *store;
static _Atomic bool stop;

struct worker {
    pthread_t thread;
    int number;
    uint64_t done;
};

static void give_up(const struct remit_err *err)
{
    (void)fprintf(stderr, "store_bench: %s: %s\n", err->code, err->text);
    exit(1);
}

static struct remit_str key_at(char out[48], int worker, uint64_t i)
{
    int n = snprintf(out, 48, "/bench/%d/%llu", worker, (unsigned long long)(i % 1000));

    return remit_str_from(out, (size_t)n);
}

static void *commits(void *self)
{
    static const char value[VALUE];
    struct worker *w = self;

    while (!stop) {
        struct control_store_txn txn = { 0 };
        struct remit_err err = { 0 };
        char key[48];

        control_store_put(&txn, key_at(key, w->number, w->done), remit_str_from(value, VALUE));
        if (control_store_commit(store, &txn, NULL, &err) != 0)
            give_up(&err);
        w->done++;
    }
    return NULL;
}

static void *gets(void *self)
{
    struct worker *w = self;

    while (!stop) {
        auto_arena struct remit_arena arena = REMIT_ARENA(1 << 16);
        struct control_store_entry entry = { 0 };
        struct remit_err err = { 0 };
        char key[48];

        if (control_store_get(store, key_at(key, 0, w->done), &arena, &entry, &err) != 0)
            give_up(&err);
        w->done++;
    }
    return NULL;
}

/* How many per second. */
static double measure(void *(*body)(void *), int threads, int seconds)
{
    struct worker workers[THREADS_MOST] = { 0 };
    const struct timespec t = { .tv_sec = seconds };
    int64_t start = remit_clock_boot_ms();
    uint64_t done = 0;

    stop = false;
    for (int i = 0; i < threads; i++) {
        workers[i].number = i;
        if (pthread_create(&workers[i].thread, NULL, body, &workers[i]) != 0)
            exit(1);
    }
    (void)nanosleep(&t, NULL);
    stop = true;
    for (int i = 0; i < threads; i++) {
        (void)pthread_join(workers[i].thread, NULL);
        done += workers[i].done;
    }
    return (double)done * 1000 / (double)(remit_clock_boot_ms() - start);
}

static void figures(const char *what, const char *backend, void *(*body)(void *), int seconds)
{
    static const int threads[] = { 1, 8, THREADS_MOST };
    double alone = 0;

    for (size_t i = 0; i < REMIT_COUNT(threads); i++) {
        double rate = measure(body, threads[i], seconds);

        if (i == 0) {
            alone = rate;
            (void)printf("store.%s.%s.1 %.0f rps - - -\n", what, backend, rate);
            continue;
        }
        (void)printf("store.%s.%s.%d %.0f rps one_thread %.0f %.2f\n", what, backend, threads[i],
                     rate, alone, alone > 0 ? rate / alone : 0);
    }
}

int main(int argc, char **argv)
{
    static const char *const backends[] = { "ram", "lmdb" };
    int seconds = argc > 2 ? atoi(argv[2]) : 2;

    if (argc < 2 || seconds < 1) {
        (void)fprintf(stderr, "usage: store_bench DIRECTORY [SECONDS]\n");
        return 2;
    }
    for (size_t i = 0; i < REMIT_COUNT(backends); i++) {
        struct remit_err err = { 0 };

        if (control_store_open(backends[i], argv[1], &store, &err) != 0)
            give_up(&err);
        figures("commits", backends[i], commits, seconds);
        figures("gets", backends[i], gets, seconds);
        control_store_drop(&store);
    }
    return 0;
}
