#include "control/keeper/client_internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/os/clock.h"
#include "common/os/fd.h"
#include "common/os/log.h"
#include "common/os/process.h"

#define ANSWER_WAIT_S 20 /* a keeper that says nothing for so long is ended */
#define STOP_GRACE_MS 2000
#define MINUTE_MS     60000

/* Everything the keeper may answer. */
static const struct remit_frame_type *const answers[] = {
    &keeper_frame_keys,       &keeper_frame_created, &keeper_frame_derived, &keeper_frame_minted,
    &keeper_frame_registered, &keeper_frame_done,    &keeper_frame_failed,
};

/* The codes it may fail with: an error's code is a literal of ours, not bytes from the channel. */
static const char *const codes[] = {
    "InvalidClientTokenId", "ValidationError", "PackedPolicyTooLarge", "LimitExceeded",
    "CryptoFailure",        "SystemError",     "KeeperStateDamaged",   "KeeperUnavailable",
};

void keeper_reply_drop(struct keeper_reply *reply)
{
    if (reply->type != NULL)
        remit_frame_clear(reply->type, reply->frame);
    reply->type = NULL;
    remit_arena_drop(&reply->arena);
}

void keeper_process_end(struct keeper_process *process)
{
    remit_fd_drop(&process->channel);
    if (process->pid > 0)
        remit_process_stop(process->pid, STOP_GRACE_MS);
    process->pid = 0;
}

static int gone(struct keeper_process *process, const struct remit_err *why, struct remit_err *err)
{
    remit_log_err(REMIT_LOG_WARN, why, "the keeper is gone");
    keeper_process_end(process);
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "KeeperUnavailable", "the keeper is gone: %s",
                      why->text);
}

bool keeper_process_alive(struct keeper_process *process)
{
    struct pollfd look = { .fd = process->channel, .events = POLLIN };

    /* It speaks only when asked: anything there to read is the end of the channel. */
    return process->channel >= 0 && poll(&look, 1, 0) == 0;
}

/* --- starting --- */

static int may_start(struct keeper_process *process, struct remit_err *err)
{
    int64_t now = remit_clock_boot_ms();
    int64_t *oldest = &process->started_ms[process->next_start];

    if (*oldest != 0 && now - *oldest < MINUTE_MS)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "KeeperUnavailable",
                          "the keeper was started %d times within a minute",
                          KEEPER_CLIENT_RESTARTS);
    *oldest = now > 0 ? now : 1;
    process->next_start = (process->next_start + 1) % KEEPER_CLIENT_RESTARTS;
    return 0;
}

static int fork_keeper(struct keeper_process *process, struct remit_err *err)
{
    const char *const argv[] = { "remit-keeper", "--state",        process->folder,
                                 "--account",    process->account, NULL };
    const struct timeval wait = { .tv_sec = ANSWER_WAIT_S };
    auto_fd int ours = -1;
    auto_fd int theirs = -1;
    struct remit_process_spec spec = {
        .path = "remit-keeper", .argv = argv, .fds = &theirs, .n_fds = 1, .new_session = true
    }; /* ^C is control's to handle */
    int ends[2];

    TRY(remit_fd_channel(ends, err));
    ours = ends[0];
    theirs = ends[1];
    if (setsockopt(ours, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "the keeper's channel");
    TRY(remit_process_start(&spec, &process->pid, err));
    process->channel = remit_fd_steal(&ours);
    return 0;
}

static int read_reply(struct keeper_process *process, struct keeper_reply *reply,
                      struct remit_err *err)
{
    struct remit_err why = { 0 };

    if (remit_frame_read(process->channel, answers, REMIT_COUNT(answers), &reply->arena,
                         &reply->type, &reply->frame, &why) == 0)
        return 0;
    return gone(process, &why, err);
}

int keeper_process_start(struct keeper_process *process, struct keeper_reply *hello,
                         struct remit_err *err)
{
    const struct keeper_keys *keys = NULL;

    TRY(may_start(process, err));
    TRY(fork_keeper(process, err));
    TRY(read_reply(process, hello, err));
    keys = hello->frame;
    if (hello->type == &keeper_frame_keys && keys->version == KEEPER_VERSION)
        return 0;
    keeper_process_end(process);
    return remit_fail(err, REMIT_ERR_INTERNAL, "KeeperUnavailable",
                      "remit-keeper is of another version than remit-control");
}

/* --- asking --- */

static int failed(const struct keeper_failed *failure, struct remit_err *err)
{
    const char *code = "KeeperFailure";

    for (size_t i = 0; i < REMIT_COUNT(codes); i++)
        if (remit_str_equal(failure->code, remit_str_of(codes[i])))
            code = codes[i];
    if (failure->kind == REMIT_ERR_NONE || failure->kind > REMIT_ERR_INTERNAL)
        return remit_fail(err, REMIT_ERR_INTERNAL, code, REMIT_STR_FMT,
                          REMIT_STR_ARG(failure->text));
    return remit_fail(err, (enum remit_err_kind)failure->kind, code, REMIT_STR_FMT,
                      REMIT_STR_ARG(failure->text));
}

int keeper_process_ask(struct keeper_process *process, const struct remit_frame_type *type,
                       const void *question, struct keeper_reply *reply, struct remit_err *err)
{
    struct remit_err why = { 0 };

    if (remit_frame_write(process->channel, type, question, &why) != 0) {
        if (why.kind == REMIT_ERR_LIMIT) /* a field too long for its frame: nothing was sent */
            return remit_fail(err, REMIT_ERR_INVALID, "ValidationError", "%s", why.text);
        return gone(process, &why, err);
    }
    TRY(read_reply(process, reply, err));
    if (reply->type == &keeper_frame_failed)
        return failed(reply->frame, err);
    return 0;
}
