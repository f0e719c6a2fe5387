/* What a task definition must be, in the service's words. [ecs-control 8.2] */
#include "control/ops/definition_rules.h"

#include "control/cluster_query.h"

#define MEMORY_LEAST     6   /* MiB, of a container: Docker's own, since 20.10 */
#define TASK_CPU_LEAST   128 /* of tasks on instances */
#define TASK_CPU_MOST    196608
#define TASK_MEMORY_MOST (32 * 1024 * 1024) /* MiB */

/* ---- sizes as written ---- */

/* Digits, at most one point and three digits behind it, times 1024: ".5" is 512. */
static bool thousands(struct remit_str text, int64_t *out)
{
    struct remit_str rest = text;
    struct remit_str whole, part;
    unsigned long long units = 0;
    unsigned long long fraction = 0;
    unsigned long long scale = 1;
    bool point = remit_str_cut(&rest, '.', &whole);

    part = point ? rest : REMIT_STR("");
    if (whole.len + part.len == 0 || part.len > 3 || (point && part.len == 0))
        return false;
    if (whole.len > 0 && !remit_str_to_u64(whole, 1000000, &units))
        return false;
    if (part.len > 0 && !remit_str_to_u64(part, 999, &fraction))
        return false;
    for (size_t i = 0; i < part.len; i++)
        scale *= 10;
    *out = (int64_t)(units * 1024 + fraction * 1024 / scale);
    return true;
}

static bool size_of(struct remit_str text, const char *unit, int64_t *out)
{
    size_t len = strlen(unit);
    unsigned long long plain = 0;

    if (remit_str_to_u64(text, INT32_MAX, &plain)) {
        *out = (int64_t)plain;
        return true;
    }
    if (text.len <= len ||
        !remit_str_equal_nocase(remit_str_sub(text, text.len - len, len), remit_str_of(unit)))
        return false;
    return thousands(remit_str_trim(remit_str_sub(text, 0, text.len - len)), out);
}

bool ecs_task_cpu_of(struct remit_str text, int64_t *units)
{
    return size_of(text, "vCPU", units) && *units >= TASK_CPU_LEAST && *units <= TASK_CPU_MOST;
}

bool ecs_task_memory_of(struct remit_str text, int64_t *mib)
{
    return size_of(text, "GB", mib) && *mib >= MEMORY_LEAST && *mib <= TASK_MEMORY_MOST;
}

/* ---- reading ---- */

const struct remit_json *ecs_container_of(const struct remit_json *definition,
                                          struct remit_str name)
{
    const struct remit_json *list = remit_json_get(definition, "containerDefinitions");

    for (size_t i = 0; i < remit_json_count(list); i++)
        if (remit_str_equal(ecs_text(remit_json_at(list, i), "name"), name))
            return remit_json_at(list, i);
    return NULL;
}

bool ecs_essential(const struct remit_json *container)
{
    return !ecs_there(container, "essential") ||
           remit_json_true(remit_json_get(container, "essential"));
}

/* ---- roles ---- */

int ecs_role_check(const struct control_config *config, struct remit_str arn, struct remit_err *err)
{
    struct remit_arn parts;

    if (arn.len == 0 ||
        (arn.len <= 2048 && control_pattern_arn.fits(arn) && remit_arn_parse(arn, &parts) &&
         remit_str_equal(parts.service, REMIT_STR("iam")) && parts.region.len == 0 &&
         remit_str_equal(parts.partition, config->partition) &&
         remit_str_equal(parts.account, config->account) &&
         remit_str_starts(parts.resource, REMIT_STR("role/"))))
        return 0;
    return rule_broken(err, "Role is not valid: '" REMIT_STR_FMT "'",
                       REMIT_STR_ARG(remit_str_sub(arn, 0, 256)));
}

