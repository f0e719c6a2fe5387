/*
 * client.h - signed calls to control, with an operator's credentials.
 *
 * Credentials come from a root-access-key file ("AWS_ACCESS_KEY_ID=…" lines) or, without one, from
 * the environment, as in every AWS client.
 *
 * Ownership: the client owns its secrets; an answer's tree is the caller's.
 * Errors:    UNAUTHENTICATED "NoCredentials"; DENIED "CallRefused" with control's own code and
 *            message in the text; those of http_client.h.
 */
#pragma once

#include <remit/err.h>
#include <remit/str.h>

#include "cli/xml.h"
#include "common/base/json.h"

struct cli_client;

struct cli_client_spec {
    const char *endpoint; /* "http://127.0.0.1:4599" */
    const char *region;
    const char *ca_file;  /* NULL: the system's */
    const char *key_file; /* NULL: the environment */
};

int cli_client_open(const struct cli_client_spec *spec, struct cli_client **out,
                    struct remit_err *err) REMIT_MUST_USE;
void cli_client_drop(struct cli_client **client);
#define auto_cli_client REMIT_AUTO(cli_client_drop)

/* A JSON 1.1 call: `target` is "RemitAdminV1.CreateJoinToken". *out may not be NULL. */
int cli_client_call(struct cli_client *client, const char *service, const char *target,
                    struct remit_str body, struct remit_json **out,
                    struct remit_err *err) REMIT_MUST_USE;

/* A Query call, as IAM and STS speak it: the answer is XML, in the arena. */
struct cli_parameter {
    const char *name;
    struct remit_str value; /* empty: left out */
};
int cli_client_query(struct cli_client *client, const char *service, const char *version,
                     const char *action, const struct cli_parameter *parameters, size_t n,
                     struct remit_arena *arena, const struct cli_xml **out,
                     struct remit_err *err) REMIT_MUST_USE;
