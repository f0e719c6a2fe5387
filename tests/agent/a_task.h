/*
 * a_task.h - a task in memory, for units that look at one: no thread, no Engine, no control.
 */
#pragma once

#include "agent/agent.h"

#define A_TASK_ID  "4ce24c9555024653a688ef4ef552c5d8"
#define A_TASK_ARN "arn:aws:ecs:eu-test-1:111122223333:task/default/" A_TASK_ID

/* An agent with a temporary state folder, which is removed when the test's process ends. */
struct agent *an_agent(void);
/* `definition` is a taskDefinition's JSON; `more` further members of the payload, or "". */
struct agent_task *a_task(const char *definition, const char *more);
/* The payload alone. */
const char *a_payload(const char *definition, const char *more);
/* Ids, so that what is rendered is the same each time. */
void a_task_fixed(struct agent_task *task);
struct remit_json *json_of(const char *text);
/* The body of a recorded answer of the Engine. */
struct remit_json *recorded(const char *exchange);
