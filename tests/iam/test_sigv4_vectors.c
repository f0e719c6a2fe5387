/*
 * The public SigV4 signing test suite (attacks.md C6): every case, both forms, each stage compared.
 * Its file is not part of this repository; without it these tests skip and say so.
 */
#include <remit/sigv4.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "common/base/json.h"
#include "common/os/clock.h"
#include "common/os/file.h"
#include "tests/iam/request_text.h"

#define VECTORS     REMIT_SOURCE_ROOT "/../shared/vectors/sigv4.json"
#define VECTORS_MAX (1 << 20)

TestSuite(sigv4_vectors, .timeout = 30);

struct vector {
    const char *name;
    const struct remit_json *json;
    const char *form; /* "header" or "query" */
    struct remit_str secret;
    struct remit_str token;
    int64_t at;
    struct remit_sigv4_rules rules;
    struct remit_sigv4_auth auth; /* as the case says it, not as parse read it */
};

static struct remit_str member(const struct vector *v, const char *stage)
{
    char key[64];

    (void)snprintf(key, sizeof(key), "%s-%s", v->form, stage);
    return remit_json_str(remit_json_get(v->json, key));
}

/* The line of the canonical request that lists the signed headers: the last but one. */
static struct remit_str signed_headers(struct remit_str canonical)
{
    struct remit_str line = REMIT_STR("");
    struct remit_str last = REMIT_STR("");

    while (remit_str_cut(&canonical, '\n', &last))
        line = last;
    return line;
}

static void fill(struct vector *v, struct remit_arena *arena)
{
    const struct remit_json *context = remit_json_get(v->json, "context");
    const struct remit_json *credentials = remit_json_get(context, "credentials");
    char amz[REMIT_TIME_TEXT];
    struct remit_err err = { 0 };

    v->secret = remit_json_str(remit_json_get(credentials, "secret_access_key"));
    v->token = remit_json_str(remit_json_get(credentials, "token"));
    cr_assert(remit_time_parse_iso(remit_json_str(remit_json_get(context, "timestamp")), &v->at,
                                   &err) == 0);
    v->rules = (struct remit_sigv4_rules){
        .region = remit_json_str(remit_json_get(context, "region")),
        .service = remit_json_str(remit_json_get(context, "service")),
        .now_at = v->at,
        .plain_path = !remit_json_true(remit_json_get(context, "normalize")),
        .tls = true,
    };
    v->auth = (struct remit_sigv4_auth){
        .form = v->form[0] == 'h' ? REMIT_SIGV4_HEADER : REMIT_SIGV4_QUERY,
        .access_key_id = remit_json_str(remit_json_get(credentials, "access_key_id")),
        .timestamp = remit_arena_str(arena, remit_str_of(remit_time_amz(v->at, amz))),
        .signed_at = v->at,
        .region = v->rules.region,
        .service = v->rules.service,
        .terminator = REMIT_STR("aws4_request"),
        .signed_headers = signed_headers(member(v, "canonical-request")),
    };
    v->auth.date = remit_str_sub(v->auth.timestamp, 0, 8);
}

static void expect_text(struct remit_str got, struct remit_str expected, const struct vector *v,
                        const char *stage)
{
    cr_expect(remit_str_equal(got, expected), "%s, %s, %s:\n" REMIT_STR_FMT "\nnot\n" REMIT_STR_FMT,
              v->name, v->form, stage, REMIT_STR_ARG(got), REMIT_STR_ARG(expected));
}

static void signing_key(const struct vector *v, struct remit_secret *out)
{
    struct remit_err err = { 0 };

    cr_assert(remit_sigv4_signing_key(v->secret, v->auth.date, v->auth.region, v->auth.service, out,
                                      &err) == 0);
}

static void check_stages(const struct vector *v, const struct remit_sigv4_request *request)
{
    auto_buf struct remit_buf canonical = REMIT_BUF(REMIT_SIGV4_CANONICAL_MAX);
    auto_buf struct remit_buf to_sign = REMIT_BUF(4096);
    auto_secret struct remit_secret key = { NULL, 0 };
    char signature[REMIT_SIGV4_SIGNATURE_HEX];
    struct remit_err err = { 0 };

    cr_assert(remit_sigv4_canonical_request(request, &v->auth, &v->rules, &canonical, &err) == 0,
              "%s: %s", v->name, err.text);
    expect_text(remit_buf_view(&canonical), member(v, "canonical-request"), v, "canonical");
    cr_assert(remit_sigv4_string_to_sign(&v->auth, remit_buf_view(&canonical), &to_sign, &err) ==
              0);
    expect_text(remit_buf_view(&to_sign), member(v, "string-to-sign"), v, "string to sign");
    signing_key(v, &key);
    remit_sigv4_signature(remit_secret_view(&key), remit_buf_view(&to_sign), signature);
    expect_text(remit_str_from(signature, sizeof(signature)), member(v, "signature"), v,
                "signature");
}

