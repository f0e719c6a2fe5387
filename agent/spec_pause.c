#include "agent/ports.h"
#include "agent/spec.h"

#define MEBIBYTE     ((int64_t)1024 * 1024)
#define PAUSE_MEMORY (16 * MEBIBYTE)
#define PAUSE_PIDS   8
#define RANGE_MOST   100 /* ports that one mapping may name */

/* ---- published ports ----------------------------------------------------------------------- */

typedef void put_port_fn(struct remit_jw *w, const struct remit_json *mapping, unsigned port);

static int each_port(const struct remit_json *mapping, put_port_fn *put, struct remit_jw *w,
                     struct remit_err *err)
{
    unsigned from = 0;
    unsigned to = 0;

    if (!agent_port_range(mapping, &from, &to) || to - from >= RANGE_MOST)
        return remit_fail(err, REMIT_ERR_INVALID, "HostConfigError",
                          "a port mapping of no port, or of more than %d", RANGE_MOST);
    for (unsigned port = from; port <= to; port++)
        put(w, mapping, port);
    return 0;
}

static void put_exposed(struct remit_jw *w, const struct remit_json *mapping, unsigned port)
{
    auto_buf struct remit_buf key = REMIT_BUF(64);

    remit_buf_put_fmt(&key, "%u/" REMIT_STR_FMT, port, REMIT_STR_ARG(agent_port_protocol(mapping)));
    remit_jw_key_str(w, remit_buf_view(&key));
    remit_jw_object(w);
    remit_jw_end(w);
}

/* hostPort 0: the Engine picks one of the ephemeral range. */
static void put_binding(struct remit_jw *w, const struct remit_json *mapping, unsigned port)
{
    auto_buf struct remit_buf key = REMIT_BUF(64);
    int64_t host = remit_json_int(remit_json_get(mapping, "hostPort"));

    remit_buf_put_fmt(&key, "%u/" REMIT_STR_FMT, port, REMIT_STR_ARG(agent_port_protocol(mapping)));
    remit_jw_key_str(w, remit_buf_view(&key));
    remit_jw_array(w);
    remit_jw_object(w);
    remit_jw_key(w, "HostPort");
    if (host > 0)
        remit_jw_fmt(w, "%lld", (long long)host);
    else
        remit_jw_cstr(w, "");
    remit_jw_end(w);
    remit_jw_end(w);
}

/* A task has one namespace, and a port of it one owner. */
static bool mapped_before(const struct agent_task *task, size_t which, size_t k)
{
    const struct remit_json *own =
        remit_json_at(remit_json_get(task->containers[which].definition, "portMappings"), k);

    for (size_t i = 0; i <= which; i++) {
        const struct remit_json *list =
            remit_json_get(task->containers[i].definition, "portMappings");

        for (size_t j = 0; j < (i == which ? k : remit_json_count(list)); j++) {
            const struct remit_json *other = remit_json_at(list, j);

            if (remit_json_int(remit_json_get(own, "containerPort")) ==
                    remit_json_int(remit_json_get(other, "containerPort")) &&
                remit_str_equal(agent_port_protocol(own), agent_port_protocol(other)))
                return true;
        }
    }
    return false;
}

static int port_taken(const struct agent_task *task, size_t which, const struct remit_json *mapping,
                      struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INVALID, "HostConfigError",
                      "container " REMIT_STR_FMT ": port %lld is mapped twice, and containers of a "
                      "task share one network namespace",
                      REMIT_STR_ARG(task->containers[which].name),
                      (long long)remit_json_int(remit_json_get(mapping, "containerPort")));
}

static int put_ports(const struct agent_task *task, struct remit_jw *w, put_port_fn *put,
                     struct remit_err *err)
{
    remit_jw_object(w);
    for (size_t i = 0; i < task->n_containers; i++) {
        const struct remit_json *list =
            remit_json_get(task->containers[i].definition, "portMappings");

        for (size_t k = 0; k < remit_json_count(list); k++) {
            if (mapped_before(task, i, k))
                return port_taken(task, i, remit_json_at(list, k), err);
            TRY(each_port(remit_json_at(list, k), put, w, err));
        }
    }
    remit_jw_end(w);
    return 0;
}

/* ---- names in the namespace ---------------------------------------------------------------- */

