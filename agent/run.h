/*
 * run.h - the agent as a whole: what it opens, in which order, and how it ends.
 *
 * An agent that ends leaves its tasks running: the next one takes them over.
 */
#pragma once

#include <remit/err.h>

#include "agent/agent.h"

/* `stop_fd` is readable when it is to end; `ready_fd` (or -1) gets one line and is closed. */
int agent_run(const struct agent_config *config, int stop_fd, int ready_fd,
              struct remit_err *err) REMIT_MUST_USE;
