/* The real remit-metadata and remit-worker over their sockets, with plain loopback listeners. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"
#include "tests/common/http_raw.h"
#include "tests/lib/expect.h"
#include "tests/metadata/fake_agent.h"

#define HOUR_MS (3600 * 1000)
#define EXPIRES 1893553445

static struct fake_agent agent;
static struct fake_worker worker = { .channel = -1 };

static void start_all(void)
{
    fake_agent_start(&agent, "127.0.0.1:1");
    fake_attach(&agent, "t1", false, &worker);
}

static void stop_all(void)
{
    fake_end(&worker);
    fake_agent_stop(&agent);
}

TestSuite(worker, .init = start_all, .fini = stop_all, .timeout = 60);

static void expect_ready(const char *task_id, const char *code, int64_t expires_at)
{
    struct fake_ready ready = fake_read_ready(worker.channel);

    EXPECT_TEXT(ready.task_id, task_id);
    EXPECT_TEXT(ready.code, code);
    cr_expect(eq(i64, ready.expires_at, expires_at));
}

static void send_all(void)
{
    fake_send_task(worker.channel, "t1", FAKE_ID, 2);
    expect_ready("t1", "", 0);
    fake_send_credentials(worker.channel, "t1", FAKE_BODY, EXPIRES, HOUR_MS);
    expect_ready("t1", "", EXPIRES);
}

static struct raw_answer answer;

/* One request on a connection of its own; `token` NULL sends none. */
static int get(const char *path, const char *token)
{
    char text[1024];
    int len = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: 169.254.170.2\r\n%s%s%s\r\n",
                       path, token != NULL ? "Authorization: " : "", token != NULL ? token : "",
                       token != NULL ? "\r\n" : "");
    int sock = raw_connect(worker.port);

    raw_send(sock, remit_str_from(text, (size_t)len));
    raw_read(sock, 1, 3000, &answer);
    close(sock);
    return answer.status;
}

static bool answered(const char *text)
{
    return memmem(answer.bytes, answer.len, text, strlen(text)) != NULL;
}

static const char *body(void)
{
    const char *at = strstr(answer.bytes, "\r\n\r\n");

    return at != NULL ? at + 4 : "";
}

/* --- credentials --- */

Test(worker, vends_byte_for_byte_what_it_was_given)
{
    send_all();
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 200));
    EXPECT_TEXT(body(), FAKE_BODY);
    cr_expect(answered("\r\nContent-Type: application/json\r\n"));
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_OTHER), 200), "its sibling, too");
    cr_expect(eq(int, get("/v1/credentials?id=" FAKE_ID, FAKE_TOKEN), 200));
    EXPECT_TEXT(body(), FAKE_BODY);
}

Test(worker, refuses_without_both_proofs)
{
    send_all();
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, NULL), 403));
    cr_expect(answered("\"code\":\"AccessDenied\""));
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, "token-of-nobody-at-all"), 403));
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, "Bearer " FAKE_TOKEN), 403));
    cr_expect(
        eq(int, get("/v2/credentials/99999999-2222-3333-4444-555555555555", FAKE_TOKEN), 400));
    EXPECT_TEXT(body(), "{\"code\":\"InvalidIdInRequest\",\"message\":\"CredentialsV2Request: "
                        "Credentials not found\",\"Code\":\"InvalidIdInRequest\",\"Message\":"
                        "\"CredentialsV2Request: Credentials not found\",\"HTTPErrorCode\":400}");
    cr_expect(not(answered("very-secret")));
}

/* [task-endpoints 9] rows 1 and 3 */
Test(worker, empty_id_is_told)
{
    send_all();
    cr_expect(eq(int, get("/v2/credentials/", FAKE_TOKEN), 400));
    cr_expect(answered("CredentialsV2Request: No Credential ID in the request"));
    cr_expect(eq(int, get("/v1/credentials", NULL), 400));
    cr_expect(answered("\"code\":\"NoIdInRequest\""));
    cr_expect(answered("CredentialsV1Request: No Credential ID in the request"));
    cr_expect(eq(int, get("/v1/credentials?id=", NULL), 400));
    cr_expect(eq(int, get("/v2/credentials", FAKE_TOKEN), 404));
    EXPECT_TEXT(body(), "404 page not found\n");
}

Test(worker, known_id_without_credentials_is_503)
{
    fake_send_task(worker.channel, "t1", FAKE_ID, 1);
    expect_ready("t1", "", 0);
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 503));
    cr_expect(answered("\"code\":\"CredentialsUninitialized\""));
    cr_expect(answered("\r\nRetry-After: 1\r\n"));
}

