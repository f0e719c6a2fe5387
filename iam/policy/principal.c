#include "iam/policy/eval.h"

#include "iam/context.h"

/* ---- who calls ---- */

static struct remit_str behind_last_slash(struct remit_str path)
{
    const char *slash = path.len == 0 ? NULL : (const char *)memrchr(path.ptr, '/', path.len);
    size_t at = slash == NULL ? 0 : (size_t)(slash - path.ptr) + 1;

    return remit_str_from(path.ptr + at, path.len - at);
}

/* Whether `text` is the ARN of the caller's own role, path and all. */
static bool is_role_of(struct remit_str text, const struct remit_principal *session)
{
    struct remit_arn arn;

    return remit_arn_parse(text, &arn) && remit_str_equal(arn.service, REMIT_STR("iam")) &&
           remit_str_equal(arn.partition, session->partition) &&
           remit_str_equal(arn.account, session->account) &&
           remit_str_starts(arn.resource, REMIT_STR("role/")) &&
           remit_str_equal(behind_last_slash(arn.resource), session->name);
}

static bool is_service_linked(struct remit_str role)
{
    struct remit_arn arn;

    return remit_arn_parse(role, &arn) &&
           remit_str_starts(arn.resource, REMIT_STR("role/aws-service-role/"));
}

/* The role's ARN as the request gives it, or else as its context does (11.1, 11.2). */
static void find_role(const struct remit_request *request, struct remit_caller *out)
{
    struct remit_str role = request->issuer;

    if (role.len == 0)
        (void)remit_context_single(request->context, REMIT_STR("aws:PrincipalArn"), &role);
    out->issuer_name = out->principal.name;
    if (role.len == 0 || !is_role_of(role, &out->principal))
        return;
    out->issuer = role;
    out->service_linked = is_service_linked(role);
}

static void find_user(const struct remit_request *request, struct remit_caller *out)
{
    struct remit_principal user;

    remit_principal_parse(request->issuer, REMIT_PRINCIPAL_AUTO, &user);
    if (user.kind == REMIT_PRINCIPAL_USER && remit_str_equal(user.account, out->principal.account))
        out->issuer = request->issuer;
}

void remit_caller_of(const struct remit_request *request, bool boundary, struct remit_caller *out)
{
    *out = (struct remit_caller){ .boundary = boundary };
    remit_principal_parse(request->principal, request->principal_kind, &out->principal);
}

void remit_caller_behind(const struct remit_request *request, struct remit_caller *caller)
{
    if (caller->principal.kind == REMIT_PRINCIPAL_ROLE_SESSION)
        find_role(request, caller);
    else if (caller->principal.kind == REMIT_PRINCIPAL_FEDERATED_USER)
        find_user(request, caller);
}

/* ---- which of the caller's identities an entry names ---- */

enum identity {
    IDENTITY_NONE = 0,
    IDENTITY_ACCOUNT = 1, /* its account */
    IDENTITY_ISSUER = 2,  /* the role or user behind it */
    IDENTITY_SELF = 4,    /* the very caller */
    IDENTITY_ANYBODY = 8,
};

bool remit_caller_has_account(const struct remit_caller *caller)
{
    switch (caller->principal.kind) {
    case REMIT_PRINCIPAL_USER:
    case REMIT_PRINCIPAL_ROLE_SESSION:
    case REMIT_PRINCIPAL_FEDERATED_USER:
    case REMIT_PRINCIPAL_ROOT:
        return true;
    case REMIT_PRINCIPAL_AUTO:
    case REMIT_PRINCIPAL_ANONYMOUS:
    case REMIT_PRINCIPAL_SERVICE:
    case REMIT_PRINCIPAL_WEB_IDENTITY:
    case REMIT_PRINCIPAL_UNKNOWN:
    default:
        return false;
    }
}

static bool is_account_of(const struct remit_principal_entry *e, const struct remit_caller *caller)
{
    return remit_caller_has_account(caller) &&
           remit_str_equal(e->account, caller->principal.account) &&
           (e->partition.len == 0 || remit_str_equal(e->partition, caller->principal.partition));
}

