/*
 * routes.h - the paths control serves besides POST /, each a row in control/http/server.c.
 *
 * A route gets a call that has everything but caller and input: id, clock, store, keeper, config,
 * server, arena, grants, and the route's own row as call->operation (for the audit record). It
 * proves the caller with control_caller_of_token(), asks with control_ask() (dispatch.h), and
 * fills the response's body, content type and headers; status 0 becomes 200.
 *
 * After it has returned the face writes the audit record of the call: caller, decisions, notes,
 * error. When it fails, what it has put is thrown away and the answer is
 * {"errors":[{"code":…,"message":…}]}, which docker and docker-registry understand, with the status
 * of the error's kind (UNAUTHENTICATED: 401).
 */
#pragma once

#include <remit/err.h>

#include "common/os/http_server.h"
#include "control/operation.h"

/* GET /registry/token: the token realm of docker-registry. In control/ops/. */
int control_registry_token(struct control_call *call, const struct remit_http_request *request,
                           struct remit_http_response *response,
                           struct remit_err *err) REMIT_MUST_USE;
