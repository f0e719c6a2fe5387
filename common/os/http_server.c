#include "common/os/http_server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"
#include "common/os/http_internal.h"
#include "common/os/http_server_answer.h"
#include "common/os/http_waiting.h"

#define SPARE_CONNECTIONS 32    /* being closed while new ones come */
#define HEADER_RECORD     128   /* what the library allocates for each line and each argument */
#define TARGET_KEPT       1024  /* a longer copy is not kept for the next request */
#define IDLE_SLEEP_MS     60000 /* with nobody connected; all wakes it */
#define THREAD_STACK      (1024 * 1024)
#define DRAIN_TIMES       4 /* a body of up to so many times the maximum is read, then refused */

struct remit_http_server {
    struct remit_http_server_spec spec;
    struct MHD_Daemon *daemon;
    struct remit_http_waiting waiting;
    _Atomic uint64_t connections;
    int64_t swept_ms;
    int epoll; /* the library's own, when threads is 0 */
};

/* What we keep for each connection, reused by its requests. */
struct connection {
    struct remit_http_waiter waiter; /* first: it is cast back */
    struct remit_http_server *server;
    uint64_t number;
    const char *target; /* its place in the library's buffer */
    char *copy;         /* the target as received */
    size_t copy_len;
    size_t copy_cap;
    struct remit_buf body;
    bool begun;   /* the head was seen */
    int refusing; /* the status to answer once the body has been read */
};

/* --- the head --- */

struct head {
    struct remit_http_layout layout;
    struct remit_http_header headers[REMIT_HTTP_HEADERS_MAX];
    size_t n_headers;
    bool too_many;
    uint64_t body_bytes;
};

static enum MHD_Result take_header(void *self, enum MHD_ValueKind kind, const char *name,
                                   size_t name_len, const char *value, size_t value_len)
{
    struct head *head = self;

    (void)kind;
    if (head->n_headers == REMIT_HTTP_HEADERS_MAX) {
        head->too_many = true;
        return MHD_NO;
    }
    head->headers[head->n_headers].name = remit_str_from(name, name_len);
    head->headers[head->n_headers++].value = remit_str_from(value, value_len);
    return MHD_YES;
}

static size_t head_bytes(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return info != NULL ? info->header_size : 0;
}

/* 0, or the status to refuse the request with. */
static int take_head(struct connection *c, struct MHD_Connection *mhd, const char *method,
                     const char *version, struct head *head)
{
    struct remit_err err = { 0 };

    head->n_headers = 0;
    head->too_many = false;
    head->layout = (struct remit_http_layout){
        .method = method,
        .target = c->target,
        .target_copy = remit_str_from(c->copy, c->copy_len),
        .version = version,
        .head_bytes = head_bytes(mhd),
    };
    (void)MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, take_header, head);
    if (head->too_many || head->layout.head_bytes > c->server->spec.max_head_bytes)
        return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
    if (remit_http_head_check(&head->layout, head->headers, head->n_headers, &head->body_bytes,
                              &err) != 0)
        return MHD_HTTP_BAD_REQUEST;
    return 0;
}

/* --- answering --- */

static enum MHD_Result queue(struct MHD_Connection *mhd, struct remit_http_response *r)
{
    struct MHD_Response *response = r->status != 0 ? remit_http_answer_make(r) : NULL;
    int status = r->status;
    enum MHD_Result result = MHD_NO;

    if (response == NULL) {
        status = MHD_HTTP_INTERNAL_SERVER_ERROR;
        response =
            MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    }
    if (response == NULL)
        return MHD_NO; /* no memory: the connection is closed */
    result = MHD_queue_response(mhd, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct connection *c, struct MHD_Connection *mhd, int status)
{
    struct remit_http_response r = { .status = status, .close = true };

    remit_http_waiting_busy(&c->server->waiting, &c->waiter);
    return queue(mhd, &r);
}

static enum MHD_Result serve(struct connection *c, struct MHD_Connection *mhd,
                             const struct head *head)
{
    const struct remit_http_server_spec *spec = &c->server->spec;
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct remit_str rest = head->layout.target_copy;
    struct remit_http_response r = { .body = { .max = spec->max_answer_bytes,
                                               .secret = spec->secret_answers } };
    struct remit_http_request request = {
        .method = remit_str_of(head->layout.method),
        .body = remit_buf_view(&c->body),
        .headers = head->headers,
        .n_headers = head->n_headers,
        .connection = c->number,
    };
    enum MHD_Result result = MHD_NO;

    if (peer != NULL && peer->client_addr != NULL && peer->client_addr->sa_family != AF_UNIX)
        request.peer = peer->client_addr;
    (void)remit_str_cut(&rest, '?', &request.path);
    request.query = rest;
    remit_http_waiting_busy(&c->server->waiting, &c->waiter);
    spec->handler(spec->self, &request, &r);
    if (r.prepared != NULL)
        result = MHD_queue_response(mhd, (unsigned)r.prepared->status, r.prepared->response);
    else
        result = queue(mhd, &r);
    remit_buf_drop(&r.body);
    return result;
}

/* --- the library's callbacks --- */

static struct connection *connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

static bool keep_target(struct connection *c, const char *target)
{
    size_t len = strlen(target);

    if (len > c->copy_cap) {
        char *larger = realloc(c->copy, len);

        if (larger == NULL)
            return false;
        c->copy = larger;
        c->copy_cap = len;
    }
    memcpy(c->copy, target, len);
    c->copy_len = len;
    return true;
}

/* The first line is here; the library cuts the target up after this. */
static void *on_target(void *self, const char *target, struct MHD_Connection *mhd)
{
    struct connection *c = connection_of(mhd);

    (void)self;
    if (c == NULL)
        return NULL;
    c->begun = false;
    c->refusing = 0;
    c->copy_len = 0;
    c->target = target;
    if (target != NULL && !keep_target(c, target))
        c->target = NULL;
    return c;
}

static size_t leave_escaped(void *self, struct MHD_Connection *mhd, char *text)
{
    (void)self;
    (void)mhd;
    return strlen(text);
}

static bool expects_continue(const struct head *head)
{
    for (size_t i = 0; i < head->n_headers; i++)
        if (remit_str_equal_nocase(head->headers[i].name, REMIT_STR("expect")))
            return true;
    return false;
}

static bool lacks(struct MHD_Connection *mhd, const char *name)
{
    return MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, name) == NULL;
}

