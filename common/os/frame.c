#include "common/os/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/buf.h"
#include "common/os/frame_internal.h"

/* A received packet: it may hold secrets, so it is wiped when dropped. */
struct packet {
    unsigned char *ptr;
    size_t len;
};

static void packet_drop(struct packet *packet)
{
    if (packet->ptr != NULL)
        remit_wipe(packet->ptr, packet->len);
    free(packet->ptr);
}

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int) * REMIT_FRAME_FDS_MAX)];
};

static int socket_failed(struct remit_err *err, int os, const char *doing)
{
    if (os == EAGAIN || os == EWOULDBLOCK)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "WouldBlock", "%s a frame would block",
                          doing);
    if (os == EPIPE || os == ECONNRESET || os == ENOTCONN)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "PeerGone", "%s a frame: the peer is gone",
                          doing);
    return remit_fail_os(err, REMIT_ERR_INTERNAL, os, "%s a frame", doing);
}

static int send_packet(int sock, struct remit_str packet, const struct remit_frame_fds *fds,
                       struct remit_err *err)
{
    struct iovec part = { .iov_base = (void *)(uintptr_t)packet.ptr, .iov_len = packet.len };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    union control control = { 0 };
    ssize_t n = -1;

    if (fds->count > 0) {
        size_t bytes = sizeof(int) * fds->count;

        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(bytes);
        control.align.cmsg_level = SOL_SOCKET;
        control.align.cmsg_type = SCM_RIGHTS;
        control.align.cmsg_len = CMSG_LEN(bytes);
        memcpy(CMSG_DATA(&control.align), fds->fd, bytes);
    }
    do
        n = sendmsg(sock, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return socket_failed(err, errno, "sending");
    REMIT_REQUIRE((size_t)n == packet.len); /* SEQPACKET sends all or nothing */
    return 0;
}

int remit_frame_write(int sock, const struct remit_frame_type *type, const void *frame,
                      struct remit_err *err)
{
    auto_buf struct remit_buf packet = REMIT_BUF_SECRET(REMIT_FRAME_MAX);
    struct remit_frame_fds fds = { .count = 0 };

    TRY(remit_frame_encode(type, frame, &packet, &fds, err));
    return send_packet(sock, remit_buf_view(&packet), &fds, err);
}

/* Takes what arrived into `fds` before anything can fail, so that all of it gets closed. */
static void take_fds(struct msghdr *message, struct remit_frame_fds *fds)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        size_t count = 0;

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        REMIT_REQUIRE(fds->count + count <= REMIT_FRAME_FDS_MAX);
        memcpy(fds->fd + fds->count, CMSG_DATA(c), count * sizeof(int));
        fds->count += count;
    }
}

static ssize_t receive(int sock, struct msghdr *message, int flags)
{
    ssize_t n = -1;

    do
        n = recvmsg(sock, message, flags);
    while (n < 0 && errno == EINTR);
    return n;
}

/* The length of the next packet: a look that takes nothing, descriptors included. */
static int next_length(int sock, size_t *len, struct remit_err *err)
{
    struct msghdr message = { 0 };
    ssize_t n = receive(sock, &message, MSG_PEEK | MSG_TRUNC);

    if (n < 0)
        return socket_failed(err, errno, "receiving");
    if (n == 0)
        return socket_failed(err, EPIPE, "receiving");
    *len = (size_t)n;
    return 0;
}

static int receive_packet(int sock, struct packet *packet, struct remit_frame_fds *fds,
                          struct remit_err *err)
{
    union control control = { 0 };
    struct iovec part = { .iov_base = packet->ptr, .iov_len = packet->len };
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof(control.bytes) };
    ssize_t n = receive(sock, &message, MSG_CMSG_CLOEXEC);

    if (n < 0)
        return socket_failed(err, errno, "receiving");
    take_fds(&message, fds);
    if (message.msg_flags & MSG_CTRUNC)
        return remit_frame_malformed(err, "more than %d descriptors", REMIT_FRAME_FDS_MAX);
    if (message.msg_flags & MSG_TRUNC || (size_t)n != packet->len)
        return remit_frame_malformed(err, "a packet cut at %zu bytes", packet->len);
    return 0;
}

int remit_frame_read(int sock, const struct remit_frame_type *const *types, size_t n_types,
                     struct remit_arena *arena, const struct remit_frame_type **which, void **frame,
                     struct remit_err *err)
{
    REMIT_AUTO(packet_drop) struct packet packet = { 0 };
    REMIT_AUTO(remit_frame_fds_drop) struct remit_frame_fds fds = { .count = 0 };

    TRY(next_length(sock, &packet.len, err));
    if (packet.len > REMIT_FRAME_MAX)
        packet.len = REMIT_FRAME_MAX; /* the rest is cut, which receive_packet() refuses */
    packet.ptr = malloc(packet.len);
    if (packet.ptr == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "a frame of %zu bytes", packet.len);
    TRY(receive_packet(sock, &packet, &fds, err));
    return remit_frame_decode_with(remit_str_from((const char *)packet.ptr, packet.len), &fds,
                                   types, n_types, arena, which, frame, err);
}
