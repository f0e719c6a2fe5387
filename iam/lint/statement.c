/* What is wrong with a statement's elements: missing, unknown, of the wrong type, empty. */
#include "iam/lint/lint_internal.h"
#include "iam/policy/compile.h"

enum shape { SHAPE_STRING = 1, SHAPE_STRINGS, SHAPE_OBJECT, SHAPE_PRINCIPAL };

static const struct element {
    struct remit_str name;
    enum shape shape;
    const char *other; /* that can't stand beside it */
} elements[] = {
    { REMIT_STR_INIT("Sid"), SHAPE_STRING, NULL },
    { REMIT_STR_INIT("Effect"), SHAPE_STRING, NULL },
    { REMIT_STR_INIT("Principal"), SHAPE_PRINCIPAL, "NotPrincipal" },
    { REMIT_STR_INIT("NotPrincipal"), SHAPE_PRINCIPAL, NULL },
    { REMIT_STR_INIT("Action"), SHAPE_STRINGS, "NotAction" },
    { REMIT_STR_INIT("NotAction"), SHAPE_STRINGS, NULL },
    { REMIT_STR_INIT("Resource"), SHAPE_STRINGS, "NotResource" },
    { REMIT_STR_INIT("NotResource"), SHAPE_STRINGS, NULL },
    { REMIT_STR_INIT("Condition"), SHAPE_OBJECT, NULL },
};

static void wrong_type(struct lint *l, uint32_t node, const char *what, struct remit_str name)
{
    lint_report(l, LINT_DATA_TYPE_MISMATCH, node, "%.*s needs %s, not %s.", LINT_ARG(name), what,
                remit_tape_type_name(lint_node(l, node)->type));
}

/* A string, or a list of nothing but strings. */
static void check_strings(struct lint *l, uint32_t node, struct remit_str name)
{
    const struct remit_tape_node *n = lint_node(l, node);

    if (n->type == REMIT_TAPE_STRING)
        return;
    if (n->type != REMIT_TAPE_ARRAY) {
        wrong_type(l, node, "a string or a list of strings", name);
        return;
    }
    for (uint32_t at = node + 1; at < n->next; at = lint_node(l, at)->next)
        if (lint_node(l, at)->type != REMIT_TAPE_STRING)
            wrong_type(l, at, "strings", name);
}

static void check_shape(struct lint *l, const struct element *element, uint32_t node)
{
    enum remit_tape_type type = lint_node(l, node)->type;

    if (element->shape == SHAPE_STRING && type != REMIT_TAPE_STRING)
        wrong_type(l, node, "a string", element->name);
    if (element->shape == SHAPE_OBJECT && type != REMIT_TAPE_OBJECT)
        wrong_type(l, node, "an object", element->name);
    if (element->shape == SHAPE_STRINGS)
        check_strings(l, node, element->name);
}

static uint32_t member_of(const struct lint *l, uint32_t object, struct remit_str name)
{
    uint32_t at = object + 1;
    uint32_t key = 0;
    uint32_t value = 0;

    while (lint_member(l, object, &at, &key, &value))
        if (remit_str_equal(lint_node(l, key)->text, name))
            return key;
    return 0;
}

void lint_elements(struct lint *l, const struct lint_statement *s)
{
    uint32_t at = s->node + 1;
    uint32_t key = 0;
    uint32_t value = 0;

    while (lint_member(l, s->node, &at, &key, &value)) {
        struct remit_str name = lint_node(l, key)->text;
        size_t i = 0;
        uint32_t other = 0;

        while (i < REMIT_COUNT(elements) && !remit_str_equal(elements[i].name, name))
            i++;
        if (i == REMIT_COUNT(elements)) {
            lint_report(l, LINT_INVALID_POLICY_ELEMENT, key,
                        "A statement has no element \"%.*s\"; names are case-sensitive.",
                        LINT_ARG(name));
            continue;
        }
        check_shape(l, &elements[i], value);
        if (elements[i].other != NULL)
            other = member_of(l, s->node, remit_str_of(elements[i].other));
        if (other != 0)
            lint_report_both(l, LINT_UNSUPPORTED_ELEMENT_COMBINATION, key, other,
                             "%.*s and %s can't stand in the same statement.", LINT_ARG(name),
                             elements[i].other);
    }
}

static void check_list(struct lint *l, const struct lint_list *list, const char *name,
                       enum lint_code empty)
{
    bool array = lint_node(l, list->node)->type == REMIT_TAPE_ARRAY;

    if (list->node == 0)
        return;
    if (array && lint_node(l, list->node)->count == 0 && list->negated)
        lint_report(l, LINT_EMPTY_NOT_ELEMENT, list->node,
                    "Not%s is empty and leaves nothing out: the statement is for everything, or "
                    "refused.",
                    name);
    else if (array && lint_node(l, list->node)->count == 0)
        lint_report(l, empty, list->node, "%s is an empty list: the statement never applies.",
                    name);
    for (size_t i = 0; i < list->n && list->negated; i++)
        if (remit_str_equal(list->at[i].text, REMIT_STR("*")))
            lint_report(l, LINT_WILDCARD_IN_NOT_ELEMENT, list->at[i].node,
                        "\"*\" in Not%s leaves everything out: the statement never applies.", name);
}