/*
 * The head is here, the body is not. An answer at this point would end the connection, so only
 * refusals are given here. A client that is sending a body too large reads no answer before it has
 * sent it, and would see a reset: up to a bound the body is read and thrown away.
 */
static enum MHD_Result on_head(struct connection *c, struct MHD_Connection *mhd, const char *method,
                               const char *version)
{
    size_t most = c->server->spec.max_body_bytes;
    struct head head;
    int status = 0;

    c->begun = true;
    if (lacks(mhd, "Content-Length") && lacks(mhd, "Transfer-Encoding"))
        return MHD_YES; /* no body: on_whole() is next */
    status = take_head(c, mhd, method, version, &head);
    if (status != 0)
        return refuse(c, mhd, status);
    if (head.body_bytes <= most)
        return MHD_YES;
    if (expects_continue(&head) || head.body_bytes / DRAIN_TIMES > most + 65536)
        return refuse(c, mhd, MHD_HTTP_CONTENT_TOO_LARGE);
    c->refusing = MHD_HTTP_CONTENT_TOO_LARGE;
    return MHD_YES;
}

static enum MHD_Result on_whole(struct connection *c, struct MHD_Connection *mhd,
                                const char *method, const char *version)
{
    struct head head;
    int status = c->refusing;

    if (status == 0 && !remit_buf_ok(&c->body))
        status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    if (status == 0)
        status = take_head(c, mhd, method, version, &head);
    return status == 0 ? serve(c, mhd, &head) : refuse(c, mhd, status);
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **context)
{
    struct connection *c = *context;

    (void)self;
    (void)url;
    if (c == NULL)
        return MHD_NO;
    if (!c->begun)
        return on_head(c, mhd, method, version);
    if (*size == 0)
        return on_whole(c, mhd, method, version);
    if (c->refusing == 0)
        remit_buf_put(&c->body, remit_str_from(data, *size));
    *size = 0;
    return MHD_YES;
}

static void on_completed(void *self, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct connection *c = *context;

    (void)self;
    (void)mhd;
    (void)code;
    if (c == NULL)
        return;
    remit_buf_drop(&c->body);
    if (c->copy_cap > TARGET_KEPT) {
        free(c->copy);
        c->copy = NULL;
        c->copy_cap = 0;
    }
    remit_http_waiting_again(&c->server->waiting, &c->waiter);
}

static void on_open(struct remit_http_server *server, struct MHD_Connection *mhd, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct connection *c = calloc(1, sizeof(*c));

    if (c == NULL || info == NULL) { /* its first request is refused for lack of a context */
        free(c);
        return;
    }
    c->server = server;
    c->number = ++server->connections;
    remit_buf_init_secret(&c->body, server->spec.max_body_bytes);
    remit_http_waiting_enter(&server->waiting, &c->waiter, info->connect_fd);
    *context = c;
}

static void on_connection(void *self, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct remit_http_server *server = self;
    struct connection *c = *context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        on_open(server, mhd, context);
        return;
    }
    if (c == NULL)
        return;
    remit_http_waiting_leave(&server->waiting, &c->waiter);
    remit_buf_drop(&c->body);
    free(c->copy);
    free(c);
    *context = NULL;
}

/* --- the server --- */

static void defaults(struct remit_http_server_spec *spec)
{
    if (spec->max_head_bytes == 0)
        spec->max_head_bytes = 32 * 1024;
    if (spec->max_answer_bytes == 0)
        spec->max_answer_bytes = 4 * 1024 * 1024;
    if (spec->idle_timeout_s == 0)
        spec->idle_timeout_s = 10;
    if (spec->max_connections == 0)
        spec->max_connections = 1000;
}

