/* Ports, links, names and addresses of containers. [ecs-control 8.2, 13] */
#include "control/ops/definition_rules.h"

#define RANGE_MOST 100 /* ports of one range */

/* ---- one mapping ---- */

static int check_range(const struct remit_json *def, const struct remit_json *container,
                       const struct remit_json *mapping, struct remit_err *err)
{
    struct remit_str rest = ecs_text(mapping, "containerPortRange");
    struct remit_str first;
    unsigned long long low = 0;
    unsigned long long high = 0;

    if (ecs_there(mapping, "containerPort") || rule_mode_is(def, "host") ||
        !remit_str_cut(&rest, '-', &first) || !remit_str_to_u64(first, 65535, &low) ||
        !remit_str_to_u64(rest, 65535, &high) || low == 0 || high < low || high - low >= RANGE_MOST)
        return rule_broken(
            err, "Invalid 'containerPortRange' setting for container '" REMIT_STR_FMT "'.",
            REMIT_STR_ARG(ecs_text(container, "name")));
    return 0;
}

static int check_mapping(const struct remit_json *def, const struct remit_json *container,
                         const struct remit_json *mapping, struct remit_err *err)
{
    int64_t port = rule_int(mapping, "containerPort");
    int64_t host = rule_int(mapping, "hostPort");
    struct remit_str mode = rule_mode(def);

    if (ecs_there(mapping, "containerPortRange"))
        return check_range(def, container, mapping, err);
    if (port < 1 || port > 65535)
        return rule_broken(err,
                           "Invalid 'containerPort' setting for container '" REMIT_STR_FMT "'.",
                           REMIT_STR_ARG(ecs_text(container, "name")));
    if (host != 0 && host != port && !rule_mode_is(def, "bridge"))
        return rule_broken(err,
                           "When networkMode=" REMIT_STR_FMT
                           ", the host ports and container ports in port mappings must match.",
                           REMIT_STR_ARG(mode));
    return 0;
}

int rule_ports(const struct remit_json *def, const struct remit_json *container,
               struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(container, "portMappings");

    if (remit_json_count(list) > 0 && rule_mode_is(def, "none"))
        return rule_broken(err,
                           "Port mappings are not supported on container '" REMIT_STR_FMT
                           "' when networkMode=none.",
                           REMIT_STR_ARG(ecs_text(container, "name")));
    for (size_t i = 0; i < remit_json_count(list); i++)
        TRY(check_mapping(def, container, remit_json_at(list, i), err));
    return 0;
}

/* ---- mappings against each other, in the whole task ---- */

static bool same_protocol(const struct remit_json *a, const struct remit_json *b)
{
    return ecs_is(a, "protocol", "udp") == ecs_is(b, "protocol", "udp");
}

static int check_pair(const struct remit_json *a, const struct remit_json *b, struct remit_err *err)
{
    struct remit_str name = ecs_text(a, "name");
    int64_t port = rule_int(a, "containerPort");
    int64_t host = rule_int(a, "hostPort");

    if (name.len > 0 && remit_str_equal(name, ecs_text(b, "name")))
        return rule_broken(err, "The port mapping name '" REMIT_STR_FMT "' is already used.",
                           REMIT_STR_ARG(name));
    if (!same_protocol(a, b))
        return 0;
    /* in bridge mode, too: the containers of a task share one network namespace here */
    if (port != 0 && port == rule_int(b, "containerPort"))
        return rule_broken(err, "The container port %lld is used multiple times in task.",
                           (long long)port);
    if (host != 0 && host == rule_int(b, "hostPort"))
        return rule_broken(err, "The host port %lld is used multiple times in task.",
                           (long long)host);
    return 0;
}

/* The i-th mapping of all containers together, NULL past the end. */
static const struct remit_json *mapping_at(const struct remit_json *def, size_t i)
{
    const struct remit_json *containers = rule_containers(def);

    for (size_t c = 0; c < remit_json_count(containers); c++) {
        const struct remit_json *list =
            remit_json_get(remit_json_at(containers, c), "portMappings");

        if (i < remit_json_count(list))
            return remit_json_at(list, i);
        i -= remit_json_count(list);
    }
    return NULL;
}

int rule_port_names(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *a = NULL;

    for (size_t i = 0; (a = mapping_at(def, i)) != NULL; i++)
        for (size_t j = 0; j < i; j++)
            TRY(check_pair(a, mapping_at(def, j), err));
    return 0;
}

/* ---- what a mode has no room for ---- */

static const struct {
    const char *member;
    const char *words;
    bool host, none; /* refused there as well as with awsvpc */
} network_members[] = {
    { "links", "Links are", true, true },
    { "hostname", "Hostname is", false, false },
    { "extraHosts", "Extra hosts are", true, false },
    { "dnsServers", "DNS servers are", false, false },
    { "dnsSearchDomains", "DNS search domains are", false, false },
    { "disableNetworking", "Disable Networking is", false, false },
};

int rule_network_members(const struct remit_json *def, const struct remit_json *container,
                         struct remit_err *err)
{
    struct remit_str mode = rule_mode(def);

    for (size_t i = 0; i < REMIT_COUNT(network_members); i++) {
        bool refused = rule_mode_is(def, "awsvpc") ||
                       (rule_mode_is(def, "host") && network_members[i].host) ||
                       (rule_mode_is(def, "none") && network_members[i].none);

        if (refused && rule_says_something(remit_json_get(container, network_members[i].member)))
            return rule_broken(err, "%s not supported on container when networkMode=" REMIT_STR_FMT,
                               network_members[i].words, REMIT_STR_ARG(mode));
    }
    return 0;
}

int rule_proxy(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *proxy = remit_json_get(def, "proxyConfiguration");
    struct remit_str name = ecs_text(proxy, "containerName");

    if (!ecs_there(def, "proxyConfiguration"))
        return 0;
    if (!rule_mode_is(def, "awsvpc"))
        return rule_broken(err, "Proxy configuration is only supported when networkMode=awsvpc.");
    if (ecs_container_of(def, name) == NULL)
        return rule_broken(
            err, "Proxy configuration names container '" REMIT_STR_FMT "', which does not exist.",
            REMIT_STR_ARG(name));
    return 0;
}
