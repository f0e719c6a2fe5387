#include "agent/documents.h"

static struct remit_str protocol_of(const struct remit_json *mapping)
{
    struct remit_str protocol = remit_json_str(remit_json_get(mapping, "protocol"));

    return protocol.len > 0 ? protocol : REMIT_STR("tcp");
}

/* [{"HostIp", "HostPort"}], of the pause container: one for IPv4, one for IPv6. */
static void each_binding(const struct remit_json *bindings, struct agent_port *port,
                         agent_port_each *each, void *self)
{
    for (size_t i = 0; i < remit_json_count(bindings); i++) {
        const struct remit_json *binding = remit_json_at(bindings, i);
        unsigned long long host = 0;

        (void)remit_str_to_u64(remit_json_str(remit_json_get(binding, "HostPort")), 65535, &host);
        port->host = (int64_t)host;
        port->address = remit_json_str(remit_json_get(binding, "HostIp"));
        each(self, port);
    }
}

static void each_published(const struct agent_task *task, const struct remit_json *mapping,
                           unsigned long long from, unsigned long long to, agent_port_each *each,
                           void *self)
{
    const struct remit_json *settings = remit_json_get(task->pause, "NetworkSettings");
    const struct remit_json *ports = remit_json_get(settings, "Ports");

    for (unsigned long long number = from; number <= to; number++) {
        struct agent_port port = { .container = (int64_t)number, .protocol = protocol_of(mapping) };
        auto_buf struct remit_buf key = REMIT_BUF(64);

        remit_buf_put_fmt(&key, "%llu/" REMIT_STR_FMT, number, REMIT_STR_ARG(port.protocol));
        each_binding(remit_json_get_str(ports, remit_buf_view(&key)), &port, each, self);
    }
}

static void each_of_mapping(const struct agent_task *task, const struct remit_json *mapping,
                            agent_port_each *each, void *self)
{
    struct remit_str rest = remit_json_str(remit_json_get(mapping, "containerPortRange"));
    int64_t single = remit_json_int(remit_json_get(mapping, "containerPort"));
    unsigned long long from = (unsigned long long)single;
    unsigned long long to = from;
    struct remit_str head;

    if (rest.len > 0 &&
        (!remit_str_cut(&rest, '-', &head) || !remit_str_to_u64(head, 65535, &from) ||
         !remit_str_to_u64(rest, 65535, &to)))
        return;
    if (from == 0 || to > 65535)
        return;
    if (task->netmode->publishes)
        each_published(task, mapping, from, to, each, self);
    else
        each(self,
             &(struct agent_port){ single, single, protocol_of(mapping), REMIT_STR("0.0.0.0") });
}

void agent_ports(const struct agent_task *task, size_t which, agent_port_each *each, void *self)
{
    const struct remit_json *list =
        remit_json_get(task->containers[which].definition, "portMappings");

    for (size_t i = 0; i < remit_json_count(list); i++)
        each_of_mapping(task, remit_json_at(list, i), each, self);
}
