#include "agent/control.h"

#include <stdlib.h>

#include <remit/sigv4.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/os/clock.h"
#include "common/os/http_client.h"

#define ANSWER_MAX      ((size_t)16 * 1024 * 1024)
#define ARENA_MAX       ((size_t)256 * 1024)
#define CALL_TIMEOUT_MS 30000
#define LINES_MAX       16
#define HOST_MAX        300

const struct agent_control_operation agent_op_join = { "ecs", "RemitAgentV1.Join" };
const struct agent_control_operation agent_op_renew = { "ecs", "RemitAgentV1.RenewInstance" };
const struct agent_control_operation agent_op_poll = { "ecs", "RemitAgentV1.Poll" };
const struct agent_control_operation agent_op_events = { "ecs",
                                                         "RemitAgentV1.SubmitCredentialEvents" };
const struct agent_control_operation agent_op_task_state = {
    "ecs", "AmazonEC2ContainerServiceV20141113.SubmitTaskStateChange"
};
const struct agent_control_operation agent_op_registry_token = {
    "ecr", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"
};
const struct agent_control_operation agent_op_parameters = { "ssm", "AmazonSSM.GetParameters" };
const struct agent_control_operation agent_op_secret = { "secretsmanager",
                                                         "secretsmanager.GetSecretValue" };

struct agent_control {
    struct agent_control_spec spec;
    struct remit_http_client *client;
    char host[HOST_MAX + 1]; /* as the Host header says it */
};

/* "https://host:4599/" to "host:4599". */
static int host_of(const char *url, char out[HOST_MAX + 1], struct remit_err *err)
{
    struct remit_str rest = remit_str_of(url);
    struct remit_str host;
    bool tls = remit_str_starts(rest, REMIT_STR("https://"));

    if (!tls && !remit_str_starts(rest, REMIT_STR("http://")))
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption",
                          "'%.200s' is no http:// or https:// URL", url);
    rest = remit_str_sub(rest, tls ? 8 : 7, rest.len);
    (void)remit_str_cut(&rest, '/', &host);
    if (host.len == 0 || host.len > HOST_MAX || rest.len > 0)
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption",
                          "'%.200s' is not a URL of scheme, host and port alone", url);
    memcpy(out, host.ptr, host.len);
    out[host.len] = '\0';
    return 0;
}

int agent_control_open(const struct agent_control_spec *spec, struct agent_control **out,
                       struct remit_err *err)
{
    auto_control struct agent_control *control = calloc(1, sizeof(*control));

    if (control == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "a client of control");
    control->spec = *spec;
    TRY(host_of(spec->url, control->host, err));
    TRY(remit_http_client_new(NULL, spec->ca_file, &control->client, err));
    *out = control;
    control = NULL;
    return 0;
}

void agent_control_drop(struct agent_control **control)
{
    if (*control == NULL)
        return;
    remit_http_client_drop(&(*control)->client);
    free(*control);
    *control = NULL;
}

void agent_control_cancel(struct agent_control *control)
{
    remit_http_client_cancel(control->client);
}

/* Errors that the agent does something about; the last row is for people to read. */
static const struct known {
    const char *name;
    enum remit_err_kind kind;
} known[] = {
    { "AccessDeniedException", REMIT_ERR_DENIED },
    { "ClientException", REMIT_ERR_INVALID },
    { "InvalidParameterException", REMIT_ERR_INVALID },
    { "InactiveInstanceException", REMIT_ERR_DENIED },
    { "SessionReplacedException", REMIT_ERR_CONFLICT },
    { "InvalidClientTokenId", REMIT_ERR_UNAUTHENTICATED },
    { "UnrecognizedClientException", REMIT_ERR_UNAUTHENTICATED },
    { "ExpiredTokenException", REMIT_ERR_UNAUTHENTICATED },
    { "ThrottlingException", REMIT_ERR_UNAVAILABLE },
    { "ControlRefused", REMIT_ERR_INVALID },
};

static const struct known *find_known(struct remit_str name)
{
    const struct known *row = known;

    while (row < &known[REMIT_COUNT(known) - 1] && !remit_str_equal(name, remit_str_of(row->name)))
        row++;
    return row;
}

/* "com.amazonaws.ecs#ClientException" names the same error as "ClientException". */
static struct remit_str error_name(const struct remit_json *json)
{
    struct remit_str name = remit_json_str(remit_json_get(json, "__type"));
    size_t hash = remit_str_find(name, '#');

    return hash < name.len ? remit_str_sub(name, hash + 1, name.len) : name;
}

static struct remit_str error_text(const struct remit_json *json)
{
    struct remit_str text = remit_json_str(remit_json_get(json, "message"));

    return text.len > 0 ? text : remit_json_str(remit_json_get(json, "Message"));
}

