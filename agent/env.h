/*
 * env.h - the environment that a container is given, by the rules of ECS.
 *
 * Task definition, then overrides (by name), then what the agent adds by its table (env.c), then
 * `secrets`, which win over all but what leads to the task's own credentials: a definition can
 * move a region or an endpoint, never those.
 *
 * Sources: task-endpoints.md 1.7, 1.8, 8.4; issue 2, "The way back in".
 */
#pragma once

#include <stdbool.h>

#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>

#include "common/base/json.h"

/* The token file, in the container; without a newline, because SDKs refuse one. */
#define AGENT_TOKEN_PATH "/run/remit/token"
#define AGENT_RELAY_URL  "http://169.254.170.2:8081"

struct agent_secret_value {
    struct remit_str name;
    struct remit_secret value;
};

struct agent_env {
    const struct remit_json *definition; /* the container's, of the task definition */
    const struct remit_json *override;   /* or NULL */
    const struct remit_json *image;      /* ["NAME=value"], or NULL */
    const struct agent_secret_value *secrets;
    size_t n_secrets;
    bool has_role;
    bool relay;
    struct remit_str credentials_id;
    struct remit_str endpoint_id;
    struct remit_str region;
};

/* Writes the array ["NAME=value", …]; the buffer behind `w` is one for secrets. */
int agent_env_write(const struct agent_env *env, struct remit_jw *w,
                    struct remit_err *err) REMIT_MUST_USE;
