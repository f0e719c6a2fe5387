/* Events: from a revision on, bounded history, waiting and being interrupted. */
#include "tests/control/store/conformance.h"

#include <pthread.h>

#include "common/os/clock.h"

TestSuite(store_watch, .init = backend_open, .fini = backend_close, .timeout = 60);

static struct control_store_events must_watch(struct remit_str prefix, uint64_t from, int timeout)
{
    struct control_store_events events = { 0 };
    struct remit_err err = { 0 };

    cr_assert(control_store_watch(store, prefix, from, timeout, arena_here(), &events, &err) == 0,
              "%s", err.text);
    return events;
}

static void expect_event(const struct control_store_events *events, size_t i, struct remit_str key,
                         uint64_t revision, bool removed)
{
    cr_assert(i < events->n, "event %zu of %zu", i, events->n);
    cr_expect(remit_str_equal(events->items[i].key, key), "event %zu", i);
    cr_expect(eq(u64, events->items[i].revision, revision), "event %zu", i);
    cr_expect(events->items[i].removed == removed, "event %zu", i);
}

Test(store_watch, tells_what_came_after_in_order)
{
    struct control_store_events e = { 0 };

    must_put(S("/w/a"), S("1"));
    must_put(S("/w/b"), S("1"));
    must_put(S("/other"), S("1"));
    must_remove(S("/w/a"));
    e = must_watch(S("/w/"), 1, 0);
    cr_assert(eq(sz, e.n, 2));
    expect_event(&e, 0, S("/w/b"), 2, false);
    expect_event(&e, 1, S("/w/a"), 4, true);
    cr_expect(eq(u64, e.revision, 4));
}

Test(store_watch, quiet_prefix_returns_after_the_time_without_error)
{
    struct control_store_events e = { 0 };
    int64_t start = 0;

    must_put(S("/w/a"), S("1"));
    must_put(S("/other"), S("1"));
    start = remit_clock_boot_ms();
    e = must_watch(S("/w/"), 1, 100);
    cr_expect(eq(sz, e.n, 0));
    cr_expect(eq(u64, e.revision, 2), "the next watch need not look at these again");
    cr_expect(remit_clock_boot_ms() - start >= 95);
}

Test(store_watch, from_the_future_is_the_present)
{
    struct control_store_events e = { 0 };

    must_put(S("/w/a"), S("1"));
    e = must_watch(S("/w/"), 1000, 0);
    cr_expect(eq(sz, e.n, 0));
    cr_expect(eq(u64, e.revision, 1));
}

Test(store_watch, changes_of_one_commit_arrive_together)
{
    struct control_store_txn txn = { 0 };
    struct control_store_events e = { 0 };

    control_store_put(&txn, S("/w/a"), S("1"));
    control_store_put(&txn, S("/w/b"), S("1"));
    control_store_remove(&txn, S("/w/absent"));
    must_commit(&txn);
    e = must_watch(S("/w/"), 0, 0);
    cr_expect(eq(sz, e.n, 2), "removing an absent key is no event");
}

static void *write_soon(void *key)
{
    pause_ms(50);
    must_put(S("/unrelated"), S("1"));
    must_put(remit_str_of(key), S("1"));
    return NULL;
}

Test(store_watch, waiting_one_is_woken_by_a_commit)
{
    struct control_store_events e = { 0 };
    int64_t start = remit_clock_boot_ms();
    char key[] = "/w/a";
    pthread_t thread;

    cr_assert(pthread_create(&thread, NULL, write_soon, key) == 0);
    e = must_watch(S("/w/"), 0, 20000);
    (void)pthread_join(thread, NULL);
    cr_assert(eq(sz, e.n, 1));
    expect_event(&e, 0, S("/w/a"), 2, false);
    cr_expect(remit_clock_boot_ms() - start < 5000);
}

static void *interrupt_soon(void *unused)
{
    (void)unused;
    pause_ms(50);
    control_store_interrupt(store);
    return NULL;
}

