/* Many threads in one store. */
#include "tests/control/store/conformance.h"

#include <pthread.h>
#include <stdio.h>

TestSuite(store_races, .init = backend_open, .fini = backend_close, .timeout = 120);

#define THREADS 8
#define ROUNDS  200

static void run_threads(void *(*body)(void *), size_t n)
{
    pthread_t threads[THREADS];

    cr_assert(n <= THREADS);
    for (size_t i = 0; i < n; i++)
        cr_assert(pthread_create(&threads[i], NULL, body, (void *)(uintptr_t)i) == 0);
    for (size_t i = 0; i < n; i++)
        (void)pthread_join(threads[i], NULL);
}

/* ---- two writers, one key ---- */

static pthread_barrier_t barrier;
static int wins[ROUNDS][2];

static void *race(void *who)
{
    for (int round = 0; round < ROUNDS; round++) {
        char text[32];
        struct control_store_txn txn = { 0 };
        struct remit_err err = { 0 };
        struct remit_str key;
        int result = 0;

        (void)snprintf(text, sizeof(text), "/race/%d", round);
        key = remit_str_of(text);
        control_store_expect(&txn, key, 0);
        control_store_put(&txn, key, (uintptr_t)who == 0 ? S("zero") : S("one"));
        (void)pthread_barrier_wait(&barrier);
        result = control_store_commit(store, &txn, NULL, &err);
        wins[round][(uintptr_t)who] = result == 0 ? 1 : 0;
        if (result != 0)
            expect_error(result, &err, REMIT_ERR_CONFLICT, "StoreConflict");
    }
    return NULL;
}

Test(store_races, of_two_writers_for_one_key_exactly_one_wins)
{
    (void)pthread_barrier_init(&barrier, NULL, 2);
    run_threads(race, 2);
    for (int round = 0; round < ROUNDS; round++) {
        struct control_store_entry e = must_get(remit_arena_fmt(arena_here(), "/race/%d", round));

        cr_expect(eq(int, wins[round][0] + wins[round][1], 1), "round %d", round);
        cr_expect(remit_str_equal(e.value, wins[round][0] ? S("zero") : S("one")));
    }
    cr_expect(eq(u64, control_store_revision(store), ROUNDS));
}

/* ---- read, compare, write: no increment is lost ---- */

static void *increment(void *unused)
{
    (void)unused;
    for (int done = 0; done < ROUNDS / 4;) {
        auto_arena struct remit_arena arena = REMIT_ARENA(1 << 16);
        struct control_store_entry e = { 0 };
        struct control_store_txn txn = { 0 };
        struct remit_err err = { 0 };
        unsigned long long value = 0;

        cr_assert(control_store_get(store, S("/counter"), &arena, &e, &err) == 0);
        (void)remit_str_to_u64(e.value, 1000000, &value);
        control_store_expect(&txn, S("/counter"), e.revision);
        control_store_put(&txn, S("/counter"), remit_arena_fmt(&arena, "%llu", value + 1));
        if (control_store_commit(store, &txn, NULL, &err) == 0)
            done++;
        else
            cr_assert(remit_err_is(&err, "StoreConflict"));
    }
    return NULL;
}

Test(store_races, no_increment_is_lost)
{
    unsigned long long value = 0;

    run_threads(increment, THREADS);
    cr_assert(remit_str_to_u64(must_get(S("/counter")).value, 1000000, &value));
    cr_expect(eq(int, (int)value, THREADS *(ROUNDS / 4)));
    cr_expect(eq(u64, control_store_revision(store), (uint64_t)value));
}

/* ---- a scan sees one moment: pairs written together are seen together ---- */

static _Atomic bool writing;

struct pair {
    unsigned long long a, b;
};

static int read_pair(void *self, const struct control_store_entry *entry, struct remit_err *err)
{
    struct pair *pair = self;

    (void)err;
    (void)remit_str_to_u64(entry->value, 1000000,
                           remit_str_equal(entry->key, S("/pair/a")) ? &pair->a : &pair->b);
    return 0;
}

static void *write_pairs(void *unused)
{
    (void)unused;
    for (int i = 1; i <= ROUNDS * 2; i++) {
        char text[16];
        struct control_store_txn txn = { 0 };
        struct remit_err err = { 0 };

        (void)snprintf(text, sizeof(text), "%d", i);
        control_store_put(&txn, S("/pair/a"), remit_str_of(text));
        control_store_put(&txn, S("/pair/b"), remit_str_of(text));
        cr_assert(control_store_commit(store, &txn, NULL, &err) == 0);
    }
    writing = false;
    return NULL;
}

static void *read_pairs(void *unused)
{
    uint64_t last = 0;

    (void)unused;
    while (writing) {
        struct pair pair = { 0 };
        struct remit_err err = { 0 };
        uint64_t revision = 0;

        cr_assert(
            control_store_scan(store, S("/pair/"), S(""), read_pair, &pair, &revision, &err) == 0);
        cr_assert(pair.a == pair.b, "%llu and %llu", pair.a, pair.b);
        cr_assert(pair.a == revision, "%llu at %llu", pair.a, (unsigned long long)revision);
        cr_assert(revision >= last);
        last = revision;
    }
    return NULL;
}

static void *read_or_write(void *who)
{
    return (uintptr_t)who == 0 ? write_pairs(who) : read_pairs(who);
}

Test(store_races, scan_sees_one_moment)
{
    writing = true;
    run_threads(read_or_write, 3);
}

/* ---- a watch misses nothing while others write ---- */

#define WRITERS 4

static void *write_or_watch(void *who)
{
    uint64_t from = 0;
    size_t seen = 0;

    for (int i = 0; (uintptr_t)who != 0 && i < ROUNDS; i++) {
        char text[48];
        struct control_store_txn txn = { 0 };
        struct remit_err err = { 0 };

        (void)snprintf(text, sizeof(text), "/w/%d/%d", (int)(uintptr_t)who, i);
        control_store_put(&txn, remit_str_of(text), S("1"));
        cr_assert(control_store_commit(store, &txn, NULL, &err) == 0);
    }
    while ((uintptr_t)who == 0 && seen < (size_t)WRITERS * ROUNDS) {
        auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
        struct control_store_events e = { 0 };
        struct remit_err err = { 0 };

        cr_assert(control_store_watch(store, S("/w/"), from, 20000, &arena, &e, &err) == 0);
        cr_assert(e.n > 0, "%zu seen", seen);
        seen += e.n;
        from = e.revision;
    }
    return NULL;
}

Test(store_races, watch_misses_nothing_while_others_write)
{
    run_threads(write_or_watch, WRITERS + 1);
    cr_expect(eq(u64, control_store_revision(store), WRITERS * ROUNDS));
}
