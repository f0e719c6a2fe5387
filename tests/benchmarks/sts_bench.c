/*
 * sts_bench.c - signed GetCallerIdentity per second over connections that stay open.
 *
 *   sts_bench HOST PORT REGION CREDENTIALS-FILE [CONNECTIONS [SECONDS]]
 *
 * The file has AWS_ACCESS_KEY_ID=, AWS_SECRET_ACCESS_KEY= and perhaps AWS_SESSION_TOKEN= lines.
 * Each connection signs its request anew every SIGN_EVERY_S, so that the load costs little beside
 * the server. Prints "requests-per-second p50_us p99_us"; any answer but 200 ends it with 1.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <remit/sigv4.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/os/clock.h"
#include "common/os/file.h"

#define CONNECTIONS_MOST 256
#define SIGN_EVERY_S     20
#define SAMPLES_MOST     200000 /* latencies kept for each connection */

static const char body[] = "Action=GetCallerIdentity&Version=2011-06-15";
static const char *host, *region;
static uint16_t port;
static struct remit_str access_key_id, secret_access_key, session_token;
static _Atomic bool stop;

struct worker {
    pthread_t thread;
    int sock;
    char *request;
    size_t request_len;
    int64_t signed_at;
    uint64_t done;
    uint32_t *samples; /* microseconds */
};

static void give_up(const char *what)
{
    (void)fprintf(stderr, "sts_bench: %s\n", what);
    exit(1);
}

static void read_credentials(const char *path)
{
    static struct remit_buf text = REMIT_BUF(65536);
    struct remit_err err = { 0 };
    struct remit_str rest, line, name;

    if (remit_file_read(path, &text, &err) != 0)
        give_up(err.text);
    rest = remit_buf_view(&text);
    while (rest.len > 0) {
        (void)remit_str_cut(&rest, '\n', &line);
        (void)remit_str_cut(&line, '=', &name);
        if (remit_str_equal(name, REMIT_STR("AWS_ACCESS_KEY_ID")))
            access_key_id = line;
        else if (remit_str_equal(name, REMIT_STR("AWS_SECRET_ACCESS_KEY")))
            secret_access_key = line;
        else if (remit_str_equal(name, REMIT_STR("AWS_SESSION_TOKEN")))
            session_token = line;
    }
    if (access_key_id.len == 0 || secret_access_key.len == 0)
        give_up("the credentials file has no key");
}

/* ---- requests ---- */

static void sign(struct worker *w)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_buf struct remit_buf out = REMIT_BUF(65536);
    struct remit_str address = remit_arena_fmt(&arena, "%s:%u", host, port);
    const struct remit_http_header headers[] = {
        { REMIT_STR("Host"), address },
        { REMIT_STR("Content-Type"), REMIT_STR("application/x-www-form-urlencoded") },
    };
    struct remit_sigv4_request request = {
        .method = REMIT_STR("POST"),
        .path = REMIT_STR("/"),
        .headers = headers,
        .n_headers = REMIT_COUNT(headers),
        .body = remit_str_of(body),
    };
    struct remit_sigv4_signer signer = {
        .access_key_id = access_key_id,
        .secret_access_key = secret_access_key,
        .session_token = session_token,
        .region = remit_str_of(region),
        .service = REMIT_STR("sts"),
        .now_at = remit_clock_now_at(),
    };
    const char *const *lines = NULL;
    struct remit_err err = { 0 };

    if (remit_sigv4_sign(&request, &signer, &arena, &lines, &err) != 0)
        give_up(err.text);
    remit_buf_put_fmt(&out, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\n", address.ptr,
                      "application/x-www-form-urlencoded");
    for (; *lines != NULL; lines++)
        remit_buf_put_fmt(&out, "%s\r\n", *lines);
    remit_buf_put_fmt(&out, "Content-Length: %zu\r\n\r\n%s", sizeof(body) - 1, body);
    free(w->request);
    w->request_len = out.len;
    w->request = malloc(out.len);
    if (w->request == NULL || !remit_buf_ok(&out))
        give_up("no memory");
    memcpy(w->request, out.ptr, out.len);
    w->signed_at = signer.now_at;
}

