/*
 * secrets.h - access keys: made, sealed, opened, derived. Pure but for random bytes.
 *
 * A long-term secret (AKIA, AJOI) is random, and leaves as a ciphertext bound to its id. A
 * session's (ASIA) is a function of the root and its id: nothing of it is stored.
 *
 * Errors: UNAUTHENTICATED "InvalidClientTokenId"; INVALID "ValidationError".
 */
#pragma once

#include "control/keeper/state.h"

#define KEEPER_SECRET_CHARS 40

/* Four letters of a known kind and 16 of A-Z2-7. */
bool keeper_is_access_key_id(struct remit_str id);
void keeper_new_access_key_id(const char *prefix, char out[KEEPER_ACCESS_KEY_ID_MAX + 1]);

/* A long-term key of that kind; *ciphertext is base64. */
int keeper_create_key(const struct keeper *keeper, enum keeper_key_kind kind,
                      char id[KEEPER_ACCESS_KEY_ID_MAX + 1], struct remit_secret *secret,
                      struct remit_buf *ciphertext, struct remit_err *err) REMIT_MUST_USE;
int keeper_session_secret(const struct keeper *keeper, struct remit_str id,
                          struct remit_secret *out, struct remit_err *err) REMIT_MUST_USE;
/*
 * The signing key of a scope. The date must lie within a day ahead and eight days back of now_at:
 * who asks may be an intruder in control, and keys for tomorrow's dates would outlast the cure.
 */
int keeper_signing_key(const struct keeper *keeper, const struct keeper_sign *scope, int64_t now_at,
                       struct remit_secret *out, struct remit_err *err) REMIT_MUST_USE;
int keeper_stored_data_key(const struct keeper *keeper, struct remit_str context,
                           struct remit_secret *out, struct remit_err *err) REMIT_MUST_USE;
