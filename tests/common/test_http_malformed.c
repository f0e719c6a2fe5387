/* [attacks H1] What two readers could read as two things: 400, closed, and never handled. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

#include "common/os/http_server.h"
#include "tests/common/http_raw.h"

static struct remit_http_server *server;
static uint16_t port;
static _Atomic int served;

static void count(void *self, const struct remit_http_request *q, struct remit_http_response *r)
{
    (void)self;
    (void)q;
    served++;
    r->status = 200;
}

static void open_server(void)
{
    struct remit_err err = { 0 };
    int sock = -1;

    port = 0;
    cr_assert(remit_http_listen("127.0.0.1", &port, &sock, &err) == 0, "%s", err.text);
    struct remit_http_server_spec spec = {
        .listen_fd = sock, .threads = 1, .max_body_bytes = 1000, .handler = count
    };
    cr_assert(remit_http_server_open(&spec, &server, &err) == 0, "%s", err.text);
}

static void close_server(void)
{
    remit_http_server_drop(&server);
}

TestSuite(http_malformed, .init = open_server, .fini = close_server, .timeout = 20);

static const struct bad {
    const char *name;
    struct remit_str bytes;
    int status; /* 0: 400 */
} bad[] = {
    { "length and transfer coding",
      REMIT_STR_INIT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n") },
    { "transfer coding alone",
      REMIT_STR_INIT("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") },
    { "chunk extension", REMIT_STR_INIT("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                                        "chunked\r\n\r\n1;a=b\r\nx\r\n0\r\n\r\n") },
    { "transfer coding, odd", REMIT_STR_INIT("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                                             "xchunked\r\n\r\n") },
    { "two lengths", REMIT_STR_INIT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                                    "Content-Length: 4\r\n\r\nabc") },
    { "two equal lengths", REMIT_STR_INIT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                                          "content-length: 3\r\n\r\nabc") },
    { "list of lengths",
      REMIT_STR_INIT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\nabc") },
    { "signed length",
      REMIT_STR_INIT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc") },
    { "negative length",
      REMIT_STR_INIT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n") },
    { "empty length", REMIT_STR_INIT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n") },
    { "hexadecimal length",
      REMIT_STR_INIT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x3\r\n\r\nabc") },
    { "length too large for any number",
      REMIT_STR_INIT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n"),
      413 },
    { "folded line", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n") },
    { "folded line, tab", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n\tb\r\n\r\n") },
    { "folded first line", REMIT_STR_INIT("GET / HTTP/1.1\r\n Host: h\r\nHost: h\r\n\r\n") },
    { "bare LF in the first line", REMIT_STR_INIT("GET / HTTP/1.1\nHost: h\r\n\r\n") },
    { "bare LF after a header", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\nX: a\r\n\r\n") },
    { "bare LF before the blank line", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\n\r\n") },
    { "bare LF for the blank line", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\r\n\n") },
    { "bare LF everywhere", REMIT_STR_INIT("GET / HTTP/1.1\nHost: h\n\n") },
    { "bare CR in a value", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\rX: a\r\n\r\n") },
    { "bare CR in the target", REMIT_STR_INIT("GET /\r HTTP/1.1\r\nHost: h\r\n\r\n") },
    { "NUL in a value", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\0x\r\n\r\n") },
    { "NUL at a value's end", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\0\r\n\r\n") },
    { "NUL in a name", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\r\nX\0: a\r\n\r\n") },
    { "NUL in the target", REMIT_STR_INIT("GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n") },
    { "NUL in the method", REMIT_STR_INIT("GE\0T / HTTP/1.1\r\nHost: h\r\n\r\n") },
    { "NUL after the version", REMIT_STR_INIT("GET / HTTP/1.1\0\r\nHost: h\r\n\r\n") },
    { "control byte in a value", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\x01\r\n\r\n") },
    { "blank before the colon", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost : h\r\n\r\n") },
    { "blank in a name", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\r\nX Y: a\r\n\r\n") },
    { "no name", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\r\n: a\r\n\r\n") },
    { "no colon", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\r\nX\r\n\r\n") },
    { "no Host", REMIT_STR_INIT("GET / HTTP/1.1\r\n\r\n") },
    { "two Hosts", REMIT_STR_INIT("GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n") },
    { "blank in the target", REMIT_STR_INIT("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n") },
    { "two blanks", REMIT_STR_INIT("GET  / HTTP/1.1\r\nHost: h\r\n\r\n") },
    { "blank at the first line's end", REMIT_STR_INIT("GET / HTTP/1.1 \r\nHost: h\r\n\r\n") },
    { "no version", REMIT_STR_INIT("GET /\r\nHost: h\r\n\r\n") },
    { "other version", REMIT_STR_INIT("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505 },
    { "lower case version", REMIT_STR_INIT("GET / http/1.1\r\nHost: h\r\n\r\n") },
    { "whole URL", REMIT_STR_INIT("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n") },
    { "CONNECT", REMIT_STR_INIT("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n") },
    { "asterisk", REMIT_STR_INIT("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n") },
    { "no target", REMIT_STR_INIT("GET\r\n\r\n") },
    { "bytes over 126 in the target", REMIT_STR_INIT("GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n") },
    { "TLS hello", REMIT_STR_INIT("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a b\r\n\r\n") },
};

ParameterizedTestParameters(http_malformed, rows)
{
    static size_t index[REMIT_COUNT(bad)];

    for (size_t i = 0; i < REMIT_COUNT(bad); i++)
        index[i] = i;
    return cr_make_param_array(size_t, index, REMIT_COUNT(bad));
}

/* 400, or nothing at all where the library gives up by itself; closed and never handled. */
ParameterizedTest(size_t *i, http_malformed, rows, .init = open_server, .fini = close_server,
                  .timeout = 20)
{
    struct raw_answer a;

    raw_exchange(port, bad[*i].bytes, &a);
    int status = bad[*i].status != 0 ? bad[*i].status : 400;
    cr_expect(a.status == status || (a.status == 0 && a.len == 0), "%s: %d", bad[*i].name,
              a.status);
    cr_expect(a.closed, "%s", bad[*i].name);
    cr_expect(eq(int, served, 0), "%s", bad[*i].name);
}

Test(http_malformed, what_follows_a_refused_request_is_not_read)
{
    struct raw_answer a;

    raw_exchange(port,
                 REMIT_STR("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n"
                           "Transfer-Encoding: chunked\r\n\r\nGET /smuggled HTTP/1.1\r\n"
                           "Host: h\r\n\r\n"),
                 &a);
    cr_expect(eq(int, a.status, 400));
    cr_expect(a.closed);
    cr_expect(eq(int, served, 0));
}
