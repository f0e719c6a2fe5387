/* ops.c - the list of the lists of rows: the router knows what stands here, and nothing else. */
#include "control/http/dispatch.h"
#include "control/operation.h"

static const struct control_operation *const *const lists[] = {
    control_agent_operations,
    control_ecs_operations,
    control_ecs_refused_operations,
    control_sts_operations,
    control_iam_operations,
    control_ecr_operations,
    control_ssm_operations,
    control_secretsmanager_operations,
    control_access_analyzer_operations,
    NULL,
};

static const struct control_service *const services[] = {
    &control_ecs, &control_agent_api, &control_admin_api, &control_sts,
    &control_iam, &control_ecr,       &control_ssm,       &control_secretsmanager,
};

const struct control_operation *control_operation_at(size_t i)
{
    for (size_t list = 0; lists[list] != NULL; list++)
        for (size_t row = 0; lists[list][row] != NULL; row++)
            if (i-- == 0)
                return lists[list][row];
    return NULL;
}

static const struct control_operation *by_name(const struct control_service *service,
                                               struct remit_str name)
{
    for (size_t list = 0; service != NULL && lists[list] != NULL; list++)
        for (const struct control_operation *const *op = lists[list]; *op != NULL; op++)
            if ((*op)->service == service && remit_str_equal(remit_str_of((*op)->name), name))
                return *op;
    return NULL;
}

const struct control_service *control_service_by_target(struct remit_str target)
{
    struct remit_str prefix;

    (void)remit_str_cut(&target, '.', &prefix);
    for (size_t i = 0; i < REMIT_COUNT(services); i++)
        if (services[i]->target != NULL &&
            remit_str_equal(remit_str_of(services[i]->target), prefix))
            return services[i];
    return NULL;
}

const struct control_service *control_service_by_version(struct remit_str version)
{
    for (size_t i = 0; i < REMIT_COUNT(services); i++)
        if (services[i]->version != NULL &&
            remit_str_equal(remit_str_of(services[i]->version), version))
            return services[i];
    return NULL;
}

const struct control_operation *control_operation_by_target(struct remit_str target)
{
    const struct control_service *service = control_service_by_target(target);
    struct remit_str prefix;

    (void)remit_str_cut(&target, '.', &prefix);
    return by_name(service, target);
}

const struct control_operation *control_operation_by_path(struct remit_str path)
{
    for (size_t list = 0; lists[list] != NULL; list++)
        for (const struct control_operation *const *op = lists[list]; *op != NULL; op++)
            if ((*op)->path != NULL && remit_str_equal(remit_str_of((*op)->path), path))
                return *op;
    return NULL;
}

const struct control_operation *control_operation_by_action(struct remit_str version,
                                                            struct remit_str action)
{
    return by_name(control_service_by_version(version), action);
}
