/*
 * caller.h - from a proven access key or session token to the caller, and whether that caller is
 * still good.
 *
 * Errors: UNAUTHENTICATED "InvalidClientTokenId" (unknown, inactive or foreign key; a role or user
 *         that is gone or was made anew), "ExpiredToken" (past its time, or its task is to stop).
 * Sources: supporting-apis.md 2.6, 3; iam-evaluation.md 11.2, 12.
 */
#pragma once

#include <remit/err.h>
#include <remit/token.h>

#include "control/iam_data.h"
#include "control/operation.h"

/* The access key's record: active, and of a user who exists. */
int control_caller_of_key(struct control_call *call, struct remit_str access_key_id,
                          struct iam_access_key *key, struct remit_err *err) REMIT_MUST_USE;
/* The claims of a session token, whose purpose the caller of this has looked at. */
int control_caller_of_claims(struct control_call *call, enum control_caller_kind kind,
                             const struct remit_token_claims *claims,
                             struct remit_err *err) REMIT_MUST_USE;
/* Verifies a session token with the keeper's public keys, or finds it in the cache. */
int control_token_verify(struct control_call *call, struct remit_str token,
                         struct remit_token_claims *out, struct remit_err *err) REMIT_MUST_USE;
/* The caller's user or role as the store has it now; NULL for those that have none. */
int control_caller_principal(struct control_call *call, const struct iam_principal_record **out,
                             struct remit_err *err) REMIT_MUST_USE;

int control_token_invalid(struct remit_err *err); /* AWS's sentences; always -1 */
int control_token_expired(struct remit_err *err);
