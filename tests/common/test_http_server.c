/* The HTTP server over loopback: what it hands to a handler, and what it refuses before. */
#include "common/os/http_server.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"
#include "tests/common/http_raw.h"

static struct remit_http_server *server;
static uint16_t port;
static _Atomic int served;

/* Says what it was given, one thing a line. */
static void tell(void *self, const struct remit_http_request *q, struct remit_http_response *r)
{
    (void)self;
    served++;
    r->status = 200;
    r->content_type = "text/plain";
    if (remit_str_equal(q->path, REMIT_STR("/static")))
        r->static_body = REMIT_STR("static bytes");
    if (remit_str_equal(q->path, REMIT_STR("/close")))
        r->close = true;
    if (remit_str_equal(q->path, REMIT_STR("/wait")))
        usleep(1500 * 1000);
    if (remit_str_equal(q->path, REMIT_STR("/nothing")))
        r->status = 0;
    if (remit_str_equal(q->path, REMIT_STR("/large")))
        for (int i = 0; i < 2000; i++)
            remit_buf_put_cstr(&r->body, "0123456789");
    if (remit_str_equal(q->path, REMIT_STR("/extra"))) {
        remit_http_header_add(r, "X-One", REMIT_STR("1"));
        remit_http_header_add(r, "X-Two", REMIT_STR("2"));
    }
    if (remit_str_equal(q->path, REMIT_STR("/split")))
        remit_http_header_add(r, "X-One", REMIT_STR("1\r\nX-Evil: 2"));
    remit_buf_put_fmt(&r->body, "%.*s|%.*s|%.*s|%.*s|%d\n", REMIT_STR_ARG(q->method),
                      REMIT_STR_ARG(q->path), REMIT_STR_ARG(q->query), REMIT_STR_ARG(q->body),
                      q->peer != NULL);
    for (size_t i = 0; i < q->n_headers; i++)
        remit_buf_put_fmt(&r->body, "%.*s=%.*s\n", REMIT_STR_ARG(q->headers[i].name),
                          REMIT_STR_ARG(q->headers[i].value));
}

static bool blocking; /* what open_server() asks for */

static void open_server(unsigned threads, unsigned idle_s, unsigned most)
{
    struct remit_err err = { 0 };
    int sock = -1;

    port = 0;
    cr_assert(remit_http_listen("127.0.0.1", &port, &sock, &err) == 0, "%s", err.text);
    struct remit_http_server_spec spec = {
        .listen_fd = sock,
        .threads = threads,
        .blocking = blocking,
        .max_head_bytes = 4096,
        .max_body_bytes = 1000,
        .max_answer_bytes = 10000,
        .idle_timeout_s = idle_s,
        .max_connections = most,
        .secret_answers = true,
        .handler = tell,
    };
    cr_assert(remit_http_server_open(&spec, &server, &err) == 0, "%s", err.text);
}

static void open_default(void)
{
    open_server(2, 10, 100);
}

static void close_default(void)
{
    remit_http_server_drop(&server);
}

TestSuite(http_server, .init = open_default, .fini = close_default, .timeout = 20);
TestSuite(http_server_own, .fini = close_default, .timeout = 20); /* opens its own */

static bool has(const struct raw_answer *a, const char *text)
{
    return memmem(a->bytes, a->len, text, strlen(text)) != NULL;
}

static void ask(struct remit_str bytes, struct raw_answer *out)
{
    int sock = raw_connect(port);

    raw_send(sock, bytes);
    raw_read(sock, 1, 2000, out);
    close(sock);
}

Test(http_server, handler_sees_the_raw_target_and_all_headers)
{
    struct raw_answer a;

    ask(REMIT_STR(
            "GET /a%2Fb/../c?x=%31&y HTTP/1.1\r\nHost: h\r\nX-A:  one \t\r\nx-a: two\r\n\r\n"),
        &a);
    cr_expect(eq(int, a.status, 200));
    cr_expect(has(&a, "GET|/a%2Fb/../c|x=%31&y||1\n"));
    cr_expect(has(&a, "Host=h\nX-A=one\nx-a=two\n"), "%s", a.bytes);
    cr_expect(has(&a, "Content-Type: text/plain\r\n"));
}

Test(http_server, body_arrives_whole)
{
    struct raw_answer a;
    int sock = raw_connect(port);

    raw_send(sock, REMIT_STR("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234"));
    usleep(50000);
    raw_send(sock, REMIT_STR("56789"));
    raw_read(sock, 1, 2000, &a);
    cr_expect(eq(int, a.status, 200));
    cr_expect(has(&a, "POST|/||0123456789|1\n"));
    close(sock);
}

