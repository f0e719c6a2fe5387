/*
 * The listener's namespace, link and routes, as root, in namespaces that each test makes: Criterion
 * runs every test in a process of its own, and that process leaves the host's namespace first.
 */
#include "agent/opener/listen.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/os/fd.h"

static int home = -1;
static int container = -1;

static int here(void)
{
    int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

    cr_assert(fd != -1);
    return fd;
}

static void go(int netns)
{
    cr_assert(setns(netns, CLONE_NEWNET) == 0);
}

/* As a host has it; a new namespace starts with its loopback down. */
static void loopback_up(void)
{
    struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
    auto_fd int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    cr_assert(ioctl(sock, SIOCSIFFLAGS, &req) == 0);
}

static void make_namespaces(void)
{
    if (geteuid() != 0)
        cr_skip_test("needs root to make network namespaces");
    cr_assert(unshare(CLONE_NEWNET) == 0);
    container = here();
    cr_assert(unshare(CLONE_NEWNET) == 0);
    home = here();
}

TestSuite(opener_listen, .init = make_namespaces, .timeout = 20);

static struct opener_listening must_listen(enum opener_place place)
{
    struct opener_listening out = { .web = -1, .relay = -1 };
    struct remit_err err = { 0 };

    cr_assert(opener_listen(container, place, &out, &err) == 0, "%s", err.text);
    return out;
}

/* 0, or the errno of connecting from the container's namespace. */
static int connect_from_container(int family, const char *address, uint16_t port)
{
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    const struct timeval soon = { .tv_sec = 2 }; /* a dead link, or a busy machine */
    int result = 0;

    go(container);
    auto_fd int sock = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    go(home);
    cr_assert(sock != -1);
    (void)setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
    if (family == AF_INET) {
        cr_assert(inet_pton(AF_INET, address, &four.sin_addr) == 1);
        result = connect(sock, (struct sockaddr *)&four, sizeof(four));
    } else {
        cr_assert(inet_pton(AF_INET6, address, &six.sin6_addr) == 1);
        result = connect(sock, (struct sockaddr *)&six, sizeof(six));
    }
    return result == 0 ? 0 : errno;
}

static bool container_has_link(const char *name)
{
    go(container);
    bool there = if_nametoindex(name) != 0;
    go(home);
    return there;
}

Test(opener_listen, container_reaches_both_ports)
{
    struct opener_listening l = must_listen(OPENER_IN_CONTAINER);
    struct sockaddr_in peer = { 0 };
    socklen_t len = sizeof(peer);
    char text[INET_ADDRSTRLEN];

    cr_expect(eq(int, connect_from_container(AF_INET, "169.254.170.2", 80), 0));
    cr_expect(eq(int, connect_from_container(AF_INET, "169.254.170.2", 8081), 0));
    auto_fd int got = accept(l.web, (struct sockaddr *)&peer, &len);
    cr_assert(got != -1);
    (void)inet_ntop(AF_INET, &peer.sin_addr, text, sizeof(text));
    cr_expect(strcmp(text, "169.254.170.3") == 0, "%s", text);
}

Test(opener_listen, other_ports_of_the_listener_are_closed)
{
    struct opener_listening l = must_listen(OPENER_IN_CONTAINER);

    cr_expect(eq(int, connect_from_container(AF_INET, "169.254.170.2", 8080), ECONNREFUSED));
    cr_expect(l.web != l.relay);
}

static int bind_port_80(int family)
{
    const struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(80) };
    const struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
    int result = 0;

    go(container);
    int sock = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    result = family == AF_INET ? bind(sock, (const struct sockaddr *)&four, sizeof(four))
                               : bind(sock, (const struct sockaddr *)&six, sizeof(six));
    if (result == 0)
        result = listen(sock, 8);
    go(home);
    return result == 0 ? 0 : errno;
}

