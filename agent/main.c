/*
 * remit-agent - runs on a container instance: asks control what to run, drives the Engine, and sees
 * to it that each task's own credentials reach that task and nobody else.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "agent/run.h"
#include "common/os/file.h"
#include "common/os/log.h"
#include "common/os/options.h"
#include "common/os/process.h"
#include "common/os/sandbox.h"

#define KEEP_MOST_S (7 * 24 * 3600)

static struct agent_config config;
static long ready_fd = -1;
static const char *log_level = "info";
static bool help;

static const char *const levels[] = { "error", "warn", "info", "debug", NULL };

static const struct remit_option options[] = {
    { "--state", "DIR", "this agent's own folder", REMIT_OPTION_TEXT, &config.state_dir, true },
    { "--control", "URL", "where remit-control serves", REMIT_OPTION_TEXT, &config.control_url,
      true },
    { "--ca", "FILE", "certificates that control's is checked against", REMIT_OPTION_TEXT,
      &config.ca_file },
    { "--region", "REGION", "the region that calls are signed for", REMIT_OPTION_TEXT,
      &config.region, true },
    { "--engine", "SOCKET", "the Docker Engine's socket", REMIT_OPTION_TEXT, &config.engine_socket,
      true },
    { "--metadata", "DIR", "remit-metadata's folder", REMIT_OPTION_TEXT, &config.metadata_dir,
      true },
    { "--join-token-file", "FILE", "admits this instance to a cluster, once", REMIT_OPTION_TEXT,
      &config.join_token_file },
    { "--protect", "DIR", "one more folder that no task may mount", REMIT_OPTION_TEXT,
      &config.protect },
    { "--keep-stopped", "SECONDS", "how long stopped containers stay (0)", REMIT_OPTION_NUMBER,
      &config.keep_stopped_s, false, 0, KEEP_MOST_S },
    { "--no-relay", NULL, "no task has the way back in to control", REMIT_OPTION_FLAG,
      &config.no_relay },
    { "--ready-fd", "N", "gets a line when the agent serves", REMIT_OPTION_NUMBER, &ready_fd, false,
      3, 1023 },
    { "--log-level", "LEVEL", "error, warn, info or debug (info)", REMIT_OPTION_WORD, &log_level,
      false, 0, 0, levels },
    { "--help", NULL, "this text", REMIT_OPTION_FLAG, &help },
};

static int bad_argument(const struct remit_err *err)
{
    (void)fprintf(stderr, "remit-agent: %s\n", err->text);
    return 2;
}

/* Labels and mounts name folders: they must mean the same to the Engine as to us. */
static int make_absolute(struct remit_err *err)
{
    static char *state = NULL;

    TRY(remit_file_mkdir(config.state_dir, 0700, err));
    state = realpath(config.state_dir, NULL);
    if (state == NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption",
                          "--state is '%s', which is no folder", config.state_dir);
    config.state_dir = state;
    return 0;
}

/* A task keeps a few connections open: a soft limit of 1024 would end at some 200 tasks. */
static void raise_files(void)
{
    struct rlimit files = { 0 };

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
}

static int prepare(int *stop_fd, struct remit_err *err)
{
    static char *pause = NULL;

    (void)signal(SIGPIPE, SIG_IGN);
    raise_files();
    TRY(remit_sandbox_no_dump(err));
    TRY(make_absolute(err));
    TRY(remit_process_find("remit-pause", &pause, err));
    config.pause_program = pause;
    return remit_process_on_stop(stop_fd, err);
}

int main(int argc, char **argv)
{
    enum remit_log_level level = REMIT_LOG_INFO;
    struct remit_err err = { 0 };
    int stop_fd = -1;
    int rest = 0;

    int parsed =
        remit_options_parse(options, REMIT_COUNT(options), argc - 1, argv + 1, &rest, &err);

    if (help) {
        (void)printf("usage: remit-agent OPTIONS\n");
        remit_options_print(stdout, options, REMIT_COUNT(options));
        return 0;
    }
    if (parsed != 0)
        return bad_argument(&err);
    if (rest > 0) {
        (void)fprintf(stderr, "remit-agent: '%s' is no option\n", argv[1]);
        return 2;
    }
    (void)remit_log_level_parse(log_level, &level);
    remit_log_open("remit-agent", level);
    if (prepare(&stop_fd, &err) == 0 && agent_run(&config, stop_fd, (int)ready_fd, &err) == 0)
        return 0;
    if (remit_process_stopping())
        return 0;
    remit_log_err(REMIT_LOG_ERROR, &err, "the agent ends");
    return 1;
}
