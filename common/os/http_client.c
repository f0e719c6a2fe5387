#include "common/os/http_client.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

#include <remit/secret.h>

#define DEFAULT_TIMEOUT_MS 30000
#define CONNECT_TIMEOUT_MS 10000
#define POLL_MS            1000

struct remit_http_client {
    CURLM *multi; /* keeps the connections; it can be woken from another thread */
    CURL *easy;
    atomic_bool cancelled;
};

/* One exchange, as the library's callbacks see it. */
struct exchange {
    const struct remit_http_call *call;
    struct remit_http_answer *answer;
    struct curl_slist *headers;
    bool too_large;
    bool stopped;
};

static void exchange_clear(struct exchange *exchange)
{
    curl_slist_free_all(exchange->headers);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* What passes through the library's buffers may be credentials: they are wiped before they go. */
static void free_wiped(void *ptr)
{
    if (ptr != NULL)
        remit_wipe(ptr, malloc_usable_size(ptr));
    free(ptr);
}

static void *realloc_wiped(void *ptr, size_t size)
{
    size_t old = ptr != NULL ? malloc_usable_size(ptr) : 0;
    void *larger = malloc(size);

    if (larger == NULL)
        return NULL;
    if (old > 0)
        memcpy(larger, ptr, old < size ? old : size);
    free_wiped(ptr);
    return larger;
}

static void init_library(void)
{
    (void)curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, free_wiped, realloc_wiped, strdup,
                               calloc);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *self)
{
    struct exchange *exchange = self;
    struct remit_str piece = { bytes, size * count };

    if (exchange->call->on_bytes != NULL) {
        if (exchange->call->on_bytes(exchange->call->self, piece) == 0)
            return piece.len;
        exchange->stopped = true;
        return 0;
    }
    remit_buf_put(&exchange->answer->body, piece);
    if (remit_buf_ok(&exchange->answer->body))
        return piece.len;
    exchange->too_large = true;
    return 0;
}

static size_t on_head(char *bytes, size_t size, size_t count, void *self)
{
    struct exchange *exchange = self;
    struct remit_str line = { bytes, size * count };

    if (exchange->answer->head.max == 0)
        return line.len;
    remit_buf_put(&exchange->answer->head, line);
    if (remit_buf_ok(&exchange->answer->head))
        return line.len;
    exchange->too_large = true;
    return 0;
}

static size_t on_upload(char *room, size_t size, size_t count, void *self)
{
    const struct exchange *exchange = self;
    ssize_t n = -1;

    do
        n = read(exchange->call->body_fd, room, size * count);
    while (n < 0 && errno == EINTR);
    return n < 0 ? CURL_READFUNC_ABORT : (size_t)n;
}

/* --- a client --- */

static bool set_up(CURL *easy, const char *unix_socket, const char *ca_file)
{
    bool ok =
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_upload) == CURLE_OK;

    if (ok && unix_socket != NULL)
        ok = curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, unix_socket) == CURLE_OK;
    if (ok && ca_file != NULL)
        ok = curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file) == CURLE_OK;
    return ok;
}

int remit_http_client_new(const char *unix_socket, const char *ca_file,
                          struct remit_http_client **out, struct remit_err *err)
{
    auto_http_client struct remit_http_client *client = calloc(1, sizeof(*client));

    (void)pthread_once(&once, init_library);
    if (client == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "an HTTP client");
    client->multi = curl_multi_init();
    client->easy = curl_easy_init();
    if (client->multi == NULL || client->easy == NULL ||
        !set_up(client->easy, unix_socket, ca_file))
        return remit_fail(err, REMIT_ERR_INTERNAL, "ClientFailed", "can't set up an HTTP client");
    *out = client;
    client = NULL;
    return 0;
}

void remit_http_client_drop(struct remit_http_client **client)
{
    struct remit_http_client *c = *client;

    if (c == NULL)
        return;
    if (c->easy != NULL)
        curl_easy_cleanup(c->easy);
    if (c->multi != NULL)
        (void)curl_multi_cleanup(c->multi);
    free(c);
    *client = NULL;
}

void remit_http_client_cancel(struct remit_http_client *client)
{
    atomic_store(&client->cancelled, true);
    (void)curl_multi_wakeup(client->multi);
}

/* --- a call --- */

static bool add_header(struct exchange *exchange, const char *line)
{
    struct curl_slist *longer = curl_slist_append(exchange->headers, line);

    if (longer == NULL)
        return false;
    exchange->headers = longer;
    return true;
}

/* The caller's, and empty ones in place of what the library would add by itself. */
static bool add_headers(struct exchange *exchange)
{
    const char *const *lines = exchange->call->headers;
    bool typed = false;

    for (; lines != NULL && *lines != NULL; lines++) {
        typed = typed || strncasecmp(*lines, "content-type:", 13) == 0;
        if (!add_header(exchange, *lines))
            return false;
    }
    return add_header(exchange, "Expect:") && (typed || add_header(exchange, "Content-Type:"));
}

