/* Trust of identity providers: OpenID Connect, GitHub's, SAML, IAM Roles Anywhere. */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

#define GITHUB "token.actions.githubusercontent.com"

enum provider {
    PROVIDER_NONE = 0,
    PROVIDER_BUILT_IN,
    PROVIDER_OIDC,
    PROVIDER_SAML,
    PROVIDER_DOMAIN
};

static const char *const built_in[] = { "accounts.google.com", "cognito-identity.amazonaws.com",
                                        "graph.facebook.com", "www.amazon.com" };

static bool is_domain(struct remit_str text)
{
    bool dot = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = remit_lower(text.ptr[i]);

        dot = dot || c == '.';
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '-')
            return false;
    }
    return dot;
}

/* `host` gets what the provider's claims start with. */
static enum provider provider_of(struct remit_str text, struct remit_str *host)
{
    struct remit_str parts[6];

    *host = text;
    for (size_t i = 0; i < REMIT_COUNT(built_in); i++)
        if (remit_str_equal(text, remit_str_of(built_in[i])))
            return PROVIDER_BUILT_IN;
    if (lint_arn_parts(text, parts) < 6)
        return is_domain(text) ? PROVIDER_DOMAIN : PROVIDER_NONE;
    if (!remit_str_equal(parts[2], REMIT_STR("iam")))
        return PROVIDER_NONE;
    *host = remit_str_sub(parts[5], remit_str_find(parts[5], '/') + 1, parts[5].len);
    if (remit_str_starts(parts[5], REMIT_STR("oidc-provider/")))
        return PROVIDER_OIDC;
    return remit_str_starts(parts[5], REMIT_STR("saml-provider/")) ? PROVIDER_SAML : PROVIDER_NONE;
}

static bool key_of_host(struct remit_str key, struct remit_str host, const char *claim)
{
    struct remit_str front = remit_str_sub(key, 0, host.len + 1);
    struct remit_str rest = remit_str_sub(key, host.len + 1, key.len);

    return front.len == host.len + 1 && front.ptr[host.len] == ':' &&
           remit_str_equal_nocase(remit_str_sub(front, 0, host.len), host) &&
           (claim == NULL || remit_str_equal_nocase(rest, remit_str_of(claim)));
}

static const struct lint_condition *claim_of(const struct lint_statement *s, struct remit_str host,
                                             const char *claim)
{
    for (size_t i = 0; i < s->n_conditions; i++)
        if (key_of_host(s->conditions[i].key, host, claim))
            return &s->conditions[i];
    return NULL;
}

static void check_github(struct lint *l, const struct lint_statement *s,
                         const struct lint_principal *p)
{
    const struct lint_condition *sub = claim_of(s, REMIT_STR(GITHUB), "sub");

    if (sub == NULL) {
        lint_report(l, LINT_MISSING_GITHUB_REPO_CONDITION_KEY, p->node,
                    "Workflows of every repository on GitHub may assume the role. Add a condition "
                    "on " GITHUB ":sub.");
        return;
    }
    for (size_t i = 0; i < sub->n_values; i++)
        if (lint_wild(sub->values[i].text))
            lint_report(l, LINT_SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED, sub->values[i].node,
                        "\"%.*s\" lets in more than one repository or branch. Name them.",
                        LINT_ARG(sub->values[i].text));
}

static void check_provider(struct lint *l, const struct lint_statement *s,
                           const struct lint_principal *p)
{
    struct remit_str host;
    enum provider kind = provider_of(p->text, &host);

    if (kind == PROVIDER_NONE) {
        lint_report(
            l, LINT_INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY, p->node,
            "\"%.*s\" is neither a domain nor the ARN of an oidc-provider or saml-provider.",
            LINT_ARG(p->text));
        return;
    }
    if (kind == PROVIDER_DOMAIN)
        lint_report(l, LINT_UNKNOWN_FEDERATION_SOURCE, p->node,
                    "\"%.*s\" is none of the providers that AWS knows by name. Write the ARN of "
                    "your provider.",
                    LINT_ARG(p->text));
    if (!s->allow)
        return;
    if (remit_str_equal(host, REMIT_STR(GITHUB)))
        check_github(l, s, p);
    if (kind != PROVIDER_SAML && claim_of(s, host, NULL) == NULL)
        lint_report(l, LINT_MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL, p->node,
                    "Everybody whom \"%.*s\" signs in may assume the role. Add a condition on its "
                    "claims, such as \"%.*s:aud\" or \"%.*s:sub\".",
                    LINT_ARG(host), LINT_ARG(host), LINT_ARG(host));
}

