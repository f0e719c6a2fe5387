/* Actions: their form, whether the service has them, what one list says twice. */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

#define NEAR_MOST 3 /* edits between a name and what was probably meant */

static size_t colons(struct remit_str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == ':';
    return n;
}

static bool has_blank(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == ' ' || text.ptr[i] == '\t' || text.ptr[i] == '\n' || text.ptr[i] == '\r')
            return true;
    return false;
}

static bool is_service_name(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = remit_lower(text.ptr[i]);

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return text.len > 0;
}

/* False when the form is so wrong that nothing more can be said. */
static bool check_form(struct lint *l, const struct lint_text *action)
{
    struct remit_str text = action->text;

    if (has_blank(text)) {
        lint_report(l, LINT_ACTION_WHITESPACE, action->node,
                    "The action \"%.*s\" has white space and matches nothing.", LINT_ARG(text));
        return false;
    }
    if (remit_str_equal(text, REMIT_STR("*")))
        return false;
    if (colons(text) != 1) {
        lint_report(l, LINT_ACTION_COLONS, action->node,
                    "The action \"%.*s\" is not service:name, nor \"*\".", LINT_ARG(text));
        return false;
    }
    if (remit_str_ends(text, REMIT_STR(":"))) {
        lint_report(l, LINT_EMPTY_ACTION_NAME, action->node,
                    "The action \"%.*s\" has no name and matches nothing.", LINT_ARG(text));
        return false;
    }
    return true;
}

static const struct remit_service *nearest_service(const struct lint *l, struct remit_str name)
{
    const struct remit_service *best = NULL;
    size_t least = 2; /* service names are short: one edit */

    for (size_t i = 0; i < remit_services_count(l->options.services); i++) {
        const struct remit_service *service = remit_services_at(l->options.services, i);
        size_t distance = lint_distance(service->name, name, 1);

        if (distance < least) {
            least = distance;
            best = service;
        }
    }
    return best;
}

static void unknown_service(struct lint *l, const struct lint_text *action,
                            struct remit_str service)
{
    const struct remit_service *near = nearest_service(l, service);

    if (is_service_name(service) && !l->options.all_services)
        return;
    if (near != NULL)
        lint_report_part(l, LINT_INVALID_SERVICE_IN_ACTION, action->node, 0, service.len,
                         "There is no service \"%.*s\". Did you mean \"%.*s\"?", LINT_ARG(service),
                         LINT_ARG(near->name));
    else
        lint_report_part(l, LINT_INVALID_SERVICE_IN_ACTION, action->node, 0, service.len,
                         "There is no service \"%.*s\".", LINT_ARG(service));
}

static const struct remit_action_description *nearest_action(const struct remit_service *service,
                                                             struct remit_str name)
{
    const struct remit_action_description *best = NULL;
    size_t least = NEAR_MOST + 1;

    for (size_t i = 0; i < service->n_actions; i++) {
        size_t distance = lint_distance(service->actions[i].name, name, NEAR_MOST);

        if (distance < least) {
            least = distance;
            best = &service->actions[i];
        }
    }
    return best;
}

static void check_known(struct lint *l, const struct lint_text *action,
                        const struct remit_service *service, struct remit_str name)
{
    const struct remit_action_description *near = NULL;

    for (size_t i = 0; i < service->n_actions; i++)
        if (!lint_may_compare(l) || remit_action_matches(&service->actions[i], name))
            return;
    near = nearest_action(service, name);
    if (lint_wild(name))
        lint_report(l, LINT_INVALID_ACTION, action->node,
                    "\"%.*s\" matches no action of the service %.*s.", LINT_ARG(action->text),
                    LINT_ARG(service->name));
    else if (near != NULL)
        lint_report(l, LINT_INVALID_ACTION, action->node,
                    "The service %.*s has no action \"%.*s\". Did you mean \"%.*s:%.*s\"?",
                    LINT_ARG(service->name), LINT_ARG(name), LINT_ARG(service->name),
                    LINT_ARG(near->name));
    else
        lint_report(l, LINT_INVALID_ACTION, action->node,
                    "The service %.*s has no action \"%.*s\".", LINT_ARG(service->name),
                    LINT_ARG(name));
}

/* ---- what the policy's type takes ---- */

static const struct remit_str trust_actions[] = {
    REMIT_STR_INIT("sts:AssumeRole"),        REMIT_STR_INIT("sts:AssumeRoleWithSAML"),
    REMIT_STR_INIT("sts:SetContext"),        REMIT_STR_INIT("sts:AssumeRoleWithWebIdentity"),
    REMIT_STR_INIT("sts:SetSourceIdentity"), REMIT_STR_INIT("sts:TagSession"),
};

static bool in_trust(struct remit_str action)
{
    if (!remit_str_equal_nocase(remit_str_sub(action, 0, 4), REMIT_STR("sts:")))
        return false;
    for (size_t i = 0; i < REMIT_COUNT(trust_actions); i++)
        if (lint_covers(action, trust_actions[i], true))
            return true;
    return false;
}

