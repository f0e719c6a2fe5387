/*
 * workers.h - remit-metadata and its workers, as the agent meets them: starting one, adopting one,
 * telling it things, hearing it.
 *
 * Workers are called by name (frames_metadata.h 2.). One thread reads every channel.
 *
 * Threads:   any function from any thread. The callbacks run in the reading thread: be quick.
 * Ownership: listeners given to agent_workers_attach() are closed, also on failure: only the
 *            worker's copies may keep a listener's namespace alive.
 * Errors:    UNAVAILABLE "MetadataAway" when remit-metadata doesn't answer; UNAVAILABLE
 *            "WorkerAway" when the worker is gone or silent; CONFLICT "AlreadyAttached"; NOT_FOUND
 *            "NoWorker" when there is none to adopt; INTERNAL "ContainerNetworkingError" for
 *            what remit-metadata refuses.
 */
#pragma once

#include <remit/err.h>
#include <remit/str.h>

#include "agent/opener/frames.h"
#include "common/os/frames_metadata.h"

struct agent_workers;

struct agent_workers_spec {
    const char *dir; /* of remit-metadata */
    /* The strings live for the call alone. */
    void (*on_served)(void *self, struct remit_str name,
                      const struct remit_metadata_served *served);
    void (*on_gone)(void *self, struct remit_str name);
    void *self;
};

/* What a worker last said of a task. */
struct agent_worker_ready {
    char code[64]; /* empty: fine */
    int64_t expires_at;
};

int agent_workers_open(const struct agent_workers_spec *spec, struct agent_workers **out,
                       struct remit_err *err) REMIT_MUST_USE;
/* Closes the channels; the workers live on. */
void agent_workers_drop(struct agent_workers **workers);
#define auto_workers REMIT_AUTO(agent_workers_drop)

/* Starts a worker and waits until it serves. relay -1: without the way back in. */
int agent_workers_attach(struct agent_workers *workers, struct remit_str name,
                         struct opener_listening *listeners, bool relay,
                         struct remit_err *err) REMIT_MUST_USE;
/* Takes the channel of a living worker; does nothing when it is held already. */
int agent_workers_adopt(struct agent_workers *workers, struct remit_str name,
                        struct remit_err *err) REMIT_MUST_USE;
bool agent_workers_alive(struct agent_workers *workers, struct remit_str name);
/* Every worker that has a socket, living or not. */
int agent_workers_each(struct agent_workers *workers,
                       void (*each)(void *self, struct remit_str name), void *self,
                       struct remit_err *err) REMIT_MUST_USE;
/* Whether it holds the task, and what it last said of it. */
bool agent_workers_holds(struct agent_workers *workers, struct remit_str name,
                         struct remit_str task_id, struct agent_worker_ready *out);

/* Sends a frame, and waits for the *ready* of that task: for task, credentials and detach. */
int agent_workers_tell(struct agent_workers *workers, struct remit_str name,
                       const struct remit_frame_type *type, const void *frame,
                       struct remit_str task_id, struct agent_worker_ready *out,
                       struct remit_err *err) REMIT_MUST_USE;
/* Sends a document, which nobody answers. */
int agent_workers_document(struct agent_workers *workers, struct remit_str name,
                           const struct remit_metadata_document *document,
                           struct remit_err *err) REMIT_MUST_USE;
/* Takes a task away; `end` ends the worker. One that is gone is success. */
int agent_workers_detach(struct agent_workers *workers, struct remit_str name,
                         struct remit_str task_id, bool end, struct remit_err *err) REMIT_MUST_USE;
