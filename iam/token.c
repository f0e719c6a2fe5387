#include "iam/token_internal.h"

#include <jwt.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/encode.h"
#include "common/base/json.h"
#include "iam/crypto.h"

#define HEADER_MAX 256 /* bytes of JSON; alg, typ and a kid need half of it */

struct named_key {
    char kid[REMIT_TOKEN_KID_MAX];
    size_t kid_len;
    struct remit_crypto_key *key; /* parsed once, the public half alone */
};

struct remit_token_keys {
    size_t count;
    struct named_key keys[REMIT_TOKEN_KEYS_MAX];
};

/* Every claim that is text, but ext. A claim that is not here, or iat, exp, ext, is refused. */
static const struct claim {
    const char *name;
    size_t offset;
    bool required;
} text_claims[] = {
    { "iss", offsetof(struct remit_token_claims, issuer), true },
    { "sub", offsetof(struct remit_token_claims, subject), true },
    { "akid", offsetof(struct remit_token_claims, access_key_id), true },
    { "role", offsetof(struct remit_token_claims, role), false },
    { "src", offsetof(struct remit_token_claims, source), false },
    { "pur", offsetof(struct remit_token_claims, purpose), false },
    { "pol", offsetof(struct remit_token_claims, policy), false },
    { "ci", offsetof(struct remit_token_claims, container_instance), false },
    { "prf", offsetof(struct remit_token_claims, caller_proof), false },
};

static struct remit_str claim_get(const struct remit_token_claims *claims,
                                  const struct claim *claim)
{
    return *(const struct remit_str *)(const void *)((const char *)claims + claim->offset);
}

static void claim_set(struct remit_token_claims *claims, const struct claim *claim,
                      struct remit_str text)
{
    *(struct remit_str *)(void *)((char *)claims + claim->offset) = text;
}

static void jwt_drop(jwt_t **jwt)
{
    jwt_free(*jwt);
}
static void text_drop(char **text)
{
    if (*text != NULL)
        remit_wipe(*text, strlen(*text));
    free(*text);
}
#define auto_jwt  REMIT_AUTO(jwt_drop)
#define auto_text REMIT_AUTO(text_drop)

/* --- keys --- */

static bool is_kid(struct remit_str kid)
{
    for (size_t i = 0; i < kid.len; i++) {
        char c = kid.ptr[i];

        if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
            c != '-' && c != '_' && c != '.' && c != ':')
            return false;
    }
    return kid.len > 0 && kid.len <= REMIT_TOKEN_KID_MAX;
}

static const struct remit_crypto_key *key_find(const struct remit_token_keys *keys,
                                               struct remit_str kid)
{
    for (size_t i = 0; i < keys->count; i++)
        if (remit_str_equal(kid, remit_str_from(keys->keys[i].kid, keys->keys[i].kid_len)))
            return keys->keys[i].key;
    return NULL;
}

static int key_add(struct remit_token_keys *keys, const struct remit_token_key *key,
                   struct remit_err *err)
{
    struct named_key *next = &keys->keys[keys->count];

    if (!is_kid(key->kid))
        return remit_fail(
            err, REMIT_ERR_INVALID, "InvalidKey",
            "a key id has 1 to %d characters of A-Z a-z 0-9 - _ . :", REMIT_TOKEN_KID_MAX);
    if (key_find(keys, key->kid) != NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidKey", "two keys have the id %.*s",
                          REMIT_STR_ARG(key->kid));
    if (!remit_str_starts(key->public_pem, REMIT_STR("-----BEGIN PUBLIC KEY-----")))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidKey", "the key %.*s is no public key",
                          REMIT_STR_ARG(key->kid));
    TRY(remit_crypto_key_load(key->public_pem, &next->key, err));
    memcpy(next->kid, key->kid.ptr, key->kid.len);
    next->kid_len = key->kid.len;
    keys->count++;
    return 0;
}

int remit_token_keys_new(const struct remit_token_key *keys, size_t n_keys,
                         struct remit_token_keys **out, struct remit_err *err)
{
    auto_token_keys struct remit_token_keys *made = NULL;

