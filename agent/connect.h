/*
 * connect.h - a task and its worker: the listener in the task's namespace, the worker behind it,
 * and what that worker is told.
 *
 * Errors: OpenerAway, MetadataAway, WorkerAway, EngineAway: try again. "ContainerNetworkingError"
 *         for what will not work.
 */
#pragma once

#include <remit/err.h>

#include "agent/task.h"

/*
 * Makes sure that a living worker serves the task's namespace and holds the task: takes over one
 * that lives, else listens and starts one. Sends what is new: documents, credentials.
 */
int agent_connect(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;
/* Whether the worker holds credentials of the task. */
bool agent_connect_served(struct agent_task *task);
/* Takes the task away from its worker, and ends a worker that serves nobody else. */
int agent_disconnect(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;
/* The network namespace of the pause container, or the host's. */
int agent_connect_namespace(struct agent_task *task, int *out,
                            struct remit_err *err) REMIT_MUST_USE;