Test(worker, expired_credentials_are_503_by_the_boot_clock)
{
    fake_send_task(worker.channel, "t1", FAKE_ID, 1);
    expect_ready("t1", "", 0);
    fake_send_credentials(worker.channel, "t1", FAKE_BODY, EXPIRES, 400);
    expect_ready("t1", "", EXPIRES);
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 200));
    usleep(450 * 1000);
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 503),
              "however far away expires_at is");
    cr_expect(not(answered("very-secret")));
    fake_send_credentials(worker.channel, "t1", "{\"later\":1}", EXPIRES - 5, HOUR_MS);
    expect_ready("t1", "", EXPIRES - 5);
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 200));
}

Test(worker, older_credentials_never_replace_newer)
{
    send_all();
    fake_send_credentials(worker.channel, "t1", "{\"older\":1}", EXPIRES, HOUR_MS);
    expect_ready("t1", "StaleCredentials", EXPIRES);
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 200));
    EXPECT_TEXT(body(), FAKE_BODY);
    fake_send_credentials(worker.channel, "t1", "{\"newer\":1}", EXPIRES + 1, HOUR_MS);
    expect_ready("t1", "", EXPIRES + 1);
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 200));
    EXPECT_TEXT(body(), "{\"newer\":1}");
}

Test(worker, task_without_a_role_has_no_credentials)
{
    send_all();
    fake_send_task(worker.channel, "t1", "", 2);
    expect_ready("t1", "", 0);
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 400));
    fake_send_task(worker.channel, "t1", FAKE_ID, 2);
    expect_ready("t1", "", 0);
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 503), "they were wiped");
}

Test(worker, detached_task_is_forgotten)
{
    send_all();
    fake_send_detach(worker.channel, "t1", 0);
    expect_ready("t1", "", 0);
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 403));
    fake_send_detach(worker.channel, "t1", 0);
    expect_ready("t1", "UnknownTask", 0);
}

/* --- who may ask how --- */

static const struct manner {
    const char *name;
    const char *head; /* behind the request line's method, which is its first word */
    int status;
} manners[] = {
    { "a GET", "GET %s HTTP/1.1\r\nHost: 169.254.170.2\r\n", 200 },
    { "a HEAD", "HEAD %s HTTP/1.1\r\nHost: 169.254.170.2\r\n", 200 },
    { "a POST", "POST %s HTTP/1.1\r\nHost: 169.254.170.2\r\nContent-Length: 0\r\n", 405 },
    { "a PUT", "PUT %s HTTP/1.1\r\nHost: 169.254.170.2\r\n", 405 },
    { "an odd method", "GETX %s HTTP/1.1\r\nHost: 169.254.170.2\r\n", 405 },
    { "port 80", "GET %s HTTP/1.1\r\nHost: 169.254.170.2:80\r\n", 200 },
    { "another port", "GET %s HTTP/1.1\r\nHost: 169.254.170.2:8080\r\n", 403 },
    { "pod identity's address", "GET %s HTTP/1.1\r\nHost: 169.254.170.23\r\n", 200 },
    { "the IPv6 one", "GET %s HTTP/1.1\r\nHost: [fd00:ec2::23]:80\r\n", 200 },
    { "loopback", "GET %s HTTP/1.1\r\nHost: 127.0.0.1:12345\r\n", 200 },
    { "a name", "GET %s HTTP/1.1\r\nHost: evil.example\r\n", 403 },
    { "a name that starts like us", "GET %s HTTP/1.1\r\nHost: 169.254.170.2.evil.example\r\n",
      403 },
    { "instance metadata", "GET %s HTTP/1.1\r\nHost: 169.254.169.254\r\n", 403 },
    { "an empty host", "GET %s HTTP/1.1\r\nHost:\r\n", 403 },
    { "two hosts", "GET %s HTTP/1.1\r\nHost: 169.254.170.2\r\nHost: 169.254.170.2\r\n", 400 },
    { "X-Forwarded-For", "GET %s HTTP/1.1\r\nHost: 169.254.170.2\r\nx-forwarded-for: 10.0.0.1\r\n",
      403 },
    { "Via", "GET %s HTTP/1.1\r\nHost: 169.254.170.2\r\nVia: 1.1 proxy\r\n", 403 },
    { "Forwarded", "GET %s HTTP/1.1\r\nHost: 169.254.170.2\r\nForwarded: for=x\r\n", 403 },
    { "two tokens", "GET %s HTTP/1.1\r\nHost: 169.254.170.2\r\nAuthorization: " FAKE_TOKEN "\r\n",
      403 },
    { "an Accept-Encoding",
      "GET %s HTTP/1.1\r\nHost: 169.254.170.2\r\nAccept-Encoding: identity\r\nAccept: */*\r\n",
      200 },
    { "a whole URL", "GET http://169.254.170.2%s HTTP/1.1\r\nHost: 169.254.170.2\r\n", 400 },
};

