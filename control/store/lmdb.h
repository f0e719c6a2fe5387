/*
 * lmdb.h - the harbour of LMDB in our own words: tables, transactions, cursors over them.
 *
 * Four tables in one file: `data` (key to head and value), `leases` (lease to its length), `leased`
 * (lease to each of its keys, several rows of one key) and `meta`. One writing transaction at a
 * time, begun and ended by one thread; reading ones see the moment they began at.
 *
 * Ownership: what is read lies in the file's pages: valid until the transaction ends or, in a
 *            writing one, until the next change.
 * Errors:    LIMIT "StoreFull", INTERNAL "StoreCorrupt", UNAVAILABLE "StoreUnavailable". After a
 *            failure in a writing transaction only dropping it is left.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/err.h>
#include <remit/str.h>

enum control_lmdb_table {
    CONTROL_LMDB_DATA,
    CONTROL_LMDB_LEASES,
    CONTROL_LMDB_LEASED,
    CONTROL_LMDB_META,
    CONTROL_LMDB_TABLES, /* how many */
};

struct control_lmdb;
struct control_lmdb_txn;

/* Locks the directory: UNAVAILABLE when another opener has it. */
int control_lmdb_open(const char *directory, size_t max_bytes, struct control_lmdb **out,
                      struct remit_err *err) REMIT_MUST_USE;
void control_lmdb_close(struct control_lmdb **db);

int control_lmdb_read(struct control_lmdb *db, struct control_lmdb_txn **out,
                      struct remit_err *err) REMIT_MUST_USE;
int control_lmdb_write(struct control_lmdb *db, struct control_lmdb_txn **out,
                       struct remit_err *err) REMIT_MUST_USE;
/* Durable when it returns 0; *txn is gone either way. */
int control_lmdb_commit(struct control_lmdb_txn **txn, struct remit_err *err) REMIT_MUST_USE;
void control_lmdb_txn_drop(struct control_lmdb_txn **txn);
#define auto_lmdb_txn REMIT_AUTO(control_lmdb_txn_drop)

/* out->ptr is NULL when there is none. */
int control_lmdb_get(struct control_lmdb_txn *txn, enum control_lmdb_table table,
                     struct remit_str key, struct remit_str *out,
                     struct remit_err *err) REMIT_MUST_USE;
/* The value is `head` and `tail` in one. */
int control_lmdb_put(struct control_lmdb_txn *txn, enum control_lmdb_table table,
                     struct remit_str key, struct remit_str head, struct remit_str tail,
                     struct remit_err *err) REMIT_MUST_USE;
/* An empty value: every row of the key. Absent is no error. */
int control_lmdb_del(struct control_lmdb_txn *txn, enum control_lmdb_table table,
                     struct remit_str key, struct remit_str value,
                     struct remit_err *err) REMIT_MUST_USE;

/*
 * Each row whose key is `from` or greater, in order. A visit returns 0 to go on, 1 to stop here, -1
 * (err filled) to fail.
 */
typedef int control_lmdb_visit(void *self, struct remit_str key, struct remit_str value,
                               struct remit_err *err);
int control_lmdb_each(struct control_lmdb_txn *txn, enum control_lmdb_table table,
                      struct remit_str from, control_lmdb_visit *visit, void *self,
                      struct remit_err *err) REMIT_MUST_USE;
