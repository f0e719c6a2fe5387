/* What is forbidden in a worker's and a relay's jail, tried from inside: each in a process. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/fd.h"
#include "common/os/http_server.h"
#include "metadata/relay/sandbox.h"
#include "metadata/worker/sandbox.h"

static int spare = -1; /* a TCP socket from before the jail */
static uint16_t port;  /* where something listens */
static struct relay *relay;

static struct sockaddr_in somewhere(void)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons(port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static long try_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}
static long try_unix_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}
static long try_socketpair(void)
{
    int ends[2];

    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}
static long try_connect(void)
{
    struct sockaddr_in at = somewhere();

    return connect(spare, (struct sockaddr *)&at, sizeof(at));
}
static long try_connect_control(void)
{
    return connect(spare, relay_control(relay), sizeof(struct sockaddr_in));
}
static long try_sendto(void)
{
    struct sockaddr_in at = somewhere();

    return sendto(spare, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (struct sockaddr *)&at, sizeof(at));
}
static long try_bind(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET };

    return bind(spare, (struct sockaddr *)&at, sizeof(at));
}
static long try_listen(void)
{
    return listen(spare, 1);
}
static long try_open(void)
{
    return open("/etc/passwd", O_RDONLY);
}
static long try_fork(void)
{
    return fork();
}
static long try_exec(void)
{
    return execl("/bin/true", "true", NULL);
}
static long try_kill(void)
{
    return kill(getppid(), 0);
}
static long try_ptrace(void)
{
    return ptrace(PTRACE_ATTACH, 1, 0, 0);
}
static long try_setns(void)
{
    return setns(0, 0);
}
static long try_unseal(void)
{
    return mprotect((void *)(uintptr_t)relay_control(relay), 4096, PROT_READ | PROT_WRITE);
}
static long try_remap(void)
{
    return mmap((void *)(uintptr_t)relay_control(relay), 4096, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED
               ? -1
               : 0;
}
static long try_madvise(void)
{
    return madvise((void *)(uintptr_t)relay_control(relay), 4096, MADV_DONTNEED);
}

enum result { PASSES, REFUSED, DIES };

static const struct attempt {
    const char *name;
    long (*call)(void);
    enum result worker, relay;
} attempts[] = {
    { "a TCP socket", try_socket, DIES, PASSES },
    { "a local socket", try_unix_socket, DIES, DIES },
    { "a pair of sockets", try_socketpair, DIES, DIES },
    { "connecting somewhere", try_connect, DIES, DIES },
    { "connecting to control", try_connect_control, DIES, PASSES },
    { "connecting by sending", try_sendto, DIES, DIES },
    { "binding", try_bind, DIES, DIES },
    { "listening", try_listen, DIES, DIES },
    { "opening a file", try_open, REFUSED, DIES },
    { "forking", try_fork, DIES, DIES },
    { "executing", try_exec, DIES, DIES },
    { "a signal", try_kill, DIES, DIES },
    { "tracing", try_ptrace, DIES, DIES },
    { "another namespace", try_setns, DIES, DIES },
    { "writing control's address", try_unseal, PASSES, DIES },
    { "a page over control's address", try_remap, PASSES, DIES },
    { "dropping control's address", try_madvise, PASSES, DIES },
};

static void set_up(void)
{
    struct remit_err err = { 0 };
    struct metadata_address control;
    char text[32];
    int listener = -1;
    int other = -1;
    uint16_t unused = 0;
    int life[2];

    cr_assert(remit_http_listen("127.0.0.1", &port, &listener, &err) == 0);
    cr_assert(remit_http_listen("127.0.0.1", &unused, &other, &err) == 0);
    cr_assert(pipe(life) == 0);
    (void)snprintf(text, sizeof(text), "127.0.0.1:%u", port);
    cr_assert(metadata_address_parse(text, &control, &err) == 0);
    cr_assert(relay_open(other, life[0], &control, &relay, &err) == 0, "%s", err.text);
    spare = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(spare >= 0);
}

TestSuite(jails, .init = set_up, .timeout = 60);

static void enter_and_try(const struct attempt *attempt, bool as_relay)
{
    struct remit_err err = { 0 };
    int entered = as_relay ? relay_sandbox_enter(relay, &err) : worker_sandbox_enter(&err);
    long got = 0;

    if (entered != 0)
        _exit(3);
    errno = 0;
    got = attempt->call();
    _exit(got >= 0 ? 0 : errno == EPERM ? 1 : 2);
}

static void check(const struct attempt *attempt, bool as_relay)
{
    enum result wanted = as_relay ? attempt->relay : attempt->worker;
    const char *who = as_relay ? "relay" : "worker";
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        enter_and_try(attempt, as_relay);
    cr_assert(waitpid(child, &status, 0) == child);
    bool died = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
    bool exited = WIFEXITED(status) && WEXITSTATUS(status) == (wanted == REFUSED ? 1 : 0);
    cr_expect(wanted == DIES ? died : exited, "%s: %s: %x", who, attempt->name, status);
}

Test(jails, nothing_leads_out_of_a_worker)
{
    for (size_t i = 0; i < REMIT_COUNT(attempts); i++)
        check(&attempts[i], false);
}

Test(jails, a_relay_reaches_control_alone)
{
    for (size_t i = 0; i < REMIT_COUNT(attempts); i++)
        check(&attempts[i], true);
}
