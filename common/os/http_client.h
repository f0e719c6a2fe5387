/*
 * http_client.h - HTTP requests. The harbour of libcurl.
 *
 * Follows no redirect, uses no proxy from the environment, speaks http, https and http over a
 * unix socket. A client keeps its connections; use one per thread.
 *
 * Errors: UNAVAILABLE "ConnectionFailed", "Timeout", "Cancelled" or (on_bytes returned -1)
 *         "Stopped", with the URL's host in the text, never its path or query; LIMIT
 *         "AnswerTooLarge" when the answer is larger than its buffer's maximum; INVALID
 *         "InvalidUrl". An answer with any status is success.
 */
#pragma once

#include <stddef.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/buf.h"

struct remit_http_client;

struct remit_http_call {
    const char *method;
    const char *url; /* "http://host:port/path?query"; for a unix socket the host is any */
    const char *const *headers; /* "Name: value", NULL-terminated; NULL for none */
    struct remit_str body;      /* ptr NULL: no body */
    int body_fd;                /* > 0: the body is this file, chunked, instead of `body` */
    int timeout_ms;             /* whole exchange; 0: 30 s */
    /* Called for each piece of the answer's body instead of collecting it; -1 stops. */
    int (*on_bytes)(void *self, struct remit_str bytes);
    void *self;
};

struct remit_http_answer {
    int status;
    struct remit_buf body; /* set its max before the call; dropped by the caller */
    struct remit_buf head; /* raw header lines; set max, 0 skips them */
};

int remit_http_client_new(const char *unix_socket, const char *ca_file,
                          struct remit_http_client **out, struct remit_err *err) REMIT_MUST_USE;
void remit_http_client_drop(struct remit_http_client **client);
#define auto_http_client REMIT_AUTO(remit_http_client_drop)
int remit_http_client_call(struct remit_http_client *client, const struct remit_http_call *call,
                           struct remit_http_answer *answer, struct remit_err *err) REMIT_MUST_USE;
/* Makes the call under way in another thread, or else the next one, fail at once: "Cancelled". */
void remit_http_client_cancel(struct remit_http_client *client);
