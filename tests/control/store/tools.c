#include "tests/control/store/conformance.h"

#include <time.h>

#include "common/base/buf.h"
#include "common/os/clock.h"

struct remit_arena *arena_here(void)
{
    static struct remit_arena arena = REMIT_ARENA(64 << 20);

    return &arena;
}

uint64_t must_commit(const struct control_store_txn *txn)
{
    struct remit_err err = { 0 };
    uint64_t revision = 0;

    cr_assert(control_store_commit(store, txn, &revision, &err) == 0, "%s: %s", err.code, err.text);
    return revision;
}

uint64_t must_put(struct remit_str key, struct remit_str value)
{
    return must_put_leased(key, value, 0);
}

uint64_t must_put_leased(struct remit_str key, struct remit_str value, uint64_t lease)
{
    struct control_store_txn txn = { 0 };

    control_store_put_leased(&txn, key, value, lease);
    return must_commit(&txn);
}

uint64_t must_remove(struct remit_str key)
{
    struct control_store_txn txn = { 0 };

    control_store_remove(&txn, key);
    return must_commit(&txn);
}

struct control_store_entry must_get(struct remit_str key)
{
    struct control_store_entry entry = { 0 };
    struct remit_err err = { 0 };

    cr_assert(control_store_get(store, key, arena_here(), &entry, &err) == 0, "%s", err.text);
    return entry;
}

bool is_there(struct remit_str key)
{
    return must_get(key).revision != 0;
}

uint64_t must_lease(int64_t ttl_ms)
{
    struct remit_err err = { 0 };
    uint64_t lease = 0;

    cr_assert(control_store_lease(store, ttl_ms, &lease, &err) == 0, "%s", err.text);
    cr_assert(lease != 0);
    return lease;
}

const char *keys_of(struct remit_str prefix, struct remit_str after, size_t most)
{
    static struct remit_buf text = REMIT_BUF(1 << 20);
    const struct control_store_entry *entries = NULL;
    struct remit_err err = { 0 };
    size_t n = 0;

    cr_assert(control_store_list(store, prefix, after, most, arena_here(), &entries, &n, &err) == 0,
              "%s", err.text);
    remit_buf_clear(&text);
    for (size_t i = 0; i < n; i++) {
        remit_buf_put(&text, entries[i].key);
        remit_buf_put_byte(&text, ' ');
    }
    return remit_buf_cstr(&text);
}

bool until_gone(struct remit_str key, int within_ms)
{
    int64_t until = remit_clock_boot_ms() + within_ms;

    while (is_there(key)) {
        if (remit_clock_boot_ms() > until)
            return false;
        pause_ms(5);
    }
    return true;
}

void expect_error(int result, const struct remit_err *err, enum remit_err_kind kind,
                  const char *code)
{
    cr_expect(eq(int, result, -1));
    cr_expect(eq(int, (int)err->kind, (int)kind), "%s: %s", err->code, err->text);
    cr_expect(remit_err_is(err, code), "%s: %s", err->code, err->text);
}

void expect_text(const char *got, const char *want)
{
    cr_expect(strcmp(got, want) == 0, "\"%s\" instead of \"%s\"", got, want);
}

void pause_ms(int ms)
{
    struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

    (void)nanosleep(&t, NULL);
}
