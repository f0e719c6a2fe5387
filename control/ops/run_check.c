/* What RunTask and StartTask refuse before anything is placed. [ecs-control 9.1] */
#include "control/ops/run.h"

#define OVERRIDES_MOST 8192 /* characters of JSON [ecs-control 5] */

#define refuse(err, ...)                                                                           \
    remit_fail((err), REMIT_ERR_INVALID, "InvalidParameterException", __VA_ARGS__)

static int check_definition(const struct run *run, struct remit_err *err)
{
    if (run->definition.revision == 0)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "ClientException", "TaskDefinition not found.");
    if (run->definition.status != ECS_ACTIVE)
        return remit_fail(err, REMIT_ERR_INVALID, "ClientException", "TaskDefinition is inactive");
    return 0;
}

/* ---- members that a request may not combine, or that nothing here does ---- */

static int check_launch(const struct control_call *call, struct remit_err *err)
{
    struct remit_str type = control_in_str(call, "launchType");

    if (remit_json_count(control_in(call, "capacityProviderStrategy")) > 0) {
        if (type.len > 0)
            return refuse(err, "Specifying both a launch type and capacity provider strategy is "
                               "not supported. Remove one and try again.");
        return remit_fail(err, REMIT_ERR_INVALID, "UnsupportedFeatureException",
                          "%s: capacity providers are not supported by this endpoint",
                          call->operation->name);
    }
    if (remit_str_equal(type, REMIT_STR("FARGATE")) ||
        remit_str_equal(type, REMIT_STR("MANAGED_INSTANCES")))
        return refuse(err, "Task definition does not support launch_type " REMIT_STR_FMT ".",
                      REMIT_STR_ARG(type));
    if (control_in_str(call, "platformVersion").len > 0)
        return refuse(err, "The platform version must be null when specifying an EC2 launch type");
    return 0;
}

static int check_request(const struct control_call *call, const struct run *run,
                         struct remit_err *err)
{
    if (control_has(call, "networkConfiguration"))
        return refuse(err, "Network Configuration is not valid for the given networkMode of this "
                           "task definition.");
    if (remit_json_count(control_in(call, "volumeConfigurations")) > 0)
        return remit_fail(err, REMIT_ERR_INVALID, "UnsupportedFeatureException",
                          "%s: volumeConfigurations are not supported by this endpoint",
                          call->operation->name);
    if (remit_str_equal(control_in_str(call, "propagateTags"), REMIT_STR("SERVICE")))
        return refuse(err, "propagateTags SERVICE is for tasks of a service only; use "
                           "TASK_DEFINITION.");
    if (control_in_bool(call, "enableExecuteCommand", false) && run->task_role.len == 0)
        return refuse(err, "The task couldn't be created because a valid taskRoleArn is not being "
                           "used. Specify a valid task role in your task definition and try "
                           "again.");
    return 0;
}

/* ---- overrides ---- */

static int check_override(const struct remit_json *document, const struct remit_json *list,
                          size_t i, struct remit_err *err)
{
    const struct remit_json *override = remit_json_at(list, i);
    struct remit_str name = ecs_text(override, "name");
    const struct remit_json *environment = remit_json_get(override, "environment");

    if (ecs_container_of(document, name) == NULL)
        return refuse(err,
                      "Override for container named " REMIT_STR_FMT
                      " is not a container in the TaskDefinition.",
                      REMIT_STR_ARG(name));
    for (size_t j = 0; j < i; j++)
        if (remit_str_equal(ecs_text(remit_json_at(list, j), "name"), name))
            return refuse(err, "Override for container named " REMIT_STR_FMT " is given twice.",
                          REMIT_STR_ARG(name));
    for (size_t j = 0; j < remit_json_count(environment); j++) {
        struct remit_str variable = ecs_text(remit_json_at(environment, j), "name");

        if (variable.len == 0 || remit_str_find(variable, '=') < variable.len)
            return refuse(err,
                          "Override for container named " REMIT_STR_FMT
                          ": an environment name is empty or holds '='.",
                          REMIT_STR_ARG(name));
    }
    if (remit_json_count(remit_json_get(override, "environmentFiles")) > 0 ||
        remit_json_count(remit_json_get(override, "resourceRequirements")) > 0)
        return refuse(err,
                      "Override for container named " REMIT_STR_FMT
                      ": environmentFiles and resourceRequirements are not supported by this "
                      "endpoint.",
                      REMIT_STR_ARG(name));
    return 0;
}

