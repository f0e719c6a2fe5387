#include "tests/common/http_raw.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int raw_connect(uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert(sock >= 0);
    cr_assert(connect(sock, (struct sockaddr *)&at, sizeof(at)) == 0, "connect: %s",
              strerror(errno));
    return sock;
}

void raw_send(int sock, struct remit_str bytes)
{
    size_t done = 0;

    while (done < bytes.len) {
        ssize_t n = send(sock, bytes.ptr + done, bytes.len - done, MSG_NOSIGNAL);

        if (n < 0)
            return; /* refused and closed already: the answer tells */
        done += (size_t)n;
    }
}

/* The bytes of one whole answer at `from`, or 0. */
static size_t whole(const struct raw_answer *out, size_t from)
{
    const char *at = out->bytes + from;
    const char *end = memmem(at, out->len - from, "\r\n\r\n", 4);
    const char *length =
        end == NULL ? NULL : memmem(at, (size_t)(end - at), "Content-Length: ", 16);
    size_t bytes = 0;

    if (end == NULL)
        return 0;
    bytes = (size_t)(end + 4 - at) + (length != NULL ? strtoul(length + 16, NULL, 10) : 0);
    return bytes <= out->len - from ? bytes : 0;
}

static int count_whole(const struct raw_answer *out)
{
    size_t from = 0;
    size_t bytes = 0;
    int count = 0;

    while ((bytes = whole(out, from)) > 0) {
        from += bytes;
        count++;
    }
    return count;
}

void raw_read(int sock, int answers, int wait_ms, struct raw_answer *out)
{
    *out = (struct raw_answer){ .len = 0 };
    while (out->len < sizeof(out->bytes) && (answers == 0 || count_whole(out) < answers)) {
        struct pollfd ready = { .fd = sock, .events = POLLIN };
        ssize_t n = 0;

        if (poll(&ready, 1, wait_ms) <= 0)
            break;
        n = recv(sock, out->bytes + out->len, sizeof(out->bytes) - out->len, 0);
        if (n <= 0) {
            out->closed = true;
            break;
        }
        out->len += (size_t)n;
    }
    if (out->len > 12)
        out->status = atoi(out->bytes + 9);
}

void raw_exchange(uint16_t port, struct remit_str bytes, struct raw_answer *out)
{
    int sock = raw_connect(port);

    raw_send(sock, bytes);
    raw_read(sock, 0, 300, out);
    close(sock);
}
