/*
 * credentials.h - a session's credentials as control hands them out, and as containers get them.
 *
 * Ownership: the secrets are the struct's; drop it. The zero value holds none.
 * Errors:    INVALID "InvalidCredentials", naming the member, never its value.
 * Units:     expires_at is the end that verifiers keep to.
 */
#pragma once

#include <stdint.h>

#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>

#include "common/base/json.h"

#define AGENT_ACCESS_KEY_ID_MAX 128
#define AGENT_ROLE_ARN_MAX      2048

/* What is stated is this much earlier than the end: clocks differ, signatures travel.
 * [task-endpoints 2.1] */
#define AGENT_EXPIRY_MARGIN_S 60

struct agent_credentials {
    char access_key_id[AGENT_ACCESS_KEY_ID_MAX + 1];
    char role_arn[AGENT_ROLE_ARN_MAX + 1]; /* empty: not a role's */
    struct remit_secret secret_access_key;
    struct remit_secret session_token; /* empty: a long-term key */
    int64_t expires_at;                /* 0: never */
};

/* From {accessKeyId, secretAccessKey, sessionToken, expiresAt, roleArn?}. */
int agent_credentials_read(const struct remit_json *json, struct agent_credentials *out,
                           struct remit_err *err) REMIT_MUST_USE;
/* The same members, into an object that is open. */
void agent_credentials_write(const struct agent_credentials *credentials, struct remit_jw *w);
/* "id:secret" on one line, as a join token's file holds it. */
int agent_credentials_read_line(struct remit_str line, struct agent_credentials *out,
                                struct remit_err *err) REMIT_MUST_USE;
int agent_credentials_copy(const struct agent_credentials *from, struct agent_credentials *out,
                           struct remit_err *err) REMIT_MUST_USE;
/* Ownership moves; what *to held is dropped. */
void agent_credentials_move(struct agent_credentials *from, struct agent_credentials *to);
bool agent_credentials_held(const struct agent_credentials *credentials);
void agent_credentials_drop(struct agent_credentials *credentials);
#define auto_credentials REMIT_AUTO(agent_credentials_drop)

/* The document of the credentials endpoint, byte for byte as [task-endpoints 1.3] has it. */
int agent_credentials_body(const struct agent_credentials *credentials, struct remit_secret *out,
                           struct remit_err *err) REMIT_MUST_USE;
/* The end that is stated. */
int64_t agent_credentials_stated_at(const struct agent_credentials *credentials);
