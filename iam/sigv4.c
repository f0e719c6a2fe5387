#include "iam/sigv4_internal.h"

#include <string.h>

#include "iam/crypto.h"

#define SECRET_MAX 1024 /* bytes; AWS's are 40 */

/* --- scope and clock --- */

static void check_scope_parts(const struct remit_sigv4_auth *auth,
                              const struct remit_sigv4_rules *rules, struct remit_buf *faults)
{
    if (!remit_str_equal(auth->region, rules->region))
        remit_buf_put_fmt(faults, "Credential should be scoped to a valid region, not '%.*s'. ",
                          REMIT_STR_ARG(remit_str_sub(auth->region, 0, 64)));
    if (!remit_str_equal(auth->service, rules->service))
        remit_buf_put_fmt(faults, "Credential should be scoped to correct service: '%.*s'. ",
                          REMIT_STR_ARG(rules->service));
    if (!remit_str_equal(auth->terminator, REMIT_STR(SIGV4_TERMINATOR)))
        remit_buf_put_fmt(faults,
                          "Credential should be scoped with a valid terminator: '%s', not '%.*s'. ",
                          SIGV4_TERMINATOR, REMIT_STR_ARG(remit_str_sub(auth->terminator, 0, 64)));
    if (!remit_str_equal(auth->date, remit_str_sub(auth->timestamp, 0, SIGV4_DATE_CHARS)))
        remit_buf_put_fmt(faults,
                          "Date in Credential scope does not match YYYYMMDD from ISO-8601 version "
                          "of date from HTTP: '%.*s' != '%.*s', from '%.*s'. ",
                          REMIT_STR_ARG(remit_str_sub(auth->date, 0, 32)), SIGV4_DATE_CHARS,
                          auth->timestamp.ptr, REMIT_STR_ARG(auth->timestamp));
}

static int not_yet(const struct remit_sigv4_auth *auth, int64_t now_at, int64_t skew_s,
                   struct remit_err *err)
{
    char now[SIGV4_TIME_TEXT];
    char limit[SIGV4_TIME_TEXT];

    sigv4_time_text(now_at, now);
    sigv4_time_text(now_at + skew_s, limit);
    return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "SignatureDoesNotMatch",
                      "Signature not yet current: %.*s is still later than %s (%s + %d min.)",
                      REMIT_STR_ARG(auth->timestamp), limit, now, (int)(skew_s / 60));
}

static int too_late(const struct remit_sigv4_auth *auth, int64_t now_at, int64_t skew_s,
                    struct remit_err *err)
{
    char now[SIGV4_TIME_TEXT];
    char limit[SIGV4_TIME_TEXT];

    sigv4_time_text(now_at, now);
    sigv4_time_text(now_at - skew_s, limit);
    return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "SignatureDoesNotMatch",
                      "Signature expired: %.*s is now earlier than %s (%s - %d min.)",
                      REMIT_STR_ARG(auth->timestamp), limit, now, (int)(skew_s / 60));
}

/* [supporting-apis 2.7] */
static int check_clock(const struct remit_sigv4_auth *auth, const struct remit_sigv4_rules *rules,
                       struct remit_err *err)
{
    int64_t skew_s = rules->skew_s > 0 ? rules->skew_s : REMIT_SIGV4_SKEW_S;

    if (auth->signed_at > rules->now_at + skew_s)
        return not_yet(auth, rules->now_at, skew_s, err);
    if (auth->form == REMIT_SIGV4_HEADER && auth->signed_at < rules->now_at - skew_s)
        return too_late(auth, rules->now_at, skew_s, err);
    if (auth->form == REMIT_SIGV4_QUERY && rules->now_at > auth->signed_at + auth->expires_s)
        return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "RequestExpired", "Request has expired.");
    return 0;
}

/* [supporting-apis 2.4] */
static int check_token_fits(const struct remit_sigv4_auth *auth, struct remit_err *err)
{
    bool session = remit_str_starts(auth->access_key_id, REMIT_STR("ASIA"));
    bool long_term = remit_str_starts(auth->access_key_id, REMIT_STR("AKIA")) ||
                     remit_str_starts(auth->access_key_id, REMIT_STR("AJOI"));

    if ((session && auth->session_token.len == 0) || (long_term && auth->session_token.len > 0))
        return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "InvalidClientTokenId",
                          "The security token included in the request is invalid. (%s)",
                          session ? "A session's key comes with its session token."
                                  : "A long-term key comes without a session token.");
    return 0;
}

int remit_sigv4_check_scope(const struct remit_sigv4_auth *auth,
                            const struct remit_sigv4_rules *rules, struct remit_err *err)
{
    auto_buf struct remit_buf faults = REMIT_BUF(REMIT_ERR_TEXT_MAX);

    REMIT_REQUIRE(rules->region.len > 0 && rules->service.len > 0);
    check_scope_parts(auth, rules, &faults);
    if (faults.len > 0 || !remit_buf_ok(&faults))
        return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "SignatureDoesNotMatch", REMIT_STR_FMT,
                          REMIT_STR_ARG(remit_str_trim(remit_buf_view(&faults))));
    TRY(check_clock(auth, rules, err));
    return check_token_fits(auth, err);
}

/* --- keys and stages --- */

int remit_sigv4_signing_key(struct remit_str secret_access_key, struct remit_str date,
                            struct remit_str region, struct remit_str service,
                            struct remit_secret *out, struct remit_err *err)
{
    auto_secret struct remit_secret first = { NULL, 0 };
    auto_secret struct remit_secret key = { NULL, 0 };
    const struct remit_str steps[] = { region, service, REMIT_STR(SIGV4_TERMINATOR) };

