#include "cli/client.h"

#include <stdlib.h>
#include <string.h>

#include <remit/secret.h>
#include <remit/sigv4.h>

#include "common/base/arena.h"
#include "common/base/encode.h"
#include "common/os/clock.h"
#include "common/os/file.h"
#include "common/os/http_client.h"

#define KEY_FILE_MAX 8192
#define ANSWER_MAX   ((size_t)8 * 1024 * 1024)
#define HEADERS_MOST 8

struct cli_client {
    struct remit_http_client *http;
    char *endpoint;
    char *region;
    struct remit_secret id, secret, token;
};

/* ---- credentials ---- */

static struct remit_secret *slot(struct cli_client *c, struct remit_str name)
{
    if (remit_str_equal(name, REMIT_STR("AWS_ACCESS_KEY_ID")))
        return &c->id;
    if (remit_str_equal(name, REMIT_STR("AWS_SECRET_ACCESS_KEY")))
        return &c->secret;
    if (remit_str_equal(name, REMIT_STR("AWS_SESSION_TOKEN")))
        return &c->token;
    return NULL;
}

static int set(struct cli_client *c, struct remit_str name, struct remit_str value,
               struct remit_err *err)
{
    struct remit_secret *at = slot(c, name);

    if (at == NULL || value.len == 0)
        return 0;
    remit_secret_drop(at);
    return remit_secret_copy(value, at, err);
}

static int from_file(struct cli_client *c, const char *path, struct remit_err *err)
{
    auto_secret struct remit_secret text = { 0 };
    struct remit_str rest, line, name;

    TRY(remit_file_read_secret(path, KEY_FILE_MAX, &text, err));
    rest = remit_secret_view(&text);
    while (rest.len > 0) {
        (void)remit_str_cut(&rest, '\n', &line);
        if (remit_str_cut(&line, '=', &name))
            TRY(set(c, name, line, err));
    }
    return 0;
}

static int from_environment(struct cli_client *c, struct remit_err *err)
{
    static const char *const names[] = { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                         "AWS_SESSION_TOKEN" };

    for (size_t i = 0; i < REMIT_COUNT(names); i++)
        TRY(set(c, remit_str_of(names[i]), remit_str_of(getenv(names[i])), err));
    return 0;
}

static int load_credentials(struct cli_client *c, const char *key_file, struct remit_err *err)
{
    if (key_file != NULL)
        TRY(from_file(c, key_file, err));
    else
        TRY(from_environment(c, err));
    if (c->id.len == 0 || c->secret.len == 0)
        return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "NoCredentials",
                          "no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in %s",
                          key_file != NULL ? key_file : "the environment");
    return 0;
}

/* ---- client ---- */

static int host_of(const char *endpoint, struct remit_str *out, struct remit_err *err)
{
    static const struct remit_str schemes[] = { REMIT_STR_INIT("https://"),
                                                REMIT_STR_INIT("http://") };
    struct remit_str rest = remit_str_of(endpoint);
    size_t scheme = 0;

    for (size_t i = 0; i < REMIT_COUNT(schemes); i++)
        if (remit_str_starts(rest, schemes[i]))
            scheme = schemes[i].len;
    if (scheme == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "BadEndpoint",
                          "the endpoint is '%.128s', wanted http://HOST:PORT or https://HOST:PORT",
                          endpoint);
    rest = remit_str_sub(rest, scheme, rest.len);
    (void)remit_str_cut(&rest, '/', out);
    return 0;
}

int cli_client_open(const struct cli_client_spec *spec, struct cli_client **out,
                    struct remit_err *err)
{
    auto_cli_client struct cli_client *c = calloc(1, sizeof(*c));
    struct remit_str host;

    TRY(host_of(spec->endpoint, &host, err));
    if (c != NULL) {
        c->endpoint = strdup(spec->endpoint);
        c->region = strdup(spec->region);
    }
    if (c == NULL || c->endpoint == NULL || c->region == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for a client");
    TRY(load_credentials(c, spec->key_file, err));
    TRY(remit_http_client_new(NULL, spec->ca_file, &c->http, err));
    *out = c;
    c = NULL;
    return 0;
}

void cli_client_drop(struct cli_client **client)
{
    struct cli_client *c = *client;

    if (c == NULL)
        return;
    remit_http_client_drop(&c->http);
    remit_secret_drop(&c->id);
    remit_secret_drop(&c->secret);
    remit_secret_drop(&c->token);
    free(c->endpoint);
    free(c->region);
    free(c);
    *client = NULL;
}

static int sign(const struct cli_client *c, const char *service,
                const struct remit_http_header *headers, size_t n, struct remit_str body,
                struct remit_arena *arena, const char *const **out, struct remit_err *err)
{
    const struct remit_sigv4_request request = { .method = REMIT_STR("POST"),
                                                 .path = REMIT_STR("/"),
                                                 .headers = headers,
                                                 .n_headers = n,
                                                 .body = body };
    const struct remit_sigv4_signer signer = {
        .access_key_id = remit_secret_view(&c->id),
        .secret_access_key = remit_secret_view(&c->secret),
        .session_token = remit_secret_view(&c->token),
        .region = remit_str_of(c->region),
        .service = remit_str_of(service),
        .now_at = remit_clock_now_at(),
    };

    return remit_sigv4_sign(&request, &signer, arena, out, err);
}

/* Our own headers as lines, then those of the signature. */
static int lines_of(const struct remit_http_header *headers, size_t n, const char *const *signature,
                    struct remit_arena *arena, const char **lines, struct remit_err *err)
{
    size_t at = 0;

