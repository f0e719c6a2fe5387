#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "agent/instance.h"

#define AGENT_VERSION "0.1.0"
#define CPU_UNITS     1024
#define MEBIBYTE      ((uint64_t)1024 * 1024)

/* What task definitions may require: [task-endpoints 7.2], [ecs-control 7.4, 8.1]. */
static const char *const capabilities[] = {
    "com.amazonaws.ecs.capability.docker-remote-api.1.17",
    "com.amazonaws.ecs.capability.docker-remote-api.1.18",
    "com.amazonaws.ecs.capability.docker-remote-api.1.19",
    "com.amazonaws.ecs.capability.docker-remote-api.1.20",
    "com.amazonaws.ecs.capability.docker-remote-api.1.21",
    "com.amazonaws.ecs.capability.docker-remote-api.1.22",
    "com.amazonaws.ecs.capability.docker-remote-api.1.23",
    "com.amazonaws.ecs.capability.docker-remote-api.1.24",
    "com.amazonaws.ecs.capability.docker-remote-api.1.25",
    "com.amazonaws.ecs.capability.docker-remote-api.1.26",
    "com.amazonaws.ecs.capability.docker-remote-api.1.27",
    "com.amazonaws.ecs.capability.docker-remote-api.1.28",
    "com.amazonaws.ecs.capability.docker-remote-api.1.29",
    "com.amazonaws.ecs.capability.docker-remote-api.1.30",
    "com.amazonaws.ecs.capability.docker-remote-api.1.32",
    "com.amazonaws.ecs.capability.docker-remote-api.1.35",
    "com.amazonaws.ecs.capability.docker-remote-api.1.41",
    "com.amazonaws.ecs.capability.logging-driver.json-file",
    "com.amazonaws.ecs.capability.logging-driver.local",
    "com.amazonaws.ecs.capability.logging-driver.none",
    "com.amazonaws.ecs.capability.ecr-auth",
    "com.amazonaws.ecs.capability.task-iam-role",
    "com.amazonaws.ecs.capability.task-iam-role-network-host",
    "ecs.capability.execution-role-ecr-pull",
    "ecs.capability.container-health-check",
    "ecs.capability.container-ordering",
    "ecs.capability.private-registry-authentication.secretsmanager",
    "ecs.capability.secrets.ssm.environment-variables",
    "ecs.capability.secrets.asm.environment-variables",
    "ecs.capability.task-cpu-mem-limit",
};

static void put_attribute(struct remit_jw *w, const char *name, const char *value)
{
    remit_jw_object(w);
    remit_jw_put_cstr(w, "name", name);
    if (value != NULL)
        remit_jw_put_cstr(w, "value", value);
    remit_jw_end(w);
}

static void put_attributes(struct remit_jw *w, const struct utsname *system)
{
    bool arm = remit_str_equal(remit_str_of(system->machine), REMIT_STR("aarch64"));

    remit_jw_key(w, "attributes");
    remit_jw_array(w);
    put_attribute(w, "ecs.os-type", "linux");
    put_attribute(w, "ecs.os-family", "LINUX");
    put_attribute(w, "ecs.cpu-architecture", arm ? "arm64" : system->machine);
    for (size_t i = 0; i < REMIT_COUNT(capabilities); i++)
        put_attribute(w, capabilities[i], NULL);
    remit_jw_end(w);
}

static void put_integer(struct remit_jw *w, const char *name, int64_t value)
{
    remit_jw_object(w);
    remit_jw_put_cstr(w, "name", name);
    remit_jw_put_cstr(w, "type", "INTEGER");
    remit_jw_put_int(w, "integerValue", value);
    remit_jw_end(w);
}

static void put_ports(struct remit_jw *w, const char *name, const char *const *ports, size_t n)
{
    remit_jw_object(w);
    remit_jw_put_cstr(w, "name", name);
    remit_jw_put_cstr(w, "type", "STRINGSET");
    remit_jw_key(w, "stringSetValue");
    remit_jw_array(w);
    for (size_t i = 0; i < n; i++)
        remit_jw_cstr(w, ports[i]);
    remit_jw_end(w);
    remit_jw_end(w);
}

/* [task-endpoints 7.2] ports that are taken before any task comes. */
static void put_resources(struct remit_jw *w)
{
    static const char *const reserved[] = { "22", "2375", "2376", "51678", "51679" };
    struct sysinfo machine = { 0 };
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    (void)sysinfo(&machine);
    remit_jw_key(w, "totalResources");
    remit_jw_array(w);
    put_integer(w, "CPU", (cpus > 0 ? cpus : 1) * CPU_UNITS);
    put_integer(w, "MEMORY", (int64_t)((uint64_t)machine.totalram * machine.mem_unit / MEBIBYTE));
    put_ports(w, "PORTS", reserved, REMIT_COUNT(reserved));
    put_ports(w, "PORTS_UDP", NULL, 0);
    remit_jw_end(w);
}

void agent_instance_describe(struct remit_jw *w, struct remit_str engine_version)
{
    struct utsname system = { 0 };

    (void)uname(&system);
    remit_jw_put_cstr(w, "hostName", system.nodename);
    remit_jw_key(w, "versionInfo");
    remit_jw_object(w);
    remit_jw_put_cstr(w, "agentVersion", AGENT_VERSION);
    remit_jw_key(w, "dockerVersion");
    remit_jw_fmt(w, "DockerVersion: " REMIT_STR_FMT, REMIT_STR_ARG(engine_version));
    remit_jw_end(w);
    put_resources(w);
    put_attributes(w, &system);
}
