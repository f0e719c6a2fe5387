/*
 * As root: a worker and its relay behind the opener's listeners, asked from a namespace that has
 * no other way out. Criterion runs each test in a process of its own, which leaves the host's
 * namespace first: "home" is where remit-metadata, relay and control are.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/opener/listen.h"
#include "common/os/fd.h"
#include "tests/common/http_raw.h"
#include "tests/lib/expect.h"
#include "tests/metadata/fake_agent.h"

#define HOUR_MS (3600 * 1000)
#define EXPIRES 1893553445

static int home = -1;
static int container = -1;
static struct fake_agent agent;
static struct fake_worker worker = { .channel = -1 };
static int control = -1;

static int here(void)
{
    int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

    cr_assert(fd != -1);
    return fd;
}

static void loopback_up(void)
{
    struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
    auto_fd int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    cr_assert(ioctl(sock, SIOCSIFFLAGS, &req) == 0);
}

static void attach_both(void)
{
    struct opener_listening listening = { .web = -1, .relay = -1 };
    struct remit_err err = { 0 };
    int ends[2];

    cr_assert(opener_listen(container, OPENER_IN_CONTAINER, &listening, &err) == 0, "%s", err.text);
    cr_assert(remit_fd_channel(ends, &err) == 0);
    EXPECT_TEXT(fake_attach_fds(&agent, "t1", listening.web, ends[1], listening.relay), "");
    close(listening.web); /* only the worker's and the relay's copies keep the namespace */
    close(listening.relay);
    close(ends[1]);
    worker.channel = ends[0];
    EXPECT_TEXT(fake_read_ready(worker.channel).task_id, "");
}

static void set_up(void)
{
    char address[64];
    uint16_t port = 0;

    if (geteuid() != 0)
        cr_skip_test("needs root to make network namespaces");
    cr_assert(unshare(CLONE_NEWNET) == 0);
    container = here();
    cr_assert(unshare(CLONE_NEWNET) == 0);
    home = here();
    loopback_up();
    control = fake_listen(&port);
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", port);
    fake_agent_start(&agent, address);
    attach_both();
    fake_send_task(worker.channel, "t1", FAKE_ID, 1);
    (void)fake_read_ready(worker.channel);
    fake_send_credentials(worker.channel, "t1", FAKE_BODY, EXPIRES, HOUR_MS);
    (void)fake_read_ready(worker.channel);
}

static void tear_down(void)
{
    if (home < 0)
        return;
    fake_end(&worker);
    fake_agent_stop(&agent);
}

TestSuite(namespace, .init = set_up, .fini = tear_down, .timeout = 30);

/* -1 with errno when nothing answers there. */
static int connect_from(int netns, uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    const struct timeval soon = { .tv_usec = 500 * 1000 };
    int sock = -1;

    cr_assert(setns(netns, CLONE_NEWNET) == 0);
    sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(setns(home, CLONE_NEWNET) == 0);
    cr_assert(inet_pton(AF_INET, OPENER_ADDRESS, &at.sin_addr) == 1);
    (void)setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
    if (connect(sock, (struct sockaddr *)&at, sizeof(at)) == 0)
        return sock;
    close(sock);
    return -1;
}

Test(namespace, container_gets_its_credentials_over_its_link)
{
    struct raw_answer answer;
    int sock = connect_from(container, OPENER_WEB_PORT);
    struct fake_served s;

    cr_assert(sock >= 0);
    raw_send(sock, REMIT_STR("GET /v2/credentials/" FAKE_ID " HTTP/1.1\r\n"
                             "Host: 169.254.170.2\r\nAuthorization: " FAKE_TOKEN "\r\n\r\n"));
    raw_read(sock, 1, 2000, &answer);
    cr_expect(eq(int, answer.status, 200));
    cr_expect(strstr(answer.bytes, FAKE_BODY) != NULL);
    close(sock);
    cr_assert(fake_read_served(worker.channel, 2000, &s));
    cr_expect(strncmp(s.peer, OPENER_PEER_ADDRESS ":", strlen(OPENER_PEER_ADDRESS) + 1) == 0, "%s",
              s.peer);
}

Test(namespace, nobody_else_reaches_the_worker)
{
    cr_expect(eq(int, connect_from(home, OPENER_WEB_PORT), -1));
    cr_expect(eq(int, connect_from(home, OPENER_RELAY_PORT), -1));
}

Test(namespace, relay_leads_to_control_and_back)
{
    char got[8] = "";
    int sock = connect_from(container, OPENER_RELAY_PORT);
    struct pollfd ready = { .fd = control, .events = POLLIN };

    cr_assert(sock >= 0);
    cr_assert(poll(&ready, 1, 2000) == 1, "control hears of it");
    int there = accept(control, NULL, NULL);
    cr_assert(there >= 0);
    raw_send(sock, REMIT_STR("to"));
    cr_expect(eq(int, (int)recv(there, got, 2, MSG_WAITALL), 2));
    raw_send(there, REMIT_STR("back"));
    cr_expect(eq(int, (int)recv(sock, got, 4, MSG_WAITALL), 4));
    EXPECT_TEXT(got, "back");
    close(there);
    close(sock);
}

Test(namespace, link_is_gone_when_the_worker_is)
{
    bool there = true;

    fake_end(&worker);
    for (int i = 0; there && i < 200; i++) {
        usleep(10000);
        cr_assert(setns(container, CLONE_NEWNET) == 0);
        there = if_nametoindex(OPENER_CONTAINER_LINK) != 0;
        cr_assert(setns(home, CLONE_NEWNET) == 0);
    }
    cr_expect(not(there));
}
