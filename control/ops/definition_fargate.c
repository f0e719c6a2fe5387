/*
 * What FARGATE asks of a definition: an error when requiresCompatibilities says FARGATE, otherwise
 * the definition is just not compatible with it. [ecs-control 8.2]
 */
#include "control/ops/definition_rules.h"

static const struct {
    int64_t cpu, least, most, step; /* units, MiB */
} fargate_sizes[] = {
    { 256, 512, 512, 512 },       { 256, 1024, 2048, 1024 },      { 512, 1024, 4096, 1024 },
    { 1024, 2048, 8192, 1024 },   { 2048, 4096, 16384, 1024 },    { 4096, 8192, 30720, 1024 },
    { 8192, 16384, 61440, 4096 }, { 16384, 32768, 122880, 8192 },
};

static bool size_exists(int64_t cpu, int64_t memory)
{
    for (size_t i = 0; i < REMIT_COUNT(fargate_sizes); i++)
        if (fargate_sizes[i].cpu == cpu && memory >= fargate_sizes[i].least &&
            memory <= fargate_sizes[i].most &&
            (memory - fargate_sizes[i].least) % fargate_sizes[i].step == 0)
            return true;
    return false;
}

static int check_size(const struct remit_json *def, struct remit_err *err)
{
    int64_t cpu = 0;
    int64_t memory = 0;

    if (!ecs_there(def, "cpu"))
        return rule_broken(err, "Fargate requires that 'cpu' be defined at the task level.");
    if (!ecs_there(def, "memory"))
        return rule_broken(err, "Fargate requires that 'memory' be defined at the task level.");
    if (ecs_task_cpu_of(ecs_text(def, "cpu"), &cpu) &&
        ecs_task_memory_of(ecs_text(def, "memory"), &memory) && size_exists(cpu, memory))
        return 0;
    return rule_broken(err,
                       "No Fargate configuration exists for given values: %lld CPU, %lld memory. "
                       "See the Amazon ECS documentation for the valid values.",
                       (long long)cpu, (long long)memory);
}

static int check_log(const struct remit_json *def, const struct remit_json *container,
                     struct remit_err *err)
{
    const struct remit_json *log = remit_json_get(container, "logConfiguration");
    struct remit_str driver = ecs_text(log, "logDriver");
    bool awslogs = remit_str_equal(driver, REMIT_STR("awslogs"));

    if (driver.len == 0)
        return 0;
    if (!awslogs && !remit_str_equal(driver, REMIT_STR("splunk")) &&
        !remit_str_equal(driver, REMIT_STR("awsfirelens")))
        return rule_broken(err,
                           REMIT_STR_FMT " is not a valid log driver. Must be one of "
                                         "[awslogs,splunk,awsfirelens]",
                           REMIT_STR_ARG(driver));
    if (awslogs && ecs_text(def, "executionRoleArn").len == 0)
        return rule_broken(err, "Fargate requires task definition to have execution role ARN to "
                                "support log driver awslogs.");
    if (awslogs && ecs_text(remit_json_get(log, "options"), "awslogs-stream-prefix").len == 0)
        return rule_broken(err, "Log driver awslogs requires options: awslogs-stream-prefix");
    return 0;
}

/* Where a refused member stands, for containers: directly or in linuxParameters. */
static const struct {
    const char *within, *member;
} refused_members[] = {
    { NULL, "links" },
    { NULL, "resourceRequirements" },
    { "linuxParameters", "devices" },
    { "linuxParameters", "maxSwap" },
    { "linuxParameters", "swappiness" },
    { "linuxParameters", "sharedMemorySize" },
    { "linuxParameters", "tmpfs" },
};

static int check_members(const struct remit_json *container, struct remit_err *err)
{
    for (size_t i = 0; i < REMIT_COUNT(refused_members); i++) {
        const struct remit_json *object =
            refused_members[i].within == NULL
                ? container
                : remit_json_get(container, refused_members[i].within);
        const struct remit_json *value = remit_json_get(object, refused_members[i].member);

        if (remit_json_type(value) == REMIT_JSON_INT || remit_json_count(value) > 0)
            return rule_broken(err, "Fargate compatible task definitions do not support %s",
                               refused_members[i].member);
    }
    if (remit_json_true(remit_json_get(container, "privileged")))
        return rule_broken(err, "Fargate compatible task definitions do not support privileged");
    return 0;
}

static int check_volumes(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(def, "volumes");

    for (size_t i = 0; i < remit_json_count(list); i++) {
        const struct remit_json *volume = remit_json_at(list, i);

        if (ecs_text(remit_json_get(volume, "host"), "sourcePath").len > 0)
            return rule_broken(err,
                               "Fargate compatible task definitions do not support sourcePath");
        if (ecs_there(volume, "dockerVolumeConfiguration"))
            return rule_broken(err, "Fargate compatible task definitions do not support "
                                    "dockerVolumeConfiguration");
    }
    return 0;
}

static int check_task(const struct remit_json *def, struct remit_err *err)
{
    if (!rule_mode_is(def, "awsvpc"))
        return rule_broken(err, "Fargate only supports network mode \u2018awsvpc\u2019.");
    if (ecs_is(def, "pidMode", "host"))
        return rule_broken(err, "Tasks using the Fargate launch type do not support pidMode "
                                "'host'. The supported value for pidMode is 'task'.");
    if (ecs_there(def, "ipcMode"))
        return rule_broken(err, "Fargate compatible task definitions do not support ipcMode");
    if (remit_json_count(remit_json_get(def, "placementConstraints")) > 0)
        return rule_broken(err, "Fargate compatible task definitions do not support "
                                "placementConstraints");
    return check_size(def, err);
}

static int check_container(const struct control_config *config, const struct remit_json *def,
                           const struct remit_json *container, struct remit_err *err)
{
    if (rule_int(container, "stopTimeout") > 120)
        return rule_broken(err, "Tasks using the Fargate launch type must have a container stop "
                                "timeout of less than 120 seconds.");
    if (ecs_image_is_ecr(config, ecs_text(container, "image")) &&
        ecs_text(def, "executionRoleArn").len == 0)
        return rule_broken(err, "Fargate requires task definition to have execution role ARN to "
                                "support ECR images.");
    TRY(check_log(def, container, err));
    return check_members(container, err);
}

int rule_fargate(const struct control_config *config, const struct remit_json *def,
                 struct remit_err *err)
{
    const struct remit_json *asked = remit_json_get(def, "requiresCompatibilities");
    const struct remit_json *containers = rule_containers(def);
    bool fargate = false;

    for (size_t i = 0; i < remit_json_count(asked); i++)
        fargate = fargate ||
                  remit_str_equal(remit_json_str(remit_json_at(asked, i)), REMIT_STR("FARGATE"));
    if (!fargate)
        return 0;
    TRY(check_task(def, err));
    TRY(check_volumes(def, err));
    for (size_t i = 0; i < remit_json_count(containers); i++)
        TRY(check_container(config, def, remit_json_at(containers, i), err));
    return 0;
}
