#include "agent/spec.h"

#include "agent/agent.h"

#define MEBIBYTE         ((int64_t)1024 * 1024)
#define SECOND_NS        ((int64_t)1000000000)
#define CPU_SHARES_LEAST 2    /* [task-endpoints 4.4] what Docker takes for none */
#define CPU_UNITS        1024 /* of a CPU */

static const struct remit_json *definition_of(const struct agent_task *task, size_t which,
                                              const char *member)
{
    return remit_json_get(task->containers[which].definition, member);
}

static int refuse(const struct agent_task *task, size_t which, const char *what,
                  struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_DENIED, "HostConfigError",
                      "container " REMIT_STR_FMT ": %s is not for tasks of this instance",
                      REMIT_STR_ARG(task->containers[which].name), what);
}

/* ---- what is refused ----------------------------------------------------------------------- */

static int refuse_true(const struct agent_task *task, size_t which, const char *member,
                       struct remit_err *err)
{
    if (remit_json_true(definition_of(task, which, member)))
        return refuse(task, which, member, err);
    return 0;
}

static int refuse_entries(const struct agent_task *task, size_t which,
                          const struct remit_json *where, const char *member, struct remit_err *err)
{
    if (remit_json_count(remit_json_get(where, member)) > 0)
        return refuse(task, which, member, err);
    return 0;
}

static int check_capabilities(const struct agent_task *task, size_t which, struct remit_err *err)
{
    const struct remit_json *linux_part = definition_of(task, which, "linuxParameters");
    const struct remit_json *add =
        remit_json_get(remit_json_get(linux_part, "capabilities"), "add");

    for (size_t i = 0; i < remit_json_count(add); i++)
        if (!remit_str_equal(remit_json_str(remit_json_at(add, i)), REMIT_STR("SYS_PTRACE")))
            return refuse(task, which, "a capability beyond SYS_PTRACE", err);
    return 0;
}

static int check_security(const struct agent_task *task, size_t which, struct remit_err *err)
{
    static const char *const words[] = { "no-new-privileges", "no-new-privileges:true",
                                         "no-new-privileges=true" };
    const struct remit_json *options = definition_of(task, which, "dockerSecurityOptions");

    for (size_t i = 0; i < remit_json_count(options); i++) {
        bool known = false;

        for (size_t k = 0; k < REMIT_COUNT(words); k++)
            known = known || remit_str_equal(remit_json_str(remit_json_at(options, i)),
                                             remit_str_of(words[k]));
        if (!known)
            return refuse(task, which, "a security option beyond no-new-privileges", err);
    }
    return 0;
}

static int check_log_driver(const struct agent_task *task, size_t which, struct remit_err *err)
{
    static const char *const drivers[] = { "json-file", "local", "none" };
    const struct remit_json *log = definition_of(task, which, "logConfiguration");
    struct remit_str driver = remit_json_str(remit_json_get(log, "logDriver"));

    TRY(refuse_entries(task, which, log, "secretOptions", err));
    if (driver.len == 0)
        return 0;
    for (size_t i = 0; i < REMIT_COUNT(drivers); i++)
        if (remit_str_equal(driver, remit_str_of(drivers[i])))
            return 0;
    return refuse(task, which, "a log driver beyond json-file, local and none", err);
}

/* Modes that share the host's, or another container's. */
static int check_task_modes(const struct agent_task *task, size_t which, struct remit_err *err)
{
    struct remit_str pid = remit_json_str(remit_json_get(task->definition, "pidMode"));
    struct remit_str ipc = remit_json_str(remit_json_get(task->definition, "ipcMode"));

    if (pid.len > 0)
        return refuse(task, which, "pidMode", err);
    if (ipc.len > 0 && !remit_str_equal(ipc, REMIT_STR("none")))
        return refuse(task, which, "ipcMode", err);
    if (remit_json_get(task->definition, "proxyConfiguration") != NULL)
        return refuse(task, which, "proxyConfiguration", err);
    return 0;
}

static int check(const struct agent_task *task, size_t which, struct remit_err *err)
{
    const struct remit_json *linux_part = definition_of(task, which, "linuxParameters");
    const struct remit_json *definition = task->containers[which].definition;

    TRY(check_task_modes(task, which, err));
    TRY(refuse_true(task, which, "privileged", err));
    TRY(refuse_true(task, which, "disableNetworking", err));
    TRY(refuse_entries(task, which, linux_part, "devices", err));
    TRY(refuse_entries(task, which, definition, "environmentFiles", err));
    TRY(refuse_entries(task, which, definition, "resourceRequirements", err));
    TRY(refuse_entries(task, which, definition, "systemControls", err));
    TRY(refuse_entries(task, which, definition, "credentialSpecs", err));
    TRY(refuse_entries(task, which, definition, "firelensConfiguration", err));
    TRY(check_capabilities(task, which, err));
    TRY(check_security(task, which, err));
    return check_log_driver(task, which, err);
}

