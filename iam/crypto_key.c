#include "iam/crypto.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "iam/crypto_internal.h"

#define NUMBER_BYTES      32 /* of r, of s, and of the order */
#define PEM_MAX           4096
#define DER_SIGNATURE_MAX 80
#define SERIAL_BYTES      16
#define LIBTRUST_BYTES    30 /* of the hash: 48 characters of base32 */

struct remit_crypto_key {
    EVP_PKEY *pkey;
    bool pair;
};

/* P-256's order n and n / 2, big-endian: FIPS 186-4 D.1.2.3. */
static const unsigned char order[NUMBER_BYTES] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};
static const unsigned char half_order[NUMBER_BYTES] = {
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
};

static void bio_drop(BIO **bio)
{
    (void)BIO_free(*bio);
}
static void pkey_ctx_drop(EVP_PKEY_CTX **ctx)
{
    EVP_PKEY_CTX_free(*ctx);
}
static void ecdsa_sig_drop(ECDSA_SIG **signature)
{
    ECDSA_SIG_free(*signature);
}
static void x509_drop(X509 **certificate)
{
    X509_free(*certificate);
}
#define auto_bio       REMIT_AUTO(bio_drop)
#define auto_pkey_ctx  REMIT_AUTO(pkey_ctx_drop)
#define auto_ecdsa_sig REMIT_AUTO(ecdsa_sig_drop)
#define auto_x509      REMIT_AUTO(x509_drop)

/* --- making, reading and writing keys --- */

static int key_wrap(EVP_PKEY *pkey, bool pair, struct remit_crypto_key **out, struct remit_err *err)
{
    struct remit_crypto_key *key = calloc(1, sizeof(*key));

    if (key == NULL) {
        EVP_PKEY_free(pkey);
        return crypto_fail(err, "no memory for a key");
    }
    key->pkey = pkey;
    key->pair = pair;
    *out = key;
    return 0;
}

int remit_crypto_key_make(struct remit_crypto_key **out, struct remit_err *err)
{
    EVP_PKEY *pkey = EVP_EC_gen("P-256");

    if (pkey == NULL)
        return crypto_fail(err, "making a key");
    return key_wrap(pkey, true, out, err);
}

void remit_crypto_key_drop(struct remit_crypto_key **key)
{
    if (*key == NULL)
        return;
    EVP_PKEY_free((*key)->pkey); /* wipes the private number */
    free(*key);
    *key = NULL;
}

static int bad_key(struct remit_err *err, const char *why)
{
    ERR_clear_error();
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidKey", "%s", why);
}

/* An encrypted key is refused; without this OpenSSL would ask the terminal for a password. */
static int no_password(char *buf, int size, int writing, void *self)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)self;
    return -1;
}

static bool only_blanks_left(BIO *bio)
{
    char byte = 0;

    while (BIO_read(bio, &byte, 1) == 1)
        if (byte != '\n' && byte != '\r' && byte != ' ')
            return false;
    return true;
}

static bool on_p256(const EVP_PKEY *pkey)
{
    char group[32];
    size_t len = 0;

    return EVP_PKEY_is_a(pkey, "EC") == 1 &&
           EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group),
                                          &len) == 1 &&
           strcmp(group, SN_X9_62_prime256v1) == 0;
}

/* The point is on the curve and not at infinity; of a pair, the halves belong together. */
static bool sound(EVP_PKEY *pkey, bool pair)
{
    auto_pkey_ctx EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);

    return ctx != NULL && EVP_PKEY_public_check(ctx) == 1 &&
           (!pair || EVP_PKEY_pairwise_check(ctx) == 1);
}

int remit_crypto_key_load(struct remit_str pem, struct remit_crypto_key **out,
                          struct remit_err *err)
{
    auto_crypto_key struct remit_crypto_key *key = NULL;
    bool pair = remit_str_starts(pem, REMIT_STR("-----BEGIN PRIVATE KEY-----"));
    auto_bio BIO *bio = NULL;
    EVP_PKEY *pkey = NULL;

    if (!pair && !remit_str_starts(pem, REMIT_STR("-----BEGIN PUBLIC KEY-----")))
        return bad_key(err, "a key must be PEM, PRIVATE KEY or PUBLIC KEY");
    if (pem.len > PEM_MAX)
        return bad_key(err, "a key in PEM is at most 4096 bytes");
    bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    if (bio == NULL)
        return crypto_fail(err, "reading a key");
    pkey = pair ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL)
                : PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL);
    if (pkey == NULL)
        return bad_key(err, "the key's PEM does not parse");
    TRY(key_wrap(pkey, pair, &key, err));
    if (!only_blanks_left(bio))
        return bad_key(err, "something stands behind the key's PEM");
    if (!on_p256(pkey))
        return bad_key(err, "the key is not on P-256");
    if (!sound(pkey, pair))
        return bad_key(err, "the key's point is not one of P-256, or its halves do not match");
    *out = key;
    key = NULL;
    return 0;
}

