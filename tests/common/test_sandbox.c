/* A program that tries what its sandbox forbids: each row in a process of its own. */
#include "common/os/sandbox.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <remit/secret.h>

#include "common/base/buf.h"
#include "common/os/log.h"
#include "common/os/random.h"
#include "tests/lib/expect.h"

#define SOME_UID 64999

static const struct remit_sandbox_rule allow[] = {
    { .call = "poll" },
    { .call = "socket", .bound = true, .arg = 0, .value = AF_INET },
};
static const struct remit_sandbox_rule refuse[] = { { .call = "openat" }, { .call = "ioctl" } };
static const struct remit_sandbox jail = {
    .allow = allow,
    .n_allow = REMIT_COUNT(allow),
    .refuse = refuse,
    .n_refuse = REMIT_COUNT(refuse),
    .uid = SOME_UID,
    .gid = SOME_UID,
};

/* Each returns what the system call returned. */
static long try_open(void)
{
    return open("/etc/passwd", O_RDONLY);
}
static long try_unix_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}
static long try_inet_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}
static long try_fork(void)
{
    return fork();
}
static long try_exec(void)
{
    return execl("/bin/true", "true", NULL);
}
static long try_ptrace(void)
{
    return ptrace(PTRACE_TRACEME, 0, 0, 0);
}
static long try_kill(void)
{
    return kill(getpid(), 0);
}
static long try_connect(void)
{
    return connect(0, NULL, 0);
}
static long try_exec_memory(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? -1
               : 0;
}
static long try_make_executable(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}
static long try_setuid(void)
{
    return setuid(0);
}
static long try_unshare(void)
{
    return unshare(CLONE_NEWUSER);
}
static long try_prctl(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}
static long try_unlink(void)
{
    return unlink("/nowhere");
}
static long try_io_uring(void)
{
    return syscall(425, 1, NULL);
}
/* All that a room does inside. */
static long try_ordinary(void)
{
    auto_buf struct remit_buf text = REMIT_BUF(1 << 20);
    auto_secret struct remit_secret secret = { 0 };
    char uuid[REMIT_UUID_TEXT];

    for (int i = 0; i < 100000; i++)
        remit_buf_put_byte(&text, 'x');
    if (remit_secret_new(60000, &secret, NULL) != 0 || !remit_buf_ok(&text))
        return -1;
    (void)remit_random_uuid(uuid);
    remit_log(REMIT_LOG_DEBUG, "not shown");
    remit_log(REMIT_LOG_INFO, "from inside");
    return 0;
}

static const struct attempt {
    const char *name;
    long (*call)(void);
    enum { PASSES, REFUSED, DIES } result;
} attempts[] = {
    { "what every room does", try_ordinary, PASSES },
    { "open", try_open, REFUSED },
    { "the bound socket", try_inet_socket, PASSES },
    { "another socket", try_unix_socket, DIES },
    { "connect", try_connect, DIES },
    { "fork", try_fork, DIES },
    { "exec", try_exec, DIES },
    { "ptrace", try_ptrace, DIES },
    { "kill", try_kill, DIES },
    { "executable memory", try_exec_memory, DIES },
    { "memory made executable", try_make_executable, DIES },
    { "setuid", try_setuid, DIES },
    { "unshare", try_unshare, DIES },
    { "prctl", try_prctl, DIES },
    { "unlink", try_unlink, DIES },
    { "io_uring_setup", try_io_uring, DIES },
};

/* 0: passed, 1: EPERM, 2: other failure, 3: no sandbox. */
static void enter_and_try(const struct attempt *attempt)
{
    struct remit_err err = { 0 };
    long got = 0;

    if (remit_sandbox_enter(&jail, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        _exit(3);
    }
    errno = 0;
    got = attempt->call();
    _exit(got >= 0 ? 0 : errno == EPERM ? 1 : 2);
}

ParameterizedTestParameters(sandbox, attempts)
{
    static size_t index[REMIT_COUNT(attempts)];

    for (size_t i = 0; i < REMIT_COUNT(attempts); i++)
        index[i] = i;
    return cr_make_param_array(size_t, index, REMIT_COUNT(attempts));
}

ParameterizedTest(size_t *i, sandbox, attempts, .timeout = 20)
{
    const struct attempt *attempt = &attempts[*i];
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        enter_and_try(attempt);
    cr_assert(waitpid(child, &status, 0) == child);
    bool died = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
    bool exited = WIFEXITED(status) && WEXITSTATUS(status) == (attempt->result == REFUSED ? 1 : 0);
    cr_expect(attempt->result == DIES ? died : exited, "%s: %x", attempt->name, status);
}

/* The value of a line of /proc/<pid>/status. */
static void status_line(pid_t pid, const char *name, char out[128])
{
    char path[64];
    char line[256];
    size_t len = strlen(name);

    (void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL);
    out[0] = '\0';
    while (fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, name, len) == 0 && line[len] == ':')
            (void)snprintf(out, 128, "%.*s", (int)strcspn(line + len + 2, "\n"), line + len + 2);
    (void)fclose(file);
}

