/*
 * daemon.h - one daemon of the suite under the eyes of `remit up`: started, awaited, started again.
 *
 * Errors: NOT_FOUND "ProcessNotFound"; UNAVAILABLE "DaemonNotReady" when it ended or said nothing
 *         in time.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <remit/err.h>

#define CLI_DAEMON_ARGS_MOST 24
#define CLI_DAEMON_RESTARTS  3 /* within CLI_DAEMON_WINDOW_MS; then `remit up` gives up */
#define CLI_DAEMON_WINDOW_MS 60000

struct cli_daemon {
    const char *program;
    const char *argv[CLI_DAEMON_ARGS_MOST]; /* argv[0] included; "--ready-fd 3" is added here */
    pid_t pid;                              /* 0: not running */
    int handle;                             /* a pidfd, readable when it ends; -1 without one */
    int64_t restarts[CLI_DAEMON_RESTARTS];  /* when, CLOCK_BOOTTIME ms */
    char said[256];                         /* its ready line */
};

/* Starts it and waits for its ready line, at most timeout_ms. */
int cli_daemon_start(struct cli_daemon *daemon, int timeout_ms,
                     struct remit_err *err) REMIT_MUST_USE;
/* It has ended: reaps it, and says how in `how`. */
void cli_daemon_reap(struct cli_daemon *daemon, char how[64]);
/* Whether it may be started again now; counts it. */
bool cli_daemon_may_restart(struct cli_daemon *daemon);
void cli_daemon_stop(struct cli_daemon *daemon, int grace_ms);