/* Neighbours of one namespace: a link is another name of 127.0.0.1. */
static void put_links(const struct remit_json *links, struct remit_jw *w)
{
    for (size_t i = 0; i < remit_json_count(links); i++) {
        struct remit_str alias = remit_json_str(remit_json_at(links, i));
        struct remit_str name;

        (void)remit_str_cut(&alias, ':', &name);
        remit_jw_fmt(w, REMIT_STR_FMT ":127.0.0.1", REMIT_STR_ARG(name));
        if (alias.len > 0)
            remit_jw_fmt(w, REMIT_STR_FMT ":127.0.0.1", REMIT_STR_ARG(alias));
    }
}

static void put_hosts(const struct agent_task *task, struct remit_jw *w)
{
    remit_jw_key(w, "ExtraHosts");
    remit_jw_array(w);
    for (size_t i = 0; i < task->n_containers; i++) {
        const struct remit_json *definition = task->containers[i].definition;
        const struct remit_json *hosts = remit_json_get(definition, "extraHosts");

        put_links(remit_json_get(definition, "links"), w);
        for (size_t k = 0; k < remit_json_count(hosts); k++) {
            const struct remit_json *host = remit_json_at(hosts, k);

            remit_jw_fmt(w, REMIT_STR_FMT ":" REMIT_STR_FMT,
                         REMIT_STR_ARG(remit_json_str(remit_json_get(host, "hostname"))),
                         REMIT_STR_ARG(remit_json_str(remit_json_get(host, "ipAddress"))));
        }
    }
    remit_jw_end(w);
}

static void put_all(const struct agent_task *task, const char *member, const char *key,
                    struct remit_jw *w)
{
    remit_jw_key(w, key);
    remit_jw_array(w);
    for (size_t i = 0; i < task->n_containers; i++) {
        const struct remit_json *list = remit_json_get(task->containers[i].definition, member);

        for (size_t k = 0; k < remit_json_count(list); k++)
            remit_jw_json(w, remit_json_at(list, k));
    }
    remit_jw_end(w);
}

/* The first container that has a name gives it to the namespace. */
static void put_hostname(const struct agent_task *task, struct remit_jw *w)
{
    for (size_t i = 0; i < task->n_containers; i++) {
        struct remit_str name =
            remit_json_str(remit_json_get(task->containers[i].definition, "hostname"));

        if (name.len == 0)
            continue;
        remit_jw_put_str(w, "Hostname", name);
        return;
    }
}

static int put_host_config(const struct agent_task *task, struct remit_jw *w, struct remit_err *err)
{
    remit_jw_key(w, "HostConfig");
    remit_jw_object(w);
    remit_jw_put_cstr(w, "NetworkMode", task->netmode->engine);
    if (task->netmode->publishes) {
        remit_jw_key(w, "PortBindings");
        TRY(put_ports(task, w, put_binding, err));
        put_hosts(task, w);
        put_all(task, "dnsServers", "Dns", w);
        put_all(task, "dnsSearchDomains", "DnsSearch", w);
    }
    remit_jw_put_bool(w, "ReadonlyRootfs", true);
    remit_jw_key(w, "CapDrop");
    remit_jw_array(w);
    remit_jw_cstr(w, "ALL");
    remit_jw_end(w);
    remit_jw_key(w, "SecurityOpt");
    remit_jw_array(w);
    remit_jw_cstr(w, "no-new-privileges");
    remit_jw_end(w);
    remit_jw_put_int(w, "Memory", PAUSE_MEMORY);
    remit_jw_put_int(w, "PidsLimit", PAUSE_PIDS);
    remit_jw_put_cstr(w, "IpcMode", "none");
    remit_jw_key(w, "LogConfig");
    remit_jw_object(w);
    remit_jw_put_cstr(w, "Type", "none");
    remit_jw_end(w);
    remit_jw_end(w);
    return 0;
}

int agent_spec_pause(const struct agent_task *task, const char *image, struct remit_buf *out,
                     struct remit_err *err)
{
    struct remit_jw w = REMIT_JW(out);

    remit_buf_clear(out);
    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "Image", image);
    remit_jw_put_cstr(&w, "User", "65534:65534");
    put_hostname(task, &w);
    if (task->netmode->publishes) {
        remit_jw_key(&w, "ExposedPorts");
        TRY(put_ports(task, &w, put_exposed, err));
    }
    remit_jw_key(&w, "Labels");
    remit_jw_object(&w);
    agent_spec_labels(task, REMIT_STR("~internal~ecs~pause"), &w);
    remit_jw_end(&w);
    TRY(put_host_config(task, &w, err));
    remit_jw_end(&w);
    return remit_buf_check(out, "a pause container's description", err);
}
