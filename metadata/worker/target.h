/*
 * target.h - what a request's path asks for. Pure: a stranger's bytes in, a row of a table out.
 *
 * Paths are compared as sent: ids are plain characters, so an escaped one is no id of ours.
 * Sources: task-endpoints.md sections 1.2, 4.1, 4.2.
 */
#pragma once

#include <remit/str.h>

#include "common/os/frames_metadata.h"

enum worker_subject {
    WORKER_NOTHING = 0, /* no such path */
    WORKER_CREDENTIALS,
    WORKER_CONTAINER, /* a document of the container that `id` names */
    WORKER_TASK,      /* a document of that container's task */
    WORKER_ONLY_TASK, /* a document of the one task that is held: v2 names none */
};

struct worker_route {
    const char *before; /* the path is this, */
    bool id;            /* an id (maybe empty), */
    const char *after;  /* and this */
    enum worker_subject subject;
    enum remit_document_kind document;
    const char *unknown; /* the text for an id that is unknown; the id follows */
    const char *missing; /* for a document that isn't there (yet) */
};

struct worker_target {
    const struct worker_route *route;
    struct remit_str id; /* borrowed from the request */
    bool v1;
};

/* `route` is never NULL; its subject is WORKER_NOTHING for a path that isn't there. */
struct worker_target worker_target_of(struct remit_str path, struct remit_str query);
extern const struct worker_route worker_routes[];
extern const size_t worker_routes_count;
