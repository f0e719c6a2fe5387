/*
 * http_server.h - an HTTP/1.1 server over a listening socket. The harbour of libmicrohttpd.
 *
 * Before a handler runs: head bounded (max_head_bytes: 431), at most 100 headers, body bounded
 * (max_body_bytes: 413), malformed requests refused with 400 and the connection closed (attacks.md
 * H1): see http_internal.h. Transfer codings are refused, so a body always has a Content-Length.
 * The path is the raw, undecoded target before '?'.
 *
 * Time: a connection on which nothing moves for idle_timeout_s is closed, and so is one whose
 *       request isn't whole after three times that (bytes sent one by one keep nothing open). One
 *       connection more than max_connections closes that which has waited longest for a request.
 *
 * Threads: `threads` 0 serves from remit_http_server_run() in the caller's thread (for rooms
 *          whose sandbox forbids clone); otherwise that many internal threads call the handler,
 *          each for its share of the connections: a handler that waits keeps all those waiting, so
 *          one that may wait (a long poll) asks for `blocking`.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <remit/err.h>
#include <remit/http.h>
#include <remit/secret.h>
#include <remit/str.h>

#include "common/base/buf.h"

struct remit_http_server;
struct remit_http_prepared;

struct remit_http_request {
    struct remit_str method;
    struct remit_str path;  /* raw: not decoded, without the query */
    struct remit_str query; /* raw, without '?', may be empty */
    struct remit_str body;
    const struct remit_http_header *headers; /* in the order sent, duplicates kept */
    size_t n_headers;
    const struct sockaddr *peer; /* NULL for a unix socket */
    uint64_t connection;         /* a number per connection, for logs */
};

struct remit_http_response {
    int status;                        /* 0 is a 500 */
    struct remit_buf body;             /* max set by the server; secret: wiped after sending */
    const char *content_type;          /* a literal; NULL sends none */
    struct remit_http_header extra[8]; /* literals, or what outlives the handler in its thread */
    size_t n_extra;
    bool close; /* close the connection after this answer */
    /* When static_body.ptr is set it is sent instead of body; it must outlive the server or stay
     * unchanged until remit_http_server_drop(). Nothing is copied. */
    struct remit_str static_body;
    /* When set, this whole answer is sent (status included) and nothing is allocated for it. */
    const struct remit_http_prepared *prepared;
};

typedef void remit_http_handler(void *self, const struct remit_http_request *request,
                                struct remit_http_response *response);

struct remit_http_server_spec {
    int listen_fd; /* listening already; taken over, also on failure */
    unsigned threads;
    bool blocking; /* handlers may wait: each connection has a thread of its own, not `threads` */
    size_t max_head_bytes;    /* 0: 32 KiB */
    size_t max_body_bytes;    /* 0: no body is taken */
    size_t max_answer_bytes;  /* 0: 4 MiB */
    unsigned idle_timeout_s;  /* 0: 10 */
    unsigned max_connections; /* 0: 1000 */
    bool secret_answers;      /* answers are wiped after sending */
    const char *tls_cert_pem; /* the texts; both or neither */
    const char *tls_key_pem;
    remit_http_handler *handler;
    void *self;
};

int remit_http_server_open(const struct remit_http_server_spec *spec,
                           struct remit_http_server **out, struct remit_err *err) REMIT_MUST_USE;
/*
 * For threads == 0: a step of the caller's loop. Waits for at most timeout_ms (-1: for ever) until
 * something comes or extra_fd (-1: none) is readable, and serves what has come.
 */
int remit_http_server_run(struct remit_http_server *server, int extra_fd, int timeout_ms,
                          bool *extra_ready, struct remit_err *err) REMIT_MUST_USE;
void remit_http_server_drop(struct remit_http_server **server);
#define auto_http_server REMIT_AUTO(remit_http_server_drop)

/*
 * An answer made once and sent often. It takes `body` over, and drops it (a secret is wiped) when
 * the last connection that sends it is done: replacing one while it is being sent is safe. Headers
 * are added before it is first sent.
 */
int remit_http_prepare(int status, const char *content_type, struct remit_secret *body,
                       struct remit_http_prepared **out, struct remit_err *err) REMIT_MUST_USE;
int remit_http_prepare_buf(int status, const char *content_type, struct remit_buf *body,
                           struct remit_http_prepared **out, struct remit_err *err) REMIT_MUST_USE;
int remit_http_prepared_header(struct remit_http_prepared *prepared, const char *name,
                               const char *value, struct remit_err *err) REMIT_MUST_USE;
void remit_http_prepared_drop(struct remit_http_prepared **prepared);
#define auto_http_prepared REMIT_AUTO(remit_http_prepared_drop)
int remit_http_prepared_status(const struct remit_http_prepared *prepared);

/* The value of the first header of that name (any case); an empty str with NULL ptr if none. */
struct remit_str remit_http_header(const struct remit_http_request *request, const char *name);
size_t remit_http_header_count(const struct remit_http_request *request, const char *name);
void remit_http_header_add(struct remit_http_response *response, const char *name,
                           struct remit_str value);

/* A listening TCP socket on a literal IPv4 or IPv6 address. port 0 picks one; *port says it. */
int remit_http_listen(const char *address, uint16_t *port, int *out,
                      struct remit_err *err) REMIT_MUST_USE;
/* Whether an address, as text, is a loopback address. */
bool remit_http_is_loopback(const char *address);
