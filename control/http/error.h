/*
 * error.h - what a failed call says to its caller, in the service's own words.
 *
 * JSON 1.1: 400 (or 5xx) with {"__type":code, <message member>:text, …} and x-amzn-ErrorType.
 * REST-JSON: the status of the code, {"message":text, …} and x-amzn-ErrorType.
 * Query: <ErrorResponse> with the status of the code. Our own failures (INTERNAL, UNAVAILABLE and
 * every code of store, keeper or libraries) become the service's fault code and a request id: the
 * whole of it goes to the log only.
 * Sources: supporting-apis.md 1.1 to 1.3, 3, 4, 7.3, 12.
 */
#pragma once

#include <remit/err.h>

#include "common/os/http_server.h"
#include "control/http/request.h"
#include "control/operation.h"

/* Of what the service answers; JSON 1.1 for NULL. */
const char *control_content_type(const struct control_service *service);

/* As the caller may see it: *shown is *err, or the fault that stands for it. `service` may be
 * NULL (nothing is known yet). */
void control_error_show(const struct control_call *call, const struct control_service *service,
                        const struct remit_err *err, struct remit_err *shown);
/* The answer for an error that may be shown. */
void control_error_answer(const struct control_call *call, const struct control_request *request,
                          const struct remit_err *shown, struct remit_http_response *response);
