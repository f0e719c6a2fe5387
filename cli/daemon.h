/*
 * daemon.h - one daemon of the suite under the eyes of `remit up`: started, awaited, started again.
 *
 * A daemon that ends is started again at once, and after CLI_DAEMON_PAUSE_MS, twice that, ... up to
 * CLI_DAEMON_PAUSE_MOST_MS when it keeps ending soon: the tasks of this machine are never given up
 * because of it.
 *
 * Errors: NOT_FOUND "ProcessNotFound"; UNAVAILABLE "DaemonNotReady" when it ended or said nothing
 *         in time.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <remit/err.h>

#define CLI_DAEMON_ARGS_MOST     24
#define CLI_DAEMON_STEADY_MS     60000 /* who has run for so long does not end soon */
#define CLI_DAEMON_PAUSE_MS      250
#define CLI_DAEMON_PAUSE_MOST_MS 30000

struct cli_daemon {
    const char *program;
    const char *argv[CLI_DAEMON_ARGS_MOST]; /* argv[0] included; "--ready-fd 3" is added here */
    pid_t pid;                              /* 0: not running */
    int handle;                             /* a pidfd, readable when it ends; -1 without one */
    int64_t since;                          /* when it was started, CLOCK_BOOTTIME ms */
    int64_t due;                            /* when to start it again; 0: it runs */
    unsigned soon;                          /* how often in a row it ended soon */
    char said[256];                         /* its ready line */
};

/* Starts it and waits for its ready line, at most timeout_ms. */
int cli_daemon_start(struct cli_daemon *daemon, int timeout_ms,
                     struct remit_err *err) REMIT_MUST_USE;
/* It has ended: reaps it, says how in `how`, and sets `due`. */
void cli_daemon_reap(struct cli_daemon *daemon, char how[64]);
/* Not running any more, or never ready: sets `due`. */
void cli_daemon_again(struct cli_daemon *daemon);
void cli_daemon_stop(struct cli_daemon *daemon, int grace_ms);
