/*
 * backend.h - what a store backend provides; store.h has the contract that callers see.
 *
 * store.c checks arguments (keys, sizes, counts) before any of these is called, so a backend need
 * not. A backend is accepted when tests/control/store passes over it.
 */
#pragma once

#include "control/store/store.h"

struct control_store_backend {
    const char *name;
    /* MUST be one read of the latest committed state. */
    int (*get)(struct control_store *store, struct remit_str key, struct remit_arena *arena,
               struct control_store_entry *out, struct remit_err *err);
    /* MUST visit in bytewise key order from one snapshot. MAY hold a reader slot while visiting. */
    int (*scan)(struct control_store *store, struct remit_str prefix, struct remit_str after,
                control_store_visit *visit, void *self, uint64_t *revision, struct remit_err *err);
    /* MUST be atomic and durable as far as the backend is, before it returns. MAY batch. */
    int (*commit)(struct control_store *store, const struct control_store_txn *txn,
                  uint64_t *revision, struct remit_err *err);
    uint64_t (*revision)(struct control_store *store);
    /* MUST miss nothing after `from`, or say StoreCompacted. MAY leave out a key's older events. */
    int (*watch)(struct control_store *store, struct remit_str prefix, uint64_t from,
                 int timeout_ms, struct remit_arena *arena, struct control_store_events *out,
                 struct remit_err *err);
    /* MUST remove the keys of an ended lease without being called again. MAY be late by 1 s. */
    int (*lease)(struct control_store *store, int64_t ttl_ms, uint64_t *lease,
                 struct remit_err *err);
    int (*renew)(struct control_store *store, uint64_t lease, struct remit_err *err);
    int (*revoke)(struct control_store *store, uint64_t lease, struct remit_err *err);
    void (*interrupt)(struct control_store *store);
    void (*drop)(struct control_store *store);
};

/* First member of every backend's own struct. */
struct control_store {
    const struct control_store_backend *backend;
};
