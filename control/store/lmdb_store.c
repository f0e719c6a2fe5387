/*
 * lmdb_store.c - the store in a file: opening, reading, watching and the clock of its leases. What
 * writes is in lmdb_write.c.
 */
#include "control/store/lmdb_store.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>

#define FORMAT REMIT_STR("remit store 1")

static struct control_lmdb_store *store_of(struct control_store *store)
{
    return (struct control_lmdb_store *)store;
}

/* ---- rows ---- */

struct control_lmdb_number control_lmdb_number(uint64_t n)
{
    struct control_lmdb_number number;

    n = htobe64(n);
    memcpy(number.bytes, &n, sizeof(number.bytes));
    return number;
}

uint64_t control_lmdb_to_u64(struct remit_str bytes)
{
    uint64_t n = 0;

    if (bytes.len == sizeof(n))
        memcpy(&n, bytes.ptr, sizeof(n));
    return be64toh(n);
}

/* Eight bytes at a time. It must see bits that flipped, not enemies: those own the disk anyway. */
static uint64_t sum_add(uint64_t sum, struct remit_str s)
{
    for (size_t i = 0; i < s.len; i += 8) {
        uint64_t word = 0;

        memcpy(&word, s.ptr + i, s.len - i < 8 ? s.len - i : 8);
        sum = (sum ^ le64toh(word)) * 0x9e3779b97f4a7c15u;
        sum ^= sum >> 29;
    }
    return (sum ^ s.len) * 0x9e3779b97f4a7c15u;
}

struct control_lmdb_head control_lmdb_head(const struct control_store_entry *entry)
{
    uint64_t sum = entry->revision ^ (entry->lease << 1);

    return (struct control_lmdb_head){
        .revision = control_lmdb_number(entry->revision),
        .lease = control_lmdb_number(entry->lease),
        .sum = control_lmdb_number(sum_add(sum_add(sum, entry->key), entry->value)),
    };
}

int control_lmdb_decode(struct remit_str key, struct remit_str row, struct control_store_entry *out,
                        struct remit_err *err)
{
    struct control_lmdb_head head = { 0 };
    struct control_lmdb_head want = { 0 };

    *out = (struct control_store_entry){ .key = key };
    if (row.ptr == NULL)
        return 0;
    if (row.len >= sizeof(head)) {
        memcpy(&head, row.ptr, sizeof(head));
        out->value = remit_str_sub(row, sizeof(head), row.len);
        out->revision = control_lmdb_to_u64(control_lmdb_number_str(&head.revision));
        out->lease = control_lmdb_to_u64(control_lmdb_number_str(&head.lease));
        want = control_lmdb_head(out);
        if (out->revision != 0 && memcmp(&head, &want, sizeof(head)) == 0)
            return 0;
    }
    return remit_fail(err, REMIT_ERR_INTERNAL, "StoreCorrupt",
                      "the value at " REMIT_STR_FMT " is not what was written", REMIT_STR_ARG(key));
}

int control_lmdb_revision(struct control_lmdb_txn *txn, uint64_t *out, struct remit_err *err)
{
    struct remit_str row = { 0 };

    TRY(control_lmdb_get(txn, CONTROL_LMDB_META, REMIT_STR("revision"), &row, err));
    *out = control_lmdb_to_u64(row);
    return 0;
}

/* ---- reading ---- */

static int lmdb_get(struct control_store *store, struct remit_str key, struct remit_arena *arena,
                    struct control_store_entry *out, struct remit_err *err)
{
    auto_lmdb_txn struct control_lmdb_txn *txn = NULL;
    struct remit_str row = { 0 };

    TRY(control_lmdb_read(store_of(store)->db, &txn, err));
    TRY(control_lmdb_get(txn, CONTROL_LMDB_DATA, key, &row, err));
    TRY(control_lmdb_decode(key, row, out, err));
    out->key = remit_arena_str(arena, out->key);
    out->value = remit_arena_str(arena, out->value);
    return remit_arena_check(arena, "a value out of the store", err);
}

struct scan {
    struct remit_str prefix, after;
    control_store_visit *visit;
    void *self;
};

static int scan_row(void *self, struct remit_str key, struct remit_str row, struct remit_err *err)
{
    const struct scan *scan = self;
    struct control_store_entry entry = { 0 };

    if (!remit_str_starts(key, scan->prefix))
        return 1;
    if (remit_str_equal(key, scan->after))
        return 0;
    TRY(control_lmdb_decode(key, row, &entry, err));
    return scan->visit(scan->self, &entry, err);
}

static int lmdb_scan(struct control_store *store, struct remit_str prefix, struct remit_str after,
                     control_store_visit *visit, void *self, uint64_t *revision,
                     struct remit_err *err)
{
    auto_lmdb_txn struct control_lmdb_txn *txn = NULL;
    struct scan scan = { prefix, after, visit, self };

    TRY(control_lmdb_read(store_of(store)->db, &txn, err));
    TRY(control_lmdb_revision(txn, revision, err));
    return control_lmdb_each(txn, CONTROL_LMDB_DATA,
                             remit_str_compare(after, prefix) > 0 ? after : prefix, scan_row, &scan,
                             err);
}

/* Read like everything else, so that it is never behind a value that was read before. */
static uint64_t lmdb_revision(struct control_store *store)
{
    auto_lmdb_txn struct control_lmdb_txn *txn = NULL;
    uint64_t revision = 0;

    if (control_lmdb_read(store_of(store)->db, &txn, NULL) != 0 ||
        control_lmdb_revision(txn, &revision, NULL) != 0)
        return control_history_revision(&store_of(store)->history);
    return revision;
}

