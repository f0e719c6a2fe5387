#include "control/http/error.h"

#include "common/base/json.h"
#include "common/os/log.h"
#include "control/http/answer.h"
#include "control/http/grants.h"
#include "control/http/input.h"

/* Codes from below control's handlers: they name our insides, so they never leave. */
static const char *const inner_codes[] = {
    "InvalidKey",    "StoreLimit",    "StoreConflict",    "StoreCompacted",    "LeaseNotFound",
    "StoreFull",     "StoreCorrupt",  "StoreUnavailable", "KeeperUnavailable", "AuditUnavailable",
    "SystemError",   "MalformedJson", "JsonTooLarge",     "InvalidEncoding",   "InvalidSeal",
    "CryptoFailure", "InvalidTime",   "InvalidClaim",
};

static bool is_inner(const struct remit_err *err)
{
    if (err->kind == REMIT_ERR_INTERNAL || err->kind == REMIT_ERR_UNAVAILABLE || err->code == NULL)
        return true;
    for (size_t i = 0; i < REMIT_COUNT(inner_codes); i++)
        if (remit_err_is(err, inner_codes[i]))
            return true;
    return false;
}

/* What may be said of a fault: a full disk is no secret, and waiting helps. */
static const char *fault_sentence(const struct remit_err *err)
{
    if (remit_err_is(err, "StoreFull") || remit_err_is(err, "AuditUnavailable"))
        return "The request could not be recorded: the service has no room on its disk. Nothing "
               "was changed.";
    if (err->kind == REMIT_ERR_UNAVAILABLE)
        return "The service is temporarily unavailable. Try again.";
    return "The request failed because of an internal error.";
}

void control_error_show(const struct control_call *call, const struct control_service *service,
                        const struct remit_err *err, struct remit_err *shown)
{
    bool away = err->kind == REMIT_ERR_UNAVAILABLE || remit_err_is(err, "StoreFull");

    *shown = *err;
    if (!is_inner(err))
        return;
    remit_log_err(REMIT_LOG_ERROR, err, "request %s: %s failed", call->request_id,
                  call->operation != NULL ? call->operation->name : "parsing");
    (void)remit_fail(shown, away ? REMIT_ERR_UNAVAILABLE : REMIT_ERR_INTERNAL,
                     service != NULL ? service->fault : "InternalFailure", "%s Request id: %s",
                     fault_sentence(err), call->request_id);
}

static int class_status(const struct remit_err *err)
{
    return remit_err_class(err->kind)->http_status;
}

const char *control_content_type(const struct control_service *service)
{
    static const char *const types[] = {
        [CONTROL_JSON_1_1] = "application/x-amz-json-1.1",
        [CONTROL_QUERY] = "text/xml",
        [CONTROL_REST_JSON] = "application/json",
    };

    return types[service != NULL ? service->protocol : CONTROL_JSON_1_1];
}

/* ---- JSON 1.1 ---- */

/*
 * Errors of the front layer have a name of their own in the JSON protocols
 * (supporting-apis.md 3); what an operation says is said as it is.
 */
static const struct {
    const char *query, *json;
} json_codes[] = {
    { "AccessDenied", "AccessDeniedException" },
    { "MissingAuthenticationToken", "MissingAuthenticationTokenException" },
    { "IncompleteSignature", "IncompleteSignatureException" },
    { "InvalidClientTokenId", "UnrecognizedClientException" },
    { "SignatureDoesNotMatch", "InvalidSignatureException" },
    { "ExpiredToken", "ExpiredTokenException" },
    { "LimitExceeded", "LimitExceededException" },
};

static const char *json_code(const char *code)
{
    for (size_t i = 0; i < REMIT_COUNT(json_codes); i++)
        if (strcmp(json_codes[i].query, code) == 0)
            return json_codes[i].json;
    return code;
}

static void put_details(struct remit_jw *w, const struct control_grants *grants)
{
    for (size_t i = 0; grants != NULL && i < grants->n_details; i++) {
        remit_jw_key(w, grants->details[i].name);
        remit_jw_array(w);
        for (size_t k = 0; k < grants->details[i].n_values; k++)
            remit_jw_str(w, grants->details[i].values[k]);
        remit_jw_end(w);
    }
}