/* By its ARN with the path; by its name where only the session's ARN is known (11.1). */
static bool is_role_entry_of(const struct remit_principal_entry *e,
                             const struct remit_caller *caller)
{
    if (caller->principal.kind != REMIT_PRINCIPAL_ROLE_SESSION)
        return false;
    if (caller->issuer.len > 0)
        return remit_str_equal(e->text, caller->issuer);
    return remit_str_equal(e->name, caller->issuer_name) && is_account_of(e, caller);
}

/* aws:userid is AIDA... of a user, AROA...:session of a role session (section 12). */
static enum identity by_unique_id(const struct remit_principal_entry *e,
                                  const struct remit_caller *caller,
                                  const struct remit_context *context)
{
    struct remit_str userid = { 0 };
    struct remit_str id = { 0 };

    if (!remit_context_single(context, REMIT_STR("aws:userid"), &userid))
        return IDENTITY_NONE;
    if (caller->principal.kind == REMIT_PRINCIPAL_USER)
        return remit_str_equal(userid, e->text) ? IDENTITY_SELF : IDENTITY_NONE;
    (void)remit_str_cut(&userid, ':', &id);
    return caller->principal.kind == REMIT_PRINCIPAL_ROLE_SESSION && remit_str_equal(id, e->text)
               ? IDENTITY_ISSUER
               : IDENTITY_NONE;
}

static bool is_self(const struct remit_principal_entry *e, const struct remit_caller *caller,
                    enum remit_principal_kind kind)
{
    return caller->principal.kind == kind && remit_str_equal(e->text, caller->principal.text);
}

static bool is_user_behind(const struct remit_principal_entry *e, const struct remit_caller *caller)
{
    return caller->principal.kind == REMIT_PRINCIPAL_FEDERATED_USER && caller->issuer.len > 0 &&
           remit_str_equal(e->text, caller->issuer);
}

static enum identity named_by(const struct remit_principal_entry *e, const struct remit_eval *eval)
{
    const struct remit_caller *caller = &eval->caller;

    switch (e->kind) {
    case REMIT_ENTRY_ANYBODY:
        return IDENTITY_ANYBODY;
    case REMIT_ENTRY_ACCOUNT:
        return is_account_of(e, caller) ? IDENTITY_ACCOUNT : IDENTITY_NONE;
    case REMIT_ENTRY_USER:
        if (is_user_behind(e, caller))
            return IDENTITY_ISSUER;
        return is_self(e, caller, REMIT_PRINCIPAL_USER) ? IDENTITY_SELF : IDENTITY_NONE;
    case REMIT_ENTRY_ROLE:
        return is_role_entry_of(e, caller) ? IDENTITY_ISSUER : IDENTITY_NONE;
    case REMIT_ENTRY_SESSION:
        return is_self(e, caller, REMIT_PRINCIPAL_ROLE_SESSION) ? IDENTITY_SELF : IDENTITY_NONE;
    case REMIT_ENTRY_FEDERATED_USER:
        return is_self(e, caller, REMIT_PRINCIPAL_FEDERATED_USER) ? IDENTITY_SELF : IDENTITY_NONE;
    case REMIT_ENTRY_SERVICE:
        return is_self(e, caller, REMIT_PRINCIPAL_SERVICE) ? IDENTITY_SELF : IDENTITY_NONE;
    case REMIT_ENTRY_PROVIDER:
        return is_self(e, caller, REMIT_PRINCIPAL_WEB_IDENTITY) ? IDENTITY_SELF : IDENTITY_NONE;
    case REMIT_ENTRY_UNIQUE_ID:
        return by_unique_id(e, caller, eval->context);
    case REMIT_ENTRY_CANONICAL_USER:
        return remit_caller_has_account(caller) &&
                       remit_str_equal(e->text, eval->request->canonical_user)
                   ? IDENTITY_ACCOUNT
                   : IDENTITY_NONE;
    case REMIT_ENTRY_NOBODY:
    default:
        return IDENTITY_NONE;
    }
}

/* ---- Principal ---- */

