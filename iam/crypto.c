#include "iam/crypto.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <string.h>

#include "common/base/encode.h"
#include "iam/crypto_internal.h"

#define SEAL_VERSION   1
#define SEAL_CHUNK     1024
#define HKDF_BYTES_MAX 8160 /* [rfc5869 2.3] 255 blocks of the hash */

/*
 * What OpenSSL looks up by name at each use if it is not kept: fetched once, never freed, read
 * by every thread.
 */
static struct {
    EVP_MD *sha256;
    EVP_CIPHER *gcm;
    EVP_KDF *hkdf;
    EVP_MAC_CTX *hmac; /* keyless; each use starts from a copy */
} fetched;
static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;

static void fetch(void)
{
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

    fetched.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    fetched.gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    fetched.hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    fetched.hmac = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac); /* the context holds it */
    /* An OpenSSL without SHA-256 or HMAC is a broken installation: nothing can be decided. */
    REMIT_REQUIRE(fetched.sha256 != NULL && fetched.gcm != NULL && fetched.hkdf != NULL);
    REMIT_REQUIRE(fetched.hmac != NULL && EVP_MAC_CTX_set_params(fetched.hmac, params) == 1);
}

static void need(void)
{
    REMIT_REQUIRE(pthread_once(&fetch_once, fetch) == 0);
}

int crypto_fail(struct remit_err *err, const char *what)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());

    ERR_clear_error();
    return remit_fail(err, REMIT_ERR_INTERNAL, "CryptoFailure", "%s: %s", what,
                      reason != NULL ? reason : "no reason given");
}

static const unsigned char *bytes_of(struct remit_str s)
{
    return (const unsigned char *)(s.ptr != NULL ? s.ptr : "");
}

/* --- hashes --- */

void remit_crypto_sha256(struct remit_str bytes, unsigned char out[REMIT_SHA256_BYTES])
{
    need();
    REMIT_REQUIRE(EVP_Digest(bytes_of(bytes), bytes.len, out, NULL, fetched.sha256, NULL) == 1);
}

static void put_hex(const unsigned char hash[REMIT_SHA256_BYTES], char out[REMIT_SHA256_HEX])
{
    for (size_t i = 0; i < REMIT_SHA256_BYTES; i++) {
        out[2 * i] = "0123456789abcdef"[hash[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
    }
}

void remit_crypto_sha256_hex(struct remit_str bytes, char out[REMIT_SHA256_HEX])
{
    unsigned char hash[REMIT_SHA256_BYTES];

    remit_crypto_sha256(bytes, hash);
    put_hex(hash, out);
}

void remit_crypto_hmac(struct remit_str key, struct remit_str message,
                       unsigned char out[REMIT_SHA256_BYTES])
{
    EVP_MAC_CTX *ctx = NULL;
    size_t len = 0;

    need();
    ctx = EVP_MAC_CTX_dup(fetched.hmac);
    REMIT_REQUIRE(ctx != NULL);
    REMIT_REQUIRE(EVP_MAC_init(ctx, bytes_of(key), key.len, NULL) == 1);
    REMIT_REQUIRE(EVP_MAC_update(ctx, bytes_of(message), message.len) == 1);
    REMIT_REQUIRE(EVP_MAC_final(ctx, out, &len, REMIT_SHA256_BYTES) == 1);
    REMIT_REQUIRE(len == REMIT_SHA256_BYTES);
    EVP_MAC_CTX_free(ctx);
}

void remit_crypto_hmac_hex(struct remit_str key, struct remit_str message,
                           char out[REMIT_SHA256_HEX])
{
    unsigned char mac[REMIT_SHA256_BYTES];

    remit_crypto_hmac(key, message, mac);
    put_hex(mac, out);
}

int remit_crypto_hkdf(struct remit_str input_key, struct remit_str salt, struct remit_str info,
                      size_t len, struct remit_secret *out, struct remit_err *err)
{
    auto_secret struct remit_secret derived = { NULL, 0 };
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
                                          (void *)(uintptr_t)bytes_of(input_key), input_key.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)bytes_of(info),
                                          info.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)bytes_of(salt),
                                          salt.len),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF_CTX *ctx = NULL;
    int done = 0;

    need();
    if (len == 0 || len > HKDF_BYTES_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "a derived key of %zu bytes, the most is %d", len, HKDF_BYTES_MAX);
    if (salt.len == 0)
        params[3] = OSSL_PARAM_construct_end(); /* RFC 5869: absent is a hash's length of zeroes */
    TRY(remit_secret_new(len, &derived, err));
    ctx = EVP_KDF_CTX_new(fetched.hkdf);
    done = ctx != NULL && EVP_KDF_derive(ctx, remit_secret_bytes(&derived), len, params) == 1;
    EVP_KDF_CTX_free(ctx);
    if (!done)
        return crypto_fail(err, "deriving a key");
    *out = remit_secret_steal(&derived);
    return 0;
}

/* --- seals --- */

static void cipher_drop(EVP_CIPHER_CTX **ctx)
{
    EVP_CIPHER_CTX_free(*ctx);
}
#define auto_cipher REMIT_AUTO(cipher_drop)

/* A context that has taken key, nonce and the data that is only authenticated. */
static EVP_CIPHER_CTX *cipher_start(struct remit_str key, const unsigned char *nonce,
                                    struct remit_str aad, bool sealing)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0;

    /* GCM's nonce is 12 bytes unless told otherwise. */
    if (ctx != NULL &&
        EVP_CipherInit_ex2(ctx, fetched.gcm, bytes_of(key), nonce, sealing, NULL) == 1 &&
        (aad.len == 0 || EVP_CipherUpdate(ctx, NULL, &len, bytes_of(aad), (int)aad.len) == 1))
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

