/*
 * Session tokens: what a keeper encodes comes back, and nothing else does. Tokens are forged here
 * by hand, with the right key, so that each refusal is about what its row names: headers
 * (attacks.md C1), claims (C2), signatures (C4).
 */
#include <remit/token.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/encode.h"
#include "common/base/json.h"
#include "iam/crypto.h"
#include "tests/lib/rows.h"

#define NOW    1800000000
#define KID    "2026-01-02-a"
#define HEADER "{\"alg\":\"ES256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}"
#define CLAIMS                                                                                     \
    "{\"iss\":\"remit\",\"sub\":\"arn:aws:sts::111122223333:assumed-role/r/s\","                   \
    "\"akid\":\"ASIA2345672345672345\",\"iat\":1800000000,\"exp\":1800003600}"

static struct remit_crypto_key *signer;
static struct remit_secret private_pem;
static struct remit_buf public_pem;
static struct remit_token_keys *keys;

static struct remit_str public_of(struct remit_crypto_key *key, struct remit_buf *pem)
{
    struct remit_err err = { 0 };

    remit_buf_init(pem, 1024);
    cr_assert(remit_crypto_key_public_pem(key, pem, &err) == 0);
    return remit_buf_view(pem);
}

static void make_keys(void)
{
    struct remit_token_key key = { .kid = REMIT_STR(KID) };
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_key_make(&signer, &err) == 0);
    cr_assert(remit_crypto_key_private_pem(signer, &private_pem, &err) == 0);
    key.public_pem = public_of(signer, &public_pem);
    cr_assert(remit_token_keys_new(&key, 1, &keys, &err) == 0, "%s", err.text);
}

static void drop_keys(void)
{
    remit_token_keys_drop(&keys);
    remit_crypto_key_drop(&signer);
    remit_secret_drop(&private_pem);
    remit_buf_drop(&public_pem);
}

TestSuite(token, .init = make_keys, .fini = drop_keys, .timeout = 30);

/* --- forging --- */

static void sign_with(const struct remit_crypto_key *key, struct remit_buf *token)
{
    unsigned char signature[REMIT_SIGNATURE_BYTES];
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_key_sign(key, remit_buf_view(token), signature, &err) == 0);
    remit_buf_put_byte(token, '.');
    remit_base64url_put(token, remit_str_from((const char *)signature, sizeof(signature)));
}

static void forge(const char *header, const char *claims, struct remit_buf *token)
{
    remit_buf_init(token, 65536);
    remit_base64url_put(token, remit_str_of(header));
    remit_buf_put_byte(token, '.');
    remit_base64url_put(token, remit_str_of(claims));
    sign_with(signer, token);
}

static int verify_at(struct remit_str token, int64_t now_at, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    struct remit_token_claims claims;

    return remit_token_verify(token, keys, REMIT_STR("remit"), now_at, &arena, &claims, err);
}

static void expect_refused(struct remit_str token, const char *code, const char *name)
{
    struct remit_err err = { 0 };

    cr_expect(verify_at(token, NOW, &err) == -1, "%s", name);
    cr_expect(err.kind == REMIT_ERR_UNAUTHENTICATED && remit_err_is(&err, code), "%s: %s", name,
              err.text);
}

Test(token, one_made_by_hand_is_good)
{
    auto_buf struct remit_buf token = { 0 };
    struct remit_err err = { 0 };

    forge(HEADER, CLAIMS, &token);
    cr_expect(verify_at(remit_buf_view(&token), NOW, &err) == 0, "%s", err.text);
}

/* --- C1: headers --- */

