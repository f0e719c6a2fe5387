/* Principals: their form, what can't call, who may use the resource. */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

static bool is_type(const struct lint_principal *p, const char *type)
{
    return remit_str_equal(p->type, remit_str_of(type));
}

static bool is_everybody(const struct lint_principal *p)
{
    return remit_str_equal(p->text, REMIT_STR("*")) && (p->type.len == 0 || is_type(p, "AWS"));
}

/* ---- the element ---- */

static void check_values(struct lint *l, uint32_t key, uint32_t value)
{
    const struct remit_tape_node *n = lint_node(l, value);

    if (n->type == REMIT_TAPE_ARRAY && n->count == 0)
        lint_report(l, LINT_EMPTY_ARRAY_PRINCIPAL, value,
                    "No principal is listed: the statement never applies.");
    if (n->type == REMIT_TAPE_STRING)
        return;
    if (n->type != REMIT_TAPE_ARRAY) {
        lint_report(l, LINT_DATA_TYPE_MISMATCH, value,
                    "Principals under %.*s are a string or a list of strings, not %s.",
                    LINT_ARG(lint_node(l, key)->text), remit_tape_type_name(n->type));
        return;
    }
    for (uint32_t at = value + 1; at < n->next; at = lint_node(l, at)->next)
        if (lint_node(l, at)->type != REMIT_TAPE_STRING)
            lint_report(l, LINT_DATA_TYPE_MISMATCH, at, "A principal is a string, not %s.",
                        remit_tape_type_name(lint_node(l, at)->type));
}

static void check_map(struct lint *l, uint32_t node)
{
    static const char *const types[] = { "AWS", "Service", "Federated", "CanonicalUser" };
    uint32_t at = node + 1;
    uint32_t key = 0;
    uint32_t value = 0;

    if (lint_node(l, node)->count == 0)
        lint_report(l, LINT_EMPTY_OBJECT_PRINCIPAL, node,
                    "No principal is listed: the statement never applies.");
    while (lint_member(l, node, &at, &key, &value)) {
        size_t i = 0;

        while (i < REMIT_COUNT(types) &&
               !remit_str_equal(remit_str_of(types[i]), lint_node(l, key)->text))
            i++;
        if (i == REMIT_COUNT(types))
            lint_report(l, LINT_INVALID_PRINCIPAL_KEY, key,
                        "\"%.*s\" is no type of principals: there are AWS, Service, Federated and "
                        "CanonicalUser.",
                        LINT_ARG(lint_node(l, key)->text));
        check_values(l, key, value);
    }
}

static void check_element(struct lint *l, const struct lint_statement *s)
{
    const struct remit_tape_node *n = lint_node(l, s->principal);

    if (n->type == REMIT_TAPE_OBJECT)
        check_map(l, s->principal);
    else if (n->type != REMIT_TAPE_STRING || !remit_str_equal(n->text, REMIT_STR("*")))
        lint_report(l, LINT_INVALID_PRINCIPAL_FORMAT, s->principal,
                    "Principal is \"*\" or an object such as {\"AWS\": \"111122223333\"}.");
}

/* ---- one principal ---- */

static bool digits(struct remit_str text, size_t n)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len == n;
}

/* user/…, role/…, root of IAM; sessions of STS. */
static bool can_call(struct remit_str parts[6])
{
    static const char *const iam[] = { "user/", "role/" };
    static const char *const sts[] = { "assumed-role/", "federated-user/" };
    bool is_iam = remit_str_equal(parts[2], REMIT_STR("iam"));

    if (!digits(parts[4], 12) && !remit_str_equal(parts[4], REMIT_STR("cloudfront")))
        return false;
    if (is_iam && remit_str_equal(parts[5], REMIT_STR("root")))
        return true;
    for (size_t i = 0; i < REMIT_COUNT(iam); i++)
        if (remit_str_starts(parts[5], remit_str_of(is_iam ? iam[i] : sts[i])))
            return is_iam || remit_str_equal(parts[2], REMIT_STR("sts"));
    return false;
}

static void check_aws(struct lint *l, const struct lint_principal *p)
{
    struct remit_str parts[6];

    if (remit_str_starts(p->text, REMIT_STR("AROA")))
        lint_report(l, LINT_INVALID_ROLE_REFERENCE, p->node,
                    "\"%.*s\" is the id of a role, which AWS shows when the role was deleted. "
                    "Write the role's ARN.",
                    LINT_ARG(p->text));
    else if (remit_str_starts(p->text, REMIT_STR("AIDA")))
        lint_report(l, LINT_INVALID_USER_REFERENCE, p->node,
                    "\"%.*s\" is the id of a user, which AWS shows when the user was deleted. "
                    "Write the user's ARN.",
                    LINT_ARG(p->text));
    else if (!digits(p->text, 12) && (lint_arn_parts(p->text, parts) < 6 || !can_call(parts)))
        lint_report(l, LINT_UNKNOWN_PRINCIPAL, p->node,
                    "\"%.*s\" is nobody who can call: an account, a user, a role or a session of "
                    "one.",
                    LINT_ARG(p->text));
}

/* service.amazonaws.com, service.region.amazonaws.com, and China's ending. */
static bool is_service_principal(struct remit_str text)
{
    static const char *const ends[] = { ".amazonaws.com", ".amazonaws.com.cn", ".amazon.com",
                                        ".aws.internal",  ".c2s.ic.gov",       ".sc2s.sgov.gov" };
    for (size_t i = 0; i < REMIT_COUNT(ends); i++) {
        struct remit_str end = remit_str_of(ends[i]);

        if (text.len > end.len && remit_str_ends(text, end))
            return true;
    }
    return false;
}

