/*
 * encode.h - hex, base64 (RFC 4648 sections 4 and 5) and percent-encoding (RFC 3986), each
 * written into a caller's buffer.
 *
 * Errors: decoding is strict: a byte outside the alphabet, wrong padding or set bits behind the
 *         last byte are INVALID with code "InvalidEncoding" and the offset in the text.
 */
#pragma once

#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>

#include "common/base/buf.h"

void remit_hex_put(struct remit_buf *out, struct remit_str bytes); /* lower case */
int remit_hex_decode(struct remit_str hex, struct remit_buf *out,
                     struct remit_err *err) REMIT_MUST_USE;
void remit_base64_put(struct remit_buf *out, struct remit_str bytes);    /* padded */
void remit_base64url_put(struct remit_buf *out, struct remit_str bytes); /* not padded */
int remit_base64_decode(struct remit_str text, struct remit_buf *out,
                        struct remit_err *err) REMIT_MUST_USE;
int remit_base64url_decode(struct remit_str text, struct remit_buf *out,
                           struct remit_err *err) REMIT_MUST_USE;
/* All but A-Z a-z 0-9 - . _ ~ become %XX; '/' too unless keep_slash. */
void remit_uri_put(struct remit_buf *out, struct remit_str bytes, bool keep_slash);
/* plus_is_space as in application/x-www-form-urlencoded. */
int remit_uri_decode(struct remit_str text, bool plus_is_space, struct remit_buf *out,
                     struct remit_err *err) REMIT_MUST_USE;
