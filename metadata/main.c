/*
 * remit-metadata - starts a worker for each network namespace, and with it a relay.
 *
 * It faces remit-agent alone and holds no credential: what an agent sends to a worker goes over the
 * channel that it only hands on. Workers and relays outlive it.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/os/fd.h"
#include "common/os/file.h"
#include "common/os/log.h"
#include "common/os/options.h"
#include "common/os/process.h"
#include "common/os/sandbox.h"
#include "metadata/address.h"
#include "metadata/serve.h"

struct settings {
    const char *dir;
    const char *control;
    long ready_fd;
    const char *log_level;
};

static struct metadata_host host; /* a table of children: too large for a stack */

static int parse(int argc, char **argv, struct settings *s, struct remit_err *err)
{
    static const char *const levels[] = { "error", "warn", "info", "debug", NULL };
    const struct remit_option options[] = {
        { .name = "--dir",
          .value = "DIR",
          .out = &s->dir,
          .required = true,
          .help = "where metadata.sock and workers/ are" },
        { .name = "--control",
          .value = "HOST:PORT",
          .out = &s->control,
          .required = true,
          .help = "where relays connect" },
        { .name = "--ready-fd",
          .value = "N",
          .kind = REMIT_OPTION_NUMBER,
          .out = &s->ready_fd,
          .min = 1,
          .max = 65535,
          .help = "gets a line when it serves" },
        { .name = "--log-level",
          .value = "error|warn|info|debug",
          .kind = REMIT_OPTION_WORD,
          .out = &s->log_level,
          .words = levels,
          .help = "the most that is logged" },
    };
    int n_rest = 0;

    TRY(remit_options_parse(options, REMIT_COUNT(options), argc - 1, argv + 1, &n_rest, err));
    if (n_rest > 0)
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "'%.64s' is no option", argv[1]);
    return metadata_address_check(s->control, err);
}

static int open_folder(const char *dir, struct remit_err *err)
{
    struct stat about;

    TRY(remit_file_mkdir(dir, 0700, err));
    if (stat(dir, &about) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "looking at %s", dir);
    host.owner = about.st_uid;
    return metadata_workers_open(&host.workers, dir, err);
}

static int say_ready(long fd, struct remit_err *err)
{
    auto_fd int ready = (int)fd;

    if (fd < 0)
        return 0;
    return remit_fd_write_all(ready, REMIT_STR("ready\n"), err);
}

static int run(const struct settings *s, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(4096);
    auto_fd int listener = -1;
    int stop = -1;
    int result = 0;

    TRY(remit_sandbox_no_dump(err));
    TRY(open_folder(s->dir, err));
    TRY(remit_process_on_stop(&stop, err));
    remit_buf_put_fmt(&path, "%s/metadata.sock", s->dir);
    TRY(remit_buf_check(&path, "--dir", err));
    TRY(metadata_socket_listen(remit_buf_cstr(&path), &listener, err));
    host.control = s->control;
    host.log_level = s->log_level;
    TRY(say_ready(s->ready_fd, err));
    result = metadata_serve(&host, listener, stop, err);
    (void)unlink(remit_buf_cstr(&path));
    return result;
}

int main(int argc, char **argv)
{
    struct settings s = { .ready_fd = -1, .log_level = "info" };
    enum remit_log_level level = REMIT_LOG_INFO;
    struct remit_err err = { 0 };

    if (parse(argc, argv, &s, &err) != 0) {
        (void)fprintf(stderr, "remit-metadata: %s\n", err.text);
        return 2;
    }
    (void)remit_log_level_parse(s.log_level, &level);
    remit_log_open("remit-metadata", level);
    if (run(&s, &err) == 0)
        return 0;
    remit_log_err(REMIT_LOG_ERROR, &err, "remit-metadata ends");
    return 1;
}
