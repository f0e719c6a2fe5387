/*
 * dispatch.h - the one way to a handler: parse, authenticate, bounds, authorize, audit, handler.
 *
 * Order of refusals: JSON shape, then authentication, then bounds, then authorization.
 * Sources: supporting-apis.md 2.6, 3, 4; ecs-control.md 4; iam-evaluation.md 14, 15, 17, 19.
 */
#pragma once

#include <remit/err.h>

#include "control/http/answer.h"
#include "control/http/request.h"
#include "control/iam_data.h"
#include "control/operation.h"

/* A call with everything but its operation: id, clock, store, keeper, config, grants. */
void control_call_init(struct control_call *call, struct control_server *server,
                       struct remit_arena *arena, double now);
void control_call_clear(struct control_call *call); /* drops what does not lie in the arena */
#define auto_control_call REMIT_AUTO(control_call_clear)

/* The whole of it for one request; the answer is in *out when it returns 0. */
int control_dispatch(struct control_call *call, struct control_request *request,
                     struct remit_buf *out, struct remit_err *err) REMIT_MUST_USE;

/*
 * The second half, for a call whose operation, input and caller are set: bounds, authorize, audit,
 * handler. control_dispatch() ends in it; tests of operations enter here.
 */
int control_run(struct control_call *call, struct remit_buf *out,
                struct remit_err *err) REMIT_MUST_USE;

/* authenticate.c: fills call->caller. */
int control_authenticate(struct control_call *call, const struct control_request *request,
                         struct remit_err *err) REMIT_MUST_USE;
/* authorize.c: proof, action on each resource, what else the call needs, roles passed. */
int control_authorize(struct control_call *call, struct remit_err *err) REMIT_MUST_USE;

/* ---- for routes (routes.h), which have no signature ---- */

/*
 * Fills call->caller from a session token alone, which must have that purpose: the token's
 * signature, expiry, and all that control_authenticate() asks of a session (its role or user is
 * still the one it was minted for, a task is still to run). The subject may be a session, a user
 * or the root user. Sessions of a purpose other than those that sign requests are refused by
 * control_authenticate(), so a token of this kind is good for nothing else.
 */
int control_caller_of_token(struct control_call *call, struct remit_str token, const char *purpose,
                            struct remit_err *err) REMIT_MUST_USE;
/*
 * Asks the caller's policies about one action on one resource, in the context of the call; a
 * policy given with control_resource_policy() for the same ARN takes part. The decision goes to
 * the audit record. *allowed is false unless they allow it.
 */
int control_ask(struct control_call *call, const char *action, struct remit_str resource,
                bool *allowed, struct remit_err *err) REMIT_MUST_USE;

/* Whether the role's trust policy lets that service ("ecs-tasks.amazonaws.com") assume it now. */
int control_role_trusts(struct control_call *call, const struct iam_principal_record *role,
                        const char *service, bool *trusts, struct remit_err *err) REMIT_MUST_USE;

/* All rows, by X-Amz-Target, by Action and Version, or by path. NULL when there is none. */
const struct control_operation *control_operation_by_target(struct remit_str target);
const struct control_operation *control_operation_by_action(struct remit_str version,
                                                            struct remit_str action);
const struct control_operation *control_operation_by_path(struct remit_str path);
const struct control_service *control_service_by_target(struct remit_str target);
const struct control_service *control_service_by_version(struct remit_str version);
/* For tests that walk the router: the i-th row, NULL past the end. */
const struct control_operation *control_operation_at(size_t i);