static int lmdb_watch(struct control_store *store, struct remit_str prefix, uint64_t from,
                      int timeout_ms, struct remit_arena *arena, struct control_store_events *out,
                      struct remit_err *err)
{
    return control_history_watch(&store_of(store)->history, prefix, from, timeout_ms, arena, out,
                                 err);
}

/* ---- writing ---- */

static int lmdb_commit(struct control_store *store, const struct control_store_txn *txn,
                       uint64_t *revision, struct remit_err *err)
{
    return control_lmdb_do_commit(store_of(store), txn, revision, err);
}

static int lmdb_lease(struct control_store *store, int64_t ttl_ms, uint64_t *lease,
                      struct remit_err *err)
{
    struct control_lmdb_store *s = store_of(store);
    uint64_t number = control_leases_number();

    TRY(control_lmdb_do_grant(s, number, ttl_ms, err));
    TRY(control_leases_add(&s->leases, number, ttl_ms, err));
    *lease = number;
    return 0;
}

static int lmdb_renew(struct control_store *store, uint64_t lease, struct remit_err *err)
{
    return control_leases_renew(&store_of(store)->leases, lease, err);
}

static int lmdb_revoke(struct control_store *store, uint64_t lease, struct remit_err *err)
{
    TRY(control_lmdb_do_end(store_of(store), lease, err));
    control_leases_remove(&store_of(store)->leases, lease);
    return 0;
}

static int lease_over(void *self, uint64_t lease, struct remit_err *err)
{
    return control_lmdb_do_end(self, lease, err);
}

/* ---- opening and dropping ---- */

static void lmdb_interrupt(struct control_store *store)
{
    control_history_interrupt(&store_of(store)->history);
}

static void lmdb_drop(struct control_store *store)
{
    struct control_lmdb_store *s = store_of(store);

    control_leases_clear(&s->leases);
    control_history_clear(&s->history);
    control_lmdb_close(&s->db);
    control_batch_clear(&s->batch);
    free(s);
}

static const struct control_store_backend lmdb_backend = {
    .name = "lmdb",
    .get = lmdb_get,
    .scan = lmdb_scan,
    .commit = lmdb_commit,
    .revision = lmdb_revision,
    .watch = lmdb_watch,
    .lease = lmdb_lease,
    .renew = lmdb_renew,
    .revoke = lmdb_revoke,
    .interrupt = lmdb_interrupt,
    .drop = lmdb_drop,
};

static int write_format(struct control_lmdb_store *s, struct remit_err *err)
{
    auto_lmdb_txn struct control_lmdb_txn *txn = NULL;

    TRY(control_lmdb_write(s->db, &txn, err));
    TRY(control_lmdb_put(txn, CONTROL_LMDB_META, REMIT_STR("format"), FORMAT,
                         remit_str_from(NULL, 0), err));
    return control_lmdb_commit(&txn, err);
}

static int read_meta(struct control_lmdb_store *s, bool *fresh, uint64_t *revision,
                     struct remit_err *err)
{
    auto_lmdb_txn struct control_lmdb_txn *txn = NULL;
    struct remit_str format = { 0 };

    TRY(control_lmdb_read(s->db, &txn, err));
    TRY(control_lmdb_get(txn, CONTROL_LMDB_META, REMIT_STR("format"), &format, err));
    TRY(control_lmdb_revision(txn, revision, err));
    *fresh = format.ptr == NULL && *revision == 0;
    if (*fresh || remit_str_equal(format, FORMAT))
        return 0;
    return remit_fail(err, REMIT_ERR_INTERNAL, "StoreCorrupt",
                      "the store is of another format than this control reads");
}

/* A lease that was granted before we were opened counts from now. */
static int take_lease(void *self, struct remit_str lease, struct remit_str ttl,
                      struct remit_err *err)
{
    struct control_lmdb_store *s = self;

    return control_leases_add(&s->leases, control_lmdb_to_u64(lease),
                              (int64_t)control_lmdb_to_u64(ttl), err);
}

static int take_leases(struct control_lmdb_store *s, struct remit_err *err)
{
    auto_lmdb_txn struct control_lmdb_txn *txn = NULL;

    TRY(control_lmdb_read(s->db, &txn, err));
    return control_lmdb_each(txn, CONTROL_LMDB_LEASES, remit_str_from(NULL, 0), take_lease, s, err);
}

static int start(struct control_lmdb_store *s, const char *directory, size_t max_bytes,
                 struct remit_err *err)
{
    uint64_t revision = 0;
    bool fresh = false;

    TRY(control_lmdb_open(directory, max_bytes, &s->db, err));
    TRY(read_meta(s, &fresh, &revision, err));
    if (fresh)
        TRY(write_format(s, err));
    TRY(control_history_init(&s->history, revision, err));
    TRY(control_leases_init(&s->leases, lease_over, s, err));
    return take_leases(s, err);
}

int control_store_lmdb_open(const char *directory, size_t max_bytes, struct control_store **out,
                            struct remit_err *err)
{
    struct control_lmdb_store *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "opening a store");
    s->store.backend = &lmdb_backend;
    control_batch_init(&s->batch, control_lmdb_run, s);
    if (start(s, directory, max_bytes, err) != 0) {
        lmdb_drop(&s->store);
        return -1;
    }
    *out = &s->store;
    return 0;
}