#pragma GCC diagnostic ignored "-Wformat-nonliteral"

Test(worker, manners_are_checked_before_anything_else)
{
    send_all();
    for (size_t i = 0; i < REMIT_COUNT(manners); i++) {
        char head[512];
        char text[1024];
        int sock = raw_connect(worker.port);

        (void)snprintf(head, sizeof(head), manners[i].head, "/v2/credentials/" FAKE_ID);
        int len = snprintf(text, sizeof(text), "%sAuthorization: " FAKE_TOKEN "\r\n\r\n", head);
        raw_send(sock, remit_str_from(text, (size_t)len));
        raw_read(sock, 0, 150, &answer);
        close(sock);
        cr_expect(eq(int, answer.status, manners[i].status), "%s", manners[i].name);
        if (manners[i].status != 200)
            cr_expect(not(answered("very-secret")), "%s", manners[i].name);
        if (manners[i].status == 405)
            cr_expect(answered("\r\nAllow: GET, HEAD\r\n"), "%s", manners[i].name);
    }
}

Test(worker, malformed_requests_are_refused_and_the_next_is_served)
{
    static const char *const bad[] = {
        "GET /v2/credentials/x HTTP/1.1\nHost: 169.254.170.2\n\n",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /v2/credentials/x HTTP/1.1\r\nHost: 169.254.170.2\r\n folded\r\n\r\n",
        "CONNECT 169.254.170.2:80 HTTP/1.1\r\nHost: 169.254.170.2\r\n\r\n",
    };

    send_all();
    for (size_t i = 0; i < REMIT_COUNT(bad); i++) {
        raw_exchange(worker.port, remit_str_of(bad[i]), &answer);
        cr_expect(eq(int, answer.status, 400), "%s", bad[i]);
        cr_expect(answer.closed);
    }
    static char large[20000];
    memset(large, 'x', sizeof(large));
    memcpy(large, "GET / HTTP/1.1\r\nX: ", 19);
    memcpy(large + sizeof(large) - 4, "\r\n\r\n", 4);
    raw_exchange(worker.port, remit_str_from(large, sizeof(large)), &answer);
    cr_expect(eq(int, answer.status, 431));
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 200));
}

/* [attacks N14] */
Test(worker, a_thousand_idle_connections_do_not_keep_anyone_out)
{
    static int idle[1100];

    send_all();
    for (size_t i = 0; i < REMIT_COUNT(idle); i++)
        idle[i] = raw_connect(worker.port);
    int64_t start = remit_clock_boot_ms();
    for (int i = 0; i < 20; i++)
        cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 200));
    cr_expect(remit_clock_boot_ms() - start < 2000);
    for (size_t i = 0; i < REMIT_COUNT(idle); i++)
        close(idle[i]);
}

/* --- documents --- */

