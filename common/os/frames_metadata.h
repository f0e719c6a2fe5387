/*
 * frames_metadata.h - what remit-agent says to remit-metadata and to its workers, and what they say
 * back. All of it, so that neither daemon includes the other.
 *
 * 1. Starting a worker. The agent connects to DIR/metadata.sock (SEQPACKET; root or the uid that
 *    owns DIR) and sends *attach*, or *attach_relay* when the task wants its way back in. Each is
 *    answered by one *attached* on the same connection, in order:
 *
 *      agent                      remit-metadata                 remit-worker [, remit-relay]
 *        attach{name, listener, channel} ──►  fork, exec ──────────►  sandbox, then
 *        ◄── attached{name, code}                                     ◄ ready{""} on the channel
 *        task, document…, credentials ─────────────────────────────►  ready{task_id} for each
 *                                                                     task and credentials
 *    The agent makes the channel with remit_fd_channel(), sends one end in attach and keeps the
 *    other. It may write to its end before *attached* comes. Containers are started only after
 *    ready{task_id, expires_at != 0} (or ready{task_id} when the task has no task role).
 *    Descriptors: the sender keeps its own copies and closes them; close the listeners right
 *    after *attached*, because only the worker's copy may keep the listener's namespace alive.
 *
 * 2. Names. `name` is the worker's: the task id, or "host" for the one worker that serves all
 *    tasks of host network mode. It becomes DIR/workers/<name>.sock. 1 to 64 of [A-Za-z0-9_-].
 *    A name with a living worker is refused with code "AlreadyAttached": adopt it instead.
 *
 * 3. Adoption. A worker outlives the agent and remit-metadata. A restarted agent lists DIR/workers,
 *    connects to each <name>.sock (SEQPACKET) and sends *adopt*. The worker checks the peer's
 *    uid, makes that connection its channel (an older one is closed) and answers *adopted*
 *    {n_tasks}, then n_tasks *ready*, one for each task it holds, with the expiry of the
 *    credentials it holds. A refused connection (ECONNREFUSED) is a dead worker's file:
 *    remit-metadata removes it at its next attach or start. A worker of a task that the agent no
 *    longer knows: adopt, then detach with end = 1. While nobody is connected a worker answers from
 *    what it has until that expires (by CLOCK_BOOTTIME), then with 503.
 *
 * 4. Several tasks in one worker (host mode). *task* for each; the authorization token says which
 *    container asks, and it is given only the credentials of that container's own task. *detach*
 *    with end = 0 takes one task away; end = 1 ends the worker (and its relay) after answering.
 *
 * 5. Order and repetition. Everything may be sent again: *task* and *document* replace what was
 *    there; *credentials* that expire no later than those held are kept out, and the *ready* says
 *    "StaleCredentials" with what is held. A frame for a task that was not sent before is answered
 * by ready{code = "UnknownTask"}. A malformed frame ends the worker: it comes from our own side.
 *
 * 6. Reports. Every request for credentials, answered or refused, is in some *served*. Equal ones
 *    (task, container, status, reason, peer, user agent) within one second are one frame with a
 *    count; the first of a kind is sent at once. At most 50 frames a second and 1,024 waiting; what
 *    does not fit is dropped, newest first, and `lost` of the next frame says how many requests
 *    that was. `presented_id` is the id that a *refused* request carried: compare it with other
 *    tasks' (a leaked id is an incident), then hash or forget it; do not log it.
 *
 * Units: _at seconds since 1970 UTC; _boot_ms CLOCK_BOOTTIME milliseconds of this machine, which
 *        both sides share: lifetimes are decided by it, never by the wall clock.
 */
#pragma once

#include "common/os/frame.h"

#define REMIT_WORKER_NAME_MAX      64
#define REMIT_TASK_ID_MAX          64
#define REMIT_CREDENTIALS_ID_MAX   128
#define REMIT_ENDPOINT_ID_MAX      64
#define REMIT_TASK_CONTAINERS_MAX  64
#define REMIT_WORKER_TASKS_MAX     512 /* of the "host" worker; the 513th gets "TooManyTasks" */
#define REMIT_DOCUMENT_MAX         (160 * 1024)
#define REMIT_CREDENTIALS_BODY_MAX 10000 /* CRT clients refuse more */
#define REMIT_AUTH_TOKEN_MAX       256
#define REMIT_AUTH_TOKEN_MIN       16

/* --- agent → remit-metadata, on DIR/metadata.sock --- */

struct remit_metadata_attach {
    struct remit_str name;
    int listener; /* listening TCP socket, 169.254.170.2:80 */
    int channel;  /* the worker's end of a SEQPACKET pair */
};
struct remit_metadata_attach_relay {
    struct remit_str name;
    int listener;
    int channel;
    int relay_listener; /* listening TCP socket, 169.254.170.2:8081 */
};
/* remit-metadata → agent */
struct remit_metadata_attached {
    struct remit_str name;
    struct remit_str code; /* empty: started. Else "AlreadyAttached", "InvalidName", … */
    struct remit_str text; /* a sentence for the log */
};