/* ---- which principal calls which action ---- */

/* Whether a federated caller of such a kind, or one that signs, is listed. */
static bool lists(const struct lint_statement *s, bool federated, bool saml)
{
    for (size_t i = 0; i < s->n_principals; i++) {
        struct remit_str host;
        const struct lint_principal *p = &s->principals[i];

        if (!remit_str_equal(p->type, REMIT_STR("Federated"))) {
            if (!federated || remit_str_equal(p->text, REMIT_STR("*")))
                return true;
            continue;
        }
        if (federated && (provider_of(p->text, &host) == PROVIDER_SAML) == saml)
            return true;
    }
    return false;
}

static const struct caller {
    struct remit_str action;
    bool federated, saml;
    const char *who;
} callers[] = {
    { REMIT_STR_INIT("sts:AssumeRole"), false, false, "AWS or Service principals" },
    { REMIT_STR_INIT("sts:AssumeRoleWithSAML"), true, true, "SAML providers" },
    { REMIT_STR_INIT("sts:AssumeRoleWithWebIdentity"), true, false, "web identity providers" },
};

static void check_callers(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->actions.n && s->n_principals > 0 && !s->actions.negated; i++)
        for (size_t j = 0; j < REMIT_COUNT(callers); j++)
            if (remit_str_equal_nocase(s->actions.at[i].text, callers[j].action) &&
                !lists(s, callers[j].federated, callers[j].saml))
                lint_report(l, LINT_MISMATCHED_ACTION_FOR_PRINCIPAL, s->actions.at[i].node,
                            "%.*s is called by %s, and none is listed.",
                            LINT_ARG(s->actions.at[i].text), callers[j].who);
}

static void check_roles_anywhere(struct lint *l, const struct lint_statement *s,
                                 const struct lint_principal *p)
{
    static const struct remit_str needed[] = { REMIT_STR_INIT("sts:AssumeRole"),
                                               REMIT_STR_INIT("sts:SetSourceIdentity"),
                                               REMIT_STR_INIT("sts:TagSession") };

    for (size_t i = 0; i < REMIT_COUNT(needed); i++)
        if (!lint_statement_covers(s, needed[i]))
            lint_report(l, LINT_MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY, p->node,
                        "IAM Roles Anywhere also needs %.*s.", LINT_ARG(needed[i]));
}

/* ---- audiences ---- */

static void check_audience(struct lint *l, const struct lint_condition *c)
{
    struct remit_str claim = remit_str_sub(c->key, remit_str_find(c->key, ':'), c->key.len);

    if (!remit_str_equal_nocase(claim, REMIT_STR(":aud")) || c->quantifier == REMIT_PLAIN)
        return;
    if (c->quantifier == REMIT_FOR_ANY && c->about.known && !c->about.multivalued)
        lint_report(l, LINT_FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE, c->operator_node,
                    "\"%.*s\" has one value: leave ForAnyValue out.", LINT_ARG(c->key));
    else
        lint_report(l, LINT_CONFIRM_AUDIENCE_CLAIM_TYPE, c->operator_node,
                    "Most providers give \"%.*s\" one value: if yours does, leave the quantifier "
                    "out.",
                    LINT_ARG(c->key));
}

void lint_federation(struct lint *l, const struct lint_statement *s)
{
    if (l->options.type != REMIT_POLICY_TRUST || s->not_principal)
        return;
    for (size_t i = 0; i < s->n_principals; i++) {
        const struct lint_principal *p = &s->principals[i];

        if (remit_str_equal(p->type, REMIT_STR("Federated")) && !lint_wild(p->text))
            check_provider(l, s, p);
        if (s->allow && remit_str_equal(p->type, REMIT_STR("Service")) &&
            remit_str_equal(p->text, REMIT_STR("rolesanywhere.amazonaws.com")))
            check_roles_anywhere(l, s, p);
    }
    check_callers(l, s);
    for (size_t i = 0; i < s->n_conditions; i++)
        check_audience(l, &s->conditions[i]);
}
