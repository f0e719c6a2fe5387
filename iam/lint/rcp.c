/* Resource control policies: what customers may write, and whom a Deny should spare (4, 15.2). */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"
#include "iam/policy/eval.h"

static void check_principal(struct lint *l, const struct lint_statement *s)
{
    bool everybody = s->n_principals == 1 && !s->not_principal &&
                     remit_str_equal(s->principals[0].text, REMIT_STR("*")) &&
                     (s->principals[0].type.len == 0 ||
                      remit_str_equal(s->principals[0].type, REMIT_STR("AWS")));

    if (s->principal != 0 && !everybody)
        lint_report(l, LINT_RCP_SYNTAX_ERROR_PRINCIPAL, s->principal,
                    "The Principal of an RCP is \"*\": limit it by conditions.");
}

/* An action as a name, or its service alone. */
static bool has_rcp(struct lint *l, struct remit_str action)
{
    char small[64];
    size_t len = action.len < sizeof(small) ? action.len : sizeof(small);

    (void)l;
    for (size_t i = 0; i < len; i++)
        small[i] = remit_lower(action.ptr[i]);
    return remit_action_has_rcp(remit_str_from(small, len));
}

static void check_actions(struct lint *l, const struct lint_statement *s)
{
    if (s->actions.negated)
        lint_report(l, LINT_RCP_SYNTAX_ERROR_NOTACTION, s->actions.key,
                    "An RCP has no NotAction: list the actions.");
    for (size_t i = 0; i < s->actions.n && !s->actions.negated; i++) {
        struct remit_str text = s->actions.at[i].text;

        if (remit_str_equal(text, REMIT_STR("*")))
            lint_report(l, LINT_RCP_SYNTAX_ERROR_ACTION, s->actions.at[i].node,
                        "An RCP names the services of its actions: \"*\" is not taken.");
        else if (!lint_wild(lint_service_of(text)) && !has_rcp(l, text))
            lint_report(l, LINT_RCP_SYNTAX_ERROR_ACTION, s->actions.at[i].node,
                        "RCPs do not reach the service of \"%.*s\".", LINT_ARG(text));
    }
}

static const struct lint_condition *any_of(const struct lint_statement *s, const char *const *keys,
                                           size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (lint_condition_on(s, keys[i]) != NULL)
            return lint_condition_on(s, keys[i]);
    return NULL;
}

/* BoolIfExists aws:PrincipalIsAWSService with that value. */
static bool asks_service(const struct lint_statement *s, const char *value)
{
    for (size_t i = 0; i < s->n_conditions; i++) {
        const struct lint_condition *c = &s->conditions[i];

        if (lint_key_is(c->key, "aws:PrincipalIsAWSService") && c->n_values == 1 &&
            remit_str_equal_nocase(c->values[0].text, remit_str_of(value)))
            return true;
    }
    return false;
}

static bool asks_presence(const struct lint_statement *s)
{
    for (size_t i = 0; i < s->n_conditions; i++) {
        const struct lint_condition *c = &s->conditions[i];

        if (c->op != NULL && c->op->test == NULL &&
            (lint_key_is(c->key, "aws:SourceAccount") || lint_key_is(c->key, "aws:SourceArn")))
            return true;
    }
    return false;
}

static void check_conditions(struct lint *l, const struct lint_statement *s)
{
    static const char *const of_principals[] = { "aws:PrincipalOrgID", "aws:PrincipalOrgPaths",
                                                 "aws:PrincipalAccount" };
    static const char *const of_sources[] = { "aws:SourceOrgID", "aws:SourceOrgPaths",
                                              "aws:SourceAccount" };
    const struct lint_condition *principal = any_of(s, of_principals, REMIT_COUNT(of_principals));
    const struct lint_condition *source = any_of(s, of_sources, REMIT_COUNT(of_sources));

    if (!s->deny)
        return;
    if (principal != NULL && !asks_service(s, "false"))
        lint_report(l, LINT_RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY, principal->key_node,
                    "AWS services have no \"%.*s\" and are denied as well. Add BoolIfExists "
                    "aws:PrincipalIsAWSService \"false\".",
                    LINT_ARG(principal->key));
    if (source != NULL && source->op != NULL && source->op->test != NULL) {
        if (!asks_service(s, "true"))
            lint_report(l, LINT_RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY,
                        source->key_node,
                        "Callers that are no services have no \"%.*s\" and are denied as well. Add "
                        "BoolIfExists aws:PrincipalIsAWSService \"true\".",
                        LINT_ARG(source->key));
        if (!asks_presence(s))
            lint_report(l, LINT_RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK, source->key_node,
                        "Services that call without a source are denied as well. Add Null "
                        "aws:SourceAccount \"false\".");
    }
}

void lint_rcp(struct lint *l, const struct lint_statement *s)
{
    if (l->options.type != REMIT_POLICY_RCP)
        return;
    check_principal(l, s);
    check_actions(l, s);
    if (s->allow)
        lint_report(l, LINT_RCP_SYNTAX_ERROR_ALLOW, s->effect,
                    "An RCP only denies: what it does not deny is allowed by RCPFullAWSAccess.");
    check_conditions(l, s);
}

/* ---- policies of resources that let their holders rewrite them (20.2) ---- */

static const struct remit_str rewriting[] = {
    REMIT_STR_INIT("s3:PutBucketPolicy"),      REMIT_STR_INIT("s3:PutBucketAcl"),
    REMIT_STR_INIT("s3:PutObjectAcl"),         REMIT_STR_INIT("s3:PutAccessPointPolicy"),
    REMIT_STR_INIT("kms:PutKeyPolicy"),        REMIT_STR_INIT("kms:CreateGrant"),
    REMIT_STR_INIT("ecr:SetRepositoryPolicy"), REMIT_STR_INIT("secretsmanager:PutResourcePolicy"),
    REMIT_STR_INIT("sqs:AddPermission"),       REMIT_STR_INIT("sqs:SetQueueAttributes"),
    REMIT_STR_INIT("sns:AddPermission"),       REMIT_STR_INIT("sns:SetTopicAttributes"),
    REMIT_STR_INIT("lambda:AddPermission"),
};

/* An account's own root statement is how it keeps the resource. */
static bool for_an_account(const struct lint_statement *s)
{
    for (size_t i = 0; i < s->n_principals; i++)
        if (!remit_str_ends(s->principals[i].text, REMIT_STR(":root")) &&
            s->principals[i].text.len != 12)
            return false;
    return s->n_principals > 0;
}

void lint_rewriting(struct lint *l, const struct lint_statement *s)
{
    if (l->options.type != REMIT_POLICY_RESOURCE || !s->allow || s->actions.negated ||
        for_an_account(s))
        return;
    for (size_t i = 0; i < REMIT_COUNT(rewriting); i++) {
        const struct lint_text *entry = lint_covering(&s->actions, rewriting[i]);

        if (entry == NULL || remit_str_equal(entry->text, REMIT_STR("*")))
            continue;
        lint_report(l, LINT_RESOURCE_POLICY_PRIVILEGE_ESCALATION, entry->node,
                    "\"%.*s\" covers %.*s: who has it can give himself everything else on the "
                    "resource.",
                    LINT_ARG(entry->text), LINT_ARG(rewriting[i]));
        return;
    }
}
