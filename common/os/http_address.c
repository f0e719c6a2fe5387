#include "common/os/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "common/os/fd.h"

#define BACKLOG 512

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

static bool parse(const char *text, uint16_t port, union address *out, socklen_t *len)
{
    *out = (union address){ 0 };
    if (inet_pton(AF_INET, text, &out->four.sin_addr) == 1) {
        out->four.sin_family = AF_INET;
        out->four.sin_port = htons(port);
        *len = sizeof(out->four);
        return true;
    }
    if (inet_pton(AF_INET6, text, &out->six.sin6_addr) != 1)
        return false;
    out->six.sin6_family = AF_INET6;
    out->six.sin6_port = htons(port);
    *len = sizeof(out->six);
    return true;
}

bool remit_http_is_loopback(const char *address)
{
    union address at;
    socklen_t len = 0;

    if (!parse(address, 0, &at, &len))
        return false;
    if (at.any.sa_family == AF_INET)
        return (ntohl(at.four.sin_addr.s_addr) >> 24) == 127;
    if (IN6_IS_ADDR_V4MAPPED(&at.six.sin6_addr))
        return at.six.sin6_addr.s6_addr[12] == 127;
    return IN6_IS_ADDR_LOOPBACK(&at.six.sin6_addr);
}

static int port_of(int sock, uint16_t *port, struct remit_err *err)
{
    union address at = { 0 };
    socklen_t len = sizeof(at);

    if (getsockname(sock, &at.any, &len) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "the port of a listening socket");
    *port = ntohs(at.any.sa_family == AF_INET ? at.four.sin_port : at.six.sin6_port);
    return 0;
}

int remit_http_listen(const char *address, uint16_t *port, int *out, struct remit_err *err)
{
    const int on = 1;
    union address at;
    socklen_t len = 0;

    if (!parse(address, *port, &at, &len))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidAddress",
                          "'%s' is no IPv4 or IPv6 address", address);
    auto_fd int sock = socket(at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (sock < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "a socket for %s", address);
    (void)setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(sock, &at.any, len) != 0 || listen(sock, BACKLOG) != 0)
        return remit_fail_os(err, REMIT_ERR_UNAVAILABLE, errno, "listening on %s port %u", address,
                             *port);
    TRY(port_of(sock, port, err));
    *out = remit_fd_steal(&sock);
    return 0;
}
