/* Who may assume a role, and which services may use a resource: confused deputies, ECS. */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

static const char *const source_keys[] = { "aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID",
                                           "aws:SourceOrgPaths" };
/* Services without resources of other accounts behind their calls, or that send no source. */
static const char *const no_deputies[] = { "ec2.amazonaws.com", "ec2.amazonaws.com.cn" };

static bool is_service(const struct lint_principal *p, const char *name)
{
    return remit_str_equal(p->type, REMIT_STR("Service")) &&
           remit_str_equal(p->text, remit_str_of(name));
}

static const struct lint_principal *service_principal(const struct lint_statement *s,
                                                      const char *name)
{
    for (size_t i = 0; i < s->n_principals && !s->not_principal; i++)
        if (name == NULL ? remit_str_equal(s->principals[i].type, REMIT_STR("Service"))
                         : is_service(&s->principals[i], name))
            return &s->principals[i];
    return NULL;
}

static bool limited_to_source(const struct lint_statement *s)
{
    for (size_t i = 0; i < REMIT_COUNT(source_keys); i++)
        if (lint_condition_on(s, source_keys[i]) != NULL)
            return true;
    return false;
}

static bool is_deputy(const struct lint_principal *p)
{
    for (size_t i = 0; i < REMIT_COUNT(no_deputies); i++)
        if (is_service(p, no_deputies[i]))
            return false;
    return remit_str_equal(p->type, REMIT_STR("Service"));
}

/* Keys that say something about a source, but not whose it is. */
static const struct lint_condition *weak_source(const struct lint_statement *s)
{
    static const char *const weak[] = { "aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce",
                                        "sts:ExternalId", "aws:SourceOwner" };
    for (size_t i = 0; i < REMIT_COUNT(weak); i++)
        if (lint_condition_on(s, weak[i]) != NULL)
            return lint_condition_on(s, weak[i]);
    return NULL;
}

void lint_service_principals(struct lint *l, const struct lint_statement *s)
{
    static const char *const never[] = { "aws:PrincipalOrgID", "aws:PrincipalOrgPaths" };
    const struct lint_condition *weak = weak_source(s);

    for (size_t i = 0; i < s->n_principals && s->allow && !s->not_principal; i++) {
        const struct lint_principal *p = &s->principals[i];

        if (!is_deputy(p) || limited_to_source(s))
            continue;
        lint_report(l,
                    weak != NULL ? LINT_RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL
                                 : LINT_RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL,
                    p->node,
                    "%.*s acts for resources of any account. Add a condition on aws:SourceArn, "
                    "aws:SourceAccount, aws:SourceOrgID or aws:SourceOrgPaths.",
                    LINT_ARG(p->text));
    }
    for (size_t i = 0; i < REMIT_COUNT(never) && service_principal(s, NULL) != NULL; i++) {
        const struct lint_condition *c = lint_condition_on(s, never[i]);

        if (c != NULL && s->n_principals > 0 && is_deputy(&s->principals[0]))
            lint_report(l, LINT_UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL, c->key_node,
                        "A service's own calls never have %s: use aws:SourceOrgID or "
                        "aws:SourceOrgPaths.",
                        never[i]);
    }
}

/* ---- ECS (18) ---- */

/* arn:aws:ecs:REGION:ACCOUNT:* and wider is what ECS's own value matches. */
static void check_source_arn(struct lint *l, const struct lint_condition *c)
{
    for (size_t i = 0; i < c->n_values; i++) {
        struct remit_str parts[6];

        if (lint_arn_parts(c->values[i].text, parts) < 6 ||
            lint_covers(parts[5], REMIT_STR("*"), false))
            continue;
        lint_report(l, LINT_ECS_TRUST_SPECIFIC_CLUSTER, c->values[i].node,
                    "aws:SourceArn of ECS names no cluster or task: the resource part of "
                    "\"%.*s\" has to be *.",
                    LINT_ARG(c->values[i].text));
    }
}

void lint_ecs(struct lint *l, const struct lint_statement *s)
{
    const struct lint_principal *tasks = service_principal(s, "ecs-tasks.amazonaws.com");
    const struct lint_principal *other = service_principal(s, "ecs.amazonaws.com");
    const struct lint_condition *arn = lint_condition_on(s, "aws:SourceArn");
    bool account = lint_condition_on(s, "aws:SourceAccount") != NULL;

    if (l->options.type != REMIT_POLICY_TRUST || !s->allow)
        return;
    if (tasks != NULL && (arn == NULL || !account))
        lint_report(l, LINT_ECS_TRUST_NO_SOURCE, tasks->node,
                    "Tasks of any account may get the role%s. Add StringEquals aws:SourceAccount "
                    "and ArnLike aws:SourceArn \"arn:aws:ecs:REGION:ACCOUNT:*\".",
                    arn != NULL || account ? ", as far as one key tells" : "");
    if (tasks != NULL && arn != NULL)
        check_source_arn(l, arn);
    if (tasks != NULL && other != NULL)
        lint_report(l, LINT_ECS_TRUST_WRONG_SERVICE, other->node,
                    "ecs.amazonaws.com gets infrastructure roles and ecs-tasks.amazonaws.com gets "
                    "roles of tasks: do not trust both with one role.");
}

