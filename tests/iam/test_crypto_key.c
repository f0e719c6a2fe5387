/*
 * ECDSA on P-256: the signatures of RFC 6979 A.2.5, every way in which a signature may be malformed
 * (attacks.md C4), and keys that are none.
 */
#include "iam/crypto.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "common/base/encode.h"
#include "tests/lib/rows.h"

TestSuite(crypto_key, .timeout = 20);

/* The key pair of RFC 6979 A.2.5. */
static const char rfc_private[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n"
    "Z7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n"
    "+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n"
    "-----END PRIVATE KEY-----\n";
static const char rfc_public[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n"
    "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
    "-----END PUBLIC KEY-----\n";

/* Its signatures by SHA-256; the first has its s in the upper half. */
#define SAMPLE_R         "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define SAMPLE_S         "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
#define SAMPLE_LOW_S     "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9"
#define TEST_R           "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
#define TEST_S           "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"
#define ORDER            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define ORDER_LESS_1     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"
#define HALF_ORDER       "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"
#define HALF_ORDER_AND_1 "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9"
#define ZERO             "0000000000000000000000000000000000000000000000000000000000000000"
#define ONE              "0000000000000000000000000000000000000000000000000000000000000001"
#define ALL              "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static const struct {
    const char *name;
    const char *pem;
} no_keys[] = {
    { "off the curve", "-----BEGIN PUBLIC KEY-----\n"
                       "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n"
                       "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimA==\n"
                       "-----END PUBLIC KEY-----\n" },
    { "the point at infinity", "-----BEGIN PUBLIC KEY-----\n"
                               "MBkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDAgAA\n"
                               "-----END PUBLIC KEY-----\n" },
    { "halves of two keys", "-----BEGIN PRIVATE KEY-----\n"
                            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n"
                            "Z7HWk05Qw9s26JsSe4piKxIPZyKhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n"
                            "+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n"
                            "-----END PRIVATE KEY-----\n" },
    { "P-384", "-----BEGIN PUBLIC KEY-----\n"
               "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEbKCXs9SC6VJf33h5Zvos8qnXHq7vxx57\n"
               "1AYOvxgw/XtI32mQ+DwbiuB3x2/qwLLoxBgIQT6mqnVMe2KRj9PXsXImd/LGWXQ+\n"
               "jbIeEmLuaSJhea8maI4pBv9p/3bWRKKA\n"
               "-----END PUBLIC KEY-----\n" },
    { "secp256k1", "-----BEGIN PUBLIC KEY-----\n"
                   "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAE8/uksKcud5keLhvYc3BtuF44qg6cdC+g\n"
                   "n8a9La8d72/DZh/kRZlcDGNuL2n6+F3qLJHpcXhvtANZTJoo4jbjhw==\n"
                   "-----END PUBLIC KEY-----\n" },
    { "Ed25519", "-----BEGIN PUBLIC KEY-----\n"
                 "MCowBQYDK2VwAyEAmTONB8Yejo3EpO/4cfaWG8BVyWPu/efMpx6QZjtHqS0=\n"
                 "-----END PUBLIC KEY-----\n" },
    { "RSA", "-----BEGIN PUBLIC KEY-----\n"
             "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDgF2GHIAU42/Yk6ZOWGQYtGtBn\n"
             "UQtzCPup2UPAXhEvvZfdx9yEull3ao7R4o451ZKLut6wzZ4m8t2ijYko0a9rc9Ql\n"
             "l4+P5RzLN+eeAwhY4XWb0/iF+G9feNwKRQ6EI+8RNHEIxiqstXIvHrL7wHlXpZWo\n"
             "dPVTMGrnhGyG2Rk2xwIDAQAB\n"
             "-----END PUBLIC KEY-----\n" },
    { "an encrypted key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                          "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiX4jSs/2/LmwICCAAw\n"
                          "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEARplY7aVvxdWRRSdeHEjFsEgZA2\n"
                          "jjlvsGwqenR94A0URGBvUft05ULgDJWeFQDX5SDaLg9TvgU9QlAg+LPzLSxT+I5Z\n"
                          "uR329hhF0ADAJkYEbPdH4Xa+1sUZuDwfSRBHmA9q7EW8F6EzwJmsC2taoy7tNj6E\n"
                          "TFnR+qEU5I0mDi66cSwcVS47hLn+M4GWbkpHDLtq3qLjdEvfixAgENh1NoPmuiU=\n"
                          "-----END ENCRYPTED PRIVATE KEY-----\n" },
    { "SEC 1, not PKCS #8", "-----BEGIN EC PRIVATE KEY-----\n"
                            "MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
                            "AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n"
                            "maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
                            "-----END EC PRIVATE KEY-----\n" },
    { "no PEM", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE" },
    { "nothing", "" },
    { "PEM of nothing", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n" },
    { "PEM without an end", "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n" },
};

ROWS(crypto_key, what_is_no_p256_key_is_refused, no_keys)
{
    auto_crypto_key struct remit_crypto_key *key = NULL;
    struct remit_err err = { 0 };

    cr_expect(remit_crypto_key_load(remit_str_of(no_keys[*row_index].pem), &key, &err) == -1, "%s",
              no_keys[*row_index].name);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "InvalidKey"), "%s: %s",
              no_keys[*row_index].name, err.text);
    cr_expect(key == NULL);
}

static struct remit_crypto_key *load(const char *pem)
{
    struct remit_crypto_key *key = NULL;
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_key_load(remit_str_of(pem), &key, &err) == 0, "%s", err.text);
    return key;
}

