/* Keys that die with a lease. Times are generous: the machine may be busy. */
#include "tests/control/store/conformance.h"

#include "common/os/clock.h"

TestSuite(store_leases, .init = backend_open, .fini = backend_close, .timeout = 60);

Test(store_leases, keys_go_when_it_ends_and_not_before)
{
    int64_t start = remit_clock_boot_ms();
    uint64_t lease = must_lease(300);
    struct control_store_events e = { 0 };
    struct remit_err err = { 0 };
    uint64_t at = 0;

    must_put_leased(S("/l/a"), S("1"), lease);
    must_put_leased(S("/l/b"), S("1"), lease);
    at = must_put(S("/l/c"), S("no lease"));
    cr_expect(until_gone(S("/l/a"), 10000));
    cr_expect(remit_clock_boot_ms() - start >= 300);
    cr_expect(not(is_there(S("/l/b"))));
    cr_expect(is_there(S("/l/c")));
    cr_assert(control_store_watch(store, S("/l/"), at, 0, arena_here(), &e, &err) == 0);
    cr_assert(eq(sz, e.n, 2), "one event for each key");
    cr_expect(e.items[0].removed && e.items[1].removed);
    cr_expect(eq(u64, e.items[0].revision, at + 1));
    cr_expect(eq(u64, e.items[1].revision, at + 1), "one commit for both");
}

Test(store_leases, end_wakes_a_watch)
{
    uint64_t lease = must_lease(200);
    uint64_t at = must_put_leased(S("/l/a"), S("1"), lease);
    struct control_store_events e = { 0 };
    struct remit_err err = { 0 };

    cr_assert(control_store_watch(store, S("/l/"), at, 20000, arena_here(), &e, &err) == 0);
    cr_assert(eq(sz, e.n, 1));
    cr_expect(e.items[0].removed);
}

Test(store_leases, renewing_keeps_it)
{
    uint64_t lease = must_lease(1500);
    struct remit_err err = { 0 };

    must_put_leased(S("/l/a"), S("1"), lease);
    for (int i = 0; i < 16; i++) {
        pause_ms(150);
        cr_assert(control_store_renew(store, lease, &err) == 0, "%s", err.text);
    }
    cr_expect(is_there(S("/l/a")), "more than its length has passed");
    cr_expect(until_gone(S("/l/a"), 10000));
}

Test(store_leases, renewing_alone_is_no_change)
{
    uint64_t lease = must_lease(60000);
    struct remit_err err = { 0 };

    cr_expect(eq(u64, control_store_revision(store), 0), "nor is granting");
    cr_expect(eq(int, control_store_renew(store, lease, &err), 0));
    cr_expect(eq(int, control_store_revoke(store, lease, &err), 0));
    cr_expect(eq(u64, control_store_revision(store), 0), "nor is ending one without keys");
}

Test(store_leases, ended_or_unknown_one_is_not_found)
{
    uint64_t lease = must_lease(60000);
    struct control_store_txn txn = { 0 };
    struct remit_err err = { 0 };

    expect_error(control_store_renew(store, lease + 1, &err), &err, REMIT_ERR_NOT_FOUND,
                 "LeaseNotFound");
    cr_assert(control_store_revoke(store, lease, &err) == 0);
    expect_error(control_store_renew(store, lease, &err), &err, REMIT_ERR_NOT_FOUND,
                 "LeaseNotFound");
    control_store_put(&txn, S("/fine"), S("1"));
    control_store_put_leased(&txn, S("/l/a"), S("1"), lease);
    expect_error(control_store_commit(store, &txn, NULL, &err), &err, REMIT_ERR_NOT_FOUND,
                 "LeaseNotFound");
    cr_expect(not(is_there(S("/fine"))), "nothing is written");
}

Test(store_leases, revoking_takes_the_keys_at_once)
{
    uint64_t lease = must_lease(60000);
    struct remit_err err = { 0 };

    must_put_leased(S("/l/a"), S("1"), lease);
    cr_assert(control_store_revoke(store, lease, &err) == 0);
    cr_expect(not(is_there(S("/l/a"))));
    cr_expect(eq(int, control_store_revoke(store, lease, &err), 0), "again is no error");
    cr_expect(eq(u64, control_store_revision(store), 2));
}

Test(store_leases, key_written_without_the_lease_outlives_it)
{
    uint64_t lease = must_lease(60000);
    uint64_t other = must_lease(60000);
    struct remit_err err = { 0 };

    must_put_leased(S("/l/a"), S("1"), lease);
    must_put(S("/l/a"), S("2"));
    must_put_leased(S("/l/b"), S("1"), lease);
    must_put_leased(S("/l/b"), S("2"), other);
    must_put_leased(S("/l/c"), S("1"), lease);
    must_remove(S("/l/c"));
    must_put(S("/l/c"), S("2"));
    cr_assert(control_store_revoke(store, lease, &err) == 0);
    cr_expect(is_there(S("/l/a")));
    cr_expect(is_there(S("/l/b")));
    cr_expect(is_there(S("/l/c")));
    cr_expect(eq(u64, must_get(S("/l/a")).lease, 0));
    cr_expect(eq(u64, must_get(S("/l/b")).lease, other));
    cr_assert(control_store_revoke(store, other, &err) == 0);
    cr_expect(not(is_there(S("/l/b"))));
}

Test(store_leases, one_lease_may_hold_more_keys_than_a_commit_takes)
{
    uint64_t lease = must_lease(60000);
    struct remit_err err = { 0 };

    for (int i = 0; i < 250; i++)
        must_put_leased(remit_arena_fmt(arena_here(), "/l/%d", i), S("1"), lease);
    cr_assert(control_store_revoke(store, lease, &err) == 0);
    expect_text(keys_of(S("/l/"), S(""), 0), "");
    cr_expect(eq(u64, control_store_revision(store), 251), "in one commit");
}