    if (n_keys > REMIT_TOKEN_KEYS_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "%zu keys, the most is %d", n_keys,
                          REMIT_TOKEN_KEYS_MAX);
    made = calloc(1, sizeof(*made));
    if (made == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for keys");
    for (size_t i = 0; i < n_keys; i++)
        TRY(key_add(made, &keys[i], err));
    *out = made;
    made = NULL;
    return 0;
}

void remit_token_keys_drop(struct remit_token_keys **keys)
{
    if (*keys == NULL)
        return;
    for (size_t i = 0; i < (*keys)->count; i++)
        remit_crypto_key_drop(&(*keys)->keys[i].key);
    free(*keys);
    *keys = NULL;
}

/* --- verifying --- */

static int invalid(struct remit_err *err, const char *reason)
{
    return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "InvalidClientTokenId",
                      "The security token included in the request is invalid. (%s)", reason);
}

/* A token's three parts, still encoded; `content` is what was signed: header, dot, claims. */
struct parts {
    struct remit_str header;
    struct remit_str content;
    struct remit_str signature;
};

static bool is_base64url(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
            c != '-' && c != '_')
            return false;
    }
    return text.len > 0;
}

/* [rfc7515 3.1] exactly three parts, each of the base64url alphabet, none empty */
static int split(struct remit_str token, struct parts *out, struct remit_err *err)
{
    struct remit_str rest = token;
    struct remit_str claims;

    if (token.len > REMIT_TOKEN_MAX)
        return invalid(err, "it is over 4096 bytes");
    if (!remit_str_cut(&rest, '.', &out->header) || !remit_str_cut(&rest, '.', &claims) ||
        !is_base64url(out->header) || !is_base64url(claims) || !is_base64url(rest))
        return invalid(err, "it is not three parts of base64url");
    out->content = remit_str_sub(token, 0, out->header.len + 1 + claims.len);
    out->signature = rest;
    return 0;
}

/*
 * [rfc8725 3.1] The header may name one of our keys, and nothing else: exactly alg, kid and typ,
 * so that neither alg:none nor HS256, jwk, jku, x5u or crit gets any further (attacks.md C1).
 */
static int find_key(struct remit_str encoded, const struct remit_token_keys *keys,
                    const struct remit_crypto_key **out, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(HEADER_MAX);
    auto_json struct remit_json *header = NULL;

    if (remit_base64url_decode(encoded, &text, NULL) != 0 ||
        remit_json_parse(remit_buf_view(&text), HEADER_MAX, &header, NULL) != 0)
        return invalid(err, "its header is no JSON");
    if (remit_json_type(header) != REMIT_JSON_OBJECT || remit_json_count(header) != 3 ||
        !remit_str_equal(remit_json_str(remit_json_get(header, "alg")), REMIT_STR("ES256")) ||
        !remit_str_equal(remit_json_str(remit_json_get(header, "typ")), REMIT_STR("JWT")))
        return invalid(err, "its header is not that of a session token");
    *out = key_find(keys, remit_json_str(remit_json_get(header, "kid")));
    if (*out == NULL)
        return invalid(err, "it was signed with a key that is not one of ours now");
    return 0;
}

static int check_signature(const struct parts *parts, const struct remit_crypto_key *key,
                           struct remit_err *err)
{
    auto_buf struct remit_buf signature = REMIT_BUF(REMIT_SIGNATURE_BYTES);

    if (remit_base64url_decode(parts->signature, &signature, NULL) != 0 ||
        !remit_crypto_key_verify(key, parts->content, remit_buf_view(&signature)))
        return invalid(err, "its signature does not match");
    return 0;
}

static bool is_text_claim(struct remit_str name)
{
    for (size_t i = 0; i < REMIT_COUNT(text_claims); i++)
        if (remit_str_equal(name, remit_str_of(text_claims[i].name)))
            return true;
    return false;
}

