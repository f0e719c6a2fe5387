#include "tests/iam/token_kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "common/base/encode.h"

struct remit_crypto_key *token_kit_signer;
struct remit_secret token_kit_private;
struct remit_buf token_kit_public;
struct remit_token_keys *token_kit_keys;

struct remit_str token_kit_public_of(struct remit_crypto_key *key, struct remit_buf *pem)
{
    struct remit_err err = { 0 };

    remit_buf_init(pem, 1024);
    cr_assert(remit_crypto_key_public_pem(key, pem, &err) == 0);
    return remit_buf_view(pem);
}

void token_kit_open(void)
{
    struct remit_token_key key = { .kid = REMIT_STR(KID) };
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_key_make(&token_kit_signer, &err) == 0);
    cr_assert(remit_crypto_key_private_pem(token_kit_signer, &token_kit_private, &err) == 0);
    key.public_pem = token_kit_public_of(token_kit_signer, &token_kit_public);
    cr_assert(remit_token_keys_new(&key, 1, &token_kit_keys, &err) == 0, "%s", err.text);
}

void token_kit_close(void)
{
    remit_token_keys_drop(&token_kit_keys);
    remit_crypto_key_drop(&token_kit_signer);
    remit_secret_drop(&token_kit_private);
    remit_buf_drop(&token_kit_public);
}

void token_kit_sign(const struct remit_crypto_key *key, struct remit_buf *token)
{
    unsigned char signature[REMIT_SIGNATURE_BYTES];
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_key_sign(key, remit_buf_view(token), signature, &err) == 0);
    remit_buf_put_byte(token, '.');
    remit_base64url_put(token, remit_str_from((const char *)signature, sizeof(signature)));
}

void token_kit_forge(const char *header, const char *claims, struct remit_buf *token)
{
    remit_buf_init(token, 65536);
    remit_base64url_put(token, remit_str_of(header));
    remit_buf_put_byte(token, '.');
    remit_base64url_put(token, remit_str_of(claims));
    token_kit_sign(token_kit_signer, token);
}

int token_kit_verify(struct remit_str token, int64_t now_at, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    struct remit_token_claims claims;

    return remit_token_verify(token, token_kit_keys, REMIT_STR("remit"), now_at, &arena, &claims,
                              err);
}

void token_kit_refused(struct remit_str token, const char *code, const char *name)
{
    struct remit_err err = { 0 };

    cr_expect(token_kit_verify(token, NOW, &err) == -1, "%s", name);
    cr_expect(err.kind == REMIT_ERR_UNAUTHENTICATED && remit_err_is(&err, code), "%s: %s", name,
              err.text);
}
