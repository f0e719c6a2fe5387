/*
 * request_text.h - an HTTP request written as text, for the tests of SigV4.
 *
 * Lines end in LF. A continued line (a blank at its front) is joined by a space, as RFC 7230 3.2.4
 * tells a receiver to do. Everything is borrowed from the text and the arena.
 */
#pragma once

#include <remit/sigv4.h>

#include "common/base/arena.h"

#define REQUEST_TEXT_HEADERS 40

struct request_text {
    struct remit_sigv4_request request;
    struct remit_http_header headers[REQUEST_TEXT_HEADERS];
};

/* False when the text is no request. */
bool request_text_parse(struct remit_str text, struct remit_arena *arena, struct request_text *out);
