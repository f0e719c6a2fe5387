/*
 * ram.c - the store without a disk: an array sorted by key, one lock for readers and writers.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "control/store/backend.h"
#include "control/store/history.h"
#include "control/store/leases.h"

/* Key, a NUL for debuggers, then the value. */
struct row {
    uint64_t revision;
    uint64_t lease;
    size_t key_len;
    size_t value_len;
    char bytes[];
};

struct ram {
    struct control_store store;
    pthread_rwlock_t lock;
    struct row **rows; /* by key */
    size_t n, cap;
    uint64_t revision;
    uint64_t *granted; /* leases that keys may be put under */
    size_t n_granted, cap_granted;
    struct control_history history;
    struct control_leases leases;
};

static int no_memory(struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_LIMIT, "StoreFull", "no more memory for the store");
}

static struct ram *ram_of(struct control_store *store)
{
    return (struct ram *)store;
}

static struct remit_str key_of(const struct row *row)
{
    return remit_str_from(row->bytes, row->key_len);
}

static struct control_store_entry entry_of(const struct row *row)
{
    return (struct control_store_entry){
        .key = key_of(row),
        .value = remit_str_from(row->bytes + row->key_len + 1, row->value_len),
        .revision = row->revision,
        .lease = row->lease,
    };
}

