#include "common/os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/os/clock.h"
#include "common/os/fd.h"

#define FIRST_FD 3
#define FDS_MOST 32

static volatile sig_atomic_t stopping;
static int stop_pipe[2] = { -1, -1 };

const char *remit_process_dir(void)
{
    static char dir[4096];
    ssize_t len = 0;
    char *slash = NULL;

    if (dir[0] != '\0')
        return dir;
    len = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
    if (len > 0)
        dir[len] = '\0';
    slash = strrchr(dir, '/');
    if (slash != NULL)
        slash[slash == dir ? 1 : 0] = '\0';
    return dir;
}

/* Where sisters live, seen from our own folder. */
static const struct place {
    const char *folder;
    bool below; /* in there in a folder of its own name, "remit-" left out */
} places[] = {
    { ".", false },
    { "../libexec/remit", false },
    { ".", true },
    { "..", false },
    { "..", true },
    { "../control", false },
    { "../control", true },
    { "../agent", false },
    { "../agent", true },
    { "../metadata", false },
    { "../metadata", true },
    { "../../control", false },
    { "../../agent", false },
    { "../../metadata", false },
    { "../cli", false },
};

static const char *without_prefix(const char *name)
{
    return strncmp(name, "remit-", 6) == 0 ? name + 6 : name;
}

int remit_process_find(const char *name, char **out, struct remit_err *err)
{
    for (size_t i = 0; i < REMIT_COUNT(places); i++) {
        auto_buf struct remit_buf path = REMIT_BUF(4096);
        const char *text = NULL;

        remit_buf_put_fmt(&path, "%s/%s/", remit_process_dir(), places[i].folder);
        if (places[i].below)
            remit_buf_put_fmt(&path, "%s/", without_prefix(name));
        remit_buf_put_cstr(&path, name);
        text = remit_buf_cstr(&path);
        if (text == NULL || access(text, X_OK) != 0)
            continue;
        *out = realpath(text, NULL);
        if (*out != NULL)
            return 0;
    }
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "ProcessNotFound", "no program %s beside %s", name,
                      remit_process_dir());
}

/* Everything the child needs, prepared before fork: after it only system calls are made. */
struct child {
    const struct remit_process_spec *spec;
    const char *path;
    int null_fd;
    int report_fd; /* closes on exec; an errno arrives when there was none */
    pid_t parent;
};

static void child_report(const struct child *c)
{
    int os = errno;

    (void)!write(c->report_fd, &os, sizeof(os));
    _exit(127);
}

static void child_signals(void)
{
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_DFL); /* ignored signals would stay ignored across exec */
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Puts sources[i] at FIRST_FD + i and closes the rest. All are copied above the targets first, so
 * that none is overwritten before its turn. The report's end comes last and keeps close-on-exec.
 */
static void child_fds(struct child *c)
{
    const struct remit_process_spec *spec = c->spec;
    int above = FIRST_FD + (int)spec->n_fds + 1;
    int copies[FDS_MOST];

    c->report_fd = fcntl(c->report_fd, F_DUPFD_CLOEXEC, above);
    c->null_fd = fcntl(c->null_fd, F_DUPFD_CLOEXEC, above);
    for (size_t i = 0; i < spec->n_fds; i++) {
        copies[i] = fcntl(spec->fds[i], F_DUPFD_CLOEXEC, above);
        if (copies[i] < 0)
            child_report(c);
    }
    for (size_t i = 0; i < spec->n_fds; i++)
        if (dup2(copies[i], FIRST_FD + (int)i) < 0)
            child_report(c);
    if (dup2(c->null_fd, 0) < 0 || (!spec->keep_stdout && dup2(c->null_fd, 1) < 0) ||
        dup3(c->report_fd, above - 1, O_CLOEXEC) < 0)
        child_report(c);
    c->report_fd = above - 1;
    if (syscall(SYS_close_range, (unsigned)above, ~0U, 0) != 0)
        child_report(c);
}

