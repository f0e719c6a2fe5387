/* The HTTP client against our own server, over TCP, TLS and a unix socket. */
#include "common/os/http_client.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"
#include "common/os/http_server.h"
#include "tests/common/tls_pair.h"
#include "tests/lib/expect.h"

static struct remit_http_server *server;
static struct remit_http_client *client;
static struct remit_http_answer answer;
static char base[64];
static uint16_t port;
static char folder[] = "/tmp/remit-http-client-XXXXXX";

static void serve(void *self, const struct remit_http_request *q, struct remit_http_response *r)
{
    (void)self;
    r->status = 200;
    if (remit_str_equal(q->path, REMIT_STR("/slow")))
        usleep(400000);
    if (remit_str_equal(q->path, REMIT_STR("/moved"))) {
        r->status = 302;
        remit_http_header_add(r, "Location", REMIT_STR("/elsewhere"));
    }
    if (remit_str_equal(q->path, REMIT_STR("/none")))
        r->status = 404;
    remit_buf_put_fmt(&r->body, "%.*s %.*s?%.*s [%.*s]", REMIT_STR_ARG(q->method),
                      REMIT_STR_ARG(q->path), REMIT_STR_ARG(q->query), REMIT_STR_ARG(q->body));
    for (size_t i = 0; i < q->n_headers; i++)
        remit_buf_put_fmt(&r->body, "\n%.*s: %.*s", REMIT_STR_ARG(q->headers[i].name),
                          REMIT_STR_ARG(q->headers[i].value));
}

static void open_server(int sock, const struct tls_pair *tls)
{
    struct remit_err err = { 0 };
    struct remit_http_server_spec spec = {
        .listen_fd = sock,
        .threads = 2,
        .max_body_bytes = 100000,
        .handler = serve,
        .tls_cert_pem = tls != NULL ? tls->cert_pem : NULL,
        .tls_key_pem = tls != NULL ? tls->key_pem : NULL,
    };

    cr_assert(remit_http_server_open(&spec, &server, &err) == 0, "%s", err.text);
}

static void listen_tcp(const struct tls_pair *tls)
{
    struct remit_err err = { 0 };
    int sock = -1;

    port = 0;
    cr_assert(remit_http_listen("127.0.0.1", &port, &sock, &err) == 0, "%s", err.text);
    open_server(sock, tls);
    (void)snprintf(base, sizeof(base), "%s://127.0.0.1:%u", tls != NULL ? "https" : "http", port);
}

static void init_answer(void)
{
    remit_buf_init(&answer.body, 4096);
    remit_buf_init(&answer.head, 4096);
    cr_assert(mkdtemp(folder) != NULL);
}

static void set_up(void)
{
    init_answer();
    listen_tcp(NULL);
    cr_assert(remit_http_client_new(NULL, NULL, &client, NULL) == 0);
}

static void tear_down(void)
{
    remit_http_client_drop(&client);
    remit_http_server_drop(&server);
    remit_buf_drop(&answer.body);
    remit_buf_drop(&answer.head);
    (void)rmdir(folder);
}

TestSuite(http_client, .init = set_up, .fini = tear_down, .timeout = 30);
TestSuite(http_client_own, .init = init_answer, .fini = tear_down, .timeout = 30);

static int call(struct remit_http_call c, const char *path, struct remit_err *err)
{
    char url[256];

    (void)snprintf(url, sizeof(url), "%s%s", base, path);
    c.url = url;
    *err = (struct remit_err){ 0 };
    return remit_http_client_call(client, &c, &answer, err);
}

static bool body_has(const char *text)
{
    return strstr(remit_buf_cstr(&answer.body), text) != NULL;
}

Test(http_client, get_sends_what_it_was_given_and_no_more)
{
    const char *const headers[] = { "X-One: 1", "Authorization: secret", NULL };
    struct remit_err err;

    cr_assert(eq(int,
                 call((struct remit_http_call){ .method = "GET", .headers = headers }, "/a%2Fb?c=d",
                      &err),
                 0),
              "%s", err.text);
    cr_expect(eq(int, answer.status, 200));
    cr_expect(body_has("GET /a%2Fb?c=d []\n"));
    cr_expect(body_has("\nX-One: 1"));
    cr_expect(body_has("\nAuthorization: secret"));
    cr_expect(not(body_has("Content-")));
    cr_expect(not(body_has("Expect")));
    cr_expect(strstr(remit_buf_cstr(&answer.head), "HTTP/1.1 200 OK\r\n") != NULL);
}