static void signature_of(const char *r, const char *s, unsigned char out[REMIT_SIGNATURE_BYTES])
{
    auto_buf struct remit_buf bytes = REMIT_BUF(REMIT_SIGNATURE_BYTES);
    struct remit_err err = { 0 };

    cr_assert(remit_hex_decode(remit_str_of(r), &bytes, &err) == 0);
    cr_assert(remit_hex_decode(remit_str_of(s), &bytes, &err) == 0);
    memcpy(out, bytes.ptr, REMIT_SIGNATURE_BYTES);
}

static struct remit_str view(const unsigned char signature[REMIT_SIGNATURE_BYTES])
{
    return remit_str_from((const char *)signature, REMIT_SIGNATURE_BYTES);
}

static const struct {
    const char *name;
    const char *message;
    const char *r;
    const char *s;
    bool good;
} signatures[] = {
    { "RFC 6979, \"test\"", "test", TEST_R, TEST_S, true },
    { "RFC 6979, \"sample\", its s made the lower one", "sample", SAMPLE_R, SAMPLE_LOW_S, true },
    { "the same with the s of the RFC: malleable", "sample", SAMPLE_R, SAMPLE_S, false },
    { "of another message", "tesT", TEST_R, TEST_S, false },
    { "r and s swapped", "test", TEST_S, TEST_R, false },
    { "r is 0", "test", ZERO, TEST_S, false },
    { "s is 0", "test", TEST_R, ZERO, false },
    { "both are 0", "test", ZERO, ZERO, false },
    { "both are 1", "test", ONE, ONE, false },
    { "r is n", "test", ORDER, TEST_S, false },
    { "r is n - 1", "test", ORDER_LESS_1, TEST_S, false },
    { "r is over n", "test", ALL, TEST_S, false },
    { "s is n", "test", TEST_R, ORDER, false },
    { "s is n - 1", "test", TEST_R, ORDER_LESS_1, false },
    { "s is over n", "test", TEST_R, ALL, false },
};
ROWS(crypto_key, a_signature_has_one_form, signatures)
{
    auto_crypto_key struct remit_crypto_key *key = load(rfc_public);
    unsigned char signature[REMIT_SIGNATURE_BYTES];

    signature_of(signatures[*row_index].r, signatures[*row_index].s, signature);
    cr_expect(eq(int,
                 remit_crypto_key_verify(key, remit_str_of(signatures[*row_index].message),
                                         view(signature)),
                 signatures[*row_index].good),
              "%s", signatures[*row_index].name);
}

static const struct {
    const char *name;
    const char *r;
    const char *s;
    bool canonical;
} ranges[] = {
    { "the smallest", ONE, ONE, true },
    { "the largest", ORDER_LESS_1, HALF_ORDER, true },
    { "r is 0", ZERO, ONE, false },
    { "s is 0", ONE, ZERO, false },
    { "r is n", ORDER, ONE, false },
    { "s is over n / 2", ONE, HALF_ORDER_AND_1, false },
    { "s is n - 1", ONE, ORDER_LESS_1, false },
};
ROWS(crypto_key, a_canonical_signature_is_in_range, ranges)
{
    unsigned char signature[REMIT_SIGNATURE_BYTES];

    signature_of(ranges[*row_index].r, ranges[*row_index].s, signature);
    cr_expect(
        eq(int, remit_crypto_signature_canonical(view(signature)), ranges[*row_index].canonical),
        "%s", ranges[*row_index].name);
}

