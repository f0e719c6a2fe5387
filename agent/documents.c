#include "agent/documents.h"

#include <stdio.h>

#include "agent/ports.h"
#include "agent/put.h"
#include "common/os/clock.h"

#define OUTPUT_MAX 1024 /* [task-endpoints 4.4] of a health check */
#define VCPU_UNITS 1024
#define NO_TIME    "0001-01-01T00:00:00Z" /* Go's zero time */

const char *agent_time_text(double at, char out[AGENT_TIME_TEXT])
{
    int64_t seconds = (int64_t)at;
    int micros = (int)((at - (double)seconds) * 1e6);
    char iso[REMIT_TIME_TEXT];
    size_t len = 0;

    (void)remit_time_iso(seconds, iso);
    len = strlen(iso) - 1; /* without the Z */
    (void)snprintf(out, AGENT_TIME_TEXT, "%.*s.%06d", (int)len, iso, micros);
    len = strlen(out);
    while (out[len - 1] == '0')
        len--;
    if (out[len - 1] == '.')
        len--;
    (void)snprintf(out + len, AGENT_TIME_TEXT - len, "Z");
    return out;
}

static void put_seconds(struct remit_jw *w, const char *key, double at)
{
    char text[AGENT_TIME_TEXT];

    if (at > 0)
        remit_jw_put_cstr(w, key, agent_time_text(at, text));
}

/* A time of the Engine's; its zero is left out. */
static void put_time(struct remit_jw *w, const char *key, const struct remit_json *value)
{
    struct remit_str text = remit_json_str(value);

    if (text.len > 0 && !remit_str_equal(text, REMIT_STR(NO_TIME)))
        remit_jw_put_str(w, key, text);
}

/* ---- a container --------------------------------------------------------------------------- */

struct ports_writer {
    struct remit_jw *w;
    bool v4;
    bool any;
};

static void put_port(void *self, const struct agent_port *port)
{
    struct ports_writer *p = self;

    if (!p->any) {
        remit_jw_key(p->w, "Ports");
        remit_jw_array(p->w);
        p->any = true;
    }
    remit_jw_object(p->w);
    remit_jw_put_int(p->w, "ContainerPort", port->container);
    remit_jw_put_str(p->w, "Protocol", port->protocol);
    if (port->host > 0)
        remit_jw_put_int(p->w, "HostPort", port->host);
    if (p->v4)
        agent_put_str(p->w, "HostIp", port->address);
    remit_jw_end(p->w);
}

static void put_ports(const struct agent_task *task, size_t which, bool v4, struct remit_jw *w)
{
    struct ports_writer writer = { .w = w, .v4 = v4 };

    agent_ports(task, which, put_port, &writer);
    if (writer.any)
        remit_jw_end(w);
}

/* [task-endpoints 4.6] without those that only the agent reads. */
static void put_labels(const struct agent_container *c, struct remit_jw *w)
{
    const struct remit_json *labels =
        remit_json_get(remit_json_get(c->inspect, "Config"), "Labels");
    bool any = false;

    for (void *m = remit_json_first(labels); m != NULL; m = remit_json_next(labels, m)) {
        if (remit_str_starts(remit_json_key(m), REMIT_STR("com.remit.")))
            continue;
        if (!any) {
            remit_jw_key(w, "Labels");
            remit_jw_object(w);
            any = true;
        }
        remit_jw_key_str(w, remit_json_key(m));
        remit_jw_json(w, remit_json_value(m));
    }
    if (any)
        remit_jw_end(w);
}

static void put_limits(const struct agent_container *c, struct remit_jw *w)
{
    int64_t cpu = agent_container_number(c, "cpu");

    remit_jw_key(w, "Limits");
    remit_jw_object(w);
    remit_jw_put_int(w, "CPU", cpu < 2 ? 2 : cpu);
    remit_jw_put_int(w, "Memory", agent_container_number(c, "memory"));
    remit_jw_end(w);
}

static void put_health_result(const struct remit_json *log, struct remit_jw *w)
{
    const struct remit_json *last =
        remit_json_count(log) > 0 ? remit_json_at(log, remit_json_count(log) - 1) : NULL;
    struct remit_str output = remit_json_str(remit_json_get(last, "Output"));

    if (last == NULL)
        return;
    put_time(w, "statusSince", remit_json_get(last, "End"));
    if (remit_json_int(remit_json_get(last, "ExitCode")) != 0)
        remit_jw_put_int(w, "exitCode", remit_json_int(remit_json_get(last, "ExitCode")));
    agent_put_str(w, "output", remit_str_sub(output, 0, OUTPUT_MAX));
}

