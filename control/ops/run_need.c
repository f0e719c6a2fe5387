/* What a task takes of an instance, and what the instance must be. [ecs-control 12, 13] */
#include "control/ops/run.h"

/* ---- sizes ---- */

const struct remit_json *run_override_of(const struct remit_json *overrides,
                                         struct remit_str container)
{
    const struct remit_json *list = remit_json_get(overrides, "containerOverrides");

    for (size_t i = 0; i < remit_json_count(list); i++)
        if (remit_str_equal(ecs_text(remit_json_at(list, i), "name"), container))
            return remit_json_at(list, i);
    return NULL;
}

static int64_t overridden(const struct remit_json *container, const struct remit_json *override,
                          const char *member)
{
    return remit_json_int(
        remit_json_get(ecs_there(override, member) ? override : container, member));
}

struct run_sizes run_sizes_of(const struct remit_json *container,
                              const struct remit_json *overrides)
{
    const struct remit_json *override = run_override_of(overrides, ecs_text(container, "name"));

    return (struct run_sizes){
        .cpu = overridden(container, override, "cpu"),
        .memory = overridden(container, override, "memory"),
        .reservation = overridden(container, override, "memoryReservation"),
    };
}

/* The task's own size where it has one, else its containers' together; what is reserved counts. */
static void amount_of(const struct control_call *call, const struct remit_json *document,
                      struct ecs_amount *out)
{
    const struct remit_json *list = remit_json_get(document, "containerDefinitions");
    const struct remit_json *overrides = control_in(call, "overrides");
    struct remit_str cpu = ecs_text(overrides, "cpu");
    struct remit_str memory = ecs_text(overrides, "memory");
    struct ecs_amount sum = { 0 };

    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct run_sizes sizes = run_sizes_of(remit_json_at(list, i), overrides);

        sum.cpu += sizes.cpu;
        sum.memory += sizes.reservation != 0 ? sizes.reservation : sizes.memory;
    }
    if (!ecs_task_cpu_of(cpu.len > 0 ? cpu : ecs_text(document, "cpu"), &out->cpu))
        out->cpu = sum.cpu;
    if (!ecs_task_memory_of(memory.len > 0 ? memory : ecs_text(document, "memory"), &out->memory))
        out->memory = sum.memory;
}

/* ---- ports ---- */

static size_t count_mappings(const struct remit_json *containers)
{
    size_t n = 0;

    for (size_t i = 0; i < remit_json_count(containers); i++)
        n += remit_json_count(remit_json_get(remit_json_at(containers, i), "portMappings"));
    return n;
}

/* Static host ports alone; the document says 0 for those that the agent will choose. */
static int ports_of(struct control_call *call, const struct remit_json *document,
                    struct ecs_amount *out, struct remit_err *err)
{
    const struct remit_json *containers = remit_json_get(document, "containerDefinitions");
    size_t n = count_mappings(containers);

    out->tcp.items = REMIT_NEW_N(call->arena, uint16_t, n);
    out->udp.items = REMIT_NEW_N(call->arena, uint16_t, n);
    TRY(remit_arena_check(call->arena, "ports", err));
    for (size_t i = 0; i < remit_json_count(containers); i++) {
        const struct remit_json *list =
            remit_json_get(remit_json_at(containers, i), "portMappings");

        for (size_t j = 0; j < remit_json_count(list); j++) {
            const struct remit_json *mapping = remit_json_at(list, j);
            int64_t port = remit_json_int(remit_json_get(mapping, "hostPort"));

            if (port != 0)
                ecs_ports_add(ecs_is(mapping, "protocol", "udp") ? &out->udp : &out->tcp,
                              (uint16_t)port);
        }
    }
    ecs_ports_settle(&out->tcp);
    ecs_ports_settle(&out->udp);
    return 0;
}

/* ---- attributes, constraints, strategies ---- */

static int attributes_of(struct control_call *call, const struct remit_json *document,
                         struct scheduler_need *out, struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(document, "requiresAttributes");
    size_t n = remit_json_count(list);
    struct remit_str *names = REMIT_NEW_N(call->arena, struct remit_str, n + 1);

    TRY(remit_arena_check(call->arena, "attributes", err));
    for (size_t i = 0; i < n; i++)
        names[i] = remit_arena_str(call->arena, ecs_text(remit_json_at(list, i), "name"));
    if (remit_str_equal(control_in_str(call, "launchType"), REMIT_STR("EXTERNAL")))
        names[n++] = REMIT_STR("ecs.capability.external");
    out->attributes = names;
    out->n_attributes = n;
    return remit_arena_check(call->arena, "attributes", err);
}

/* The agent's words for the definition's. */
static struct remit_str architecture_of(const struct remit_json *document)
{
    const struct remit_json *platform = remit_json_get(document, "runtimePlatform");

