#include "control/keeper/client_internal.h"

#include <stdlib.h>
#include <string.h>

#define SECONDS_A_DAY 86400

struct entry {
    struct remit_lru_entry lru;
    struct remit_secret key;
    char access_key_id[KEEPER_ACCESS_KEY_ID_MAX + 1];
};

int keeper_cache_init(struct keeper_cache *cache, struct remit_err *err)
{
    TRY(remit_lru_init(&cache->entries, KEEPER_CLIENT_CACHE_MAX, err));
    (void)pthread_mutex_init(&cache->lock, NULL);
    return 0;
}

static void remove_entry(struct keeper_cache *cache, struct entry *entry)
{
    remit_lru_take(&cache->entries, &entry->lru);
    remit_secret_drop(&entry->key);
    free(entry);
}

static void wipe(struct keeper_cache *cache)
{
    while (cache->entries.oldest != NULL)
        remove_entry(cache, (struct entry *)cache->entries.oldest);
}

void keeper_cache_drop(struct keeper_cache *cache)
{
    if (cache->entries.buckets == NULL)
        return;
    wipe(cache);
    remit_lru_drop(&cache->entries);
    (void)pthread_mutex_destroy(&cache->lock);
}

/* Keys are good for one day; at midnight, all of those in memory go. */
static void turn_day(struct keeper_cache *cache, int64_t now_at)
{
    int64_t day = now_at / SECONDS_A_DAY;

    if (cache->day == day)
        return;
    wipe(cache);
    cache->day = day;
}

int keeper_cache_get(struct keeper_cache *cache, const unsigned char *hash, int64_t now_at,
                     bool *found, uint64_t *retired, struct remit_secret *out,
                     struct remit_err *err)
{
    struct entry *entry = NULL;
    int result = 0;

    pthread_mutex_lock(&cache->lock);
    turn_day(cache, now_at);
    *retired = cache->retired;
    entry = (struct entry *)remit_lru_use(&cache->entries, hash);
    *found = entry != NULL;
    if (entry != NULL)
        result = remit_secret_copy(remit_secret_view(&entry->key), out, err);
    pthread_mutex_unlock(&cache->lock);
    return result;
}

/* NULL when there is no memory: then the key is only not kept. */
static struct entry *entry_new(const unsigned char *hash, struct remit_str access_key_id,
                               const struct remit_secret *key)
{
    struct entry *entry = calloc(1, sizeof(*entry));

    if (entry == NULL || access_key_id.len >= sizeof(entry->access_key_id) ||
        remit_secret_copy(remit_secret_view(key), &entry->key, NULL) != 0) {
        free(entry);
        return NULL;
    }
    memcpy(entry->lru.hash, hash, sizeof(entry->lru.hash));
    memcpy(entry->access_key_id, access_key_id.ptr, access_key_id.len);
    return entry;
}

void keeper_cache_put(struct keeper_cache *cache, const unsigned char *hash,
                      struct remit_str access_key_id, uint64_t retired,
                      const struct remit_secret *key)
{
    struct entry *entry = entry_new(hash, access_key_id, key);

    if (entry == NULL)
        return;
    pthread_mutex_lock(&cache->lock);
    if (cache->retired == retired && remit_lru_use(&cache->entries, hash) == NULL) {
        if (cache->entries.count == cache->entries.max)
            remove_entry(cache, (struct entry *)cache->entries.oldest);
        remit_lru_put(&cache->entries, &entry->lru);
        entry = NULL;
    }
    pthread_mutex_unlock(&cache->lock);
    if (entry == NULL)
        return;
    remit_secret_drop(&entry->key);
    free(entry);
}

void keeper_cache_forget(struct keeper_cache *cache, struct remit_str access_key_id)
{
    struct remit_lru_entry *next = NULL;

    pthread_mutex_lock(&cache->lock);
    for (struct remit_lru_entry *at = cache->entries.newest; at != NULL; at = next) {
        struct entry *entry = (struct entry *)at;

        next = at->older;
        if (remit_str_equal(remit_str_of(entry->access_key_id), access_key_id))
            remove_entry(cache, entry);
    }
    cache->retired++;
    pthread_mutex_unlock(&cache->lock);
}