static bool seal_body(EVP_CIPHER_CTX *ctx, struct remit_str plain, struct remit_buf *out)
{
    unsigned char chunk[SEAL_CHUNK];
    int len = 0;

    while (plain.len > 0) {
        struct remit_str head = remit_str_sub(plain, 0, sizeof(chunk));

        if (EVP_CipherUpdate(ctx, chunk, &len, bytes_of(head), (int)head.len) != 1)
            return false;
        remit_buf_put(out, remit_str_from((const char *)chunk, (size_t)len));
        plain = remit_str_sub(plain, head.len, plain.len);
    }
    return EVP_CipherFinal_ex(ctx, chunk, &len) == 1 && len == 0;
}

int remit_crypto_seal(struct remit_str key, const unsigned char nonce[REMIT_SEAL_NONCE_BYTES],
                      struct remit_str aad, struct remit_str plain, struct remit_buf *out,
                      struct remit_err *err)
{
    auto_cipher EVP_CIPHER_CTX *ctx = NULL;
    unsigned char tag[REMIT_SEAL_TAG_BYTES];

    need();
    REMIT_REQUIRE(key.len == REMIT_SEAL_KEY_BYTES && aad.len <= INT32_MAX);
    ctx = cipher_start(key, nonce, aad, true);
    if (ctx == NULL)
        return crypto_fail(err, "sealing");
    remit_buf_put_byte(out, SEAL_VERSION);
    remit_buf_put(out, remit_str_from((const char *)nonce, REMIT_SEAL_NONCE_BYTES));
    if (!seal_body(ctx, plain, out) ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, sizeof(tag), tag) != 1)
        return crypto_fail(err, "sealing");
    remit_buf_put(out, remit_str_from((const char *)tag, sizeof(tag)));
    return remit_buf_check(out, "a sealed text", err);
}

static int not_sealed(struct remit_err *err)
{
    ERR_clear_error();
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidSeal",
                      "the sealed bytes were altered, or sealed for something else");
}

int remit_crypto_open(struct remit_str key, struct remit_str aad, struct remit_str sealed,
                      struct remit_secret *out, struct remit_err *err)
{
    auto_cipher EVP_CIPHER_CTX *ctx = NULL;
    auto_secret struct remit_secret plain = { NULL, 0 };
    const unsigned char *at = bytes_of(sealed);
    unsigned char tag[REMIT_SEAL_TAG_BYTES];
    unsigned char rest[REMIT_SEAL_TAG_BYTES];
    int len = 0;

    need();
    REMIT_REQUIRE(key.len == REMIT_SEAL_KEY_BYTES && aad.len <= INT32_MAX);
    if (sealed.len < REMIT_SEAL_OVERHEAD || at[0] != SEAL_VERSION)
        return not_sealed(err);
    TRY(remit_secret_new(sealed.len - REMIT_SEAL_OVERHEAD, &plain, err));
    ctx = cipher_start(key, at + 1, aad, false);
    if (ctx == NULL)
        return crypto_fail(err, "opening a seal");
    at += 1 + REMIT_SEAL_NONCE_BYTES;
    memcpy(tag, at + plain.len, sizeof(tag));
    if (plain.len > 0 &&
        EVP_CipherUpdate(ctx, remit_secret_bytes(&plain), &len, at, (int)plain.len) != 1)
        return not_sealed(err);
    if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) != 1 ||
        EVP_CipherFinal_ex(ctx, rest, &len) != 1)
        return not_sealed(err);
    *out = remit_secret_steal(&plain);
    return 0;
}

/* --- before a sandbox --- */

static int warm_up_keys(struct remit_err *err)
{
    auto_crypto_key struct remit_crypto_key *made = NULL;
    auto_crypto_key struct remit_crypto_key *loaded = NULL;
    auto_secret struct remit_secret pem = { NULL, 0 };
    unsigned char signature[REMIT_SIGNATURE_BYTES];
    struct remit_str message = REMIT_STR("warm-up");

    TRY(remit_crypto_key_make(&made, err));
    TRY(remit_crypto_key_private_pem(made, &pem, err));
    TRY(remit_crypto_key_load(remit_secret_view(&pem), &loaded, err));
    TRY(remit_crypto_key_sign(loaded, message, signature, err));
    if (!remit_crypto_key_verify(loaded, message,
                                 remit_str_from((const char *)signature, sizeof(signature))))
        return crypto_fail(err, "checking a signature of our own");
    return 0;
}

int remit_crypto_warm_up(struct remit_err *err)
{
    unsigned char byte = 0;
    auto_secret struct remit_secret derived = { NULL, 0 };
    auto_secret struct remit_secret opened = { NULL, 0 };
    auto_buf struct remit_buf sealed = REMIT_BUF(256);
    static const unsigned char nonce[REMIT_SEAL_NONCE_BYTES];
    unsigned char hash[REMIT_SHA256_BYTES];

    if (RAND_bytes(&byte, 1) != 1)
        return crypto_fail(err, "random bytes");
    remit_crypto_hmac(REMIT_STR("key"), REMIT_STR("message"), hash);
    TRY(remit_crypto_hkdf(REMIT_STR("key"), REMIT_STR(""), REMIT_STR(""), REMIT_SEAL_KEY_BYTES,
                          &derived, err));
    TRY(remit_crypto_seal(remit_secret_view(&derived), nonce, REMIT_STR(""), REMIT_STR("x"),
                          &sealed, err));
    TRY(remit_crypto_open(remit_secret_view(&derived), REMIT_STR(""), remit_buf_view(&sealed),
                          &opened, err));
    (void)ERR_reason_error_string(ERR_PACK(ERR_LIB_EVP, 0, EVP_R_INVALID_KEY)); /* its tables */
    return warm_up_keys(err);
}
