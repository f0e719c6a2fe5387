#include "tests/control/ecs/stage.h"

#include <stdarg.h>
#include <stdio.h>

#include "control/store/keys.h"

static struct remit_arena memory;

#define OK(call)                                                                                   \
    do {                                                                                           \
        struct remit_err err = { 0 };                                                              \
                                                                                                   \
        cr_assert(0 == (call), "%s: %s", err.code, err.text);                                      \
    } while (0)

void stage_open(void)
{
    op_open();
    remit_arena_init(&memory, (size_t)64 << 20);
    face_role(&(struct face_principal){ .name = "web", .trust = ECS_TRUST });
    face_role(&(struct face_principal){ .name = "pull", .trust = ECS_TRUST });
    op_must("CreateCluster", "{}");
}

void stage_close(void)
{
    remit_arena_drop(&memory);
    op_close();
}

const char *stage_keep(const char *text)
{
    return remit_arena_str(&memory, remit_str_of(text)).ptr;
}

const char *body(const char *fmt, ...)
{
    auto_buf struct remit_buf text = REMIT_BUF((size_t)4 << 20);
    va_list ap;

    va_start(ap, fmt);
    remit_buf_put_vfmt(&text, fmt, ap);
    va_end(ap);
    return stage_keep(remit_buf_cstr(&text));
}

/* ---- instances ---- */

#define LONG_NAME(n)  ",{\"name\":\"com.amazonaws.ecs.capability." n "\"}"
#define SHORT_NAME(n) ",{\"name\":\"ecs.capability." n "\"}"

static const char capabilities[] =
    "{\"name\":\"ecs.os-type\",\"value\":\"linux\"},"
    "{\"name\":\"ecs.cpu-architecture\",\"value\":\"x86_64\"}" LONG_NAME("docker-remote-api.1.18")
        LONG_NAME("docker-remote-api.1.19") LONG_NAME("docker-remote-api.1.21")
            LONG_NAME("logging-driver.json-file") LONG_NAME("logging-driver.none")
                LONG_NAME("ecr-auth") LONG_NAME("task-iam-role")
                    LONG_NAME("task-iam-role-network-host") SHORT_NAME("execution-role-ecr-pull")
                        SHORT_NAME("container-health-check") SHORT_NAME("container-ordering")
                            SHORT_NAME("secrets.ssm.environment-variables")
                                SHORT_NAME("secrets.asm.environment-variables")
                                    SHORT_NAME("task-cpu-mem-limit");

const char *stage_instance_with(int cpu, int mib, const char *attributes)
{
    const char *arn = NULL;

    op_must("RegisterContainerInstance",
            body("{\"totalResources\":[{\"name\":\"CPU\",\"type\":\"INTEGER\",\"integerValue\":%d},"
                 "{\"name\":\"MEMORY\",\"type\":\"INTEGER\",\"integerValue\":%d},"
                 "{\"name\":\"PORTS\",\"type\":\"STRINGSET\",\"stringSetValue\":[\"22\"]}],"
                 "\"versionInfo\":{\"agentVersion\":\"1.2.3\"},\"attributes\":[%s%s]}",
                 cpu, mib, capabilities, attributes));
    arn = stage_keep(op_member("containerInstance.containerInstanceArn"));
    stage_connect(arn);
    return arn;
}

const char *stage_instance(int cpu, int mib)
{
    return stage_instance_with(cpu, mib, "");
}

static struct remit_str id_of(const char *arn)
{
    return remit_str_of(strrchr(arn, '/') + 1);
}

void stage_connect(const char *instance_arn)
{
    struct control_key key = control_key_connected(REMIT_STR("default"), id_of(instance_arn));
    struct control_store_txn txn = { 0 };

    control_store_put(&txn, control_key_str(&key), REMIT_STR("{\"v\":1}"));
    OK(control_store_commit(face.store, &txn, NULL, &err));
}

/* ---- definitions and tasks ---- */

void stage_define(const char *family, int cpu, int mib, const char *more)
{
    op_must("RegisterTaskDefinition",
            body("{\"family\":\"%s\",\"taskRoleArn\":\"" STAGE_WEB
                 "\",\"containerDefinitions\":[{\"name\":\"app\",\"image\":\"img\",\"cpu\":%d,"
                 "\"memory\":%d%s}]}",
                 family, cpu, mib, more));
}

struct ecs_task stage_task(const char *arn)
{
    struct ecs_task task;

    OK(ecs_task_read(face.store, REMIT_STR("default"), id_of(arn), &memory, &task, &err));
    return task;
}

struct ecs_instance stage_instance_record(const char *arn)
{
    struct ecs_instance instance;

    OK(ecs_instance_read(face.store, REMIT_STR("default"), id_of(arn), &memory, &instance, &err));
    return instance;
}

const char *stage_run(const char *definition)
{
    op_must("RunTask", body("{\"taskDefinition\":\"%s\"}", definition));
    cr_assert(stage_count("tasks") == 1, "no task: %s", remit_buf_cstr(&face_out));
    return stage_keep(op_member("tasks.0.taskArn"));
}

void stage_report(const char *task_arn, enum ecs_status status)
{
    struct ecs_task task = stage_task(task_arn);

    task.last_status = status;
    OK(ecs_task_save(face.store, &task, &memory, &err));
}

size_t stage_count(const char *list)
{
    auto_json struct remit_json *answer = NULL;

    OK(remit_json_parse(remit_buf_view(&face_out), face_out.max, &answer, &err));
    cr_assert(remit_json_type(remit_json_get(answer, list)) == REMIT_JSON_ARRAY, "no list %s: %s",
              list, remit_buf_cstr(&face_out));
    return remit_json_count(remit_json_get(answer, list));
}
