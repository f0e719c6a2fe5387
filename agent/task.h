/*
 * task.h - a task on this instance: what control asked for, how far it is, what its containers do.
 *
 * A task belongs to the thread that runs it (machine.c). The members under "shared" are the
 * exception: others write them, under agent->lock, and wake the task.
 *
 * Ownership: a task owns all it points to; strings point into its payload.
 * Errors:    INVALID "InvalidPayload" for what names no task at all. A payload that names one but
 *            can't be run makes a task whose `unusable` says why: it is reported as STOPPED.
 * Sources:   agent-protocol.md, Poll; task-endpoints.md 7.3, 7.4.
 */
#pragma once

#include <pthread.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/secret.h>

#include "agent/credentials.h"
#include "agent/engine.h"
#include "agent/env.h"
#include "agent/netmode.h"
#include "agent/order.h"
#include "agent/phase.h"
#include "agent/registry.h"
#include "common/base/arena.h"
#include "common/base/json.h"
#include "common/os/random.h"

#define AGENT_ENGINE_ID_MAX  128
#define AGENT_REASON_MAX     1024 /* [task-endpoints 7.3] longer text is cut */
#define AGENT_DIGEST_MAX     255
#define AGENT_STOP_TIMEOUT_S 30
#define AGENT_PAYLOAD_MAX    ((size_t)2 * 1024 * 1024)

struct agent;

struct agent_container {
    const struct remit_json *definition; /* of containerDefinitions */
    const struct remit_json *override;   /* of overrides, or NULL */
    struct remit_str name;
    struct remit_str arn;

    char endpoint_id[REMIT_UUID_TEXT];
    struct remit_secret token;
    char engine_id[AGENT_ENGINE_ID_MAX + 1]; /* empty: not created */
    char image_id[AGENT_ENGINE_ID_MAX + 1];
    char image_digest[AGENT_DIGEST_MAX + 1];
    char reason[AGENT_REASON_MAX + 1];
    bool has_exit_code;
    bool exit_is_ours; /* 143 of a container that waited in vain: [task-endpoints 7.3] */

    struct remit_json *image;           /* as the Engine describes it; until it is created */
    struct remit_json *inspect;         /* as the Engine last described it, or NULL */
    struct agent_secret_value *secrets; /* until it is created */
    size_t n_secrets;
    struct agent_registry_auth registry; /* of its repositoryCredentials; until it is pulled */
    int64_t stop_asked_boot_ms;          /* 0: not yet */
    bool killed;
};

struct agent_task {
    struct agent *agent;
    struct agent_task *next; /* in agent->tasks; shared */
    struct remit_arena arena;
    struct remit_json *payload;
    struct remit_str id;
    struct remit_str arn;
    struct remit_str cluster_arn;
    struct remit_str cluster_name;
    struct remit_str family;
    int64_t revision;
    const struct remit_json *definition;
    struct remit_str task_role; /* ARN; empty: none */
    struct remit_str execution_role;
    const struct agent_netmode *netmode;
    bool relay;
    struct remit_err unusable; /* kind NONE: it can be run */

    struct agent_unit *units; /* what order.c sees of each container */
    struct agent_container *containers;
    size_t n_containers;

    char credentials_id[REMIT_UUID_TEXT];
    char access_key_id[AGENT_ACCESS_KEY_ID_MAX + 1]; /* of what its worker holds, for events */
    int64_t expires_at;                              /* likewise, as stated */
    int64_t renew_at;                                /* wall clock, for the state file */

    enum agent_phase phase;
    int64_t phase_since_boot_ms;
    char pause_id[AGENT_ENGINE_ID_MAX + 1];
    struct remit_json *pause; /* as the Engine last described it */
    struct agent_registry_auth registry;
    struct remit_err registry_denied; /* why there is no registry authorization; kind NONE: fine */
    char reason[AGENT_REASON_MAX + 1];
    const char *stop_code; /* a literal, or NULL */
    double pull_started_at;
    double pull_stopped_at;
    double execution_stopped_at;
    bool connected; /* its worker has the task, its documents and, with a role, credentials */
    bool ran;       /* it was RUNNING once */
    struct agent_engine *engine;
    struct agent_control *control;
    unsigned failures;     /* in a row: backoff */
    int64_t wait_ms;       /* how long the step that waits looks away; 0: as usual */
    bool changed;          /* its documents no longer say what is so */
    int64_t asked_boot_ms; /* for credentials, last */
    double stopped_at;     /* its containers stay for config.keep_stopped_s from here on */

    /* shared: under agent->lock */
    pthread_cond_t wake;
    bool woken;
    bool stop_wanted;
    bool forget;                        /* control knows it no more: nothing is reported */
    bool wants;                         /* it can't go on without credentials */
    int64_t ask_boot_ms;                /* not asked for before this */
    int64_t renew_boot_ms;              /* when credentials are asked for again; 0: not */
    struct agent_credentials fresh;     /* task role's, for the worker: until it is ready */
    struct agent_credentials execution; /* until containers are created */
    struct remit_buf outbox;            /* the last SubmitTaskStateChange */
    uint64_t outbox_version;
    uint64_t acked_version;
    bool outbox_final; /* it says STOPPED */
};

/*
 * A task of Poll's answer, or of a state file: `payload` as agent_task_payload() wrote it. Fresh
 * credentials id, endpoint ids and tokens are made.
 */
int agent_task_new(struct agent *agent, struct remit_str payload, struct agent_task **out,
                   struct remit_err *err) REMIT_MUST_USE;
void agent_task_drop(struct agent_task **task);
#define auto_task REMIT_AUTO(agent_task_drop)
/* One entry of Poll's `tasks` without what changes and without credentials. */
void agent_task_payload(const struct remit_json *entry, struct remit_buf *out);

/* "sidecar" to its index; n_containers when there is none. */
size_t agent_task_find(const struct agent_task *task, struct remit_str name);
/* Letters, digits, '-' and '_': what may stand in a path, a label, a name of the Engine. */
bool agent_is_name(struct remit_str s, size_t max);
/* The task's own cpu (units) or memory (MiB), of the overrides or the definition; 0: none. */
int64_t agent_task_size(const struct agent_task *task, const char *member);
bool agent_task_has_role(const struct agent_task *task);
/* A number of the container's override, else of its definition; 0 when neither has it. */
int64_t agent_container_number(const struct agent_container *container, const char *member);
/* Names in the Engine: the same after every restart, so that creating again finds what is there. */
const char *agent_task_container_name(const struct agent_task *task, size_t which,
                                      struct remit_buf *out);
const char *agent_task_pause_name(const struct agent_task *task, struct remit_buf *out);
const char *agent_task_volume_name(const struct agent_task *task, struct remit_str volume,
                                   struct remit_buf *out);
/* The worker that serves it. */
struct remit_str agent_task_worker(const struct agent_task *task);

/* "<Name>: <text>" of task-endpoints 7.4, cut; `name` unless the error's code is one of those. */
void agent_reason(const struct remit_err *why, const char *name, char out[AGENT_REASON_MAX + 1]);
/* Forgets what was fetched for creating containers: secrets, credentials, authorizations. */
void agent_task_wipe(struct agent_task *task);