static void check_allowed_here(struct lint *l, const struct lint_text *action)
{
    struct remit_str wanted = lint_resource_service(l);
    struct remit_str service = lint_service_of(action->text);

    if (l->options.type == REMIT_POLICY_TRUST && !in_trust(action->text))
        lint_report(l, LINT_UNSUPPORTED_ACTION_IN_POLICY, action->node,
                    "\"%.*s\" can't be in a trust policy, which is for sts:AssumeRole, its "
                    "WithSAML and WithWebIdentity forms, sts:TagSession, sts:SetSourceIdentity "
                    "and sts:SetContext.",
                    LINT_ARG(action->text));
    else if (wanted.len > 0 && service.len < action->text.len && !lint_wild(service) &&
             !remit_str_equal_nocase(service, wanted))
        lint_report(l, LINT_UNSUPPORTED_ACTION_IN_POLICY, action->node,
                    "\"%.*s\" can't be in the policy of such a resource, whose service is "
                    "\"%.*s\".",
                    LINT_ARG(action->text), LINT_ARG(wanted));
}

/* ---- lists that say something twice ---- */

static void check_redundant(struct lint *l, const struct lint_list *list, size_t i)
{
    for (size_t j = 0; j < list->n; j++) {
        if (j == i || !lint_may_match(l, list->at[j].text, list->at[i].text) ||
            !lint_covers(list->at[j].text, list->at[i].text, true))
            continue;
        if (j > i && lint_covers(list->at[i].text, list->at[j].text, true))
            continue; /* the later one of two that are equal is told */
        lint_report_both(l, LINT_REDUNDANT_ACTION, list->at[i].node, list->at[j].node,
                         "\"%.*s\" is covered by \"%.*s\".", LINT_ARG(list->at[i].text),
                         LINT_ARG(list->at[j].text));
        return;
    }
}

static void check_action(struct lint *l, const struct lint_text *action)
{
    struct remit_str service = lint_service_of(action->text);
    const struct remit_service *described = NULL;

    check_allowed_here(l, action);
    if (!check_form(l, action))
        return;
    if (lint_wild(service)) {
        lint_report_part(l, LINT_WILDCARD_IN_SERVICE_NAME, action->node, 0, service.len,
                         "\"%.*s\" has a wildcard in its service: it covers services that are not "
                         "meant, and IAM refuses most such actions.",
                         LINT_ARG(action->text));
        return;
    }
    described = remit_services_find(l->options.services, service);
    if (described != NULL)
        check_known(l, action, described,
                    remit_str_sub(action->text, service.len + 1, action->text.len));
    else
        unknown_service(l, action, service);
}

void lint_actions(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->actions.n; i++) {
        check_action(l, &s->actions.at[i]);
        check_redundant(l, &s->actions, i);
    }
}

/* ---- actions that deserve a second look (20.2) ---- */

static const struct remit_str exposing[] = {
    REMIT_STR_INIT("iam:CreateAccessKey"),
    REMIT_STR_INIT("iam:CreateLoginProfile"),
    REMIT_STR_INIT("iam:CreateServiceSpecificCredential"),
    REMIT_STR_INIT("iam:ResetServiceSpecificCredential"),
    REMIT_STR_INIT("iam:UpdateAccessKey"),
    REMIT_STR_INIT("sts:GetFederationToken"),
    REMIT_STR_INIT("sts:GetSessionToken"),
    REMIT_STR_INIT("ecr:GetAuthorizationToken"),
    REMIT_STR_INIT("ecr-public:GetAuthorizationToken"),
    REMIT_STR_INIT("ec2:GetPasswordData"),
    REMIT_STR_INIT("codeartifact:GetAuthorizationToken"),
    REMIT_STR_INIT("cognito-identity:GetCredentialsForIdentity"),
    REMIT_STR_INIT("cognito-identity:GetOpenIdToken"),
    REMIT_STR_INIT("gamelift:RequestUploadCredentials"),
    REMIT_STR_INIT("lightsail:GetInstanceAccessDetails"),
    REMIT_STR_INIT("rds-db:connect"),
    REMIT_STR_INIT("redshift:GetClusterCredentials"),
    REMIT_STR_INIT("sso:GetRoleCredentials"),
};

static void check_exposing(struct lint *l, const struct lint_text *action)
{
    for (size_t i = 0; i < REMIT_COUNT(exposing); i++) {
        if (!lint_covers(action->text, exposing[i], true))
            continue;
        lint_report(l, LINT_CREDENTIALS_EXPOSURE, action->node,
                    "\"%.*s\" covers %.*s, whose answer holds credentials or lets somebody sign "
                    "in.",
                    LINT_ARG(action->text), LINT_ARG(exposing[i]));
        return;
    }
}

static void check_permissions(struct lint *l, const struct lint_text *action)
{
    struct remit_str prefix = lint_service_of(action->text);
    struct remit_str name = remit_str_sub(action->text, prefix.len + 1, action->text.len);
    const struct remit_service *service = remit_services_find(l->options.services, prefix);

    for (size_t i = 0; service != NULL && i < service->n_actions; i++) {
        if (service->actions[i].access != REMIT_ACCESS_PERMISSIONS || !lint_may_compare(l) ||
            !remit_action_matches(&service->actions[i], name))
            continue;
        lint_report(l, LINT_PERMISSIONS_MANAGEMENT_ACTIONS, action->node,
                    "\"%.*s\" covers %.*s:%.*s, which changes who may do what.",
                    LINT_ARG(action->text), LINT_ARG(service->name),
                    LINT_ARG(service->actions[i].name));
        return;
    }
}

void lint_action_kinds(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->actions.n && s->allow && !s->actions.negated && lint_is_identity(l);
         i++) {
        check_exposing(l, &s->actions.at[i]);
        check_permissions(l, &s->actions.at[i]);
    }
}
