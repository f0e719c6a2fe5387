#include "control/ops/simulation.h"

#include <remit/arn.h>

#include "control/iam_write.h"

#define SHOWN 128 /* bytes of a wrong value that are shown */

void simulation_drop(struct simulation *s)
{
    simulation_layer_drop(&s->identity);
    simulation_layer_drop(&s->boundary);
    simulation_layer_drop(&s->resource);
    for (size_t i = 0; i < s->n_scps; i++)
        simulation_layer_drop(&s->scps[i]);
    remit_context_drop(&s->context);
}

static int invalid(const char *name, struct remit_str value, const char *why, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput", "%s '%.*s' %s", name,
                      (int)(value.len < SHOWN ? value.len : SHOWN), value.ptr, why);
}

/* ---- documents ---- */

/* Without a resource in it the policy of a role is meant. */
static enum remit_policy_type type_of(struct remit_str text)
{
    auto_json struct remit_json *tree = NULL;

    if (remit_json_parse(text, REMIT_POLICY_MAX, &tree, NULL) != 0 || policy_names_resource(tree))
        return REMIT_POLICY_RESOURCE;
    return REMIT_POLICY_TRUST;
}

static int take_resource_policy(struct simulation *s, struct remit_err *err)
{
    struct remit_str text = control_in_str(s->call, "ResourcePolicy");

    if (!control_has(s->call, "ResourcePolicy"))
        return 0;
    TRY(simulation_layer_begin(s->call, &s->resource, type_of(text), 1, err));
    return simulation_add_text(s->call, &s->resource, REMIT_STR("ResourcePolicy"), text, err);
}

static int take_boundary(struct simulation *s, struct remit_err *err)
{
    const char *name = "PermissionsBoundaryPolicyInputList";
    const struct remit_json *list = control_in(s->call, name);

    if (remit_json_count(list) == 0)
        return 0;
    if (remit_json_count(list) > 1)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput",
                          "%s has %zu policies, the most is 1", name, remit_json_count(list));
    TRY(simulation_layer_begin(s->call, &s->boundary, REMIT_POLICY_BOUNDARY, 1, err));
    return simulation_add_list(s->call, &s->boundary, list, name, err);
}

static int take_level(struct simulation *s, const struct remit_json *level, struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(level, "ServiceControlPolicyInputList");
    struct simulation_layer *layer = &s->scps[s->n_scps];
    struct remit_str name = remit_arena_fmt(
        s->call->arena, "OrderedOrganizationPolicyInputList.%zu.ServiceControlPolicyInputList",
        s->n_scps + 1);

    TRY(simulation_layer_begin(s->call, layer, REMIT_POLICY_SCP, remit_json_count(list), err));
    s->n_scps++;
    return simulation_add_list(s->call, layer, list, name.ptr, err);
}

int simulation_take_documents(struct simulation *s, struct remit_err *err)
{
    const struct remit_json *levels = control_in(s->call, "OrderedOrganizationPolicyInputList");

    TRY(take_resource_policy(s, err));
    TRY(take_boundary(s, err));
    for (size_t i = 0; i < remit_json_count(levels); i++)
        TRY(take_level(s, remit_json_at(levels, i), err));
    return 0;
}

/* ---- who calls ---- */

/* Tags of the simulated user or role itself. */
static int put_tags(struct simulation *s, const struct iam_principal_record *principal,
                    struct remit_err *err)
{
    for (size_t i = 0; i < principal->n_tags; i++) {
        struct remit_str key = remit_arena_fmt(s->call->arena, "aws:PrincipalTag/" REMIT_STR_FMT,
                                               REMIT_STR_ARG(principal->tags[i].key));

        TRY(remit_arena_check(s->call->arena, "the context", err));
        TRY(remit_context_put(&s->context, key, principal->tags[i].value, err));
    }
    return 0;
}

static int put_user(struct simulation *s, struct remit_str arn, struct remit_err *err)
{
    s->request.principal = arn;
    TRY(remit_context_put(&s->context, REMIT_STR("aws:PrincipalArn"), arn, err));
    TRY(remit_context_put(&s->context, REMIT_STR("aws:PrincipalType"), REMIT_STR("User"), err));
    return remit_context_put(&s->context, REMIT_STR("aws:username"), iam_last_part(arn), err);
}

static int put_session(struct simulation *s, struct remit_str session, struct remit_str role,
                       struct remit_err *err)
{
    s->request.principal = session;
    s->request.issuer = role;
    TRY(remit_context_put(&s->context, REMIT_STR("aws:PrincipalArn"), role, err));
    return remit_context_put(&s->context, REMIT_STR("aws:PrincipalType"), REMIT_STR("AssumedRole"),
                             err);
}

/* A role of a given session: the principal itself, when it is its session. */
static struct remit_str role_of(const struct simulation *s,
                                const struct iam_principal_record *principal,
                                const struct remit_principal *caller)
{
    if (principal != NULL && principal->is_role && remit_str_equal(principal->name, caller->name) &&
        remit_str_equal(caller->account, s->call->config->account))
        return principal->arn;
    return remit_arena_fmt(s->call->arena,
                           "arn:" REMIT_STR_FMT ":iam::" REMIT_STR_FMT ":role/" REMIT_STR_FMT,
                           REMIT_STR_ARG(caller->partition), REMIT_STR_ARG(caller->account),
                           REMIT_STR_ARG(caller->name));
}