/* A pool holds the head, a record for each of its lines, and the head of the answer. */
static size_t pool_bytes(const struct remit_http_server_spec *spec)
{
    return 2 * spec->max_head_bytes + REMIT_HTTP_HEADERS_MAX * HEADER_RECORD + 8192;
}

static unsigned threading(const struct remit_http_server_spec *spec)
{
    if (spec->blocking)
        return MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
    return MHD_USE_EPOLL | (spec->threads > 0 ? MHD_USE_INTERNAL_POLLING_THREAD : 0);
}

static struct MHD_Daemon *start_daemon(struct remit_http_server *server)
{
    const struct remit_http_server_spec *spec = &server->spec;
    unsigned flags = threading(spec) | (spec->tls_cert_pem != NULL ? MHD_USE_TLS : 0);
    unsigned connections = spec->max_connections + SPARE_CONNECTIONS;
    struct MHD_OptionItem threads[] = {
        { MHD_OPTION_THREAD_STACK_SIZE, THREAD_STACK, NULL },
        { spec->threads > 1 && !spec->blocking ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
          spec->threads, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)spec->tls_cert_pem },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)spec->tls_key_pem },
        { MHD_OPTION_HTTPS_PRIORITIES, 0,
          (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
        { MHD_OPTION_END, 0, NULL },
    };

    if (spec->tls_cert_pem == NULL)
        tls[0].option = MHD_OPTION_END;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
        server, MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL, MHD_OPTION_UNESCAPE_CALLBACK,
        leave_escaped, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
        MHD_OPTION_LISTEN_SOCKET, spec->listen_fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        pool_bytes(spec), MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT,
        spec->idle_timeout_s, MHD_OPTION_ARRAY, threads, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

static int start(struct remit_http_server *server, struct remit_err *err)
{
    const struct remit_http_server_spec *spec = &server->spec;
    const union MHD_DaemonInfo *info = NULL;

    TRY(remit_fd_nonblock(spec->listen_fd, true, err));
    server->daemon = start_daemon(server);
    if (server->daemon == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "ServerFailed", "can't serve HTTP%s",
                          spec->tls_cert_pem != NULL ? " with this certificate and key" : "");
    if (spec->threads > 0 || spec->blocking)
        return remit_http_waiting_start(&server->waiting, err);
    info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    REMIT_REQUIRE(info != NULL);
    server->epoll = info->epoll_fd;
    return 0;
}

int remit_http_server_open(const struct remit_http_server_spec *spec,
                           struct remit_http_server **out, struct remit_err *err)
{
    auto_fd int listen_fd = spec->listen_fd;
    auto_http_server struct remit_http_server *server = calloc(1, sizeof(*server));

    REMIT_REQUIRE((spec->tls_cert_pem == NULL) == (spec->tls_key_pem == NULL));
    if (server == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "an HTTP server");
    server->spec = *spec;
    defaults(&server->spec);
    remit_http_waiting_init(&server->waiting, server->spec.max_connections,
                            3000 * (int64_t)server->spec.idle_timeout_s);
    TRY(start(server, err));
    (void)remit_fd_steal(&listen_fd); /* the library closes it */
    *out = server;
    server = NULL;
    return 0;
}

/* How long the library may sleep, at most `left`. */
static int sleep_ms(struct remit_http_server *server, int left)
{
    MHD_UNSIGNED_LONG_LONG next = 0;
    int64_t most = server->waiting.n_connections > 0 ? REMIT_HTTP_SWEEP_MS : IDLE_SLEEP_MS;
    int64_t sleep = left < 0 || left > most ? most : left;

    if (MHD_get_timeout(server->daemon, &next) == MHD_YES && (int64_t)next < sleep)
        sleep = (int64_t)next;
    return (int)sleep;
}

static void sweep_sometimes(struct remit_http_server *server)
{
    int64_t now_ms = remit_clock_boot_ms();

    if (now_ms - server->swept_ms < REMIT_HTTP_SWEEP_MS)
        return;
    server->swept_ms = now_ms;
    remit_http_waiting_sweep(&server->waiting);
}

int remit_http_server_run(struct remit_http_server *server, int extra_fd, int timeout_ms,
                          bool *extra_ready, struct remit_err *err)
{
    struct pollfd ready[] = {
        { .fd = server->epoll, .events = POLLIN },
        { .fd = extra_fd, .events = POLLIN },
    };

    REMIT_REQUIRE(server->spec.threads == 0 && !server->spec.blocking);
    *extra_ready = false;
    if (poll(ready, 2, sleep_ms(server, timeout_ms)) < 0 && errno != EINTR)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "waiting for connections");
    if (MHD_run(server->daemon) != MHD_YES)
        return remit_fail(err, REMIT_ERR_INTERNAL, "ServerFailed", "serving HTTP failed");
    sweep_sometimes(server);
    *extra_ready = ready[1].revents != 0;
    return 0;
}

void remit_http_server_drop(struct remit_http_server **server)
{
    struct remit_http_server *s = *server;

    if (s == NULL)
        return;
    if (s->daemon != NULL)
        MHD_stop_daemon(s->daemon);
    remit_http_waiting_clear(&s->waiting);
    free(s);
    *server = NULL;
}
