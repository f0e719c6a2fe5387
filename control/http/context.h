/*
 * context.h - the condition keys of a question: who calls, over what, about which resource.
 *
 * Ownership: values lie in the call's arena; the context is the caller's, and filled anew for each
 *            question.
 * Sources:   iam-evaluation.md 14.
 */
#pragma once

#include <remit/err.h>
#include <remit/request.h>

#include "control/http/grants.h"
#include "control/operation.h"

/* Global keys about the caller and the request. */
int control_context_caller(struct control_call *call, struct remit_context *context,
                           struct remit_err *err) REMIT_MUST_USE;
/* aws:ResourceAccount, and the tags of the resource when its row is known (else NULL). */
int control_context_resource(struct control_call *call, struct remit_str arn,
                             const struct control_resource *resource, struct remit_context *context,
                             struct remit_err *err) REMIT_MUST_USE;
/* What the operation supplied. */
int control_context_operation(struct control_call *call, struct remit_context *context,
                              struct remit_err *err) REMIT_MUST_USE;
/* Instead of the first: a service assumes a role on behalf of this account. */
int control_context_service(struct control_call *call, const char *service,
                            struct remit_context *context, struct remit_err *err) REMIT_MUST_USE;