static int given_caller(struct simulation *s, const struct iam_principal_record *principal,
                        struct remit_str arn, struct remit_err *err)
{
    struct remit_principal caller;

    remit_principal_parse(arn, REMIT_PRINCIPAL_AUTO, &caller);
    if (caller.kind != REMIT_PRINCIPAL_USER && caller.kind != REMIT_PRINCIPAL_ROLE_SESSION)
        return invalid("CallerArn", arn, "is not the ARN of a user or of a role session", err);
    s->account = caller.account;
    if (caller.kind == REMIT_PRINCIPAL_ROLE_SESSION)
        return put_session(s, arn, role_of(s, principal, &caller), err);
    TRY(put_user(s, arn, err));
    if (principal == NULL || !remit_str_equal(principal->arn, arn))
        return 0;
    return put_tags(s, principal, err);
}

/* The principal itself: a role is simulated as some session of it. */
static int own_caller(struct simulation *s, const struct iam_principal_record *principal,
                      struct remit_err *err)
{
    struct remit_str session;

    TRY(put_tags(s, principal, err));
    if (!principal->is_role) {
        TRY(remit_context_put(&s->context, REMIT_STR("aws:userid"), principal->id, err));
        return put_user(s, principal->arn, err);
    }
    session = remit_arena_fmt(s->call->arena,
                              "arn:" REMIT_STR_FMT ":sts::" REMIT_STR_FMT
                              ":assumed-role/" REMIT_STR_FMT "/simulation",
                              REMIT_STR_ARG(s->call->config->partition), REMIT_STR_ARG(s->account),
                              REMIT_STR_ARG(principal->name));
    return put_session(s, session, principal->arn, err);
}

static int take_caller(struct simulation *s, const struct iam_principal_record *principal,
                       struct remit_err *err)
{
    struct remit_str arn = control_in_str(s->call, "CallerArn");

    s->account = s->call->config->account;
    if (arn.len > 0)
        return given_caller(s, principal, arn, err);
    if (s->resource.max > 0 && (principal == NULL || principal->is_role))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput",
                          "CallerArn is required with a ResourcePolicy, unless PolicySourceArn is "
                          "a user's");
    if (principal != NULL)
        return own_caller(s, principal, err);
    s->request.principal = control_arn(s->call, "iam", false, "user/simulation"); /* anybody */
    return 0;
}

/* ---- whose resources ---- */

static int take_owner(struct simulation *s, struct remit_err *err)
{
    struct remit_str arn = control_in_str(s->call, "ResourceOwner");
    struct remit_principal owner;

    s->owner = s->account;
    if (arn.len == 0)
        return 0;
    remit_principal_parse(arn, REMIT_PRINCIPAL_AUTO, &owner);
    if (owner.kind != REMIT_PRINCIPAL_ROOT)
        return invalid("ResourceOwner", arn, "is not an account's ARN, arn:aws:iam::<id>:root",
                       err);
    s->owner = owner.account;
    return 0;
}

static int check_resource(struct remit_str resource, struct remit_err *err)
{
    struct remit_arn arn;

    if (resource.len > REMIT_REQUEST_RESOURCE_MAX)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput",
                          "a resource of ResourceArns has %zu bytes, the most is %d", resource.len,
                          REMIT_REQUEST_RESOURCE_MAX);
    if (remit_str_equal(resource, REMIT_STR("*")) || remit_arn_parse(resource, &arn))
        return 0;
    return invalid("ResourceArns", resource, "is neither an ARN nor \"*\"", err);
}

static int check_action(struct remit_str action, struct remit_err *err)
{
    struct remit_str name = action;
    struct remit_str service;

    if (!remit_str_cut(&name, ':', &service) || service.len == 0 || name.len == 0 ||
        remit_str_find(name, ':') < name.len)
        return invalid("ActionNames", action, "is not an action like ecs:RunTask", err);
    if (remit_str_find(action, '*') < action.len || remit_str_find(action, '?') < action.len)
        return invalid("ActionNames", action, "holds a wildcard: a request is for one action", err);
    if (action.len > REMIT_REQUEST_ACTION_MAX)
        return invalid("ActionNames", action, "is longer than an action may be", err);
    return 0;
}

static int check_question(const struct control_call *call, struct remit_err *err)
{
    const struct remit_json *actions = control_in(call, "ActionNames");
    const struct remit_json *resources = control_in(call, "ResourceArns");

    if (control_has(call, "ResourceHandlingOption"))
        return invalid("ResourceHandlingOption", control_in_str(call, "ResourceHandlingOption"),
                       "is not supported: EC2's scenarios are not simulated", err);
    for (size_t i = 0; i < remit_json_count(actions); i++)
        TRY(check_action(remit_json_str(remit_json_at(actions, i)), err));
    for (size_t i = 0; i < remit_json_count(resources); i++)
        TRY(check_resource(remit_json_str(remit_json_at(resources, i)), err));
    return 0;
}

int simulation_take_request(struct simulation *s, const struct iam_principal_record *principal,
                            struct remit_err *err)
{
    TRY(check_question(s->call, err));
    TRY(take_caller(s, principal, err));
    TRY(take_owner(s, err));
    TRY(remit_context_put(&s->context, REMIT_STR("aws:PrincipalAccount"), s->account, err));
    s->request.mandatory = s->resource.max > 0 ? REMIT_MANDATORY_AUTO : REMIT_MANDATORY_NO;
    TRY(simulation_take_context(s, err));
    return remit_arena_check(s->call->arena, "the simulation", err);
}
