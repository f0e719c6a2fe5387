#include "iam/token_internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/lru.h"
#include "iam/crypto.h"

#define CLAIMS_MAX 16384 /* bytes: a token has 4096, decoded fewer; each string ends in a NUL */

struct entry {
    struct remit_lru_entry lru; /* by the token's hash: the token itself is not kept */
    struct remit_token_claims claims;
    struct remit_arena arena; /* their text */
};

struct remit_token_cache {
    pthread_mutex_t lock;
    struct remit_lru entries;
    uint64_t cleared; /* how often: what was verified before must not come in after */
};

int remit_token_cache_new(size_t max_entries, struct remit_token_cache **out, struct remit_err *err)
{
    struct remit_token_cache *cache = calloc(1, sizeof(*cache));

    if (cache == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for a cache");
    if (remit_lru_init(&cache->entries, max_entries, err) != 0) {
        free(cache);
        return -1;
    }
    (void)pthread_mutex_init(&cache->lock, NULL);
    *out = cache;
    return 0;
}

static void entry_free(struct entry *entry)
{
    remit_arena_drop(&entry->arena);
    free(entry);
}

static void evict_oldest(struct remit_token_cache *cache)
{
    struct entry *entry = (struct entry *)cache->entries.oldest;

    remit_lru_take(&cache->entries, &entry->lru);
    entry_free(entry);
}

void remit_token_cache_clear(struct remit_token_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    while (cache->entries.oldest != NULL)
        evict_oldest(cache);
    cache->cleared++;
    pthread_mutex_unlock(&cache->lock);
}

void remit_token_cache_drop(struct remit_token_cache **cache)
{
    if (*cache == NULL)
        return;
    remit_token_cache_clear(*cache);
    remit_lru_drop(&(*cache)->entries);
    (void)pthread_mutex_destroy(&(*cache)->lock);
    free(*cache);
    *cache = NULL;
}

/* Whether the token is known; its claims are copied while the lock is held. */
static bool look_up(struct remit_token_cache *cache, const unsigned char *hash,
                    struct remit_arena *arena, struct remit_token_claims *out, uint64_t *cleared,
                    int *result, struct remit_err *err)
{
    struct entry *entry = NULL;

    pthread_mutex_lock(&cache->lock);
    *cleared = cache->cleared;
    entry = (struct entry *)remit_lru_use(&cache->entries, hash);
    if (entry != NULL)
        *result = token_copy_claims(&entry->claims, arena, out, err);
    pthread_mutex_unlock(&cache->lock);
    return entry != NULL;
}

/* NULL when there is no memory: then nothing is kept, and nothing else changes. */
static struct entry *entry_new(const unsigned char *hash, const struct remit_token_claims *claims)
{
    struct entry *entry = calloc(1, sizeof(*entry));

    if (entry == NULL)
        return NULL;
    memcpy(entry->lru.hash, hash, REMIT_SHA256_BYTES);
    remit_arena_init(&entry->arena, CLAIMS_MAX);
    if (token_copy_claims(claims, &entry->arena, &entry->claims, NULL) == 0)
        return entry;
    entry_free(entry);
    return NULL;
}

static void keep(struct remit_token_cache *cache, const unsigned char *hash,
                 const struct remit_token_claims *claims, uint64_t cleared)
{
    struct entry *entry = cache->entries.max > 0 ? entry_new(hash, claims) : NULL;

    if (entry == NULL)
        return;
    pthread_mutex_lock(&cache->lock);
    if (cache->cleared == cleared && remit_lru_use(&cache->entries, hash) == NULL) {
        if (cache->entries.count == cache->entries.max)
            evict_oldest(cache);
        remit_lru_put(&cache->entries, &entry->lru);
        entry = NULL;
    }
    pthread_mutex_unlock(&cache->lock);
    if (entry != NULL)
        entry_free(entry);
}

int remit_token_verify_cached(struct remit_token_cache *cache, struct remit_str token,
                              const struct remit_token_keys *keys, struct remit_str issuer,
                              int64_t now_at, struct remit_arena *arena,
                              struct remit_token_claims *out, struct remit_err *err)
{
    unsigned char hash[REMIT_SHA256_BYTES];
    struct remit_token_claims claims;
    uint64_t cleared = 0;
    int result = 0;

    if (cache == NULL || token.len > REMIT_TOKEN_MAX)
        return remit_token_verify(token, keys, issuer, now_at, arena, out, err);
    remit_crypto_sha256(token, hash);
    if (look_up(cache, hash, arena, &claims, &cleared, &result, err)) {
        TRY(result);
        TRY(token_check_claims(&claims, issuer, now_at, err));
    } else {
        TRY(remit_token_verify(token, keys, issuer, now_at, arena, &claims, err));
        keep(cache, hash, &claims, cleared);
    }
    *out = claims;
    return 0;
}