/* 15.3; the account entry names its root user itself. */
static enum remit_grant grant_of(enum identity identity, const struct remit_caller *caller)
{
    if (identity == IDENTITY_NONE)
        return REMIT_GRANT_NONE;
    if (identity == IDENTITY_ISSUER)
        return REMIT_GRANT_LIMITED;
    if (identity == IDENTITY_ACCOUNT && caller->principal.kind != REMIT_PRINCIPAL_ROOT)
        return REMIT_GRANT_ACCOUNT;
    return REMIT_GRANT_DIRECT;
}

/*
 * A grant to "*" is none to anonymous callers in a trust policy (11.1), nor to a web identity,
 * which needs to be named as Federated (15.6), nor to a caller that we can't place. Where "*"
 * grants nothing, in a Deny and in RCPs and endpoint policies, it is everybody.
 */
static bool is_anybody(const struct remit_statement *s, const struct remit_eval *eval)
{
    const struct remit_caller *caller = &eval->caller;
    enum remit_policy_type type = s->policy->type;

    if (s->deny || type == REMIT_POLICY_RCP || type == REMIT_POLICY_ENDPOINT)
        return true;
    if (caller->principal.kind == REMIT_PRINCIPAL_ANONYMOUS)
        return type != REMIT_POLICY_TRUST && !remit_action_assumes_role(eval->action);
    return remit_caller_has_account(caller) || caller->principal.kind == REMIT_PRINCIPAL_SERVICE;
}

static bool principal_matches(const struct remit_statement *s, const struct remit_eval *eval,
                              enum remit_grant *grant, struct remit_str *text)
{
    for (size_t i = 0; i < s->n_principals; i++) {
        enum identity identity = named_by(&s->principals[i], eval);
        enum remit_grant kind = grant_of(identity, &eval->caller);

        if (kind <= *grant || (identity == IDENTITY_ANYBODY && !is_anybody(s, eval)))
            continue;
        *grant = kind;
        if (text != NULL)
            *text = s->principals[i].text;
    }
    return *grant != REMIT_GRANT_NONE;
}

/* ---- NotPrincipal ---- */

/* What has to be listed, all of it, for the caller to be let go by a Deny (11.3). */
static unsigned needed(const struct remit_caller *caller)
{
    switch (caller->principal.kind) {
    case REMIT_PRINCIPAL_USER:
        return IDENTITY_ACCOUNT | IDENTITY_SELF;
    case REMIT_PRINCIPAL_ROLE_SESSION:
    case REMIT_PRINCIPAL_FEDERATED_USER:
        return IDENTITY_ACCOUNT | IDENTITY_ISSUER | IDENTITY_SELF;
    case REMIT_PRINCIPAL_ROOT:
        return IDENTITY_ACCOUNT;
    case REMIT_PRINCIPAL_SERVICE:
    case REMIT_PRINCIPAL_WEB_IDENTITY:
        return IDENTITY_SELF;
    case REMIT_PRINCIPAL_ANONYMOUS:
    case REMIT_PRINCIPAL_AUTO:
    case REMIT_PRINCIPAL_UNKNOWN:
    default:
        return IDENTITY_ANYBODY;
    }
}

static bool not_principal_matches(const struct remit_statement *s, const struct remit_eval *eval,
                                  struct remit_str *text)
{
    unsigned listed = IDENTITY_NONE;
    unsigned need = needed(&eval->caller);

    for (size_t i = 0; i < s->n_principals; i++) {
        enum identity identity = named_by(&s->principals[i], eval);

        if (identity != IDENTITY_NONE && text != NULL)
            *text = s->principals[i].text;
        listed |= identity;
    }
    if (!s->deny) /* "*" but for those listed: any entry is enough, an empty list lets nobody in */
        return listed == IDENTITY_NONE && s->n_principals > 0 && is_anybody(s, eval);
    if (eval->caller.boundary)
        return true;
    return (listed & IDENTITY_ANYBODY) == 0 && (listed & need) != need;
}

bool remit_principal_part(const struct remit_statement *statement, const struct remit_eval *eval,
                          enum remit_grant *grant, struct remit_str *text)
{
    *grant = REMIT_GRANT_NONE;
    if (!statement->has_principal)
        return true;
    if (!statement->not_principal)
        return principal_matches(statement, eval, grant, text);
    if (!not_principal_matches(statement, eval, text))
        return false;
    *grant = REMIT_GRANT_DIRECT; /* 15.3 */
    return true;
}
