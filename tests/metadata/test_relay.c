/* The relay, with an echo in control's place. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"
#include "metadata/ids.h"
#include "metadata/relay/sandbox.h"
#include "tests/common/http_raw.h"
#include "tests/lib/expect.h"
#include "tests/metadata/fake_agent.h"

static struct fake_agent agent;
static struct fake_worker worker = { .channel = -1 };
static int echo_listener = -1;

/* Gives back what comes, until its end, then says "bye" and closes. */
static void *echo_one(void *self)
{
    int sock = (int)(intptr_t)self;
    char bytes[8192];
    ssize_t n = 0;

    while ((n = recv(sock, bytes, sizeof(bytes), 0)) > 0)
        raw_send(sock, remit_str_from(bytes, (size_t)n));
    if (n == 0)
        raw_send(sock, REMIT_STR("bye"));
    close(sock);
    return NULL;
}

static void *echo(void *self)
{
    (void)self;
    for (;;) {
        pthread_t thread;
        struct pollfd ready = { .fd = echo_listener, .events = POLLIN };
        int sock = -1;

        (void)poll(&ready, 1, -1);
        sock = accept(echo_listener, NULL, NULL);
        if (sock >= 0 && pthread_create(&thread, NULL, echo_one, (void *)(intptr_t)sock) == 0)
            (void)pthread_detach(thread);
    }
    return NULL;
}

static void start_all(void)
{
    pthread_t thread;
    uint16_t port = 0;
    char control[64];

    echo_listener = fake_listen(&port);
    cr_assert(pthread_create(&thread, NULL, echo, NULL) == 0);
    (void)snprintf(control, sizeof(control), "127.0.0.1:%u", port);
    fake_agent_start(&agent, control);
    fake_attach(&agent, "t1", true, &worker);
}

static void stop_all(void)
{
    fake_end(&worker);
    fake_agent_stop(&agent);
}

TestSuite(relay, .init = start_all, .fini = stop_all, .timeout = 60);

/* Reads exactly that many bytes. */
static size_t read_all(int sock, char *out, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = recv(sock, out + done, len - done, 0);

        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return done;
}

Test(relay, bytes_pass_both_ways_and_nothing_is_added)
{
    char got[16] = "";
    int sock = raw_connect(worker.relay_port);

    for (int i = 0; i < 50; i++) {
        raw_send(sock, REMIT_STR("hello\r\n\0x"));
        cr_assert(eq(sz, read_all(sock, got, 9), 9));
        cr_assert(memcmp(got, "hello\r\n\0x", 9) == 0);
    }
    close(sock);
}

Test(relay, end_of_one_way_leaves_the_other_open)
{
    char got[16] = "";
    int sock = raw_connect(worker.relay_port);

    raw_send(sock, REMIT_STR("last"));
    cr_assert(shutdown(sock, SHUT_WR) == 0);
    cr_expect(eq(sz, read_all(sock, got, sizeof(got)), 7));
    cr_expect(memcmp(got, "lastbye", 7) == 0);
    close(sock);
}

#define LARGE (4 * 1024 * 1024)

static void *send_large(void *self)
{
    static char bytes[LARGE];

    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (char)(i * 31 + i / 251);
    raw_send(*(int *)self, remit_str_from(bytes, LARGE));
    return NULL;
}

Test(relay, much_passes_while_much_comes_back)
{
    static char got[LARGE];
    int sock = raw_connect(worker.relay_port);
    pthread_t thread;

    cr_assert(pthread_create(&thread, NULL, send_large, &sock) == 0);
    cr_assert(eq(sz, read_all(sock, got, LARGE), LARGE));
    for (size_t i = 0; i < LARGE; i++)
        cr_assert(got[i] == (char)(i * 31 + i / 251));
    pthread_join(thread, NULL);
    close(sock);
}

