#include "iam/sigv4_internal.h"

#include <stdlib.h>

#include "common/base/encode.h"
#include "iam/crypto.h"

/* [supporting-apis 2.2] what proxies and clients may change on the way: never signed */
static const struct remit_str never_signed[] = {
    REMIT_STR_INIT("connection"),
    REMIT_STR_INIT("expect"),
    REMIT_STR_INIT("keep-alive"),
    REMIT_STR_INIT("proxy-authenticate"),
    REMIT_STR_INIT("proxy-authorization"),
    REMIT_STR_INIT("proxy-connection"),
    REMIT_STR_INIT("te"),
    REMIT_STR_INIT("trailer"),
    REMIT_STR_INIT("transfer-encoding"),
    REMIT_STR_INIT("upgrade"),
    REMIT_STR_INIT("user-agent"),
    REMIT_STR_INIT("x-amzn-trace-id"),
};

/* What signing adds itself. */
static const struct remit_str added[] = {
    REMIT_STR_INIT("authorization"),
    REMIT_STR_INIT("x-amz-date"),
    REMIT_STR_INIT("x-amz-security-token"),
};

static bool is_one_of(struct remit_str name, const struct remit_str *names, size_t n_names)
{
    for (size_t i = 0; i < n_names; i++)
        if (remit_str_equal_nocase(name, names[i]))
            return true;
    return false;
}

static int check_request(const struct remit_sigv4_request *request, struct remit_err *err)
{
    if (sigv4_header(request, REMIT_STR("Host")) == NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "IncompleteSignature",
                          "a request without a Host header can't be signed");
    if (request->n_headers + REMIT_COUNT(added) > REMIT_SIGV4_HEADERS_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "RequestTooLarge", "%zu headers, the most is %zu",
                          request->n_headers, REMIT_SIGV4_HEADERS_MAX - REMIT_COUNT(added));
    for (size_t i = 0; i < request->n_headers; i++)
        if (is_one_of(request->headers[i].name, added, REMIT_COUNT(added)))
            return remit_fail(err, REMIT_ERR_INVALID, "IncompleteSignature",
                              "the request has a %.*s header already",
                              REMIT_STR_ARG(request->headers[i].name));
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return remit_str_compare(*(const struct remit_str *)a, *(const struct remit_str *)b);
}

static struct remit_str lower_copy(struct remit_arena *arena, struct remit_str name)
{
    struct remit_str copy = remit_arena_str(arena, name);
    char *text = (char *)(uintptr_t)copy.ptr; /* ours: just made */

    for (size_t i = 0; i < copy.len; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
    return copy;
}

/* "content-type;host;x-amz-date": lower-case, sorted, each once. */
static struct remit_str signed_list(const struct remit_sigv4_request *request,
                                    struct remit_arena *arena)
{
    auto_buf struct remit_buf list = REMIT_BUF(REMIT_SIGV4_CANONICAL_MAX);
    struct remit_str names[REMIT_SIGV4_HEADERS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < request->n_headers; i++)
        if (!is_one_of(request->headers[i].name, never_signed, REMIT_COUNT(never_signed)))
            names[n++] = lower_copy(arena, request->headers[i].name);
    qsort(names, n, sizeof(names[0]), by_name);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && remit_str_equal(names[i], names[i - 1]))
            continue;
        if (i > 0)
            remit_buf_put_byte(&list, ';');
        remit_buf_put(&list, names[i]);
    }
    return remit_arena_str(arena, remit_buf_view(&list));
}

static void fill_auth(const struct remit_sigv4_signer *signer, enum remit_sigv4_form form,
                      struct remit_arena *arena, struct remit_sigv4_auth *auth)
{
    char text[SIGV4_TIME_TEXT];

    sigv4_time_text(signer->now_at, text);
    *auth = (struct remit_sigv4_auth){
        .form = form,
        .access_key_id = signer->access_key_id,
        .region = signer->region,
        .service = signer->service,
        .terminator = REMIT_STR(SIGV4_TERMINATOR),
        .timestamp = remit_arena_str(arena, remit_str_of(text)),
        .signed_at = signer->now_at,
        .expires_s = signer->expires_s,
        .session_token = signer->session_token,
    };
    auth->date = remit_str_sub(auth->timestamp, 0, SIGV4_DATE_CHARS);
}

/* The request with all that is to be signed in it; auth->signature is empty. */
static int compute(const struct remit_sigv4_request *request, const struct remit_sigv4_auth *auth,
                   const struct remit_sigv4_signer *signer, char out[REMIT_SIGV4_SIGNATURE_HEX],
                   struct remit_err *err)
{
    const struct remit_sigv4_rules rules = { .tls = signer->tls };
    auto_buf struct remit_buf canonical = REMIT_BUF_SECRET(REMIT_SIGV4_CANONICAL_MAX);
    auto_buf struct remit_buf to_sign = REMIT_BUF_SECRET(REMIT_SIGV4_CANONICAL_MAX);
    auto_secret struct remit_secret key = { NULL, 0 };

    TRY(remit_sigv4_canonical_request(request, auth, &rules, &canonical, err));
    TRY(remit_sigv4_string_to_sign(auth, remit_buf_view(&canonical), &to_sign, err));
    TRY(remit_sigv4_signing_key(signer->secret_access_key, auth->date, auth->region, auth->service,
                                &key, err));
    remit_sigv4_signature(remit_secret_view(&key), remit_buf_view(&to_sign), out);
    return 0;
}