static int check_task_sizes(const struct remit_json *overrides, struct remit_err *err)
{
    struct remit_str cpu = ecs_text(overrides, "cpu");
    struct remit_str memory = ecs_text(overrides, "memory");
    int64_t size = 0;

    if (cpu.len > 0 && !ecs_task_cpu_of(cpu, &size))
        return refuse(err, "Invalid 'cpu' setting for task. '" REMIT_STR_FMT "' is no task size.",
                      REMIT_STR_ARG(cpu));
    if (memory.len > 0 && !ecs_task_memory_of(memory, &size))
        return refuse(err,
                      "Invalid 'memory' setting for task. '" REMIT_STR_FMT "' is no task size.",
                      REMIT_STR_ARG(memory));
    return 0;
}

static int check_length(const struct remit_json *overrides, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_BODY_MAX);

    remit_json_dump(overrides, &text);
    return remit_buf_ok(&text) && text.len <= OVERRIDES_MOST
               ? 0
               : refuse(err, "Overrides can not be longer than %d characters.", OVERRIDES_MOST);
}

static int check_overrides(const struct control_call *call, const struct run *run,
                           const struct remit_json *document, struct remit_err *err)
{
    const struct remit_json *overrides = control_in(call, "overrides");
    const struct remit_json *list = remit_json_get(overrides, "containerOverrides");

    if (!control_has(call, "overrides"))
        return 0;
    TRY(check_length(overrides, err));
    TRY(check_task_sizes(overrides, err));
    for (size_t i = 0; i < remit_json_count(list); i++)
        TRY(check_override(document, list, i, err));
    if (ecs_there(overrides, "ephemeralStorage") ||
        remit_json_count(remit_json_get(overrides, "inferenceAcceleratorOverrides")) > 0)
        return refuse(err, "Overrides of ephemeralStorage and accelerators are not supported by "
                           "this endpoint.");
    return ecs_roles_check(run->task_role, run->execution_role, err);
}

/* With the overrides counted, each container must still be one that can run. */
static int check_sizes(const struct control_call *call, const struct remit_json *document,
                       struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(document, "containerDefinitions");
    const struct remit_json *overrides = control_in(call, "overrides");
    struct remit_str task = ecs_text(overrides, "memory");
    int64_t task_memory = 0;

    (void)ecs_task_memory_of(task.len > 0 ? task : ecs_text(document, "memory"), &task_memory);
    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct run_sizes sizes = run_sizes_of(remit_json_at(list, i), overrides);
        struct remit_str name = ecs_text(remit_json_at(list, i), "name");

        if (sizes.memory != 0 && sizes.memory < sizes.reservation)
            return refuse(err,
                          "Invalid setting for container '" REMIT_STR_FMT
                          "'. 'memory' must be greater than or equal to 'memoryReservation'.",
                          REMIT_STR_ARG(name));
        if (task_memory != 0 && sizes.memory > task_memory)
            return refuse(err, "The 'memory' setting for container is greater than for the task.");
    }
    return 0;
}

int run_check(struct control_call *call, const struct run *run, const struct remit_json *document,
              struct remit_err *err)
{
    TRY(check_definition(run, err));
    TRY(check_launch(call, err));
    TRY(check_request(call, run, err));
    TRY(ecs_tags_check(control_in(call, "tags"), err));
    TRY(check_overrides(call, run, document, err));
    return check_sizes(call, document, err);
}