static CURLcode set_body(CURL *easy, const struct exchange *exchange)
{
    const struct remit_http_call *call = exchange->call;
    bool empty = strcmp(call->method, "POST") == 0 || strcmp(call->method, "PUT") == 0;

    (void)curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L); /* forget the last call's body */
    if (call->body_fd > 0)
        return curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    if (call->body.ptr == NULL && !empty) /* HEAD: the answer has no body either */
        return curl_easy_setopt(easy, CURLOPT_NOBODY, strcmp(call->method, "HEAD") == 0 ? 1L : 0L);
    (void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
    return curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.ptr != NULL ? call->body.ptr : "");
}

static int set_call(CURL *easy, struct exchange *exchange, struct remit_err *err)
{
    const struct remit_http_call *call = exchange->call;
    long timeout = call->timeout_ms > 0 ? call->timeout_ms : DEFAULT_TIMEOUT_MS;

    if (!add_headers(exchange) || set_body(easy, exchange) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_READDATA, exchange) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_URL, call->url) != CURLE_OK)
        return remit_fail(err, REMIT_ERR_INTERNAL, "ClientFailed", "can't prepare an HTTP call");
    return 0;
}

/* "host:port" of a URL: the rest may hold what a log must not. */
static struct remit_str host_of(const char *url)
{
    const char *slashes = strstr(url, "://");
    struct remit_str rest = remit_str_of(slashes != NULL ? slashes + 3 : url);
    struct remit_str host;
    size_t at = 0;

    (void)remit_str_cut(&rest, '/', &host);
    at = remit_str_find(host, '@');
    return at < host.len ? remit_str_sub(host, at + 1, host.len) : host;
}

static int failed(const struct exchange *exchange, CURLcode code, struct remit_err *err)
{
    struct remit_str host = host_of(exchange->call->url);

    if (exchange->too_large)
        return remit_fail(err, REMIT_ERR_LIMIT, "AnswerTooLarge",
                          "the answer of " REMIT_STR_FMT " is larger than %zu bytes",
                          REMIT_STR_ARG(host), exchange->answer->body.max);
    if (exchange->stopped)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "Stopped",
                          "the answer of " REMIT_STR_FMT " was stopped", REMIT_STR_ARG(host));
    if (code == CURLE_OPERATION_TIMEDOUT)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "Timeout",
                          REMIT_STR_FMT " did not answer in time", REMIT_STR_ARG(host));
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidUrl", "no URL that can be called: %s",
                          curl_easy_strerror(code));
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "ConnectionFailed", REMIT_STR_FMT ": %s",
                      REMIT_STR_ARG(host), curl_easy_strerror(code));
}

static bool take_result(CURLM *multi, CURLcode *code)
{
    int left = 0;
    const CURLMsg *message = NULL;

    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *code = message->data.result;
            return true;
        }
    }
    return false;
}

static int perform(struct remit_http_client *client, const struct exchange *exchange,
                   struct remit_err *err)
{
    CURLcode code = CURLE_OK;
    int running = 0;

    for (;;) {
        if (atomic_exchange(&client->cancelled, false))
            return remit_fail(err, REMIT_ERR_UNAVAILABLE, "Cancelled",
                              "a call of " REMIT_STR_FMT " was cancelled",
                              REMIT_STR_ARG(host_of(exchange->call->url)));
        if (curl_multi_perform(client->multi, &running) != CURLM_OK)
            return failed(exchange, CURLE_FAILED_INIT, err);
        if (take_result(client->multi, &code))
            return code == CURLE_OK ? 0 : failed(exchange, code, err);
        if (curl_multi_poll(client->multi, NULL, 0, POLL_MS, NULL) != CURLM_OK)
            return failed(exchange, CURLE_FAILED_INIT, err);
    }
}

int remit_http_client_call(struct remit_http_client *client, const struct remit_http_call *call,
                           struct remit_http_answer *answer, struct remit_err *err)
{
    REMIT_AUTO(exchange_clear) struct exchange exchange = { .call = call, .answer = answer };
    long status = 0;
    int result = -1;

    answer->status = 0;
    remit_buf_clear(&answer->body);
    remit_buf_clear(&answer->head);
    TRY(set_call(client->easy, &exchange, err));
    if (curl_multi_add_handle(client->multi, client->easy) != CURLM_OK)
        return remit_fail(err, REMIT_ERR_INTERNAL, "ClientFailed", "can't start an HTTP call");
    result = perform(client, &exchange, err);
    (void)curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_multi_remove_handle(client->multi, client->easy);
    (void)curl_easy_setopt(client->easy, CURLOPT_HTTPHEADER, NULL);
    answer->status = (int)status;
    return result;
}
