/* The cache of verified tokens: it forgets what it must, and never answers better than verify. */
#include <remit/token.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <string.h>

#include "common/base/arena.h"
#include "iam/crypto.h"

#define NOW 1800000000
#define KID "k1"

static struct remit_secret private_pem;
static struct remit_token_keys *keys;
static struct remit_token_keys *no_keys; /* with these nothing verifies: a good answer was cached */
static struct remit_token_cache *cache;

static void open_cache(void)
{
    auto_crypto_key struct remit_crypto_key *key = NULL;
    auto_buf struct remit_buf pem = REMIT_BUF(1024);
    struct remit_token_key one = { .kid = REMIT_STR(KID) };
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_key_make(&key, &err) == 0);
    cr_assert(remit_crypto_key_private_pem(key, &private_pem, &err) == 0);
    cr_assert(remit_crypto_key_public_pem(key, &pem, &err) == 0);
    one.public_pem = remit_buf_view(&pem);
    cr_assert(remit_token_keys_new(&one, 1, &keys, &err) == 0);
    cr_assert(remit_token_keys_new(NULL, 0, &no_keys, &err) == 0);
    cr_assert(remit_token_cache_new(4, &cache, &err) == 0);
}

static void drop_cache(void)
{
    remit_token_cache_drop(&cache);
    remit_token_keys_drop(&keys);
    remit_token_keys_drop(&no_keys);
    remit_secret_drop(&private_pem);
}

TestSuite(token_cache, .init = open_cache, .fini = drop_cache, .timeout = 30);

static void make(char name, struct remit_buf *out)
{
    struct remit_token_claims claims = { .issuer = REMIT_STR("remit"),
                                         .subject = remit_str_from(&name, 1),
                                         .access_key_id = REMIT_STR("ASIA"),
                                         .policy = REMIT_STR("{}"),
                                         .extra = REMIT_STR("{\"a\":1}"),
                                         .issued_at = NOW,
                                         .expires_at = NOW + 60 };
    struct remit_err err = { 0 };

    remit_buf_init_secret(out, 4096);
    cr_assert(remit_token_encode(&claims, REMIT_STR(KID), &private_pem, out, &err) == 0);
}

static int ask_as(const struct remit_buf *token, const struct remit_token_keys *with,
                  const char *issuer, int64_t now_at, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    struct remit_token_claims claims;

    return remit_token_verify_cached(cache, remit_buf_view(token), with, remit_str_of(issuer),
                                     now_at, &arena, &claims, err);
}

static bool known(const struct remit_buf *token)
{
    struct remit_err err = { 0 };

    return ask_as(token, no_keys, "remit", NOW, &err) == 0;
}

static void learn(const struct remit_buf *token)
{
    struct remit_err err = { 0 };

    cr_assert(ask_as(token, keys, "remit", NOW, &err) == 0, "%s", err.text);
}

Test(token_cache, a_verified_token_is_known_and_its_claims_are_whole)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_buf struct remit_buf token = { 0 };
    struct remit_token_claims claims;
    struct remit_err err = { 0 };

    make('a', &token);
    cr_expect(known(&token) == false);
    learn(&token);
    cr_assert(remit_token_verify_cached(cache, remit_buf_view(&token), no_keys, REMIT_STR("remit"),
                                        NOW, &arena, &claims, &err) == 0);
    remit_token_cache_clear(cache); /* the claims are the arena's */
    cr_expect(remit_str_equal(claims.subject, REMIT_STR("a")));
    cr_expect(remit_str_equal(claims.policy, REMIT_STR("{}")));
    cr_expect(remit_str_equal(claims.extra, REMIT_STR("{\"a\":1}")));
    cr_expect(claims.issued_at == NOW && claims.expires_at == NOW + 60);
}

Test(token_cache, a_refused_token_is_not_kept)
{
    auto_buf struct remit_buf token = { 0 };
    struct remit_err err = { 0 };

    make('a', &token);
    token.ptr[token.len - 5] = (char)(token.ptr[token.len - 5] ^ 1);
    cr_expect(ask_as(&token, keys, "remit", NOW, &err) == -1);
    cr_expect(known(&token) == false);
}

Test(token_cache, one_byte_more_is_another_token)
{
    auto_buf struct remit_buf token = { 0 };

    make('a', &token);
    learn(&token);
    remit_buf_put_byte(&token, 'A');
    cr_expect(known(&token) == false);
}

