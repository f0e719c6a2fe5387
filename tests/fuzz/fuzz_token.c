/*
 * A session token. Without a newline the input is the token itself, and nobody signed it: it is
 * never taken. With one, the header stands before it and the claims behind, and they are signed
 * here. Invariants: what is taken has the one header there is and claims in their times; encoded
 * again it has the same claims; and the cache says the same as the verifier.
 */
#include <stdint.h>

#include <remit/token.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/encode.h"
#include "common/base/json.h"
#include "iam/crypto.h"

#define NOW    1785000000
#define KID    "k1"
#define ISSUER REMIT_STR("remit")

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct remit_crypto_key *key;
static struct remit_token_keys *keys;
static struct remit_secret private_pem;

static void make_keys(void)
{
    auto_buf struct remit_buf pem = REMIT_BUF(1024);
    struct remit_token_key only = { .kid = REMIT_STR(KID) };

    if (keys != NULL)
        return;
    REMIT_REQUIRE(remit_crypto_key_make(&key, NULL) == 0);
    REMIT_REQUIRE(remit_crypto_key_private_pem(key, &private_pem, NULL) == 0);
    REMIT_REQUIRE(remit_crypto_key_public_pem(key, &pem, NULL) == 0);
    only.public_pem = remit_buf_view(&pem);
    REMIT_REQUIRE(remit_token_keys_new(&only, 1, &keys, NULL) == 0);
}

static bool verify(struct remit_str token, struct remit_arena *arena,
                   struct remit_token_claims *out)
{
    struct remit_err err = { 0 };

    if (remit_token_verify(token, keys, ISSUER, NOW, arena, out, &err) == 0)
        return true;
    REMIT_REQUIRE(err.kind == REMIT_ERR_UNAUTHENTICATED);
    return false;
}

static void check_header(struct remit_str text)
{
    auto_json struct remit_json *header = NULL;

    REMIT_REQUIRE(remit_json_parse(text, REMIT_TOKEN_MAX, &header, NULL) == 0);
    REMIT_REQUIRE(remit_json_count(header) == 3);
    REMIT_REQUIRE(
        remit_str_equal(remit_json_str(remit_json_get(header, "alg")), REMIT_STR("ES256")));
    REMIT_REQUIRE(remit_str_equal(remit_json_str(remit_json_get(header, "kid")), REMIT_STR(KID)));
    REMIT_REQUIRE(remit_str_equal(remit_json_str(remit_json_get(header, "typ")), REMIT_STR("JWT")));
}

static void check_claims(const struct remit_token_claims *claims)
{
    REMIT_REQUIRE(remit_str_equal(claims->issuer, ISSUER));
    REMIT_REQUIRE(claims->subject.len > 0 && claims->access_key_id.len > 0);
    REMIT_REQUIRE(claims->issued_at >= 0 && claims->issued_at <= NOW + REMIT_TOKEN_AHEAD_S);
    REMIT_REQUIRE(claims->expires_at > NOW && claims->expires_at > claims->issued_at);
    REMIT_REQUIRE(claims->expires_at - claims->issued_at <= REMIT_TOKEN_LIFE_MAX_S);
}

static void same_claims(const struct remit_token_claims *a, const struct remit_token_claims *b)
{
    const struct remit_str *const left[] = { &a->issuer,      &a->subject, &a->access_key_id,
                                             &a->role,        &a->source,  &a->purpose,
                                             &a->policy,      &a->extra,   &a->container_instance,
                                             &a->caller_proof };
    const struct remit_str *const right[] = { &b->issuer,      &b->subject, &b->access_key_id,
                                              &b->role,        &b->source,  &b->purpose,
                                              &b->policy,      &b->extra,   &b->container_instance,
                                              &b->caller_proof };

    for (size_t i = 0; i < REMIT_COUNT(left); i++)
        REMIT_REQUIRE(remit_str_equal(*left[i], *right[i]));
    REMIT_REQUIRE(a->issued_at == b->issued_at && a->expires_at == b->expires_at);
}

static void check_again(const struct remit_token_claims *claims)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_buf struct remit_buf token = REMIT_BUF_SECRET(65536);
    struct remit_token_claims back;
    struct remit_err err = { 0 };

    if (remit_token_encode(claims, REMIT_STR(KID), &private_pem, &token, &err) != 0) {
        REMIT_REQUIRE(err.kind == REMIT_ERR_LIMIT); /* the other way to write them was shorter */
        return;
    }
    REMIT_REQUIRE(verify(remit_buf_view(&token), &arena, &back));
    same_claims(claims, &back);
}

static void check_cache(struct remit_str token, const struct remit_token_claims *claims)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_token_cache struct remit_token_cache *cache = NULL;
    struct remit_token_claims cached;

    REMIT_REQUIRE(remit_token_cache_new(4, &cache, NULL) == 0);
    for (int i = 0; i < 2; i++) {
        REMIT_REQUIRE(
            remit_token_verify_cached(cache, token, keys, ISSUER, NOW, &arena, &cached, NULL) == 0);
        same_claims(claims, &cached);
    }
}

static void sign(struct remit_str header, struct remit_str claims, struct remit_buf *token)
{
    unsigned char signature[REMIT_SIGNATURE_BYTES];

    remit_base64url_put(token, header);
    remit_buf_put_byte(token, '.');
    remit_base64url_put(token, claims);
    REMIT_REQUIRE(remit_crypto_key_sign(key, remit_buf_view(token), signature, NULL) == 0);
    remit_buf_put_byte(token, '.');
    remit_base64url_put(token, remit_str_from((const char *)signature, sizeof(signature)));
}

static void ask_signed(struct remit_str header, struct remit_str claims_text)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_buf struct remit_buf token = REMIT_BUF(65536);
    struct remit_token_claims claims;

    sign(header, claims_text, &token);
    REMIT_REQUIRE(remit_buf_ok(&token));
    if (!verify(remit_buf_view(&token), &arena, &claims))
        return;
    REMIT_REQUIRE(token.len <= REMIT_TOKEN_MAX);
    check_header(header);
    check_claims(&claims);
    check_again(&claims);
    check_cache(remit_buf_view(&token), &claims);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    struct remit_str rest = remit_str_from((const char *)data, size);
    struct remit_token_claims claims;
    struct remit_str header;

    make_keys();
    if (size > 8192)
        return 0;
    if (remit_str_cut(&rest, '\n', &header))
        ask_signed(header, rest);
    else
        REMIT_REQUIRE(!verify(header, &arena, &claims));
    return 0;
}
