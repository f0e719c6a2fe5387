/*
 * store.h - what control remembers: ordered keys, versioned values, one revision for everything.
 *
 * The contract is etcd's shape, provided by every backend (`ram`, `lmdb`); nothing above this
 * directory knows a transaction handle. The revision starts at 0 and grows by one with each
 * commit that changes something, never otherwise; an entry remembers the revision that wrote it.
 *
 * Threads:   every function may be called by any number of threads at once.
 * Order:     linearizable. After a commit has returned 0, every get, scan and watch sees it, and
 *            with a durable backend it survives kill -9 and power loss.
 * Ownership: what comes out lies in the caller's arena. Inputs are borrowed for the call.
 * Keys:      1 to CONTROL_STORE_KEY_MAX bytes, ordered bytewise; built by control/store/keys.h.
 * Values:    at most CONTROL_STORE_VALUE_MAX bytes; versioned JSON (control/store/record.h).
 *            Secrets enter only as the keeper's ciphertext.
 * Errors:    INVALID     "InvalidKey"       an empty key (a builder's way to say: too long)
 *            LIMIT       "StoreLimit"       key, value, or number of changes over the limit
 *            CONFLICT    "StoreConflict"    a compare did not hold; nothing was written
 *            CONFLICT    "StoreCompacted"   a watch starts before what is remembered: read again
 *            NOT_FOUND   "LeaseNotFound"    expired or never granted
 *            UNAVAILABLE "StoreUnavailable" the disk refuses (errno in err->os), nothing written;
 *                                           or the store is being interrupted
 *            LIMIT       "StoreFull"        no room on the disk; nothing written, reads go on
 *            INTERNAL    "StoreCorrupt"     what was read is not what was written
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/arena.h"

#define CONTROL_STORE_KEY_MAX   511       /* LMDB's, the smallest of all backends */
#define CONTROL_STORE_VALUE_MAX (1 << 20) /* bytes */
#define CONTROL_STORE_TXN_MAX   96        /* compares, and changes, per commit; etcd allows 128 */

struct control_store;

struct control_store_entry {
    struct remit_str key;
    struct remit_str value;
    uint64_t revision; /* that wrote this value; 0: there is no such key */
    uint64_t lease;    /* that the key dies with; 0: none */
};

/*
 * What a commit asks for. Zero is the empty commit. Keys and values are borrowed until
 * control_store_commit() returns. Adding more than fits is remembered and refused there.
 */
struct control_store_compare {
    struct remit_str key;
    uint64_t revision; /* the key must have exactly this one; 0: must be absent */
};
struct control_store_change {
    struct remit_str key;
    struct remit_str value; /* ignored by a removal */
    bool remove;            /* removing an absent key is no error and no change */
    uint64_t lease;         /* 0, or one granted: the key is removed when it ends */
};
struct control_store_txn {
    struct control_store_compare compares[CONTROL_STORE_TXN_MAX];
    struct control_store_change changes[CONTROL_STORE_TXN_MAX];
    size_t n_compares;
    size_t n_changes;
    bool overflow;
};
void control_store_expect(struct control_store_txn *txn, struct remit_str key, uint64_t revision);
void control_store_put(struct control_store_txn *txn, struct remit_str key, struct remit_str value);
void control_store_put_leased(struct control_store_txn *txn, struct remit_str key,
                              struct remit_str value, uint64_t lease);
void control_store_remove(struct control_store_txn *txn, struct remit_str key);

/* Something happened to a key; what it is now is a matter for get. */
struct control_store_event {
    struct remit_str key;
    uint64_t revision;
    bool removed;
};
struct control_store_events {
    const struct control_store_event *items; /* by revision; a key's older events may be left out */
    size_t n;
    uint64_t revision; /* everything up to here is in `items`: watch on from it */
};