Test(worker, documents_are_served_under_their_paths)
{
    fake_send_task(worker.channel, "t1", FAKE_ID, 2);
    expect_ready("t1", "", 0);
    cr_expect(eq(int, get("/v4/" FAKE_EID, NULL), 503), "known, and soon there");
    cr_expect(eq(int, get("/v4/" FAKE_EID "/stats", NULL), 200));
    EXPECT_TEXT(body(), "{}");
    cr_expect(eq(int, get("/v3/" FAKE_EID "/stats", NULL), 200));
    EXPECT_TEXT(body(), "null");
    fake_send_document(worker.channel, "t1", FAKE_EID, REMIT_DOCUMENT_V4, "{\"app\":4}");
    fake_send_document(worker.channel, "t1", FAKE_EID2, REMIT_DOCUMENT_V4, "{\"sidecar\":4}");
    fake_send_document(worker.channel, "t1", FAKE_EID2, REMIT_DOCUMENT_V3, "{\"sidecar\":3}");
    fake_send_document(worker.channel, "t1", FAKE_EID, REMIT_DOCUMENT_STATS, "{\"cpu\":1}");
    fake_send_document(worker.channel, "t1", "", REMIT_DOCUMENT_V4, "{\"task\":4}");
    fake_send_document(worker.channel, "t1", "", REMIT_DOCUMENT_STATS, "{\"all\":1}");
    fake_send_document(worker.channel, "t1", "no such", REMIT_DOCUMENT_V4, "{}");
    expect_ready("t1", "InvalidDocument", 0);
    fake_send_document(worker.channel, "t2", "", REMIT_DOCUMENT_V4, "{}");
    expect_ready("t2", "UnknownTask", 0);
    static const struct {
        const char *path, *body;
    } rows[] = {
        { "/v4/" FAKE_EID, "{\"app\":4}" },
        { "/v4/" FAKE_EID2, "{\"sidecar\":4}" },
        { "/v3/" FAKE_EID, "{\"app\":4}" },
        { "/v3/" FAKE_EID2, "{\"sidecar\":3}" },
        { "/v4/" FAKE_EID "/task", "{\"task\":4}" },
        { "/v4/" FAKE_EID2 "/taskWithTags", "{\"task\":4}" },
        { "/v3/" FAKE_EID "/task", "{\"task\":4}" },
        { "/v4/" FAKE_EID "/stats", "{\"cpu\":1}" },
        { "/v4/" FAKE_EID "/task/stats", "{\"all\":1}" },
        { "/v2/metadata", "{\"task\":4}" },
        { "/v2/stats/", "{\"all\":1}" },
    };
    for (size_t i = 0; i < REMIT_COUNT(rows); i++) {
        cr_expect(eq(int, get(rows[i].path, NULL), 200), "%s", rows[i].path);
        EXPECT_TEXT(body(), rows[i].body);
        cr_expect(answered("\r\nContent-Type: application/json\r\n"));
    }
    fake_send_document(worker.channel, "t1", FAKE_EID, REMIT_DOCUMENT_V4, "");
    fake_send_document(worker.channel, "t9", "", REMIT_DOCUMENT_V4, "");
    expect_ready("t9", "UnknownTask", 0);
    cr_expect(eq(int, get("/v4/" FAKE_EID, NULL), 503), "taken away");
}

/* [task-endpoints 4.2] */
Test(worker, unknown_endpoint_ids_are_told_as_json_strings)
{
    fake_send_task(worker.channel, "t1", FAKE_ID, 1);
    expect_ready("t1", "", 0);
    cr_expect(eq(int, get("/v4/x%22<y", NULL), 400), "no target at all");
    cr_expect(eq(int, get("/v4/x&y", NULL), 404));
    EXPECT_TEXT(body(), "\"V4 container metadata handler: unable to get container ID from request: "
                        "unable to get docker ID from v3 endpoint ID: x\\u0026y\"");
    cr_expect(eq(int, get("/v4//task", NULL), 404));
    cr_expect(eq(int, get("/v4/" FAKE_EID "/", NULL), 404));
    EXPECT_TEXT(body(), "404 page not found\n");
    cr_expect(eq(int, get("/", NULL), 404));
    cr_expect(eq(int, get("/v4/" FAKE_EID "/../" FAKE_EID, NULL), 404));
}

/* --- reports --- */

Test(worker, requests_are_reported_with_who_and_why)
{
    struct fake_served s;

    send_all();
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_OTHER), 200));
    cr_assert(fake_read_served(worker.channel, 2000, &s));
    cr_expect(eq(int, s.status, 200));
    cr_expect(eq(u32, s.count, 1));
    EXPECT_TEXT(s.reason, "Vended");
    EXPECT_TEXT(s.task_id, "t1");
    EXPECT_TEXT(s.endpoint_id, FAKE_EID2);
    EXPECT_TEXT(s.container, "sidecar");
    EXPECT_TEXT(s.presented_id, "");
    cr_expect(strncmp(s.peer, "127.0.0.1:", 10) == 0, "%s", s.peer);
    cr_expect(eq(int, get("/v2/credentials/leaked%22id", "token-of-another-task"), 403));
    cr_assert(fake_read_served(worker.channel, 2000, &s));
    EXPECT_TEXT(s.reason, "WrongToken");
    EXPECT_TEXT(s.task_id, "");
    EXPECT_TEXT(s.presented_id, "leaked%2522id");
    cr_expect(eq(int, s.status, 403));
}

