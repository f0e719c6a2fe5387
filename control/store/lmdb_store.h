/*
 * lmdb_store.h - what the two halves of the lmdb backend share: reading (lmdb_store.c) and writing
 * (lmdb_write.c).
 *
 * A value stands behind a head of revision, lease and a sum over key and value, so that what LMDB
 * does not notice, a flipped bit, is found.
 */
#pragma once

#include "control/store/backend.h"
#include "control/store/batch.h"
#include "control/store/history.h"
#include "control/store/leases.h"
#include "control/store/lmdb.h"

struct control_lmdb_store {
    struct control_store store;
    struct control_lmdb *db;
    struct control_batch batch;
    struct control_history history;
    struct control_leases leases;
};

/* ---- rows ---- */

struct control_lmdb_number { /* big-endian: order is by number */
    char bytes[8];
};
struct control_lmdb_number control_lmdb_number(uint64_t n);
static inline struct remit_str control_lmdb_number_str(const struct control_lmdb_number *number)
{
    return remit_str_from(number->bytes, sizeof(number->bytes));
}
/* 0 when it is none. */
uint64_t control_lmdb_to_u64(struct remit_str bytes);

struct control_lmdb_head {
    struct control_lmdb_number revision, lease, sum;
};
struct control_lmdb_head control_lmdb_head(const struct control_store_entry *entry);
/* A row of `data`; an absent one (ptr NULL) is an entry of revision 0. */
int control_lmdb_decode(struct remit_str key, struct remit_str row, struct control_store_entry *out,
                        struct remit_err *err) REMIT_MUST_USE;
int control_lmdb_revision(struct control_lmdb_txn *txn, uint64_t *out,
                          struct remit_err *err) REMIT_MUST_USE;

/* ---- writing; each returns when it is durable ---- */

control_batch_run control_lmdb_run;
int control_lmdb_do_commit(struct control_lmdb_store *s, const struct control_store_txn *txn,
                           uint64_t *revision, struct remit_err *err) REMIT_MUST_USE;
int control_lmdb_do_grant(struct control_lmdb_store *s, uint64_t lease, int64_t ttl_ms,
                          struct remit_err *err) REMIT_MUST_USE;
int control_lmdb_do_end(struct control_lmdb_store *s, uint64_t lease,
                        struct remit_err *err) REMIT_MUST_USE;