static void put_health(const struct agent_container *c, enum agent_health health,
                       struct remit_jw *w)
{
    const struct remit_json *state = remit_json_get(c->inspect, "State");

    if (health != AGENT_HEALTHY && health != AGENT_UNHEALTHY)
        return;
    remit_jw_key(w, "Health");
    remit_jw_object(w);
    remit_jw_put_cstr(w, "status", health == AGENT_HEALTHY ? "HEALTHY" : "UNHEALTHY");
    put_health_result(remit_json_get(remit_json_get(state, "Health"), "Log"), w);
    remit_jw_end(w);
}

static void put_volumes(const struct agent_container *c, struct remit_jw *w)
{
    const struct remit_json *mounts = remit_json_get(c->inspect, "Mounts");
    bool any = false;

    for (size_t i = 0; i < remit_json_count(mounts); i++) {
        const struct remit_json *mount = remit_json_at(mounts, i);
        struct remit_str target = remit_json_str(remit_json_get(mount, "Destination"));

        if (remit_str_equal(target, REMIT_STR(AGENT_TOKEN_PATH)))
            continue; /* its source would name our own folder */
        if (!any) {
            remit_jw_key(w, "Volumes");
            remit_jw_array(w);
            any = true;
        }
        remit_jw_object(w);
        agent_put_str(w, "DockerName", remit_json_str(remit_json_get(mount, "Name")));
        agent_put_str(w, "Source", remit_json_str(remit_json_get(mount, "Source")));
        agent_put_str(w, "Destination", target);
        remit_jw_end(w);
    }
    if (any)
        remit_jw_end(w);
}

/* [task-endpoints 4.5] one entry; host mode has one empty address. */
static void put_networks(const struct agent_task *task, bool v4, struct remit_jw *w)
{
    const struct remit_json *settings = remit_json_get(task->pause, "NetworkSettings");
    struct remit_str six = remit_json_str(remit_json_get(settings, "GlobalIPv6Address"));

    remit_jw_key(w, "Networks");
    remit_jw_array(w);
    remit_jw_object(w);
    remit_jw_put_cstr(w, "NetworkMode", task->netmode->name);
    remit_jw_key(w, "IPv4Addresses");
    remit_jw_array(w);
    remit_jw_str(w, remit_json_str(remit_json_get(settings, "IPAddress")));
    remit_jw_end(w);
    if (v4 && six.len > 0) {
        remit_jw_key(w, "IPv6Addresses");
        remit_jw_array(w);
        remit_jw_str(w, six);
        remit_jw_end(w);
    }
    remit_jw_end(w);
    remit_jw_end(w);
}

/* The Engine's names begin with a slash. */
static struct remit_str engine_name(const struct agent_container *c)
{
    struct remit_str name = remit_json_str(remit_json_get(c->inspect, "Name"));

    return remit_str_sub(name, remit_str_starts(name, REMIT_STR("/")) ? 1 : 0, name.len);
}

static void put_log(const struct agent_container *c, struct remit_jw *w)
{
    const struct remit_json *log =
        remit_json_get(remit_json_get(c->inspect, "HostConfig"), "LogConfig");

    agent_put_str(w, "LogDriver", remit_json_str(remit_json_get(log, "Type")));
    if (remit_json_count(remit_json_get(log, "Config")) == 0)
        return;
    remit_jw_key(w, "LogOptions");
    remit_jw_json(w, remit_json_get(log, "Config"));
}

static const char *desired(const struct agent_task *task)
{
    return task->phase >= AGENT_STOPPING ? "STOPPED" : "RUNNING";
}

static void put_state(const struct agent_task *task, size_t which, struct remit_jw *w)
{
    const struct agent_container *c = &task->containers[which];
    const struct agent_unit *unit = &task->units[which];
    const struct remit_json *state = remit_json_get(c->inspect, "State");

    remit_jw_put_cstr(w, "DesiredStatus", desired(task));
    remit_jw_put_cstr(w, "KnownStatus", agent_status_name(unit->status));
    if (c->has_exit_code)
        remit_jw_put_int(w, "ExitCode", unit->exit_code);
    put_limits(c, w);
    put_time(w, "CreatedAt", remit_json_get(c->inspect, "Created"));
    put_time(w, "StartedAt", remit_json_get(state, "StartedAt"));
    put_time(w, "FinishedAt", remit_json_get(state, "FinishedAt"));
}

