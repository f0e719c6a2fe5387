/* requiresAttributes: what an instance must say of itself to run a definition. [ecs-control 8.1] */
#include "control/ops/definition_rules.h"

bool ecs_image_is_ecr(const struct control_config *config, struct remit_str image)
{
    struct remit_str rest = image;
    struct remit_str host;

    if (!remit_str_cut(&rest, '/', &host))
        return false;
    if (config->registry.len > 0 && remit_str_equal(host, config->registry))
        return true;
    return host.len > 12 &&
           remit_str_starts(remit_str_sub(host, 12, host.len), REMIT_STR(".dkr.ecr.")) &&
           remit_str_ends(host, REMIT_STR(".amazonaws.com"));
}

/* ---- what a definition uses ---- */

struct uses {
    bool log_drivers, ecr, own_registry, health, ordering, ssm, asm_secrets, task_size;
};

static bool from_asm(struct remit_str value_from)
{
    struct remit_arn arn;

    return remit_arn_parse(value_from, &arn) &&
           remit_str_equal(arn.service, REMIT_STR("secretsmanager"));
}

static void see_container(struct uses *uses, const struct control_config *config,
                          const struct remit_json *c)
{
    const struct remit_json *secrets = remit_json_get(c, "secrets");

    uses->log_drivers = uses->log_drivers || ecs_there(c, "logConfiguration");
    uses->ecr = uses->ecr || ecs_image_is_ecr(config, ecs_text(c, "image"));
    uses->own_registry = uses->own_registry || ecs_there(c, "repositoryCredentials");
    uses->health = uses->health || ecs_there(c, "healthCheck");
    uses->ordering = uses->ordering || remit_json_count(remit_json_get(c, "dependsOn")) > 0 ||
                     ecs_there(c, "startTimeout") || ecs_there(c, "stopTimeout");
    for (size_t i = 0; i < remit_json_count(secrets); i++) {
        bool is_asm = from_asm(ecs_text(remit_json_at(secrets, i), "valueFrom"));

        uses->ssm = uses->ssm || !is_asm;
        uses->asm_secrets = uses->asm_secrets || is_asm;
    }
}

/* ---- their names ---- */

static void put(struct remit_jw *w, const char *name)
{
    remit_jw_object(w);
    remit_jw_put_cstr(w, "name", name);
    remit_jw_end(w);
}

/* Each driver once. */
static void put_log_drivers(struct remit_jw *w, const struct remit_json *def)
{
    const struct remit_json *list = rule_containers(def);

    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct remit_str driver =
            ecs_text(remit_json_get(remit_json_at(list, i), "logConfiguration"), "logDriver");
        bool seen = driver.len == 0;

        for (size_t j = 0; j < i && !seen; j++)
            seen = remit_str_equal(
                driver,
                ecs_text(remit_json_get(remit_json_at(list, j), "logConfiguration"), "logDriver"));
        if (seen)
            continue;
        remit_jw_object(w);
        remit_jw_key(w, "name");
        remit_jw_fmt(w, "com.amazonaws.ecs.capability.logging-driver." REMIT_STR_FMT,
                     REMIT_STR_ARG(driver));
        remit_jw_end(w);
    }
}

void ecs_definition_attributes_write(struct remit_jw *w, const struct control_config *config,
                                     const struct remit_json *def)
{
    const struct remit_json *list = rule_containers(def);
    bool task_role = ecs_text(def, "taskRoleArn").len > 0;
    bool execution_role = ecs_text(def, "executionRoleArn").len > 0;
    struct uses uses = { .task_size = ecs_there(def, "cpu") || ecs_there(def, "memory") };

    for (size_t i = 0; i < remit_json_count(list); i++)
        see_container(&uses, config, remit_json_at(list, i));
    const struct {
        bool needed;
        const char *name;
    } rows[] = {
        { true, "com.amazonaws.ecs.capability.docker-remote-api.1.18" },
        { uses.log_drivers, "com.amazonaws.ecs.capability.docker-remote-api.1.19" },
        { true, "com.amazonaws.ecs.capability.docker-remote-api.1.21" },
        { uses.ecr, "com.amazonaws.ecs.capability.ecr-auth" },
        { uses.ecr && execution_role, "ecs.capability.execution-role-ecr-pull" },
        { uses.own_registry, "ecs.capability.private-registry-authentication.secretsmanager" },
        { task_role, "com.amazonaws.ecs.capability.task-iam-role" },
        { task_role && rule_mode_is(def, "host"),
          "com.amazonaws.ecs.capability.task-iam-role-network-host" },
        { uses.health, "ecs.capability.container-health-check" },
        { uses.ordering, "ecs.capability.container-ordering" },
        { uses.ssm, "ecs.capability.secrets.ssm.environment-variables" },
        { uses.asm_secrets, "ecs.capability.secrets.asm.environment-variables" },
        { uses.task_size, "ecs.capability.task-cpu-mem-limit" },
    };

    remit_jw_array(w);
    for (size_t i = 0; i < REMIT_COUNT(rows); i++)
        if (rows[i].needed)
            put(w, rows[i].name);
    put_log_drivers(w, def);
    remit_jw_end(w);
}