static void answer_json(const struct control_call *call, const struct control_service *service,
                        const struct remit_err *shown, struct remit_http_response *response)
{
    struct remit_jw w = REMIT_JW(&response->body);
    const char *code = json_code(shown->code);

    response->status = class_status(shown) >= 500 ? class_status(shown) : 400;
    response->content_type = control_content_type(service);
    remit_http_header_add(response, "x-amzn-ErrorType", remit_str_of(code));
    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "__type", code);
    remit_jw_put_cstr(&w, service != NULL ? service->message : "message", shown->text);
    put_details(&w, call->grants);
    remit_jw_end(&w);
}

/* ---- the status of a code ---- */

struct status_row {
    const char *code;
    int status;
};

static int status_of(const struct status_row *rows, size_t n, const struct remit_err *shown)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].code, shown->code) == 0)
            return rows[i].status;
    return class_status(shown);
}

/* ---- REST-JSON ---- */

static const struct status_row rest_statuses[] = {
    { "UnprocessableEntityException", 422 },
    { "UnknownOperationException", 404 },
};

static void put_problems(struct remit_jw *w, const struct control_call *call)
{
    struct control_problem *problems = NULL;
    size_t n = 0;

    control_input_problems(call->operation, call->input, call->arena, &problems, &n);
    if (n == 0)
        return;
    remit_jw_key(w, "fieldList");
    remit_jw_array(w);
    for (size_t i = 0; i < n; i++) {
        remit_jw_object(w);
        remit_jw_put_str(w, "name", problems[i].name);
        remit_jw_put_str(w, "message", problems[i].message);
        remit_jw_end(w);
    }
    remit_jw_end(w);
}

/* ValidationException has members of its own for what was wrong (supporting-apis.md 12). Bounds are
 * told to proven callers only: for others the input's shape was wrong. */
static void put_reason(struct remit_jw *w, const struct control_call *call)
{
    bool parsed = call->caller.kind != CONTROL_CALLER_NONE;

    remit_jw_put_cstr(w, "reason", parsed ? "fieldValidationFailed" : "cannotParse");
    if (parsed)
        put_problems(w, call);
}

static void answer_rest(const struct control_call *call, const struct control_service *service,
                        const struct remit_err *shown, struct remit_http_response *response)
{
    struct remit_jw w = REMIT_JW(&response->body);
    const char *code = json_code(shown->code);

    response->status = status_of(rest_statuses, REMIT_COUNT(rest_statuses), shown);
    response->content_type = control_content_type(service);
    remit_http_header_add(response, "x-amzn-ErrorType", remit_str_of(code));
    remit_jw_object(&w);
    remit_jw_put_cstr(&w, service->message, shown->text);
    if (strcmp(code, "ValidationException") == 0)
        put_reason(&w, call);
    put_details(&w, call->grants);
    remit_jw_end(&w);
}

/* ---- Query ---- */

static const struct status_row query_statuses[] = {
    { "IncompleteSignature", 400 },
    { "RequestExpired", 400 },
    { "MissingAction", 400 },
    { "NoSuchEntity", 404 },
    { "EntityAlreadyExists", 409 },
    { "DeleteConflict", 409 },
    { "LimitExceeded", 409 },
    { "ConcurrentModification", 409 },
    { "EntityTemporarilyUnmodifiable", 409 },
};

static void put_element(struct remit_buf *out, const char *name, const char *text)
{
    remit_buf_put_fmt(out, "<%s>", name);
    control_xml_escape(out, remit_str_of(text));
    remit_buf_put_fmt(out, "</%s>", name);
}

static void answer_query(const struct control_call *call, const struct control_service *service,
                         const struct remit_err *shown, struct remit_http_response *response)
{
    struct remit_buf *out = &response->body;

    response->status = status_of(query_statuses, REMIT_COUNT(query_statuses), shown);
    response->content_type = control_content_type(service);
    remit_buf_put_fmt(out, "<ErrorResponse xmlns=\"%s\"><Error>", service->xmlns);
    put_element(out, "Type", response->status >= 500 ? "Receiver" : "Sender");
    put_element(out, "Code", shown->code);
    put_element(out, "Message", shown->text);
    remit_buf_put_cstr(out, "</Error>");
    put_element(out, "RequestId", call->request_id);
    remit_buf_put_cstr(out, "</ErrorResponse>");
}

void control_error_answer(const struct control_call *call, const struct control_request *request,
                          const struct remit_err *shown, struct remit_http_response *response)
{
    const struct control_service *service = request->service;

    remit_buf_clear(&response->body);
    if (service != NULL && service->protocol == CONTROL_QUERY)
        answer_query(call, service, shown, response);
    else if (service != NULL && service->protocol == CONTROL_REST_JSON)
        answer_rest(call, service, shown, response);
    else
        answer_json(call, service, shown, response);
}
