/*
 * workers.h - DIR/workers: the sockets on which workers are adopted, and who of them lives.
 *
 * Nothing about workers is written down: a worker lives when a connection to its socket is
 * accepted, so a restarted remit-metadata knows as much as its predecessor.
 *
 * Errors: INVALID "InvalidName"; CONFLICT "AlreadyAttached"; INTERNAL with the errno.
 */
#pragma once

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/buf.h"

struct metadata_workers {
    const char *dir; /* DIR, of which "workers" is a folder */
};

/* Makes the folder and removes the sockets of workers that are dead. */
int metadata_workers_open(struct metadata_workers *workers, const char *dir,
                          struct remit_err *err) REMIT_MUST_USE;
/* A listening socket under the name of a worker that does not live yet. */
int metadata_workers_listen(const struct metadata_workers *workers, struct remit_str name, int *out,
                            struct remit_err *err) REMIT_MUST_USE;
/* Removes the socket of a worker that has ended, unless a new one has taken the name. */
void metadata_workers_forget(const struct metadata_workers *workers, struct remit_str name);

/* A listening SEQPACKET socket at a path, which is removed first when nobody listens there. */
int metadata_socket_listen(const char *path, int *out, struct remit_err *err) REMIT_MUST_USE;
