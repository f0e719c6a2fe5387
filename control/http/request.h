/*
 * request.h - one HTTP request as the dispatcher sees it, and which operation it means.
 *
 * Ownership: everything is borrowed from the HTTP server's request or the call's arena.
 * Errors:    INVALID "UnknownOperationException" (JSON), "InvalidAction", "MissingAction" (Query);
 *            NOT_FOUND "UnknownOperationException" (REST).
 */
#pragma once

#include <stdbool.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/os/http_server.h"
#include "control/http/query.h"
#include "control/operation.h"

struct control_request {
    const struct remit_http_request *http;
    struct remit_str source_ip;  /* text; empty for a unix socket */
    struct remit_str user_agent; /* as sent: a stranger's bytes */
    bool tls;
    const struct control_service *service; /* speaks for errors before the operation is known */
    struct control_parameters parameters;  /* Query */
    struct remit_json *tree;               /* the input, dropped with the request */
};

void control_request_init(struct control_request *request, const struct remit_http_request *http,
                          bool tls, struct remit_arena *arena);
void control_request_drop(struct control_request *request);
#define auto_control_request REMIT_AUTO(control_request_drop)

/* The row that the request names, and its input tree with the right types: call->operation and
 * call->input. */
int control_parse(struct control_call *call, struct control_request *request,
                  struct remit_err *err) REMIT_MUST_USE;
