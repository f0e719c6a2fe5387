/* Keys, values, revisions, compares, scans and limits. */
#include "tests/control/store/conformance.h"

TestSuite(store_data, .init = backend_open, .fini = backend_close, .timeout = 30);

Test(store_data, absent_key_is_no_error)
{
    struct control_store_entry e = must_get(S("/nothing"));

    cr_expect(eq(u64, e.revision, 0));
    cr_expect(eq(sz, e.value.len, 0));
    cr_expect(eq(u64, control_store_revision(store), 0));
}

Test(store_data, put_is_read_with_the_revision_that_wrote_it)
{
    uint64_t first = must_put(S("/a"), S("one"));
    uint64_t second = must_put(S("/b"), S("two"));
    struct control_store_entry a = must_get(S("/a"));

    cr_expect(eq(u64, first, 1));
    cr_expect(eq(u64, second, 2));
    cr_expect(eq(u64, a.revision, 1));
    cr_expect(remit_str_equal(a.value, S("one")));
    cr_expect(remit_str_equal(a.key, S("/a")));
    cr_expect(eq(u64, a.lease, 0));
    cr_expect(eq(u64, control_store_revision(store), 2));
}

Test(store_data, overwriting_changes_value_and_revision)
{
    must_put(S("/a"), S("one"));
    must_put(S("/a"), S("another, longer than before"));
    cr_expect(eq(u64, must_get(S("/a")).revision, 2));
    cr_expect(remit_str_equal(must_get(S("/a")).value, S("another, longer than before")));
    must_put(S("/a"), S("short"));
    cr_expect(remit_str_equal(must_get(S("/a")).value, S("short")));
}

Test(store_data, values_may_be_empty_and_hold_any_byte)
{
    must_put(S("/empty"), S(""));
    must_put(S("/bytes"), S("\0\xff\0x"));
    cr_expect(is_there(S("/empty")));
    cr_expect(eq(sz, must_get(S("/empty")).value.len, 0));
    cr_expect(remit_str_equal(must_get(S("/bytes")).value, S("\0\xff\0x")));
}

Test(store_data, changes_of_one_commit_share_a_revision)
{
    struct control_store_txn txn = { 0 };

    control_store_put(&txn, S("/a"), S("1"));
    control_store_put(&txn, S("/b"), S("2"));
    cr_expect(eq(u64, must_commit(&txn), 1));
    cr_expect(eq(u64, must_get(S("/a")).revision, 1));
    cr_expect(eq(u64, must_get(S("/b")).revision, 1));
}

Test(store_data, removing_takes_the_key_and_counts_as_change)
{
    must_put(S("/a"), S("1"));
    cr_expect(eq(u64, must_remove(S("/a")), 2));
    cr_expect(not(is_there(S("/a"))));
    cr_expect(eq(u64, must_put(S("/a"), S("again")), 3));
}

Test(store_data, removing_what_is_absent_changes_nothing)
{
    must_put(S("/a"), S("1"));
    cr_expect(eq(u64, must_remove(S("/b")), 1));
    cr_expect(eq(u64, control_store_revision(store), 1));
}

Test(store_data, empty_commit_changes_nothing)
{
    struct control_store_txn txn = { 0 };

    must_put(S("/a"), S("1"));
    cr_expect(eq(u64, must_commit(&txn), 1));
}

Test(store_data, compares_that_hold_let_the_commit_pass)
{
    struct control_store_txn txn = { 0 };
    uint64_t at = must_put(S("/a"), S("1"));

    control_store_expect(&txn, S("/a"), at);
    control_store_expect(&txn, S("/absent"), 0);
    control_store_put(&txn, S("/a"), S("2"));
    cr_expect(eq(u64, must_commit(&txn), 2));
}