static void put_container(const struct agent_task *task, size_t which, bool v4, struct remit_jw *w)
{
    const struct agent_container *c = &task->containers[which];

    remit_jw_object(w);
    remit_jw_put_cstr(w, "DockerId", c->engine_id);
    remit_jw_put_str(w, "Name", c->name);
    remit_jw_put_str(w, "DockerName", engine_name(c));
    remit_jw_put_str(w, "Image", remit_json_str(remit_json_get(c->definition, "image")));
    remit_jw_put_cstr(w, "ImageID", c->image_id);
    put_ports(task, which, v4, w);
    put_labels(c, w);
    put_state(task, which, w);
    remit_jw_put_cstr(w, "Type", "NORMAL");
    if (!v4)
        put_networks(task, v4, w);
    put_health(c, task->units[which].health, w);
    put_volumes(c, w);
    if (v4) {
        put_log(c, w);
        agent_put_str(w, "ContainerARN", c->arn);
        put_networks(task, v4, w);
    }
    remit_jw_end(w);
}

int agent_document_container(const struct agent_task *task, size_t which,
                             enum remit_document_kind kind, struct remit_buf *out,
                             struct remit_err *err)
{
    struct remit_jw w = { .out = out, .html = true };

    remit_buf_clear(out);
    if (task->containers[which].engine_id[0] == '\0')
        return 0;
    put_container(task, which, kind == REMIT_DOCUMENT_V4, &w);
    return remit_buf_check(out, "a metadata document", err);
}

/* ---- a task -------------------------------------------------------------------------------- */

/* vCPUs, at most three decimals, as Go writes a float. */
static void put_vcpus(struct remit_jw *w, int64_t units)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%.10g", (double)units / VCPU_UNITS);
    remit_jw_key(w, "CPU");
    remit_jw_raw(w, remit_str_of(text));
}

static void put_task_limits(const struct agent_task *task, struct remit_jw *w)
{
    int64_t cpu = agent_task_size(task, "cpu");
    int64_t memory = agent_task_size(task, "memory");

    if (cpu == 0 && memory == 0)
        return;
    remit_jw_key(w, "Limits");
    remit_jw_object(w);
    if (cpu > 0)
        put_vcpus(w, cpu);
    if (memory > 0)
        remit_jw_put_int(w, "Memory", memory);
    remit_jw_end(w);
}

static const char *known(const struct agent_task *task)
{
    enum agent_status lowest = AGENT_STOPPED;

    for (size_t i = 0; i < task->n_containers; i++)
        if (task->units[i].status < lowest)
            lowest = task->units[i].status;
    /* [task-endpoints 7.3] a quirk */
    return lowest == AGENT_PULLED ? "NONE" : agent_status_name(lowest);
}

static void put_containers(const struct agent_task *task, bool v4, struct remit_jw *w)
{
    remit_jw_key(w, "Containers");
    remit_jw_array(w);
    for (size_t i = 0; i < task->n_containers; i++)
        if (v4 || task->containers[i].engine_id[0] != '\0')
            put_container(task, i, v4, w);
    remit_jw_end(w);
}

/* "service:web" of the task's group. */
static struct remit_str service_name(const struct agent_task *task)
{
    struct remit_str group = remit_json_str(remit_json_get(task->payload, "group"));

    if (!remit_str_starts(group, REMIT_STR("service:")))
        return remit_str_from("", 0);
    return remit_str_sub(group, 8, group.len);
}

int agent_document_task(const struct agent_task *task, enum remit_document_kind kind,
                        struct remit_buf *out, struct remit_err *err)
{
    bool v4 = kind == REMIT_DOCUMENT_V4;
    struct remit_jw w = { .out = out, .html = true };

    remit_buf_clear(out);
    remit_jw_object(&w);
    remit_jw_put_str(&w, "Cluster", task->cluster_name);
    remit_jw_put_str(&w, "TaskARN", task->arn);
    remit_jw_put_str(&w, "Family", task->family);
    remit_jw_key(&w, "Revision");
    remit_jw_fmt(&w, "%lld", (long long)task->revision);
    remit_jw_put_cstr(&w, "DesiredStatus", desired(task));
    remit_jw_put_cstr(&w, "KnownStatus", known(task));
    if (!v4)
        put_containers(task, v4, &w);
    put_task_limits(task, &w);
    put_seconds(&w, "PullStartedAt", task->pull_started_at);
    put_seconds(&w, "PullStoppedAt", task->pull_stopped_at);
    put_seconds(&w, "ExecutionStoppedAt", task->execution_stopped_at);
    if (v4) {
        agent_put_str(&w, "LaunchType",
                      remit_json_str(remit_json_get(task->payload, "launchType")));
        put_containers(task, v4, &w);
        agent_put_str(&w, "ServiceName", service_name(task));
        remit_jw_put_bool(&w, "FaultInjectionEnabled", false);
    }
    remit_jw_end(&w);
    return remit_buf_check(out, "a metadata document", err);
}
