/*
 * remit-relay - the way back in for the containers of one namespace: to control, nowhere else.
 *
 * Started by remit-metadata with two descriptors: the listening socket towards the containers and
 * the end of a pipe whose closing says that its worker is gone. It holds no credential, adds
 * nothing to what it passes on, and reads none of it.
 */
#include <signal.h>
#include <unistd.h>

#include "common/os/log.h"
#include "common/os/options.h"
#include "metadata/relay/sandbox.h"

#define LISTENER_FD 3
#define LIFE_FD     4

static int parse(int argc, char **argv, struct metadata_address *control,
                 enum remit_log_level *level, struct remit_err *err)
{
    const char *address = NULL;
    const char *name = "info";
    const struct remit_option options[] = {
        { .name = "--control",
          .value = "ADDRESS:PORT",
          .out = &address,
          .required = true,
          .help = "where all connections lead" },
        { .name = "--log-level",
          .value = "LEVEL",
          .out = &name,
          .help = "error, warn, info, debug" },
    };
    int n_rest = 0;

    TRY(remit_options_parse(options, REMIT_COUNT(options), argc - 1, argv + 1, &n_rest, err));
    if (n_rest > 0 || !remit_log_level_parse(name, level))
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "'%.64s' can't be used here",
                          n_rest > 0 ? argv[1] : name);
    return metadata_address_parse(address, control, err);
}

static int start(int argc, char **argv, struct relay **relay, struct remit_err *err)
{
    enum remit_log_level level = REMIT_LOG_INFO;
    struct metadata_address control;

    TRY(parse(argc, argv, &control, &level, err));
    remit_log_open("remit-relay", level);
    TRY(relay_open(LISTENER_FD, LIFE_FD, &control, relay, err));
    return relay_sandbox_enter(*relay, err);
}

int main(int argc, char **argv)
{
    struct relay *relay = NULL;
    struct remit_err err = { 0 };

    remit_log_open("remit-relay", REMIT_LOG_INFO);
    (void)signal(SIGPIPE, SIG_IGN);
    if (start(argc, argv, &relay, &err) != 0) {
        remit_log_err(REMIT_LOG_ERROR, &err, "the relay does not start");
        _exit(1);
    }
    _exit(relay_run(relay, &err) == 0 ? 0 : 1); /* no memory to log with in there */
}
