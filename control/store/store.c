/* The callers' side: what may be asked is checked here, once for every backend. */
#include "control/store/store.h"

#include "control/store/backend.h"

/* ---- what a commit asks for ---- */

void control_store_expect(struct control_store_txn *txn, struct remit_str key, uint64_t revision)
{
    if (txn->n_compares == CONTROL_STORE_TXN_MAX) {
        txn->overflow = true;
        return;
    }
    txn->compares[txn->n_compares++] = (struct control_store_compare){ key, revision };
}

static void change(struct control_store_txn *txn, struct control_store_change what)
{
    if (txn->n_changes == CONTROL_STORE_TXN_MAX) {
        txn->overflow = true;
        return;
    }
    txn->changes[txn->n_changes++] = what;
}

void control_store_put(struct control_store_txn *txn, struct remit_str key, struct remit_str value)
{
    change(txn, (struct control_store_change){ .key = key, .value = value });
}

void control_store_put_leased(struct control_store_txn *txn, struct remit_str key,
                              struct remit_str value, uint64_t lease)
{
    change(txn, (struct control_store_change){ .key = key, .value = value, .lease = lease });
}

void control_store_remove(struct control_store_txn *txn, struct remit_str key)
{
    change(txn, (struct control_store_change){ .key = key, .remove = true });
}

/* ---- checks ---- */

static int check_key(struct remit_str key, const char *what, struct remit_err *err)
{
    if (key.len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidKey",
                          "the store has no empty %s (was a name too long?)", what);
    if (key.len > CONTROL_STORE_KEY_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "StoreLimit", "a %s of %zu bytes, the most is %d",
                          what, key.len, CONTROL_STORE_KEY_MAX);
    return 0;
}

static int check_change(const struct control_store_change *c, struct remit_err *err)
{
    TRY(check_key(c->key, "key", err));
    if (!c->remove && c->value.len > CONTROL_STORE_VALUE_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "StoreLimit",
                          "a value of %zu bytes for " REMIT_STR_FMT ", the most is %d",
                          c->value.len, REMIT_STR_ARG(c->key), CONTROL_STORE_VALUE_MAX);
    return 0;
}

static int check_txn(const struct control_store_txn *txn, struct remit_err *err)
{
    if (txn->overflow)
        return remit_fail(err, REMIT_ERR_LIMIT, "StoreLimit",
                          "a commit of more than %d compares or changes", CONTROL_STORE_TXN_MAX);
    for (size_t i = 0; i < txn->n_compares; i++)
        TRY(check_key(txn->compares[i].key, "key", err));
    for (size_t i = 0; i < txn->n_changes; i++)
        TRY(check_change(&txn->changes[i], err));
    return 0;
}

/* ---- calls ---- */

int control_store_get(struct control_store *store, struct remit_str key, struct remit_arena *arena,
                      struct control_store_entry *out, struct remit_err *err)
{
    *out = (struct control_store_entry){ 0 };
    TRY(check_key(key, "key", err));
    return store->backend->get(store, key, arena, out, err);
}

int control_store_scan(struct control_store *store, struct remit_str prefix, struct remit_str after,
                       control_store_visit *visit, void *self, uint64_t *revision,
                       struct remit_err *err)
{
    uint64_t unasked = 0;

    TRY(check_key(prefix, "prefix", err));
    return store->backend->scan(store, prefix, after, visit, self,
                                revision != NULL ? revision : &unasked, err);
}

struct list_chunk {
    struct list_chunk *next;
    size_t n;
    struct control_store_entry entries[64];
};

struct list {
    struct remit_arena *arena;
    struct list_chunk *first, *last;
    size_t n, most;
};

static int list_add(void *self, const struct control_store_entry *entry, struct remit_err *err)
{
    struct list *list = self;
    struct list_chunk *chunk = list->last;
    struct control_store_entry *to = NULL;

    if (chunk == NULL || chunk->n == REMIT_COUNT(chunk->entries)) {
        chunk = REMIT_NEW(list->arena, struct list_chunk);
        if (chunk == NULL)
            return remit_arena_check(list->arena, "a list out of the store", err);
        *(list->last == NULL ? &list->first : &list->last->next) = chunk;
        list->last = chunk;
    }
    to = &chunk->entries[chunk->n++];
    *to = *entry;
    to->key = remit_arena_str(list->arena, entry->key);
    to->value = remit_arena_str(list->arena, entry->value);
    TRY(remit_arena_check(list->arena, "a list out of the store", err));
    return ++list->n == list->most ? 1 : 0;
}

int control_store_list(struct control_store *store, struct remit_str prefix, struct remit_str after,
                       size_t most, struct remit_arena *arena,
                       const struct control_store_entry **out, size_t *n, struct remit_err *err)
{
    struct list list = { .arena = arena, .most = most };
    struct control_store_entry *all = NULL;
    size_t copied = 0;

    *out = NULL;
    *n = 0;
    TRY(control_store_scan(store, prefix, after, list_add, &list, NULL, err));
    all = REMIT_NEW_N(arena, struct control_store_entry, list.n);
    TRY(remit_arena_check(arena, "a list out of the store", err));
    for (const struct list_chunk *c = list.first; c != NULL; copied += c->n, c = c->next)
        memcpy(all + copied, c->entries, c->n * sizeof(*all));
    *out = all;
    *n = list.n;
    return 0;
}

int control_store_commit(struct control_store *store, const struct control_store_txn *txn,
                         uint64_t *revision, struct remit_err *err)
{
    uint64_t unasked = 0;

    TRY(check_txn(txn, err));
    return store->backend->commit(store, txn, revision != NULL ? revision : &unasked, err);
}

uint64_t control_store_revision(struct control_store *store)
{
    return store->backend->revision(store);
}

int control_store_watch(struct control_store *store, struct remit_str prefix, uint64_t from,
                        int timeout_ms, struct remit_arena *arena, struct control_store_events *out,
                        struct remit_err *err)
{
    *out = (struct control_store_events){ 0 };
    TRY(check_key(prefix, "prefix", err));
    return store->backend->watch(store, prefix, from, timeout_ms, arena, out, err);
}

int control_store_lease(struct control_store *store, int64_t ttl_ms, uint64_t *lease,
                        struct remit_err *err)
{
    REMIT_REQUIRE(ttl_ms > 0);
    return store->backend->lease(store, ttl_ms, lease, err);
}

int control_store_renew(struct control_store *store, uint64_t lease, struct remit_err *err)
{
    return store->backend->renew(store, lease, err);
}

int control_store_revoke(struct control_store *store, uint64_t lease, struct remit_err *err)
{
    return store->backend->revoke(store, lease, err);
}

void control_store_interrupt(struct control_store *store)
{
    store->backend->interrupt(store);
}

void control_store_drop(struct control_store **store)
{
    if (*store != NULL)
        (*store)->backend->drop(*store);
    *store = NULL;
}