static int refused(int status, struct remit_str body, struct remit_err *err)
{
    auto_json struct remit_json *json = NULL;
    const struct known *row = NULL;
    struct remit_str name;
    struct remit_str text;

    (void)!remit_json_parse(body, ANSWER_MAX, &json, NULL);
    name = error_name(json);
    row = find_known(name);
    text = error_text(json);
    if (name.len == 0)
        name = REMIT_STR("error");
    if (status >= 500)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "ControlAway",
                          "status %d, " REMIT_STR_FMT ": " REMIT_STR_FMT, status,
                          REMIT_STR_ARG(name), REMIT_STR_ARG(text));
    return remit_fail(err, row->kind, row->name, REMIT_STR_FMT ": " REMIT_STR_FMT,
                      REMIT_STR_ARG(name), REMIT_STR_ARG(text));
}

static int sign(const struct agent_control *control, const struct agent_control_operation *op,
                const struct agent_credentials *who, const struct remit_http_header *headers,
                size_t n_headers, struct remit_str body, struct remit_arena *arena,
                const char *const **lines, struct remit_err *err)
{
    const struct remit_sigv4_request request = {
        .method = REMIT_STR("POST"),
        .path = REMIT_STR("/"),
        .query = REMIT_STR(""),
        .headers = headers,
        .n_headers = n_headers,
        .body = body,
    };
    const struct remit_sigv4_signer signer = {
        .access_key_id = remit_str_of(who->access_key_id),
        .secret_access_key = remit_secret_view(&who->secret_access_key),
        .session_token = remit_secret_view(&who->session_token),
        .region = remit_str_of(control->spec.region),
        .service = remit_str_of(op->service),
        .now_at = remit_clock_now_at(),
    };

    return remit_sigv4_sign(&request, &signer, arena, lines, err);
}

/* Every header as a line: those that were signed, then the signature's own. */
static int all_lines(const struct remit_http_header *headers, size_t n_headers,
                     const char *const *signature, struct remit_arena *arena,
                     const char *out[LINES_MAX], struct remit_err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < n_headers; i++)
        out[n++] = remit_arena_fmt(arena, REMIT_STR_FMT ": " REMIT_STR_FMT,
                                   REMIT_STR_ARG(headers[i].name), REMIT_STR_ARG(headers[i].value))
                       .ptr;
    for (; *signature != NULL; signature++) {
        REMIT_REQUIRE(n < LINES_MAX - 1);
        out[n++] = *signature;
    }
    out[n] = NULL;
    return remit_arena_check(arena, "a signed request", err);
}

static int exchange(struct agent_control *control, const struct agent_control_operation *op,
                    const struct agent_credentials *who, struct remit_str body, int timeout_ms,
                    struct remit_http_answer *answer, struct remit_err *err)
{
    const struct remit_http_header headers[] = {
        { REMIT_STR("Host"), remit_str_of(control->host) },
        { REMIT_STR("Content-Type"), REMIT_STR("application/x-amz-json-1.1") },
        { REMIT_STR("X-Amz-Target"), remit_str_of(op->target) },
    };
    auto_arena struct remit_arena arena = REMIT_ARENA_SECRET(ARENA_MAX); /* a session's token */
    const char *lines[LINES_MAX] = { 0 };
    const char *const *signature = NULL;
    const struct remit_http_call call = {
        .method = "POST",
        .url = control->spec.url,
        .headers = lines,
        .body = body,
        .timeout_ms = timeout_ms != 0 ? timeout_ms : CALL_TIMEOUT_MS,
    };

    TRY(sign(control, op, who, headers, REMIT_COUNT(headers), body, &arena, &signature, err));
    TRY(all_lines(headers, REMIT_COUNT(headers), signature, &arena, lines, err));
    return remit_http_client_call(control->client, &call, answer, err);
}

static int away(const struct agent_control *control, struct remit_err *err)
{
    struct remit_err why = *err;

    if (why.kind != REMIT_ERR_UNAVAILABLE || remit_err_is(&why, "Cancelled"))
        return -1;
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "ControlAway", "control at %s: %s", control->host,
                      why.text);
}

int agent_control_call(struct agent_control *control, const struct agent_control_operation *op,
                       const struct agent_credentials *who, struct remit_str body, int timeout_ms,
                       struct remit_json **out, struct remit_err *err)
{
    struct remit_http_answer answer = { 0 };
    int result = 0;

    answer.body = (struct remit_buf)REMIT_BUF_SECRET(ANSWER_MAX);
    result = exchange(control, op, who, body, timeout_ms, &answer, err);
    if (result != 0)
        result = away(control, err);
    else if (answer.status != 200)
        result = refused(answer.status, remit_buf_view(&answer.body), err);
    else if (remit_json_parse(remit_buf_view(&answer.body), ANSWER_MAX, out, err) != 0)
        result = remit_fail(err, REMIT_ERR_UNAVAILABLE, "ControlAway",
                            "control's answer to %s is no JSON", op->target);
    remit_buf_drop(&answer.body);
    return result;
}
