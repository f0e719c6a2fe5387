/*
 * http_internal.h - between http_server.c (the library) and http_head.c (the rules).
 *
 * libmicrohttpd 0.9.75 reads requests kindly: it takes a bare LF for a line's end, joins folded
 * lines, skips spaces and hides what follows a NUL, so that it and a proxy before it may see two
 * different requests (attacks.md H1). It parses in place, though: every piece stays where it was
 * received and each separator becomes a NUL. Pieces that lie exactly as one strict request would
 * put them were therefore separated as one strict request is; anything else is refused. What
 * can't be told apart afterwards is a head with NULs and bare LFs that make up for each other. A
 * proxy that lets both through breaks [rfc9110 5.5] already, and workers answer no proxied request.
 *
 * Ownership: everything is borrowed from the library's buffer.
 * Errors:    INVALID "MalformedRequest" (HTTP 400), LIMIT "HeadTooLarge" (431).
 */
#pragma once

#include <stdint.h>

#include <remit/err.h>
#include <remit/http.h>

#define REMIT_HTTP_HEADERS_MAX 100

/* NUL-terminated pieces, where the library left them. */
struct remit_http_layout {
    const char *method;
    const char *target; /* its place; the library cut it up, so never read beyond the first byte */
    struct remit_str target_copy; /* as received */
    const char *version;
    size_t head_bytes; /* from the method to behind the blank line */
};

/*
 * `headers` as the library found them; values come back without the blanks at their end.
 * *body_bytes is the Content-Length, or 0.
 */
int remit_http_head_check(const struct remit_http_layout *layout, struct remit_http_header *headers,
                          size_t n_headers, uint64_t *body_bytes,
                          struct remit_err *err) REMIT_MUST_USE;