static bool is_known(struct remit_str name, enum remit_json_type type)
{
    if (remit_str_equal(name, REMIT_STR("iat")) || remit_str_equal(name, REMIT_STR("exp")))
        return type == REMIT_JSON_INT;
    if (remit_str_equal(name, REMIT_STR("ext")))
        return type == REMIT_JSON_OBJECT;
    return type == REMIT_JSON_STRING && is_text_claim(name);
}

/* Each claim known and of its type: what we do not read, somebody else meant. */
static int check_types(const struct remit_json *json, struct remit_err *err)
{
    if (remit_json_type(json) != REMIT_JSON_OBJECT)
        return invalid(err, "its claims are no JSON object");
    for (void *at = remit_json_first(json); at != NULL; at = remit_json_next(json, at))
        if (!is_known(remit_json_key(at), remit_json_type(remit_json_value(at))))
            return invalid(err, "a claim is unknown or of the wrong type");
    if (remit_json_get(json, "iat") == NULL || remit_json_get(json, "exp") == NULL)
        return invalid(err, "it says not when it was issued or expires");
    for (size_t i = 0; i < REMIT_COUNT(text_claims); i++)
        if (text_claims[i].required &&
            remit_json_str(remit_json_get(json, text_claims[i].name)).len == 0)
            return invalid(err, "a claim is missing");
    return 0;
}

static int read_claims(const struct remit_json *json, struct remit_arena *arena,
                       struct remit_token_claims *out, struct remit_err *err)
{
    auto_buf struct remit_buf ext = REMIT_BUF(REMIT_TOKEN_MAX);

    *out = (struct remit_token_claims){
        .issued_at = remit_json_int(remit_json_get(json, "iat")),
        .expires_at = remit_json_int(remit_json_get(json, "exp")),
    };
    for (size_t i = 0; i < REMIT_COUNT(text_claims); i++)
        claim_set(
            out, &text_claims[i],
            remit_arena_str(arena, remit_json_str(remit_json_get(json, text_claims[i].name))));
    if (remit_json_get(json, "ext") != NULL)
        remit_json_dump(remit_json_get(json, "ext"), &ext);
    out->extra = remit_arena_str(arena, remit_buf_view(&ext));
    TRY(remit_buf_check(&ext, "a token's ext", err));
    return remit_arena_check(arena, "a token's claims", err);
}

/*
 * The signature has been checked: without a key libjwt only decodes. (With one it would parse the
 * PEM at each call, and let the token choose what the key is for.)
 */
static int decode_claims(struct remit_str token, struct remit_arena *arena,
                         struct remit_token_claims *out, struct remit_err *err)
{
    auto_buf struct remit_buf copy = REMIT_BUF_SECRET(REMIT_TOKEN_MAX);
    auto_json struct remit_json *json = NULL;
    auto_jwt jwt_t *jwt = NULL;
    auto_text char *text = NULL;

    remit_buf_put(&copy, token);
    if (remit_buf_cstr(&copy) == NULL || jwt_decode(&jwt, copy.ptr, NULL, 0) != 0)
        return invalid(err, "its claims do not decode");
    text = jwt_get_grants_json(jwt, NULL);
    if (text == NULL ||
        remit_json_parse(remit_str_of(text), (size_t)4 * REMIT_TOKEN_MAX, &json, NULL) != 0)
        return invalid(err, "its claims are no JSON");
    TRY(check_types(json, err));
    return read_claims(json, arena, out, err);
}

/* [rfc7519 4.1] in seconds; the library's own check of exp would read the clock */
int token_check_claims(const struct remit_token_claims *claims, struct remit_str issuer,
                       int64_t now_at, struct remit_err *err)
{
    if (!remit_str_equal(claims->issuer, issuer))
        return invalid(err, "somebody else issued it");
    if (claims->issued_at < 0 || claims->expires_at <= claims->issued_at ||
        claims->expires_at - claims->issued_at > REMIT_TOKEN_LIFE_MAX_S)
        return invalid(err, "its times are out of range");
    if (claims->issued_at > now_at + REMIT_TOKEN_AHEAD_S)
        return invalid(err, "it was issued in the future");
    if (now_at >= claims->expires_at)
        return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "ExpiredToken",
                          "The security token included in the request is expired");
    return 0;
}

