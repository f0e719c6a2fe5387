/*
 * sigv4.h - AWS Signature Version 4: verify a request, or sign one.
 *
 * A verifier calls, in this order (supporting-apis.md 2.6):
 *   1. remit_sigv4_parse()        presence, syntax, date          (steps 1-3)
 *   2. remit_sigv4_check_scope()  scope, then clock               (steps 4-5)
 *   3. its own: is the access key id known; is the session token good (steps 6-7)
 *   4. remit_sigv4_verify()       body hash and signature, with the *signing key* of that scope
 * It never needs the secret. Nothing here reads a clock, and no key is kept.
 *
 * Ownership: everything is borrowed: from the request, and from the arena given to parse.
 * Threads:   no state.
 * Errors:    `code` is the Query protocol's name; remit_sigv4_json_code() has the JSON one.
 *            UNAUTHENTICATED  MissingAuthenticationToken, SignatureDoesNotMatch, RequestExpired,
 *                             InvalidClientTokenId (a token with a long-term key, or none with
 *                             a session's key)
 *            INVALID          IncompleteSignature, with every fault listed
 *            LIMIT            RequestTooLarge (canonical request over REMIT_SIGV4_CANONICAL_MAX)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/attr.h>
#include <remit/err.h>
#include <remit/http.h>
#include <remit/secret.h>
#include <remit/str.h>

#ifdef __cplusplus
extern "C" {
#endif

struct remit_arena;
struct remit_buf;

#define REMIT_SIGV4_SKEW_S        900    /* either way, unless the rules say otherwise */
#define REMIT_SIGV4_EXPIRES_MAX_S 604800 /* of a presigned request: seven days */
#define REMIT_SIGV4_CANONICAL_MAX 131072 /* bytes */
#define REMIT_SIGV4_HEADERS_MAX   100
#define REMIT_SIGV4_QUERY_MAX     256 /* parameters */
#define REMIT_SIGV4_KEY_BYTES     32
#define REMIT_SIGV4_SIGNATURE_HEX 64

struct remit_sigv4_request {
    struct remit_str method;
    struct remit_str path;  /* as on the wire: not decoded, without the query; "" is "/" */
    struct remit_str query; /* as on the wire, without '?' */
    const struct remit_http_header *headers; /* in order of arrival, duplicates kept */
    size_t n_headers;
    struct remit_str body; /* all of it */
};

enum remit_sigv4_form { REMIT_SIGV4_NONE = 0, REMIT_SIGV4_HEADER, REMIT_SIGV4_QUERY };

/* What the request says about its signature. Nothing of it is proven before verify. */
struct remit_sigv4_auth {
    enum remit_sigv4_form form;
    struct remit_str access_key_id;
    struct remit_str date; /* of the scope: yyyymmdd */
    struct remit_str region;
    struct remit_str service;
    struct remit_str terminator;
    struct remit_str timestamp; /* yyyymmddThhmmssZ */
    int64_t signed_at;
    int64_t expires_s;               /* presigned only */
    struct remit_str signed_headers; /* "host;x-amz-date" */
    struct remit_str signature;      /* 64 lower-case hex digits */
    struct remit_str session_token;  /* empty when there is none */
};

/* What this verifier takes. Zero is the strict default; region and service must be set. */
struct remit_sigv4_rules {
    struct remit_str region; /* the scope's region must be this one */
    struct remit_str service;
    int64_t now_at;
    int64_t skew_s;        /* 0: REMIT_SIGV4_SKEW_S */
    bool unsigned_payload; /* x-amz-content-sha256: UNSIGNED-PAYLOAD may stand for the hash */
    bool plain_path;       /* S3's rule: no normalization, encoded once */
    bool tls;              /* which port of Host is the default one: 443, else 80 */
};

/* Whether the request claims any signature at all: an Authorization header or X-Amz-Algorithm. */
REMIT_API bool remit_sigv4_present(const struct remit_sigv4_request *request);

REMIT_API int remit_sigv4_parse(const struct remit_sigv4_request *request,
                                struct remit_arena *arena, struct remit_sigv4_auth *out,
                                struct remit_err *err) REMIT_MUST_USE;
REMIT_API int remit_sigv4_check_scope(const struct remit_sigv4_auth *auth,
                                      const struct remit_sigv4_rules *rules,
                                      struct remit_err *err) REMIT_MUST_USE;
/* `signing_key`: REMIT_SIGV4_KEY_BYTES of remit_sigv4_signing_key() for the auth's scope. */
REMIT_API int remit_sigv4_verify(const struct remit_sigv4_request *request,
                                 const struct remit_sigv4_auth *auth,
                                 const struct remit_sigv4_rules *rules,
                                 struct remit_str signing_key,
                                 struct remit_err *err) REMIT_MUST_USE;

/* "AWS4" + secret, chained through date, region, service and "aws4_request". */
REMIT_API int remit_sigv4_signing_key(struct remit_str secret_access_key, struct remit_str date,
                                      struct remit_str region, struct remit_str service,
                                      struct remit_secret *out,
                                      struct remit_err *err) REMIT_MUST_USE;

/* The stages, each alone, for tests and for showing a caller what was computed. */
REMIT_API int remit_sigv4_canonical_request(const struct remit_sigv4_request *request,
                                            const struct remit_sigv4_auth *auth,
                                            const struct remit_sigv4_rules *rules,
                                            struct remit_buf *out,
                                            struct remit_err *err) REMIT_MUST_USE;
REMIT_API int remit_sigv4_string_to_sign(const struct remit_sigv4_auth *auth,
                                         struct remit_str canonical_request, struct remit_buf *out,
                                         struct remit_err *err) REMIT_MUST_USE;
REMIT_API void remit_sigv4_signature(struct remit_str signing_key, struct remit_str string_to_sign,
                                     char out[REMIT_SIGV4_SIGNATURE_HEX]);

/* The same error as the JSON protocols name it: "InvalidSignatureException" and so on. */
REMIT_API const char *remit_sigv4_json_code(const char *code);

/* Signing: who signs, for which scope, when. The strings are borrowed; wipe the secret yourself. */
struct remit_sigv4_signer {
    struct remit_str access_key_id;
    struct remit_str secret_access_key;
    struct remit_str session_token; /* empty: none */
    struct remit_str region;
    struct remit_str service;
    int64_t now_at;
    int64_t expires_s; /* of remit_sigv4_presign(): 1 .. REMIT_SIGV4_EXPIRES_MAX_S */
    bool tls;          /* as in the rules: which port of Host is the default one */
};

/*
 * Signs a request that has at least a Host header and none of those added here. Every header it
 * has is signed but those that proxies change. *out is a NULL-terminated array of lines
 * ("Authorization: …", "X-Amz-Date: …", "X-Amz-Security-Token: …" when there is a token), from
 * the arena, to be sent along; drop the arena soon: a session token is a secret.
 */
REMIT_API int remit_sigv4_sign(const struct remit_sigv4_request *request,
                               const struct remit_sigv4_signer *signer, struct remit_arena *arena,
                               const char *const **out, struct remit_err *err) REMIT_MUST_USE;
/* *out: the whole query, to stand behind '?'. Only Host needs to be among the headers. */
REMIT_API int remit_sigv4_presign(const struct remit_sigv4_request *request,
                                  const struct remit_sigv4_signer *signer,
                                  struct remit_arena *arena, struct remit_str *out,
                                  struct remit_err *err) REMIT_MUST_USE;

#ifdef __cplusplus
}
#endif