Test(worker, equal_requests_become_one_report)
{
    struct fake_served s;
    uint32_t count = 0;
    int sock = -1;

    send_all();
    sock = raw_connect(worker.port);
    for (int i = 0; i < 30; i++) {
        raw_send(sock, REMIT_STR("GET /v2/credentials/" FAKE_ID " HTTP/1.1\r\n"
                                 "Host: 169.254.170.2\r\nAuthorization: " FAKE_TOKEN "\r\n"
                                 "User-Agent: a \"b\" 100% \xff\r\n\r\n"));
        raw_read(sock, 1, 2000, &answer);
        cr_assert(eq(int, answer.status, 200));
    }
    cr_assert(fake_read_served(worker.channel, 2000, &s));
    cr_expect(eq(u32, s.count, 1), "the first at once");
    EXPECT_TEXT(s.user_agent, "a \"b\" 100%25 %FF");
    while (count < 29 && fake_read_served(worker.channel, 2000, &s))
        count += s.count;
    cr_expect(eq(u32, count, 29), "the others within a second");
    cr_expect(eq(u64, s.lost, 0));
    close(sock);
}

Test(worker, reports_are_bounded_and_say_what_was_lost)
{
    struct fake_served s;
    uint64_t told = 0;
    int frames = 0;
    int64_t start = 0;

    send_all();
    start = remit_clock_boot_ms();
    for (int i = 0; i < 300; i++) { /* each a connection, and so a kind, of its own */
        cr_assert(eq(int, get("/v2/credentials/x", NULL), 403));
    }
    while (remit_clock_boot_ms() - start < 1900 && fake_read_served(worker.channel, 500, &s)) {
        told += s.count + s.lost;
        frames++;
    }
    cr_expect(frames <= 100, "%d frames in two seconds", frames);
    while (told < 300 && fake_read_served(worker.channel, 2500, &s))
        told += s.count + s.lost;
    cr_expect(eq(u64, told, 300));
}

/* --- adoption --- */

Test(worker, restarted_agent_adopts_and_hears_what_is_held)
{
    uint16_t n_tasks = 0;
    uint64_t served = 0;
    char byte = 0;

    send_all();
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 200));
    remit_fd_drop(&worker.channel); /* the agent is killed */
    usleep(50000);
    cr_expect(eq(int, get("/v2/credentials/" FAKE_ID, FAKE_TOKEN), 200), "nobody is connected");
    worker.channel = fake_adopt(&agent, "t1", &n_tasks, &served);
    cr_expect(eq(int, n_tasks, 1));
    cr_expect(eq(u64, served, 2));
    expect_ready("t1", "", EXPIRES);
    fake_send_credentials(worker.channel, "t1", "{\"new\":1}", EXPIRES + 1, HOUR_MS);
    expect_ready("t1", "", EXPIRES + 1);

    int older = worker.channel;
    worker.channel = fake_adopt(&agent, "t1", &n_tasks, &served);
    expect_ready("t1", "", EXPIRES + 1);
    cr_expect(eq(int, (int)recv(older, &byte, 1, 0), 0), "the older channel is closed");
    close(older);
}

Test(worker, first_frame_of_a_connection_must_be_adopt)
{
    pid_t pid = fake_child(&agent, "remit-worker");
    int sock = fake_connect_worker(&agent, "t1");

    send_all();
    fake_send_detach(sock, "t1", 1);
    cr_expect(fake_gone(pid), "a frame out of order comes from our own side, and is a bug");
    close(sock);
    remit_fd_drop(&worker.channel);
}

Test(worker, malformed_frame_ends_it)
{
    cr_assert(send(worker.channel, "no frame", 8, 0) == 8);
    char byte = 0;
    cr_expect(eq(int, (int)recv(worker.channel, &byte, 1, 0), 0));
    remit_fd_drop(&worker.channel);
}

Test(worker, ends_when_detached_with_end)
{
    pid_t pid = fake_child(&agent, "remit-worker");

    send_all();
    fake_send_detach(worker.channel, "t1", 1);
    expect_ready("t1", "", 0);
    cr_expect(fake_gone(pid));
    cr_expect(eq(int, fake_connect_worker(&agent, "t1"), -1));
    remit_fd_drop(&worker.channel);
}

Test(worker, holds_one_task_alone)
{
    send_all();
    fake_send_task(worker.channel, "t2", "", 0);
    expect_ready("t2", "TooManyTasks", 0);
    fake_send_credentials(worker.channel, "t2", FAKE_BODY, EXPIRES, HOUR_MS);
    expect_ready("t2", "UnknownTask", 0);
}