Test(http_server, head_may_come_byte_by_byte)
{
    static const char text[] = "GET /x?q HTTP/1.1\r\nHost: h\r\nX-Long: value\r\n\r\n";
    struct raw_answer a;
    int sock = raw_connect(port);

    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        raw_send(sock, remit_str_from(text + i, 1));
        usleep(500);
    }
    raw_read(sock, 1, 2000, &a);
    cr_expect(eq(int, a.status, 200));
    cr_expect(has(&a, "X-Long=value\n"));
    close(sock);
}

Test(http_server, connection_serves_many_requests)
{
    struct raw_answer a;
    int sock = raw_connect(port);

    for (int i = 0; i < 20; i++) {
        raw_send(sock,
                 i % 2 == 0
                     ? REMIT_STR("GET /i HTTP/1.1\r\nHost: h\r\n\r\n")
                     : REMIT_STR("PUT /i HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok"));
        raw_read(sock, 1, 2000, &a);
        cr_assert(eq(int, a.status, 200));
    }
    cr_expect(not(a.closed));
    close(sock);
}

Test(http_server, pipelined_requests_are_answered_in_order)
{
    struct raw_answer a;
    int sock = raw_connect(port);

    raw_send(sock, REMIT_STR("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
                             "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
                             "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n"));
    raw_read(sock, 3, 2000, &a);
    cr_expect(has(&a, "GET|/1|"));
    cr_expect(has(&a, "POST|/2||abc"));
    cr_expect(has(&a, "GET|/3|"));
    close(sock);
}

Test(http_server, static_body_and_extra_headers_are_sent)
{
    struct raw_answer a;

    ask(REMIT_STR("GET /static HTTP/1.1\r\nHost: h\r\n\r\n"), &a);
    cr_expect(has(&a, "\r\n\r\nstatic bytes"));
    ask(REMIT_STR("GET /extra HTTP/1.1\r\nHost: h\r\n\r\n"), &a);
    cr_expect(has(&a, "X-One: 1\r\n"));
    cr_expect(has(&a, "X-Two: 2\r\n"));
}

Test(http_server, answer_that_cannot_be_sent_is_a_500)
{
    struct raw_answer a;

    ask(REMIT_STR("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"), &a);
    cr_expect(eq(int, a.status, 500), "no status");
    ask(REMIT_STR("GET /large HTTP/1.1\r\nHost: h\r\n\r\n"), &a);
    cr_expect(eq(int, a.status, 500), "over max_answer_bytes");
    ask(REMIT_STR("GET /split HTTP/1.1\r\nHost: h\r\n\r\n"), &a);
    cr_expect(eq(int, a.status, 500), "a line break in a header");
    cr_expect(not(has(&a, "X-Evil")));
}

Test(http_server, handler_may_close)
{
    struct raw_answer a;

    raw_exchange(port, REMIT_STR("GET /close HTTP/1.1\r\nHost: h\r\n\r\n"), &a);
    cr_expect(eq(int, a.status, 200));
    cr_expect(a.closed);
}

Test(http_server, continue_is_sent_before_a_body_that_will_be_read)
{
    struct raw_answer a;
    int sock = raw_connect(port);

    raw_send(sock, REMIT_STR("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n"
                             "Expect: 100-continue\r\n\r\n"));
    raw_read(sock, 1, 2000, &a);
    cr_expect(eq(int, a.status, 100));
    raw_send(sock, REMIT_STR("ok"));
    raw_read(sock, 1, 2000, &a);
    cr_expect(eq(int, a.status, 200));
    close(sock);
}

/* --- limits --- */

