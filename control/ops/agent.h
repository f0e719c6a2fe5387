/*
 * agent.h - what the agent's calls share (docs/agent-protocol.md): the instance that calls, the
 * tasks that it may name, which run of the agent speaks for it.
 *
 * Errors: AccessDeniedException for everything that is not the caller's, in the same words whether
 *         it exists or not; InactiveInstanceException once the instance is deregistered.
 */
#pragma once

#include "control/ecs_data.h"
#include "control/keeper/client.h"
#include "control/operation.h"

#define AGENT_CONNECTED_MS 90000       /* a silence this long and agentConnected is false */
#define AGENT_SESSION_S    (24 * 3600) /* void at once when the instance is deregistered */
#define AGENT_ATTRIBUTES   300         /* of an instance: the agent's and others' */
#define AGENT_CONTAINERS   100         /* in one report; a task definition has fewer */

/* ---- input ---- */

#define AGENT_INSTANCE                                                                             \
    {                                                                                              \
        .name = "containerInstanceArn", .type = CONTROL_STRING, .required = true, .min = 1,        \
        .max = 2048                                                                                \
    }
#define AGENT_TEXT(member, most)                                                                   \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .max = (most)                                    \
    }
extern const char *const agent_states[]; /* what a task or container is reported in */
extern const struct control_field agent_element_binding; /* of networkBindings */

/* ---- who calls ---- */

/* The instance whose session signed the call, which is ACTIVE or DRAINING. */
int agent_self(struct control_call *call, struct ecs_instance *out,
               struct remit_err *err) REMIT_MUST_USE;
/* A task of the caller's, by id or ARN, with the cluster that the input may name. */
int agent_task(struct control_call *call, const struct ecs_instance *self, struct remit_str text,
               struct ecs_task *out, struct remit_err *err) REMIT_MUST_USE;
/* The id in a task's ARN when it is of the caller's cluster, else empty: looks up nothing. */
struct remit_str agent_task_id(struct control_call *call, const struct ecs_instance *self,
                               struct remit_str text);

/* ---- that it lives (agent_presence.c) ---- */

/* Keeps agentConnected true from now on for AGENT_CONNECTED_MS. */
int agent_connected(struct control_call *call, const struct ecs_instance *self,
                    struct remit_err *err) REMIT_MUST_USE;
/*
 * The run of the agent that polls: a new one takes the instance over, for good and with an audit
 * event (attacks.md N15); one that was taken over gets SessionReplacedException.
 */
int agent_speaks(struct control_call *call, const struct ecs_instance *self,
                 struct remit_str boot_id, struct remit_err *err) REMIT_MUST_USE;

/* ---- answers ---- */

/* {accessKeyId, secretAccessKey, sessionToken, expiresAt, roleArn?} */
void agent_put_credentials(struct control_call *call, const char *name,
                           const struct keeper_minted *minted, struct remit_str role_arn);
int agent_put_session(struct control_call *call, const struct ecs_instance *self,
                      struct remit_err *err) REMIT_MUST_USE;

/* ---- what is reported (agent_report.c) ---- */

/* One member of a record: *to becomes what is given, if anything. True when it changed. */
bool agent_set_text(struct remit_str *to, struct remit_str given, size_t most);
/* A time that is not known yet, as the agent says it, but never of the future. */
bool agent_set_time(double *to, double given, double now);
/*
 * A container's state as reported (a member of SubmitTaskStateChange's `containers`, or the input
 * of SubmitContainerStateChange), merged into the record; it never goes back. A container that the
 * task lacks is let be: the rest of a report must not be lost over it. *changed is set, never
 * cleared.
 */
int agent_report_container(struct control_call *call, struct ecs_task *task,
                           const struct remit_json *report, bool *changed,
                           struct remit_err *err) REMIT_MUST_USE;
void agent_acknowledge(struct control_call *call, const struct ecs_task *task);

/* ---- what a poll answers with (agent_sessions.c) ---- */

/* The sessions of one task, of the roles that it has. */
struct agent_sessions {
    struct keeper_minted task, execution;
    bool has_task, has_execution;
};
void agent_sessions_drop(struct agent_sessions *sessions);
#define auto_agent_sessions REMIT_AUTO(agent_sessions_drop)
/*
 * Mints both. When a role is gone, no longer trusts ECS or can't be put in a token, that is this
 * task's trouble alone: 0, with the role's ARN in *unable and the reason in the audit log.
 */
int agent_sessions_mint(struct control_call *call, const struct ecs_task *task, bool host_network,
                        struct agent_sessions *out, struct remit_str *unable,
                        struct remit_err *err) REMIT_MUST_USE;
