#include <stdio.h>

#include "agent/task.h"

/* [task-endpoints 7.4] the names that reasons begin with. */
static const char *const names[] = {
    "DockerTimeoutError",
    "OutOfMemoryError",
    "DockerStateError",
    "CannotPullContainerError",
    "CannotPullContainerAuthError",
    "CannotCreateContainerError",
    "CannotStartContainerError",
    "CannotStopContainerError",
    "CannotInspectContainerError",
    "CannotRemoveContainerError",
    "CannotCreateVolumeError",
    "InvalidVolumeError",
    "ContainerVanishedError",
    "ContainerNetworkingError",
    "HostConfigError",
    "ImpossibleStateTransitionError",
    "TaskDependencyError",
    "ResourceInitializationError",
    "TaskStateError",
};

void agent_reason(const struct remit_err *why, const char *name, char out[AGENT_REASON_MAX + 1])
{
    for (size_t i = 0; i < REMIT_COUNT(names); i++)
        if (remit_err_is(why, names[i]))
            name = names[i];
    (void)snprintf(out, AGENT_REASON_MAX + 1, "%s: %s", name, why->text);
}
