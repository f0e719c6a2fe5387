/*
 * token_internal.h - between token.c (libjwt's harbour) and token_cache.c.
 */
#pragma once

#include <remit/token.h>

#include "common/base/arena.h"
#include "common/base/buf.h"

/* Issuer and times, of a token whose signature is good already. */
int token_check_claims(const struct remit_token_claims *claims, struct remit_str issuer,
                       int64_t now_at, struct remit_err *err);
/* The claims that are text, each copied to the arena. */
int token_copy_claims(const struct remit_token_claims *from, struct remit_arena *arena,
                      struct remit_token_claims *out, struct remit_err *err);