Test(http_client, methods_and_bodies_follow_each_other)
{
    const char *const json[] = { "Content-Type: application/json", NULL };
    struct remit_err err;

    for (int i = 0; i < 3; i++) {
        cr_assert(eq(int,
                     call((struct remit_http_call){ .method = "POST",
                                                    .headers = json,
                                                    .body = REMIT_STR("{\"a\":1}") },
                          "/p", &err),
                     0));
        cr_expect(body_has("POST /p? [{\"a\":1}]"));
        cr_expect(body_has("Content-Type: application/json"));
        cr_assert(eq(int, call((struct remit_http_call){ .method = "GET" }, "/g", &err), 0));
        cr_expect(body_has("GET /g? []"));
        cr_assert(eq(int, call((struct remit_http_call){ .method = "POST" }, "/e", &err), 0));
        cr_expect(body_has("POST /e? []"));
        cr_expect(body_has("Content-Length: 0"));
        cr_expect(not(body_has("Content-Type")));
        cr_assert(eq(int, call((struct remit_http_call){ .method = "DELETE" }, "/d", &err), 0));
        cr_expect(body_has("DELETE /d? []"));
        cr_assert(eq(int, call((struct remit_http_call){ .method = "HEAD" }, "/h", &err), 0));
        cr_expect(eq(sz, answer.body.len, 0));
        cr_assert(eq(
            int,
            call((struct remit_http_call){ .method = "PUT", .body = REMIT_STR("x") }, "/u", &err),
            0));
        cr_expect(body_has("PUT /u? [x]"));
    }
}

Test(http_client, any_status_is_an_answer_and_no_redirect_is_followed)
{
    struct remit_err err;

    cr_assert(eq(int, call((struct remit_http_call){ .method = "GET" }, "/none", &err), 0));
    cr_expect(eq(int, answer.status, 404));
    cr_assert(eq(int, call((struct remit_http_call){ .method = "GET" }, "/moved", &err), 0));
    cr_expect(eq(int, answer.status, 302));
    cr_expect(body_has("GET /moved?"));
}

Test(http_client, proxy_of_the_environment_is_not_used)
{
    struct remit_err err;

    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    cr_expect(eq(int, call((struct remit_http_call){ .method = "GET" }, "/", &err), 0), "%s",
              err.text);
}

