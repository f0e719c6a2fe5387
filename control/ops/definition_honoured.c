/*
 * What no agent of ours does yet is refused by name: a definition that is taken is one that runs
 * as it says. Each row goes when an agent honours its member.
 */
#include "control/ops/definition_rules.h"

static int unsupported(const char *member, const char *instead, struct remit_err *err)
{
    return rule_broken(err, "'%s' is not supported by this endpoint%s%s.", member,
                       instead[0] != '\0' ? ": " : "", instead);
}

/* ---- members that must say nothing ---- */

struct unheard {
    const char *member, *instead;
};

static const struct unheard of_task[] = {
    { "proxyConfiguration", "" },
    { "enableFaultInjection", "" },
    { "ephemeralStorage", "instances give what they have" },
    { "pidMode", "containers of a task do not share processes" },
};
static const struct unheard of_container[] = {
    { "environmentFiles", "use environment, or secrets" },
    { "resourceRequirements", "instances have no accelerators" },
    { "firelensConfiguration", "" },
    { "credentialSpecs", "" },
    { "disableNetworking", "use networkMode none" },
    { "systemControls", "" },
};
static const struct unheard of_linux[] = {
    { "maxSwap", "" },
    { "swappiness", "" },
};
/* Names and resolvers are those of the network namespace: only bridge has one to give them to. */
static const struct unheard of_container_without_bridge[] = {
    { "extraHosts", "only with networkMode bridge" },
    { "dnsServers", "only with networkMode bridge" },
    { "dnsSearchDomains", "only with networkMode bridge" },
};
static const struct unheard of_volume[] = {
    { "efsVolumeConfiguration", "use host or dockerVolumeConfiguration" },
    { "s3filesVolumeConfiguration", "use host or dockerVolumeConfiguration" },
    { "fsxWindowsFileServerVolumeConfiguration", "use host or dockerVolumeConfiguration" },
    { "configuredAtLaunch", "use host or dockerVolumeConfiguration" },
};

bool rule_says_something(const struct remit_json *value)
{
    switch (remit_json_type(value)) {
    case REMIT_JSON_NONE:
    case REMIT_JSON_NULL:
        return false;
    case REMIT_JSON_BOOL:
        return remit_json_true(value);
    case REMIT_JSON_STRING:
        return remit_json_str(value).len > 0;
    case REMIT_JSON_ARRAY:
        return remit_json_count(value) > 0;
    case REMIT_JSON_INT:
    case REMIT_JSON_REAL:
    case REMIT_JSON_OBJECT:
        return true;
    }
    return true;
}

static int check_unheard(const struct remit_json *object, const struct unheard *rows, size_t n,
                         struct remit_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (rule_says_something(remit_json_get(object, rows[i].member)))
            return unsupported(rows[i].member, rows[i].instead, err);
    return 0;
}

/* ---- members of which a part is heard ---- */

static int check_log(const struct remit_json *container, struct remit_err *err)
{
    static const char *const drivers[] = { "", "json-file", "none" };
    const struct remit_json *log = remit_json_get(container, "logConfiguration");

    for (size_t i = 0; i < REMIT_COUNT(drivers); i++)
        if (remit_str_equal(ecs_text(log, "logDriver"), remit_str_of(drivers[i])))
            return rule_says_something(remit_json_get(log, "secretOptions"))
                       ? unsupported("logConfiguration.secretOptions", "", err)
                       : 0;
    return rule_broken(err,
                       "The log driver '" REMIT_STR_FMT
                       "' is not supported by this endpoint: must be json-file or none.",
                       REMIT_STR_ARG(ecs_text(log, "logDriver")));
}

/* They would stand before the agent's own [task-endpoints 8.3] and send the SDK elsewhere. */
static int check_secret_names(const struct remit_json *container, struct remit_err *err)
{
    const struct remit_json *secrets = remit_json_get(container, "secrets");

    for (size_t i = 0; i < remit_json_count(secrets); i++)
        if (remit_str_starts(ecs_text(remit_json_at(secrets, i), "name"),
                             REMIT_STR("AWS_CONTAINER_")))
            return unsupported("secrets", "names that start with AWS_CONTAINER_ are the agent's",
                               err);
    return 0;
}

static int check_container(const struct remit_json *def, const struct remit_json *container,
                           struct remit_err *err)
{
    TRY(check_unheard(container, of_container, REMIT_COUNT(of_container), err));
    TRY(check_unheard(remit_json_get(container, "linuxParameters"), of_linux, REMIT_COUNT(of_linux),
                      err));
    if (!rule_mode_is(def, "bridge"))
        TRY(check_unheard(container, of_container_without_bridge,
                          REMIT_COUNT(of_container_without_bridge), err));
    TRY(check_secret_names(container, err));
    if (remit_json_true(remit_json_get(remit_json_get(container, "restartPolicy"), "enabled")))
        return unsupported("restartPolicy", "", err);
    return check_log(container, err);
}

static int check_platform(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *platform = remit_json_get(def, "runtimePlatform");
    const struct remit_json *asked = remit_json_get(def, "requiresCompatibilities");
    struct remit_str os = ecs_text(platform, "operatingSystemFamily");

    if (os.len > 0 && !remit_str_equal(os, REMIT_STR("LINUX")))
        return unsupported("runtimePlatform.operatingSystemFamily", "must be LINUX", err);
    for (size_t i = 0; i < remit_json_count(asked); i++)
        if (remit_str_equal(remit_json_str(remit_json_at(asked, i)),
                            REMIT_STR("MANAGED_INSTANCES")))
            return unsupported("requiresCompatibilities", "MANAGED_INSTANCES has no capacity here",
                               err);
    if (rule_mode_is(def, "awsvpc"))
        return unsupported("networkMode",
                           "awsvpc needs network interfaces of a cloud; use bridge, "
                           "host or none",
                           err);
    return 0;
}

int ecs_definition_check_honoured(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *containers = rule_containers(def);
    const struct remit_json *volumes = remit_json_get(def, "volumes");

    TRY(rule_host_namespaces(def, err));
    TRY(rule_host_volumes(def, err));
    for (size_t i = 0; i < remit_json_count(containers); i++) {
        TRY(rule_privileges(def, remit_json_at(containers, i), err));
        TRY(rule_host_mounts(def, remit_json_at(containers, i), err));
    }
    TRY(check_platform(def, err));
    TRY(check_unheard(def, of_task, REMIT_COUNT(of_task), err));
    if (ecs_is(def, "ipcMode", "task"))
        return unsupported("ipcMode", "containers of a task do not share memory", err);
    for (size_t i = 0; i < remit_json_count(containers); i++)
        TRY(check_container(def, remit_json_at(containers, i), err));
    for (size_t i = 0; i < remit_json_count(volumes); i++)
        TRY(check_unheard(remit_json_at(volumes, i), of_volume, REMIT_COUNT(of_volume), err));
    return 0;
}
