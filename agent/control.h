/*
 * control.h - signed calls to remit-control: JSON 1.1, whatever service they are for.
 *
 * A client belongs to one thread; only agent_control_cancel() may be called from another.
 *
 * Ownership: a tree that a call gives is the caller's to drop.
 * Errors:    UNAVAILABLE "ControlAway" when control doesn't answer or answers 5xx; else a kind by
 *            status and, as code, the wire name when it is one of those the agent acts on
 *            (control.c), else "ControlRefused". The text is "<wire name>: <message>".
 */
#pragma once

#include <remit/err.h>
#include <remit/str.h>

#include "agent/credentials.h"
#include "common/base/json.h"

struct agent_control;

struct agent_control_spec {
    const char *url;     /* "https://control.example:4599" */
    const char *ca_file; /* or NULL */
    const char *region;
};

/* The spec's strings must outlive the client. */
int agent_control_open(const struct agent_control_spec *spec, struct agent_control **out,
                       struct remit_err *err) REMIT_MUST_USE;
void agent_control_drop(struct agent_control **control);
#define auto_control REMIT_AUTO(agent_control_drop)
void agent_control_cancel(struct agent_control *control);

/* What is asked of whom. */
struct agent_control_operation {
    const char *service; /* signing name */
    const char *target;  /* X-Amz-Target */
};
extern const struct agent_control_operation agent_op_join, agent_op_renew, agent_op_poll,
    agent_op_events, agent_op_task_state, agent_op_registry_token, agent_op_parameters,
    agent_op_secret;

/* timeout_ms 0: 30 s. */
int agent_control_call(struct agent_control *control, const struct agent_control_operation *op,
                       const struct agent_credentials *who, struct remit_str body, int timeout_ms,
                       struct remit_json **out, struct remit_err *err) REMIT_MUST_USE;
