/*
 * scene.h - a cluster `default` with two container instances, roles, a task definition `web:1` and
 * tasks on them; and calls of agents through control_run(), from any thread.
 *
 * scene_open() and scene_close() are a suite's fixture. Everything aborts the test on failure.
 */
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "control/ecs_data.h"
#include "control/store/keys.h"
#include "tests/control/http/face.h"
#include "tests/control/ops/fake_keeper.h"

#define SCENE_OURS             "11111111111111111111111111111111"
#define SCENE_OTHER            "22222222222222222222222222222222"
#define SCENE_ECS(t)           "arn:aws:ecs:eu-west-1:" FACE_ACCOUNT ":" t
#define SCENE_INSTANCE_ARN(id) SCENE_ECS("container-instance/default/" id)
#define SCENE_BOOT             "00000000-0000-4000-8000-000000000001"
#define SCENE_BOOT_2           "00000000-0000-4000-8000-000000000002"
#define SCENE_TRUST                                                                                \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":" \
    "\"ecs-tasks.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"

extern const struct control_operation control_create_join_token, control_join,
    control_renew_instance, control_poll, control_submit_credential_events,
    control_submit_task_state_change, control_submit_container_state_change;

void scene_open(void);
void scene_close(void);

/* ---- what is there ---- */

void scene_cluster(const char *name, enum ecs_status status);
void scene_instance(const char *id);
struct ecs_instance scene_instance_read(const char *id);
void scene_instance_status(const char *id, enum ecs_status status);
void scene_role(const char *name, const char *trust, int64_t max_session_s);
void scene_definition(const char *network_mode);
/* Placed on the instance: 256 CPU units, 512 MiB, TCP port 8080 + n, both roles. */
struct ecs_task scene_task(const char *instance, const char *id);
struct ecs_task scene_task_read(const char *id);
/* As StopTask does it. */
void scene_stop_task(const char *id);
const char *scene_task_arn(const char *id);
/* As DescribeTasks shows it; the test's to drop. */
struct remit_json *scene_shown(const char *id);

/* ---- calls ---- */

struct scene_result {
    int result;
    struct remit_err err;
    struct remit_json *answer; /* dropped by scene_drop() */
};
void scene_drop(struct scene_result *result);
#define auto_result REMIT_AUTO(scene_drop)

struct control_caller scene_root(void);
struct control_caller scene_agent(const char *instance_id);
struct control_caller scene_join_token(const char *access_key_id, const char *cluster);
/* Types, then control_run(). `json` is the input; the quotes in it may be written as '. */
struct scene_result scene_call(const struct control_operation *row, struct control_caller caller,
                               const char *json, ...) REMIT_PRINTF(3, 4);
/* The same, which must succeed or must be refused. */
struct remit_json *scene_must(const struct control_operation *row, struct control_caller caller,
                              const char *json, ...) REMIT_PRINTF(3, 4);
void scene_refused(const struct scene_result *result, enum remit_err_kind kind, const char *code);

/* ---- JSON ---- */

/* face_at() with text in and out; and the other types. */
bool scene_is(const struct remit_json *json, const char *path, const char *text);
const struct remit_json *scene_value(const struct remit_json *json, const char *path);
/* What the session token of the credentials at this path says, verified. */
struct remit_token_claims scene_session(const struct remit_json *json, const char *path);
#define SAYS(claim, text) remit_str_equal((claim), REMIT_STR(text))
