/*
 * registry.h - what a registry is shown for a pull.
 *
 * A registry's authorization goes to that registry alone: agent_registry_fits() compares the host
 * that it was given for with the image's (attacks.md A1).
 *
 * Ownership: the header is a secret; drop the struct.
 * Errors:    control's, for the call; INVALID "InvalidRegistryToken" for an answer of another
 *            shape than [task-endpoints 8.2].
 */
#pragma once

#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>

#include "agent/control.h"
#include "agent/image_ref.h"

#define AGENT_REGISTRY_HOST_MAX 300

struct agent_registry_auth {
    char host[AGENT_REGISTRY_HOST_MAX + 1]; /* "127.0.0.1:5000"; empty: none held */
    struct remit_secret header;             /* the value of X-Registry-Auth */
};

/* ecr:GetAuthorizationToken with the execution role. */
int agent_registry_fetch(struct agent_control *control, const struct agent_credentials *who,
                         struct agent_registry_auth *out, struct remit_err *err) REMIT_MUST_USE;
/* The same from an answer that is there. */
int agent_registry_read(const struct remit_json *answer, struct agent_registry_auth *out,
                        struct remit_err *err) REMIT_MUST_USE;
/* From a secret's text {"username", "password"}, for one host. */
int agent_registry_from_secret(struct remit_str text, struct remit_str host,
                               struct agent_registry_auth *out,
                               struct remit_err *err) REMIT_MUST_USE;
bool agent_registry_fits(const struct agent_registry_auth *auth,
                         const struct agent_image_ref *image);
void agent_registry_auth_drop(struct agent_registry_auth *auth);
#define auto_registry_auth REMIT_AUTO(agent_registry_auth_drop)

/* base64url, padded as the Engine wants it, of {"username","password","serveraddress"}. */
int agent_registry_header(struct remit_str username, struct remit_str password,
                          struct remit_str server, struct remit_secret *out,
                          struct remit_err *err) REMIT_MUST_USE;