int token_copy_claims(const struct remit_token_claims *from, struct remit_arena *arena,
                      struct remit_token_claims *out, struct remit_err *err)
{
    *out = *from;
    for (size_t i = 0; i < REMIT_COUNT(text_claims); i++)
        claim_set(out, &text_claims[i], remit_arena_str(arena, claim_get(from, &text_claims[i])));
    out->extra = remit_arena_str(arena, from->extra);
    return remit_arena_check(arena, "a token's claims", err);
}

int remit_token_verify(struct remit_str token, const struct remit_token_keys *keys,
                       struct remit_str issuer, int64_t now_at, struct remit_arena *arena,
                       struct remit_token_claims *out, struct remit_err *err)
{
    const struct remit_crypto_key *key = NULL;
    struct remit_token_claims claims;
    struct parts parts;

    TRY(split(token, &parts, err));
    TRY(find_key(parts.header, keys, &key, err));
    TRY(check_signature(&parts, key, err));
    TRY(decode_claims(token, arena, &claims, err));
    TRY(token_check_claims(&claims, issuer, now_at, err));
    *out = claims;
    return 0;
}

/* --- encoding --- */

static int bad_claim(struct remit_err *err, const char *name, const char *why)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidClaim", "%s: %s", name, why);
}

static int too_long(struct remit_err *err, size_t len, size_t most)
{
    return remit_fail(err, REMIT_ERR_LIMIT, "PackedPolicyTooLarge",
                      "the session token would have %zu bytes, the most is %zu: give a shorter "
                      "session policy or fewer tags",
                      len, most);
}

static int add_text(jwt_t *jwt, const struct claim *claim, struct remit_str text,
                    struct remit_err *err)
{
    auto_buf struct remit_buf copy = REMIT_BUF(REMIT_TOKEN_MAX);

    if (text.len == 0)
        return claim->required ? bad_claim(err, claim->name, "must be there") : 0;
    if (text.len > REMIT_TOKEN_MAX)
        return too_long(err, text.len, REMIT_TOKEN_MAX);
    if (memchr(text.ptr, '\0', text.len) != NULL)
        return bad_claim(err, claim->name, "has a NUL");
    remit_buf_put(&copy, text);
    if (remit_buf_cstr(&copy) == NULL || jwt_add_grant(jwt, claim->name, copy.ptr) != 0)
        return bad_claim(err, claim->name, "is not UTF-8");
    return 0;
}

static int add_extra(jwt_t *jwt, struct remit_str extra, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF((size_t)2 * REMIT_TOKEN_MAX);
    auto_json struct remit_json *json = NULL;

    if (extra.len == 0)
        return 0;
    if (extra.len > REMIT_TOKEN_MAX)
        return too_long(err, extra.len, REMIT_TOKEN_MAX);
    if (remit_json_parse(extra, REMIT_TOKEN_MAX, &json, NULL) != 0 ||
        remit_json_type(json) != REMIT_JSON_OBJECT)
        return bad_claim(err, "ext", "is no JSON object");
    remit_buf_put_cstr(&text, "{\"ext\":");
    remit_json_dump(json, &text);
    remit_buf_put_cstr(&text, "}");
    if (remit_buf_cstr(&text) == NULL || jwt_add_grants_json(jwt, text.ptr) != 0)
        return bad_claim(err, "ext", "is no JSON object");
    return 0;
}

static int add_claims(jwt_t *jwt, const struct remit_token_claims *claims, struct remit_err *err)
{
    if (claims->issued_at < 0 || claims->expires_at <= claims->issued_at ||
        claims->expires_at - claims->issued_at > REMIT_TOKEN_LIFE_MAX_S)
        return bad_claim(err, "exp", "must come 1 to 129600 seconds after iat");
    for (size_t i = 0; i < REMIT_COUNT(text_claims); i++)
        TRY(add_text(jwt, &text_claims[i], claim_get(claims, &text_claims[i]), err));
    if (jwt_add_grant_int(jwt, "iat", claims->issued_at) != 0 ||
        jwt_add_grant_int(jwt, "exp", claims->expires_at) != 0)
        return bad_claim(err, "iat", "can't be added");
    return add_extra(jwt, claims->extra, err);
}