/* ---- parts of the body --------------------------------------------------------------------- */

/* The override's list when it has one. Absent and empty: the image's own. */
static void put_list(const struct agent_task *task, size_t which, const char *member,
                     const char *key, struct remit_jw *w)
{
    const struct remit_json *list = remit_json_get(task->containers[which].override, member);

    if (remit_json_type(list) != REMIT_JSON_ARRAY)
        list = definition_of(task, which, member);
    if (remit_json_count(list) == 0)
        return;
    remit_jw_key(w, key);
    remit_jw_json(w, list);
}

static void put_text(const struct agent_task *task, size_t which, const char *member,
                     const char *key, struct remit_jw *w)
{
    struct remit_str text = remit_json_str(definition_of(task, which, member));

    if (text.len > 0)
        remit_jw_put_str(w, key, text);
}

void agent_spec_labels(const struct agent_task *task, struct remit_str container,
                       struct remit_jw *w)
{
    remit_jw_put_cstr(w, AGENT_LABEL_OWNER, task->agent->config.state_dir);
    remit_jw_put_str(w, AGENT_LABEL_TASK, task->arn);
    remit_jw_put_str(w, "com.remit.container", container);
    remit_jw_put_str(w, "com.amazonaws.ecs.cluster", task->cluster_name);
    remit_jw_put_str(w, "com.amazonaws.ecs.container-name", container);
    remit_jw_put_str(w, "com.amazonaws.ecs.task-arn", task->arn);
    remit_jw_put_str(w, "com.amazonaws.ecs.task-definition-family", task->family);
    remit_jw_key(w, "com.amazonaws.ecs.task-definition-version");
    remit_jw_fmt(w, "%lld", (long long)task->revision);
}

/* Ours say whose a container is: a definition can't set them. */
static bool label_is_ours(struct remit_str name)
{
    return remit_str_starts(name, REMIT_STR("com.remit.")) ||
           remit_str_starts(name, REMIT_STR("com.amazonaws.ecs."));
}

static void put_labels(const struct agent_task *task, size_t which, struct remit_jw *w)
{
    const struct remit_json *labels = definition_of(task, which, "dockerLabels");

    remit_jw_key(w, "Labels");
    remit_jw_object(w);
    for (void *m = remit_json_first(labels); m != NULL; m = remit_json_next(labels, m)) {
        if (label_is_ours(remit_json_key(m)))
            continue;
        remit_jw_key_str(w, remit_json_key(m));
        remit_jw_str(w, remit_json_str(remit_json_value(m)));
    }
    agent_spec_labels(task, task->containers[which].name, w);
    remit_jw_end(w);
}

static int put_environment(const struct agent_task *task, size_t which, struct remit_jw *w,
                           struct remit_err *err)
{
    const struct agent_container *c = &task->containers[which];
    const struct agent_env env = {
        .definition = c->definition,
        .override = c->override,
        .image = remit_json_get(remit_json_get(c->image, "Config"), "Env"),
        .secrets = c->secrets,
        .n_secrets = c->n_secrets,
        .has_role = agent_task_has_role(task),
        .relay = task->relay,
        .credentials_id = remit_str_of(task->credentials_id),
        .endpoint_id = remit_str_of(c->endpoint_id),
        .region = remit_str_of(task->agent->config.region),
    };

    remit_jw_key(w, "Env");
    return agent_env_write(&env, w, err);
}

static void put_seconds(struct remit_jw *w, const struct remit_json *check, const char *member,
                        const char *key)
{
    int64_t seconds = remit_json_int(remit_json_get(check, member));

    if (seconds > 0)
        remit_jw_put_int(w, key, seconds * SECOND_NS);
}

static void put_health_check(const struct agent_task *task, size_t which, struct remit_jw *w)
{
    const struct remit_json *check_part = definition_of(task, which, "healthCheck");
    int64_t retries = remit_json_int(remit_json_get(check_part, "retries"));

    if (remit_json_count(remit_json_get(check_part, "command")) == 0)
        return;
    remit_jw_key(w, "Healthcheck");
    remit_jw_object(w);
    remit_jw_key(w, "Test");
    remit_jw_json(w, remit_json_get(check_part, "command"));
    put_seconds(w, check_part, "interval", "Interval");
    put_seconds(w, check_part, "timeout", "Timeout");
    put_seconds(w, check_part, "startPeriod", "StartPeriod");
    if (retries > 0)
        remit_jw_put_int(w, "Retries", retries);
    remit_jw_end(w);
}

