/*
 * report.h - what control is told of a task, and of who asked for its credentials.
 *
 * A task renders its own SubmitTaskStateChange whenever something changed; the report thread
 * sends the last one until control has it. Repeating is harmless: states never go back.
 *
 * Sources: agent-protocol.md, SubmitTaskStateChange; task-endpoints.md 7.3.
 */
#pragma once

#include <remit/err.h>

#include "agent/task.h"
#include "common/os/frames_metadata.h"

/* The body, from the task's own thread. */
int agent_report_write(const struct agent_task *task, struct remit_buf *out,
                       struct remit_err *err) REMIT_MUST_USE;
/* Hands the body to the report thread when it differs from the last one. */
void agent_report(struct agent_task *task);
/* The task's state as control knows it: "PENDING", "RUNNING", "STOPPED". */
const char *agent_report_status(const struct agent_task *task);

/* The report of the worker of that name, to the queue. */
void agent_report_served(struct agent *agent, struct remit_str worker,
                         const struct remit_metadata_served *served);

/* The thread; ends when the agent stops, after one last try. */
void *agent_report_thread(void *agent);
