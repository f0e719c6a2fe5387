/*
 * lru.h - entries by a 32-byte hash, in the order of their last use: the bones of a bounded cache.
 *
 * An entry's struct has a struct remit_lru_entry as its first member. A hash is a SHA-256 (or
 * another spread as evenly), which nobody chooses: no better spreading is done here.
 *
 * Ownership: entries are the caller's; what leaves is handed back to be freed.
 * Threads:   the caller's lock.
 * Errors:    INTERNAL "OutOfMemory" when the table can't be had.
 */
#pragma once

#include <stddef.h>

#include <remit/err.h>

#define REMIT_LRU_HASH_BYTES 32

struct remit_lru_entry {
    unsigned char hash[REMIT_LRU_HASH_BYTES];
    struct remit_lru_entry *chain; /* the next in the same bucket */
    struct remit_lru_entry *newer; /* by last use */
    struct remit_lru_entry *older;
};

struct remit_lru {
    size_t max;
    size_t count;
    size_t n_buckets;
    struct remit_lru_entry **buckets;
    struct remit_lru_entry *newest;
    struct remit_lru_entry *oldest;
};

int remit_lru_init(struct remit_lru *lru, size_t max, struct remit_err *err) REMIT_MUST_USE;
/* Frees the table. Take the entries out first: while ((e = lru.oldest) != NULL) … */
void remit_lru_drop(struct remit_lru *lru);

/* The entry, now the one used last, or NULL. */
struct remit_lru_entry *remit_lru_use(struct remit_lru *lru, const unsigned char *hash);
/*
 * Puts an entry in, the one used last; no entry with its hash may be there, and there must be room:
 * when count is max, take the oldest out first.
 */
void remit_lru_put(struct remit_lru *lru, struct remit_lru_entry *entry);
void remit_lru_take(struct remit_lru *lru, struct remit_lru_entry *entry);
