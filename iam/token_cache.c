#include "iam/token_internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "iam/crypto.h"

#define CLAIMS_MAX 16384 /* bytes: a token has 4096, decoded fewer; each string ends in a NUL */

struct entry {
    unsigned char hash[REMIT_SHA256_BYTES]; /* of the token: the token itself is not kept */
    struct remit_token_claims claims;
    struct remit_arena arena; /* their text */
    struct entry *chain;      /* the next in the same bucket */
    struct entry *newer;      /* by last use */
    struct entry *older;
};

struct remit_token_cache {
    pthread_mutex_t lock;
    size_t max;
    size_t count;
    size_t n_buckets;
    struct entry **buckets;
    struct entry *newest;
    struct entry *oldest;
    uint64_t cleared; /* how often: what was verified before must not come in after */
};

int remit_token_cache_new(size_t max_entries, struct remit_token_cache **out, struct remit_err *err)
{
    struct remit_token_cache *cache = calloc(1, sizeof(*cache));
    size_t n_buckets = max_entries > 0 ? max_entries : 1;

    if (cache != NULL)
        cache->buckets = calloc(n_buckets, sizeof(*cache->buckets));
    if (cache == NULL || cache->buckets == NULL) {
        free(cache);
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for %zu tokens",
                          max_entries);
    }
    cache->max = max_entries;
    cache->n_buckets = n_buckets;
    (void)pthread_mutex_init(&cache->lock, NULL);
    *out = cache;
    return 0;
}

/* A SHA-256 is spread evenly, and who can't sign can't put an entry in: no better hash is needed.
 */
static struct entry **bucket(struct remit_token_cache *cache, const unsigned char *hash)
{
    uint64_t number = 0;

    memcpy(&number, hash, sizeof(number));
    return &cache->buckets[number % cache->n_buckets];
}

static struct entry *find(struct remit_token_cache *cache, const unsigned char *hash)
{
    struct entry *entry = *bucket(cache, hash);

    while (entry != NULL && memcmp(entry->hash, hash, REMIT_SHA256_BYTES) != 0)
        entry = entry->chain;
    return entry;
}

static void unlink_use(struct remit_token_cache *cache, struct entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(struct remit_token_cache *cache, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

static void entry_free(struct entry *entry)
{
    remit_arena_drop(&entry->arena);
    free(entry);
}

static void evict(struct remit_token_cache *cache, struct entry *entry)
{
    struct entry **at = bucket(cache, entry->hash);

    while (*at != entry)
        at = &(*at)->chain;
    *at = entry->chain;
    unlink_use(cache, entry);
    cache->count--;
    entry_free(entry);
}

void remit_token_cache_clear(struct remit_token_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    while (cache->oldest != NULL)
        evict(cache, cache->oldest);
    cache->cleared++;
    pthread_mutex_unlock(&cache->lock);
}

void remit_token_cache_drop(struct remit_token_cache **cache)
{
    if (*cache == NULL)
        return;
    remit_token_cache_clear(*cache);
    (void)pthread_mutex_destroy(&(*cache)->lock);
    free((*cache)->buckets);
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
    entry = find(cache, hash);
    if (entry != NULL) {
        unlink_use(cache, entry);
        link_newest(cache, entry);
        *result = token_copy_claims(&entry->claims, arena, out, err);
    }
    pthread_mutex_unlock(&cache->lock);
    return entry != NULL;
}

/* NULL when there is no memory: then nothing is kept, and nothing else changes. */
static struct entry *entry_new(const unsigned char *hash, const struct remit_token_claims *claims)
{
    struct entry *entry = calloc(1, sizeof(*entry));

    if (entry == NULL)
        return NULL;
    memcpy(entry->hash, hash, REMIT_SHA256_BYTES);
    remit_arena_init(&entry->arena, CLAIMS_MAX);
    if (token_copy_claims(claims, &entry->arena, &entry->claims, NULL) == 0)
        return entry;
    entry_free(entry);
    return NULL;
}

static void keep(struct remit_token_cache *cache, const unsigned char *hash,
                 const struct remit_token_claims *claims, uint64_t cleared)
{
    struct entry *entry = cache->max > 0 ? entry_new(hash, claims) : NULL;

    if (entry == NULL)
        return;
    pthread_mutex_lock(&cache->lock);
    if (cache->cleared != cleared || find(cache, hash) != NULL) {
        pthread_mutex_unlock(&cache->lock);
        entry_free(entry);
        return;
    }
    if (cache->count == cache->max)
        evict(cache, cache->oldest);
    entry->chain = *bucket(cache, hash);
    *bucket(cache, hash) = entry;
    link_newest(cache, entry);
    cache->count++;
    pthread_mutex_unlock(&cache->lock);
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
