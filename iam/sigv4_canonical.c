#include "iam/sigv4_internal.h"

#include <stdlib.h>

#include "common/base/encode.h"
#include "iam/crypto.h"

/* One parameter, encoded; it points into a buffer that no longer grows. */
struct param {
    struct remit_str name;
    struct remit_str value;
};

/* Where a parameter's text begins and its name and value end, while the buffer still grows. */
struct param_at {
    size_t name;
    size_t value;
    size_t end;
};

static int mismatch(struct remit_err *err, const char *reason, struct remit_str what)
{
    return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "SignatureDoesNotMatch",
                      SIGV4_MISMATCH " (%s '%.*s'.)", reason,
                      (int)(what.len < 100 ? what.len : 100), what.ptr != NULL ? what.ptr : "");
}

/* --- the path --- */

/* Takes the last "/segment" off again; encoded segments hold no slash. */
static void drop_segment(struct remit_buf *out, size_t start)
{
    while (out->len > start && out->ptr[--out->len] != '/')
        continue;
}

/*
 * [canonical-uri] "." and empty segments go, ".." takes one away, a slash at the end stays (not
 * one that only "." or ".." left there); the wire's encoding is encoded once more.
 */
static void put_normal_path(struct remit_buf *out, struct remit_str path)
{
    bool slash_at_end = remit_str_ends(path, REMIT_STR("/"));
    size_t start = out->len;
    struct remit_str segment;
    bool more = true;

    while (more) {
        more = remit_str_cut(&path, '/', &segment);
        if (segment.len == 0 || remit_str_equal(segment, REMIT_STR(".")))
            continue;
        if (remit_str_equal(segment, REMIT_STR(".."))) {
            drop_segment(out, start);
            continue;
        }
        remit_buf_put_byte(out, '/');
        remit_uri_put(out, segment, false);
    }
    if (out->len == start || slash_at_end)
        remit_buf_put_byte(out, '/');
}

/* [sigv4 canonical-uri] S3's rule: decoded, then encoded once. */
static int put_plain_path(struct remit_buf *out, struct remit_str path, struct remit_err *err)
{
    auto_buf struct remit_buf decoded = REMIT_BUF(REMIT_SIGV4_CANONICAL_MAX);

    if (remit_uri_decode(path, false, &decoded, NULL) != 0)
        return mismatch(err, "The path is not percent-encoded text:", path);
    remit_uri_put(out, remit_buf_view(&decoded), true);
    return 0;
}

static int put_path(struct remit_buf *out, struct remit_str path, bool plain, struct remit_err *err)
{
    if (path.len == 0)
        path = REMIT_STR("/");
    if (path.ptr[0] != '/')
        return mismatch(err, "The path does not begin with a slash:", path);
    if (plain)
        return put_plain_path(out, path, err);
    put_normal_path(out, path);
    return 0;
}

/* --- the query --- */

/* [sigv4 canonical-query] by encoded name, then by encoded value, bytewise */
static int by_name_and_value(const void *a, const void *b)
{
    const struct param *x = a;
    const struct param *y = b;
    int order = remit_str_compare(x->name, y->name);

    return order != 0 ? order : remit_str_compare(x->value, y->value);
}

static int put_encoded(struct remit_buf *text, struct remit_buf *scratch, struct remit_str raw,
                       struct remit_err *err)
{
    if (sigv4_query_decode(raw, scratch, NULL) != 0)
        return mismatch(err, "The query is not percent-encoded text:", raw);
    remit_uri_put(text, remit_buf_view(scratch), false);
    return 0;
}

/* Decodes and encodes each parameter into *text; at[] says where. */
static int encode_query(struct remit_str rest, bool presigned, struct remit_buf *text,
                        struct param_at at[REMIT_SIGV4_QUERY_MAX], size_t *n, struct remit_err *err)
{
    auto_buf struct remit_buf scratch = REMIT_BUF_SECRET(REMIT_SIGV4_CANONICAL_MAX);
    struct remit_str name;
    struct remit_str value;

    while (sigv4_query_next(&rest, &name, &value)) {
        struct param_at here = { .name = text->len };

        if (*n == REMIT_SIGV4_QUERY_MAX)
            return remit_fail(err, REMIT_ERR_LIMIT, "RequestTooLarge",
                              "the most query parameters are %d", REMIT_SIGV4_QUERY_MAX);
        TRY(put_encoded(text, &scratch, name, err));
        here.value = text->len;
        if (presigned && remit_str_equal(remit_str_sub(remit_buf_view(text), here.name, text->len),
                                         REMIT_STR("X-Amz-Signature")))
            continue; /* [sigv4 canonical-query] all but the signature itself */
        TRY(put_encoded(text, &scratch, value, err));
        here.end = text->len;
        at[(*n)++] = here;
    }
    return remit_buf_check(text, "a query", err);
}