static const struct {
    const char *name;
    const char *header;
} headers[] = {
    { "alg none", "{\"alg\":\"none\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "alg None", "{\"alg\":\"None\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "alg NONE", "{\"alg\":\"NONE\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "alg in lower case", "{\"alg\":\"es256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "alg HS256", "{\"alg\":\"HS256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "alg ES384", "{\"alg\":\"ES384\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "alg RS256", "{\"alg\":\"RS256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "alg with a NUL behind it",
      "{\"alg\":\"ES256\\u0000\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "alg of another type", "{\"alg\":[\"ES256\"],\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "no alg", "{\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "alg twice", "{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "no kid", "{\"alg\":\"ES256\",\"typ\":\"JWT\"}" },
    { "an unknown kid", "{\"alg\":\"ES256\",\"kid\":\"other\",\"typ\":\"JWT\"}" },
    { "a kid that another begins with", "{\"alg\":\"ES256\",\"kid\":\"2026\",\"typ\":\"JWT\"}" },
    { "a kid that begins with another",
      "{\"alg\":\"ES256\",\"kid\":\"" KID "b\",\"typ\":\"JWT\"}" },
    { "an empty kid", "{\"alg\":\"ES256\",\"kid\":\"\",\"typ\":\"JWT\"}" },
    { "a path as kid", "{\"alg\":\"ES256\",\"kid\":\"../../dev/null\",\"typ\":\"JWT\"}" },
    { "SQL as kid", "{\"alg\":\"ES256\",\"kid\":\"x' UNION SELECT 'k\",\"typ\":\"JWT\"}" },
    { "kid a number", "{\"alg\":\"ES256\",\"kid\":0,\"typ\":\"JWT\"}" },
    { "no typ", "{\"alg\":\"ES256\",\"kid\":\"" KID "\"}" },
    { "another typ", "{\"alg\":\"ES256\",\"kid\":\"" KID "\",\"typ\":\"at+jwt\"}" },
    { "jwk", "{\"alg\":\"ES256\",\"jwk\":{},\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "jku", "{\"alg\":\"ES256\",\"jku\":\"https://a/\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "x5u", "{\"alg\":\"ES256\",\"kid\":\"" KID "\",\"typ\":\"JWT\",\"x5u\":\"https://a/\"}" },
    { "x5c", "{\"alg\":\"ES256\",\"kid\":\"" KID "\",\"typ\":\"JWT\",\"x5c\":[]}" },
    { "crit", "{\"alg\":\"ES256\",\"crit\":[],\"kid\":\"" KID "\",\"typ\":\"JWT\"}" },
    { "no object", "[]" },
    { "nothing", "" },
    { "something behind it", HEADER "x" },
    { "another encoding", "\xff\xfe{" },
};
ROWS(token, a_header_can_choose_nothing, headers)
{
    auto_buf struct remit_buf token = { 0 };

    forge(headers[*row_index].header, CLAIMS, &token);
    expect_refused(remit_buf_view(&token), "InvalidClientTokenId", headers[*row_index].name);
}

Test(token, hs256_with_the_public_key_is_refused)
{
    auto_buf struct remit_buf token = REMIT_BUF(65536);
    unsigned char mac[REMIT_SHA256_BYTES];

    remit_base64url_put(&token,
                        remit_str_of("{\"alg\":\"HS256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}"));
    remit_buf_put_byte(&token, '.');
    remit_base64url_put(&token, remit_str_of(CLAIMS));
    remit_crypto_hmac(remit_buf_view(&public_pem), remit_buf_view(&token), mac);
    remit_buf_put_byte(&token, '.');
    remit_base64url_put(&token, remit_str_from((const char *)mac, sizeof(mac)));
    expect_refused(remit_buf_view(&token), "InvalidClientTokenId", "HS256");
}

Test(token, another_key_under_our_kid_is_refused)
{
    auto_crypto_key struct remit_crypto_key *other = NULL;
    auto_buf struct remit_buf token = REMIT_BUF(65536);
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_key_make(&other, &err) == 0);
    remit_base64url_put(&token, remit_str_of(HEADER));
    remit_buf_put_byte(&token, '.');
    remit_base64url_put(&token, remit_str_of(CLAIMS));
    sign_with(other, &token);
    expect_refused(remit_buf_view(&token), "InvalidClientTokenId", "another key");
}

/* --- C2: claims --- */

#define WITH(iat, exp)                                                                             \
    "{\"iss\":\"remit\",\"sub\":\"s\",\"akid\":\"ASIA\",\"iat\":" iat ",\"exp\":" exp "}"

static const struct {
    const char *name;
    const char *claims;
    const char *code; /* "": good */
} claims_rows[] = {
    { "the shortest", WITH("1800000000", "1800000001"), "" },
    { "the longest", WITH("1800000000", "1800129600"), "" },
    { "a second longer", WITH("1800000000", "1800129601"), "InvalidClientTokenId" },
    { "expired now", WITH("1799999000", "1800000000"), "ExpiredToken" },
    { "expired", WITH("1799999000", "1799999999"), "ExpiredToken" },
    { "by a clock that is ahead, barely", WITH("1800000300", "1800000400"), "" },
    { "from the future", WITH("1800000301", "1800000400"), "InvalidClientTokenId" },
    { "expires before it was issued", WITH("1800000000", "1799999999"), "InvalidClientTokenId" },
    { "expires when it was issued", WITH("1800000000", "1800000000"), "InvalidClientTokenId" },
    { "negative iat", WITH("-1", "1800000001"), "InvalidClientTokenId" },
    { "negative exp", WITH("1800000000", "-1"), "InvalidClientTokenId" },
    { "float exp", WITH("1800000000", "1800000001.0"), "InvalidClientTokenId" },
    { "exponent exp", WITH("1800000000", "18e8"), "InvalidClientTokenId" },
    { "float iat", WITH("1.8e9", "1800000001"), "InvalidClientTokenId" },
    { "huge exp", WITH("1800000000", "9223372036854775807"), "InvalidClientTokenId" },
    { "over 64 bits", WITH("1800000000", "99999999999999999999"), "InvalidClientTokenId" },
    { "the smallest iat", WITH("-9223372036854775808", "1800000001"), "InvalidClientTokenId" },
    { "exp in quotes", WITH("1800000000", "\"1800000001\""), "InvalidClientTokenId" },
    { "exp null", WITH("1800000000", "null"), "InvalidClientTokenId" },
    { "exp true", WITH("1800000000", "true"), "InvalidClientTokenId" },
    { "no exp", "{\"iss\":\"remit\",\"sub\":\"s\",\"akid\":\"A\",\"iat\":1800000000}",
      "InvalidClientTokenId" },
    { "no iat", "{\"iss\":\"remit\",\"sub\":\"s\",\"akid\":\"A\",\"exp\":1800000001}",
      "InvalidClientTokenId" },
    { "no iss", "{\"sub\":\"s\",\"akid\":\"A\",\"iat\":1800000000,\"exp\":1800000001}",
      "InvalidClientTokenId" },
    { "another iss",
      "{\"iss\":\"remit2\",\"sub\":\"s\",\"akid\":\"A\",\"iat\":1800000000,\"exp\":1800000001}",
      "InvalidClientTokenId" },
    { "an iss that ours begins with",
      "{\"iss\":\"rem\",\"sub\":\"s\",\"akid\":\"A\",\"iat\":1800000000,\"exp\":1800000001}",
      "InvalidClientTokenId" },
    { "iss a list",
      "{\"iss\":[\"remit\"],\"sub\":\"s\",\"akid\":\"A\",\"iat\":1800000000,\"exp\":1800000001}",
      "InvalidClientTokenId" },
    { "no sub", "{\"iss\":\"remit\",\"akid\":\"A\",\"iat\":1800000000,\"exp\":1800000001}",
      "InvalidClientTokenId" },
    { "no akid", "{\"iss\":\"remit\",\"sub\":\"s\",\"iat\":1800000000,\"exp\":1800000001}",
      "InvalidClientTokenId" },
    { "an empty akid",
      "{\"iss\":\"remit\",\"sub\":\"s\",\"akid\":\"\",\"iat\":1800000000,\"exp\":1800000001}",
      "InvalidClientTokenId" },
    { "an audience: that of a registry's token",
      "{\"aud\":\"remit-registry\",\"iss\":\"remit\",\"sub\":\"s\",\"akid\":\"A\","
      "\"iat\":1800000000,\"exp\":1800000001}",
      "InvalidClientTokenId" },
    { "nbf, which nobody here writes",
      "{\"iss\":\"remit\",\"nbf\":0,\"sub\":\"s\",\"akid\":\"A\",\"iat\":1800000000,"
      "\"exp\":1800000001}",
      "InvalidClientTokenId" },
    { "ext a string",
      "{\"iss\":\"remit\",\"sub\":\"s\",\"akid\":\"A\",\"iat\":1800000000,\"exp\":1800000001,"
      "\"ext\":\"{}\"}",
      "InvalidClientTokenId" },
    { "pol an object",
      "{\"iss\":\"remit\",\"sub\":\"s\",\"akid\":\"A\",\"iat\":1800000000,\"exp\":1800000001,"
      "\"pol\":{}}",
      "InvalidClientTokenId" },
    { "a NUL in a claim",
      "{\"iss\":\"remit\",\"sub\":\"s\\u0000\",\"akid\":\"A\",\"iat\":1800000000,"
      "\"exp\":1800000001}",
      "InvalidClientTokenId" },
    { "no object", "[]", "InvalidClientTokenId" },
    { "a number", "1", "InvalidClientTokenId" },
    { "no JSON", "{", "InvalidClientTokenId" },
};
ROWS(token, claims_are_of_their_type_and_in_their_time, claims_rows)
{
    auto_buf struct remit_buf token = { 0 };
    struct remit_err err = { 0 };

    forge(HEADER, claims_rows[*row_index].claims, &token);
    if (claims_rows[*row_index].code[0] != '\0')
        expect_refused(remit_buf_view(&token), claims_rows[*row_index].code,
                       claims_rows[*row_index].name);
    else
        cr_expect(verify_at(remit_buf_view(&token), NOW, &err) == 0, "%s: %s",
                  claims_rows[*row_index].name, err.text);
}

/* --- C4 and the three parts --- */

Test(token, no_bit_can_change)
{
    auto_buf struct remit_buf token = { 0 };

    forge(HEADER, CLAIMS, &token);
    for (size_t bit = 0; bit < token.len * 8; bit++) {
        token.ptr[bit / 8] = (char)(token.ptr[bit / 8] ^ (1 << bit % 8));
        expect_refused(remit_buf_view(&token), "InvalidClientTokenId", "a bit");
        token.ptr[bit / 8] = (char)(token.ptr[bit / 8] ^ (1 << bit % 8));
    }
}

Test(token, one_cut_anywhere_is_refused)
{
    auto_buf struct remit_buf token = { 0 };

    forge(HEADER, CLAIMS, &token);
    for (size_t len = 0; len < token.len; len++)
        expect_refused(remit_str_sub(remit_buf_view(&token), 0, len), "InvalidClientTokenId",
                       "cut");
}

static const struct {
    const char *name;
    const char *behind; /* put behind a good token */
} tails[] = {
    { "a padding", "=" },        { "two paddings", "==" },  { "a dot", "." },
    { "a fourth part", ".eyJ" }, { "a newline", "\n" },     { "a blank", " " },
    { "a digit", "A" },          { "four digits", "AAAA" }, { "a plus", "+" },
};
ROWS(token, nothing_may_stand_behind_it, tails)
{
    auto_buf struct remit_buf token = { 0 };

    forge(HEADER, CLAIMS, &token);
    remit_buf_put_cstr(&token, tails[*row_index].behind);
    expect_refused(remit_buf_view(&token), "InvalidClientTokenId", tails[*row_index].name);
}

Test(token, a_nul_does_not_end_it)
{
    auto_buf struct remit_buf token = { 0 };

    forge(HEADER, CLAIMS, &token);
    remit_buf_put_byte(&token, '\0');
    expect_refused(remit_buf_view(&token), "InvalidClientTokenId", "NUL");
}

Test(token, the_other_s_of_a_good_signature_is_refused)
{
    static const char n[] =
        "\xff\xff\xff\xff\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xbc\xe6\xfa\xad"
        "\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
    auto_buf struct remit_buf token = { 0 };
    auto_buf struct remit_buf signature = REMIT_BUF(64);
    auto_buf struct remit_buf again = REMIT_BUF(65536);
    struct remit_str rest;
    struct remit_str head;
    struct remit_err err = { 0 };
    int borrow = 0;

    forge(HEADER, CLAIMS, &token);
    rest = remit_buf_view(&token);
    for (int i = 0; i < 2; i++) {
        (void)remit_str_cut(&rest, '.', &head);
        remit_buf_put(&again, head);
        remit_buf_put_byte(&again, '.');
    }
    cr_assert(remit_base64url_decode(rest, &signature, &err) == 0);
    for (int i = 31; i >= 0; i--) { /* s = n - s: as good for any verifier that does not look */
        int digit = (unsigned char)n[i] - (unsigned char)signature.ptr[32 + i] - borrow;

        borrow = digit < 0;
        signature.ptr[32 + i] = (char)(digit + (borrow ? 256 : 0));
    }
    remit_base64url_put(&again, remit_buf_view(&signature));
    expect_refused(remit_buf_view(&again), "InvalidClientTokenId", "high s");
}

Test(token, der_signatures_are_refused)
{
    auto_buf struct remit_buf token = REMIT_BUF(65536);

    remit_base64url_put(&token, remit_str_of(HEADER));
    remit_buf_put_byte(&token, '.');
    remit_base64url_put(&token, remit_str_of(CLAIMS));
    remit_buf_put_cstr(&token, ".MEUCIQDvvvv");
    expect_refused(remit_buf_view(&token), "InvalidClientTokenId", "DER");
}

Test(token, over_4096_bytes_is_refused_before_anything_is_read)
{
    auto_buf struct remit_buf claims = REMIT_BUF(8192);
    auto_buf struct remit_buf token = { 0 };

    remit_buf_put_cstr(&claims, "{\"iss\":\"remit\",\"akid\":\"A\",\"iat\":1800000000,"
                                "\"exp\":1800000001,\"sub\":\"");
    while (claims.len < 3100)
        remit_buf_put_byte(&claims, 's');
    remit_buf_put_cstr(&claims, "\"}");
    forge(HEADER, remit_buf_cstr(&claims), &token);
    cr_assert(token.len > REMIT_TOKEN_MAX);
    expect_refused(remit_buf_view(&token), "InvalidClientTokenId", "too long");
}

/* --- keys --- */

static int keys_of(size_t count, const char *kid, struct remit_str pem, struct remit_err *err)
{
    struct remit_token_key list[REMIT_TOKEN_KEYS_MAX + 1];
    auto_token_keys struct remit_token_keys *made = NULL;
    char names[REMIT_TOKEN_KEYS_MAX + 1][80];

    for (size_t i = 0; i < count; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "%s%.*s", kid, (int)i,
                       "abcdefghijklmnopqrstuvwxyz");
        list[i] = (struct remit_token_key){ remit_str_of(names[i]), pem };
    }
    return remit_token_keys_new(list, count, &made, err);
}

Test(token, keys_are_at_most_sixteen)
{
    struct remit_err err = { 0 };

    cr_expect(keys_of(16, "k", remit_buf_view(&public_pem), &err) == 0, "%s", err.text);
    cr_expect(keys_of(17, "k", remit_buf_view(&public_pem), &err) == -1);
    cr_expect(err.kind == REMIT_ERR_LIMIT);
}

static const char *const bad_kids[] = {
    "",     "a b",      "a/b",
    "a\"b", "\xc3\xa4", "0123456789012345678901234567890123456789012345678901234567890123456789",
};
ROWS(token, a_key_id_is_of_a_small_alphabet, bad_kids)
{
    struct remit_err err = { 0 };

    cr_expect(keys_of(1, bad_kids[*row_index], remit_buf_view(&public_pem), &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "InvalidKey"));
}

Test(token, two_keys_of_one_id_are_refused)
{
    struct remit_token_key twice[] = { { REMIT_STR("k"), remit_buf_view(&public_pem) },
                                       { REMIT_STR("k"), remit_buf_view(&public_pem) } };
    auto_token_keys struct remit_token_keys *made = NULL;
    struct remit_err err = { 0 };

    cr_expect(remit_token_keys_new(twice, 2, &made, &err) == -1);
    cr_expect(remit_err_is(&err, "InvalidKey"));
}

Test(token, a_private_key_is_no_key_to_verify_with)
{
    struct remit_err err = { 0 };

    cr_expect(keys_of(1, "k", remit_secret_view(&private_pem), &err) == -1);
    cr_expect(remit_err_is(&err, "InvalidKey"));
}

Test(token, without_keys_nothing_verifies)
{
    auto_token_keys struct remit_token_keys *none = NULL;
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_buf struct remit_buf token = { 0 };
    struct remit_token_claims claims;
    struct remit_err err = { 0 };

    forge(HEADER, CLAIMS, &token);
    cr_assert(remit_token_keys_new(NULL, 0, &none, &err) == 0);
    cr_expect(remit_token_verify(remit_buf_view(&token), none, REMIT_STR("remit"), NOW, &arena,
                                 &claims, &err) == -1);
    cr_expect(remit_err_is(&err, "InvalidClientTokenId"));
}

Test(token, each_of_two_keys_verifies_its_own)
{
    auto_crypto_key struct remit_crypto_key *old = NULL;
    auto_buf struct remit_buf old_pem = { 0 };
    auto_buf struct remit_buf token = REMIT_BUF(65536);
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    struct remit_token_key both[2] = { { REMIT_STR(KID), remit_buf_view(&public_pem) } };
    auto_token_keys struct remit_token_keys *made = NULL;
    struct remit_token_claims claims;
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_key_make(&old, &err) == 0);
    both[1] = (struct remit_token_key){ REMIT_STR("old"), public_of(old, &old_pem) };
    cr_assert(remit_token_keys_new(both, 2, &made, &err) == 0, "%s", err.text);
    remit_base64url_put(&token, REMIT_STR("{\"alg\":\"ES256\",\"kid\":\"old\",\"typ\":\"JWT\"}"));
    remit_buf_put_byte(&token, '.');
    remit_base64url_put(&token, remit_str_of(CLAIMS));
    sign_with(old, &token);
    cr_expect(remit_token_verify(remit_buf_view(&token), made, REMIT_STR("remit"), NOW, &arena,
                                 &claims, &err) == 0,
              "%s", err.text);
    expect_refused(remit_buf_view(&token), "InvalidClientTokenId", "its key is not among these");
}

/* --- encoding --- */

static struct remit_token_claims full(void)
{
    return (struct remit_token_claims){
        .issuer = REMIT_STR("remit"),
        .subject = REMIT_STR("arn:aws:sts::111122223333:assumed-role/web/0123456789abcdef"),
        .access_key_id = REMIT_STR("ASIA2345672345672345"),
        .issued_at = NOW,
        .expires_at = NOW + 3600,
        .role = REMIT_STR("arn:aws:iam::111122223333:role/path/web"),
        .source = REMIT_STR("arn:aws:ecs:eu-central-1:111122223333:task/c/0123456789abcdef"),
        .purpose = REMIT_STR("task"),
        .policy = REMIT_STR("{\"Version\":\"2012-10-17\",\n\t\"Statement\":[]} \xc3\xa4 \\ </"),
        .container_instance = REMIT_STR("arn:aws:ecs:eu-central-1:1:container-instance/c/1"),
        .caller_proof = REMIT_STR("link"),
        .extra = REMIT_STR("{\"rid\":\"AROA1\",\"tags\":[{\"k\":\"v\"}]}"),
    };
}

static int encode(const struct remit_token_claims *claims, struct remit_buf *out,
                  struct remit_err *err)
{
    remit_buf_init_secret(out, 65536);
    return remit_token_encode(claims, REMIT_STR(KID), &private_pem, out, err);
}

#define SAME(member) cr_expect(remit_str_equal(back.member, claims.member), #member)

Test(token, every_claim_comes_back)
{
    struct remit_token_claims claims = full();
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_buf struct remit_buf token = { 0 };
    struct remit_token_claims back;
    struct remit_err err = { 0 };

    cr_assert(encode(&claims, &token, &err) == 0, "%s", err.text);
    cr_assert(remit_token_verify(remit_buf_view(&token), keys, REMIT_STR("remit"), NOW, &arena,
                                 &back, &err) == 0,
              "%s", err.text);
    memset(token.ptr, 'x', token.len); /* the claims are the arena's, not the token's */
    SAME(issuer);
    SAME(subject);
    SAME(access_key_id);
    SAME(role);
    SAME(source);
    SAME(purpose);
    SAME(policy);
    SAME(container_instance);
    SAME(caller_proof);
    SAME(extra);
    cr_expect(back.issued_at == claims.issued_at && back.expires_at == claims.expires_at);
}

Test(token, the_header_has_three_members_and_no_more)
{
    struct remit_token_claims claims = full();
    auto_buf struct remit_buf token = { 0 };
    auto_buf struct remit_buf header = REMIT_BUF(256);
    struct remit_str rest;
    struct remit_str head;
    struct remit_err err = { 0 };

    cr_assert(encode(&claims, &token, &err) == 0);
    rest = remit_buf_view(&token);
    (void)remit_str_cut(&rest, '.', &head);
    cr_assert(remit_base64url_decode(head, &header, &err) == 0);
    cr_expect_str_eq(remit_buf_cstr(&header), HEADER);
}

/* The library signs with whichever s comes out: half of them would be refused. */
Test(token, sixty_four_tokens_all_verify)
{
    struct remit_token_claims claims = full();
    struct remit_err err = { 0 };

    for (int i = 0; i < 64; i++) {
        auto_buf struct remit_buf token = { 0 };

        claims.issued_at = NOW - i;
        cr_assert(encode(&claims, &token, &err) == 0, "%s", err.text);
        cr_expect(verify_at(remit_buf_view(&token), NOW, &err) == 0, "%s", err.text);
    }
}

Test(token, absent_claims_come_back_empty)
{
    struct remit_token_claims claims = { .issuer = REMIT_STR("remit"),
                                         .subject = REMIT_STR("s"),
                                         .access_key_id = REMIT_STR("A"),
                                         .issued_at = NOW,
                                         .expires_at = NOW + 60 };
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_buf struct remit_buf token = { 0 };
    struct remit_token_claims back;
    struct remit_err err = { 0 };

    cr_assert(encode(&claims, &token, &err) == 0, "%s", err.text);
    cr_assert(remit_token_verify(remit_buf_view(&token), keys, REMIT_STR("remit"), NOW, &arena,
                                 &back, &err) == 0);
    cr_expect(back.role.len == 0 && back.policy.len == 0 && back.extra.len == 0);
}

static void no_issuer(struct remit_token_claims *c)
{
    c->issuer = REMIT_STR("");
}
static void no_subject(struct remit_token_claims *c)
{
    c->subject = REMIT_STR("");
}
static void no_akid(struct remit_token_claims *c)
{
    c->access_key_id = REMIT_STR("");
}
static void nul_in_role(struct remit_token_claims *c)
{
    c->role = REMIT_STR("a\0b");
}
static void no_utf8(struct remit_token_claims *c)
{
    c->policy = REMIT_STR("\xff");
}
static void surrogate(struct remit_token_claims *c)
{
    c->policy = REMIT_STR("\xed\xa0\x80");
}
static void extra_list(struct remit_token_claims *c)
{
    c->extra = REMIT_STR("[]");
}
static void extra_twice(struct remit_token_claims *c)
{
    c->extra = REMIT_STR("{\"a\":1,\"a\":2}");
}
static void too_long_life(struct remit_token_claims *c)
{
    c->expires_at = c->issued_at + REMIT_TOKEN_LIFE_MAX_S + 1;
}
static void no_life(struct remit_token_claims *c)
{
    c->expires_at = c->issued_at;
}
static void long_policy(struct remit_token_claims *c)
{
    static char policy[3000];

    memset(policy, 'p', sizeof(policy));
    c->policy = remit_str_from(policy, sizeof(policy));
}
static void huge_policy(struct remit_token_claims *c)
{
    static char policy[REMIT_TOKEN_MAX + 1];

    memset(policy, 'p', sizeof(policy));
    c->policy = remit_str_from(policy, sizeof(policy));
}

static const struct {
    const char *name;
    void (*change)(struct remit_token_claims *);
    enum remit_err_kind kind;
    const char *code;
} unencodable[] = {
    { "no issuer", no_issuer, REMIT_ERR_INVALID, "InvalidClaim" },
    { "no subject", no_subject, REMIT_ERR_INVALID, "InvalidClaim" },
    { "no access key id", no_akid, REMIT_ERR_INVALID, "InvalidClaim" },
    { "a NUL", nul_in_role, REMIT_ERR_INVALID, "InvalidClaim" },
    { "no UTF-8", no_utf8, REMIT_ERR_INVALID, "InvalidClaim" },
    { "a surrogate", surrogate, REMIT_ERR_INVALID, "InvalidClaim" },
    { "ext no object", extra_list, REMIT_ERR_INVALID, "InvalidClaim" },
    { "ext with a key twice", extra_twice, REMIT_ERR_INVALID, "InvalidClaim" },
    { "a life over 36 hours", too_long_life, REMIT_ERR_INVALID, "InvalidClaim" },
    { "no life", no_life, REMIT_ERR_INVALID, "InvalidClaim" },
    { "over 4096 bytes in all", long_policy, REMIT_ERR_LIMIT, "PackedPolicyTooLarge" },
    { "one claim over 4096 bytes", huge_policy, REMIT_ERR_LIMIT, "PackedPolicyTooLarge" },
};
ROWS(token, what_could_not_be_read_is_not_written, unencodable)
{
    struct remit_token_claims claims = full();
    auto_buf struct remit_buf token = { 0 };
    struct remit_err err = { 0 };

    unencodable[*row_index].change(&claims);
    cr_expect(encode(&claims, &token, &err) == -1, "%s", unencodable[*row_index].name);
    cr_expect(err.kind == unencodable[*row_index].kind &&
                  remit_err_is(&err, unencodable[*row_index].code),
              "%s: %s", unencodable[*row_index].name, err.text);
    cr_expect(token.len == 0);
}

Test(token, a_public_key_does_not_sign)
{
    struct remit_token_claims claims = full();
    auto_secret struct remit_secret pem = { NULL, 0 };
    auto_buf struct remit_buf out = REMIT_BUF(65536);
    struct remit_err err = { 0 };

    cr_assert(remit_secret_copy(remit_buf_view(&public_pem), &pem, &err) == 0);
    cr_expect(remit_token_encode(&claims, REMIT_STR(KID), &pem, &out, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "InvalidKey"));
}

/* --- any claims --- */

Test(token, any_claims_are_signed_the_same_way)
{
    const char *text =
        "{\"access\":[{\"actions\":[\"pull\"],\"name\":\"app\",\"type\":\"repository\"}],"
        "\"aud\":\"remit-registry\",\"iss\":\"remit\"}";
    auto_buf struct remit_buf token = REMIT_BUF(65536);
    auto_buf struct remit_buf part = REMIT_BUF(65536);
    struct remit_str rest;
    struct remit_str head;
    struct remit_str claims;
    struct remit_err err = { 0 };

    cr_assert(remit_token_encode_json(remit_str_of(text), REMIT_STR(KID), &private_pem, &token,
                                      &err) == 0,
              "%s", err.text);
    rest = remit_buf_view(&token);
    (void)remit_str_cut(&rest, '.', &head);
    (void)remit_str_cut(&rest, '.', &claims);
    cr_assert(remit_base64url_decode(claims, &part, &err) == 0);
    cr_expect_str_eq(remit_buf_cstr(&part), text);
    remit_buf_clear(&part);
    cr_assert(remit_base64url_decode(rest, &part, &err) == 0);
    cr_expect(remit_crypto_key_verify(
        signer, remit_str_sub(remit_buf_view(&token), 0, head.len + 1 + claims.len),
        remit_buf_view(&part)));
    expect_refused(remit_buf_view(&token), "InvalidClientTokenId", "it is no session token");
}

static const char *const no_claims[] = { "", "[]", "{", "\"a\"", "{\"a\":1,\"a\":2}", "{}x" };
ROWS(token, any_claims_are_one_json_object, no_claims)
{
    auto_buf struct remit_buf token = REMIT_BUF(65536);
    struct remit_err err = { 0 };

    cr_expect(remit_token_encode_json(remit_str_of(no_claims[*row_index]), REMIT_STR(KID),
                                      &private_pem, &token, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "InvalidClaim"));
}
