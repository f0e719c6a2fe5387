/*
 * lmdb_write.c - commits, one LMDB transaction for all that wait together (control/store/batch.h).
 *
 * A transaction that the disk refused is given up whole, and each work of its batch is then tried
 * alone: the one that is too large for the room left fails, the others do not fail with it.
 */
#include "control/store/lmdb_store.h"

#define EVENTS_ARENA ((size_t)256 << 20) /* one lease may hold many keys */

enum what { COMMIT, GRANT, END };

struct work {
    struct control_batch_work base;
    enum what what;
    const struct control_store_txn *txn; /* COMMIT */
    uint64_t lease;                      /* GRANT, END */
    int64_t ttl_ms;                      /* GRANT */
    struct remit_err *err;
    int result; /* -1: this work alone is refused, and the transaction goes on without it */
    uint64_t revision;
    struct remit_arena arena; /* of the events; COMMIT borrows their keys from txn */
    struct control_store_event *events;
    size_t n_events;
};

/* In these functions -1 is the end of the whole transaction; `err` is the only work's, or NULL. */
struct writing {
    struct control_lmdb_txn *txn;
    uint64_t revision;
    bool dirty;
};

/* ---- commit ---- */

static int find(struct writing *w, struct remit_str key, struct control_store_entry *out,
                struct remit_err *err)
{
    struct remit_str row = { 0 };

    TRY(control_lmdb_get(w->txn, CONTROL_LMDB_DATA, key, &row, err));
    return control_lmdb_decode(key, row, out, err);
}

static int check_compares(struct writing *w, struct work *work, struct remit_err *err)
{
    for (size_t i = 0; i < work->txn->n_compares && work->result == 0; i++) {
        const struct control_store_compare *c = &work->txn->compares[i];
        struct control_store_entry now = { 0 };

        TRY(find(w, c->key, &now, err));
        if (now.revision != c->revision)
            work->result =
                remit_fail(work->err, REMIT_ERR_CONFLICT, "StoreConflict",
                           REMIT_STR_FMT " is at revision %llu, not %llu", REMIT_STR_ARG(c->key),
                           (unsigned long long)now.revision, (unsigned long long)c->revision);
    }
    return 0;
}

static int check_leases(struct writing *w, struct work *work, struct remit_err *err)
{
    for (size_t i = 0; i < work->txn->n_changes && work->result == 0; i++) {
        const struct control_store_change *c = &work->txn->changes[i];
        struct control_lmdb_number lease = control_lmdb_number(c->lease);
        struct remit_str row = { 0 };

        if (c->remove || c->lease == 0)
            continue;
        TRY(control_lmdb_get(w->txn, CONTROL_LMDB_LEASES, control_lmdb_number_str(&lease), &row,
                             err));
        if (row.ptr == NULL)
            work->result = remit_fail(work->err, REMIT_ERR_NOT_FOUND, "LeaseNotFound",
                                      "no lease %016llx: it has ended, or never was",
                                      (unsigned long long)c->lease);
    }
    return 0;
}

/* Moves a key from one lease to another; 0 is none. */
static int attach(struct writing *w, struct remit_str key, uint64_t from, uint64_t to,
                  struct remit_err *err)
{
    struct control_lmdb_number old = control_lmdb_number(from);
    struct control_lmdb_number new = control_lmdb_number(to);

    if (from == to)
        return 0;
    if (from != 0)
        TRY(control_lmdb_del(w->txn, CONTROL_LMDB_LEASED, control_lmdb_number_str(&old), key, err));
    if (to == 0)
        return 0;
    return control_lmdb_put(w->txn, CONTROL_LMDB_LEASED, control_lmdb_number_str(&new), key,
                            remit_str_from(NULL, 0), err);
}

