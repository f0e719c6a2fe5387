/*
 * observe.h - what the Engine says of a task's containers, taken into the task.
 *
 * Sources: task-endpoints.md 7.3, 7.4; Docker Engine API 1.41, ContainerState.
 */
#pragma once

#include <remit/err.h>

#include "agent/task.h"

/*
 * Looks at each container that has not stopped. What stopped meanwhile has its exit code and, when
 * it was no ordinary end, its reason. One that is no longer there has stopped. Sets task->changed.
 */
int agent_observe(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;
/* The same from an answer that is there. */
void agent_observe_read(struct agent_task *task, size_t which, struct remit_json *inspect);
/* Looks at the pause container; INTERNAL "ContainerNetworkingError" when it does not run. */
int agent_observe_pause(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;

/* It never ran and never will. */
void agent_observe_failed(struct agent_task *task, size_t which, const char *reason);