Test(crypto_key, a_signature_of_another_length_is_none)
{
    auto_crypto_key struct remit_crypto_key *key = load(rfc_public);
    unsigned char longer[REMIT_SIGNATURE_BYTES + 1] = { 0 };

    signature_of(TEST_R, TEST_S, longer);
    cr_expect(remit_crypto_key_verify(key, REMIT_STR("test"), view(longer)));
    for (size_t len = 0; len <= sizeof(longer); len++)
        cr_expect(eq(int,
                     remit_crypto_key_verify(key, REMIT_STR("test"),
                                             remit_str_from((const char *)longer, len)),
                     len == REMIT_SIGNATURE_BYTES));
}

Test(crypto_key, der_is_no_signature_here)
{
    static const char der[] = "\x30\x45\x02\x21\x00\xf1\xab\xb0\x23"; /* as OpenSSL writes them */
    auto_crypto_key struct remit_crypto_key *key = load(rfc_public);

    cr_expect(remit_crypto_key_verify(key, REMIT_STR("test"), remit_str_from(der, 9)) == false);
}

Test(crypto_key, normalizing_takes_the_lower_s_and_leaves_it_there)
{
    unsigned char signature[REMIT_SIGNATURE_BYTES];
    unsigned char low[REMIT_SIGNATURE_BYTES];

    signature_of(SAMPLE_R, SAMPLE_S, signature);
    signature_of(SAMPLE_R, SAMPLE_LOW_S, low);
    remit_crypto_signature_normalize(signature);
    cr_expect(memcmp(signature, low, sizeof(low)) == 0);
    remit_crypto_signature_normalize(signature);
    cr_expect(memcmp(signature, low, sizeof(low)) == 0);
}

Test(crypto_key, normalizing_makes_nothing_out_of_a_number_out_of_range)
{
    unsigned char signature[REMIT_SIGNATURE_BYTES];

    signature_of(ONE, ORDER, signature);
    remit_crypto_signature_normalize(signature);
    cr_expect(remit_crypto_signature_canonical(view(signature)) == false);
    signature_of(ONE, HALF_ORDER_AND_1, signature);
    remit_crypto_signature_normalize(signature);
    cr_expect(remit_crypto_signature_canonical(view(signature)));
}

Test(crypto_key, no_bit_of_a_signature_or_its_message_can_change)
{
    auto_crypto_key struct remit_crypto_key *key = load(rfc_private);
    char message[] = "header.claims";
    struct remit_str text = REMIT_STR("header.claims");
    unsigned char signature[REMIT_SIGNATURE_BYTES];
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_key_sign(key, text, signature, &err) == 0, "%s", err.text);
    cr_assert(remit_crypto_key_verify(key, text, view(signature)));
    for (size_t bit = 0; bit < sizeof(signature) * 8; bit++) {
        signature[bit / 8] = (unsigned char)(signature[bit / 8] ^ (1 << bit % 8));
        cr_expect(remit_crypto_key_verify(key, text, view(signature)) == false, "bit %zu", bit);
        signature[bit / 8] = (unsigned char)(signature[bit / 8] ^ (1 << bit % 8));
    }
    for (size_t bit = 0; bit < text.len * 8; bit++) {
        message[bit / 8] = (char)(message[bit / 8] ^ (1 << bit % 8));
        cr_expect(remit_crypto_key_verify(key, remit_str_from(message, text.len),
                                          view(signature)) == false);
        message[bit / 8] = (char)(message[bit / 8] ^ (1 << bit % 8));
    }
}

Test(crypto_key, every_signature_made_is_canonical)
{
    auto_crypto_key struct remit_crypto_key *key = load(rfc_private);
    unsigned char signature[REMIT_SIGNATURE_BYTES];
    struct remit_err err = { 0 };

    for (char i = 0; i < 64; i++) {
        cr_assert(remit_crypto_key_sign(key, remit_str_from(&i, 1), signature, &err) == 0);
        cr_expect(remit_crypto_signature_canonical(view(signature)));
        cr_expect(remit_crypto_key_verify(key, remit_str_from(&i, 1), view(signature)));
    }
}