int remit_crypto_key_private_pem(const struct remit_crypto_key *key, struct remit_secret *out,
                                 struct remit_err *err)
{
    auto_bio BIO *bio = BIO_new(BIO_s_secmem()); /* wiped when freed */
    char *text = NULL;
    long len = 0;

    if (!key->pair)
        return bad_key(err, "the key has no private half");
    if (bio == NULL ||
        PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1)
        return crypto_fail(err, "writing a key");
    len = BIO_get_mem_data(bio, &text);
    return remit_secret_copy(remit_str_from(text, (size_t)len), out, err);
}

int remit_crypto_key_public_pem(const struct remit_crypto_key *key, struct remit_buf *out,
                                struct remit_err *err)
{
    auto_bio BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len = 0;

    if (bio == NULL || PEM_write_bio_PUBKEY(bio, key->pkey) != 1)
        return crypto_fail(err, "writing a public key");
    len = BIO_get_mem_data(bio, &text);
    remit_buf_put(out, remit_str_from(text, (size_t)len));
    return remit_buf_check(out, "a public key", err);
}

/* --- signatures --- */

static bool is_zero(const unsigned char number[NUMBER_BYTES])
{
    static const unsigned char zero[NUMBER_BYTES];

    return memcmp(number, zero, NUMBER_BYTES) == 0;
}

bool remit_crypto_signature_canonical(struct remit_str signature)
{
    const unsigned char *r = (const unsigned char *)signature.ptr;

    if (signature.len != REMIT_SIGNATURE_BYTES)
        return false;
    return !is_zero(r) && memcmp(r, order, NUMBER_BYTES) < 0 && !is_zero(r + NUMBER_BYTES) &&
           memcmp(r + NUMBER_BYTES, half_order, NUMBER_BYTES) <= 0;
}

void remit_crypto_signature_normalize(unsigned char signature[REMIT_SIGNATURE_BYTES])
{
    unsigned char *s = signature + NUMBER_BYTES;
    int borrow = 0;

    if (memcmp(s, half_order, NUMBER_BYTES) <= 0 || memcmp(s, order, NUMBER_BYTES) >= 0)
        return;
    for (size_t i = NUMBER_BYTES; i-- > 0;) { /* s = n - s */
        int digit = order[i] - s[i] - borrow;

        borrow = digit < 0;
        s[i] = (unsigned char)(digit + (borrow ? 256 : 0));
    }
}

/* OpenSSL speaks DER: SEQUENCE { r, s }. */
static bool signature_from_der(const unsigned char *der, size_t len,
                               unsigned char out[REMIT_SIGNATURE_BYTES])
{
    auto_ecdsa_sig ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &der, (long)len);

    return parsed != NULL &&
           BN_bn2binpad(ECDSA_SIG_get0_r(parsed), out, NUMBER_BYTES) == NUMBER_BYTES &&
           BN_bn2binpad(ECDSA_SIG_get0_s(parsed), out + NUMBER_BYTES, NUMBER_BYTES) == NUMBER_BYTES;
}

/* The length, or 0. */
static size_t signature_to_der(struct remit_str signature, unsigned char out[DER_SIGNATURE_MAX])
{
    const unsigned char *r = (const unsigned char *)signature.ptr;
    auto_ecdsa_sig ECDSA_SIG *parsed = ECDSA_SIG_new();
    BIGNUM *numbers[2] = { BN_bin2bn(r, NUMBER_BYTES, NULL),
                           BN_bin2bn(r + NUMBER_BYTES, NUMBER_BYTES, NULL) };
    int len = 0;

    if (parsed == NULL || ECDSA_SIG_set0(parsed, numbers[0], numbers[1]) != 1) {
        BN_free(numbers[0]);
        BN_free(numbers[1]);
        return 0;
    }
    len = i2d_ECDSA_SIG(parsed, NULL);
    if (len <= 0 || len > DER_SIGNATURE_MAX)
        return 0;
    return (size_t)i2d_ECDSA_SIG(parsed, &out);
}