static int connect_one(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    if (inet_pton(AF_INET, host, &to.sin_addr) != 1 || sock < 0 ||
        connect(sock, (const struct sockaddr *)&to, sizeof(to)) != 0)
        give_up("can't connect");
    (void)setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return sock;
}

/* Whether `text` holds a whole answer; anything but 200 ends the program. */
static bool whole(const char *text, size_t len)
{
    const char *end = memmem(text, len, "\r\n\r\n", 4);
    const char *length = memmem(text, len, "Content-Length: ", 16);

    if (end == NULL)
        return false;
    if (memcmp(text, "HTTP/1.1 200", 12) != 0 || length == NULL || length > end) {
        (void)fprintf(stderr, "%.*s\n", (int)len, text);
        give_up("an answer that is not 200");
    }
    return len == (size_t)(end + 4 - text) + (size_t)atoi(length + 16);
}

static void exchange(struct worker *w)
{
    char answer[8192];
    size_t len = 0;

    if (send(w->sock, w->request, w->request_len, MSG_NOSIGNAL) != (ssize_t)w->request_len)
        give_up("the server hung up");
    do {
        ssize_t n = recv(w->sock, answer + len, sizeof(answer) - len, 0);

        if (n <= 0)
            give_up("the server hung up");
        len += (size_t)n;
    } while (!whole(answer, len));
}

static int64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void *work(void *self)
{
    struct worker *w = self;

    while (!stop) {
        int64_t before = now_us();

        if (remit_clock_now_at() - w->signed_at >= SIGN_EVERY_S)
            sign(w);
        exchange(w);
        w->samples[w->done % SAMPLES_MOST] = (uint32_t)(now_us() - before);
        w->done++;
    }
    return NULL;
}

/* ---- the figures ---- */

static int by_value(const void *a, const void *b)
{
    const uint32_t *x = a;
    const uint32_t *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void report(const struct worker *workers, size_t n, double seconds)
{
    uint64_t done = 0;
    size_t n_samples = 0;
    uint32_t *all = malloc(n * SAMPLES_MOST * sizeof(*all));

    if (all == NULL)
        give_up("no memory");
    for (size_t i = 0; i < n; i++) {
        size_t mine = workers[i].done < SAMPLES_MOST ? workers[i].done : SAMPLES_MOST;

        memcpy(all + n_samples, workers[i].samples, mine * sizeof(*all));
        n_samples += mine;
        done += workers[i].done;
    }
    if (n_samples == 0)
        give_up("nothing was answered");
    qsort(all, n_samples, sizeof(*all), by_value);
    (void)printf("%.0f %u %u\n", (double)done / seconds, all[n_samples / 2],
                 all[n_samples - 1 - n_samples / 100]);
    free(all);
}

int main(int argc, char **argv)
{
    static struct worker workers[CONNECTIONS_MOST];
    size_t n = argc > 5 ? (size_t)atoi(argv[5]) : 8;
    unsigned seconds = argc > 6 ? (unsigned)atoi(argv[6]) : 4;
    int64_t before = 0;

    if (argc < 5 || n == 0 || n > CONNECTIONS_MOST || seconds == 0) {
        (void)fprintf(stderr, "usage: sts_bench HOST PORT REGION CREDENTIALS-FILE "
                              "[CONNECTIONS [SECONDS]]\n");
        return 2;
    }
    host = argv[1];
    port = (uint16_t)atoi(argv[2]);
    region = argv[3];
    read_credentials(argv[4]);
    for (size_t i = 0; i < n; i++) {
        workers[i].sock = connect_one();
        workers[i].samples = calloc(SAMPLES_MOST, sizeof(uint32_t));
        if (workers[i].samples == NULL)
            give_up("no memory");
        sign(&workers[i]);
        exchange(&workers[i]);
    }
    before = now_us();
    for (size_t i = 0; i < n; i++)
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            give_up("no thread");
    (void)sleep(seconds);
    stop = true;
    for (size_t i = 0; i < n; i++)
        (void)pthread_join(workers[i].thread, NULL);
    report(workers, n, (double)(now_us() - before) / 1e6);
    return 0;
}