Test(store_watch, interrupt_ends_watches_now_and_from_now_on)
{
    struct control_store_events e = { 0 };
    struct remit_err err = { 0 };
    int64_t start = remit_clock_boot_ms();
    pthread_t thread;

    cr_assert(pthread_create(&thread, NULL, interrupt_soon, NULL) == 0);
    expect_error(control_store_watch(store, S("/w/"), 0, 20000, arena_here(), &e, &err), &err,
                 REMIT_ERR_UNAVAILABLE, "StoreUnavailable");
    (void)pthread_join(thread, NULL);
    expect_error(control_store_watch(store, S("/w/"), 0, 20000, arena_here(), &e, &err), &err,
                 REMIT_ERR_UNAVAILABLE, "StoreUnavailable");
    cr_expect(remit_clock_boot_ms() - start < 5000);
    must_put(S("/a"), S("commits go on"));
}

/* More events than any backend remembers: 96 a commit. */
static void flood(void)
{
    for (int round = 0; round < 200; round++) {
        struct control_store_txn txn = { 0 };

        for (int i = 0; i < CONTROL_STORE_TXN_MAX; i++)
            control_store_put(&txn, remit_arena_fmt(arena_here(), "/flood/%d", i), S("1"));
        must_commit(&txn);
    }
}

static int look(void *self, const struct control_store_entry *entry, struct remit_err *err)
{
    (void)self;
    (void)err;
    cr_expect(remit_str_equal(entry->key, S("/w/a")));
    return 0;
}

Test(store_watch, before_what_is_remembered_is_compacted_and_a_scan_heals_it)
{
    struct control_store_events e = { 0 };
    struct remit_err err = { 0 };
    uint64_t revision = 0;

    must_put(S("/w/a"), S("1"));
    flood();
    expect_error(control_store_watch(store, S("/w/"), 0, 0, arena_here(), &e, &err), &err,
                 REMIT_ERR_CONFLICT, "StoreCompacted");
    cr_assert(control_store_scan(store, S("/w/"), S(""), look, NULL, &revision, &err) == 0);
    cr_expect(eq(u64, revision, 201));
    must_put(S("/w/b"), S("1"));
    e = must_watch(S("/w/"), revision, 0);
    cr_assert(eq(sz, e.n, 1));
    expect_event(&e, 0, S("/w/b"), 202, false);
}

static void *watch_long(void *out)
{
    struct control_store_events *events = out;

    *events = must_watch(S("/w/"), 0, 20000);
    return NULL;
}

Test(store_watch, quiet_one_survives_a_compaction_that_does_not_concern_it)
{
    struct control_store_events e = { 0 };
    pthread_t thread;

    cr_assert(pthread_create(&thread, NULL, watch_long, &e) == 0);
    pause_ms(50);
    flood();
    must_put(S("/w/a"), S("1"));
    (void)pthread_join(thread, NULL);
    cr_assert(eq(sz, e.n, 1));
    expect_event(&e, 0, S("/w/a"), 201, false);
}

Test(store_watch, large_backlog_comes_in_whole_revisions)
{
    struct control_store_events e = { 0 };
    uint64_t from = 0;
    size_t seen = 0;

    for (int round = 0; round < 20; round++) {
        struct control_store_txn txn = { 0 };

        for (int i = 0; i < CONTROL_STORE_TXN_MAX; i++)
            control_store_put(&txn, remit_arena_fmt(arena_here(), "/w/%d", i), S("1"));
        must_commit(&txn);
    }
    do {
        e = must_watch(S("/w/"), from, 0);
        for (size_t i = 0; i < e.n; i++)
            cr_expect(e.items[i].revision > from && e.items[i].revision <= e.revision);
        seen += e.n;
        from = e.revision;
    } while (e.n > 0);
    cr_expect(eq(sz, seen, 20 * CONTROL_STORE_TXN_MAX));
    cr_expect(eq(u64, from, 20));
}