    for (size_t i = 0; i < n; i++)
        lines[at++] =
            remit_arena_fmt(arena, REMIT_STR_FMT ": " REMIT_STR_FMT, REMIT_STR_ARG(headers[i].name),
                            REMIT_STR_ARG(headers[i].value))
                .ptr;
    while (*signature != NULL && at + 1 < HEADERS_MOST)
        lines[at++] = *signature++;
    lines[at] = NULL;
    return remit_arena_check(arena, "a request", err);
}

/* Control's refusal in its own words. */
static int refused(const struct remit_http_answer *answer, const char *target,
                   struct remit_err *err)
{
    auto_json struct remit_json *tree = NULL;
    struct remit_err unread = { 0 };
    struct remit_str type, text;

    if (remit_json_parse(remit_buf_view(&answer->body), ANSWER_MAX, &tree, &unread) != 0)
        return remit_fail(err, REMIT_ERR_DENIED, "CallRefused", "%s: HTTP status %d", target,
                          answer->status);
    type = remit_json_str(remit_json_get(tree, "__type"));
    text = remit_json_str(remit_json_get(tree, "message"));
    if (text.len == 0)
        text = remit_json_str(remit_json_get(tree, "Message"));
    return remit_fail(err, REMIT_ERR_DENIED, "CallRefused", "%s: " REMIT_STR_FMT ": " REMIT_STR_FMT,
                      target, REMIT_STR_ARG(type), REMIT_STR_ARG(text));
}

static int post(struct cli_client *c, const char *service, struct remit_http_header *headers,
                size_t n, struct remit_str body, struct remit_http_answer *answer,
                struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(ANSWER_MAX);
    const char *lines[HEADERS_MOST];
    const char *const *signature = NULL;
    struct remit_http_call call = {
        .method = "POST", .url = c->endpoint, .headers = lines, .body = body
    };

    TRY(host_of(c->endpoint, &headers[0].value, err));
    TRY(sign(c, service, headers, n, body, &arena, &signature, err));
    TRY(lines_of(headers, n, signature, &arena, lines, err));
    return remit_http_client_call(c->http, &call, answer, err);
}

int cli_client_call(struct cli_client *c, const char *service, const char *target,
                    struct remit_str body, struct remit_json **out, struct remit_err *err)
{
    struct remit_http_answer answer = { .body = REMIT_BUF_SECRET(ANSWER_MAX) };
    struct remit_http_header headers[] = {
        { REMIT_STR("Host"), { 0 } },
        { REMIT_STR("Content-Type"), REMIT_STR("application/x-amz-json-1.1") },
        { REMIT_STR("X-Amz-Target"), remit_str_of(target) },
    };
    int result = post(c, service, headers, REMIT_COUNT(headers), body, &answer, err);

    if (result == 0 && answer.status != 200)
        result = refused(&answer, target, err);
    else if (result == 0)
        result = remit_json_parse(remit_buf_view(&answer.body), ANSWER_MAX, out, err);
    remit_buf_drop(&answer.body);
    return result;
}

/* ---- Query ---- */

static int query_refused(const struct cli_xml *answer, const char *action, int status,
                         struct remit_err *err)
{
    struct remit_str code = cli_xml_text(answer, "Error/Code");
    struct remit_str text = cli_xml_text(answer, "Error/Message");

    if (code.len == 0)
        return remit_fail(err, REMIT_ERR_DENIED, "CallRefused", "%s: HTTP status %d", action,
                          status);
    return remit_fail(err, REMIT_ERR_DENIED, "CallRefused", "%s: " REMIT_STR_FMT ": " REMIT_STR_FMT,
                      action, REMIT_STR_ARG(code), REMIT_STR_ARG(text));
}

static void put_parameters(struct remit_buf *body, const char *action, const char *version,
                           const struct cli_parameter *parameters, size_t n)
{
    remit_buf_put_fmt(body, "Action=%s&Version=%s", action, version);
    for (size_t i = 0; i < n; i++) {
        if (parameters[i].value.len == 0)
            continue;
        remit_buf_put_fmt(body, "&%s=", parameters[i].name);
        remit_uri_put(body, parameters[i].value, false);
    }
}

int cli_client_query(struct cli_client *c, const char *service, const char *version,
                     const char *action, const struct cli_parameter *parameters, size_t n,
                     struct remit_arena *arena, const struct cli_xml **out, struct remit_err *err)
{
    auto_buf struct remit_buf body = REMIT_BUF(65536);
    struct remit_http_answer answer = { .body = REMIT_BUF(ANSWER_MAX) };
    struct remit_http_header headers[] = {
        { REMIT_STR("Host"), { 0 } },
        { REMIT_STR("Content-Type"),
          REMIT_STR("application/x-www-form-urlencoded; charset=utf-8") },
    };
    struct cli_xml *tree = NULL;
    int result = 0;

    put_parameters(&body, action, version, parameters, n);
    TRY(remit_buf_check(&body, "a request", err));
    result = post(c, service, headers, REMIT_COUNT(headers), remit_buf_view(&body), &answer, err);
    if (result == 0)
        result = cli_xml_parse(remit_buf_view(&answer.body), arena, &tree,
                               answer.status == 200 ? err : NULL);
    if (answer.status != 0 && answer.status != 200)
        result = query_refused(tree, action, answer.status, err);
    else if (result != 0)
        (void)remit_err_prefix(err, "%s", action);
    remit_buf_drop(&answer.body);
    *out = tree;
    return result;
}
