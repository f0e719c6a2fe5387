/*
 * remit-keeper - keeps what must never leave: the root of all sessions, secret access keys, the
 * token signing keys.
 *
 * Started by remit-control with one descriptor, the channel (KEEPER_FD), and its folder as
 * argument. It reads its folder, enters its sandbox, and only then reads a byte from control. Its
 * end is the end of the channel.
 */
#include <stdio.h>
#include <unistd.h>

#include <remit/err.h>

#include "common/os/clock.h"
#include "common/os/log.h"
#include "common/os/options.h"
#include "control/keeper/sandbox.h"
#include "control/keeper/serve.h"
#include "control/keeper/state.h"

static const char *folder;
static const char *account;

static const struct remit_option options[] = {
    { "--state", "DIR", "the keeper's own folder", REMIT_OPTION_TEXT, &folder, .required = true },
    { "--account", "N", "whose secrets these are", REMIT_OPTION_TEXT, &account, .required = true },
};

static int run(struct remit_err *err)
{
    auto_keeper struct keeper keeper = { .folder = -1, .journal = { .fd = -1 } };

    TRY(keeper_lock_memory(err));
    TRY(keeper_open(&keeper, folder, remit_str_of(account), remit_clock_now_at(), err));
    TRY(keeper_sandbox_enter(err));
    return keeper_serve(&keeper, KEEPER_FD, err);
}

int main(int argc, char **argv)
{
    struct remit_err err = { 0 };
    int rest = 0;

    remit_log_open("remit-keeper", REMIT_LOG_INFO);
    if (remit_options_parse(options, REMIT_COUNT(options), argc - 1, argv + 1, &rest, &err) != 0 ||
        rest != 0) {
        (void)fprintf(stderr, "remit-keeper: %s\n", rest != 0 ? "too many arguments" : err.text);
        return 2;
    }
    if (run(&err) == 0)
        _exit(0); /* what libraries do at exit is not among the calls of the sandbox */
    remit_log_err(REMIT_LOG_ERROR, &err, "the keeper ends");
    _exit(1);
}