/* --- agent → worker, on its channel --- */

struct remit_metadata_container {
    struct remit_str endpoint_id; /* the <eid> of /v3/<eid> and /v4/<eid>; a UUID */
    struct remit_str name;        /* as in the task definition; for reports */
    struct remit_secret token;    /* what Authorization must be, byte for byte; no line break */
};
struct remit_metadata_task {
    struct remit_str task_id;
    struct remit_str task_arn;
    struct remit_str credentials_id;    /* empty: no task role; held credentials are wiped */
    struct remit_frame_list containers; /* struct remit_metadata_container: all of the task's */
};

enum remit_document_kind {
    REMIT_DOCUMENT_V4 = 1,   /* GET /v4/<eid>,      or /v4/<eid>/task with an empty endpoint_id */
    REMIT_DOCUMENT_V3 = 2,   /* GET /v3/<eid> and /v3/<eid>/task (and /v2/metadata) */
    REMIT_DOCUMENT_STATS = 3 /* GET /v4/<eid>/stats and /v4/<eid>/task/stats, and under /v3 */
};
/* Rendered JSON, sent to containers as it is. Without a V3 document /v3 answers the V4 one. */
struct remit_metadata_document {
    struct remit_str task_id;
    struct remit_str endpoint_id; /* empty: the task's own document */
    uint8_t kind;                 /* enum remit_document_kind */
    struct remit_str body;        /* empty: no longer there */
};

struct remit_metadata_credentials {
    struct remit_str task_id;
    struct remit_str credentials_id; /* the same as the task frame's */
    int64_t expires_at;              /* as written in `body` */
    int64_t valid_until_boot_ms;     /* served while CLOCK_BOOTTIME is below this */
    /* {"RoleArn":…,"AccessKeyId":…,"SecretAccessKey":…,"Token":…,"Expiration":"…Z"}: this order, no
     * spaces, no newline, Expiration in whole seconds. */
    struct remit_secret body;
};
struct remit_metadata_detach {
    struct remit_str task_id;
    uint8_t end; /* 1: the worker ends after its ready */
};
/* agent → worker, on DIR/workers/<name>.sock: the first and only frame before *adopted* */
struct remit_metadata_adopt {
    uint8_t version; /* 1 */
};

/* --- worker → agent --- */

struct remit_metadata_ready {
    struct remit_str task_id; /* empty once: the sandbox is entered, the listener is served */
    struct remit_str code;    /* empty, or "UnknownTask", "StaleCredentials", "TooManyTasks", … */
    int64_t expires_at;       /* of the credentials held; 0: none */
};
struct remit_metadata_adopted {
    uint16_t n_tasks;
    uint64_t served; /* requests for credentials since the worker started */
};
struct remit_metadata_served {
    int64_t at;                   /* of the first */
    uint32_t count;               /* requests this stands for, at least 1 */
    uint64_t lost;                /* requests before it that no frame tells of */
    uint16_t status;              /* HTTP: 200, 400, 403, 405, 503 */
    struct remit_str reason;      /* "Vended", "WrongToken", "NoToken", "InvalidIdInRequest", … */
    struct remit_str task_id;     /* of the container whose token came; empty: none proven */
    struct remit_str endpoint_id; /* of that container */
    struct remit_str container;   /* its name */
    struct remit_str peer;        /* "169.254.172.3:40062", of the first */
    struct remit_str user_agent;  /* at most 128 bytes; all but printable ASCII as %XX */
    struct remit_str presented_id; /* refused requests only; escaped likewise */
};

extern const struct remit_frame_type remit_frame_attach;
extern const struct remit_frame_type remit_frame_attach_relay;
extern const struct remit_frame_type remit_frame_attached;
extern const struct remit_frame_type remit_frame_task;
extern const struct remit_frame_type remit_frame_document;
extern const struct remit_frame_type remit_frame_credentials;
extern const struct remit_frame_type remit_frame_detach;
extern const struct remit_frame_type remit_frame_adopt;
extern const struct remit_frame_type remit_frame_ready;
extern const struct remit_frame_type remit_frame_adopted;
extern const struct remit_frame_type remit_frame_served;

/* The rows that each reader accepts, for remit_frame_read(). */
extern const struct remit_frame_type *const remit_frames_to_metadata[];
extern const size_t remit_frames_to_metadata_count;
extern const struct remit_frame_type *const remit_frames_to_worker[];
extern const size_t remit_frames_to_worker_count;
extern const struct remit_frame_type *const remit_frames_to_agent[]; /* from a worker */
extern const size_t remit_frames_to_agent_count;
