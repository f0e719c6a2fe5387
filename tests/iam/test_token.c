/*
 * Session tokens that nobody encoded: none is taken. They are forged by hand, with the right key,
 * so that each refusal is about what its row names: headers, claims, signatures.
 * [attacks C1, C2, C4]
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "common/base/encode.h"
#include "tests/iam/token_kit.h"
#include "tests/lib/rows.h"

TestSuite(token, .init = token_kit_open, .fini = token_kit_close, .timeout = 30);

Test(token, one_made_by_hand_is_good)
{
    auto_buf struct remit_buf token = { 0 };
    struct remit_err err = { 0 };

    token_kit_forge(HEADER, CLAIMS, &token);
    cr_expect(token_kit_verify(remit_buf_view(&token), NOW, &err) == 0, "%s", err.text);
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

    token_kit_forge(headers[*row_index].header, CLAIMS, &token);
    token_kit_refused(remit_buf_view(&token), "InvalidClientTokenId", headers[*row_index].name);
}

Test(token, hs256_with_the_public_key_is_refused)
{
    auto_buf struct remit_buf token = REMIT_BUF(65536);
    unsigned char mac[REMIT_SHA256_BYTES];

    remit_base64url_put(&token,
                        remit_str_of("{\"alg\":\"HS256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}"));
    remit_buf_put_byte(&token, '.');
    remit_base64url_put(&token, remit_str_of(CLAIMS));
    remit_crypto_hmac(remit_buf_view(&token_kit_public), remit_buf_view(&token), mac);
    remit_buf_put_byte(&token, '.');
    remit_base64url_put(&token, remit_str_from((const char *)mac, sizeof(mac)));
    token_kit_refused(remit_buf_view(&token), "InvalidClientTokenId", "HS256");
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
    token_kit_sign(other, &token);
    token_kit_refused(remit_buf_view(&token), "InvalidClientTokenId", "another key");
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

    token_kit_forge(HEADER, claims_rows[*row_index].claims, &token);
    if (claims_rows[*row_index].code[0] != '\0')
        token_kit_refused(remit_buf_view(&token), claims_rows[*row_index].code,
                          claims_rows[*row_index].name);
    else
        cr_expect(token_kit_verify(remit_buf_view(&token), NOW, &err) == 0, "%s: %s",
                  claims_rows[*row_index].name, err.text);
}

/* --- C4 and the three parts --- */

Test(token, no_bit_can_change)
{
    auto_buf struct remit_buf token = { 0 };

    token_kit_forge(HEADER, CLAIMS, &token);
    for (size_t bit = 0; bit < token.len * 8; bit++) {
        token.ptr[bit / 8] = (char)(token.ptr[bit / 8] ^ (1 << bit % 8));
        token_kit_refused(remit_buf_view(&token), "InvalidClientTokenId", "a bit");
        token.ptr[bit / 8] = (char)(token.ptr[bit / 8] ^ (1 << bit % 8));
    }
}

Test(token, one_cut_anywhere_is_refused)
{
    auto_buf struct remit_buf token = { 0 };

    token_kit_forge(HEADER, CLAIMS, &token);
    for (size_t len = 0; len < token.len; len++)
        token_kit_refused(remit_str_sub(remit_buf_view(&token), 0, len), "InvalidClientTokenId",
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

    token_kit_forge(HEADER, CLAIMS, &token);
    remit_buf_put_cstr(&token, tails[*row_index].behind);
    token_kit_refused(remit_buf_view(&token), "InvalidClientTokenId", tails[*row_index].name);
}

Test(token, a_nul_does_not_end_it)
{
    auto_buf struct remit_buf token = { 0 };

    token_kit_forge(HEADER, CLAIMS, &token);
    remit_buf_put_byte(&token, '\0');
    token_kit_refused(remit_buf_view(&token), "InvalidClientTokenId", "NUL");
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

    token_kit_forge(HEADER, CLAIMS, &token);
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
    token_kit_refused(remit_buf_view(&again), "InvalidClientTokenId", "high s");
}

Test(token, der_signatures_are_refused)
{
    auto_buf struct remit_buf token = REMIT_BUF(65536);

    remit_base64url_put(&token, remit_str_of(HEADER));
    remit_buf_put_byte(&token, '.');
    remit_base64url_put(&token, remit_str_of(CLAIMS));
    remit_buf_put_cstr(&token, ".MEUCIQDvvvv");
    token_kit_refused(remit_buf_view(&token), "InvalidClientTokenId", "DER");
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
    token_kit_forge(HEADER, remit_buf_cstr(&claims), &token);
    cr_assert(token.len > REMIT_TOKEN_MAX);
    token_kit_refused(remit_buf_view(&token), "InvalidClientTokenId", "too long");
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

    cr_expect(keys_of(16, "k", remit_buf_view(&token_kit_public), &err) == 0, "%s", err.text);
    cr_expect(keys_of(17, "k", remit_buf_view(&token_kit_public), &err) == -1);
    cr_expect(err.kind == REMIT_ERR_LIMIT);
}

static const char *const bad_kids[] = {
    "",     "a b",      "a/b",
    "a\"b", "\xc3\xa4", "0123456789012345678901234567890123456789012345678901234567890123456789",
};
ROWS(token, a_key_id_is_of_a_small_alphabet, bad_kids)
{
    struct remit_err err = { 0 };

    cr_expect(keys_of(1, bad_kids[*row_index], remit_buf_view(&token_kit_public), &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "InvalidKey"));
}

Test(token, two_keys_of_one_id_are_refused)
{
    struct remit_token_key twice[] = { { REMIT_STR("k"), remit_buf_view(&token_kit_public) },
                                       { REMIT_STR("k"), remit_buf_view(&token_kit_public) } };
    auto_token_keys struct remit_token_keys *made = NULL;
    struct remit_err err = { 0 };

    cr_expect(remit_token_keys_new(twice, 2, &made, &err) == -1);
    cr_expect(remit_err_is(&err, "InvalidKey"));
}

Test(token, a_private_key_is_no_key_to_verify_with)
{
    struct remit_err err = { 0 };

    cr_expect(keys_of(1, "k", remit_secret_view(&token_kit_private), &err) == -1);
    cr_expect(remit_err_is(&err, "InvalidKey"));
}

Test(token, without_keys_nothing_verifies)
{
    auto_token_keys struct remit_token_keys *none = NULL;
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_buf struct remit_buf token = { 0 };
    struct remit_token_claims claims;
    struct remit_err err = { 0 };

    token_kit_forge(HEADER, CLAIMS, &token);
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
    struct remit_token_key both[2] = { { REMIT_STR(KID), remit_buf_view(&token_kit_public) } };
    auto_token_keys struct remit_token_keys *made = NULL;
    struct remit_token_claims claims;
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_key_make(&old, &err) == 0);
    both[1] = (struct remit_token_key){ REMIT_STR("old"), token_kit_public_of(old, &old_pem) };
    cr_assert(remit_token_keys_new(both, 2, &made, &err) == 0, "%s", err.text);
    remit_base64url_put(&token, REMIT_STR("{\"alg\":\"ES256\",\"kid\":\"old\",\"typ\":\"JWT\"}"));
    remit_buf_put_byte(&token, '.');
    remit_base64url_put(&token, remit_str_of(CLAIMS));
    token_kit_sign(old, &token);
    cr_expect(remit_token_verify(remit_buf_view(&token), made, REMIT_STR("remit"), NOW, &arena,
                                 &claims, &err) == 0,
              "%s", err.text);
    token_kit_refused(remit_buf_view(&token), "InvalidClientTokenId", "its key is not among these");
}
