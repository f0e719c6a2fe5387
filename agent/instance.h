/*
 * instance.h - this container instance: joining a cluster once, and the session that signs every
 * call from then on.
 *
 * Its file is <state>/instance, mode 0600: who we are and the session, renewed at half its life.
 *
 * Errors:  control's. UNAUTHENTICATED "InstanceExpired" when the session is over and no join token
 *          is left to begin anew.
 * Sources: agent-protocol.md, "Life of a container instance"; task-endpoints.md 7.2.
 */
#pragma once

#include <stdint.h>

#include <remit/err.h>

#include "agent/control.h"
#include "agent/credentials.h"
#include "agent/engine.h"

#define AGENT_ARN_MAX 2048

struct agent;

struct agent_instance {
    char arn[AGENT_ARN_MAX + 1];
    char cluster_arn[AGENT_ARN_MAX + 1];
    char account_id[64];
    char region[64];
    struct agent_credentials session;
    int64_t renew_boot_ms;
};

/* Loads the file, or joins with the token of config.join_token_file. Before threads are started. */
int agent_instance_open(struct agent *agent, struct agent_control *control,
                        struct agent_engine *engine, struct remit_err *err) REMIT_MUST_USE;
/* Renews the session when it is due. */
int agent_instance_renew(struct agent *agent, struct agent_control *control,
                         struct remit_err *err) REMIT_MUST_USE;
/* A copy of the session, for one call. */
int agent_instance_session(struct agent *agent, struct agent_credentials *out,
                           struct remit_err *err) REMIT_MUST_USE;

/* "hostName", "versionInfo", "totalResources", "attributes", into an object that is open. */
void agent_instance_describe(struct remit_jw *w, struct remit_str engine_version);
