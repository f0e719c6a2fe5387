/* Published vectors: FIPS 180-4, RFC 4231, RFC 5869, and the GCM specification's test cases. */
#include "iam/crypto.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "common/base/encode.h"
#include "tests/lib/rows.h"

TestSuite(crypto, .timeout = 20);

/* Hex to bytes; what a vector names "empty" is "". */
static struct remit_str unhex(const char *hex, struct remit_buf *into)
{
    struct remit_err err = { 0 };

    remit_buf_clear(into);
    cr_assert(remit_hex_decode(remit_str_of(hex), into, &err) == 0, "%s", err.text);
    return remit_buf_view(into);
}

static void expect_hex(struct remit_str bytes, const char *hex, const char *name)
{
    auto_buf struct remit_buf text = REMIT_BUF(8192);

    remit_hex_put(&text, bytes);
    cr_expect(eq(str, (char *)(uintptr_t)remit_buf_cstr(&text), (char *)(uintptr_t)hex), "%s",
              name);
}

static const struct {
    const char *text;
    const char *hash;
} hash_rows[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};
ROWS(crypto, sha256_of_the_standards_messages, hash_rows)
{
    char hex[REMIT_SHA256_HEX + 1] = { 0 };

    remit_crypto_sha256_hex(remit_str_of(hash_rows[*row_index].text), hex);
    cr_expect(eq(str, hex, (char *)(uintptr_t)hash_rows[*row_index].hash));
}

Test(crypto, sha256_takes_a_null_pointer_of_no_length)
{
    unsigned char hash[REMIT_SHA256_BYTES];

    remit_crypto_sha256(remit_str_from(NULL, 0), hash);
    expect_hex(remit_str_from((const char *)hash, sizeof(hash)), hash_rows[0].hash, "empty");
}

