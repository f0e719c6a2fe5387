/*
 * engine.h - the Docker Engine, over its unix socket: the calls that the agent makes.
 *
 * API version 1.41. A client belongs to one thread; only agent_engine_cancel() may be called from
 * another. Names and ids that go into a path are those the agent made or the Engine gave.
 *
 * Ownership: trees that a call gives are the caller's to drop.
 * Errors:    UNAVAILABLE "EngineAway" when the socket doesn't answer: wait, try again.
 *            NOT_FOUND "EngineNotFound" (404), CONFLICT "EngineConflict" (409), INVALID
 *            "EngineRefused" (any other 4xx), INTERNAL "EngineFailed" (5xx, or an answer that is
 *            no JSON). The text is the Engine's own message.
 * Sources:   Docker Engine API 1.41; task-endpoints.md 7.5 (time limits).
 */
#pragma once

#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/buf.h"
#include "common/base/json.h"

#define AGENT_ENGINE_API "/v1.41"

struct agent_engine;

int agent_engine_open(const char *socket, struct agent_engine **out,
                      struct remit_err *err) REMIT_MUST_USE;
void agent_engine_drop(struct agent_engine **engine);
#define auto_engine REMIT_AUTO(agent_engine_drop)
/* Makes the call under way in another thread fail with "Cancelled". */
void agent_engine_cancel(struct agent_engine *engine);

/* One question; engine_*.c make theirs of it. */
struct agent_engine_call {
    const char *method;
    const char *path;                                    /* behind AGENT_ENGINE_API */
    struct remit_str body;                               /* ptr NULL: none */
    const char *content_type;                            /* of the body; NULL: application/json */
    const char *header;                                  /* one more header line, or NULL */
    int timeout_ms;                                      /* 0: 30 s */
    int (*on_bytes)(void *self, struct remit_str bytes); /* takes a stream piece by piece */
    void *self;
};
/* *out may be NULL when nobody reads the answer; an empty answer gives NULL. */
int agent_engine_ask(struct agent_engine *engine, const struct agent_engine_call *call,
                     struct remit_json **out, struct remit_err *err) REMIT_MUST_USE;
/* A path from a format, for agent_engine_call: NULL when it is too long. */
const char *agent_engine_path(struct remit_buf *out, const char *fmt, ...) REMIT_PRINTF(2, 3);

int agent_engine_version(struct agent_engine *engine, struct remit_json **out,
                         struct remit_err *err) REMIT_MUST_USE;

/* ---- containers: engine_container.c -------------------------------------------------------- */

/* *id gets the new container's id. CONFLICT when the name is taken. */
int agent_engine_create(struct agent_engine *engine, const char *name, struct remit_str body,
                        struct remit_buf *id, struct remit_err *err) REMIT_MUST_USE;
/* Started already is success. */
int agent_engine_start(struct agent_engine *engine, const char *id,
                       struct remit_err *err) REMIT_MUST_USE;
/* Not running, or not there, is success. `signal` is a name or a number. */
int agent_engine_kill(struct agent_engine *engine, const char *id, const char *signal,
                      struct remit_err *err) REMIT_MUST_USE;
/* Without its environment. */
int agent_engine_inspect(struct agent_engine *engine, const char *id, struct remit_json **out,
                         struct remit_err *err) REMIT_MUST_USE;
/* With its anonymous volumes, running or not. Not there is success. */
int agent_engine_remove(struct agent_engine *engine, const char *id,
                        struct remit_err *err) REMIT_MUST_USE;
/* Every container, running or not, that has the label ("name=value"). */
int agent_engine_list(struct agent_engine *engine, struct remit_str label, struct remit_json **out,
                      struct remit_err *err) REMIT_MUST_USE;

/* ---- images and volumes: engine_image.c ---------------------------------------------------- */

struct agent_image_ref;

/*
 * Pulls one image. `auth` is the value of X-Registry-Auth, or empty: an anonymous pull. An error
 * inside the stream of a 200 is INVALID "PullRefused" (denied, or no such image: it will fail
 * again) or UNAVAILABLE "PullFailed", with the registry's words.
 */
int agent_engine_pull(struct agent_engine *engine, const struct agent_image_ref *image,
                      struct remit_str auth, struct remit_err *err) REMIT_MUST_USE;
int agent_engine_image(struct agent_engine *engine, const char *name, struct remit_json **out,
                       struct remit_err *err) REMIT_MUST_USE;
/* Makes an image of a tar's files, started with `command` (JSON: ["/pause"]). */
int agent_engine_import(struct agent_engine *engine, const char *repo, const char *tag,
                        const char *command, struct remit_str tar,
                        struct remit_err *err) REMIT_MUST_USE;
/* There already is success. */
int agent_engine_volume_create(struct agent_engine *engine, struct remit_str body,
                               struct remit_err *err) REMIT_MUST_USE;
int agent_engine_volume_remove(struct agent_engine *engine, const char *name,
                               struct remit_err *err) REMIT_MUST_USE; /* not there is success */

/* ---- events: engine_events.c --------------------------------------------------------------- */

/*
 * Hears of each end, each change of health and each removal of a container under the label, from
 * `since_at` on, until the stream ends, which is an error.
 */
typedef void agent_engine_hear(void *self, const struct remit_json *event);
int agent_engine_events(struct agent_engine *engine, struct remit_str label, int64_t since_at,
                        agent_engine_hear *hear, void *self, struct remit_err *err) REMIT_MUST_USE;