static int put(struct writing *w, const struct control_store_change *c, struct remit_err *err)
{
    struct control_store_entry entry = { c->key, c->value, w->revision + 1, c->lease };
    struct control_lmdb_head head = control_lmdb_head(&entry);

    return control_lmdb_put(w->txn, CONTROL_LMDB_DATA, c->key,
                            remit_str_from((const char *)&head, sizeof(head)), c->value, err);
}

static int change(struct writing *w, struct work *work, const struct control_store_change *c,
                  struct remit_err *err)
{
    struct control_store_entry now = { 0 };

    TRY(find(w, c->key, &now, err));
    if (c->remove && now.revision == 0)
        return 0;
    TRY(attach(w, c->key, now.lease, c->remove ? 0 : c->lease, err));
    if (c->remove)
        TRY(control_lmdb_del(w->txn, CONTROL_LMDB_DATA, c->key, remit_str_from(NULL, 0), err));
    else
        TRY(put(w, c, err));
    work->events[work->n_events++] =
        (struct control_store_event){ c->key, w->revision + 1, c->remove };
    return 0;
}

static int no_memory(struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_LIMIT, "StoreFull", "no memory for what a commit changes");
}

/* What has happened is one revision, if anything has. */
static void count(struct writing *w, struct work *work)
{
    if (work->n_events > 0) {
        w->revision++;
        w->dirty = true;
    }
    work->revision = w->revision;
}

static int do_commit(struct writing *w, struct work *work, struct remit_err *err)
{
    TRY(check_compares(w, work, err));
    if (work->result == 0)
        TRY(check_leases(w, work, err));
    if (work->result != 0)
        return 0;
    work->events = REMIT_NEW_N(&work->arena, struct control_store_event, work->txn->n_changes);
    if (work->events == NULL)
        return no_memory(err);
    for (size_t i = 0; i < work->txn->n_changes; i++)
        TRY(change(w, work, &work->txn->changes[i], err));
    count(w, work);
    return 0;
}

/* ---- leases ---- */

static int do_grant(struct writing *w, struct work *work, struct remit_err *err)
{
    struct control_lmdb_number lease = control_lmdb_number(work->lease);
    struct control_lmdb_number ttl = control_lmdb_number((uint64_t)work->ttl_ms);

    w->dirty = true;
    return control_lmdb_put(w->txn, CONTROL_LMDB_LEASES, control_lmdb_number_str(&lease),
                            control_lmdb_number_str(&ttl), remit_str_from(NULL, 0), err);
}

struct keys {
    struct work *work;
    struct remit_str lease;
    uint64_t revision;
    size_t cap;
};

/* Copied: the pages that they stand in are about to change. */
static int add_key(void *self, struct remit_str lease, struct remit_str key, struct remit_err *err)
{
    struct keys *keys = self;
    struct work *work = keys->work;

    if (!remit_str_equal(lease, keys->lease))
        return 1;
    if (work->n_events == keys->cap) {
        size_t cap = keys->cap == 0 ? 16 : keys->cap * 2;
        struct control_store_event *larger =
            REMIT_NEW_N(&work->arena, struct control_store_event, cap);

        if (larger == NULL)
            return no_memory(err);
        if (work->n_events > 0)
            memcpy(larger, work->events, work->n_events * sizeof(*larger));
        work->events = larger;
        keys->cap = cap;
    }
    work->events[work->n_events++] =
        (struct control_store_event){ remit_arena_str(&work->arena, key), keys->revision, true };
    return work->arena.failed ? no_memory(err) : 0;
}

static int do_end(struct writing *w, struct work *work, struct remit_err *err)
{
    struct control_lmdb_number number = control_lmdb_number(work->lease);
    struct remit_str lease = control_lmdb_number_str(&number);
    struct remit_str all = { 0 };
    struct remit_str there = { 0 };
    struct keys keys = { work, lease, w->revision + 1, 0 };

    TRY(control_lmdb_get(w->txn, CONTROL_LMDB_LEASES, lease, &there, err));
    if (there.ptr == NULL)
        return 0;
    w->dirty = true;
    TRY(control_lmdb_each(w->txn, CONTROL_LMDB_LEASED, lease, add_key, &keys, err));
    for (size_t i = 0; i < work->n_events; i++)
        TRY(control_lmdb_del(w->txn, CONTROL_LMDB_DATA, work->events[i].key, all, err));
    TRY(control_lmdb_del(w->txn, CONTROL_LMDB_LEASED, lease, all, err));
    TRY(control_lmdb_del(w->txn, CONTROL_LMDB_LEASES, lease, all, err));
    count(w, work);
    return 0;
}

