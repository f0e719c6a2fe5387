/*
 * netmode.h - network modes as a table: where a task's network namespace comes from, where its
 * listener's link leads, and what proves a caller.
 *
 * Every container of a task is in one namespace. In "none" and "bridge" it is that of a pause
 * container, which exists before any of them, so that the endpoint answers before any application
 * code starts; published ports are the pause container's. In "host" it is the host's own, shared
 * with everything there: one listener and one worker serve all tasks of that mode, and the
 * authorization token is the only proof.
 *
 * Sources: architecture.md, "RunTask" step 8 and "Where this differs" 1, 5, 8;
 *          task-endpoints.md 4.5, 6.2.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

struct agent_netmode {
    const char *name;   /* as in the task definition */
    const char *engine; /* the Engine's NetworkMode: of the pause container, else of the task's */
    bool pause;         /* a namespace of its own, held by a pause container */
    bool shares;        /* one listener for all tasks of the mode */
    uint8_t place;      /* enum opener_place */
    const char *worker; /* its worker's name; NULL: the task's id */
    const char *proof;  /* what a caller shows: "link" and token, or the token alone */
    bool publishes;     /* port mappings are published; else a port is the host's own, or none */
};

/* An empty name is the default, "bridge". INVALID "UnsupportedNetworkMode" for any other. */
int agent_netmode_find(struct remit_str name, const struct agent_netmode **out,
                       struct remit_err *err) REMIT_MUST_USE;
extern const struct agent_netmode agent_netmodes[];
extern const size_t agent_netmodes_count;
