/* Actions against resources: permissions that no request can use, "*" where less would do. */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

/* A described action of the statement. */
struct use {
    const struct remit_service *service;
    const struct remit_action_description *action;
};

static bool has_star(const struct lint_statement *s)
{
    for (size_t i = 0; i < s->resources.n; i++)
        if (remit_str_equal(s->resources.at[i].text, REMIT_STR("*")))
            return true;
    return false;
}

static bool meets_resource(struct lint *l, const struct use *u, const struct lint_statement *s)
{
    for (size_t t = 0; t < u->action->n_resources; t++) {
        const struct remit_resource_type *type =
            remit_service_resource(u->service, u->action->resources[t]);

        for (size_t i = 0; i < s->resources.n; i++)
            if (type == NULL || lint_type_overlaps(l, type, s->resources.at[i].text))
                return true;
    }
    return false;
}

/* Some action that the entry covers works on some resource of the statement. */
static bool usable(struct lint *l, const struct lint_statement *s,
                   const struct remit_service *service, struct remit_str name)
{
    for (size_t i = 0; i < service->n_actions; i++) {
        const struct use u = { service, &service->actions[i] };

        if (!lint_may_compare(l))
            return true;
        if (remit_action_matches(u.action, name) && meets_resource(l, &u, s))
            return true;
    }
    return false;
}

static void check_entry(struct lint *l, const struct lint_statement *s,
                        const struct lint_text *entry)
{
    struct remit_str prefix = lint_service_of(entry->text);
    struct remit_str name = remit_str_sub(entry->text, prefix.len + 1, entry->text.len);
    const struct remit_service *service = remit_services_find(l->options.services, prefix);
    const struct remit_action_description *exact = remit_service_action(service, name);

    if (service == NULL || (exact == NULL && !lint_wild(name)))
        return;
    if (exact != NULL && exact->n_resources == 0)
        lint_report_both(l, LINT_STAR_RESOURCE_MISSING, entry->node, s->resources.node,
                         "%.*s takes no resource: only Resource \"*\" matches its requests, and "
                         "the statement has specific ones. It never %s it.",
                         LINT_ARG(entry->text), s->allow ? "allows" : "denies");
    else if (!usable(l, s, service, name))
        lint_report_both(l, LINT_RESOURCE_MISMATCH, entry->node, s->resources.node,
                         "%.*s works on none of the statement's resources: it never %s anything.",
                         LINT_ARG(entry->text), s->allow ? "allows" : "denies");
}

/* An action that could be limited to resources, to be shown. Lists are asked for with "*". */
static const struct remit_action_description *limitable(struct lint *l,
                                                        const struct lint_text *entry)
{
    struct remit_str prefix = lint_service_of(entry->text);
    struct remit_str name = remit_str_sub(entry->text, prefix.len + 1, entry->text.len);
    const struct remit_service *service = remit_services_find(l->options.services, prefix);

    for (size_t i = 0; service != NULL && i < service->n_actions; i++)
        if (service->actions[i].n_resources > 0 &&
            service->actions[i].access != REMIT_ACCESS_LIST && lint_may_compare(l) &&
            remit_action_matches(&service->actions[i], name))
            return &service->actions[i];
    return NULL;
}

static void check_star(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->actions.n; i++) {
        const struct remit_action_description *action = limitable(l, &s->actions.at[i]);
        struct remit_str service = lint_service_of(s->actions.at[i].text);

        if (action == NULL)
            continue;
        lint_report(l, LINT_RESOURCE_STAR, s->resources.node,
                    "Resource is \"*\", and %.*s:%.*s can be limited to a %.*s.", LINT_ARG(service),
                    LINT_ARG(action->name), LINT_ARG(action->resources[0]));
        return;
    }
}

/* ---- what was named as sensitive ---- */

/* Reads of data by resource; without descriptions every action counts. */
static bool reads(const struct lint *l, struct remit_str entry)
{
    struct remit_str prefix = lint_service_of(entry);
    struct remit_str name = remit_str_sub(entry, prefix.len + 1, entry.len);
    const struct remit_service *service = remit_services_find(l->options.services, prefix);

    for (size_t i = 0; service != NULL && i < service->n_actions; i++)
        if (service->actions[i].access == REMIT_ACCESS_READ &&
            service->actions[i].n_resources > 0 && remit_action_matches(&service->actions[i], name))
            return true;
    return service == NULL;
}

static const struct lint_text *reaches(const struct lint_statement *s, struct remit_str sensitive)
{
    for (size_t i = 0; i < s->resources.n; i++)
        if (lint_arns_overlap(s->resources.at[i].text, sensitive))
            return &s->resources.at[i];
    return NULL;
}

static void check_sensitive(struct lint *l, const struct lint_statement *s,
                            struct remit_str sensitive)
{
    const struct lint_text *resource = reaches(s, sensitive);
    struct remit_str parts[6];

    if (resource == NULL || lint_arn_parts(sensitive, parts) < 6)
        return;
    for (size_t i = 0; i < s->actions.n && lint_may_compare(l); i++) {
        struct remit_str action = s->actions.at[i].text;

        if (!lint_overlaps(lint_service_of(action), parts[2], true) || !reads(l, action))
            continue;
        lint_report_both(l, LINT_SENSITIVE_ACCESS, resource->node, s->actions.at[i].node,
                         "\"%.*s\" on \"%.*s\" reaches \"%.*s\", which was named as sensitive.",
                         LINT_ARG(action), LINT_ARG(resource->text), LINT_ARG(sensitive));
        return;
    }
}

void lint_match(struct lint *l, const struct lint_statement *s)
{
    if (s->actions.negated || s->resources.negated || s->resources.n == 0 ||
        l->options.type == REMIT_POLICY_TRUST)
        return;
    for (size_t i = 0; i < s->actions.n && !has_star(s); i++)
        check_entry(l, s, &s->actions.at[i]);
    if (s->allow && has_star(s) && lint_is_identity(l))
        check_star(l, s);
    for (size_t i = 0; i < l->options.n_sensitive && s->allow; i++)
        check_sensitive(l, s, l->options.sensitive[i]);
}