/* ---- a batch ---- */

static int do_work(struct writing *w, struct work *work, struct remit_err *err)
{
    static int (*const does[])(struct writing *, struct work *, struct remit_err *) = {
        [COMMIT] = do_commit,
        [GRANT] = do_grant,
        [END] = do_end,
    };

    work->result = 0;
    work->n_events = 0;
    remit_arena_drop(&work->arena);
    return does[work->what](w, work, err);
}

static int write_revision(struct writing *w, struct remit_err *err)
{
    struct control_lmdb_number revision = control_lmdb_number(w->revision);

    return control_lmdb_put(w->txn, CONTROL_LMDB_META, REMIT_STR("revision"),
                            control_lmdb_number_str(&revision), remit_str_from(NULL, 0), err);
}

static int write_works(struct control_lmdb_store *s, struct work *const *works, size_t n,
                       struct remit_err *err)
{
    auto_lmdb_txn struct control_lmdb_txn *txn = NULL;
    struct writing writing = { 0 };

    TRY(control_lmdb_write(s->db, &txn, err));
    writing.txn = txn;
    TRY(control_lmdb_revision(txn, &writing.revision, err));
    for (size_t i = 0; i < n; i++)
        TRY(do_work(&writing, works[i], err));
    if (!writing.dirty)
        return 0;
    TRY(write_revision(&writing, err));
    return control_lmdb_commit(&txn, err);
}

/* The history hears of a commit before its caller does: no later watch may miss it. */
static bool run_together(struct control_lmdb_store *s, struct work *const *works, size_t n,
                         struct remit_err *err)
{
    if (write_works(s, works, n, err) != 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (works[i]->result == 0)
            control_history_append(&s->history, works[i]->events, works[i]->n_events);
    return true;
}

void control_lmdb_run(void *self, struct control_batch_work *const *works, size_t n)
{
    struct work *all[CONTROL_BATCH_MOST];

    for (size_t i = 0; i < n; i++)
        all[i] = (struct work *)works[i];
    if (n > 1 && run_together(self, all, n, NULL))
        return;
    for (size_t i = 0; i < n; i++)
        if (!run_together(self, &all[i], 1, all[i]->err))
            all[i]->result = -1;
}

static int do_it(struct control_lmdb_store *s, struct work *work)
{
    remit_arena_init(&work->arena, EVENTS_ARENA);
    control_batch_do(&s->batch, &work->base);
    remit_arena_drop(&work->arena);
    return work->result;
}

int control_lmdb_do_commit(struct control_lmdb_store *s, const struct control_store_txn *txn,
                           uint64_t *revision, struct remit_err *err)
{
    struct work work = { .what = COMMIT, .txn = txn, .err = err };

    for (size_t i = 0; i < txn->n_changes; i++)
        work.base.size += txn->changes[i].key.len + txn->changes[i].value.len;
    TRY(do_it(s, &work));
    *revision = work.revision;
    return 0;
}

int control_lmdb_do_grant(struct control_lmdb_store *s, uint64_t lease, int64_t ttl_ms,
                          struct remit_err *err)
{
    struct work work = { .what = GRANT, .lease = lease, .ttl_ms = ttl_ms, .err = err };

    return do_it(s, &work);
}

int control_lmdb_do_end(struct control_lmdb_store *s, uint64_t lease, struct remit_err *err)
{
    struct work work = { .what = END, .lease = lease, .err = err };

    return do_it(s, &work);
}