static struct remit_str credential(const struct remit_sigv4_auth *auth, struct remit_arena *arena)
{
    return remit_arena_fmt(arena, "%.*s/%.*s/%.*s/%.*s/%.*s", REMIT_STR_ARG(auth->access_key_id),
                           REMIT_STR_ARG(auth->date), REMIT_STR_ARG(auth->region),
                           REMIT_STR_ARG(auth->service), REMIT_STR_ARG(auth->terminator));
}

int remit_sigv4_sign(const struct remit_sigv4_request *request,
                     const struct remit_sigv4_signer *signer, struct remit_arena *arena,
                     const char *const **out, struct remit_err *err)
{
    struct remit_http_header headers[REMIT_SIGV4_HEADERS_MAX];
    struct remit_sigv4_request with = *request;
    char signature[REMIT_SIGV4_SIGNATURE_HEX];
    const char **lines = REMIT_NEW_N(arena, const char *, REMIT_COUNT(added) + 1);
    struct remit_sigv4_auth auth;

    TRY(check_request(request, err));
    fill_auth(signer, REMIT_SIGV4_HEADER, arena, &auth);
    TRY(remit_arena_check(arena, "signing a request", err));
    for (size_t i = 0; i < request->n_headers; i++)
        headers[i] = request->headers[i];
    headers[with.n_headers++] =
        (struct remit_http_header){ REMIT_STR("x-amz-date"), auth.timestamp };
    if (signer->session_token.len > 0)
        headers[with.n_headers++] =
            (struct remit_http_header){ REMIT_STR("x-amz-security-token"), signer->session_token };
    with.headers = headers;
    auth.signed_headers = signed_list(&with, arena);
    TRY(compute(&with, &auth, signer, signature, err));
    lines[0] =
        remit_arena_fmt(arena,
                        "Authorization: %s Credential=%.*s, SignedHeaders=%.*s, "
                        "Signature=%.*s",
                        SIGV4_ALGORITHM, REMIT_STR_ARG(credential(&auth, arena)),
                        REMIT_STR_ARG(auth.signed_headers), REMIT_SIGV4_SIGNATURE_HEX, signature)
            .ptr;
    lines[1] = remit_arena_fmt(arena, "X-Amz-Date: %.*s", REMIT_STR_ARG(auth.timestamp)).ptr;
    if (signer->session_token.len > 0)
        lines[2] = remit_arena_fmt(arena, "X-Amz-Security-Token: %.*s",
                                   REMIT_STR_ARG(signer->session_token))
                       .ptr;
    *out = lines;
    return remit_arena_check(arena, "signing a request", err);
}

static void put_param(struct remit_buf *query, const char *name, struct remit_str value)
{
    if (query->len > 0)
        remit_buf_put_byte(query, '&');
    remit_buf_put_fmt(query, "%s=", name);
    remit_uri_put(query, value, false);
}

static int check_presign(const struct remit_sigv4_request *request,
                         const struct remit_sigv4_signer *signer, struct remit_err *err)
{
    if (signer->expires_s < 1 || signer->expires_s > REMIT_SIGV4_EXPIRES_MAX_S)
        return remit_fail(err, REMIT_ERR_INVALID, "IncompleteSignature",
                          "a presigned request lives 1 to %d seconds, not %lld",
                          REMIT_SIGV4_EXPIRES_MAX_S, (long long)signer->expires_s);
    if (remit_sigv4_present(request))
        return remit_fail(err, REMIT_ERR_INVALID, "IncompleteSignature",
                          "the request is signed already");
    return check_request(request, err);
}

int remit_sigv4_presign(const struct remit_sigv4_request *request,
                        const struct remit_sigv4_signer *signer, struct remit_arena *arena,
                        struct remit_str *out, struct remit_err *err)
{
    auto_buf struct remit_buf query = REMIT_BUF_SECRET(REMIT_SIGV4_CANONICAL_MAX);
    struct remit_sigv4_request with = *request;
    char signature[REMIT_SIGV4_SIGNATURE_HEX];
    struct remit_sigv4_auth auth;

    TRY(check_presign(request, signer, err));
    fill_auth(signer, REMIT_SIGV4_QUERY, arena, &auth);
    auth.signed_headers = signed_list(request, arena);
    remit_buf_put(&query, request->query);
    put_param(&query, "X-Amz-Algorithm", REMIT_STR(SIGV4_ALGORITHM));
    put_param(&query, "X-Amz-Credential", credential(&auth, arena));
    put_param(&query, "X-Amz-Date", auth.timestamp);
    put_param(&query, "X-Amz-Expires",
              remit_arena_fmt(arena, "%lld", (long long)signer->expires_s));
    if (signer->session_token.len > 0)
        put_param(&query, "X-Amz-Security-Token", signer->session_token);
    put_param(&query, "X-Amz-SignedHeaders", auth.signed_headers);
    TRY(remit_arena_check(arena, "presigning a request", err));
    if (!remit_buf_ok(&query))
        return remit_fail(err, REMIT_ERR_LIMIT, "RequestTooLarge", "the query is over %d bytes",
                          REMIT_SIGV4_CANONICAL_MAX);
    with.query = remit_buf_view(&query);
    TRY(compute(&with, &auth, signer, signature, err));
    put_param(&query, "X-Amz-Signature", remit_str_from(signature, sizeof(signature)));
    *out = remit_arena_str(arena, remit_buf_view(&query));
    TRY(remit_arena_check(arena, "presigning a request", err));
    return remit_buf_check(&query, "a presigned query", err);
}
