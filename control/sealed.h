/*
 * sealed.h - stored secret values: sealed with a data key of the keeper's, opened only to answer.
 *
 * A value is sealed under the key for its context (its ARN and version), which is also the seal's
 * associated data: a value copied to another record does not open. The text that is stored is
 * base64.
 *
 * Errors: the keeper's; INVALID "InvalidSeal" for a text that was altered or belongs elsewhere.
 */
#pragma once

#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>

#include "control/operation.h"

/* *out lives in the call's arena. */
int control_sealed_put(struct control_call *call, struct remit_str context, struct remit_str plain,
                       struct remit_str *out, struct remit_err *err) REMIT_MUST_USE;
int control_sealed_open(struct control_call *call, struct remit_str context, struct remit_str text,
                        struct remit_secret *out, struct remit_err *err) REMIT_MUST_USE;