static bool has_capital(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')
            return true;
    return false;
}

static void check_service(struct lint *l, const struct lint_principal *p)
{
    if (!is_service_principal(p->text) || has_capital(p->text))
        lint_report(l, LINT_INVALID_SERVICE_PRINCIPAL_FORMAT, p->node,
                    "\"%.*s\" is not of the form service.amazonaws.com, in small letters.",
                    LINT_ARG(p->text));
}

static void check_wildcard(struct lint *l, const struct lint_principal *p)
{
    lint_report(l, LINT_UNSUPPORTED_WILDCARD_IN_PRINCIPAL, p->node,
                "\"%.*s\" has a wildcard, which means nothing in a principal. Use \"*\" with a "
                "condition on aws:PrincipalArn.",
                LINT_ARG(p->text));
}

static void check_principal(struct lint *l, const struct lint_statement *s,
                            const struct lint_principal *p)
{
    bool trust = l->options.type == REMIT_POLICY_TRUST;

    if (is_everybody(p)) {
        if (trust && s->allow && s->n_conditions == 0)
            lint_report(l, LINT_ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL, p->node,
                        "Everybody may assume the role. Name the principals.");
        return;
    }
    if (p->type.len == 0)
        return; /* told at the element */
    if (lint_wild(p->text))
        check_wildcard(l, p);
    else if (is_type(p, "AWS"))
        check_aws(l, p);
    else if (is_type(p, "Service"))
        check_service(l, p);
    if (is_type(p, "Federated") && !trust && l->options.type != REMIT_POLICY_ENDPOINT)
        lint_report(l, LINT_FEDERATED_PRINCIPAL_NOT_SUPPORTED, p->node,
                    "Federated principals call AssumeRoleWithSAML and AssumeRoleWithWebIdentity "
                    "only: they belong into trust policies.");
}

static void check_open(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->n_principals; i++)
        if (is_everybody(&s->principals[i]) && s->allow && !s->not_principal &&
            s->n_conditions == 0 && l->options.type == REMIT_POLICY_RESOURCE) {
            lint_report(l, LINT_PUBLIC_ACCESS, s->principals[i].node,
                        "Everybody may use the resource, also anonymous callers. Name the "
                        "principals, or add a condition.");
            return;
        }
}

void lint_principals(struct lint *l, const struct lint_statement *s)
{
    if (s->principal == 0)
        return;
    check_element(l, s);
    for (size_t i = 0; i < s->n_principals; i++)
        check_principal(l, s, &s->principals[i]);
    check_open(l, s);
}

/* ---- NotPrincipal (11.3) ---- */

static bool lists_account(const struct lint_statement *s, struct remit_str account)
{
    for (size_t i = 0; i < s->n_principals; i++) {
        struct remit_str parts[6];

        if (remit_str_equal(s->principals[i].text, account))
            return true;
        if (lint_arn_parts(s->principals[i].text, parts) == 6 &&
            remit_str_equal(parts[4], account) && remit_str_equal(parts[5], REMIT_STR("root")))
            return true;
    }
    return false;
}

static bool lists_session_of(const struct lint_statement *s, struct remit_str role)
{
    struct remit_str name = role;
    size_t slash = 0;

    while ((slash = remit_str_find(name, '/')) < name.len)
        name = remit_str_sub(name, slash + 1, name.len);
    for (size_t i = 0; i < s->n_principals; i++) {
        struct remit_str parts[6];
        struct remit_str rest;

        if (lint_arn_parts(s->principals[i].text, parts) < 6 ||
            !remit_str_starts(parts[5], REMIT_STR("assumed-role/")))
            continue;
        rest = remit_str_sub(parts[5], sizeof("assumed-role/") - 1, parts[5].len);
        if (remit_str_starts(rest, name) && rest.len > name.len && rest.ptr[name.len] == '/')
            return true;
    }
    return false;
}

static void check_exempt(struct lint *l, const struct lint_statement *s,
                         const struct lint_principal *p)
{
    struct remit_str parts[6];

    if (lint_arn_parts(p->text, parts) < 6 || remit_str_equal(parts[5], REMIT_STR("root")))
        return;
    if (!lists_account(s, parts[4]))
        lint_report(l, LINT_NOTPRINCIPAL_INCOMPLETE, p->node,
                    "\"%.*s\" is let go only when its account, %.*s, is listed as well.",
                    LINT_ARG(p->text), LINT_ARG(parts[4]));
    else if (remit_str_starts(parts[5], REMIT_STR("role/")) && !lists_session_of(s, parts[5]))
        lint_report(l, LINT_NOTPRINCIPAL_INCOMPLETE, p->node,
                    "A session of \"%.*s\" is let go only when it is listed itself "
                    "(arn:aws:sts::%.*s:assumed-role/...).",
                    LINT_ARG(p->text), LINT_ARG(parts[4]));
}

void lint_not_principal(struct lint *l, const struct lint_statement *s)
{
    if (!s->not_principal || !s->deny)
        return;
    lint_report(l, LINT_NOTPRINCIPAL_WITH_BOUNDARY, s->principal_key,
                "A Deny with NotPrincipal also hits every listed principal that has a permissions "
                "boundary. Use Principal \"*\" and a condition on aws:PrincipalArn.");
    if (s->n_principals == 0)
        lint_report(l, LINT_EMPTY_NOT_ELEMENT, s->principal,
                    "NotPrincipal is empty and leaves nobody out.");
    for (size_t i = 0; i < s->n_principals; i++)
        check_exempt(l, s, &s->principals[i]);
}