struct compare_row {
    const char *name;
    const char *key;
    uint64_t revision;
};
static const struct compare_row compare_rows[] = {
    { "older revision", "/a", 1 },
    { "newer revision", "/a", 3 },
    { "absent expected, present found", "/a", 0 },
    { "present expected, absent found", "/b", 1 },
};
ROWS(store_data, one_failing_compare_writes_nothing, compare_rows)
{
    const struct compare_row *row = &compare_rows[*row_index];
    struct control_store_txn txn = { 0 };
    struct remit_err err = { 0 };

    must_put(S("/a"), S("1"));
    must_put(S("/a"), S("2"));
    control_store_expect(&txn, S("/unrelated"), 0);
    control_store_expect(&txn, remit_str_of(row->key), row->revision);
    control_store_put(&txn, S("/c"), S("never"));
    control_store_remove(&txn, S("/a"));
    expect_error(control_store_commit(store, &txn, NULL, &err), &err, REMIT_ERR_CONFLICT,
                 "StoreConflict");
    cr_expect(not(is_there(S("/c"))), "%s", row->name);
    cr_expect(remit_str_equal(must_get(S("/a")).value, S("2")), "%s", row->name);
    cr_expect(eq(u64, control_store_revision(store), 2), "%s", row->name);
}

Test(store_data, compare_alone_asks_without_changing)
{
    struct control_store_txn txn = { 0 };
    struct remit_err err = { 0 };

    control_store_expect(&txn, S("/a"), 0);
    cr_expect(eq(u64, must_commit(&txn), 0));
    must_put(S("/a"), S("1"));
    expect_error(control_store_commit(store, &txn, NULL, &err), &err, REMIT_ERR_CONFLICT,
                 "StoreConflict");
}

Test(store_data, later_change_of_a_key_within_a_commit_wins)
{
    struct control_store_txn txn = { 0 };

    control_store_put(&txn, S("/a"), S("1"));
    control_store_remove(&txn, S("/a"));
    control_store_put(&txn, S("/b"), S("1"));
    control_store_put(&txn, S("/b"), S("2"));
    must_commit(&txn);
    cr_expect(not(is_there(S("/a"))));
    cr_expect(remit_str_equal(must_get(S("/b")).value, S("2")));
}

/* ---- scans ---- */

static void put_several(void)
{
    static const char *const keys[] = { "/p/b", "/p/a", "/q/a",     "/p/a/1", "/p",
                                        "/p/c", "/p0",  "/p/a\xff", "/o/z" };

    for (size_t i = 0; i < REMIT_COUNT(keys); i++)
        must_put(remit_str_of(keys[i]), remit_str_of(keys[i]));
}

Test(store_data, scan_visits_a_prefix_in_bytewise_order)
{
    put_several();
    expect_text(keys_of(S("/p/"), S(""), 0), "/p/a /p/a/1 /p/a\xff /p/b /p/c ");
    expect_text(keys_of(S("/p"), S(""), 0), "/p /p/a /p/a/1 /p/a\xff /p/b /p/c /p0 ");
    expect_text(keys_of(S("/r"), S(""), 0), "");
}

Test(store_data, scan_goes_on_behind_the_key_it_is_given)
{
    put_several();
    expect_text(keys_of(S("/p/"), S("/p/a"), 0), "/p/a/1 /p/a\xff /p/b /p/c ");
    expect_text(keys_of(S("/p/"), S("/p/aa"), 0), "/p/a\xff /p/b /p/c ");
    expect_text(keys_of(S("/p/"), S("/a"), 2), "/p/a /p/a/1 ");
    expect_text(keys_of(S("/p/"), S("/p/c"), 0), "");
    expect_text(keys_of(S("/p/"), S("/z"), 0), "");
}

Test(store_data, pages_of_any_size_add_up_to_the_whole)
{
    for (int i = 0; i < 100; i++) {
        struct remit_str key = remit_arena_fmt(arena_here(), "/page/%03d", i);

        must_put(key, key);
    }
    for (size_t most = 1; most <= 101; most += 9) {
        const struct control_store_entry *page = NULL;
        struct remit_str after = S("");
        struct remit_err err = { 0 };
        size_t seen = 0;
        size_t n = 0;

        do {
            cr_assert(control_store_list(store, S("/page/"), after, most, arena_here(), &page, &n,
                                         &err) == 0);
            for (size_t i = 0; i < n; i++)
                cr_assert(remit_str_equal(page[i].value,
                                          remit_arena_fmt(arena_here(), "/page/%03zu", seen + i)));
            seen += n;
            after = n > 0 ? page[n - 1].key : after;
        } while (n == most);
        cr_expect(eq(sz, seen, 100), "pages of %zu", most);
    }
}

static int stop_at_second(void *self, const struct control_store_entry *entry,
                          struct remit_err *err)
{
    int *seen = self;

    (void)entry;
    (void)err;
    return ++*seen == 2 ? 1 : 0;
}