Test(http_server, body_over_the_limit_is_413)
{
    static char text[4096];
    int head =
        snprintf(text, sizeof(text), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n");
    struct raw_answer a;

    memset(text + head, 'x', 1001);
    raw_exchange(port, remit_str_from(text, (size_t)head + 1001), &a);
    cr_expect(eq(int, a.status, 413));
    cr_expect(a.closed);
    raw_exchange(port,
                 REMIT_STR("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n"
                           "Expect: 100-continue\r\n\r\n"),
                 &a);
    cr_expect(eq(int, a.status, 413), "not invited");
    raw_exchange(port,
                 REMIT_STR("POST / HTTP/1.1\r\nHost: h\r\n"
                           "Content-Length: 9223372036854775807\r\n\r\n"),
                 &a);
    cr_expect(eq(int, a.status, 413), "not read either");
    cr_expect(eq(int, served, 0));
}

Test(http_server, body_of_the_limit_is_taken)
{
    static char text[4096];
    int head =
        snprintf(text, sizeof(text), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
    struct raw_answer a;

    memset(text + head, 'x', 1000);
    ask(remit_str_from(text, (size_t)head + 1000), &a);
    cr_expect(eq(int, a.status, 200));
}

/* A head of exactly `bytes`. */
static struct remit_str head_of(size_t bytes)
{
    static char text[32768];
    int start = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: h\r\nX: ");

    memset(text + start, 'x', bytes - 4 - (size_t)start);
    memcpy(text + bytes - 4, "\r\n\r\n", 4);
    return remit_str_from(text, bytes);
}

Test(http_server, head_over_the_limit_is_431)
{
    struct raw_answer a;

    ask(head_of(4096), &a);
    cr_expect(eq(int, a.status, 200), "the limit itself");
    raw_exchange(port, head_of(4097), &a);
    cr_expect(eq(int, a.status, 431));
    cr_expect(a.closed);
    raw_exchange(port, head_of(32000), &a);
    cr_expect(eq(int, a.status, 431), "also far over it");
    cr_expect(a.closed);
}

Test(http_server, more_than_100_headers_are_431)
{
    static char text[8192];
    struct raw_answer a;

    for (int n = 99; n <= 100; n++) { /* and the Host */
        int len = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: h\r\n");

        for (int i = 0; i < n; i++)
            len += snprintf(text + len, sizeof(text) - (size_t)len, "a: b\r\n");
        len += snprintf(text + len, sizeof(text) - (size_t)len, "\r\n");
        raw_exchange(port, remit_str_from(text, (size_t)len), &a);
        cr_expect(eq(int, a.status, n == 99 ? 200 : 431));
    }
}

Test(http_server, http_1_0_needs_no_host_and_is_closed)
{
    struct raw_answer a;

    raw_exchange(port, REMIT_STR("GET / HTTP/1.0\r\n\r\n"), &a);
    cr_expect(eq(int, a.status, 200));
    cr_expect(a.closed);
}

/* --- [attacks N14] time and connections --- */

Test(http_server_own, idle_connection_is_closed)
{
    struct raw_answer a;

    open_server(1, 1, 100);
    int sock = raw_connect(port);
    raw_read(sock, 0, 5000, &a);
    cr_expect(a.closed);
    close(sock);
}

Test(http_server_own, request_that_trickles_in_is_closed)
{
    struct raw_answer a = { .len = 0 };
    int64_t start = remit_clock_boot_ms();

    open_server(1, 1, 100);
    int sock = raw_connect(port);
    raw_send(sock, REMIT_STR("GET / HTTP/1.1\r\nX: "));
    while (!a.closed && remit_clock_boot_ms() - start < 10000) {
        raw_send(sock, REMIT_STR("x"));
        raw_read(sock, 0, 200, &a);
    }
    cr_expect(a.closed);
    cr_expect(remit_clock_boot_ms() - start >= 2900);
    close(sock);
}

Test(http_server_own, longest_waiting_connection_makes_room)
{
    struct raw_answer a;
    int idle[60];

    open_server(1, 10, 20);
    for (size_t i = 0; i < REMIT_COUNT(idle); i++)
        idle[i] = raw_connect(port);
    for (int i = 0; i < 5; i++) {
        ask(REMIT_STR("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), &a);
        cr_expect(eq(int, a.status, 200));
    }
    raw_read(idle[0], 0, 2000, &a);
    cr_expect(a.closed, "the first of them");
    raw_read(idle[59], 0, 50, &a);
    cr_expect(not(a.closed), "the last of them");
    for (size_t i = 0; i < REMIT_COUNT(idle); i++)
        close(idle[i]);
}

/* --- without threads --- */

static void *run_client(void *self)
{
    struct raw_answer *a = self;

    ask(REMIT_STR("GET /x HTTP/1.1\r\nHost: h\r\n\r\n"), a);
    return NULL;
}

Test(http_server_own, serves_in_the_callers_thread)
{
    static struct raw_answer a;
    struct remit_err err = { 0 };
    pthread_t client;
    bool extra = false;
    int ends[2];

    open_server(0, 10, 100);
    cr_assert(pthread_create(&client, NULL, run_client, &a) == 0);
    while (served == 0)
        cr_assert(remit_http_server_run(server, -1, 50, &extra, &err) == 0, "%s", err.text);
    cr_expect(not(extra));
    for (int i = 0; i < 3; i++)
        cr_assert(remit_http_server_run(server, -1, 20, &extra, &err) == 0);
    pthread_join(client, NULL);
    cr_expect(eq(int, a.status, 200));
    cr_assert(pipe(ends) == 0);
    cr_assert(write(ends[1], "x", 1) == 1);
    int64_t start = remit_clock_boot_ms();
    cr_assert(remit_http_server_run(server, ends[0], 5000, &extra, &err) == 0);
    cr_expect(extra);
    cr_expect(remit_clock_boot_ms() - start < 1000, "the other descriptor ends it");
}

static struct remit_http_prepared *prepared;

static void send_prepared(void *self, const struct remit_http_request *q,
                          struct remit_http_response *r)
{
    (void)self;
    (void)q;
    r->prepared = prepared;
}

Test(http_server_own, prepared_answer_may_be_dropped_while_serving)
{
    struct remit_err err = { 0 };
    struct raw_answer a;
    int sock = -1;

    port = 0;
    cr_assert(remit_http_listen("127.0.0.1", &port, &sock, &err) == 0);
    struct remit_http_server_spec spec = { .listen_fd = sock,
                                           .threads = 1,
                                           .handler = send_prepared };
    cr_assert(remit_http_server_open(&spec, &server, &err) == 0, "%s", err.text);
    for (int i = 0; i < 3; i++) {
        auto_secret struct remit_secret body = { 0 };

        cr_assert(remit_secret_copy(REMIT_STR("{\"a\":1}"), &body, &err) == 0);
        remit_http_prepared_drop(&prepared);
        cr_assert(remit_http_prepare(503, "application/json", &body, &prepared, &err) == 0);
        cr_expect(eq(sz, body.len, 0), "taken over");
        ask(REMIT_STR("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), &a);
        cr_expect(eq(int, a.status, 503));
        cr_expect(has(&a, "Content-Type: application/json\r\n"));
        cr_expect(has(&a, "\r\n\r\n{\"a\":1}"));
    }
    remit_http_prepared_drop(&prepared);
}

Test(http_server_own, bad_certificate_is_an_error)
{
    struct remit_err err = { 0 };
    int sock = -1;

    port = 0;
    cr_assert(remit_http_listen("127.0.0.1", &port, &sock, &err) == 0);
    struct remit_http_server_spec spec = { .listen_fd = sock,
                                           .threads = 1,
                                           .handler = tell,
                                           .tls_cert_pem = "no certificate",
                                           .tls_key_pem = "no key" };
    cr_expect(eq(int, remit_http_server_open(&spec, &server, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INTERNAL));
    cr_expect(remit_err_is(&err, "ServerFailed"));
    cr_expect(server == NULL);
    cr_expect(fcntl(sock, F_GETFD) == -1, "the listener is closed");
}

Test(http_listen, literal_addresses_only)
{
    struct remit_err err = { 0 };
    uint16_t p = 0;
    int sock = -1;

    cr_expect(eq(int, remit_http_listen("localhost", &p, &sock, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "InvalidAddress"));
    cr_assert(remit_http_listen("127.0.0.1", &p, &sock, &err) == 0);
    cr_expect(p != 0);
    int other = -1;
    cr_expect(eq(int, remit_http_listen("127.0.0.1", &p, &other, &err), -1));
    cr_expect(eq(int, err.os, EADDRINUSE));
    close(sock);
}

Test(http_listen, knows_loopback)
{
    cr_expect(remit_http_is_loopback("127.0.0.1"));
    cr_expect(remit_http_is_loopback("127.8.9.10"));
    cr_expect(remit_http_is_loopback("::1"));
    cr_expect(remit_http_is_loopback("::ffff:127.0.0.1"));
    cr_expect(not(remit_http_is_loopback("0.0.0.0")));
    cr_expect(not(remit_http_is_loopback("::")));
    cr_expect(not(remit_http_is_loopback("128.0.0.1")));
    cr_expect(not(remit_http_is_loopback("::ffff:10.0.0.1")));
    cr_expect(not(remit_http_is_loopback("localhost")));
    cr_expect(not(remit_http_is_loopback("")));
}

Test(http_server_own, a_handler_that_waits_keeps_nobody_else_waiting)
{
    struct raw_answer a;
    int waiting[4];
    int64_t before = 0;

    blocking = true;
    open_server(2, 10, 100);
    for (size_t i = 0; i < REMIT_COUNT(waiting); i++) {
        waiting[i] = raw_connect(port);
        raw_send(waiting[i], REMIT_STR("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n"));
    }
    before = remit_clock_boot_ms();
    for (int i = 0; i < 8; i++) {
        ask(REMIT_STR("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"), &a);
        cr_expect(eq(int, a.status, 200));
    }
    cr_expect(lt(i64, remit_clock_boot_ms() - before, 1000));
    for (size_t i = 0; i < REMIT_COUNT(waiting); i++) {
        raw_read(waiting[i], 1, 5000, &a);
        cr_expect(eq(int, a.status, 200));
        close(waiting[i]);
    }
}
