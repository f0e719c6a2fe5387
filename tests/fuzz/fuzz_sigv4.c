/*
 * A request as text, METHOD TARGET HTTP/1.1, headers and body. What it says about its signature is
 * read as a verifier reads it. Invariants: with the signature that its canonical form has it is
 * taken, unless it lies about its body; with another signature, method or body, or without its
 * Host, it is not. The same request signed here, in a header and in its query, is taken too.
 */
#include <stdint.h>

#include <remit/sigv4.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "tests/iam/request_text.h"

#define KEY      "0123456789abcdef0123456789abcdef"
#define SIGNED   1785000000
#define LINES    3 /* that signing adds */
#define HOST_LEN 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct remit_sigv4_rules rules_of(const struct remit_sigv4_auth *auth)
{
    return (struct remit_sigv4_rules){ .region = auth->region,
                                       .service = auth->service,
                                       .now_at = auth->signed_at };
}

static const struct remit_http_header *find(const struct remit_sigv4_request *request,
                                            struct remit_str name)
{
    for (size_t i = 0; i < request->n_headers; i++)
        if (remit_str_equal_nocase(request->headers[i].name, name))
            return &request->headers[i];
    return NULL;
}

/* --- a request as it came --- */

static void check_auth(const struct remit_sigv4_auth *auth)
{
    bool presigned = auth->form == REMIT_SIGV4_QUERY;

    REMIT_REQUIRE(presigned || auth->form == REMIT_SIGV4_HEADER);
    REMIT_REQUIRE(auth->signature.len == REMIT_SIGV4_SIGNATURE_HEX);
    REMIT_REQUIRE(auth->access_key_id.len > 0 && auth->region.len > 0 && auth->service.len > 0);
    REMIT_REQUIRE(auth->timestamp.len == 16 && auth->signed_headers.len >= HOST_LEN);
    REMIT_REQUIRE(!presigned ||
                  (auth->expires_s > 0 && auth->expires_s <= REMIT_SIGV4_EXPIRES_MAX_S));
}

/* The signature that a holder of KEY would have put there. */
static bool sign_as_told(const struct remit_sigv4_request *request,
                         const struct remit_sigv4_auth *auth, char out[REMIT_SIGV4_SIGNATURE_HEX])
{
    const struct remit_sigv4_rules rules = rules_of(auth);
    auto_buf struct remit_buf canonical = REMIT_BUF(REMIT_SIGV4_CANONICAL_MAX);
    auto_buf struct remit_buf to_sign = REMIT_BUF(REMIT_SIGV4_CANONICAL_MAX);

    if (remit_sigv4_canonical_request(request, auth, &rules, &canonical, NULL) != 0 ||
        remit_sigv4_string_to_sign(auth, remit_buf_view(&canonical), &to_sign, NULL) != 0)
        return false;
    remit_sigv4_signature(REMIT_STR(KEY), remit_buf_view(&to_sign), out);
    return true;
}

static bool is_taken(const struct remit_sigv4_request *request, const struct remit_sigv4_auth *auth)
{
    const struct remit_sigv4_rules rules = rules_of(auth);
    struct remit_err err = { 0 };
    bool taken = remit_sigv4_verify(request, auth, &rules, REMIT_STR(KEY), &err) == 0;

    REMIT_REQUIRE(taken == (err.kind == REMIT_ERR_NONE));
    return taken;
}

static void check_changes(const struct remit_sigv4_request *request, struct remit_sigv4_auth auth,
                          char signature[REMIT_SIGV4_SIGNATURE_HEX])
{
    struct remit_sigv4_request other = *request;

    other.method =
        remit_str_equal(request->method, REMIT_STR("PUT")) ? REMIT_STR("GET") : REMIT_STR("PUT");
    REMIT_REQUIRE(!is_taken(&other, &auth));
    other = *request;
    other.body = request->body.len > 0 ? REMIT_STR("") : REMIT_STR("x");
    REMIT_REQUIRE(!is_taken(&other, &auth));
    other = *request;
    other.n_headers = 0;
    REMIT_REQUIRE(!is_taken(&other, &auth));
    signature[0] = signature[0] == '0' ? '1' : '0';
    REMIT_REQUIRE(!is_taken(request, &auth));
}