static void check_verify(const struct vector *v, const struct remit_sigv4_request *request)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    auto_secret struct remit_secret key = { NULL, 0 };
    struct remit_sigv4_auth auth;
    struct remit_err err = { 0 };

    cr_assert(remit_sigv4_parse(request, &arena, &auth, &err) == 0, "%s, %s: %s", v->name, v->form,
              err.text);
    cr_expect(remit_str_equal(auth.session_token, v->token));
    cr_expect(remit_sigv4_check_scope(&auth, &v->rules, &err) == 0, "%s: %s", v->name, err.text);
    signing_key(v, &key);
    cr_expect(remit_sigv4_verify(request, &auth, &v->rules, remit_secret_view(&key), &err) == 0,
              "%s, %s: %s", v->name, v->form, err.text);
}

/*
 * Two cases add the session token after signing. Their stages are right, and the requests are
 * refused: an unsigned X-Amz-Security-Token is attacks.md C7.
 */
static void check_refused(const struct vector *v, const struct remit_sigv4_request *request)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    auto_secret struct remit_secret key = { NULL, 0 };
    struct remit_sigv4_auth auth;
    struct remit_err err = { 0 };

    if (remit_sigv4_parse(request, &arena, &auth, &err) == 0) {
        signing_key(v, &key);
        cr_expect(remit_sigv4_verify(request, &auth, &v->rules, remit_secret_view(&key), &err) ==
                  -1);
        cr_expect(remit_err_is(&err, "SignatureDoesNotMatch"), "%s", err.text);
        return;
    }
    cr_expect(err.kind == REMIT_ERR_INVALID && remit_err_is(&err, "IncompleteSignature"));
}

/* In the query form the token is a parameter: without it, it is the request that was signed. */
static struct remit_str without_token(struct remit_str query, struct remit_arena *arena)
{
    auto_buf struct remit_buf kept = REMIT_BUF(1 << 16);
    struct remit_str part;
    bool more = true;

    while (more) {
        more = remit_str_cut(&query, '&', &part);
        if (remit_str_starts(part, REMIT_STR("X-Amz-Security-Token=")))
            continue;
        if (kept.len > 0)
            remit_buf_put_byte(&kept, '&');
        remit_buf_put(&kept, part);
    }
    return remit_arena_str(arena, remit_buf_view(&kept));
}

static void check(const char *name, const struct remit_json *json, const char *form)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    struct vector v = { .name = name, .json = json, .form = form };
    bool token_unsigned =
        remit_json_true(remit_json_get(remit_json_get(json, "context"), "omit_session_token"));
    struct request_text text;

    fill(&v, &arena);
    cr_assert(request_text_parse(member(&v, "signed-request"), &arena, &text), "%s", name);
    if (token_unsigned) {
        check_refused(&v, &text.request);
        text.request.query = without_token(text.request.query, &arena);
    }
    check_stages(&v, &text.request);
    if (!token_unsigned)
        check_verify(&v, &text.request);
}

static struct remit_json *load(struct remit_buf *bytes)
{
    struct remit_json *all = NULL;
    struct remit_err err = { 0 };

    if (remit_file_read(VECTORS, bytes, &err) != 0)
        cr_skip_test("no vectors here: %s", err.text);
    cr_assert(remit_json_parse(remit_buf_view(bytes), VECTORS_MAX, &all, &err) == 0, "%s",
              err.text);
    return all;
}

static void check_all(const char *form)
{
    auto_buf struct remit_buf bytes = REMIT_BUF(VECTORS_MAX);
    auto_json struct remit_json *all = load(&bytes);
    const struct remit_json *cases = remit_json_get(all, "cases");
    size_t count = 0;

    for (void *at = remit_json_first(cases); at != NULL; at = remit_json_next(cases, at)) {
        check(remit_json_key(at).ptr, remit_json_value(at), form);
        count++;
    }
    cr_expect(count >= 30, "only %zu cases", count);
}

Test(sigv4_vectors, every_case_in_the_authorization_header)
{
    check_all("header");
}

Test(sigv4_vectors, every_case_in_the_query)
{
    check_all("query");
}