/* Index of the first row not before `key`. */
static size_t place_of(const struct ram *ram, struct remit_str key, bool *there)
{
    size_t low = 0;
    size_t high = ram->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (remit_str_compare(key_of(ram->rows[middle]), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *there = low < ram->n && remit_str_equal(key_of(ram->rows[low]), key);
    return low;
}

/* ---- reading ---- */

static int ram_get(struct control_store *store, struct remit_str key, struct remit_arena *arena,
                   struct control_store_entry *out, struct remit_err *err)
{
    struct ram *ram = ram_of(store);
    bool there = false;
    size_t i = 0;

    (void)pthread_rwlock_rdlock(&ram->lock);
    i = place_of(ram, key, &there);
    if (there) {
        *out = entry_of(ram->rows[i]);
        out->key = remit_arena_str(arena, out->key);
        out->value = remit_arena_str(arena, out->value);
    }
    (void)pthread_rwlock_unlock(&ram->lock);
    return remit_arena_check(arena, "a value out of the store", err);
}

static int scan_locked(const struct ram *ram, struct remit_str prefix, struct remit_str after,
                       control_store_visit *visit, void *self, struct remit_err *err)
{
    bool there = false;
    size_t i = place_of(ram, remit_str_compare(after, prefix) > 0 ? after : prefix, &there);

    if (there && after.len > 0 && remit_str_equal(key_of(ram->rows[i]), after))
        i++;
    for (; i < ram->n && remit_str_starts(key_of(ram->rows[i]), prefix); i++) {
        struct control_store_entry entry = entry_of(ram->rows[i]);
        int result = visit(self, &entry, err);

        if (result != 0)
            return result < 0 ? -1 : 0;
    }
    return 0;
}

static int ram_scan(struct control_store *store, struct remit_str prefix, struct remit_str after,
                    control_store_visit *visit, void *self, uint64_t *revision,
                    struct remit_err *err)
{
    struct ram *ram = ram_of(store);
    int result = 0;

    (void)pthread_rwlock_rdlock(&ram->lock);
    *revision = ram->revision;
    result = scan_locked(ram, prefix, after, visit, self, err);
    (void)pthread_rwlock_unlock(&ram->lock);
    return result;
}

static uint64_t ram_revision(struct control_store *store)
{
    struct ram *ram = ram_of(store);
    uint64_t revision = 0;

    (void)pthread_rwlock_rdlock(&ram->lock);
    revision = ram->revision;
    (void)pthread_rwlock_unlock(&ram->lock);
    return revision;
}

/* ---- changing ---- */

static size_t granted_at(const struct ram *ram, uint64_t lease)
{
    size_t i = 0;

    while (i < ram->n_granted && ram->granted[i] != lease)
        i++;
    return i;
}

static int check(const struct ram *ram, const struct control_store_txn *txn, struct remit_err *err)
{
    for (size_t i = 0; i < txn->n_compares; i++) {
        const struct control_store_compare *c = &txn->compares[i];
        bool there = false;
        size_t at = place_of(ram, c->key, &there);

        if ((there ? ram->rows[at]->revision : 0) != c->revision)
            return remit_fail(err, REMIT_ERR_CONFLICT, "StoreConflict",
                              REMIT_STR_FMT " is not at revision %llu", REMIT_STR_ARG(c->key),
                              (unsigned long long)c->revision);
    }
    for (size_t i = 0; i < txn->n_changes; i++) {
        uint64_t lease = txn->changes[i].remove ? 0 : txn->changes[i].lease;

        if (lease != 0 && granted_at(ram, lease) == ram->n_granted)
            return remit_fail(err, REMIT_ERR_NOT_FOUND, "LeaseNotFound",
                              "no lease %016llx: it has ended, or never was",
                              (unsigned long long)lease);
    }
    return 0;
}

static struct row *row_new(const struct control_store_change *c, uint64_t revision)
{
    struct row *row = malloc(sizeof(*row) + c->key.len + 1 + c->value.len);

    if (row == NULL)
        return NULL;
    *row = (struct row){ revision, c->lease, c->key.len, c->value.len };
    memcpy(row->bytes, c->key.ptr, c->key.len);
    row->bytes[c->key.len] = '\0';
    if (c->value.len > 0)
        memcpy(row->bytes + c->key.len + 1, c->value.ptr, c->value.len);
    return row;
}

/* All the memory that a commit needs, had before anything changes. */
static int prepare(struct ram *ram, const struct control_store_txn *txn,
                   struct row *fresh[CONTROL_STORE_TXN_MAX], struct remit_err *err)
{
    bool had = true;

    if (ram->n + txn->n_changes > ram->cap) {
        size_t cap = (ram->n + txn->n_changes) * 2;
        struct row **larger = realloc(ram->rows, cap * sizeof(struct row *));

        had = larger != NULL;
        ram->rows = had ? larger : ram->rows;
        ram->cap = had ? cap : ram->cap;
    }
    for (size_t i = 0; i < txn->n_changes && had; i++) {
        if (txn->changes[i].remove)
            continue;
        fresh[i] = row_new(&txn->changes[i], ram->revision + 1);
        had = fresh[i] != NULL;
    }
    if (had)
        return 0;
    for (size_t i = 0; i < txn->n_changes; i++)
        free(fresh[i]);
    return no_memory(err);
}

static void remove_at(struct ram *ram, size_t i)
{
    free(ram->rows[i]);
    ram->n--;
    memmove(ram->rows + i, ram->rows + i + 1, (ram->n - i) * sizeof(struct row *));
}

/* Whether anything changed. `fresh` is NULL for a removal. */
static bool apply(struct ram *ram, struct remit_str key, struct row *fresh)
{
    bool there = false;
    size_t i = place_of(ram, key, &there);

    if (there && fresh == NULL) {
        remove_at(ram, i);
    } else if (there) {
        free(ram->rows[i]);
        ram->rows[i] = fresh;
    } else if (fresh != NULL) {
        memmove(ram->rows + i + 1, ram->rows + i, (ram->n - i) * sizeof(struct row *));
        ram->rows[i] = fresh;
        ram->n++;
    }
    return there || fresh != NULL;
}

static int commit_locked(struct ram *ram, const struct control_store_txn *txn,
                         struct remit_err *err)
{
    struct row *fresh[CONTROL_STORE_TXN_MAX] = { 0 };
    struct control_store_event events[CONTROL_STORE_TXN_MAX];
    size_t n = 0;

    TRY(check(ram, txn, err));
    TRY(prepare(ram, txn, fresh, err));
    for (size_t i = 0; i < txn->n_changes; i++) {
        const struct control_store_change *c = &txn->changes[i];

        if (apply(ram, c->key, fresh[i]))
            events[n++] = (struct control_store_event){ c->key, ram->revision + 1, c->remove };
    }
    ram->revision += n > 0 ? 1 : 0;
    control_history_append(&ram->history, events, n);
    return 0;
}

static int ram_commit(struct control_store *store, const struct control_store_txn *txn,
                      uint64_t *revision, struct remit_err *err)
{
    struct ram *ram = ram_of(store);
    int result = 0;

    (void)pthread_rwlock_wrlock(&ram->lock);
    result = commit_locked(ram, txn, err);
    *revision = ram->revision;
    (void)pthread_rwlock_unlock(&ram->lock);
    return result;
}

static int ram_watch(struct control_store *store, struct remit_str prefix, uint64_t from,
                     int timeout_ms, struct remit_arena *arena, struct control_store_events *out,
                     struct remit_err *err)
{
    return control_history_watch(&ram_of(store)->history, prefix, from, timeout_ms, arena, out,
                                 err);
}

/* ---- leases ---- */

static int grant_locked(struct ram *ram, uint64_t lease, struct remit_err *err)
{
    if (ram->n_granted == ram->cap_granted) {
        size_t cap = ram->cap_granted == 0 ? 64 : ram->cap_granted * 2;
        uint64_t *larger = realloc(ram->granted, cap * sizeof(*larger));

        if (larger == NULL)
            return no_memory(err);
        ram->granted = larger;
        ram->cap_granted = cap;
    }
    ram->granted[ram->n_granted++] = lease;
    return 0;
}

/* Every key of the lease in one commit. Events borrow their keys from the rows, freed after. */
static int end_locked(struct ram *ram, uint64_t lease, struct remit_err *err)
{
    struct control_store_event *events = calloc(ram->n + 1, sizeof(*events));
    size_t at = granted_at(ram, lease);
    size_t n = 0;
    size_t kept = 0;

    if (events == NULL)
        return no_memory(err);
    if (at < ram->n_granted)
        ram->granted[at] = ram->granted[--ram->n_granted];
    for (size_t i = 0; i < ram->n; i++)
        if (ram->rows[i]->lease == lease)
            events[n++] =
                (struct control_store_event){ key_of(ram->rows[i]), ram->revision + 1, true };
    ram->revision += n > 0 ? 1 : 0;
    control_history_append(&ram->history, events, n);
    free(events);
    for (size_t i = 0; i < ram->n; i++) {
        if (ram->rows[i]->lease == lease)
            free(ram->rows[i]);
        else
            ram->rows[kept++] = ram->rows[i];
    }
    ram->n = kept;
    return 0;
}

static int end_lease(void *self, uint64_t lease, struct remit_err *err)
{
    struct ram *ram = self;
    int result = 0;

    (void)pthread_rwlock_wrlock(&ram->lock);
    result = end_locked(ram, lease, err);
    (void)pthread_rwlock_unlock(&ram->lock);
    return result;
}

static int ram_lease(struct control_store *store, int64_t ttl_ms, uint64_t *lease,
                     struct remit_err *err)
{
    struct ram *ram = ram_of(store);
    uint64_t number = control_leases_number();
    int result = 0;

    (void)pthread_rwlock_wrlock(&ram->lock);
    result = grant_locked(ram, number, err);
    (void)pthread_rwlock_unlock(&ram->lock);
    TRY(result);
    TRY(control_leases_add(&ram->leases, number, ttl_ms, err));
    *lease = number;
    return 0;
}

static int ram_renew(struct control_store *store, uint64_t lease, struct remit_err *err)
{
    return control_leases_renew(&ram_of(store)->leases, lease, err);
}

static int ram_revoke(struct control_store *store, uint64_t lease, struct remit_err *err)
{
    if (lease == 0)
        return 0;
    TRY(end_lease(store, lease, err));
    control_leases_remove(&ram_of(store)->leases, lease);
    return 0;
}

/* ---- opening and dropping ---- */

static void ram_interrupt(struct control_store *store)
{
    control_history_interrupt(&ram_of(store)->history);
}

static void ram_drop(struct control_store *store)
{
    struct ram *ram = ram_of(store);

    control_leases_clear(&ram->leases);
    control_history_clear(&ram->history);
    for (size_t i = 0; i < ram->n; i++)
        free(ram->rows[i]);
    free(ram->rows);
    free(ram->granted);
    (void)pthread_rwlock_destroy(&ram->lock);
    free(ram);
}

static const struct control_store_backend ram_backend = {
    .name = "ram",
    .get = ram_get,
    .scan = ram_scan,
    .commit = ram_commit,
    .revision = ram_revision,
    .watch = ram_watch,
    .lease = ram_lease,
    .renew = ram_renew,
    .revoke = ram_revoke,
    .interrupt = ram_interrupt,
    .drop = ram_drop,
};

int control_store_ram_open(struct control_store **out, struct remit_err *err)
{
    struct ram *ram = calloc(1, sizeof(*ram));

    if (ram == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "opening a store");
    ram->store.backend = &ram_backend;
    (void)pthread_rwlock_init(&ram->lock, NULL);
    if (control_history_init(&ram->history, 0, err) != 0 ||
        control_leases_init(&ram->leases, end_lease, ram, err) != 0) {
        ram_drop(&ram->store);
        return -1;
    }
    *out = &ram->store;
    return 0;
}
