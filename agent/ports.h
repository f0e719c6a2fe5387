/*
 * ports.h - port mappings of a definition, and what the Engine made of them.
 */
#pragma once

#include "agent/task.h"

/* containerPort, or containerPortRange "a-b"; false for what is neither. */
bool agent_port_range(const struct remit_json *mapping, unsigned *from, unsigned *to);
/* "tcp" when nothing is said. */
struct remit_str agent_port_protocol(const struct remit_json *mapping);

/* Ports of a container as the Engine published them: for documents and for reports. */
struct agent_port {
    int64_t container;
    int64_t host;
    struct remit_str protocol;
    struct remit_str address; /* "0.0.0.0" */
};
typedef void agent_port_each(void *self, const struct agent_port *port);
void agent_ports(const struct agent_task *task, size_t which, agent_port_each *each, void *self);
