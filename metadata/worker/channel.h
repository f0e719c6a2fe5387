/*
 * channel.h - the agent's end of a worker: its frames, adoption, and what goes back.
 *
 * The channel is the socket that the worker was started with, until an adopted connection on
 * DIR/workers/<name>.sock takes its place. Nobody is waited for: a peer that does not read what is
 * sent to it is a peer that is gone, and adopts again.
 *
 * Errors: a malformed frame is INVALID "MalformedFrame": it comes from our own side, and the
 *         worker ends.
 * Sources: common/os/frames_metadata.h, all paragraphs.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "metadata/worker/serve.h"

#define WORKER_CANDIDATES 4 /* connections that have not adopted yet */

struct worker_channel {
    struct worker_service *service;
    int poll;    /* an epoll of all below: readable when there is something to do */
    int sock;    /* to the agent; -1: nobody is connected */
    int adopt;   /* the listening socket; -1: none */
    uid_t owner; /* who may adopt, beside root */
    struct {
        int sock; /* -1: free */
        int64_t until_ms;
    } candidates[WORKER_CANDIDATES];
    bool ended; /* by a detach */
    int life;   /* the relay holds the pipe's other end; -1: no relay */
};

/* Both sockets are taken over. */
int worker_channel_open(struct worker_channel *channel, struct worker_service *service, int sock,
                        int adopt, uid_t owner, struct remit_err *err) REMIT_MUST_USE;
void worker_channel_clear(struct worker_channel *channel);
/*
 * `life` is the pipe whose end ends the relay. From here on the relay's end is the worker's, too
 * (worker_channel_take() fails with UNAVAILABLE "RelayGone"): the agent replaces both, and whoever
 * started the relay may be gone.
 */
int worker_channel_watch_relay(struct worker_channel *channel, int life,
                               struct remit_err *err) REMIT_MUST_USE;
/* ready{""}: the sandbox is entered. */
void worker_channel_say_ready(struct worker_channel *channel);
/* Takes what has come. */
int worker_channel_take(struct worker_channel *channel, struct remit_err *err) REMIT_MUST_USE;
/* Sends the reports that may leave now. */
void worker_channel_report(struct worker_channel *channel, int64_t now_ms);