Test(crypto_key, a_pair_comes_back_from_its_pem)
{
    auto_crypto_key struct remit_crypto_key *made = NULL;
    auto_crypto_key struct remit_crypto_key *loaded = NULL;
    auto_secret struct remit_secret pem = { NULL, 0 };
    auto_buf struct remit_buf first = REMIT_BUF(512);
    auto_buf struct remit_buf second = REMIT_BUF(512);
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_key_make(&made, &err) == 0);
    cr_assert(remit_crypto_key_private_pem(made, &pem, &err) == 0);
    cr_assert(remit_crypto_key_load(remit_secret_view(&pem), &loaded, &err) == 0, "%s", err.text);
    cr_assert(remit_crypto_key_public_pem(made, &first, &err) == 0);
    cr_assert(remit_crypto_key_public_pem(loaded, &second, &err) == 0);
    cr_expect(remit_str_equal(remit_buf_view(&first), remit_buf_view(&second)));
}

Test(crypto_key, the_public_half_is_the_rfcs)
{
    auto_crypto_key struct remit_crypto_key *key = load(rfc_private);
    auto_buf struct remit_buf pem = REMIT_BUF(512);
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_key_public_pem(key, &pem, &err) == 0);
    cr_expect(remit_str_equal(remit_buf_view(&pem), remit_str_of(rfc_public)));
}

Test(crypto_key, a_public_half_signs_nothing)
{
    auto_crypto_key struct remit_crypto_key *key = load(rfc_public);
    auto_secret struct remit_secret pem = { NULL, 0 };
    auto_buf struct remit_buf out = REMIT_BUF(4096);
    unsigned char signature[REMIT_SIGNATURE_BYTES];
    struct remit_err err = { 0 };

    cr_expect(remit_crypto_key_sign(key, REMIT_STR("m"), signature, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "InvalidKey"));
    cr_expect(remit_crypto_key_private_pem(key, &pem, &err) == -1);
    cr_expect(remit_err_is(&err, "InvalidKey"));
    cr_expect(remit_crypto_key_certificate(key, "remit", 0, 1, &out, &err) == -1);
    cr_expect(remit_err_is(&err, "InvalidKey"));
}

Test(crypto_key, a_key_with_something_behind_it_is_refused)
{
    auto_buf struct remit_buf pem = REMIT_BUF(1024);
    auto_crypto_key struct remit_crypto_key *key = NULL;
    struct remit_err err = { 0 };

    remit_buf_put_cstr(&pem, rfc_public);
    remit_buf_put_cstr(&pem, "\n \n");
    cr_expect(remit_crypto_key_load(remit_buf_view(&pem), &key, &err) == 0, "%s", err.text);
    remit_crypto_key_drop(&key);
    remit_buf_put_cstr(&pem, rfc_public);
    cr_expect(remit_crypto_key_load(remit_buf_view(&pem), &key, &err) == -1);
    cr_expect(remit_err_is(&err, "InvalidKey"));
}

Test(crypto_key, the_fingerprint_is_libtrusts)
{
    auto_crypto_key struct remit_crypto_key *key = load(rfc_public);
    char text[REMIT_FINGERPRINT_TEXT];
    struct remit_err err = { 0 };

    /* Computed apart: base32 of the first 240 bits of the SPKI's SHA-256, in groups of four. */
    cr_assert(remit_crypto_key_fingerprint(key, text, &err) == 0);
    cr_expect_str_eq(text, "LJ5H:RTFE:UD2C:BWN4:MK5W:NHB4:E5M6:HH3S:HU5O:CDOL:4DYI:CWQH");
}

Test(crypto_key, a_certificate_is_the_keys_own)
{
    auto_crypto_key struct remit_crypto_key *key = load(rfc_private);
    auto_buf struct remit_buf pem = REMIT_BUF(4096);
    struct remit_err err = { 0 };
    X509 *certificate = NULL;
    BIO *bio = NULL;
    time_t at = 1800000000;
    char name[64];

    cr_assert(remit_crypto_key_certificate(key, "remit", at - 60, at + 60, &pem, &err) == 0, "%s",
              err.text);
    bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    cr_assert(certificate != NULL);
    cr_expect(X509_verify(certificate, X509_get0_pubkey(certificate)) == 1);
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof(name));
    cr_expect_str_eq(name, "remit");
    cr_expect(ASN1_TIME_cmp_time_t(X509_get0_notBefore(certificate), at - 60) == 0);
    cr_expect(ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificate), at + 60) == 0);
    X509_free(certificate);
    BIO_free(bio);
}
