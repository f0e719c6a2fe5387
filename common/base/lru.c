#include "common/base/lru.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int remit_lru_init(struct remit_lru *lru, size_t max, struct remit_err *err)
{
    *lru = (struct remit_lru){ .max = max, .n_buckets = max > 0 ? max : 1 };
    lru->buckets = calloc(lru->n_buckets, sizeof(struct remit_lru_entry *));
    if (lru->buckets == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for %zu entries", max);
    return 0;
}

void remit_lru_drop(struct remit_lru *lru)
{
    REMIT_REQUIRE(lru->count == 0);
    free(lru->buckets);
    *lru = (struct remit_lru){ 0 };
}

static struct remit_lru_entry **bucket(struct remit_lru *lru, const unsigned char *hash)
{
    uint64_t number = 0;

    memcpy(&number, hash, sizeof(number));
    return &lru->buckets[number % lru->n_buckets];
}

static void unlink_use(struct remit_lru *lru, struct remit_lru_entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &lru->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &lru->oldest) = entry->newer;
}

static void link_newest(struct remit_lru *lru, struct remit_lru_entry *entry)
{
    entry->newer = NULL;
    entry->older = lru->newest;
    *(lru->newest != NULL ? &lru->newest->newer : &lru->oldest) = entry;
    lru->newest = entry;
}

struct remit_lru_entry *remit_lru_use(struct remit_lru *lru, const unsigned char *hash)
{
    struct remit_lru_entry *entry = *bucket(lru, hash);

    while (entry != NULL && memcmp(entry->hash, hash, REMIT_LRU_HASH_BYTES) != 0)
        entry = entry->chain;
    if (entry == NULL)
        return NULL;
    unlink_use(lru, entry);
    link_newest(lru, entry);
    return entry;
}

void remit_lru_put(struct remit_lru *lru, struct remit_lru_entry *entry)
{
    struct remit_lru_entry **at = bucket(lru, entry->hash);

    REMIT_REQUIRE(lru->count < lru->max);
    entry->chain = *at;
    *at = entry;
    link_newest(lru, entry);
    lru->count++;
}

void remit_lru_take(struct remit_lru *lru, struct remit_lru_entry *entry)
{
    struct remit_lru_entry **at = bucket(lru, entry->hash);

    while (*at != entry)
        at = &(*at)->chain;
    *at = entry->chain;
    unlink_use(lru, entry);
    lru->count--;
}