    if (secret_access_key.len == 0 || secret_access_key.len > SECRET_MAX)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError",
                          "a secret access key of %zu bytes, the most is %d", secret_access_key.len,
                          SECRET_MAX);
    TRY(remit_secret_new(4 + secret_access_key.len, &first, err));
    TRY(remit_secret_new(REMIT_SIGV4_KEY_BYTES, &key, err));
    memcpy(remit_secret_bytes(&first), "AWS4", 4);
    memcpy(remit_secret_bytes(&first) + 4, secret_access_key.ptr, secret_access_key.len);
    remit_crypto_hmac(remit_secret_view(&first), date, remit_secret_bytes(&key));
    for (size_t i = 0; i < REMIT_COUNT(steps); i++)
        remit_crypto_hmac(remit_secret_view(&key), steps[i], remit_secret_bytes(&key));
    *out = remit_secret_steal(&key);
    return 0;
}

/* [supporting-apis 2.3] */
int remit_sigv4_string_to_sign(const struct remit_sigv4_auth *auth,
                               struct remit_str canonical_request, struct remit_buf *out,
                               struct remit_err *err)
{
    const struct remit_str scope[] = { auth->date, auth->region, auth->service, auth->terminator };
    char hash[REMIT_SHA256_HEX];

    remit_buf_put_cstr(out, SIGV4_ALGORITHM "\n");
    remit_buf_put(out, auth->timestamp);
    for (size_t i = 0; i < REMIT_COUNT(scope); i++) {
        remit_buf_put_byte(out, i == 0 ? '\n' : '/');
        remit_buf_put(out, scope[i]);
    }
    remit_buf_put_byte(out, '\n');
    remit_crypto_sha256_hex(canonical_request, hash);
    remit_buf_put(out, remit_str_from(hash, sizeof(hash)));
    if (!remit_buf_ok(out))
        return remit_fail(err, REMIT_ERR_LIMIT, "RequestTooLarge",
                          "the string to sign is over %zu bytes", out->max);
    return 0;
}

void remit_sigv4_signature(struct remit_str signing_key, struct remit_str string_to_sign,
                           char out[REMIT_SIGV4_SIGNATURE_HEX])
{
    remit_crypto_hmac_hex(signing_key, string_to_sign, out);
}

/* --- verifying --- */

static int mismatch(struct remit_err *err, const char *reason)
{
    return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "SignatureDoesNotMatch", SIGV4_MISMATCH "%s",
                      reason);
}

/* [sigv4 payload-hash] a true hash of the body, or UNSIGNED-PAYLOAD where the rules take it */
static int check_body(const struct remit_sigv4_request *request,
                      const struct remit_sigv4_rules *rules, struct remit_err *err)
{
    const struct remit_http_header *said = sigv4_header(request, REMIT_STR("x-amz-content-sha256"));
    char hash[REMIT_SHA256_HEX];
    struct remit_str value;

    if (said == NULL)
        return 0; /* the canonical request holds the body's hash itself */
    value = remit_str_trim(said->value);
    if (rules->unsigned_payload && remit_str_equal(value, REMIT_STR("UNSIGNED-PAYLOAD")))
        return 0;
    remit_crypto_sha256_hex(request->body, hash);
    if (value.len == sizeof(hash) && remit_equal_const(value.ptr, hash, sizeof(hash)))
        return 0;
    return mismatch(err, " (The x-amz-content-sha256 header is not the hash of the body.)");
}

int remit_sigv4_verify(const struct remit_sigv4_request *request,
                       const struct remit_sigv4_auth *auth, const struct remit_sigv4_rules *rules,
                       struct remit_str signing_key, struct remit_err *err)
{
    /* Both may hold a session token. */
    auto_buf struct remit_buf canonical = REMIT_BUF_SECRET(REMIT_SIGV4_CANONICAL_MAX);
    auto_buf struct remit_buf to_sign = REMIT_BUF_SECRET(REMIT_SIGV4_CANONICAL_MAX);
    char expected[REMIT_SIGV4_SIGNATURE_HEX];

    REMIT_REQUIRE(auth->form != REMIT_SIGV4_NONE && signing_key.len == REMIT_SIGV4_KEY_BYTES);
    TRY(check_body(request, rules, err));
    TRY(remit_sigv4_canonical_request(request, auth, rules, &canonical, err));
    TRY(remit_sigv4_string_to_sign(auth, remit_buf_view(&canonical), &to_sign, err));
    remit_sigv4_signature(signing_key, remit_buf_view(&to_sign), expected);
    if (auth->signature.len != sizeof(expected) ||
        !remit_equal_const(auth->signature.ptr, expected, sizeof(expected)))
        return mismatch(err, "");
    return 0;
}

/* --- names of errors --- */

static const struct {
    const char *query;
    const char *json;
} codes[] = {
    { "MissingAuthenticationToken", "MissingAuthenticationTokenException" },
    { "IncompleteSignature", "IncompleteSignatureException" },
    { "InvalidClientTokenId", "UnrecognizedClientException" },
    { "SignatureDoesNotMatch", "InvalidSignatureException" },
    { "ExpiredToken", "ExpiredTokenException" },
    /* [supporting-apis 3] JSON has no name for this; clients read a skewed clock from either */
    { "RequestExpired", "InvalidSignatureException" },
};

const char *remit_sigv4_json_code(const char *code)
{
    for (size_t i = 0; i < REMIT_COUNT(codes); i++)
        if (code != NULL && strcmp(codes[i].query, code) == 0)
            return codes[i].json;
    return code;
}