Test(relay, connections_beyond_the_most_wait_for_room)
{
    static int socks[RELAY_PAIRS + 20];
    char byte = 0;
    int answered = 0;

    for (size_t i = 0; i < REMIT_COUNT(socks); i++) {
        socks[i] = raw_connect(worker.relay_port);
        raw_send(socks[i], REMIT_STR("x"));
    }
    for (size_t i = 0; i < RELAY_PAIRS; i++)
        answered += read_all(socks[i], &byte, 1) == 1;
    cr_expect(eq(int, answered, RELAY_PAIRS));
    struct pollfd late = { .fd = socks[RELAY_PAIRS], .events = POLLIN };
    cr_expect(eq(int, poll(&late, 1, 100), 0));
    for (size_t i = 0; i < RELAY_PAIRS; i++)
        close(socks[i]);
    for (size_t i = RELAY_PAIRS; i < REMIT_COUNT(socks); i++) {
        cr_expect(eq(sz, read_all(socks[i], &byte, 1), 1));
        close(socks[i]);
    }
}

Test(relay, ends_with_its_worker)
{
    pid_t relay = fake_child(&agent, "remit-relay");
    pid_t child = fake_child(&agent, "remit-worker");

    cr_assert(kill(agent.pid, SIGKILL) == 0);
    cr_assert(waitpid(agent.pid, NULL, 0) == agent.pid);
    char byte = 0;
    int sock = raw_connect(worker.relay_port);
    raw_send(sock, REMIT_STR("x"));
    cr_expect(eq(sz, read_all(sock, &byte, 1), 1), "it outlives remit-metadata");
    close(sock);
    cr_assert(kill(child, SIGKILL) == 0);
    cr_expect(fake_gone(relay));
    remit_fd_drop(&worker.channel);
    fake_agent_restart(&agent);
}

Test(relay, its_worker_ends_with_it)
{
    pid_t relay = fake_child(&agent, "remit-relay");
    pid_t child = fake_child(&agent, "remit-worker");

    cr_assert(kill(relay, SIGKILL) == 0);
    cr_expect(fake_gone(child), "so that the agent replaces both");
    remit_fd_drop(&worker.channel);
}

Test(relay, control_that_is_away_closes_the_connection)
{
    struct fake_agent other;
    struct fake_worker its = { .channel = -1 };
    char byte = 0;

    fake_agent_start(&other, "127.0.0.1:1");
    fake_attach(&other, "t1", true, &its);
    int sock = raw_connect(its.relay_port);
    cr_expect(recv(sock, &byte, 1, 0) <= 0);
    close(sock);
    fake_end(&its);
    fake_agent_stop(&other);
}

/* The first number of a line of /proc/<pid>/status, read as `base`. */
static unsigned long status_of(pid_t pid, const char *name, int base)
{
    char path[64];
    char line[256];
    unsigned long value = ~0UL;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL);
    while (fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
            value = strtoul(line + strlen(name) + 1, NULL, base);
    (void)fclose(file);
    return value;
}

static void expect_jailed(const char *program)
{
    pid_t pid = fake_child(&agent, program);

    cr_expect(eq(ulong, status_of(pid, "Seccomp", 10), 2), "%s", program);
    cr_expect(eq(ulong, status_of(pid, "NoNewPrivs", 10), 1), "%s", program);
    cr_expect(eq(ulong, status_of(pid, "CapEff", 16), 0), "%s", program);
    cr_expect(eq(ulong, status_of(pid, "CapPrm", 16), 0), "%s", program);
    if (geteuid() != 0)
        return;
    cr_expect(eq(ulong, status_of(pid, "Uid", 10), METADATA_UID_FIRST + (unsigned long)pid), "%s",
              program);
    cr_expect(eq(ulong, status_of(pid, "Gid", 10), METADATA_UID_FIRST + (unsigned long)pid), "%s",
              program);
}

Test(relay, it_and_its_worker_are_jailed)
{
    expect_jailed("remit-worker");
    for (int i = 0; i < 200 && status_of(fake_child(&agent, "remit-relay"), "Seccomp", 10) != 2;
         i++)
        usleep(10000); /* nobody hears when it is ready */
    expect_jailed("remit-relay");
}
