/*
 * state.h - what a task must not forget: <state>/tasks/<task id>/state, replaced atomically.
 *
 * In it: the payload, ids, tokens, the phase, what was told. Never in it: credentials of any role,
 * secrets' values, registry authorizations. Folders are 0700, files 0600; a container's token
 * file is 0444 in a 0700 folder, because whatever user the container runs as must read it there.
 *
 * Written before anything that it must explain exists (a folder before containers), and removed
 * after all of it is gone: a kill at any moment leaves nothing that a restart can't account for.
 *
 * Errors: those of file.h; INVALID "InvalidState" with the path.
 */
#pragma once

#include <remit/err.h>

#include "agent/task.h"

int agent_state_save(struct agent_task *task, struct remit_err *err) REMIT_MUST_USE;
/* The task of one folder; its phase is where it goes on. */
int agent_state_load(struct agent *agent, struct remit_str id, struct agent_task **out,
                     struct remit_err *err) REMIT_MUST_USE;
/* The task's folder and all that is in it. */
int agent_state_remove(const struct agent *agent, struct remit_str id,
                       struct remit_err *err) REMIT_MUST_USE;
/* The name of each task's folder. */
int agent_state_each(const struct agent *agent, void (*each)(void *self, struct remit_str id),
                     void *self, struct remit_err *err) REMIT_MUST_USE;

/* Writes the container's token, without a newline, where agent_state_token_path() says. */
int agent_state_token(struct agent_task *task, size_t which, struct remit_err *err) REMIT_MUST_USE;
const char *agent_state_token_path(const struct agent_task *task, size_t which,
                                   struct remit_buf *out);
