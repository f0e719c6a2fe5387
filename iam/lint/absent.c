/* Conditions on keys that a request may lack: Denies that miss it, Allows that let it in (13.2). */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

static bool is_mfa(const struct lint_condition *c)
{
    return lint_key_is(c->key, "aws:MultiFactorAuthPresent") ||
           lint_key_is(c->key, "aws:MultiFactorAuthAge");
}

/* The statement asks for the key's presence itself. */
static bool has_null(const struct lint_statement *s, const struct lint_condition *c)
{
    for (size_t i = 0; i < s->n_conditions; i++) {
        const struct lint_condition *other = &s->conditions[i];

        if (other->op != NULL && other->op->test == NULL &&
            remit_str_equal_nocase(other->key, c->key))
            return true;
    }
    return false;
}

/* Another statement denies requests without the key. */
static bool denied_elsewhere(struct lint *l, const struct lint_condition *c)
{
    for (size_t i = 0; i < l->n_statements; i++)
        if (l->statements[i].deny && lint_may_compare(l) && has_null(&l->statements[i], c))
            return true;
    return false;
}

/* Keys whose absence is common, so that a Deny by their value leaves a hole. */
static bool often_absent(const struct lint_condition *c)
{
    static const char *const keys[] = { "aws:SourceVpc", "aws:SourceVpce", "aws:PrincipalOrgID" };
    static const char *const families[] = { "aws:RequestTag/", "aws:ResourceTag/",
                                            "aws:PrincipalTag/" };

    for (size_t i = 0; i < REMIT_COUNT(keys); i++)
        if (lint_key_is(c->key, keys[i]))
            return true;
    for (size_t i = 0; i < REMIT_COUNT(families); i++)
        if (remit_str_equal_nocase(remit_str_sub(c->key, 0, strlen(families[i])),
                                   remit_str_of(families[i])))
            return true;
    return is_mfa(c);
}

static bool says_false(const struct lint_condition *c)
{
    return c->n_values == 1 && remit_str_equal_nocase(c->values[0].text, REMIT_STR("false"));
}

/* Long-term keys lack the key: `Bool false` in a Deny misses them (14.1). */
static bool check_mfa(struct lint *l, const struct lint_statement *s,
                      const struct lint_condition *c)
{
    bool present = lint_key_is(c->key, "aws:MultiFactorAuthPresent");
    bool deny = s->deny && present && c->op->operand == REMIT_OPERAND_BOOL && says_false(c) &&
                !c->if_exists && !has_null(s, c);
    bool allow = s->allow && present && c->if_exists;
    bool null = s->allow && present && c->op->test == NULL && says_false(c);

    if (deny)
        lint_report(l, LINT_BAD_PATTERN_FOR_MFA, c->operator_node,
                    "Callers with long-term access keys lack aws:MultiFactorAuthPresent, and this "
                    "Deny misses them. Use BoolIfExists.");
    if (allow)
        lint_report(l, LINT_BAD_PATTERN_FOR_MFA, c->operator_node,
                    "Callers with long-term access keys lack aws:MultiFactorAuthPresent, and this "
                    "Allow lets them in. Use Bool.");
    if (null)
        lint_report(l, LINT_BAD_PATTERN_FOR_MFA, c->operator_node,
                    "Temporary credentials have aws:MultiFactorAuthPresent, true or false: that it "
                    "is there says nothing. Use Bool.");
    return deny || allow || null;
}

static void check_deny(struct lint *l, const struct lint_statement *s,
                       const struct lint_condition *c)
{
    if (c->quantifier == REMIT_FOR_ANY && !c->if_exists) {
        if (c->op->negated && !has_null(s, c) && !denied_elsewhere(l, c))
            lint_report(l, LINT_FORANYVALUE_DENY_WITHOUT_NULL, c->operator_node,
                        "ForAnyValue never holds when \"%.*s\" is missing: such requests are not "
                        "denied. Add a statement with Null \"true\".",
                        LINT_ARG(c->key));
        return;
    }
    if (c->op->negated || c->if_exists || c->quantifier == REMIT_FOR_ALL || !often_absent(c) ||
        has_null(s, c) || denied_elsewhere(l, c))
        return;
    lint_report(l, LINT_DENY_MISSED_ON_ABSENT_KEY, c->operator_node,
                "A request without \"%.*s\" is not denied. If it should be, use the IfExists form.",
                LINT_ARG(c->key));
}

static void check_allow(struct lint *l, const struct lint_statement *s,
                        const struct lint_condition *c)
{
    if (has_null(s, c))
        return;
    if (c->quantifier == REMIT_FOR_ALL && c->about.multivalued) {
        lint_report(l, LINT_FORALLVALUES_ALLOW_WITHOUT_NULL, c->operator_node,
                    "ForAllValues also holds when \"%.*s\" is missing: such requests are allowed. "
                    "Add Null \"false\".",
                    LINT_ARG(c->key));
        return;
    }
    if (c->quantifier == REMIT_PLAIN && (c->op->negated || c->if_exists) && c->about.global &&
        c->about.optional)
        lint_report(l, LINT_ALLOW_ON_ABSENT_KEY, c->operator_node,
                    "A request without \"%.*s\" is allowed. If it should not be, add Null "
                    "\"false\".",
                    LINT_ARG(c->key));
}

void lint_absent_keys(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->n_conditions; i++) {
        const struct lint_condition *c = &s->conditions[i];

        if (c->op == NULL || check_mfa(l, s, c) || c->op->test == NULL || !c->about.known)
            continue;
        if (s->deny && l->options.type != REMIT_POLICY_RCP)
            check_deny(l, s, c);
        if (s->allow)
            check_allow(l, s, c);
    }
}