static int fail_at_once(void *self, const struct control_store_entry *entry, struct remit_err *err)
{
    (void)self;
    (void)entry;
    return remit_fail(err, REMIT_ERR_INVALID, "Enough", "seen enough");
}

Test(store_data, visitor_ends_the_scan_or_fails_it)
{
    struct remit_err err = { 0 };
    uint64_t revision = 0;
    int seen = 0;

    put_several();
    cr_expect(control_store_scan(store, S("/p"), S(""), stop_at_second, &seen, &revision, &err) ==
              0);
    cr_expect(eq(int, seen, 2));
    cr_expect(eq(u64, revision, 9));
    expect_error(control_store_scan(store, S("/p"), S(""), fail_at_once, NULL, NULL, &err), &err,
                 REMIT_ERR_INVALID, "Enough");
    must_put(S("/a"), S("the store goes on"));
}

/* ---- limits ---- */

static struct remit_str long_text(size_t len)
{
    char *text = remit_arena_take(arena_here(), len);

    cr_assert(text != NULL);
    memset(text, 'k', len);
    return remit_str_from(text, len);
}

Test(store_data, longest_key_and_value_fit)
{
    struct remit_str key = long_text(CONTROL_STORE_KEY_MAX);
    struct remit_str value = long_text(CONTROL_STORE_VALUE_MAX);
    uint64_t lease = must_lease(60000);

    must_put_leased(key, value, lease);
    cr_expect(remit_str_equal(must_get(key).value, value));
    cr_expect(eq(u64, must_get(key).lease, lease));
}

struct limit_row {
    const char *name;
    size_t key, value;
    enum remit_err_kind kind;
    const char *code;
};
static const struct limit_row limit_rows[] = {
    { "no key", 0, 1, REMIT_ERR_INVALID, "InvalidKey" },
    { "long key", CONTROL_STORE_KEY_MAX + 1, 1, REMIT_ERR_LIMIT, "StoreLimit" },
    { "long value", 8, CONTROL_STORE_VALUE_MAX + 1, REMIT_ERR_LIMIT, "StoreLimit" },
};
ROWS(store_data, what_is_over_a_limit_is_refused, limit_rows)
{
    const struct limit_row *row = &limit_rows[*row_index];
    struct control_store_txn txn = { 0 };
    struct remit_err err = { 0 };

    control_store_put(&txn, S("/fine"), S("1"));
    control_store_put(&txn, long_text(row->key), long_text(row->value));
    expect_error(control_store_commit(store, &txn, NULL, &err), &err, row->kind, row->code);
    cr_expect(not(is_there(S("/fine"))), "%s", row->name);
}

Test(store_data, commit_takes_the_most_changes_and_not_one_more)
{
    struct control_store_txn txn = { 0 };
    struct remit_err err = { 0 };

    for (int i = 0; i < CONTROL_STORE_TXN_MAX; i++) {
        struct remit_str key = remit_arena_fmt(arena_here(), "/many/%d", i);

        control_store_expect(&txn, key, 0);
        control_store_put(&txn, key, S("1"));
    }
    cr_expect(eq(u64, must_commit(&txn), 1));
    control_store_put(&txn, S("/many/more"), S("1"));
    expect_error(control_store_commit(store, &txn, NULL, &err), &err, REMIT_ERR_LIMIT,
                 "StoreLimit");
}

Test(store_data, empty_prefix_is_refused_rather_than_everything)
{
    const struct control_store_entry *entries = NULL;
    struct control_store_events events = { 0 };
    struct remit_err err = { 0 };
    size_t n = 0;

    must_put(S("/a"), S("1"));
    expect_error(control_store_list(store, S(""), S(""), 0, arena_here(), &entries, &n, &err), &err,
                 REMIT_ERR_INVALID, "InvalidKey");
    expect_error(control_store_watch(store, S(""), 0, 0, arena_here(), &events, &err), &err,
                 REMIT_ERR_INVALID, "InvalidKey");
}

Test(store_data, small_arena_is_told_not_overrun)
{
    auto_arena struct remit_arena small = REMIT_ARENA(64);
    struct control_store_entry entry = { 0 };
    struct remit_err err = { 0 };

    must_put(S("/big"), long_text(1000));
    expect_error(control_store_get(store, S("/big"), &small, &entry, &err), &err, REMIT_ERR_LIMIT,
                 "LimitExceeded");
}