static void child_run(struct child *c)
{
    static char *const no_env[] = { NULL };
    const struct remit_process_spec *spec = c->spec;

    child_signals();
    child_fds(c);
    if (spec->new_session && setsid() < 0)
        child_report(c);
    if (spec->die_with_parent && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != c->parent))
        child_report(c);
    execve(c->path, (char *const *)(uintptr_t)spec->argv,
           spec->env != NULL ? (char *const *)(uintptr_t)spec->env : no_env);
    child_report(c);
}

static int exec_result(int report, pid_t pid, const char *path, struct remit_err *err)
{
    int os = 0;
    ssize_t n = 0;

    do
        n = read(report, &os, sizeof(os));
    while (n < 0 && errno == EINTR);
    if (n == 0)
        return 0;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    if (os == ENOENT)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "ProcessNotFound", "no program %s", path);
    return remit_fail_os(err, REMIT_ERR_INTERNAL, os, "starting %s", path);
}

static int start(const struct remit_process_spec *spec, const char *path, pid_t *out,
                 struct remit_err *err)
{
    auto_fd int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    auto_fd int report = -1;
    auto_fd int report_child = -1;
    pid_t parent = getpid();
    pid_t pid = -1;
    int ends[2];

    if (null_fd < 0 || pipe2(ends, O_CLOEXEC) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "starting %s", path);
    report = ends[0];
    report_child = ends[1];
    pid = fork();
    if (pid < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "starting %s", path);
    if (pid == 0) {
        struct child child = { spec, path, null_fd, report_child, parent };

        child_run(&child);
    }
    remit_fd_drop(&report_child);
    TRY(exec_result(report, pid, path, err));
    *out = pid;
    return 0;
}

int remit_process_start(const struct remit_process_spec *spec, pid_t *out, struct remit_err *err)
{
    char *found = NULL;
    int result = 0;

    REMIT_REQUIRE(spec->n_fds <= FDS_MOST);
    if (strchr(spec->path, '/') != NULL)
        return start(spec, spec->path, out, err);
    TRY(remit_process_find(spec->path, &found, err));
    result = start(spec, found, out, err);
    free(found);
    return result;
}

/* Whether the process was reaped (or was not ours) before grace_ms passed. */
static bool ended_within(pid_t pid, int grace_ms)
{
    int64_t until = remit_clock_boot_ms() + grace_ms;
    auto_fd int handle = (int)syscall(SYS_pidfd_open, pid, 0);

    for (;;) {
        int64_t left = until - remit_clock_boot_ms();
        struct pollfd wait = { .fd = handle, .events = POLLIN };
        pid_t got = waitpid(pid, NULL, WNOHANG);

        if (got == pid || (got < 0 && errno == ECHILD))
            return true;
        if (left <= 0)
            return false;
        if (handle < 0 && left > 10)
            left = 10; /* no handle to wait on: look again soon */
        (void)poll(&wait, handle < 0 ? 0 : 1, (int)left);
    }
}

void remit_process_stop(pid_t pid, int grace_ms)
{
    if (pid <= 0 || ended_within(pid, 0))
        return;
    (void)kill(pid, SIGTERM);
    if (ended_within(pid, grace_ms))
        return;
    (void)kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

static void on_stop(int signal_number)
{
    int saved = errno;

    (void)signal_number;
    stopping = 1;
    (void)!write(stop_pipe[1], "", 1);
    errno = saved;
}

bool remit_process_stopping(void)
{
    return stopping != 0;
}

int remit_process_on_stop(int *wake_fd, struct remit_err *err)
{
    struct sigaction action = { .sa_handler = on_stop, .sa_flags = SA_RESTART };

    if (stop_pipe[0] < 0 && pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "a pipe for signals");
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGINT, &action, NULL) != 0 || sigaction(SIGTERM, &action, NULL) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "handlers for signals");
    *wake_fd = stop_pipe[0];
    return 0;
}
