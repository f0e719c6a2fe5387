#include "cli/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"
#include "common/os/process.h"

static int not_ready(const struct cli_daemon *d, const char *why, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "DaemonNotReady", "%s %s; its log tells more",
                      d->program, why);
}

/* One line, without its newline, into d->said. End of file before it: the daemon has ended. */
static int read_ready(struct cli_daemon *d, int fd, int timeout_ms, struct remit_err *err)
{
    int64_t until = remit_clock_boot_ms() + timeout_ms;
    size_t len = 0;

    while (len + 1 < sizeof(d->said)) {
        struct pollfd wait = { .fd = fd, .events = POLLIN };
        int64_t left = until - remit_clock_boot_ms();
        ssize_t n = 0;

        if (left <= 0 || (poll(&wait, 1, (int)left) < 0 && errno != EINTR))
            return not_ready(d, "was not ready in time", err);
        if (remit_process_stopping())
            return not_ready(d, "was awaited when the stop came", err);
        if ((wait.revents & (POLLIN | POLLHUP)) == 0)
            continue;
        n = read(fd, d->said + len, 1);
        if (n == 0)
            return not_ready(d, "ended before it was ready", err);
        if (n < 0 || d->said[len] != '\n') {
            len += n > 0;
            continue;
        }
        d->said[len] = '\0';
        return 0;
    }
    return not_ready(d, "said too much before it was ready", err);
}

static int spawn(struct cli_daemon *d, int ready, struct remit_err *err)
{
    const char *argv[CLI_DAEMON_ARGS_MOST + 2];
    const char *path = getenv("PATH");
    char path_line[4096];
    const char *env[] = { path_line, NULL };
    const struct remit_process_spec spec = { .path = d->program,
                                             .argv = argv,
                                             .env = env,
                                             .fds = &ready,
                                             .n_fds = 1,
                                             .die_with_parent = true,
                                             .new_session = true };
    size_t n = 0;

    (void)snprintf(path_line, sizeof(path_line), "PATH=%s",
                   path != NULL ? path : "/usr/sbin:/usr/bin:/sbin:/bin");
    while (d->argv[n] != NULL) {
        argv[n] = d->argv[n];
        n++;
    }
    REMIT_REQUIRE(n < CLI_DAEMON_ARGS_MOST);
    argv[n++] = "--ready-fd";
    argv[n++] = "3";
    argv[n] = NULL;
    return remit_process_start(&spec, &d->pid, err);
}

int cli_daemon_start(struct cli_daemon *d, int timeout_ms, struct remit_err *err)
{
    auto_fd int ours = -1;
    auto_fd int theirs = -1;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "a pipe for %s", d->program);
    ours = ends[0];
    theirs = ends[1];
    d->since = remit_clock_boot_ms();
    TRY(spawn(d, theirs, err));
    d->due = 0;
    remit_fd_drop(&theirs);
    d->handle = (int)syscall(SYS_pidfd_open, d->pid, 0);
    if (read_ready(d, ours, timeout_ms, err) == 0)
        return 0;
    cli_daemon_stop(d, 2000);
    return -1;
}

void cli_daemon_reap(struct cli_daemon *d, char how[64])
{
    int status = 0;

    while (waitpid(d->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFSIGNALED(status))
        (void)snprintf(how, 64, "by signal %d", WTERMSIG(status));
    else
        (void)snprintf(how, 64, "with code %d", WEXITSTATUS(status));
    d->pid = 0;
    remit_fd_drop(&d->handle);
    cli_daemon_again(d);
}

void cli_daemon_again(struct cli_daemon *d)
{
    int64_t now = remit_clock_boot_ms();
    int64_t pause = 0;

    if (now - d->since >= CLI_DAEMON_STEADY_MS)
        d->soon = 0;
    if (d->soon > 0)
        pause = (int64_t)CLI_DAEMON_PAUSE_MS << (d->soon - 1 < 16 ? d->soon - 1 : 16);
    d->due = now + (pause < CLI_DAEMON_PAUSE_MOST_MS ? pause : CLI_DAEMON_PAUSE_MOST_MS);
    d->soon++;
}

void cli_daemon_stop(struct cli_daemon *d, int grace_ms)
{
    if (d->pid > 0)
        remit_process_stop(d->pid, grace_ms);
    d->pid = 0;
    remit_fd_drop(&d->handle);
}
