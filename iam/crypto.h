/*
 * crypto.h - hashes, keys and seals. The harbour of OpenSSL: crypto.c and crypto_key.c alone
 * include it.
 *
 * Pure but for OpenSSL's own random generator, which only key making and signing use: nonces and
 * times are arguments.
 *
 * Ownership: what holds a private key or a derived key is a remit_secret, or an opaque
 *            remit_crypto_key that wipes itself when dropped.
 * Threads:   every function may be called from any thread; a remit_crypto_key never changes.
 * Errors:    INVALID "InvalidKey" for a key that is not on P-256 or does not parse;
 *            INVALID "InvalidSeal" when sealed bytes were altered; INTERNAL "CryptoFailure" when
 *            OpenSSL itself fails. Hashing can't fail.
 * Sources:   FIPS 180-4, RFC 2104, RFC 5869, NIST SP 800-38D, FIPS 186-4, RFC 5280.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>

#include "common/base/buf.h"

#define REMIT_SHA256_BYTES     32
#define REMIT_SHA256_HEX       64
#define REMIT_SEAL_KEY_BYTES   32
#define REMIT_SEAL_NONCE_BYTES 12
#define REMIT_SEAL_TAG_BYTES   16
/* What sealing adds: a version byte, the nonce, the tag. */
#define REMIT_SEAL_OVERHEAD (1 + REMIT_SEAL_NONCE_BYTES + REMIT_SEAL_TAG_BYTES)

void remit_crypto_sha256(struct remit_str bytes, unsigned char out[REMIT_SHA256_BYTES]);
/* Lower-case hex, not NUL-terminated. */
void remit_crypto_sha256_hex(struct remit_str bytes, char out[REMIT_SHA256_HEX]);
/* HMAC-SHA-256 with a key of any length. `out` may be the key's own bytes. */
void remit_crypto_hmac(struct remit_str key, struct remit_str message,
                       unsigned char out[REMIT_SHA256_BYTES]);
void remit_crypto_hmac_hex(struct remit_str key, struct remit_str message,
                           char out[REMIT_SHA256_HEX]);
/* HKDF-SHA-256 (extract, then expand) into a new secret of `len` bytes, at most 8160. */
int remit_crypto_hkdf(struct remit_str input_key, struct remit_str salt, struct remit_str info,
                      size_t len, struct remit_secret *out, struct remit_err *err) REMIT_MUST_USE;

/*
 * AES-256-GCM. A sealed text is version 1 (one byte), nonce, ciphertext, tag; `aad` must be the
 * same to open it. A nonce must never come twice under one key: take it from getrandom(2).
 */
int remit_crypto_seal(struct remit_str key, const unsigned char nonce[REMIT_SEAL_NONCE_BYTES],
                      struct remit_str aad, struct remit_str plain, struct remit_buf *out,
                      struct remit_err *err) REMIT_MUST_USE;
int remit_crypto_open(struct remit_str key, struct remit_str aad, struct remit_str sealed,
                      struct remit_secret *out, struct remit_err *err) REMIT_MUST_USE;

/* An ECDSA key on P-256, parsed once: a pair, or the public half alone. */
struct remit_crypto_key;

int remit_crypto_key_make(struct remit_crypto_key **out, struct remit_err *err) REMIT_MUST_USE;
/* PEM: "PRIVATE KEY" (PKCS #8) or "PUBLIC KEY" (SubjectPublicKeyInfo). */
int remit_crypto_key_load(struct remit_str pem, struct remit_crypto_key **out,
                          struct remit_err *err) REMIT_MUST_USE;
void remit_crypto_key_drop(struct remit_crypto_key **key);
#define auto_crypto_key REMIT_AUTO(remit_crypto_key_drop)

int remit_crypto_key_private_pem(const struct remit_crypto_key *key, struct remit_secret *out,
                                 struct remit_err *err) REMIT_MUST_USE;
int remit_crypto_key_public_pem(const struct remit_crypto_key *key, struct remit_buf *out,
                                struct remit_err *err) REMIT_MUST_USE;
/* ECDSA over SHA-256; the signature is r and s, 32 big-endian bytes each, s in the lower half. */
#define REMIT_SIGNATURE_BYTES 64
int remit_crypto_key_sign(const struct remit_crypto_key *key, struct remit_str message,
                          unsigned char out[REMIT_SIGNATURE_BYTES],
                          struct remit_err *err) REMIT_MUST_USE;
/* False for anything but a signature of exactly this message; r, s = 0 or >= n and a high s too. */
bool remit_crypto_key_verify(const struct remit_crypto_key *key, struct remit_str message,
                             struct remit_str signature);
/* Makes s the lower one of s and n - s, so that each signature has one form only. */
void remit_crypto_signature_normalize(unsigned char signature[REMIT_SIGNATURE_BYTES]);
/* Whether r and s lie in 1 .. n-1 and s in the lower half. */
bool remit_crypto_signature_canonical(struct remit_str signature);

/* "ABCD:EFGH:…", 12 groups of 4: libtrust's key id, which docker-registry 2 looks keys up by. */
#define REMIT_FINGERPRINT_TEXT 60
int remit_crypto_key_fingerprint(const struct remit_crypto_key *key,
                                 char out[REMIT_FINGERPRINT_TEXT],
                                 struct remit_err *err) REMIT_MUST_USE;
/* A self-signed X.509 certificate for the key, in PEM, for docker-registry's rootcertbundle. */
int remit_crypto_key_certificate(const struct remit_crypto_key *key, const char *common_name,
                                 int64_t not_before_at, int64_t not_after_at, struct remit_buf *out,
                                 struct remit_err *err) REMIT_MUST_USE;

/* Does at once what OpenSSL would do at first use (tables, providers): for before a sandbox. */
int remit_crypto_warm_up(struct remit_err *err) REMIT_MUST_USE;
