/*
 * sigv4_internal.h - between the files of SigV4: reading, canonical forms, signing, times.
 */
#pragma once

#include <remit/sigv4.h>

#include "common/base/arena.h"
#include "common/base/buf.h"

#define SIGV4_ALGORITHM  "AWS4-HMAC-SHA256"
#define SIGV4_TERMINATOR "aws4_request"
#define SIGV4_TIME_TEXT  17 /* yyyymmddThhmmssZ and NUL */
#define SIGV4_DATE_CHARS 8  /* of which the scope's date is the front */

/* What a caller reads when a signature does not match; a reason may follow. */
#define SIGV4_MISMATCH                                                                             \
    "The request signature we calculated does not match the signature you provided. Check your "   \
    "AWS Secret Access Key and signing method. Consult the service documentation for details."

/* Times: yyyymmddThhmmssZ, strictly; and RFC 1123 or that form in a Date header. */
bool sigv4_time_parse(struct remit_str text, int64_t *at);
bool sigv4_time_parse_date_header(struct remit_str text, int64_t *at);
void sigv4_time_text(int64_t at, char out[SIGV4_TIME_TEXT]);

/* The first header of that name, or NULL. */
const struct remit_http_header *sigv4_header(const struct remit_sigv4_request *request,
                                             struct remit_str name);
/* Takes a parameter off the front of a query: as on the wire. False when there is none. */
bool sigv4_query_next(struct remit_str *rest, struct remit_str *name, struct remit_str *value);
/*
 * Percent-decodes into *out, replacing what is there. A plus is a space, as control's own reader
 * of queries takes it: read otherwise here, "+" and "%2B" could be exchanged under one signature.
 */
int sigv4_query_decode(struct remit_str text, struct remit_buf *out, struct remit_err *err);