Test(token_cache, a_known_token_expires_all_the_same)
{
    auto_buf struct remit_buf token = { 0 };
    struct remit_err err = { 0 };

    make('a', &token);
    learn(&token);
    cr_expect(ask_as(&token, keys, "remit", NOW + 59, &err) == 0);
    cr_expect(ask_as(&token, keys, "remit", NOW + 60, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_UNAUTHENTICATED && remit_err_is(&err, "ExpiredToken"));
}

Test(token_cache, a_known_token_is_checked_against_a_clock_put_back)
{
    auto_buf struct remit_buf token = { 0 };
    struct remit_err err = { 0 };

    make('a', &token);
    learn(&token);
    cr_expect(ask_as(&token, keys, "remit", NOW - 301, &err) == -1);
    cr_expect(remit_err_is(&err, "InvalidClientTokenId"));
}

Test(token_cache, a_known_token_is_still_its_issuers_only)
{
    auto_buf struct remit_buf token = { 0 };
    struct remit_err err = { 0 };

    make('a', &token);
    learn(&token);
    cr_expect(ask_as(&token, keys, "somebody", NOW, &err) == -1);
    cr_expect(remit_err_is(&err, "InvalidClientTokenId"));
}

Test(token_cache, clearing_forgets_all)
{
    auto_buf struct remit_buf token = { 0 };

    make('a', &token);
    learn(&token);
    remit_token_cache_clear(cache);
    cr_expect(known(&token) == false);
    learn(&token);
    cr_expect(known(&token));
}

Test(token_cache, the_one_used_longest_ago_makes_room)
{
    struct remit_buf tokens[5] = { 0 };

    for (char i = 0; i < 5; i++)
        make((char)('a' + i), &tokens[(int)i]);
    for (int i = 0; i < 4; i++)
        learn(&tokens[i]);
    cr_expect(known(&tokens[0])); /* used now: b is the oldest */
    learn(&tokens[4]);
    cr_expect(known(&tokens[1]) == false);
    for (int i = 0; i < 5; i++)
        cr_expect(eq(int, known(&tokens[i]), i != 1), "%d", i);
    for (int i = 0; i < 5; i++)
        remit_buf_drop(&tokens[i]);
}

Test(token_cache, without_a_cache_each_token_is_verified)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_buf struct remit_buf token = { 0 };
    struct remit_token_claims claims;
    struct remit_err err = { 0 };

    make('a', &token);
    cr_expect(remit_token_verify_cached(NULL, remit_buf_view(&token), keys, REMIT_STR("remit"), NOW,
                                        &arena, &claims, &err) == 0);
    cr_expect(remit_token_verify_cached(NULL, remit_buf_view(&token), no_keys, REMIT_STR("remit"),
                                        NOW, &arena, &claims, &err) == -1);
}

Test(token_cache, one_for_no_entries_keeps_none)
{
    auto_token_cache struct remit_token_cache *none = NULL;
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_buf struct remit_buf token = { 0 };
    struct remit_token_claims claims;
    struct remit_err err = { 0 };

    make('a', &token);
    cr_assert(remit_token_cache_new(0, &none, &err) == 0);
    cr_expect(remit_token_verify_cached(none, remit_buf_view(&token), keys, REMIT_STR("remit"), NOW,
                                        &arena, &claims, &err) == 0);
    cr_expect(remit_token_verify_cached(none, remit_buf_view(&token), no_keys, REMIT_STR("remit"),
                                        NOW, &arena, &claims, &err) == -1);
}

#define THREADS 4
#define ROUNDS  400

static struct remit_buf shared[6];

static void *use(void *self)
{
    size_t seed = (size_t)(uintptr_t)self;
    struct remit_err err = { 0 };

    for (size_t i = 0; i < ROUNDS; i++) {
        if (ask_as(&shared[(i * 7 + seed) % REMIT_COUNT(shared)], keys, "remit", NOW, &err) != 0)
            return self; /* refused */
        if (i % 50 == seed)
            remit_token_cache_clear(cache);
    }
    return NULL;
}

Test(token_cache, threads_may_share_it)
{
    pthread_t threads[THREADS];
    void *failed = NULL;

    for (char i = 0; i < (char)REMIT_COUNT(shared); i++)
        make((char)('a' + i), &shared[(int)i]);
    for (size_t i = 0; i < THREADS; i++)
        cr_assert(pthread_create(&threads[i], NULL, use, (void *)(i + 1)) == 0);
    for (size_t i = 0; i < THREADS; i++) {
        cr_assert(pthread_join(threads[i], &failed) == 0);
        cr_expect(failed == NULL);
    }
    for (size_t i = 0; i < REMIT_COUNT(shared); i++)
        remit_buf_drop(&shared[i]);
}
