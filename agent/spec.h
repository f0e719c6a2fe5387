/*
 * spec.h - a container of a task definition in the Engine's words: the body of its creation.
 *
 * What would widen the task beyond its remit is refused: privileged containers, namespaces of the
 * host, capabilities beyond Docker's (but SYS_PTRACE, as on Fargate), security options that loosen,
 * log drivers that make the Engine connect somewhere, host paths that lead to our own folders, to
 * the Engine's socket or to other processes (attacks.md R7, A6). Nothing that was asked for is
 * left out silently.
 *
 * Errors:  INVALID "HostConfigError", "CannotCreateVolumeError" or "InvalidVolumeError", with
 *          the value.
 * Sources: task-endpoints.md 4.6, 8; ecs-control.md 8.1; Docker Engine API 1.41.
 */
#pragma once

#include <remit/err.h>

#include "agent/task.h"

/* The body for POST /containers/create; the buffer is one for secrets. */
int agent_spec_container(const struct agent_task *task, size_t which, struct remit_buf *out,
                         struct remit_err *err) REMIT_MUST_USE;
/* The pause container's: published ports, names and addresses of the namespace. */
int agent_spec_pause(const struct agent_task *task, const char *image, struct remit_buf *out,
                     struct remit_err *err) REMIT_MUST_USE;

/* ---- spec_mounts.c ------------------------------------------------------------------------- */

/* The member "Mounts". */
int agent_spec_mounts(const struct agent_task *task, size_t which, struct remit_jw *w,
                      struct remit_err *err) REMIT_MUST_USE;
/* The body of a volume's creation; *needed is false for one that is the host's. */
int agent_spec_volume(const struct agent_task *task, size_t which, bool *needed,
                      struct remit_buf *out, struct remit_err *err) REMIT_MUST_USE;
/* A volume that is the task's alone, removed with it: its name in the Engine, else NULL. */
const char *agent_spec_own_volume(const struct agent_task *task, size_t which,
                                  struct remit_buf *out);
/* The real path of a host path that a task may have, or why it may not. */
int agent_spec_host_path(const struct agent *agent, struct remit_str path, struct remit_buf *out,
                         struct remit_err *err) REMIT_MUST_USE;

/* The labels that every container of ours has, into an object that is open. */
void agent_spec_labels(const struct agent_task *task, struct remit_str container,
                       struct remit_jw *w);
