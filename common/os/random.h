/*
 * random.h - unpredictable bytes and the identifiers made from them.
 */
#pragma once

#include <stddef.h>

#include "common/base/buf.h"

/* getrandom(2); never short. */
void remit_random_bytes(void *out, size_t len);
#define REMIT_UUID_TEXT 37
/* RFC 9562 version 4, lower case, NUL-terminated; returns out. */
const char *remit_random_uuid(char out[REMIT_UUID_TEXT]);
/* `len` characters drawn evenly from `alphabet`. */
void remit_random_text(struct remit_buf *out, const char *alphabet, size_t len);
