/*
 * documents.h - the metadata documents of a task, v3 and v4, as containers read them.
 *
 * Pure: rendered from the task and from what the Engine last said of its containers. Key order is
 * that of the ECS agent, and its encoder's escaping of <, > and &.
 *
 * Sources: task-endpoints.md 4.3 to 4.7.
 */
#pragma once

#include <remit/err.h>

#include "agent/task.h"
#include "common/os/frames_metadata.h"

/* `kind`: REMIT_DOCUMENT_V3 or REMIT_DOCUMENT_V4. */
int agent_document_task(const struct agent_task *task, enum remit_document_kind kind,
                        struct remit_buf *out, struct remit_err *err) REMIT_MUST_USE;
/* A container that was not created yet has no document: *out is empty. */
int agent_document_container(const struct agent_task *task, size_t which,
                             enum remit_document_kind kind, struct remit_buf *out,
                             struct remit_err *err) REMIT_MUST_USE;

/* "2026-01-02T03:04:05.123456Z", zeros at the end cut off as Go does. */
#define AGENT_TIME_TEXT 40
const char *agent_time_text(double at, char out[AGENT_TIME_TEXT]);
