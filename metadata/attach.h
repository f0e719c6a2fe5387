/*
 * attach.h - an agent's *attach*: descriptors in, a worker (and a relay) started with them.
 *
 * What came is checked before anything is started: a listener that isn't one, or a channel that
 * isn't a socket pair's end, is refused.
 *
 * Ownership: the frame's descriptors stay the frame's; a child has its own copies.
 * Errors:    their codes are what *attached* says: "InvalidListener", "InvalidChannel",
 *            "InvalidName", "AlreadyAttached", or that of what failed.
 */
#pragma once

#include <sys/types.h>

#include "common/os/frames_metadata.h"
#include "metadata/workers.h"

#define METADATA_CHILDREN_MOST 4096

struct metadata_child {
    pid_t pid;
    char name[REMIT_WORKER_NAME_MAX + 1];
    bool relay;
};

struct metadata_host {
    struct metadata_workers workers;
    uid_t owner;         /* of DIR: who may adopt, beside root */
    const char *control; /* "127.0.0.1:4599": where relays connect */
    const char *log_level;
    struct metadata_child children[METADATA_CHILDREN_MOST];
    size_t n_children; /* those that this process started and that live */
};

/* `relay_listener` is -1 for a task without its way back in. */
int metadata_attach(struct metadata_host *host, struct remit_str name, int listener, int channel,
                    int relay_listener, struct remit_err *err) REMIT_MUST_USE;
/* Takes leave of the children that have ended. */
void metadata_reap(struct metadata_host *host);
