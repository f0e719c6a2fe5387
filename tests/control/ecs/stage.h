/*
 * stage.h - a cluster for tests of ECS's operations: control over the ram store (ops/op.h), the
 * cluster "default", a task role "web" and an execution role "pull" that trust ECS's tasks, and
 * container instances that say what an agent says.
 */
#pragma once

#include "control/ecs_data.h"
#include "tests/control/ops/documents.h"
#include "tests/control/ops/op.h"
#include "tests/lib/expect.h"

#define STAGE_ARN(tail) "arn:aws:ecs:eu-west-1:" FACE_ACCOUNT ":" tail
#define STAGE_WEB       FACE_ROLE("web")
#define STAGE_PULL      FACE_ROLE("pull")

/* A suite's fixture. */
void stage_open(void);
void stage_close(void);

/* Registers an instance of that size, its agent connected; its ARN lives as long as the test. */
const char *stage_instance(int cpu, int memory);
/* The same with more attributes: JSON objects, "" or ",{…}". */
const char *stage_instance_with(int cpu, int memory, const char *attributes);
void stage_connect(const char *instance_arn);
/* "family", one container "app" of that size; `more` are members of the container, "" or ",…". */
void stage_define(const char *family, int cpu, int memory, const char *more);

/* What the store holds. */
struct ecs_task stage_task(const char *arn);
struct ecs_instance stage_instance_record(const char *arn);
/* A copy that lives as long as the test. */
const char *stage_keep(const char *text);
/* Runs one task of that definition and gives its ARN. */
const char *stage_run(const char *definition);
/* The agent's report, as SubmitTaskStateChange will make it. */
void stage_report(const char *task_arn, enum ecs_status status);

/* A JSON body made from a format. */
const char *body(const char *fmt, ...) REMIT_PRINTF(1, 2);
/* The number of elements of a list in the last answer. */
size_t stage_count(const char *list);