/* The library's own ECDSA signature may have its s in the upper half: it is put in the lower. */
static int put_normalized(struct remit_str token, struct remit_buf *out, struct remit_err *err)
{
    auto_buf struct remit_buf signature = REMIT_BUF((size_t)2 * REMIT_SIGNATURE_BYTES);
    size_t dot = token.len;

    while (dot > 0 && token.ptr[dot - 1] != '.')
        dot--;
    if (remit_base64url_decode(remit_str_sub(token, dot, token.len), &signature, NULL) != 0 ||
        signature.len != REMIT_SIGNATURE_BYTES)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidKey", "the signing key is not on P-256");
    remit_crypto_signature_normalize((unsigned char *)signature.ptr);
    remit_buf_put(out, remit_str_sub(token, 0, dot));
    remit_base64url_put(out, remit_buf_view(&signature));
    return remit_buf_check(out, "a token", err);
}

/* `max`: bytes of the whole token. */
static int encode(jwt_t *jwt, struct remit_str kid, const struct remit_secret *private_pem,
                  size_t max, struct remit_buf *out, struct remit_err *err)
{
    struct remit_str pem = remit_secret_view(private_pem);
    char name[REMIT_TOKEN_KID_MAX + 1] = { 0 };
    auto_text char *text = NULL;

    if (!is_kid(kid))
        return bad_claim(err, "kid", "has 1 to 64 characters of A-Z a-z 0-9 - _ . :");
    memcpy(name, kid.ptr, kid.len);
    if (!remit_str_starts(pem, REMIT_STR("-----BEGIN PRIVATE KEY-----")))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidKey", "the signing key is not PKCS #8");
    if (jwt_add_header(jwt, "kid", name) != 0 ||
        jwt_set_alg(jwt, JWT_ALG_ES256, (const unsigned char *)pem.ptr, (int)pem.len) != 0)
        return remit_fail(err, REMIT_ERR_INTERNAL, "CryptoFailure", "setting a token's key");
    text = jwt_encode_str(jwt);
    if (text == NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidKey", "the signing key does not sign");
    if (strlen(text) > max)
        return too_long(err, strlen(text), max);
    return put_normalized(remit_str_of(text), out, err);
}

static int start(jwt_t **jwt, struct remit_err *err)
{
    if (jwt_new(jwt) == 0)
        return 0;
    *jwt = NULL;
    return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for a token");
}

int remit_token_encode(const struct remit_token_claims *claims, struct remit_str kid,
                       const struct remit_secret *private_pem, struct remit_buf *out,
                       struct remit_err *err)
{
    auto_jwt jwt_t *jwt = NULL;

    TRY(start(&jwt, err));
    TRY(add_claims(jwt, claims, err));
    return encode(jwt, kid, private_pem, REMIT_TOKEN_MAX, out, err);
}

int remit_token_encode_json(struct remit_str claims_json, struct remit_str kid,
                            const struct remit_secret *private_pem, struct remit_buf *out,
                            struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(REMIT_TOKEN_JSON_MAX);
    auto_json struct remit_json *json = NULL;
    auto_jwt jwt_t *jwt = NULL;

    TRY(start(&jwt, err));
    if (claims_json.len > REMIT_TOKEN_JSON_MAX)
        return too_long(err, claims_json.len, REMIT_TOKEN_JSON_MAX);
    if (remit_json_parse(claims_json, REMIT_TOKEN_JSON_MAX, &json, NULL) != 0 ||
        remit_json_type(json) != REMIT_JSON_OBJECT)
        return bad_claim(err, "claims", "are no JSON object");
    remit_buf_put(&text, claims_json);
    if (remit_buf_cstr(&text) == NULL || jwt_add_grants_json(jwt, text.ptr) != 0)
        return bad_claim(err, "claims", "are no JSON object");
    return encode(jwt, kid, private_pem, REMIT_TOKEN_JSON_MAX, out, err);
}