/* [attacks R4] the execution role pulls images and reads secrets: no container may have it */
int ecs_roles_check(struct remit_str task_role, struct remit_str execution_role,
                    struct remit_err *err)
{
    if (task_role.len == 0 || !remit_str_equal(task_role, execution_role))
        return 0;
    return rule_broken(err,
                       "taskRoleArn and executionRoleArn are the same role, '" REMIT_STR_FMT
                       "': containers would get what only the agent may. Use a role for each.",
                       REMIT_STR_ARG(remit_str_sub(task_role, 0, 256)));
}

/* ---- general ---- */

static int check_names(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(def, "containerDefinitions");
    struct remit_str family = ecs_text(def, "family");

    if (family.len == 0 || !control_pattern_ecs_name.fits(family))
        return rule_broken(err, "Family contains invalid characters.");
    if (remit_json_count(list) == 0)
        return rule_broken(err, "Container list cannot be empty.");
    for (size_t i = 0; i < remit_json_count(list); i++) {
        const struct remit_json *container = remit_json_at(list, i);
        struct remit_str name = ecs_text(container, "name");

        if (name.len == 0)
            return rule_broken(err, "Container.name should not be null or empty.");
        if (ecs_text(container, "image").len == 0)
            return rule_broken(err, "Container.image should not be null or empty.");
        if (!control_pattern_ecs_name.fits(name))
            return rule_broken(err, "Container.name contains invalid characters.");
        if (ecs_container_of(def, name) != container)
            return rule_broken(err, "Container names must be unique: '" REMIT_STR_FMT "'",
                               REMIT_STR_ARG(name));
    }
    return 0;
}

static int check_essential(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(def, "containerDefinitions");

    for (size_t i = 0; i < remit_json_count(list); i++)
        if (ecs_essential(remit_json_at(list, i)))
            return 0;
    return rule_broken(err, "Task definition doesn't have any essential container.");
}

static int check_memory(const struct remit_json *container, int64_t task_memory,
                        struct remit_err *err)
{
    struct remit_str name = ecs_text(container, "name");
    int64_t memory = rule_int(container, "memory");
    int64_t reservation = rule_int(container, "memoryReservation");

    if (memory == 0 && reservation == 0 && task_memory == 0)
        return rule_broken(err,
                           "Invalid setting for container '" REMIT_STR_FMT
                           "'. At least one of 'memory' or 'memoryReservation' must be specified.",
                           REMIT_STR_ARG(name));
    if (memory != 0 && memory < reservation)
        return rule_broken(err,
                           "Invalid setting for container '" REMIT_STR_FMT
                           "'. 'memory' must be greater than or equal to 'memoryReservation'.",
                           REMIT_STR_ARG(name));
    if ((memory != 0 && memory < MEMORY_LEAST) || (reservation != 0 && reservation < MEMORY_LEAST))
        return rule_broken(err,
                           "Invalid setting for container '" REMIT_STR_FMT
                           "'. 'memory' and 'memoryReservation' must be at least %d MiB.",
                           REMIT_STR_ARG(name), MEMORY_LEAST);
    if (task_memory != 0 && memory > task_memory)
        return rule_broken(err, "The 'memory' setting for container is greater than for the task.");
    return 0;
}