static int put_query(struct remit_buf *out, struct remit_str query, bool presigned,
                     struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(REMIT_SIGV4_CANONICAL_MAX);
    struct param_at at[REMIT_SIGV4_QUERY_MAX];
    struct param params[REMIT_SIGV4_QUERY_MAX];
    struct remit_str all;
    size_t n = 0;

    if (query.len == 0)
        return 0;
    TRY(encode_query(query, presigned, &text, at, &n, err));
    all = remit_buf_view(&text);
    for (size_t i = 0; i < n; i++) {
        params[i].name = remit_str_sub(all, at[i].name, at[i].value - at[i].name);
        params[i].value = remit_str_sub(all, at[i].value, at[i].end - at[i].value);
    }
    qsort(params, n, sizeof(params[0]), by_name_and_value);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            remit_buf_put_byte(out, '&');
        remit_buf_put(out, params[i].name);
        remit_buf_put_byte(out, '=');
        remit_buf_put(out, params[i].value);
    }
    return 0;
}

/* --- the headers --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* [sigv4 canonical-headers] trimmed, runs of blanks become one space */
static void put_value(struct remit_buf *out, struct remit_str value)
{
    size_t from = 0;

    value = remit_str_trim(value);
    for (size_t i = 0; i < value.len; i++) {
        if (!is_blank(value.ptr[i]))
            continue;
        remit_buf_put(out, remit_str_sub(value, from, i - from));
        remit_buf_put_byte(out, ' ');
        while (is_blank(value.ptr[i + 1])) /* the last byte is none: it is trimmed */
            i++;
        from = i + 1;
    }
    remit_buf_put(out, remit_str_sub(value, from, value.len));
}

/* [sigv4 canonical-headers] the scheme's own port is not part of the host */
static struct remit_str without_default_port(struct remit_str host, bool tls)
{
    struct remit_str port = tls ? REMIT_STR(":443") : REMIT_STR(":80");

    host = remit_str_trim(host);
    return remit_str_ends(host, port) ? remit_str_sub(host, 0, host.len - port.len) : host;
}

static int put_header(struct remit_buf *out, const struct remit_sigv4_request *request,
                      struct remit_str name, bool tls, struct remit_err *err)
{
    bool is_host = remit_str_equal(name, REMIT_STR("host"));
    bool found = false;

    remit_buf_put(out, name);
    for (size_t i = 0; i < request->n_headers; i++) {
        const struct remit_http_header *header = &request->headers[i];

        if (!remit_str_equal_nocase(header->name, name))
            continue;
        remit_buf_put_byte(out, found ? ',' : ':'); /* several of a name: in order of arrival */
        put_value(out, is_host ? without_default_port(header->value, tls) : header->value);
        found = true;
    }
    remit_buf_put_byte(out, '\n');
    if (!found)
        return mismatch(err, "The request lacks the signed header", name);
    return 0;
}

static int put_headers(struct remit_buf *out, const struct remit_sigv4_request *request,
                       struct remit_str signed_headers, bool tls, struct remit_err *err)
{
    struct remit_str name;
    bool more = true;

    while (more) {
        more = remit_str_cut(&signed_headers, ';', &name);
        TRY(put_header(out, request, name, tls, err));
    }
    return 0;
}

/* [sigv4 payload-hash] what the header says (verify compares it with the body), else the body's */
static void put_payload_hash(struct remit_buf *out, const struct remit_sigv4_request *request)
{
    const struct remit_http_header *said = sigv4_header(request, REMIT_STR("x-amz-content-sha256"));
    char hash[REMIT_SHA256_HEX];

    if (said != NULL) {
        put_value(out, said->value);
        return;
    }
    remit_crypto_sha256_hex(request->body, hash);
    remit_buf_put(out, remit_str_from(hash, sizeof(hash)));
}

int remit_sigv4_canonical_request(const struct remit_sigv4_request *request,
                                  const struct remit_sigv4_auth *auth,
                                  const struct remit_sigv4_rules *rules, struct remit_buf *out,
                                  struct remit_err *err)
{
    if (request->path.len + request->query.len > REMIT_SIGV4_CANONICAL_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "RequestTooLarge",
                          "path and query have %zu bytes, the most is %d",
                          request->path.len + request->query.len, REMIT_SIGV4_CANONICAL_MAX);
    remit_buf_put(out, request->method);
    remit_buf_put_byte(out, '\n');
    TRY(put_path(out, request->path, rules->plain_path, err));
    remit_buf_put_byte(out, '\n');
    TRY(put_query(out, request->query, auth->form == REMIT_SIGV4_QUERY, err));
    remit_buf_put_byte(out, '\n');
    TRY(put_headers(out, request, auth->signed_headers, rules->tls, err));
    remit_buf_put_byte(out, '\n');
    remit_buf_put(out, auth->signed_headers);
    remit_buf_put_byte(out, '\n');
    put_payload_hash(out, request);
    if (!remit_buf_ok(out))
        return remit_fail(err, REMIT_ERR_LIMIT, "RequestTooLarge",
                          "the canonical request is over %zu bytes", out->max);
    return 0;
}
