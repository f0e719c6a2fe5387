#include "control/http/request.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "control/http/dispatch.h"
#include "control/http/input.h"
#include "control/http/rest.h"

#define SHOWN_NAME 64 /* bytes of a stranger's name for an operation that are shown */

static struct remit_str address_text(const struct sockaddr *peer, struct remit_arena *arena)
{
    char text[INET6_ADDRSTRLEN] = "";

    if (peer == NULL)
        return remit_str_from("", 0);
    if (peer->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)peer;

        (void)inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
    } else if (peer->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)peer;

        if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
            (void)inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], text, sizeof(text));
        else
            (void)inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
    }
    return remit_arena_str(arena, remit_str_of(text));
}

void control_request_init(struct control_request *request, const struct remit_http_request *http,
                          bool tls, struct remit_arena *arena)
{
    *request = (struct control_request){
        .http = http,
        .source_ip = address_text(http->peer, arena),
        .user_agent = remit_http_header(http, "user-agent"),
        .tls = tls,
    };
}

void control_request_drop(struct control_request *request)
{
    remit_json_drop(&request->tree);
}

static int shown(struct remit_str s)
{
    return (int)(s.len < SHOWN_NAME ? s.len : SHOWN_NAME);
}

/* ---- JSON 1.1: the operation is a header ---- */

/* The parser quotes what stands near the fault, which may be part of a secret's value: the text
 * goes to the audit log, so that part is left out. */
static int refuse_body(const struct control_service *service, const struct remit_err *why,
                       struct remit_err *err)
{
    const char *quote = strstr(why->text, " near ");

    return remit_fail(err, REMIT_ERR_INVALID, service->malformed, "%.*s",
                      quote != NULL ? (int)(quote - why->text) : (int)strlen(why->text), why->text);
}

/* An empty body is one without members. */
static int parse_body(struct control_request *request, struct remit_err *err)
{
    struct remit_str body = request->http->body;
    struct remit_err why = { 0 };

    if (body.len == 0)
        body = REMIT_STR("{}");
    if (remit_json_parse(body, CONTROL_BODY_MAX, &request->tree, &why) != 0)
        return refuse_body(request->service, &why, err);
    return 0;
}

static int parse_json(struct control_call *call, struct control_request *request,
                      struct remit_str target, struct remit_err *err)
{
    request->service = control_service_by_target(target);
    call->operation = control_operation_by_target(target);
    if (call->operation == NULL || !remit_str_equal(request->http->method, REMIT_STR("POST")) ||
        remit_http_header_count(request->http, "x-amz-target") != 1)
        return remit_fail(err, REMIT_ERR_INVALID, "UnknownOperationException",
                          "The requested operation is not recognized by the service: '%.*s'",
                          shown(target), target.ptr);
    return parse_body(request, err);
}

/* ---- REST-JSON: the operation is method and path ---- */

static int parse_rest(struct control_call *call, struct control_request *request,
                      struct remit_err *err)
{
    const struct remit_http_request *http = request->http;

    call->operation = control_operation_by_path(http->path);
    if (call->operation != NULL)
        request->service = call->operation->service;
    if (call->operation == NULL || !remit_str_equal(http->method, REMIT_STR("POST")))
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "UnknownOperationException",
                          "There is no operation %.*s %.*s", shown(http->method), http->method.ptr,
                          shown(http->path), http->path.ptr);
    TRY(parse_body(request, err));
    return control_rest_tree(call->operation, http->query, call->arena, &request->tree, err);
}

/* ---- Query: the operation is a parameter ---- */

/* A body's parameters, or those behind '?' when there is no body. */
static struct remit_str form_of(const struct remit_http_request *http)
{
    bool post = remit_str_equal(http->method, REMIT_STR("POST"));

    return post && http->body.len > 0 ? http->body : http->query;
}

static int refuse_action(struct remit_str action, struct remit_str version, struct remit_err *err)
{
    if (action.len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "MissingAction",
                          "The request must name an Action and a Version.");
    if (control_service_by_version(version) == NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "NoSuchVersion",
                          "The requested version (%.*s) of the service is not known.",
                          shown(version), version.ptr != NULL ? version.ptr : "");
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidAction",
                      "Could not find operation %.*s for version %.*s", shown(action), action.ptr,
                      shown(version), version.ptr);
}

static int parse_query(struct control_call *call, struct control_request *request,
                       struct remit_err *err)
{
    struct remit_str action, version;

    request->service = &control_sts; /* until the version says better */
    TRY(control_query_parse(form_of(request->http), call->arena, &request->parameters, err));
    action = control_query_value(&request->parameters, "Action");
    version = control_query_value(&request->parameters, "Version");
    if (control_service_by_version(version) != NULL)
        request->service = control_service_by_version(version);
    call->operation = control_operation_by_action(version, action);
    if (call->operation == NULL)
        return refuse_action(action, version, err);
    return control_query_tree(call->operation, &request->parameters, call->arena, &request->tree,
                              err);
}

int control_parse(struct control_call *call, struct control_request *request, struct remit_err *err)
{
    struct remit_str target = remit_http_header(request->http, "x-amz-target");

    call->request = request;
    TRY(remit_arena_check(call->arena, "the request", err));
    if (!remit_str_equal(request->http->path, REMIT_STR("/")))
        TRY(parse_rest(call, request, err));
    else if (target.ptr != NULL)
        TRY(parse_json(call, request, target, err));
    else
        TRY(parse_query(call, request, err));
    call->input = request->tree;
    return control_input_types(call->operation, request->tree, err);
}
