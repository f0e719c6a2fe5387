#include "agent/ports.h"

#define PORT_MOST 65535

struct remit_str agent_port_protocol(const struct remit_json *mapping)
{
    struct remit_str protocol = remit_json_str(remit_json_get(mapping, "protocol"));

    return protocol.len > 0 ? protocol : REMIT_STR("tcp");
}

bool agent_port_range(const struct remit_json *mapping, unsigned *from, unsigned *to)
{
    struct remit_str rest = remit_json_str(remit_json_get(mapping, "containerPortRange"));
    int64_t single = remit_json_int(remit_json_get(mapping, "containerPort"));
    unsigned long long first = single > 0 ? (unsigned long long)single : 0;
    unsigned long long last = first;
    struct remit_str head;

    if (rest.len > 0 &&
        (!remit_str_cut(&rest, '-', &head) || !remit_str_to_u64(head, PORT_MOST, &first) ||
         !remit_str_to_u64(rest, PORT_MOST, &last)))
        return false;
    if (first == 0 || first > last || last > PORT_MOST)
        return false;
    *from = (unsigned)first;
    *to = (unsigned)last;
    return true;
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
                           agent_port_each *each, void *self)
{
    const struct remit_json *settings = remit_json_get(task->pause, "NetworkSettings");
    const struct remit_json *ports = remit_json_get(settings, "Ports");
    unsigned from = 1;
    unsigned to = 0;

    if (!agent_port_range(mapping, &from, &to))
        return;
    for (unsigned number = from; number <= to; number++) {
        struct agent_port port = { .container = number, .protocol = agent_port_protocol(mapping) };
        auto_buf struct remit_buf key = REMIT_BUF(64);

        remit_buf_put_fmt(&key, "%u/" REMIT_STR_FMT, number, REMIT_STR_ARG(port.protocol));
        each_binding(remit_json_get_str(ports, remit_buf_view(&key)), &port, each, self);
    }
}

/* Nothing is published: the port is the namespace's own. */
static void each_own(const struct remit_json *mapping, agent_port_each *each, void *self)
{
    int64_t number = remit_json_int(remit_json_get(mapping, "containerPort"));
    const struct agent_port port = { number, number, agent_port_protocol(mapping),
                                     REMIT_STR("0.0.0.0") };

    if (number > 0)
        each(self, &port);
}

void agent_ports(const struct agent_task *task, size_t which, agent_port_each *each, void *self)
{
    const struct remit_json *list =
        remit_json_get(task->containers[which].definition, "portMappings");

    for (size_t i = 0; i < remit_json_count(list); i++) {
        if (task->netmode->publishes)
            each_published(task, remit_json_at(list, i), each, self);
        else
            each_own(remit_json_at(list, i), each, self);
    }
}
