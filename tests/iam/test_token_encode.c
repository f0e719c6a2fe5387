/* Session tokens as a keeper encodes them: what goes in comes back, and what could not is refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "common/base/encode.h"
#include "tests/iam/token_kit.h"
#include "tests/lib/rows.h"

TestSuite(token_encode, .init = token_kit_open, .fini = token_kit_close, .timeout = 30);

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
    return remit_token_encode(claims, REMIT_STR(KID), &token_kit_private, out, err);
}

#define SAME(member) cr_expect(remit_str_equal(back.member, claims.member), #member)

Test(token_encode, every_claim_comes_back)
{
    struct remit_token_claims claims = full();
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_buf struct remit_buf token = { 0 };
    struct remit_token_claims back;
    struct remit_err err = { 0 };

    cr_assert(encode(&claims, &token, &err) == 0, "%s", err.text);
    cr_assert(remit_token_verify(remit_buf_view(&token), token_kit_keys, REMIT_STR("remit"), NOW,
                                 &arena, &back, &err) == 0,
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

Test(token_encode, the_header_has_three_members_and_no_more)
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
Test(token_encode, sixty_four_tokens_all_verify)
{
    struct remit_token_claims claims = full();
    struct remit_err err = { 0 };

    for (int i = 0; i < 64; i++) {
        auto_buf struct remit_buf token = { 0 };

        claims.issued_at = NOW - i;
        cr_assert(encode(&claims, &token, &err) == 0, "%s", err.text);
        cr_expect(token_kit_verify(remit_buf_view(&token), NOW, &err) == 0, "%s", err.text);
    }
}

Test(token_encode, absent_claims_come_back_empty)
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
    cr_assert(remit_token_verify(remit_buf_view(&token), token_kit_keys, REMIT_STR("remit"), NOW,
                                 &arena, &back, &err) == 0);
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
ROWS(token_encode, what_could_not_be_read_is_not_written, unencodable)
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

Test(token_encode, a_public_key_does_not_sign)
{
    struct remit_token_claims claims = full();
    auto_secret struct remit_secret pem = { NULL, 0 };
    auto_buf struct remit_buf out = REMIT_BUF(65536);
    struct remit_err err = { 0 };

    cr_assert(remit_secret_copy(remit_buf_view(&token_kit_public), &pem, &err) == 0);
    cr_expect(remit_token_encode(&claims, REMIT_STR(KID), &pem, &out, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "InvalidKey"));
}

/* --- any claims --- */

Test(token_encode, any_claims_are_signed_the_same_way)
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

    cr_assert(remit_token_encode_json(remit_str_of(text), REMIT_STR(KID), &token_kit_private,
                                      &token, &err) == 0,
              "%s", err.text);
    rest = remit_buf_view(&token);
    (void)remit_str_cut(&rest, '.', &head);
    (void)remit_str_cut(&rest, '.', &claims);
    cr_assert(remit_base64url_decode(claims, &part, &err) == 0);
    cr_expect_str_eq(remit_buf_cstr(&part), text);
    remit_buf_clear(&part);
    cr_assert(remit_base64url_decode(rest, &part, &err) == 0);
    cr_expect(remit_crypto_key_verify(
        token_kit_signer, remit_str_sub(remit_buf_view(&token), 0, head.len + 1 + claims.len),
        remit_buf_view(&part)));
    token_kit_refused(remit_buf_view(&token), "InvalidClientTokenId", "it is no session token");
}

static const char *const no_claims[] = { "", "[]", "{", "\"a\"", "{\"a\":1,\"a\":2}", "{}x" };
ROWS(token_encode, any_claims_are_one_json_object, no_claims)
{
    auto_buf struct remit_buf token = REMIT_BUF(65536);
    struct remit_err err = { 0 };

    cr_expect(remit_token_encode_json(remit_str_of(no_claims[*row_index]), REMIT_STR(KID),
                                      &token_kit_private, &token, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "InvalidClaim"));
}