Test(sandbox, ids_capabilities_and_dumps_are_given_up, .timeout = 20)
{
    int ready[2];
    int end[2];
    char text[128];
    char byte = 0;

    if (geteuid() != 0)
        cr_skip_test("needs root to change ids");
    cr_assert(pipe(ready) == 0 && pipe(end) == 0);
    pid_t child = fork();
    if (child == 0) {
        struct remit_err err = { 0 };

        if (remit_sandbox_enter(&jail, &err) == 0)
            (void)!write(ready[1], "r", 1);
        (void)!read(end[0], &byte, 1);
        _exit(0);
    }
    cr_assert(read(ready[0], &byte, 1) == 1);
    status_line(child, "Uid", text);
    EXPECT_TEXT(text, "64999\t64999\t64999\t64999");
    status_line(child, "Gid", text);
    EXPECT_TEXT(text, "64999\t64999\t64999\t64999");
    status_line(child, "Groups", text);
    cr_expect(text[0] == ' ' || text[0] == '\0', "'%s'", text);
    for (size_t i = 0; i < 4; i++) {
        static const char *const sets[] = { "CapInh", "CapPrm", "CapEff", "CapAmb" };

        status_line(child, sets[i], text);
        EXPECT_TEXT(text, "0000000000000000");
    }
    status_line(child, "CapBnd", text);
    EXPECT_TEXT(text, "0000000000000000");
    status_line(child, "NoNewPrivs", text);
    EXPECT_TEXT(text, "1");
    status_line(child, "Seccomp", text);
    EXPECT_TEXT(text, "2");
    (void)snprintf(text, sizeof(text), "/proc/%d/mem", child);
    struct stat about;
    cr_assert(stat(text, &about) == 0);
    cr_expect(eq(u32, about.st_uid, 0), "not dumpable: not even its own");
    (void)!write(end[1], "e", 1);
    cr_assert(waitpid(child, NULL, 0) == child);
}

Test(sandbox, capabilities_named_are_kept, .timeout = 20)
{
    static const int caps[] = { CAP_NET_ADMIN, CAP_SYS_ADMIN };
    int ready[2];
    int end[2];
    char text[128];
    char byte = 0;

    if (geteuid() != 0)
        cr_skip_test("needs root to change ids");
    cr_assert(pipe(ready) == 0 && pipe(end) == 0);
    pid_t child = fork();
    if (child == 0) {
        struct remit_err err = { 0 };
        struct remit_sandbox with_caps = jail;

        with_caps.keep_caps = caps;
        with_caps.n_keep_caps = REMIT_COUNT(caps);
        if (remit_sandbox_enter(&with_caps, &err) != 0)
            fprintf(stderr, "%s\n", err.text);
        (void)!write(ready[1], "r", 1);
        (void)!read(end[0], &byte, 1);
        _exit(0);
    }
    cr_assert(read(ready[0], &byte, 1) == 1);
    status_line(child, "CapEff", text);
    EXPECT_TEXT(text, "0000000000201000");
    status_line(child, "CapBnd", text);
    EXPECT_TEXT(text, "0000000000201000");
    status_line(child, "Uid", text);
    EXPECT_TEXT(text, "64999\t64999\t64999\t64999");
    (void)!write(end[1], "e", 1);
    cr_assert(waitpid(child, NULL, 0) == child);
}

Test(sandbox, rule_for_an_unknown_call_is_refused)
{
    static const struct remit_sandbox_rule wrong[] = { { .call = "opennat" } };
    struct remit_sandbox sandbox = { .allow = wrong, .n_allow = 1 };
    struct remit_err err = { 0 };

    cr_expect(eq(int, remit_sandbox_enter(&sandbox, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INTERNAL));
    cr_expect(remit_err_is(&err, "SandboxFailed"));
    cr_expect(strstr(err.text, "'opennat'") != NULL);
    cr_expect(open("/etc/passwd", O_RDONLY) >= 0, "nothing was loaded");
}