/* ---- accounts, sessions beside their roles ---- */

static bool account_of(const struct lint_principal *p, struct remit_str *account)
{
    struct remit_str parts[6];

    if (lint_arn_parts(p->text, parts) == 6) {
        *account = parts[4];
        return remit_str_equal(parts[5], REMIT_STR("root"));
    }
    *account = p->text;
    return p->text.len == 12 && !lint_wild(p->text);
}

static void check_account(struct lint *l, const struct lint_statement *s,
                          const struct lint_principal *p)
{
    struct remit_str account;

    if (!remit_str_equal(p->type, REMIT_STR("AWS")) || !account_of(p, &account) ||
        remit_str_equal(account, l->options.account) ||
        lint_condition_on(s, "sts:ExternalId") != NULL ||
        lint_condition_on(s, "aws:PrincipalOrgID") != NULL ||
        lint_condition_on(s, "aws:PrincipalOrgPaths") != NULL)
        return;
    lint_report(l, LINT_TRUST_ACCOUNT_NO_EXTERNAL_ID, p->node,
                "Everybody whom account %.*s lets may assume the role. If it is another's, ask for "
                "sts:ExternalId; if it is one of the organization, for aws:PrincipalOrgID.",
                LINT_ARG(account));
}

/* arn:aws:sts::A:assumed-role/name/session beside arn:aws:iam::A:role/path/name */
static bool is_session_of(struct remit_str session, struct remit_str role)
{
    struct remit_str a[6];
    struct remit_str b[6];
    struct remit_str name;
    size_t slash = 0;

    if (lint_arn_parts(session, a) < 6 || lint_arn_parts(role, b) < 6 ||
        !remit_str_equal(a[4], b[4]) || !remit_str_starts(a[5], REMIT_STR("assumed-role/")) ||
        !remit_str_starts(b[5], REMIT_STR("role/")))
        return false;
    a[5] = remit_str_sub(a[5], sizeof("assumed-role/") - 1, a[5].len);
    (void)remit_str_cut(&a[5], '/', &name);
    while ((slash = remit_str_find(b[5], '/')) < b[5].len)
        b[5] = remit_str_sub(b[5], slash + 1, b[5].len);
    return remit_str_equal(name, b[5]);
}

static void check_sessions(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->n_principals; i++)
        for (size_t j = 0; j < s->n_principals && lint_may_compare(l); j++)
            if (is_session_of(s->principals[i].text, s->principals[j].text))
                lint_report_both(l, LINT_REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY,
                                 s->principals[i].node, s->principals[j].node,
                                 "\"%.*s\" is a session of a role that is listed as well.",
                                 LINT_ARG(s->principals[i].text));
}

void lint_trust(struct lint *l, const struct lint_statement *s)
{
    if (l->options.type != REMIT_POLICY_TRUST || s->not_principal)
        return;
    check_sessions(l, s);
    for (size_t i = 0; i < s->n_principals && s->allow; i++)
        check_account(l, s, &s->principals[i]);
}

/* Conditions on tags of the session that is made, in a document that lets nobody tag one. */
void lint_tag_session(struct lint *l)
{
    const struct lint_condition *asked = NULL;

    for (size_t i = 0; i < l->n_statements; i++) {
        const struct lint_statement *s = &l->statements[i];

        if (s->allow && lint_statement_covers(s, REMIT_STR("sts:TagSession")))
            return;
        if (s->allow && asked == NULL)
            asked = lint_condition_under(s, "aws:RequestTag/");
        if (s->allow && asked == NULL)
            asked = lint_condition_on(s, "sts:TransitiveTagKeys");
    }
    if (asked != NULL && l->options.type == REMIT_POLICY_TRUST)
        lint_report(l, LINT_TRUST_MISSING_TAGSESSION, asked->key_node,
                    "\"%.*s\" is asked for, and no statement allows sts:TagSession: a session with "
                    "tags can't be made.",
                    LINT_ARG(asked->key));
}

/* A key's policy has to name the account, else no identity-based policy has an effect (15.4). */
void lint_kms(struct lint *l)
{
    if (l->options.type != REMIT_POLICY_RESOURCE ||
        !remit_str_equal(l->options.resource_type, REMIT_STR("AWS::KMS::Key")) ||
        l->n_statements == 0)
        return;
    for (size_t i = 0; i < l->n_statements; i++) {
        const struct lint_statement *s = &l->statements[i];

        for (size_t j = 0; j < s->n_principals && s->allow && !s->not_principal; j++) {
            struct remit_str account;

            if (account_of(&s->principals[j], &account) ||
                remit_str_equal(s->principals[j].text, REMIT_STR("*")))
                return;
        }
    }
    lint_report(l, LINT_KMS_NO_ACCOUNT_STATEMENT, l->statements[0].node,
                "No statement allows the account (arn:aws:iam::ACCOUNT:root): identity-based "
                "policies have no effect on the key, and who loses the named principals has lost "
                "the key.");
}
