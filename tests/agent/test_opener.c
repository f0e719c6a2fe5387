/*
 * The daemon as the agent starts it: asked over its channel, from inside its sandbox. Needs root.
 */
#include "agent/opener/frames.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/arena.h"
#include "common/os/fd.h"
#include "common/os/process.h"

static int home = -1;
static int container = -1;
static int channel = -1;
static pid_t opener = -1;

static int here(void)
{
    int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

    cr_assert(fd != -1);
    return fd;
}

static void start_opener(void)
{
    const char *const argv[] = { "remit-opener", NULL };
    struct remit_process_spec spec = { .path = OPENER_PROGRAM, .argv = argv, .n_fds = 1 };
    struct remit_err err = { 0 };
    int ends[2];

    if (geteuid() != 0)
        cr_skip_test("needs root to make network namespaces");
    cr_assert(unshare(CLONE_NEWNET) == 0);
    container = here();
    cr_assert(unshare(CLONE_NEWNET) == 0);
    home = here();
    cr_assert(remit_fd_channel(ends, &err) == 0);
    spec.fds = &ends[1];
    cr_assert(remit_process_start(&spec, &opener, &err) == 0, "%s", err.text);
    close(ends[1]);
    channel = ends[0];
}

static int end_of_opener(void)
{
    int status = -1;

    cr_assert(waitpid(opener, &status, 0) == opener);
    return status;
}

TestSuite(opener, .init = start_opener, .timeout = 20);

static const struct remit_frame_type *ask(int netns, uint8_t place, struct remit_arena *arena,
                                          void **answer)
{
    static const struct remit_frame_type *const answers[] = { &opener_listening_frame,
                                                              &opener_failed_frame };
    const struct opener_listen question = { .netns = netns, .place = place };
    const struct remit_frame_type *which = NULL;
    struct remit_err err = { 0 };

    cr_assert(remit_frame_write(channel, &opener_listen_frame, &question, &err) == 0);
    cr_assert(remit_frame_read(channel, answers, 2, arena, &which, answer, &err) == 0, "%s",
              err.text);
    return which;
}

static int connect_from(int netns, uint16_t port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    int result = -1;

    cr_assert(setns(netns, CLONE_NEWNET) == 0);
    auto_fd int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(setns(home, CLONE_NEWNET) == 0);
    cr_assert(inet_pton(AF_INET, OPENER_ADDRESS, &to.sin_addr) == 1);
    result = connect(sock, (struct sockaddr *)&to, sizeof(to));
    return result == 0 ? 0 : errno;
}

Test(opener, answers_with_two_listening_sockets)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    void *answer = NULL;

    cr_assert(eq(ptr, (void *)(uintptr_t)ask(container, OPENER_IN_CONTAINER, &arena, &answer),
                 (void *)(uintptr_t)&opener_listening_frame));
    cr_expect(eq(int, connect_from(container, OPENER_WEB_PORT), 0));
    cr_expect(eq(int, connect_from(container, OPENER_RELAY_PORT), 0));
}

Test(opener, keeps_no_socket_of_its_own)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    struct opener_listening *made = NULL;
    void *answer = NULL;

    (void)ask(container, OPENER_IN_CONTAINER, &arena, &answer);
    made = answer;
    close(made->web);
    close(made->relay);
    for (int i = 0; i < 200 && connect_from(container, OPENER_WEB_PORT) != ENETUNREACH; i++)
        usleep(20000);
    cr_expect(eq(int, connect_from(container, OPENER_WEB_PORT), ENETUNREACH));
}

Test(opener, tells_why_there_is_no_listener_and_goes_on)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    auto_fd int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    void *answer = NULL;

    cr_assert(eq(ptr, (void *)(uintptr_t)ask(file, OPENER_IN_CONTAINER, &arena, &answer),
                 (void *)(uintptr_t)&opener_failed_frame));
    cr_expect(eq(int, (int)((struct opener_failed *)answer)->os, EINVAL));
    cr_expect(eq(int, ((struct opener_failed *)answer)->kind, REMIT_ERR_INTERNAL));
    cr_expect(eq(ptr, (void *)(uintptr_t)ask(container, OPENER_IN_CONTAINER, &arena, &answer),
                 (void *)(uintptr_t)&opener_listening_frame));
}

Test(opener, ends_with_its_channel)
{
    close(channel);
    cr_expect(eq(int, end_of_opener(), 0));
}

Test(opener, ends_at_a_malformed_frame)
{
    cr_assert(send(channel, "RMF0 nonsense", 13, 0) == 13);
    cr_expect(eq(int, WEXITSTATUS(end_of_opener()), 1));
}

Test(opener, ends_at_a_place_that_is_none)
{
    const struct opener_listen question = { .netns = container, .place = 7 };
    struct remit_err err = { 0 };

    cr_assert(remit_frame_write(channel, &opener_listen_frame, &question, &err) == 0);
    cr_expect(eq(int, WEXITSTATUS(end_of_opener()), 1));
}

/* A field of /proc/<opener>/status. */
static void status_field(const char *name, char *out, size_t size)
{
    char path[64];
    char line[256];
    FILE *file = NULL;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)opener);
    file = fopen(path, "re");
    cr_assert(file != NULL);
    out[0] = '\0';
    while (fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            (void)snprintf(out, size, "%s", line + strlen(name) + 1);
    fclose(file);
}

Test(opener, has_three_capabilities_a_filter_and_no_root)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    void *answer = NULL;
    char text[128];
    unsigned long long caps = 0;

    (void)ask(container, OPENER_IN_CONTAINER, &arena, &answer); /* it is in its sandbox by now */
    status_field("CapEff:", text, sizeof(text));
    caps = strtoull(text, NULL, 16);
    cr_expect(eq(u64, caps, (1ULL << 21) | (1ULL << 12) | (1ULL << 10)));
    status_field("Uid:", text, sizeof(text));
    cr_expect(strncmp(text, "65534\t65534\t65534\t65534", 23) == 0, "%s", text);
    status_field("Seccomp:", text, sizeof(text));
    cr_expect(eq(int, atoi(text), 2));
    status_field("NoNewPrivs:", text, sizeof(text));
    cr_expect(eq(int, atoi(text), 1));
}
