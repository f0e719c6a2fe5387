/*
 * watch.h - hears the Engine, and takes back what belongs to no task.
 *
 * Each time it finds the Engine it looks at every container and every worker of ours: whose task
 * is not known here is removed. Then it listens, and wakes the tasks that something happened to.
 */
#pragma once

#include "agent/agent.h"

void *agent_watch_thread(void *agent);

/* The labels that say whose a container is: "com.remit.agent=<state folder>". */
const char *agent_owner_label(const struct agent *agent, struct remit_buf *out);
int agent_sweep_containers(struct agent *agent, struct agent_engine *engine,
                           struct remit_err *err) REMIT_MUST_USE;
int agent_sweep_workers(struct agent *agent, struct remit_err *err) REMIT_MUST_USE;
