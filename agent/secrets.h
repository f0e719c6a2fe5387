/*
 * secrets.h - fetches what `secrets` refer to, with the task's execution role.
 *
 * Values are fetched once, before containers are made; they live in remit_secrets until those are,
 * and never reach disk or log.
 *
 * Errors:  control's; INVALID "InvalidSecret" when the value has another shape than asked for.
 * Sources: task-endpoints.md 8.3.
 */
#pragma once

#include <remit/err.h>
#include <remit/secret.h>

#include "agent/control.h"
#include "agent/secret_ref.h"

int agent_secret_fetch(struct agent_control *control, const struct agent_credentials *who,
                       const struct agent_secret_ref *ref, struct remit_secret *out,
                       struct remit_err *err) REMIT_MUST_USE;
/* The member `key` of a secret's JSON text; what is no string is written as JSON. */
int agent_secret_member(struct remit_str text, struct remit_str key, struct remit_secret *out,
                        struct remit_err *err) REMIT_MUST_USE;
