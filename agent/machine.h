/*
 * machine.h - runs one task through its phases, in a thread of its own.
 */
#pragma once

#include <remit/err.h>

#include "agent/task.h"

/* Takes the task over, also on failure; it is in agent->tasks while its thread runs. */
int agent_machine_start(struct agent *agent, struct agent_task *task,
                        struct remit_err *err) REMIT_MUST_USE;
/* For steps: notes why the task stops, once; `which` n_containers: no container's doing. */
void agent_task_ends(struct agent_task *task, size_t which, const char *stop_code,
                     const char *reason);
bool agent_task_stop_wanted(struct agent_task *task);