    if (ecs_is(platform, "cpuArchitecture", "X86_64"))
        return REMIT_STR("x86_64");
    return ecs_is(platform, "cpuArchitecture", "ARM64") ? REMIT_STR("arm64") : REMIT_STR("");
}

static int add_constraint(struct control_call *call, const struct remit_json *constraint,
                          struct scheduler_need *out, struct remit_err *err)
{
    struct remit_str expression = remit_arena_str(call->arena, ecs_text(constraint, "expression"));

    if (ecs_is(constraint, "type", "distinctInstance")) {
        if (expression.len > 0)
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                              "distinctInstance takes no expression.");
        out->distinct = true;
        return 0;
    }
    if (expression.len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "memberOf needs an expression.");
    if (out->n_constraints == SCHEDULER_CONSTRAINTS_MAX)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "Maximum number of placement constraints is %d, those of the task "
                          "definition included.",
                          SCHEDULER_CONSTRAINTS_MAX);
    return cluster_query_compile(expression, call->arena, &out->constraints[out->n_constraints++],
                                 err);
}

static int add_constraints(struct control_call *call, const struct remit_json *list,
                           struct scheduler_need *out, struct remit_err *err)
{
    for (size_t i = 0; i < remit_json_count(list); i++)
        TRY(add_constraint(call, remit_json_at(list, i), out, err));
    return 0;
}

static int binpack_of(struct remit_str field, struct scheduler_strategy *out, struct remit_err *err)
{
    out->kind = SCHEDULER_BINPACK;
    out->field =
        remit_str_equal_nocase(field, REMIT_STR("memory")) ? SCHEDULER_MEMORY : SCHEDULER_CPU;
    if (out->field == SCHEDULER_MEMORY || remit_str_equal_nocase(field, REMIT_STR("cpu")))
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                      "binpack field '" REMIT_STR_FMT "' is invalid, must be cpu or memory.",
                      REMIT_STR_ARG(field));
}

static int spread_of(struct control_call *call, struct remit_str field,
                     struct scheduler_strategy *out, struct remit_err *err)
{
    struct remit_str prefix = REMIT_STR("attribute:");

    out->kind = SCHEDULER_SPREAD;
    out->field = SCHEDULER_INSTANCE;
    if (remit_str_equal_nocase(field, REMIT_STR("instanceId")) ||
        remit_str_equal_nocase(field, REMIT_STR("host")))
        return 0;
    out->field = SCHEDULER_ATTRIBUTE;
    out->attribute = remit_arena_str(call->arena, remit_str_sub(field, prefix.len, field.len));
    if (remit_str_starts(field, prefix) && field.len > prefix.len)
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                      "spread field '" REMIT_STR_FMT
                      "' is invalid, must be instanceId, host or attribute:NAME.",
                      REMIT_STR_ARG(field));
}

static int strategy_of(struct control_call *call, const struct remit_json *strategy,
                       struct scheduler_strategy *out, struct remit_err *err)
{
    struct remit_str field = ecs_text(strategy, "field");

    if (ecs_is(strategy, "type", "binpack"))
        return binpack_of(field, out, err);
    if (ecs_is(strategy, "type", "spread"))
        return spread_of(call, field, out, err);
    out->kind = SCHEDULER_RANDOM;
    return field.len == 0 ? 0
                          : remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                                       "random takes no field.");
}

static int add_strategies(struct control_call *call, struct scheduler_need *out,
                          struct remit_err *err)
{
    const struct remit_json *list = control_in(call, "placementStrategy");

    if (remit_json_count(list) > SCHEDULER_STRATEGIES_MAX)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "Maximum number of strategies is %d", SCHEDULER_STRATEGIES_MAX);
    for (size_t i = 0; i < remit_json_count(list); i++)
        TRY(strategy_of(call, remit_json_at(list, i), &out->strategies[out->n_strategies++], err));
    return 0;
}

int run_need(struct control_call *call, const struct run *run, const struct remit_json *document,
             struct scheduler_need *out, struct remit_err *err)
{
    struct remit_str group = control_in_str(call, "group");

    *out = (struct scheduler_need){ .group = group };
    if (group.len == 0)
        out->group = remit_arena_fmt(call->arena, "family:" REMIT_STR_FMT,
                                     REMIT_STR_ARG(run->definition.family));
    amount_of(call, document, &out->amount);
    TRY(ports_of(call, document, &out->amount, err));
    TRY(attributes_of(call, document, out, err));
    out->architecture = architecture_of(document);
    TRY(add_constraints(call, remit_json_get(document, "placementConstraints"), out, err));
    TRY(add_constraints(call, control_in(call, "placementConstraints"), out, err));
    return add_strategies(call, out, err);
}
