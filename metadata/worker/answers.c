#include "metadata/worker/answers.h"

#include "common/base/json.h"

#define JSON_TYPE "application/json"
#define BODY_MAX  1024
#define ID_SHOWN  128

static const struct row {
    int status;
    const char *reason; /* in reports */
    const char *code;
    const char *message;   /* behind "CredentialsV2Request: " */
    const char *header[2]; /* one more, or none */
} rows[WORKER_REFUSALS] = {
    [WORKER_SERVED] = { 200, "Vended", NULL, NULL, { NULL } },
    [WORKER_NO_ID] = { 400,
                       "NoIdInRequest",
                       "NoIdInRequest",
                       "No Credential ID in the request",
                       { NULL } },
    [WORKER_UNKNOWN_ID] = { 400,
                            "InvalidIdInRequest",
                            "InvalidIdInRequest",
                            "Credentials not found",
                            { NULL } },
    [WORKER_UNINITIALIZED] = { 503,
                               "CredentialsUninitialized",
                               "CredentialsUninitialized",
                               "Credentials uninitialized for ID",
                               { "Retry-After", "1" } },
    [WORKER_NO_TOKEN] = { 403,
                          "NoToken",
                          "AccessDenied",
                          "An Authorization header with the token of "
                          "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is needed",
                          { NULL } },
    [WORKER_WRONG_TOKEN] = { 403,
                             "WrongToken",
                             "AccessDenied",
                             "The authorization token is not one of this task",
                             { NULL } },
    [WORKER_WRONG_METHOD] = { 405,
                              "MethodNotAllowed",
                              "MethodNotAllowed",
                              "Only GET and HEAD are answered",
                              { "Allow", "GET, HEAD" } },
    [WORKER_WRONG_HOST] = { 403,
                            "WrongHost",
                            "AccessDenied",
                            "The Host header names another host",
                            { NULL } },
    [WORKER_PROXIED] = { 403,
                         "Proxied",
                         "AccessDenied",
                         "Proxied requests are not answered",
                         { NULL } },
    [WORKER_TOO_FAST] = { 503,
                          "TooManyRequests",
                          "SlowDown",
                          "Too many requests of this task, try again later",
                          { "Retry-After", "1" } },
};

const char *worker_refusal_reason(enum worker_refusal refusal)
{
    return rows[refusal].reason;
}

int worker_refusal_status(enum worker_refusal refusal)
{
    return rows[refusal].status;
}

static const char *const prefixes[] = {
    [WORKER_V2_PREFIX] = "CredentialsV2Request: ",
    [WORKER_V1_PREFIX] = "CredentialsV1Request: ",
    [WORKER_NO_PREFIX] = "",
};

static void put_refusal(struct remit_buf *out, const struct row *row, const char *prefix)
{
    struct remit_jw w = REMIT_JW(out);

    w.html = true;
    remit_jw_object(&w);
    for (size_t i = 0; i < 2; i++) {
        remit_jw_put_cstr(&w, i == 0 ? "code" : "Code", row->code);
        remit_jw_key(&w, i == 0 ? "message" : "Message");
        remit_jw_fmt(&w, "%s%s", prefix, row->message);
    }
    remit_jw_put_int(&w, "HTTPErrorCode", row->status);
    remit_jw_end(&w);
}

static int make_refusal(const struct row *row, const char *prefix, struct remit_http_prepared **out,
                        struct remit_err *err)
{
    auto_buf struct remit_buf body = REMIT_BUF(BODY_MAX);

    put_refusal(&body, row, prefix);
    TRY(remit_http_prepare_buf(row->status, JSON_TYPE, &body, out, err));
    if (row->header[0] == NULL)
        return 0;
    return remit_http_prepared_header(*out, row->header[0], row->header[1], err);
}

static int make_text(int status, const char *type, const char *text,
                     struct remit_http_prepared **out, struct remit_err *err)
{
    auto_buf struct remit_buf body = REMIT_BUF(BODY_MAX);

    remit_buf_put_cstr(&body, text);
    return remit_http_prepare_buf(status, type, &body, out, err);
}

int worker_answers_make(struct worker_answers *out, struct remit_err *err)
{
    for (int i = WORKER_SERVED + 1; i < WORKER_REFUSALS; i++)
        for (size_t k = 0; k < REMIT_COUNT(prefixes); k++)
            TRY(make_refusal(&rows[i], prefixes[k], &out->refusals[i][k], err));
    TRY(make_text(200, JSON_TYPE, "null", &out->null_stats, err));
    TRY(make_text(200, JSON_TYPE, "{}", &out->empty_stats, err));
    TRY(make_text(404, "text/plain; charset=utf-8", "404 page not found\n", &out->not_found, err));
    return remit_http_prepared_header(out->not_found, "X-Content-Type-Options", "nosniff", err);
}

void worker_answers_clear(struct worker_answers *answers)
{
    for (int i = 0; i < WORKER_REFUSALS; i++)
        for (size_t k = 0; k < REMIT_COUNT(prefixes); k++)
            remit_http_prepared_drop(&answers->refusals[i][k]);
    remit_http_prepared_drop(&answers->not_found);
    remit_http_prepared_drop(&answers->null_stats);
    remit_http_prepared_drop(&answers->empty_stats);
}

void worker_answer_string(struct remit_http_response *response, int status, const char *text,
                          struct remit_str id)
{
    response->status = status;
    response->content_type = JSON_TYPE;
    remit_buf_put_byte(&response->body, '"');
    remit_json_escape(&response->body, remit_str_of(text), true);
    remit_json_escape(&response->body, remit_str_sub(id, 0, ID_SHOWN), true);
    remit_buf_put_byte(&response->body, '"');
}