/* The entry at `key`. An absent key is no error: revision 0 and an empty value. */
int control_store_get(struct control_store *store, struct remit_str key, struct remit_arena *arena,
                      struct control_store_entry *out, struct remit_err *err) REMIT_MUST_USE;

/*
 * Calls `visit` for each key that starts with `prefix` and is greater than `after` (empty: from
 * the first), in order, all from one snapshot. The entry is valid during the visit only. A visit
 * returns 0 to go on, 1 to stop here without error, -1 (with err filled) to fail the scan; it must
 * not call the store. *revision (may be NULL) is the snapshot's.
 */
typedef int control_store_visit(void *self, const struct control_store_entry *entry,
                                struct remit_err *err);
int control_store_scan(struct control_store *store, struct remit_str prefix, struct remit_str after,
                       control_store_visit *visit, void *self, uint64_t *revision,
                       struct remit_err *err) REMIT_MUST_USE;
/* The same into the arena: an array of at most `most` entries (0: all). */
int control_store_list(struct control_store *store, struct remit_str prefix, struct remit_str after,
                       size_t most, struct remit_arena *arena,
                       const struct control_store_entry **out, size_t *n,
                       struct remit_err *err) REMIT_MUST_USE;

/*
 * All compares hold and every change is made at one new revision, or nothing is written. Concurrent
 * commits may share one sync of the disk. *revision (may be NULL) is the new revision, or the
 * current one when nothing changed.
 */
int control_store_commit(struct control_store *store, const struct control_store_txn *txn,
                         uint64_t *revision, struct remit_err *err) REMIT_MUST_USE;

uint64_t control_store_revision(struct control_store *store);

/*
 * Waits until a key under `prefix` has an event later than `from`, at most timeout_ms (0: looks and
 * returns); no event is no error, with out->n 0. The history is bounded and, with lmdb, starts anew
 * when the store is opened: "StoreCompacted" says to scan again and to watch from the scan's
 * revision. `from` in the future is treated as the present.
 */
int control_store_watch(struct control_store *store, struct remit_str prefix, uint64_t from,
                        int timeout_ms, struct remit_arena *arena, struct control_store_events *out,
                        struct remit_err *err) REMIT_MUST_USE;

/*
 * A lease ends ttl_ms after it was granted or last renewed (a little later is allowed, earlier is
 * not; a reopened store counts from its opening); its keys are then removed in one commit.
 */
int control_store_lease(struct control_store *store, int64_t ttl_ms, uint64_t *lease,
                        struct remit_err *err) REMIT_MUST_USE;
int control_store_renew(struct control_store *store, uint64_t lease,
                        struct remit_err *err) REMIT_MUST_USE;
/* Ends it now; an unknown one is no error. */
int control_store_revoke(struct control_store *store, uint64_t lease,
                         struct remit_err *err) REMIT_MUST_USE;

/* Ends every watch at once, now and from now on, with "StoreUnavailable": for a clean stop. */
void control_store_interrupt(struct control_store *store);
/* No other thread may be inside the store. */
void control_store_drop(struct control_store **store);
#define auto_control_store REMIT_AUTO(control_store_drop)

/* Nothing on any disk: tests of control run on it, and a throw-away `--store ram`. */
int control_store_ram_open(struct control_store **out, struct remit_err *err) REMIT_MUST_USE;

/*
 * One file pair in `directory` (which must exist; files are made 0600). The most the file can grow
 * to is max_bytes (0: 16 GiB; address space, not disk). One process at a time: a second opener gets
 * UNAVAILABLE "StoreUnavailable" (attacks.md S4).
 */
int control_store_lmdb_open(const char *directory, size_t max_bytes, struct control_store **out,
                            struct remit_err *err) REMIT_MUST_USE;

/* By name: "ram" (directory is not looked at) or "lmdb". Otherwise INVALID "InvalidStore". */
int control_store_open(const char *name, const char *directory, struct control_store **out,
                       struct remit_err *err) REMIT_MUST_USE;