Test(http_client, answer_over_the_limit_is_an_error)
{
    struct remit_err err;

    answer.body.max = 5;
    cr_expect(eq(int, call((struct remit_http_call){ .method = "GET" }, "/", &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
    cr_expect(remit_err_is(&err, "AnswerTooLarge"));
    answer.body.max = 4096;
    cr_expect(eq(int, call((struct remit_http_call){ .method = "GET" }, "/", &err), 0));
}

Test(http_client, time_out_is_an_error_that_names_the_host_alone)
{
    struct remit_err err;

    cr_expect(eq(int,
                 call((struct remit_http_call){ .method = "GET", .timeout_ms = 100 },
                      "/slow?token=secret", &err),
                 -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_UNAVAILABLE));
    cr_expect(remit_err_is(&err, "Timeout"));
    cr_expect(strstr(err.text, "127.0.0.1:") != NULL);
    cr_expect(strstr(err.text, "secret") == NULL);
}

Test(http_client, nobody_there_is_an_error)
{
    struct remit_err err;

    (void)snprintf(base, sizeof(base), "http://user:pass@127.0.0.1:1");
    cr_expect(eq(int, call((struct remit_http_call){ .method = "GET" }, "/", &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_UNAVAILABLE));
    cr_expect(remit_err_is(&err, "ConnectionFailed"));
    cr_expect(strstr(err.text, "127.0.0.1:1") != NULL);
    cr_expect(strstr(err.text, "pass") == NULL);
}

Test(http_client, other_protocols_are_refused)
{
    struct remit_err err;

    (void)snprintf(base, sizeof(base), "file://");
    cr_expect(eq(int, call((struct remit_http_call){ .method = "GET" }, "/etc/passwd", &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "InvalidUrl"));
}

static int collect(void *self, struct remit_str bytes)
{
    remit_buf_put(self, bytes);
    return 0;
}

static int stop_at_once(void *self, struct remit_str bytes)
{
    (void)self;
    (void)bytes;
    return -1;
}

Test(http_client, bytes_may_be_taken_as_they_come)
{
    auto_buf struct remit_buf got = REMIT_BUF(1000);
    struct remit_err err;

    cr_assert(
        eq(int,
           call((struct remit_http_call){ .method = "GET", .on_bytes = collect, .self = &got },
                "/x", &err),
           0));
    cr_expect(remit_str_starts(remit_buf_view(&got), REMIT_STR("GET /x?")));
    cr_expect(eq(sz, answer.body.len, 0));
    cr_expect(
        eq(int,
           call((struct remit_http_call){ .method = "GET", .on_bytes = stop_at_once }, "/x", &err),
           -1));
    cr_expect(remit_err_is(&err, "Stopped"));
}

static void *cancel_soon(void *self)
{
    (void)self;
    usleep(100000);
    remit_http_client_cancel(client);
    return NULL;
}

Test(http_client, call_under_way_can_be_cancelled)
{
    struct remit_err err;
    int64_t start = remit_clock_boot_ms();
    pthread_t thread;

    cr_assert(pthread_create(&thread, NULL, cancel_soon, NULL) == 0);
    cr_expect(eq(int, call((struct remit_http_call){ .method = "GET" }, "/slow", &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_UNAVAILABLE));
    cr_expect(remit_err_is(&err, "Cancelled"));
    cr_expect(remit_clock_boot_ms() - start < 350);
    pthread_join(thread, NULL);
    cr_expect(eq(int, call((struct remit_http_call){ .method = "GET" }, "/", &err), 0));
    remit_http_client_cancel(client);
    cr_expect(eq(int, call((struct remit_http_call){ .method = "GET" }, "/", &err), -1),
              "none was under way: the next one");
    cr_expect(eq(int, call((struct remit_http_call){ .method = "GET" }, "/", &err), 0));
}

Test(http_client_own, unix_socket_is_spoken_to)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct remit_err err;

    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/s", folder);
    cr_assert(bind(sock, (struct sockaddr *)&at, sizeof(at)) == 0);
    cr_assert(listen(sock, 5) == 0);
    open_server(sock, NULL);
    cr_assert(remit_http_client_new(at.sun_path, NULL, &client, NULL) == 0);
    (void)snprintf(base, sizeof(base), "http://engine");
    cr_expect(eq(int, call((struct remit_http_call){ .method = "GET" }, "/v1.41/info", &err), 0),
              "%s", err.text);
    cr_expect(body_has("GET /v1.41/info?"));
    cr_expect(body_has("Host: engine"));
    (void)unlink(at.sun_path);
}

Test(http_client_own, tls_is_checked_against_the_given_authority)
{
    const struct tls_pair *pair = tls_pair_make();
    char ca[256];
    struct remit_err err;

    listen_tcp(pair);
    (void)snprintf(ca, sizeof(ca), "%s/ca.pem", folder);
    FILE *file = fopen(ca, "w");
    cr_assert(file != NULL);
    cr_assert(fputs(pair->cert_pem, file) >= 0);
    cr_assert(fclose(file) == 0);

    cr_assert(remit_http_client_new(NULL, ca, &client, NULL) == 0);
    cr_expect(
        eq(int,
           call((struct remit_http_call){ .method = "POST", .body = REMIT_STR("x") }, "/tls", &err),
           0),
        "%s", err.text);
    cr_expect(body_has("POST /tls? [x]"));
    remit_http_client_drop(&client);

    cr_assert(remit_http_client_new(NULL, NULL, &client, NULL) == 0);
    cr_expect(eq(int, call((struct remit_http_call){ .method = "GET" }, "/", &err), -1));
    cr_expect(remit_err_is(&err, "ConnectionFailed"), "the machine's authorities don't know it");
    remit_http_client_drop(&client);

    cr_assert(remit_http_client_new(NULL, ca, &client, NULL) == 0);
    (void)snprintf(base, sizeof(base), "https://localhost:%u", port);
    cr_expect(eq(int, call((struct remit_http_call){ .method = "GET" }, "/", &err), -1));
    cr_expect(remit_err_is(&err, "ConnectionFailed"), "another name than the certificate's");
    (void)unlink(ca);
}
