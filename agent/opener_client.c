#include "agent/opener_client.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "common/base/arena.h"
#include "common/os/fd.h"
#include "common/os/process.h"

#define ARENA_MAX     ((size_t)64 * 1024)
#define ANSWER_MAX_S  20
#define STOP_GRACE_MS 2000

struct agent_opener {
    pthread_mutex_t lock;
    int channel; /* -1: none runs */
    pid_t pid;
};

static int start(struct agent_opener *opener, struct remit_err *err)
{
    static const char *const argv[] = { "remit-opener", NULL };
    const struct timeval limit = { .tv_sec = ANSWER_MAX_S };
    auto_fd int ours = -1;
    auto_fd int theirs = -1;
    int ends[2];
    struct remit_process_spec spec = { .path = "remit-opener", .argv = argv, .n_fds = 1 };

    TRY(remit_fd_channel(ends, err));
    ours = ends[0];
    theirs = ends[1];
    spec.fds = &theirs;
    if (setsockopt(ours, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "limit an answer's time");
    TRY(remit_process_start(&spec, &opener->pid, err));
    opener->channel = remit_fd_steal(&ours);
    return 0;
}

/* It ends with its channel. */
static void stop(struct agent_opener *opener)
{
    remit_fd_drop(&opener->channel);
    remit_process_stop(opener->pid, STOP_GRACE_MS);
    opener->pid = -1;
}

int agent_opener_start(struct agent_opener **out, struct remit_err *err)
{
    auto_opener struct agent_opener *opener = calloc(1, sizeof(*opener));

    if (opener == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "the opener's client");
    opener->channel = -1;
    opener->pid = -1;
    (void)pthread_mutex_init(&opener->lock, NULL);
    TRY(start(opener, err));
    *out = opener;
    opener = NULL;
    return 0;
}

void agent_opener_drop(struct agent_opener **opener)
{
    if (*opener == NULL)
        return;
    stop(*opener);
    (void)pthread_mutex_destroy(&(*opener)->lock);
    free(*opener);
    *opener = NULL;
}

static int told(const struct opener_failed *failed, struct remit_err *err)
{
    if (failed->kind == REMIT_ERR_CONFLICT)
        return remit_fail(err, REMIT_ERR_CONFLICT, "HostLinkTaken", REMIT_STR_FMT,
                          REMIT_STR_ARG(failed->text));
    return remit_fail(err, REMIT_ERR_INTERNAL, "ContainerNetworkingError", REMIT_STR_FMT,
                      REMIT_STR_ARG(failed->text));
}

static int ask(int channel, const struct opener_listen *question, struct opener_listening *out,
               bool *answered, struct remit_err *err)
{
    static const struct remit_frame_type *const answers[] = { &opener_listening_frame,
                                                              &opener_failed_frame };
    auto_arena struct remit_arena arena = REMIT_ARENA(ARENA_MAX);
    const struct remit_frame_type *which = NULL;
    void *frame = NULL;

    TRY(remit_frame_write(channel, &opener_listen_frame, question, err));
    TRY(remit_frame_read(channel, answers, REMIT_COUNT(answers), &arena, &which, &frame, err));
    *answered = true;
    if (which == &opener_failed_frame)
        return told(frame, err);
    *out = *(struct opener_listening *)frame;
    return 0;
}

static int away(struct remit_err *err)
{
    struct remit_err why = *err;

    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "OpenerAway", "the opener does not answer: %s",
                      why.text);
}

static int listen_locked(struct agent_opener *opener, const struct opener_listen *question,
                         struct opener_listening *out, struct remit_err *err)
{
    bool answered = false;

    if (opener->channel < 0 && start(opener, err) != 0)
        return away(err);
    if (ask(opener->channel, question, out, &answered, err) == 0)
        return 0;
    if (answered)
        return -1;
    stop(opener); /* an answer that comes too late would be taken for another question's */
    return away(err);
}

int agent_opener_listen(struct agent_opener *opener, int netns, enum opener_place place,
                        struct opener_listening *out, struct remit_err *err)
{
    const struct opener_listen question = { .netns = netns, .place = (uint8_t)place };
    int result = 0;

    (void)pthread_mutex_lock(&opener->lock);
    result = listen_locked(opener, &question, out, err);
    (void)pthread_mutex_unlock(&opener->lock);
    return result;
}