static void check_received(const struct remit_sigv4_request *request)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    char signature[REMIT_SIGV4_SIGNATURE_HEX];
    struct remit_sigv4_auth auth;
    struct remit_err err = { 0 };

    if (remit_sigv4_parse(request, &arena, &auth, &err) != 0) {
        REMIT_REQUIRE(err.kind == REMIT_ERR_UNAUTHENTICATED || err.kind == REMIT_ERR_INVALID ||
                      err.kind == REMIT_ERR_LIMIT);
        return;
    }
    REMIT_REQUIRE(remit_sigv4_present(request));
    check_auth(&auth);
    REMIT_REQUIRE(!is_taken(request, &auth)); /* nobody but us has the key */
    if (!sign_as_told(request, &auth, signature))
        return;
    auth.signature = remit_str_from(signature, sizeof(signature));
    if (is_taken(request, &auth))
        check_changes(request, auth, signature);
    else
        REMIT_REQUIRE(find(request, REMIT_STR("x-amz-content-sha256")) != NULL);
}

/* --- the same request, signed here --- */

static const struct remit_sigv4_signer signer = {
    .access_key_id = REMIT_STR_INIT("ASIAEXAMPLE"),
    .secret_access_key = REMIT_STR_INIT("secret"),
    .session_token = REMIT_STR_INIT("a session/token+with=signs"),
    .region = REMIT_STR_INIT("eu-west-1"),
    .service = REMIT_STR_INIT("ecs"),
    .now_at = SIGNED,
    .expires_s = 60,
};

/* What signing wrote, its reader understands; a name that is no header's is found by parse. */
static void check_taken(const struct remit_sigv4_request *request)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    auto_secret struct remit_secret key = { NULL, 0 };
    struct remit_sigv4_rules rules;
    struct remit_sigv4_auth auth;

    if (remit_sigv4_parse(request, &arena, &auth, NULL) != 0)
        return;
    rules = rules_of(&auth);
    REMIT_REQUIRE(auth.signed_at == signer.now_at);
    REMIT_REQUIRE(remit_str_equal(auth.session_token, signer.session_token));
    REMIT_REQUIRE(remit_sigv4_check_scope(&auth, &rules, NULL) == 0);
    REMIT_REQUIRE(remit_sigv4_signing_key(signer.secret_access_key, auth.date, auth.region,
                                          auth.service, &key, NULL) == 0);
    if (find(request, REMIT_STR("x-amz-content-sha256")) == NULL)
        REMIT_REQUIRE(remit_sigv4_verify(request, &auth, &rules, remit_secret_view(&key), NULL) ==
                      0);
}

static void sign_in_header(const struct remit_sigv4_request *request)
{
    struct remit_http_header headers[REQUEST_TEXT_HEADERS + LINES];
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    struct remit_sigv4_request with = *request;
    const char *const *lines = NULL;

    if (remit_sigv4_sign(request, &signer, &arena, &lines, NULL) != 0)
        return;
    for (size_t i = 0; i < request->n_headers; i++)
        headers[i] = request->headers[i];
    for (size_t i = 0; lines[i] != NULL; i++) {
        struct remit_http_header *at = &headers[with.n_headers++];

        at->value = remit_str_of(lines[i]);
        (void)remit_str_cut(&at->value, ':', &at->name);
    }
    with.headers = headers;
    check_taken(&with);
}

static void sign_in_query(const struct remit_sigv4_request *request)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    struct remit_sigv4_request with = *request;

    if (remit_sigv4_presign(request, &signer, &arena, &with.query, NULL) == 0)
        check_taken(&with);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    struct request_text text;

    if (!request_text_parse(remit_str_from((const char *)data, size), &arena, &text) ||
        remit_arena_check(&arena, "a request", NULL) != 0)
        return 0;
    check_received(&text.request);
    sign_in_header(&text.request);
    sign_in_query(&text.request);
    return 0;
}