Test(opener_listen, port_80_of_the_application_stays_free_for_ipv4)
{
    struct opener_listening l = must_listen(OPENER_IN_CONTAINER);

    cr_expect(eq(int, bind_port_80(AF_INET), 0));
    cr_expect(eq(int, connect_from_container(AF_INET, "127.0.0.1", 80), 0));
    cr_expect(eq(int, connect_from_container(AF_INET, "169.254.170.2", 80), 0));
    auto_fd int got = accept(l.web, NULL, NULL);
    cr_expect(got != -1, "169.254.170.2 is still ours");
}

Test(opener_listen, port_80_of_the_application_stays_free_for_ipv6)
{
    (void)must_listen(OPENER_IN_CONTAINER);
    cr_expect(eq(int, bind_port_80(AF_INET6), 0));
}

Test(opener_listen, instance_metadata_is_a_blackhole)
{
    (void)must_listen(OPENER_IN_CONTAINER);
    /* A blackhole route answers the sender with EINVAL. */
    cr_expect(eq(int, connect_from_container(AF_INET, "169.254.169.254", 80), EINVAL));
    cr_expect(eq(int, connect_from_container(AF_INET6, "fd00:ec2::254", 80), EINVAL));
}

Test(opener_listen, closing_the_sockets_removes_link_and_route)
{
    struct opener_listening l = must_listen(OPENER_IN_CONTAINER);
    const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };

    cr_expect(container_has_link(OPENER_CONTAINER_LINK));
    remit_fd_drop(&l.web);
    cr_expect(container_has_link(OPENER_CONTAINER_LINK), "one socket is enough to keep it");
    remit_fd_drop(&l.relay);
    for (int i = 0; i < 250 && container_has_link(OPENER_CONTAINER_LINK); i++)
        (void)nanosleep(&pause, NULL);
    cr_expect(not(container_has_link(OPENER_CONTAINER_LINK)));
    cr_expect(eq(int, connect_from_container(AF_INET, "169.254.170.2", 80), ENETUNREACH));
}

Test(opener_listen, asking_again_after_a_dead_listener_works)
{
    struct opener_listening first = must_listen(OPENER_IN_CONTAINER);

    remit_fd_drop(&first.web);
    remit_fd_drop(&first.relay);
    (void)must_listen(OPENER_IN_CONTAINER);
    cr_expect(eq(int, connect_from_container(AF_INET, "169.254.170.2", 80), 0));
}

Test(opener_listen, own_namespace_is_untouched)
{
    struct opener_listening l = must_listen(OPENER_IN_CONTAINER);
    struct if_nameindex *all = if_nameindex();

    cr_assert(all != NULL && l.web != -1);
    cr_expect(strcmp(all[0].if_name, "lo") == 0, "%s", all[0].if_name);
    cr_expect(eq(int, (int)all[1].if_index, 0), "only loopback");
    if_freenameindex(all);
}

Test(opener_listen, host_link_blocks_no_instance_metadata)
{
    go(container);
    loopback_up();
    go(home);
    (void)must_listen(OPENER_IN_HOST);
    cr_expect(container_has_link(OPENER_HOST_LINK));
    cr_expect(eq(int, connect_from_container(AF_INET, "169.254.170.2", 80), 0));
    cr_expect(eq(int, connect_from_container(AF_INET, "169.254.169.254", 80), ENETUNREACH));
}

Test(opener_listen, second_listener_of_the_host_is_refused)
{
    struct opener_listening first = must_listen(OPENER_IN_HOST);
    struct opener_listening second = { .web = -1, .relay = -1 };
    struct remit_err err = { 0 };

    cr_expect(eq(int, opener_listen(container, OPENER_IN_HOST, &second, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_CONFLICT));
    cr_expect(remit_err_is(&err, "HostLinkTaken"));
    cr_expect(eq(int, second.web, -1));
    cr_expect(first.web != -1);
}

Test(opener_listen, what_is_no_namespace_is_refused)
{
    struct opener_listening out = { .web = -1, .relay = -1 };
    struct remit_err err = { 0 };
    auto_fd int file = open("/dev/null", O_RDONLY | O_CLOEXEC);

    cr_expect(eq(int, opener_listen(file, OPENER_IN_CONTAINER, &out, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INTERNAL));
    cr_expect(eq(int, err.os, EINVAL));
    cr_expect(eq(int, out.web, -1));
}