int remit_crypto_key_sign(const struct remit_crypto_key *key, struct remit_str message,
                          unsigned char out[REMIT_SIGNATURE_BYTES], struct remit_err *err)
{
    auto_pkey_ctx EVP_PKEY_CTX *ctx = NULL;
    unsigned char hash[REMIT_SHA256_BYTES];
    unsigned char der[DER_SIGNATURE_MAX];
    size_t len = sizeof(der);

    if (!key->pair)
        return bad_key(err, "the key has no private half");
    remit_crypto_sha256(message, hash);
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
    if (ctx == NULL || EVP_PKEY_sign_init(ctx) != 1 ||
        EVP_PKEY_sign(ctx, der, &len, hash, sizeof(hash)) != 1 ||
        !signature_from_der(der, len, out))
        return crypto_fail(err, "signing");
    remit_crypto_signature_normalize(out);
    return 0;
}

bool remit_crypto_key_verify(const struct remit_crypto_key *key, struct remit_str message,
                             struct remit_str signature)
{
    auto_pkey_ctx EVP_PKEY_CTX *ctx = NULL;
    unsigned char hash[REMIT_SHA256_BYTES];
    unsigned char der[DER_SIGNATURE_MAX];
    size_t len = 0;
    bool good = false;

    if (!remit_crypto_signature_canonical(signature))
        return false;
    remit_crypto_sha256(message, hash);
    len = signature_to_der(signature, der);
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
    good = len > 0 && ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
           EVP_PKEY_verify(ctx, der, len, hash, sizeof(hash)) == 1;
    ERR_clear_error(); /* a bad signature leaves reasons behind */
    return good;
}

/* --- names and certificates for docker-registry --- */

/* [rfc4648 6] a colon after each four: len * 8 must be a multiple of 5. */
static void base32_groups(const unsigned char *bytes, size_t len, char *out)
{
    unsigned bits = 0;
    unsigned n_bits = 0;
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        bits = (bits << 8 | bytes[i]) & 0xffff;
        n_bits += 8;
        while (n_bits >= 5) {
            if (n > 0 && n % 4 == 0)
                *out++ = ':';
            n_bits -= 5;
            *out++ = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[bits >> n_bits & 31];
            n++;
        }
    }
    *out = '\0';
}

int remit_crypto_key_fingerprint(const struct remit_crypto_key *key,
                                 char out[REMIT_FINGERPRINT_TEXT], struct remit_err *err)
{
    unsigned char hash[REMIT_SHA256_BYTES];
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(key->pkey, &der);

    if (len <= 0)
        return crypto_fail(err, "encoding a public key");
    remit_crypto_sha256(remit_str_from((const char *)der, (size_t)len), hash);
    OPENSSL_free(der);
    base32_groups(hash, LIBTRUST_BYTES, out);
    return 0;
}

static bool certificate_serial(X509 *certificate)
{
    unsigned char serial[SERIAL_BYTES];
    BIGNUM *number = NULL;
    bool done = false;

    if (RAND_bytes(serial, sizeof(serial)) != 1)
        return false;
    serial[0] = (serial[0] & 0x3f) | 0x40; /* [rfc5280 4.1.2.2] positive, and never short */
    number = BN_bin2bn(serial, sizeof(serial), NULL);
    done = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return done;
}

static bool certificate_name(X509 *certificate, const char *common_name)
{
    X509_NAME *name = X509_get_subject_name(certificate);

    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name,
                                      -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1;
}

static bool certificate_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    bool done = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;

    X509_EXTENSION_free(extension);
    return done;
}

int remit_crypto_key_certificate(const struct remit_crypto_key *key, const char *common_name,
                                 int64_t not_before_at, int64_t not_after_at, struct remit_buf *out,
                                 struct remit_err *err)
{
    auto_x509 X509 *certificate = X509_new();
    auto_bio BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len = 0;

    if (!key->pair)
        return bad_key(err, "the key has no private half");
    if (certificate == NULL || bio == NULL || X509_set_version(certificate, X509_VERSION_3) != 1 ||
        !certificate_serial(certificate) || !certificate_name(certificate, common_name) ||
        ASN1_TIME_set(X509_getm_notBefore(certificate), not_before_at) == NULL ||
        ASN1_TIME_set(X509_getm_notAfter(certificate), not_after_at) == NULL ||
        X509_set_pubkey(certificate, key->pkey) != 1 ||
        !certificate_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") ||
        !certificate_extension(certificate, NID_key_usage, "critical,digitalSignature") ||
        X509_sign(certificate, key->pkey, EVP_sha256()) == 0 ||
        PEM_write_bio_X509(bio, certificate) != 1)
        return crypto_fail(err, "making a certificate");
    len = BIO_get_mem_data(bio, &text);
    remit_buf_put(out, remit_str_from(text, (size_t)len));
    return remit_buf_check(out, "a certificate", err);
}
