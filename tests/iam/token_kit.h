/*
 * token_kit.h - a signing key of this test's own, and session tokens forged with it by hand.
 *
 * Ownership: what token_kit_open() made lives until token_kit_close(); buffers are the caller's.
 */
#pragma once

#include <remit/token.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "iam/crypto.h"

#define NOW    1800000000
#define KID    "2026-01-02-a"
#define HEADER "{\"alg\":\"ES256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}"
#define CLAIMS                                                                                     \
    "{\"iss\":\"remit\",\"sub\":\"arn:aws:sts::111122223333:assumed-role/r/s\","                   \
    "\"akid\":\"ASIA2345672345672345\",\"iat\":1800000000,\"exp\":1800003600}"

extern struct remit_crypto_key *token_kit_signer;
extern struct remit_secret token_kit_private; /* PEM */
extern struct remit_buf token_kit_public;     /* PEM */
extern struct remit_token_keys *token_kit_keys;

/* A suite's fixture. */
void token_kit_open(void);
void token_kit_close(void);

/* A key's public half: a view of `pem`, which is made here. */
struct remit_str token_kit_public_of(struct remit_crypto_key *key, struct remit_buf *pem);
/* Adds the signature of what stands in `token` so far. */
void token_kit_sign(const struct remit_crypto_key *key, struct remit_buf *token);
/* A token of that header and those claims, signed rightly. */
void token_kit_forge(const char *header, const char *claims, struct remit_buf *token);
int token_kit_verify(struct remit_str token, int64_t now_at, struct remit_err *err);
/* Expects that verifying fails as UNAUTHENTICATED, with that code. */
void token_kit_refused(struct remit_str token, const char *code, const char *name);
