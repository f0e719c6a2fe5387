/*
 * mint.h - role sessions and docker-registry's tokens, signed with the active key.
 *
 * Errors: INVALID "ValidationError" for a purpose, a time or an access that is not one; LIMIT
 *         "PackedPolicyTooLarge".
 */
#pragma once

#include "control/keeper/state.h"

int keeper_mint(struct keeper *keeper, const struct keeper_session *session, int64_t now_at,
                struct keeper_minted *out, struct remit_err *err) REMIT_MUST_USE;
int keeper_mint_registry(struct keeper *keeper, const struct keeper_registry *grant, int64_t now_at,
                         struct remit_secret *out, struct remit_err *err) REMIT_MUST_USE;
