/*
 * polling.h - asks control what this instance is to run, and takes its answers.
 *
 * Every answer holds the whole truth: tasks that are not in it are stopped and forgotten. Asking
 * again after a failure waits longer each time, with jitter; tasks run on meanwhile.
 *
 * Sources: agent-protocol.md, Poll.
 */
#pragma once

#include <remit/err.h>

#include "agent/agent.h"

/* The thread; ends when the agent stops, or when another agent has taken the instance over. */
void *agent_poll_thread(void *agent);

/*
 * The request for what is known now; `renew` of each task whose credentials are due. One that asks
 * for any is answered at once, else control may keep it for wait_s.
 */
int agent_poll_write(struct agent *agent, uint64_t seen_revision, int wait_s, struct remit_buf *out,
                     struct remit_err *err) REMIT_MUST_USE;
/* What a poll that was cut off had asked for is due again. */
void agent_poll_unasked(struct agent *agent);
/* Starts, stops and feeds tasks as the answer says. */
int agent_poll_take(struct agent *agent, const struct remit_json *answer, uint64_t *revision,
                    struct remit_err *err) REMIT_MUST_USE;