static void check_wide_allow(struct lint *l, const struct lint_statement *s)
{
    if (!s->allow)
        return;
    if (s->actions.negated && s->actions.n > 0 && l->options.type != REMIT_POLICY_SCP)
        lint_report(l, LINT_NOTACTION_WITH_ALLOW, s->actions.key,
                    "Allow with NotAction gives every action but those listed, of every service, "
                    "also of those to come. List what is needed.");
    if (s->resources.negated && s->resources.n > 0 && l->options.type != REMIT_POLICY_SCP)
        lint_report(l, LINT_NOTRESOURCE_WITH_ALLOW, s->resources.key,
                    "Allow with NotResource gives every resource but those listed, also of other "
                    "accounts and those to come. List what is needed.");
    if (s->not_principal)
        lint_report(l, LINT_ALLOW_WITH_NOT_PRINCIPAL, s->principal_key,
                    "Allow with NotPrincipal lets in everybody who is not listed, also anonymous "
                    "callers. Use Principal.");
}

void lint_effect(struct lint *l, const struct lint_statement *s)
{
    if (s->effect == 0)
        lint_report(l, LINT_MISSING_EFFECT, s->node, "The statement has no Effect.");
    else if (!s->allow && !s->deny)
        lint_report(l, LINT_INVALID_EFFECT, s->effect,
                    "Effect \"%.*s\" is neither Allow nor Deny; case matters.",
                    LINT_ARG(lint_node(l, s->effect)->text));
    if (s->actions.node == 0)
        lint_report(l, LINT_MISSING_ACTION, s->node,
                    "The statement has neither Action nor NotAction.");
    check_list(l, &s->actions, "Action", LINT_EMPTY_ARRAY_ACTION);
    check_list(l, &s->resources, "Resource", LINT_EMPTY_ARRAY_RESOURCE);
    check_wide_allow(l, s);
}

/* ---- what the type of policy has (4) ---- */

static void check_resource(struct lint *l, const struct lint_statement *s)
{
    enum remit_presence wanted = remit_type_rules(l->options.type)->resource;

    /* Services fill in a missing Resource of a resource policy; ECR even wants it missing. */
    if (s->resources.node == 0 && wanted == REMIT_REQUIRED &&
        l->options.type != REMIT_POLICY_RESOURCE)
        lint_report(l, LINT_MISSING_RESOURCE, s->node,
                    "The statement has neither Resource nor NotResource.");
    if (s->resources.node != 0 && l->options.type == REMIT_POLICY_TRUST)
        lint_report(l, LINT_ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE, s->resources.key,
                    "A trust policy is about its own role and has no Resource.");
}

static void check_principal(struct lint *l, const struct lint_statement *s)
{
    const struct remit_type_rules *rules = remit_type_rules(l->options.type);

    if (s->principal == 0 && rules->principal == REMIT_REQUIRED) {
        lint_report(l, LINT_MISSING_PRINCIPAL, s->node, "The statement has no Principal.");
        return;
    }
    if (s->principal == 0)
        return;
    if (l->options.type == REMIT_POLICY_SCP)
        lint_report(l, LINT_SCP_SYNTAX_ERROR_PRINCIPAL, s->principal_key,
                    "An SCP is for all principals of its accounts and has no Principal.");
    else if (rules->principal == REMIT_FORBIDDEN)
        lint_report(l, LINT_UNSUPPORTED_PRINCIPAL, s->principal_key,
                    "%s is for whom it is attached to and has no Principal.", rules->name);
    if (l->options.type == REMIT_POLICY_TRUST && s->not_principal)
        lint_report(l, LINT_ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL, s->principal_key,
                    "A trust policy has no NotPrincipal: name who may assume the role.");
}

/* Where a '*' stands before the end, or a '?' anywhere. */
static bool wild_inside(struct remit_str action)
{
    size_t star = remit_str_find(action, '*');

    return star + 1 < action.len || remit_str_find(action, '?') != action.len;
}

static void check_old_scp(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->actions.n; i++)
        if (wild_inside(s->actions.at[i].text))
            lint_report(l, LINT_SCP_SYNTAX_ERROR_ACTION_WILDCARD, s->actions.at[i].node,
                        "\"%.*s\" has a wildcard before its end.", LINT_ARG(s->actions.at[i].text));
    if (s->resources.negated)
        lint_report(l, LINT_SCP_SYNTAX_ERROR_NOTRESOURCE, s->resources.key,
                    "NotResource was not supported in SCPs.");
    if (!s->allow)
        return;
    if (s->n_conditions > 0)
        lint_report(l, LINT_SCP_SYNTAX_ERROR_ALLOW_CONDITION, s->condition,
                    "Condition was not supported with Allow in SCPs.");
    if (s->actions.negated)
        lint_report(l, LINT_SCP_SYNTAX_ERROR_ALLOW_NOTACTION, s->actions.key,
                    "NotAction was not supported with Allow in SCPs.");
    for (size_t i = 0; i < s->resources.n && !s->resources.negated; i++)
        if (!remit_str_equal(s->resources.at[i].text, REMIT_STR("*")))
            lint_report(l, LINT_SCP_SYNTAX_ERROR_ALLOW_RESOURCE, s->resources.at[i].node,
                        "Only \"*\" was supported as Resource with Allow in SCPs.");
}

void lint_statement_type(struct lint *l, const struct lint_statement *s)
{
    check_principal(l, s);
    check_resource(l, s);
    if (l->options.type == REMIT_POLICY_SCP && l->options.old_scp)
        check_old_scp(l, s);
}
