#include "agent/opener/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/opener/netlink.h"
#include "common/os/fd.h"
#include "common/os/log.h"

#define OUR_LINK "remit0"
#define BACKLOG  512

static const char imds4[] = "169.254.169.254";
static const char imds6[] = "fd00:ec2::254";

static int enter(int netns, const char *whose, struct remit_err *err)
{
    if (setns(netns, CLONE_NEWNET) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "enter %s network namespace", whose);
    return 0;
}

/* Comes back at the end of a scope: elsewhere this process would serve the wrong namespace. */
static void go_home(const int *home)
{
    struct remit_err err = { 0 };

    if (enter(*home, "our own", &err) == 0)
        return;
    remit_log_err(REMIT_LOG_ERROR, &err, "can't come back");
    abort();
}

/* A socket knows its namespace, so nothing of /proc needs to be open to us. */
static int own_netns(int sock, int *out, struct remit_err *err)
{
    *out = ioctl(sock, SIOCGSKNS);
    if (*out == -1)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "name our network namespace");
    return 0;
}

static int link_up(int sock, const char *name, const char *address, struct remit_err *err)
{
    struct in_addr addr = { 0 };
    int index = 0;

    REMIT_REQUIRE(inet_pton(AF_INET, address, &addr) == 1);
    TRY(opener_netlink_index(sock, name, &index, err));
    TRY(opener_netlink_no_ipv6(sock, index, err));
    TRY(opener_netlink_address(sock, index, addr, OPENER_PREFIX_BITS, err));
    return opener_netlink_up(sock, index, err);
}

static int loopback_up(int sock, struct remit_err *err)
{
    int index = 0;

    TRY(opener_netlink_index(sock, "lo", &index, err));
    return opener_netlink_up(sock, index, err);
}

/* [task-endpoints 6.3] fails closed: a task whose instance metadata can't be blocked won't start.
 */
static int block_instance_metadata(int sock, struct remit_err *err)
{
    struct in6_addr six = { 0 };
    struct in_addr four = { 0 };

    REMIT_REQUIRE(inet_pton(AF_INET, imds4, &four) == 1);
    REMIT_REQUIRE(inet_pton(AF_INET6, imds6, &six) == 1);
    TRY(opener_netlink_blackhole4(sock, four, err));
    return opener_netlink_blackhole6(sock, six, err);
}

static int listening_socket(uint16_t port, int *out, struct remit_err *err)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    auto_fd int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    REMIT_REQUIRE(inet_pton(AF_INET, OPENER_ADDRESS, &at.sin_addr) == 1);
    if (sock == -1)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "listening socket");
    if (bind(sock, (struct sockaddr *)&at, sizeof(at)) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "bind %s:%u", OPENER_ADDRESS, port);
    if (listen(sock, BACKLOG) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "listen on port %u", port);
    *out = remit_fd_steal(&sock);
    return 0;
}

/*
 * What an earlier listener left: its sockets are closed (the agent asks again only then), and the
 * kernel takes links of a dead namespace away in its own time. On the host the name may be that of
 * another agent's listener, which is not ours to remove.
 */
static int clear_link(int sock, enum opener_place place, const char *name, struct remit_err *err)
{
    struct remit_err why = { 0 };
    int index = 0;

    if (opener_netlink_index(sock, name, &index, &why) != 0) {
        if (why.kind == REMIT_ERR_NOT_FOUND)
            return 0;
        *err = why;
        return -1;
    }
    if (place == OPENER_IN_HOST)
        return remit_fail(err, REMIT_ERR_CONFLICT, "HostLinkTaken",
                          "a link %s is on this host already", name);
    return opener_netlink_remove(sock, name, err);
}

/*
 * The listener's side, in a new namespace that the caller is in when this returns. `ours` is a
 * netlink socket there.
 */
static int our_side(int theirs, const char *their_link, int *ours, struct opener_listening *out,
                    struct remit_err *err)
{
    auto_fd int web = -1;
    auto_fd int sock = -1;

    if (unshare(CLONE_NEWNET) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "make a network namespace");
    TRY(opener_netlink_open(&sock, err));
    TRY(loopback_up(sock, err));
    TRY(opener_netlink_veth(sock, OUR_LINK, theirs, their_link, err));
    TRY(link_up(sock, OUR_LINK, OPENER_ADDRESS, err));
    TRY(listening_socket(OPENER_WEB_PORT, &web, err));
    TRY(listening_socket(OPENER_RELAY_PORT, &out->relay, err));
    out->web = remit_fd_steal(&web);
    *ours = remit_fd_steal(&sock);
    return 0;
}

/*
 * The end that came up first got its carrier only with the second, and the kernel lets it send
 * when its link watch gets round to it, up to a second later: first packets would be lost. An end
 * that comes up with its carrier there sends at once.
 */
static int wake_link(int sock, struct remit_err *err)
{
    int index = 0;

    TRY(opener_netlink_index(sock, OUR_LINK, &index, err));
    TRY(opener_netlink_down(sock, index, err));
    return opener_netlink_up(sock, index, err);
}

static int their_side(int sock, enum opener_place place, const char *name, struct remit_err *err)
{
    TRY(link_up(sock, name, OPENER_PEER_ADDRESS, err));
    if (place == OPENER_IN_HOST)
        return 0;
    TRY(loopback_up(sock, err));
    return block_instance_metadata(sock, err);
}

int opener_listen(int netns, enum opener_place place, struct opener_listening *out,
                  struct remit_err *err)
{
    const char *name = place == OPENER_IN_HOST ? OPENER_HOST_LINK : OPENER_CONTAINER_LINK;
    struct remit_err local = { 0 };
    auto_fd int sock = -1;
    auto_fd int theirs = -1;
    auto_fd int ours = -1;
    auto_fd int home = -1;
    auto_fd int web = -1;
    auto_fd int relay = -1;

    err = err != NULL ? err : &local;
    TRY(opener_netlink_open(&sock, err));
    TRY(own_netns(sock, &home, err));
    __attribute__((cleanup(go_home), unused)) int way_back = home;

    TRY(enter(netns, "the container's", err));
    TRY(opener_netlink_open(&theirs, err));
    TRY(clear_link(theirs, place, name, err));
    struct opener_listening made = { .web = -1, .relay = -1 };
    TRY(our_side(netns, name, &ours, &made, err));
    web = made.web;
    relay = made.relay;
    TRY(their_side(theirs, place, name, err));
    TRY(wake_link(ours, err));
    out->web = remit_fd_steal(&web);
    out->relay = remit_fd_steal(&relay);
    return 0;
}