/* ---- HostConfig ---------------------------------------------------------------------------- */

/*
 * A task's own size bounds each of its containers: cpu as a quota, memory where the container says
 * nothing itself.
 */
static void put_limits(const struct agent_task *task, size_t which, struct remit_jw *w)
{
    const struct agent_container *c = &task->containers[which];
    int64_t cpu = agent_container_number(c, "cpu");
    int64_t memory = agent_container_number(c, "memory");
    int64_t reservation = agent_container_number(c, "memoryReservation");
    int64_t task_memory = agent_task_size(task, "memory");
    int64_t task_cpu = agent_task_size(task, "cpu");

    if (memory == 0)
        memory = task_memory;
    remit_jw_put_int(w, "CpuShares", cpu < CPU_SHARES_LEAST ? CPU_SHARES_LEAST : cpu);
    if (task_cpu > 0)
        remit_jw_put_int(w, "NanoCpus", task_cpu * SECOND_NS / CPU_UNITS);
    if (memory > 0)
        remit_jw_put_int(w, "Memory", memory * MEBIBYTE);
    if (reservation > 0)
        remit_jw_put_int(w, "MemoryReservation", reservation * MEBIBYTE);
}

/*
 * In the host's namespace NET_RAW would read the link between other tasks and their worker off the
 * wire, tokens included.
 */
static void put_capabilities(const struct agent_task *task, size_t which, struct remit_jw *w)
{
    const struct remit_json *linux_part = definition_of(task, which, "linuxParameters");
    const struct remit_json *capabilities = remit_json_get(linux_part, "capabilities");
    const struct remit_json *drop = remit_json_get(capabilities, "drop");

    if (remit_json_count(remit_json_get(capabilities, "add")) > 0) {
        remit_jw_key(w, "CapAdd");
        remit_jw_json(w, remit_json_get(capabilities, "add"));
    }
    remit_jw_key(w, "CapDrop");
    remit_jw_array(w);
    for (size_t i = 0; i < remit_json_count(drop); i++)
        remit_jw_json(w, remit_json_at(drop, i));
    if (!task->netmode->pause)
        remit_jw_cstr(w, "NET_RAW");
    remit_jw_end(w);
}

static void put_tmpfs_options(const struct remit_json *tmpfs, struct remit_jw *w)
{
    const struct remit_json *options = remit_json_get(tmpfs, "mountOptions");
    auto_buf struct remit_buf text = REMIT_BUF(4096);

    remit_buf_put_fmt(&text, "size=%lldm",
                      (long long)remit_json_int(remit_json_get(tmpfs, "size")));
    for (size_t i = 0; i < remit_json_count(options); i++) {
        remit_buf_put_byte(&text, ',');
        remit_buf_put(&text, remit_json_str(remit_json_at(options, i)));
    }
    remit_jw_str(w, remit_buf_view(&text));
}

static void put_linux(const struct agent_task *task, size_t which, struct remit_jw *w)
{
    const struct remit_json *linux_part = definition_of(task, which, "linuxParameters");
    const struct remit_json *tmpfs = remit_json_get(linux_part, "tmpfs");
    int64_t shm = remit_json_int(remit_json_get(linux_part, "sharedMemorySize"));

    if (remit_json_true(remit_json_get(linux_part, "initProcessEnabled")))
        remit_jw_put_bool(w, "Init", true);
    if (shm > 0)
        remit_jw_put_int(w, "ShmSize", shm * MEBIBYTE);
    if (remit_json_count(tmpfs) == 0)
        return;
    remit_jw_key(w, "Tmpfs");
    remit_jw_object(w);
    for (size_t i = 0; i < remit_json_count(tmpfs); i++) {
        const struct remit_json *entry = remit_json_at(tmpfs, i);

        remit_jw_key_str(w, remit_json_str(remit_json_get(entry, "containerPath")));
        put_tmpfs_options(entry, w);
    }
    remit_jw_end(w);
}

static void put_ulimits(const struct agent_task *task, size_t which, struct remit_jw *w)
{
    const struct remit_json *list = definition_of(task, which, "ulimits");

    if (remit_json_count(list) == 0)
        return;
    remit_jw_key(w, "Ulimits");
    remit_jw_array(w);
    for (size_t i = 0; i < remit_json_count(list); i++) {
        const struct remit_json *entry = remit_json_at(list, i);

        remit_jw_object(w);
        remit_jw_put_str(w, "Name", remit_json_str(remit_json_get(entry, "name")));
        remit_jw_put_int(w, "Soft", remit_json_int(remit_json_get(entry, "softLimit")));
        remit_jw_put_int(w, "Hard", remit_json_int(remit_json_get(entry, "hardLimit")));
        remit_jw_end(w);
    }
    remit_jw_end(w);
}

