/* Environment, secrets, logs, health checks and limits of a container. [ecs-control 8.2] */
#include "control/ops/definition_rules.h"

/* ---- environment and secrets ---- */

static bool variable_fits(struct remit_str name)
{
    return name.len > 0 && remit_str_find(name, '=') == name.len;
}

int rule_environment(const struct remit_json *def, const struct remit_json *container,
                     struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(container, "environment");

    (void)def;
    for (size_t i = 0; i < remit_json_count(list); i++)
        if (!variable_fits(ecs_text(remit_json_at(list, i), "name")))
            return rule_broken(err,
                               "Invalid 'environment' setting for container '" REMIT_STR_FMT
                               "': a name is empty or holds '='.",
                               REMIT_STR_ARG(ecs_text(container, "name")));
    return 0;
}

static bool named(const struct remit_json *list, size_t n, struct remit_str name)
{
    for (size_t i = 0; i < n; i++)
        if (remit_str_equal(ecs_text(remit_json_at(list, i), "name"), name))
            return true;
    return false;
}

/* A parameter's name, or an ARN of ssm or secretsmanager. [task-endpoints 8.3] */
static bool value_from_fits(struct remit_str text)
{
    struct remit_arn arn;
    size_t pieces = 1;

    if (!remit_str_starts(text, REMIT_STR("arn:"))) {
        for (size_t i = 0; i < text.len; i++)
            if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == ':' || text.ptr[i] == 0x7f)
                return false;
        return text.len > 0;
    }
    if (!remit_arn_parse(text, &arn)) /* it may end in colons: "…:secret:name:key::" */
        return false;
    if (remit_str_equal(arn.service, REMIT_STR("ssm")))
        return remit_str_starts(arn.resource, REMIT_STR("parameter/")) &&
               arn.resource.len > strlen("parameter/");
    for (size_t i = 0; i < arn.resource.len; i++)
        pieces += arn.resource.ptr[i] == ':';
    return remit_str_equal(arn.service, REMIT_STR("secretsmanager")) &&
           remit_str_starts(arn.resource, REMIT_STR("secret:")) && (pieces == 2 || pieces == 5);
}

static int check_secret(const struct remit_json *container, const struct remit_json *list, size_t i,
                        struct remit_err *err)
{
    const struct remit_json *environment = remit_json_get(container, "environment");
    struct remit_str name = ecs_text(remit_json_at(list, i), "name");

    if (!variable_fits(name))
        return rule_broken(err,
                           "Invalid 'secrets' setting for container '" REMIT_STR_FMT
                           "': a name is empty or holds '='.",
                           REMIT_STR_ARG(ecs_text(container, "name")));
    if (named(list, i, name) || named(environment, remit_json_count(environment), name))
        return rule_broken(err,
                           "The secret name must be unique and not shared with any new or existing "
                           "environment variables set on the container, such as '" REMIT_STR_FMT
                           "'.",
                           REMIT_STR_ARG(name));
    if (!value_from_fits(ecs_text(remit_json_at(list, i), "valueFrom")))
        return rule_broken(err,
                           "Invalid 'valueFrom' of secret '" REMIT_STR_FMT
                           "': must be the name or ARN of an SSM parameter, or the ARN of a secret "
                           "with its json-key, version-stage and version-id or without them.",
                           REMIT_STR_ARG(name));
    return 0;
}

int rule_secrets(const struct remit_json *def, const struct remit_json *container,
                 struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(container, "secrets");
    const struct remit_json *log = remit_json_get(container, "logConfiguration");

    if (remit_json_count(list) + remit_json_count(remit_json_get(log, "secretOptions")) > 0 &&
        ecs_text(def, "executionRoleArn").len == 0)
        return rule_broken(err, "When you are specifying container secrets, you must also specify "
                                "a value for 'executionRoleArn'");
    if (ecs_there(container, "repositoryCredentials") && ecs_text(def, "executionRoleArn").len == 0)
        return rule_broken(err, "When you are specifying repositoryCredentials, you must also "
                                "specify a value for 'executionRoleArn'");
    for (size_t i = 0; i < remit_json_count(list); i++)
        TRY(check_secret(container, list, i, err));
    return 0;
}

int rule_environment_files(const struct remit_json *def, const struct remit_json *container,
                           struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(container, "environmentFiles");

    (void)def;
    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct remit_str value = ecs_text(remit_json_at(list, i), "value");
        struct remit_arn arn;

        if (!remit_arn_parse(value, &arn) || !remit_str_equal(arn.service, REMIT_STR("s3")) ||
            remit_str_find(arn.resource, '/') == arn.resource.len)
            return rule_broken(err,
                               "Invalid 'environmentFiles' setting for container '" REMIT_STR_FMT
                               "': the value must be the ARN of an S3 object.",
                               REMIT_STR_ARG(ecs_text(container, "name")));
    }
    return 0;
}

/* ---- logs, health, limits ---- */

int rule_log(const struct remit_json *def, const struct remit_json *container,
             struct remit_err *err)
{
    const struct remit_json *log = remit_json_get(container, "logConfiguration");
    const struct remit_json *options = remit_json_get(log, "options");

    (void)def;
    if (ecs_is(log, "logDriver", "awslogs") && (ecs_text(options, "awslogs-region").len == 0 ||
                                                ecs_text(options, "awslogs-group").len == 0))
        return rule_broken(err,
                           "Log driver awslogs requires options: awslogs-region, awslogs-group");
    return 0;
}

int rule_health(const struct remit_json *def, const struct remit_json *container,
                struct remit_err *err)
{
    const struct remit_json *command =
        remit_json_get(remit_json_get(container, "healthCheck"), "command");
    struct remit_str first = remit_json_str(remit_json_at(command, 0));
    bool none = remit_str_equal(first, REMIT_STR("NONE"));

    (void)def;
    if (!ecs_there(container, "healthCheck") || (none && remit_json_count(command) == 1))
        return 0;
    if (remit_json_count(command) > 1 && (remit_str_equal(first, REMIT_STR("CMD")) ||
                                          remit_str_equal(first, REMIT_STR("CMD-SHELL"))))
        return 0;
    return rule_broken(err,
                       "Invalid 'healthCheck' setting for container '" REMIT_STR_FMT
                       "': command must start with CMD or CMD-SHELL and go on, or be NONE.",
                       REMIT_STR_ARG(ecs_text(container, "name")));
}

int rule_ulimits(const struct remit_json *def, const struct remit_json *container,
                 struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(container, "ulimits");

    (void)def;
    for (size_t i = 0; i < remit_json_count(list); i++) {
        const struct remit_json *u = remit_json_at(list, i);
        int64_t soft = rule_int(u, "softLimit");
        int64_t hard = rule_int(u, "hardLimit");

        /* -1 is no limit at all */
        if (hard != -1 && (soft == -1 || soft > hard))
            return rule_broken(
                err,
                "Invalid 'ulimits' setting for container '" REMIT_STR_FMT
                "': the soft limit of " REMIT_STR_FMT " can not be greater than the hard limit.",
                REMIT_STR_ARG(ecs_text(container, "name")), REMIT_STR_ARG(ecs_text(u, "name")));
        if (named(list, i, ecs_text(u, "name")))
            return rule_broken(err,
                               "Invalid 'ulimits' setting for container '" REMIT_STR_FMT
                               "': " REMIT_STR_FMT " is given twice.",
                               REMIT_STR_ARG(ecs_text(container, "name")),
                               REMIT_STR_ARG(ecs_text(u, "name")));
    }
    return 0;
}
