/* iam:PassRole and iam:CreateServiceLinkedRole given too widely: six shapes of each. */
#include "iam/lint/lint_internal.h"

enum shape {
    SHAPE_NONE = -1,
    SHAPE_NOT_RESOURCE,
    SHAPE_STAR_NOT_RESOURCE,
    SHAPE_NOT_ACTION_NOT_RESOURCE,
    SHAPE_RESOURCE,
    SHAPE_STAR_RESOURCE,
    SHAPE_NOT_ACTION_RESOURCE,
    SHAPE_COUNT,
};

static const struct kind {
    struct remit_str action;
    const char *key; /* that limits it to services */
    enum lint_code codes[SHAPE_COUNT];
} kinds[] = {
    { REMIT_STR_INIT("iam:PassRole"),
      "iam:PassedToService",
      { LINT_PASS_ROLE_WITH_NOT_RESOURCE, LINT_PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE,
        LINT_PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE, LINT_PASS_ROLE_WITH_STAR_IN_RESOURCE,
        LINT_PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE,
        LINT_PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION } },
    { REMIT_STR_INIT("iam:CreateServiceLinkedRole"),
      "iam:AWSServiceName",
      { LINT_CREATE_SLR_WITH_NOT_RESOURCE, LINT_CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE,
        LINT_CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE, LINT_CREATE_SLR_WITH_STAR_IN_RESOURCE,
        LINT_CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE,
        LINT_CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION } },
};

/* "*", or all roles of an account: what stands behind "role/" or the fifth colon is a star. */
static bool covers_all_roles(struct remit_str resource)
{
    struct remit_str parts[6];
    size_t n = lint_arn_parts(resource, parts);

    if (lint_covers(resource, REMIT_STR("arn:aws:iam::*:role/*"), false))
        return true;
    return n == 6 && lint_covers(parts[2], REMIT_STR("iam"), false) &&
           lint_covers(parts[5], REMIT_STR("role/*"), false);
}

static const struct lint_text *wide_resource(const struct lint_statement *s)
{
    for (size_t i = 0; i < s->resources.n; i++)
        if (covers_all_roles(s->resources.at[i].text))
            return &s->resources.at[i];
    return NULL;
}

static enum shape shape_of(const struct lint_statement *s, const struct lint_text *entry)
{
    enum shape shape = s->resources.negated ? SHAPE_NOT_RESOURCE : SHAPE_RESOURCE;

    if (!s->resources.negated && wide_resource(s) == NULL)
        return SHAPE_NONE;
    if (s->actions.negated)
        return shape + SHAPE_NOT_ACTION_NOT_RESOURCE - SHAPE_NOT_RESOURCE;
    return shape + (lint_wild(entry->text) ? SHAPE_STAR_NOT_RESOURCE - SHAPE_NOT_RESOURCE
                                           : SHAPE_NOT_RESOURCE);
}

static void check_kind(struct lint *l, const struct lint_statement *s, const struct kind *kind)
{
    const struct lint_text *entry = lint_covering(&s->actions, kind->action);
    enum shape shape = SHAPE_NONE;

    if (!lint_statement_covers(s, kind->action) || s->resources.node == 0 ||
        lint_condition_on(s, kind->key) != NULL)
        return;
    shape = shape_of(s, entry);
    if (shape == SHAPE_NONE)
        return;
    lint_report_both(l, kind->codes[shape], entry != NULL ? entry->node : s->actions.node,
                     s->resources.negated ? s->resources.node : wide_resource(s)->node,
                     "The statement allows %.*s on roles that are not named, for any service. Name "
                     "the roles, or add a condition on %s.",
                     LINT_ARG(kind->action), kind->key);
}

static void check_cross_account(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->resources.n && !s->resources.negated; i++) {
        struct remit_str parts[6];

        if (lint_arn_parts(s->resources.at[i].text, parts) < 6 || parts[4].len == 0 ||
            lint_wild(parts[4]) || remit_str_find(parts[4], '$') != parts[4].len ||
            remit_str_equal(parts[4], l->options.account))
            continue;
        lint_report(l, LINT_PASSROLE_CROSS_ACCOUNT, s->resources.at[i].node,
                    "The role is in account %.*s; only roles of the own account, %.*s, can be "
                    "passed.",
                    LINT_ARG(parts[4]), LINT_ARG(l->options.account));
    }
}

/* The statement names iam:PassRole itself. */
static void check_named(struct lint *l, const struct lint_statement *s,
                        const struct lint_text *entry)
{
    const struct lint_condition *tag = lint_condition_under(s, "aws:ResourceTag/");

    if (tag == NULL)
        tag = lint_condition_under(s, "iam:ResourceTag/");
    if (tag != NULL)
        lint_report(l, LINT_PASSROLE_TAG_CONDITION, tag->key_node,
                    "iam:PassRole does not look at the tags of the role: a condition on \"%.*s\" "
                    "limits nothing reliably. Name the roles.",
                    LINT_ARG(tag->key));
    if (!s->resources.negated && wide_resource(s) == NULL && s->resources.n > 0 &&
        lint_condition_on(s, "iam:PassedToService") == NULL)
        lint_report(l, LINT_PASSROLE_NO_SERVICE, entry->node,
                    "The roles may be passed to any service. Add a condition on "
                    "iam:PassedToService.");
    if (l->options.account.len > 0)
        check_cross_account(l, s);
}

void lint_pass_role(struct lint *l, const struct lint_statement *s)
{
    const struct lint_text *entry = lint_covering(&s->actions, REMIT_STR("iam:PassRole"));

    if (!s->allow || !lint_is_identity(l))
        return;
    for (size_t i = 0; i < REMIT_COUNT(kinds); i++)
        check_kind(l, s, &kinds[i]);
    if (entry != NULL && !lint_wild(entry->text))
        check_named(l, s, entry);
}
