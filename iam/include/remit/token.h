/*
 * token.h - session tokens: JSON Web Tokens, signed ES256 by the keeper, read by any verifier.
 *
 * The header of every token is {"alg":"ES256","kid":"…","typ":"JWT"}, these members and no other.
 * It is read strictly, and its kid found among the caller's keys, before the JWT library sees the
 * token: no header can choose an algorithm or bring a key along (attacks.md C1). Signatures have
 * one form only: exactly 64 bytes, r and s in range, s in the lower half (C4). Times are integers
 * (C2).
 *
 * Ownership: claims are borrowed from the arena given to verify.
 * Threads:   a remit_token_keys never changes once made; a remit_token_cache has its own lock.
 * Errors:    of verify: UNAUTHENTICATED "InvalidClientTokenId", or "ExpiredToken" for a token
 *            that is good but for its expiry. Text: AWS's sentence, then the reason.
 *            of encode: LIMIT "PackedPolicyTooLarge" over REMIT_TOKEN_MAX; INVALID "InvalidClaim",
 *            "InvalidKey".
 * Sources:   RFC 7515, RFC 7519, RFC 8725.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/attr.h>
#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>

#ifdef __cplusplus
extern "C" {
#endif

struct remit_arena;
struct remit_buf;

#define REMIT_TOKEN_MAX        4096   /* bytes: a credentials document stays under 10,000 */
#define REMIT_TOKEN_JSON_MAX   16384  /* bytes, of remit_token_encode_json() */
#define REMIT_TOKEN_LIFE_MAX_S 129600 /* 36 h, the longest session STS knows */
#define REMIT_TOKEN_KEYS_MAX   16
#define REMIT_TOKEN_KID_MAX    64
#define REMIT_TOKEN_AHEAD_S    300 /* how far a minter's clock may be ahead of ours */

/* Strings are UTF-8; an empty string is an absent claim. `*`: must be there. */
struct remit_token_claims {
    struct remit_str issuer;             /* iss  * */
    struct remit_str subject;            /* sub  * the session's ARN */
    struct remit_str access_key_id;      /* akid * ASIA… */
    int64_t issued_at;                   /* iat  * */
    int64_t expires_at;                  /* exp  * */
    struct remit_str role;               /* role   the role's (or user's) ARN */
    struct remit_str source;             /* src    task ARN, or the caller's ARN */
    struct remit_str purpose;            /* pur  * "task", "execution", "instance", … */
    struct remit_str policy;             /* pol    session policy: JSON text */
    struct remit_str container_instance; /* ci     container instance ARN */
    struct remit_str caller_proof;       /* prf    "link" or "token": remit:CallerProof */
    struct remit_str extra;              /* ext    JSON object text, the minter's own business */
};

/* Public keys by key id. */
struct remit_token_key {
    struct remit_str kid;        /* of A-Z a-z 0-9 - _ . : */
    struct remit_str public_pem; /* SubjectPublicKeyInfo, P-256 */
};
struct remit_token_keys;
REMIT_API int remit_token_keys_new(const struct remit_token_key *keys, size_t n_keys,
                                   struct remit_token_keys **out,
                                   struct remit_err *err) REMIT_MUST_USE;
REMIT_API void remit_token_keys_drop(struct remit_token_keys **keys);
#define auto_token_keys REMIT_AUTO(remit_token_keys_drop)

REMIT_API int remit_token_verify(struct remit_str token, const struct remit_token_keys *keys,
                                 struct remit_str issuer, int64_t now_at, struct remit_arena *arena,
                                 struct remit_token_claims *out,
                                 struct remit_err *err) REMIT_MUST_USE;

/* `private_pem`: PKCS #8, P-256. The token's text is put into *out. */
REMIT_API int remit_token_encode(const struct remit_token_claims *claims, struct remit_str kid,
                                 const struct remit_secret *private_pem, struct remit_buf *out,
                                 struct remit_err *err) REMIT_MUST_USE;
/* Any claims, as one JSON object's text: for docker-registry's own kind of token. */
REMIT_API int remit_token_encode_json(struct remit_str claims_json, struct remit_str kid,
                                      const struct remit_secret *private_pem, struct remit_buf *out,
                                      struct remit_err *err) REMIT_MUST_USE;

/*
 * Tokens that have been verified, by their SHA-256, so that a busy session costs one ECDSA check
 * and not one per request. Bounded: the entry used longest ago makes room. A hit checks issue and
 * expiry against now_at again; it holds for the keys given when the token was verified, so clear
 * the cache when a key is taken away.
 */
struct remit_token_cache;
REMIT_API int remit_token_cache_new(size_t max_entries, struct remit_token_cache **out,
                                    struct remit_err *err) REMIT_MUST_USE;
REMIT_API void remit_token_cache_drop(struct remit_token_cache **cache);
#define auto_token_cache REMIT_AUTO(remit_token_cache_drop)
REMIT_API void remit_token_cache_clear(struct remit_token_cache *cache);
/* remit_token_verify(), asking the cache first. cache may be NULL. Claims go to the arena. */
REMIT_API int remit_token_verify_cached(struct remit_token_cache *cache, struct remit_str token,
                                        const struct remit_token_keys *keys,
                                        struct remit_str issuer, int64_t now_at,
                                        struct remit_arena *arena, struct remit_token_claims *out,
                                        struct remit_err *err) REMIT_MUST_USE;

#ifdef __cplusplus
}
#endif
