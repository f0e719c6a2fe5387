#include "common/os/process.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"
#include "tests/lib/expect.h"

TestSuite(process, .timeout = 30);

static char output[4096];

/* Runs a shell script with descriptor 3 as its output, and `more` as 4; its exit status. */
static int run(const char *script, const char *const *env, int more)
{
    const char *const argv[] = { "sh", "-c", script, NULL };
    struct remit_err err = { 0 };
    int ends[2];
    int status = 0;
    pid_t pid = -1;
    size_t len = 0;
    ssize_t n = 0;

    cr_assert(pipe2(ends, O_CLOEXEC) == 0);
    int fds[] = { ends[1], more };
    struct remit_process_spec spec = {
        .path = "/bin/sh", .argv = argv, .env = env, .fds = fds, .n_fds = more >= 0 ? 2 : 1
    };
    cr_assert(remit_process_start(&spec, &pid, &err) == 0, "%s", err.text);
    close(ends[1]);
    while ((n = read(ends[0], output + len, sizeof(output) - 1 - len)) > 0)
        len += (size_t)n;
    output[len] = '\0';
    close(ends[0]);
    cr_assert(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(process, child_has_its_descriptors_and_no_others)
{
    int stray = open("/dev/zero", O_RDONLY); /* not close-on-exec */
    int more = open("/dev/null", O_RDONLY | O_CLOEXEC);

    cr_assert(run("ls /proc/self/fd | tr '\\n' ' ' >&3; readlink /proc/self/fd/0 "
                  "/proc/self/fd/1 /proc/self/fd/4 >&3",
                  NULL, more) == 0);
    cr_expect(strncmp(output, "0 1 2 3 4 ", 10) == 0, "%s", output);
    cr_expect(strstr(output, "zero") == NULL, "%s", output);
    close(stray);
    close(more);
}

/*
 * What is to be 3 stands at 5, and what stands at 3 and 4 is to be 4 and 5. In a process of its
 * own: Criterion keeps descriptors of its own at such places.
 */
static void shuffle(int to)
{
    const char *const argv[] = { "sh", "-c", "echo ok >&3; readlink /proc/self/fd/4 >&3", NULL };
    int null = fcntl(open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, 60);
    int fds[] = { 5, 3, 4 };
    struct remit_process_spec spec = { .path = "/bin/sh", .argv = argv, .fds = fds, .n_fds = 3 };
    pid_t pid = -1;

    if (dup2(to, 5) != 5 || dup2(null, 3) != 3 || dup2(null, 4) != 4 ||
        remit_process_start(&spec, &pid, NULL) != 0)
        _exit(1);
    _exit(waitpid(pid, NULL, 0) == pid ? 0 : 1);
}

Test(process, descriptors_may_stand_in_each_others_way)
{
    char text[64] = "";
    int ends[2];
    int status = 0;

    cr_assert(pipe2(ends, O_CLOEXEC) == 0);
    int to = fcntl(ends[1], F_DUPFD_CLOEXEC, 50);
    pid_t child = fork();
    if (child == 0)
        shuffle(to);
    cr_assert(waitpid(child, &status, 0) == child);
    cr_assert(eq(int, status, 0));
    cr_assert(read(ends[0], text, sizeof(text) - 1) > 0);
    EXPECT_TEXT(text, "ok\n/dev/null\n");
}

Test(process, environment_is_what_is_given)
{
    const char *const env[] = { "ONE=1", NULL };

    setenv("SECRET_OF_PARENT", "x", 1);
    cr_assert(run("/usr/bin/env >&3", env, -1) == 0);
    cr_expect(strstr(output, "ONE=1") != NULL);
    cr_expect(strstr(output, "SECRET_OF_PARENT") == NULL);
    cr_assert(run("/usr/bin/env >&3", NULL, -1) == 0);
    cr_expect(strstr(output, "SECRET_OF_PARENT") == NULL);
}

Test(process, signals_are_reset)
{
    sigset_t all;

    (void)signal(SIGTERM, SIG_IGN);
    sigfillset(&all);
    cr_assert(sigprocmask(SIG_BLOCK, &all, NULL) == 0);
    cr_assert(run("grep -E '^Sig(Blk|Ign):' /proc/self/status >&3", NULL, -1) == 0);
    cr_expect(strstr(output, "SigBlk:\t0000000000000000") != NULL, "%s", output);
    cr_expect(strstr(output, "SigIgn:\t0000000000000000") != NULL, "%s", output);
}

Test(process, absent_program_is_told)
{
    const char *const argv[] = { "x", NULL };
    struct remit_process_spec spec = { .path = "/nowhere/x", .argv = argv };
    struct remit_err err = { 0 };
    pid_t pid = -1;

    cr_expect(eq(int, remit_process_start(&spec, &pid, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_NOT_FOUND));
    cr_expect(remit_err_is(&err, "ProcessNotFound"));
    spec.path = "remit-nothing";
    cr_expect(eq(int, remit_process_start(&spec, &pid, &err), -1));
    cr_expect(remit_err_is(&err, "ProcessNotFound"));
    spec.path = "/etc/passwd";
    cr_expect(eq(int, remit_process_start(&spec, &pid, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INTERNAL));
    cr_expect(waitpid(-1, NULL, WNOHANG) < 0, "nobody is left to be reaped");
}

Test(process, new_session_is_its_own)
{
    const char *const argv[] = { "sleep", "30", NULL };
    struct remit_process_spec spec = { .path = "/bin/sleep", .argv = argv, .new_session = true };
    pid_t pid = -1;

    cr_assert(remit_process_start(&spec, &pid, NULL) == 0);
    cr_expect(eq(int, getsid(pid), pid));
    remit_process_stop(pid, 1000);
    cr_expect(kill(pid, 0) != 0);
}

Test(process, stop_kills_after_its_grace)
{
    const char *const argv[] = { "sh", "-c", "trap '' TERM; echo r >&3; while :; do sleep 1; done",
                                 NULL };
    int ends[2];
    char byte = 0;
    pid_t pid = -1;
    int64_t start = 0;

    cr_assert(pipe2(ends, O_CLOEXEC) == 0);
    struct remit_process_spec spec = {
        .path = "/bin/sh", .argv = argv, .fds = &ends[1], .n_fds = 1
    };
    cr_assert(remit_process_start(&spec, &pid, NULL) == 0);
    cr_assert(read(ends[0], &byte, 1) == 1);
    start = remit_clock_boot_ms();
    remit_process_stop(pid, 300);
    cr_expect(remit_clock_boot_ms() - start >= 290);
    cr_expect(remit_clock_boot_ms() - start < 3000);
    cr_expect(kill(pid, 0) != 0);
    remit_process_stop(pid, 300); /* again is fine */
}

Test(process, child_dies_with_its_parent)
{
    int ends[2];
    int pid = 0;

    cr_assert(pipe2(ends, O_CLOEXEC) == 0);
    pid_t parent = fork();
    if (parent == 0) {
        const char *const argv[] = { "sleep", "30", NULL };
        struct remit_process_spec spec = { .path = "/bin/sleep",
                                           .argv = argv,
                                           .die_with_parent = true };
        pid_t child = -1;

        if (remit_process_start(&spec, &child, NULL) != 0)
            _exit(1);
        (void)!write(ends[1], &child, sizeof(child));
        _exit(0);
    }
    cr_assert(read(ends[0], &pid, sizeof(pid)) == sizeof(pid));
    cr_assert(waitpid(parent, NULL, 0) == parent);
    char path[64];
    char state[512];
    for (int i = 0; i < 200; i++) { /* gone, or a zombie that init has not taken yet */
        (void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
        FILE *file = fopen(path, "r");
        if (file == NULL)
            return;
        size_t n = fread(state, 1, sizeof(state) - 1, file);
        state[n] = '\0';
        (void)fclose(file);
        if (strstr(state, ") Z ") != NULL)
            return;
        usleep(10000);
    }
    cr_expect(false, "it lives");
}

Test(process, stop_signals_wake)
{
    struct remit_err err = { 0 };
    int wake = -1;

    cr_assert(remit_process_on_stop(&wake, &err) == 0);
    cr_expect(not(remit_process_stopping()));
    cr_assert(raise(SIGTERM) == 0);
    cr_expect(remit_process_stopping());
    struct pollfd ready = { .fd = wake, .events = POLLIN };
    cr_expect(eq(int, poll(&ready, 1, 0), 1));
}