static void put_log(const struct agent_task *task, size_t which, struct remit_jw *w)
{
    const struct remit_json *log = definition_of(task, which, "logConfiguration");
    struct remit_str driver = remit_json_str(remit_json_get(log, "logDriver"));

    if (driver.len == 0)
        return;
    remit_jw_key(w, "LogConfig");
    remit_jw_object(w);
    remit_jw_put_str(w, "Type", driver);
    if (remit_json_count(remit_json_get(log, "options")) > 0) {
        remit_jw_key(w, "Config");
        remit_jw_json(w, remit_json_get(log, "options"));
    }
    remit_jw_end(w);
}

static int put_volumes_from(const struct agent_task *task, size_t which, struct remit_jw *w,
                            struct remit_err *err)
{
    const struct remit_json *list = definition_of(task, which, "volumesFrom");

    if (remit_json_count(list) == 0)
        return 0;
    remit_jw_key(w, "VolumesFrom");
    remit_jw_array(w);
    for (size_t i = 0; i < remit_json_count(list); i++) {
        const struct remit_json *entry = remit_json_at(list, i);
        size_t from =
            agent_task_find(task, remit_json_str(remit_json_get(entry, "sourceContainer")));
        bool read_only = remit_json_true(remit_json_get(entry, "readOnly"));

        if (from == task->n_containers)
            return refuse(task, which, "volumesFrom a container that does not exist", err);
        remit_jw_fmt(w, "%s%s", task->containers[from].engine_id, read_only ? ":ro" : "");
    }
    remit_jw_end(w);
    return 0;
}

static void put_network_mode(const struct agent_task *task, struct remit_jw *w)
{
    if (!task->netmode->pause) {
        remit_jw_put_cstr(w, "NetworkMode", task->netmode->engine);
        return;
    }
    remit_jw_key(w, "NetworkMode");
    remit_jw_fmt(w, "container:%s", task->pause_id);
}

static int put_host_config(const struct agent_task *task, size_t which, struct remit_jw *w,
                           struct remit_err *err)
{
    const struct remit_json *security = definition_of(task, which, "dockerSecurityOptions");

    remit_jw_key(w, "HostConfig");
    remit_jw_object(w);
    put_network_mode(task, w);
    put_limits(task, which, w);
    put_capabilities(task, which, w);
    put_linux(task, which, w);
    put_ulimits(task, which, w);
    put_log(task, which, w);
    if (remit_json_true(definition_of(task, which, "readonlyRootFilesystem")))
        remit_jw_put_bool(w, "ReadonlyRootfs", true);
    if (remit_json_count(security) > 0) {
        remit_jw_key(w, "SecurityOpt");
        remit_jw_json(w, security);
    }
    if (remit_str_equal(remit_json_str(remit_json_get(task->definition, "ipcMode")),
                        REMIT_STR("none")))
        remit_jw_put_cstr(w, "IpcMode", "none");
    TRY(put_volumes_from(task, which, w, err));
    TRY(agent_spec_mounts(task, which, w, err));
    remit_jw_end(w);
    return 0;
}

int agent_spec_container(const struct agent_task *task, size_t which, struct remit_buf *out,
                         struct remit_err *err)
{
    struct remit_jw w = REMIT_JW(out);

    TRY(check(task, which, err));
    remit_buf_clear(out);
    remit_jw_object(&w);
    /* By its id: another task's pull may move the name meanwhile. */
    remit_jw_put_cstr(&w, "Image", task->containers[which].image_id);
    put_list(task, which, "entryPoint", "Entrypoint", &w);
    put_list(task, which, "command", "Cmd", &w);
    put_text(task, which, "user", "User", &w);
    put_text(task, which, "workingDirectory", "WorkingDir", &w);
    if (remit_json_true(definition_of(task, which, "interactive")))
        remit_jw_put_bool(&w, "OpenStdin", true);
    if (remit_json_true(definition_of(task, which, "pseudoTerminal")))
        remit_jw_put_bool(&w, "Tty", true);
    put_health_check(task, which, &w);
    put_labels(task, which, &w);
    TRY(put_environment(task, which, &w, err));
    TRY(put_host_config(task, which, &w, err));
    remit_jw_end(&w);
    return remit_buf_check(out, "a container's description", err);
}
