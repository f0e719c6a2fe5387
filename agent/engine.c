#include "agent/engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/os/http_client.h"

#define ANSWER_MAX     ((size_t)8 * 1024 * 1024)
#define ASK_TIMEOUT_MS 30000
#define URL_MAX        4096

struct agent_engine {
    struct remit_http_client *client;
    char socket[108]; /* for messages */
};

int agent_engine_open(const char *socket, struct agent_engine **out, struct remit_err *err)
{
    struct agent_engine *engine = calloc(1, sizeof(*engine));

    if (engine == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "a client of the Engine");
    if (remit_http_client_new(socket, NULL, &engine->client, err) != 0) {
        agent_engine_drop(&engine);
        return -1;
    }
    (void)snprintf(engine->socket, sizeof(engine->socket), "%s", socket);
    *out = engine;
    return 0;
}

void agent_engine_drop(struct agent_engine **engine)
{
    if (*engine == NULL)
        return;
    remit_http_client_drop(&(*engine)->client);
    free(*engine);
    *engine = NULL;
}

void agent_engine_cancel(struct agent_engine *engine)
{
    remit_http_client_cancel(engine->client);
}

const char *agent_engine_path(struct remit_buf *out, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    remit_buf_put_vfmt(out, fmt, ap);
    va_end(ap);
    return remit_buf_cstr(out);
}

/* What a status means to a caller; the first row that holds. */
static const struct status_class {
    int from, to;
    enum remit_err_kind kind;
    const char *code;
} classes[] = {
    { 404, 404, REMIT_ERR_NOT_FOUND, "EngineNotFound" },
    { 409, 409, REMIT_ERR_CONFLICT, "EngineConflict" },
    { 400, 499, REMIT_ERR_INVALID, "EngineRefused" },
    { 0, 999, REMIT_ERR_INTERNAL, "EngineFailed" },
};

/* The Engine says {"message": …}; whatever else stands in an answer that failed is not for us. */
static int refused(int status, struct remit_str body, struct remit_err *err)
{
    auto_json struct remit_json *json = NULL;
    const struct status_class *row = classes;
    struct remit_str message;

    (void)!remit_json_parse(body, ANSWER_MAX, &json, NULL);
    message = remit_json_str(remit_json_get(json, "message"));
    while (status < row->from || status > row->to)
        row++;
    if (message.len == 0)
        return remit_fail(err, row->kind, row->code, "the Engine answered status %d", status);
    return remit_fail(err, row->kind, row->code, REMIT_STR_FMT, REMIT_STR_ARG(message));
}

static int away(const struct agent_engine *engine, struct remit_err *err)
{
    struct remit_err why = *err;

    if (why.kind != REMIT_ERR_UNAVAILABLE || remit_err_is(&why, "Cancelled"))
        return -1;
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "EngineAway",
                      "the Engine does not answer at %s: %s", engine->socket, why.text);
}

static int exchange(struct agent_engine *engine, const struct agent_engine_call *call,
                    struct remit_http_answer *answer, struct remit_err *err)
{
    auto_buf struct remit_buf url = REMIT_BUF(URL_MAX);
    auto_buf struct remit_buf type = REMIT_BUF(256);
    struct remit_http_call http = { 0 };
    const char *headers[3] = { 0 };
    size_t n = 0;

    remit_buf_put_fmt(&url, "http://engine" AGENT_ENGINE_API "%s", call->path);
    remit_buf_put_fmt(&type, "Content-Type: %s",
                      call->content_type != NULL ? call->content_type : "application/json");
    if (call->body.ptr != NULL)
        headers[n++] = remit_buf_cstr(&type);
    if (call->header != NULL)
        headers[n++] = call->header;
    http.method = call->method;
    http.url = remit_buf_cstr(&url);
    if (http.url == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "a path of the Engine over %d",
                          URL_MAX);
    http.headers = headers;
    http.body = call->body;
    http.timeout_ms = call->timeout_ms != 0 ? call->timeout_ms : ASK_TIMEOUT_MS;
    http.on_bytes = call->on_bytes;
    http.self = call->self;
    return remit_http_client_call(engine->client, &http, answer, err);
}

int agent_engine_ask(struct agent_engine *engine, const struct agent_engine_call *call,
                     struct remit_json **out, struct remit_err *err)
{
    struct remit_http_answer answer = { 0 };
    struct remit_err why = { 0 };
    int result = 0;

    REMIT_REQUIRE(call->path != NULL);
    answer.body = (struct remit_buf)REMIT_BUF_SECRET(ANSWER_MAX); /* environments are shown in it */
    err = err != NULL ? err : &why;
    result = exchange(engine, call, &answer, err);
    if (result != 0)
        result = away(engine, err);
    else if (answer.status >= 400)
        result = refused(answer.status, remit_buf_view(&answer.body), err);
    else if (out != NULL && answer.body.len > 0 &&
             remit_json_parse(remit_buf_view(&answer.body), ANSWER_MAX, out, err) != 0)
        result = remit_fail(err, REMIT_ERR_INTERNAL, "EngineFailed",
                            "the Engine's answer to %s %s is no JSON", call->method, call->path);
    remit_buf_drop(&answer.body);
    return result;
}

int agent_engine_version(struct agent_engine *engine, struct remit_json **out,
                         struct remit_err *err)
{
    const struct agent_engine_call call = { .method = "GET", .path = "/version" };

    return agent_engine_ask(engine, &call, out, err);
}