static int check_sizes(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(def, "containerDefinitions");
    int64_t task_cpu = 0;
    int64_t task_memory = 0;
    int64_t cpu = 0;

    if (ecs_there(def, "cpu") && !ecs_task_cpu_of(ecs_text(def, "cpu"), &task_cpu))
        return rule_broken(err,
                           "Invalid 'cpu' setting for task. '" REMIT_STR_FMT
                           "' is not between %d and %d units (or vCPU times 1024).",
                           REMIT_STR_ARG(remit_str_sub(ecs_text(def, "cpu"), 0, 32)),
                           TASK_CPU_LEAST, TASK_CPU_MOST);
    if (ecs_there(def, "memory") && !ecs_task_memory_of(ecs_text(def, "memory"), &task_memory))
        return rule_broken(err,
                           "Invalid 'memory' setting for task. '" REMIT_STR_FMT
                           "' is not between %d and %d MiB (or GB times 1024).",
                           REMIT_STR_ARG(remit_str_sub(ecs_text(def, "memory"), 0, 32)),
                           MEMORY_LEAST, TASK_MEMORY_MOST);
    for (size_t i = 0; i < remit_json_count(list); i++) {
        TRY(check_memory(remit_json_at(list, i), task_memory, err));
        cpu += rule_int(remit_json_at(list, i), "cpu");
    }
    if (task_cpu != 0 && cpu > task_cpu)
        return rule_broken(err, "The sum of all container 'cpu' values cannot be greater than the "
                                "value of the task 'cpu'.");
    return 0;
}

static int check_roles(const struct control_config *config, const struct remit_json *def,
                       struct remit_err *err)
{
    struct remit_str task_role = ecs_text(def, "taskRoleArn");
    struct remit_str execution_role = ecs_text(def, "executionRoleArn");

    TRY(ecs_role_check(config, task_role, err));
    TRY(ecs_role_check(config, execution_role, err));
    return ecs_roles_check(task_role, execution_role, err);
}

/* ---- platform, constraints, retired members ---- */

static int check_platform(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *platform = remit_json_get(def, "runtimePlatform");
    struct remit_str os = ecs_text(platform, "operatingSystemFamily");

    if (ecs_is(platform, "cpuArchitecture", "ARM64") && os.len > 0 &&
        !remit_str_equal(os, REMIT_STR("LINUX")))
        return rule_broken(
            err, "Invalid 'runtimePlatform': ARM64 is not supported with " REMIT_STR_FMT ".",
            REMIT_STR_ARG(os));
    return 0;
}

static int check_rest(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *tags = remit_json_get(def, "tags");

    if (ecs_there(def, "inferenceAccelerators"))
        return rule_broken(err, "Unsupported field 'inferenceAccelerators'");
    if (ecs_there(def, "tags") && remit_json_count(tags) == 0)
        return rule_broken(err, "Tags can not be empty.");
    TRY(ecs_tags_check(tags, err));
    return check_platform(def, err);
}

/* An expression that can't be read would keep every task from being placed. */
int rule_constraints(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(def, "placementConstraints");

    for (size_t i = 0; i < remit_json_count(list); i++) {
        auto_arena struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
        const struct cluster_query *query = NULL;

        TRY(cluster_query_compile(ecs_text(remit_json_at(list, i), "expression"), &arena, &query,
                                  err));
    }
    return 0;
}

/* ---- all of them ---- */

static container_rule *const of_each_container[] = {
    rule_ports,        rule_network_members, rule_depends_on,        rule_timeouts, rule_mounts,
    rule_volumes_from, rule_environment,     rule_environment_files, rule_secrets,  rule_log,
    rule_health,       rule_ulimits,
};
static definition_rule *const of_the_whole[] = {
    rule_port_names,
    rule_proxy,
    rule_cycle,
    rule_constraints,
};

int ecs_definition_check(const struct control_config *config, const struct remit_json *def,
                         struct remit_err *err)
{
    const struct remit_json *containers = rule_containers(def);

    TRY(check_names(def, err));
    TRY(check_essential(def, err));
    TRY(check_sizes(def, err));
    TRY(check_roles(config, def, err));
    TRY(check_rest(def, err));
    TRY(rule_volumes(def, err)); /* before the mounts that name them */
    for (size_t i = 0; i < REMIT_COUNT(of_each_container); i++)
        for (size_t j = 0; j < remit_json_count(containers); j++)
            TRY(of_each_container[i](def, remit_json_at(containers, j), err));
    for (size_t i = 0; i < REMIT_COUNT(of_the_whole); i++)
        TRY(of_the_whole[i](def, err));
    return rule_fargate(config, def, err);
}