#define AA_131                                                                                     \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaa"                                                                                         \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaa"                                                                                         \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
    const char *name;
    const char *key;
    const char *message;
    const char *mac;
} hmac_rows[] = {
    { "RFC 4231 4.2", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { "RFC 4231 4.3, a key shorter than the hash", "4a656665",
      "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { "RFC 4231 4.4", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
      "dd"
      "dddddd",
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
    { "RFC 4231 4.5", "0102030405060708090a0b0c0d0e0f10111213141516171819",
      "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
      "cd"
      "cdcdcd",
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
    { "RFC 4231 4.7, a key longer than a block", AA_131,
      "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b"
      "65"
      "79204669727374",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    { "RFC 4231 4.8, key and message longer than a block", AA_131,
      "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a6520"
      "6b"
      "657920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b657920"
      "6e"
      "6565647320746f20626520686173686564206265666f7265206265696e6720757365642062792074686520484d41"
      "43"
      "20616c676f726974686d2e",
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
};
ROWS(crypto, hmac_of_the_rfcs_cases, hmac_rows)
{
    auto_buf struct remit_buf key = REMIT_BUF(256);
    auto_buf struct remit_buf message = REMIT_BUF(256);
    unsigned char mac[REMIT_SHA256_BYTES];

    remit_crypto_hmac(unhex(hmac_rows[*row_index].key, &key),
                      unhex(hmac_rows[*row_index].message, &message), mac);
    expect_hex(remit_str_from((const char *)mac, sizeof(mac)), hmac_rows[*row_index].mac,
               hmac_rows[*row_index].name);
}

Test(crypto, hmac_may_overwrite_its_own_key)
{
    unsigned char key[REMIT_SHA256_BYTES] = { 1, 2, 3 };
    unsigned char apart[REMIT_SHA256_BYTES];
    struct remit_str view = remit_str_from((const char *)key, sizeof(key));

    remit_crypto_hmac(view, REMIT_STR("message"), apart);
    remit_crypto_hmac(view, REMIT_STR("message"), key);
    cr_expect(memcmp(key, apart, sizeof(key)) == 0);
}

Test(crypto, hmac_takes_an_empty_key)
{
    unsigned char mac[REMIT_SHA256_BYTES];

    remit_crypto_hmac(REMIT_STR(""), REMIT_STR(""), mac); /* the value that Python's hmac gives */
    expect_hex(remit_str_from((const char *)mac, sizeof(mac)),
               "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", "empty");
}

static const struct {
    const char *name;
    const char *key;
    const char *salt;
    const char *info;
    size_t len;
    const char *okm;
} hkdf_rows[] = {
    { "RFC 5869 A.1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
      "f0f1f2f3f4f5f6f7f8f9", 42,
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
    { "RFC 5869 A.2",
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d"
      "2e"
      "2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
      "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d"
      "8e"
      "8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
      "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdd"
      "de"
      "dfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
      82,
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e59"
      "0e"
      "09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87" },
    { "RFC 5869 A.3, without salt and info", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
      42, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" },
};
ROWS(crypto, hkdf_of_the_rfcs_cases, hkdf_rows)
{
    auto_buf struct remit_buf key = REMIT_BUF(256);
    auto_buf struct remit_buf salt = REMIT_BUF(256);
    auto_buf struct remit_buf info = REMIT_BUF(256);
    auto_secret struct remit_secret out = { NULL, 0 };
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_hkdf(unhex(hkdf_rows[*row_index].key, &key),
                                unhex(hkdf_rows[*row_index].salt, &salt),
                                unhex(hkdf_rows[*row_index].info, &info), hkdf_rows[*row_index].len,
                                &out, &err) == 0,
              "%s", err.text);
    expect_hex(remit_secret_view(&out), hkdf_rows[*row_index].okm, hkdf_rows[*row_index].name);
}

Test(crypto, hkdf_refuses_more_than_its_255_blocks)
{
    auto_secret struct remit_secret out = { NULL, 0 };
    struct remit_err err = { 0 };
    struct remit_str none = REMIT_STR("");

    cr_expect(remit_crypto_hkdf(REMIT_STR("k"), none, none, 8160, &out, &err) == 0, "%s", err.text);
    remit_secret_drop(&out);
    cr_expect(remit_crypto_hkdf(REMIT_STR("k"), none, none, 8161, &out, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_LIMIT && remit_err_is(&err, "LimitExceeded"));
}

/* --- seals --- */

#define KEY_16 "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define PLAIN_16                                                                                   \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6" \
    "b5"                                                                                           \
    "25b16aedf5aa0de657ba637b39"

static const struct {
    const char *name;
    const char *key;
    const char *nonce;
    const char *aad;
    const char *plain;
    const char *sealed; /* ciphertext and tag */
} gcm_rows[] = {
    { "case 13, nothing in it", "0000000000000000000000000000000000000000000000000000000000000000",
      "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
    { "case 14, one block", "0000000000000000000000000000000000000000000000000000000000000000",
      "000000000000000000000000", "", "00000000000000000000000000000000",
      "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919" },
    { "case 16, with data that is only authenticated", KEY_16, "cafebabefacedbaddecaf888",
      "feedfacedeadbeeffeedfacedeadbeefabaddad2", PLAIN_16,
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682"
      "8838"
      "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b" },
};
ROWS(crypto, gcm_of_the_specifications_cases, gcm_rows)
{
    auto_buf struct remit_buf key = REMIT_BUF(64);
    auto_buf struct remit_buf nonce = REMIT_BUF(64);
    auto_buf struct remit_buf aad = REMIT_BUF(64);
    auto_buf struct remit_buf plain = REMIT_BUF(256);
    auto_buf struct remit_buf sealed = REMIT_BUF(512);
    auto_secret struct remit_secret opened = { NULL, 0 };
    struct remit_err err = { 0 };

    unhex(gcm_rows[*row_index].key, &key);
    unhex(gcm_rows[*row_index].aad, &aad);
    unhex(gcm_rows[*row_index].plain, &plain);
    unhex(gcm_rows[*row_index].nonce, &nonce);
    cr_assert(remit_crypto_seal(remit_buf_view(&key), (const unsigned char *)nonce.ptr,
                                remit_buf_view(&aad), remit_buf_view(&plain), &sealed, &err) == 0);
    cr_expect(sealed.ptr[0] == 1, "the version comes first");
    cr_expect(memcmp(sealed.ptr + 1, nonce.ptr, REMIT_SEAL_NONCE_BYTES) == 0, "then the nonce");
    expect_hex(remit_str_sub(remit_buf_view(&sealed), 13, sealed.len), gcm_rows[*row_index].sealed,
               gcm_rows[*row_index].name);
    cr_assert(remit_crypto_open(remit_buf_view(&key), remit_buf_view(&aad), remit_buf_view(&sealed),
                                &opened, &err) == 0);
    cr_expect(remit_secret_equal(&opened, remit_buf_view(&plain)));
}

static const char seal_key[] = "0123456789abcdef0123456789abcdef";
static const unsigned char seal_nonce[] = "nonce nonce!";

static void seal(struct remit_str aad, struct remit_str plain, struct remit_buf *out)
{
    struct remit_err err = { 0 };

    cr_assert(remit_crypto_seal(remit_str_from(seal_key, 32), seal_nonce, aad, plain, out, &err) ==
                  0,
              "%s", err.text);
}

/* "" when it opens. */
static const char *refusal(struct remit_str aad, struct remit_str sealed)
{
    auto_secret struct remit_secret opened = { NULL, 0 };
    struct remit_err err = { 0 };

    if (remit_crypto_open(remit_str_from(seal_key, 32), aad, sealed, &opened, &err) == 0)
        return "";
    cr_expect(err.kind == REMIT_ERR_INVALID);
    cr_expect(opened.ptr == NULL, "nothing of an altered text comes out");
    return err.code;
}

Test(crypto, no_bit_of_a_seal_can_change)
{
    auto_buf struct remit_buf sealed = REMIT_BUF(256);

    seal(REMIT_STR("AKIA1"), REMIT_STR("forty characters of a secret access key!"), &sealed);
    for (size_t bit = 0; bit < sealed.len * 8; bit++) {
        sealed.ptr[bit / 8] = (char)(sealed.ptr[bit / 8] ^ (1 << bit % 8));
        cr_expect_str_eq(refusal(REMIT_STR("AKIA1"), remit_buf_view(&sealed)), "InvalidSeal",
                         "bit %zu", bit);
        sealed.ptr[bit / 8] = (char)(sealed.ptr[bit / 8] ^ (1 << bit % 8));
    }
    cr_expect_str_eq(refusal(REMIT_STR("AKIA1"), remit_buf_view(&sealed)), "");
}

Test(crypto, a_seal_opens_only_for_what_it_was_made)
{
    auto_buf struct remit_buf sealed = REMIT_BUF(256);

    seal(REMIT_STR("AKIA1"), REMIT_STR("secret"), &sealed);
    cr_expect_str_eq(refusal(REMIT_STR("AKIA2"), remit_buf_view(&sealed)), "InvalidSeal");
    cr_expect_str_eq(refusal(REMIT_STR(""), remit_buf_view(&sealed)), "InvalidSeal");
}

Test(crypto, a_seal_cut_anywhere_is_refused)
{
    auto_buf struct remit_buf sealed = REMIT_BUF(256);

    seal(REMIT_STR("a"), REMIT_STR("secret"), &sealed);
    for (size_t len = 0; len < sealed.len; len++)
        cr_expect_str_eq(refusal(REMIT_STR("a"), remit_str_sub(remit_buf_view(&sealed), 0, len)),
                         "InvalidSeal");
}

Test(crypto, a_long_text_is_sealed_in_pieces_and_comes_back_whole)
{
    auto_buf struct remit_buf plain = REMIT_BUF(REMIT_SECRET_MAX);
    auto_buf struct remit_buf sealed = REMIT_BUF(REMIT_SECRET_MAX + REMIT_SEAL_OVERHEAD);
    auto_secret struct remit_secret opened = { NULL, 0 };
    struct remit_err err = { 0 };

    for (size_t i = 0; i < REMIT_SECRET_MAX; i++)
        remit_buf_put_byte(&plain, (char)(i * 7));
    seal(REMIT_STR(""), remit_buf_view(&plain), &sealed);
    cr_expect(eq(sz, sealed.len, plain.len + REMIT_SEAL_OVERHEAD));
    cr_assert(remit_crypto_open(remit_str_from(seal_key, 32), REMIT_STR(""),
                                remit_buf_view(&sealed), &opened, &err) == 0,
              "%s", err.text);
    cr_expect(remit_secret_equal(&opened, remit_buf_view(&plain)));
}

Test(crypto, a_buffer_too_small_for_a_seal_is_a_limit)
{
    auto_buf struct remit_buf out = REMIT_BUF(REMIT_SEAL_OVERHEAD);
    struct remit_err err = { 0 };

    cr_expect(remit_crypto_seal(remit_str_from(seal_key, 32), seal_nonce, REMIT_STR(""),
                                REMIT_STR("x"), &out, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_LIMIT);
}

Test(crypto, warming_up_works_twice)
{
    struct remit_err err = { 0 };

    cr_expect(remit_crypto_warm_up(&err) == 0, "%s", err.text);
    cr_expect(remit_crypto_warm_up(&err) == 0, "%s", err.text);
}
