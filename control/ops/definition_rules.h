/*
 * definition_rules.h - the rules of ecs-control.md 8.2, one function each. Inner to
 * control/ops/definition*.c.
 */
#pragma once

#include "control/ops/definition.h"

/* The sentence as "ClientException"; -1. */
#define rule_broken(err, ...) remit_fail((err), REMIT_ERR_INVALID, "ClientException", __VA_ARGS__)

/* About the whole of a definition, or about one container of it. */
typedef int definition_rule(const struct remit_json *def, struct remit_err *err);
typedef int container_rule(const struct remit_json *def, const struct remit_json *container,
                           struct remit_err *err);

container_rule rule_ports, rule_network_members; /* definition_network.c */
definition_rule rule_port_names, rule_proxy;
container_rule rule_depends_on, rule_timeouts; /* definition_order.c */
definition_rule rule_cycle;
definition_rule rule_volumes; /* definition_volumes.c */
container_rule rule_mounts, rule_volumes_from;
container_rule rule_secrets, rule_environment, rule_log, rule_health, rule_ulimits,
    rule_environment_files; /* definition_container.c */
definition_rule rule_constraints;
int rule_fargate(const struct control_config *config, const struct remit_json *def,
                 struct remit_err *err);          /* definition_fargate.c */
container_rule rule_privileges, rule_host_mounts; /* definition_host.c */
definition_rule rule_host_volumes, rule_host_namespaces;

/* An empty list, an empty text and false say nothing. */
bool rule_says_something(const struct remit_json *value);

static inline const struct remit_json *rule_containers(const struct remit_json *def)
{
    return remit_json_get(def, "containerDefinitions");
}
static inline int64_t rule_int(const struct remit_json *object, const char *name)
{
    return remit_json_int(remit_json_get(object, name));
}
/* "bridge" when nothing else is said. */
static inline struct remit_str rule_mode(const struct remit_json *def)
{
    struct remit_str mode = ecs_text(def, "networkMode");

    return mode.len > 0 ? mode : REMIT_STR("bridge");
}
static inline bool rule_mode_is(const struct remit_json *def, const char *mode)
{
    return remit_str_equal(rule_mode(def), remit_str_of(mode));
}
