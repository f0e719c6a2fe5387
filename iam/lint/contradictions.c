/* Conditions that can't all hold, conditions that always do, Allows that a Deny covers. */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

static bool is_null(const struct lint_condition *c)
{
    return c->op != NULL && c->op->test == NULL;
}

static bool says(const struct lint_condition *c, const char *word)
{
    for (size_t i = 0; i < c->n_values; i++)
        if (remit_str_equal_nocase(c->values[i].text, remit_str_of(word)))
            return true;
    return false;
}

static void check_always(struct lint *l, const struct lint_condition *c)
{
    if (!is_null(c))
        return;
    if (c->quantifier == REMIT_FOR_ALL)
        lint_report(l, LINT_CONDITION_ALWAYS_TRUE, c->operator_node,
                    "ForAllValues:Null holds for every request.");
    else if (says(c, "true") && says(c, "false"))
        lint_report(l, LINT_CONDITION_ALWAYS_TRUE, c->values_node,
                    "\"%.*s\" is missing or there: the condition holds for every request.",
                    LINT_ARG(c->key));
    if (c->quantifier == REMIT_FOR_ANY)
        lint_report(l, LINT_STATEMENT_NEVER_APPLIES, c->operator_node,
                    "ForAnyValue:Null never holds, so the statement never applies.");
}

/* ---- two conditions on one key ---- */

/* Positive, plain, and not fulfilled by a missing key. */
static bool is_firm(const struct lint_condition *c)
{
    return c->op != NULL && c->op->test != NULL && !c->op->negated && !c->if_exists &&
           c->quantifier == REMIT_PLAIN && c->n_values > 0;
}

static bool is_text(const struct lint_condition *c)
{
    return c->op->operand == REMIT_OPERAND_STRING || c->op->operand == REMIT_OPERAND_PATTERN;
}

/* No value of the one has a text in common with one of the other. */
static bool disjoint(struct lint *l, const struct lint_condition *a, const struct lint_condition *b)
{
    bool nocase = remit_str_ends(a->op->name, REMIT_STR("IgnoreCase")) ||
                  remit_str_ends(b->op->name, REMIT_STR("IgnoreCase"));

    for (size_t i = 0; i < a->n_values; i++)
        for (size_t j = 0; j < b->n_values; j++) {
            struct remit_str x = a->values[i].text;
            struct remit_str y = b->values[j].text;

            if (!lint_may_match(l, x, y) || lint_overlaps(x, y, nocase))
                return false;
        }
    return true;
}

/* A bound that an ordering operator sets: numbers, or moments. */
struct bound {
    bool below; /* LessThan: an upper bound */
    bool equal;
    bool date;
    struct remit_decimal number;
    int64_t date_ms;
};

static bool bound_of(const struct lint_condition *c, struct bound *out)
{
    struct remit_str name = c->op->name;

    out->date = c->op->operand == REMIT_OPERAND_DATE;
    out->equal = remit_str_ends(name, REMIT_STR("Equals"));
    if (out->equal)
        name.len -= sizeof("Equals") - 1;
    out->below = remit_str_ends(name, REMIT_STR("LessThan"));
    if (c->n_values != 1 || (!out->below && !remit_str_ends(name, REMIT_STR("GreaterThan"))))
        return false;
    return out->date ? remit_date_parse(c->values[0].text, &out->date_ms)
                     : c->op->operand == REMIT_OPERAND_NUMBER &&
                           remit_decimal_parse(c->values[0].text, &out->number);
}

static bool empty_window(const struct lint_condition *a, const struct lint_condition *b)
{
    struct bound x = { 0 };
    struct bound y = { 0 };
    int order = 0;

    if (!bound_of(a, &x) || !bound_of(b, &y) || x.date != y.date || x.below == y.below)
        return false;
    if (x.date)
        order = x.date_ms < y.date_ms ? -1 : x.date_ms > y.date_ms;
    else
        order = remit_decimal_compare(&x.number, &y.number);
    if (y.below) /* x is the lower bound, y the upper one */
        order = -order;
    return order < 0 || (order == 0 && !(x.equal && y.equal));
}

static bool contradict(struct lint *l, const struct lint_condition *a,
                       const struct lint_condition *b)
{
    if (is_null(a) && a->quantifier == REMIT_PLAIN && is_firm(b))
        return says(a, "true") && !says(a, "false");
    if (!is_firm(a) || !is_firm(b))
        return false;
    if (is_text(a) && is_text(b))
        return disjoint(l, a, b);
    return empty_window(a, b);
}

static void check_pair(struct lint *l, const struct lint_condition *a,
                       const struct lint_condition *b)
{
    if (!remit_str_equal_nocase(a->key, b->key) ||
        !(contradict(l, a, b) || (is_null(b) && contradict(l, b, a))))
        return;
    lint_report_both(l, LINT_STATEMENT_NEVER_APPLIES, a->key_node, b->key_node,
                     "The conditions on \"%.*s\" can't both hold: the statement never applies.",
                     LINT_ARG(a->key));
}

void lint_contradictions(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->n_conditions; i++) {
        check_always(l, &s->conditions[i]);
        for (size_t j = i + 1; j < s->n_conditions && lint_may_compare(l); j++)
            check_pair(l, &s->conditions[i], &s->conditions[j]);
    }
}

/* ---- an Allow that a Deny of the same policy covers ---- */

static bool all_covered(struct lint *l, const struct lint_list *small,
                        const struct lint_list *large, bool nocase)
{
    if (small->negated || large->negated)
        return false;
    if (large->node == 0)
        return small->node == 0;
    for (size_t i = 0; i < small->n; i++) {
        size_t j = 0;

        while (j < large->n && lint_may_match(l, large->at[j].text, small->at[i].text) &&
               !lint_covers(large->at[j].text, small->at[i].text, nocase))
            j++;
        if (j == large->n || l->work > LINT_WORK_MAX)
            return false;
    }
    return small->n > 0;
}

static bool for_all_principals(const struct lint_statement *s)
{
    if (s->principal == 0)
        return true;
    for (size_t i = 0; i < s->n_principals && !s->not_principal; i++)
        if (remit_str_equal(s->principals[i].text, REMIT_STR("*")))
            return true;
    return false;
}

static bool denies_all_of(struct lint *l, const struct lint_statement *deny,
                          const struct lint_statement *allow)
{
    bool resources = allow->resources.node == 0 && deny->resources.node == 0;

    return deny->deny && deny->n_conditions == 0 && for_all_principals(deny) &&
           all_covered(l, &allow->actions, &deny->actions, true) &&
           (resources || all_covered(l, &allow->resources, &deny->resources, false));
}

void lint_unreachable(struct lint *l)
{
    for (size_t i = 0; i < l->n_statements; i++)
        for (size_t j = 0; j < l->n_statements && l->statements[i].allow && lint_may_compare(l);
             j++)
            if (denies_all_of(l, &l->statements[j], &l->statements[i])) {
                lint_report_both(
                    l, LINT_UNREACHABLE_ALLOW, l->statements[i].node, l->statements[j].node,
                    "Statement %zu denies everything that statement %zu allows.", j, i);
                break;
            }
}
