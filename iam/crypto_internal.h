/*
 * crypto_internal.h - between crypto.c (hashes, seals) and crypto_key.c (ECDSA keys): the two
 * files of OpenSSL's harbour.
 */
#pragma once

#include "iam/crypto.h"

/* INTERNAL "CryptoFailure": what failed, and OpenSSL's reason, whose queue is emptied. */
int crypto_fail(struct remit_err *err, const char *what);
