/* Values of conditions: whether they are what the operator compares, and whether they say anything.
 */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

static bool is_word(struct remit_str text, const char *word)
{
    return remit_str_equal_nocase(text, remit_str_of(word));
}

static bool has_variable(struct remit_str text)
{
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.ptr[i] == '$' && text.ptr[i + 1] == '{')
            return true;
    return false;
}

/* ---- a value at a time ---- */

static void check_bool(struct lint *l, const struct lint_condition *c, const struct lint_value *v)
{
    if (!is_word(v->text, "true") && !is_word(v->text, "false"))
        lint_report(l, LINT_TYPE_MISMATCH_BOOLEAN, v->node,
                    "\"%.*s\" for \"%.*s\" is neither true nor false, and counts as false.",
                    LINT_ARG(v->text), LINT_ARG(c->key));
}

static void check_null(struct lint *l, const struct lint_condition *c, const struct lint_value *v)
{
    if (!is_word(v->text, "true") && !is_word(v->text, "false"))
        lint_report(l, LINT_MISMATCHED_TYPE_OPERATION_TO_NULL, v->node,
                    "Null for \"%.*s\" is compared with true (the key is missing) or false, not "
                    "with \"%.*s\".",
                    LINT_ARG(c->key), LINT_ARG(v->text));
}

static void check_number(struct lint *l, const struct lint_condition *c, const struct lint_value *v)
{
    struct remit_decimal number;

    if (!remit_decimal_parse(v->text, &number))
        lint_report(l, LINT_TYPE_MISMATCH_NUMBER, v->node, "\"%.*s\" for \"%.*s\" is no number.",
                    LINT_ARG(v->text), LINT_ARG(c->key));
}

static bool all_digits(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len > 0;
}

static void check_date(struct lint *l, const struct lint_condition *c, const struct lint_value *v)
{
    int64_t date_ms = 0;

    if (!remit_date_parse(v->text, &date_ms))
        lint_report(l, LINT_TYPE_MISMATCH_DATE, v->node,
                    "\"%.*s\" for \"%.*s\" is no date such as 2030-01-31T00:00:00Z.",
                    LINT_ARG(v->text), LINT_ARG(c->key));
    else if (all_digits(v->text) && v->text.len != 4)
        lint_report(l, LINT_INVALID_DATE_VALUE, v->node,
                    "\"%.*s\" are seconds since 1970: write a date such as 2030-01-31T00:00:00Z.",
                    LINT_ARG(v->text));
}

static void check_binary(struct lint *l, const struct lint_condition *c, const struct lint_value *v)
{
    struct remit_operand operand = { 0 };

    remit_operand_types[REMIT_OPERAND_BINARY].compile(&l->arena, v->text, false, &operand);
    if (operand.malformed)
        lint_report(l, LINT_TYPE_MISMATCH_STRING, v->node, "\"%.*s\" for \"%.*s\" is not base64.",
                    LINT_ARG(v->text), LINT_ARG(c->key));
}

static void check_arn(struct lint *l, const struct lint_condition *c, const struct lint_value *v)
{
    struct remit_str parts[6];

    if (remit_str_equal(v->text, REMIT_STR("*")))
        lint_report(l,
                    c->op->negated ? LINT_EQUIVALENT_TO_NULL_TRUE : LINT_EQUIVALENT_TO_NULL_FALSE,
                    v->node, "\"*\" is any ARN: use Null for \"%.*s\".", LINT_ARG(c->key));
    else if (lint_arn_parts(v->text, parts) < 6)
        lint_report(l, LINT_ARNLIKE_SHORT_PATTERN, v->node,
                    "\"%.*s\" for \"%.*s\" has fewer than six parts: %.*s compares part by part, "
                    "and it never matches.",
                    LINT_ARG(v->text), LINT_ARG(c->key), LINT_ARG(c->operator_name));
}

/* Escaped wildcards ("${*}") are meant as they stand. */
static bool bare_wildcard(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((text.ptr[i] == '*' || text.ptr[i] == '?') &&
            !(i >= 2 && text.ptr[i - 1] == '{' && text.ptr[i - 2] == '$'))
            return true;
    return false;
}

static void check_string(struct lint *l, const struct lint_condition *c, const struct lint_value *v)
{
    if (bare_wildcard(v->text))
        lint_report(l, LINT_WILDCARD_WITHOUT_LIKE_OPERATOR, v->node,
                    "%.*s takes the wildcard in \"%.*s\" for a letter. Use StringLike, or ${*} to "
                    "say that it is one.",
                    LINT_ARG(c->operator_name), LINT_ARG(v->text));
}

/* Whether "*" alone always holds, never, or asks for the key (13.2). */
static void check_pattern(struct lint *l, const struct lint_condition *c,
                          const struct lint_value *v)
{
    enum lint_code code =
        c->op->negated ? LINT_EQUIVALENT_TO_NULL_TRUE : LINT_EQUIVALENT_TO_NULL_FALSE;

    if (v->text.len == 0 || !lint_covers(v->text, REMIT_STR("*"), false))
        return;
    if (!c->op->negated && (c->if_exists || c->quantifier == REMIT_FOR_ALL))
        code = LINT_REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION;
    else if (c->op->negated && c->quantifier == REMIT_FOR_ANY && !c->if_exists)
        code = LINT_REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION;
    lint_report(l, code, v->node, "\"%.*s\" %s.", LINT_ARG(c->key),
                code == LINT_REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION
                    ? "may be anything or missing: the condition always holds"
                : code == LINT_REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION
                    ? "has no value that \"*\" does not match: the statement never applies"
                : code == LINT_EQUIVALENT_TO_NULL_TRUE
                    ? "has to be missing, for \"*\" matches all values: use Null \"true\""
                    : "may be anything but missing: use Null \"false\"");
}

static const struct value_row {
    void (*check)(struct lint *l, const struct lint_condition *c, const struct lint_value *v);
    bool variables; /* policy variables work */
} rows[REMIT_OPERAND_COUNT] = {
    [REMIT_OPERAND_STRING] = { check_string, true },
    [REMIT_OPERAND_PATTERN] = { check_pattern, true },
    [REMIT_OPERAND_NUMBER] = { check_number, false },
    [REMIT_OPERAND_DATE] = { check_date, false },
    [REMIT_OPERAND_BOOL] = { check_bool, false },
    [REMIT_OPERAND_BINARY] = { check_binary, false },
    [REMIT_OPERAND_ARN] = { check_arn, true },
    [REMIT_OPERAND_NULL] = { check_null, false },
};

static void check_value(struct lint *l, const struct lint_condition *c, const struct lint_value *v)
{
    const struct value_row *row = &rows[c->op->operand];

    if (has_variable(v->text) && !row->variables)
        lint_report(l, LINT_INVALID_VARIABLE_FOR_OPERATOR, v->node,
                    "%.*s takes no policy variables: \"%.*s\" is plain text to it.",
                    LINT_ARG(c->operator_name), LINT_ARG(v->text));
    else if (row->check != NULL)
        row->check(l, c, v);
}

/* ---- the list of values ---- */

static bool is_order(const struct lint_condition *c)
{
    struct remit_str name = c->op->name;

    return remit_str_ends(name, REMIT_STR("LessThan")) ||
           remit_str_ends(name, REMIT_STR("GreaterThan")) ||
           remit_str_ends(name, REMIT_STR("ThanEquals"));
}

static void check_list(struct lint *l, const struct lint_condition *c)
{
    if (c->n_values < 2)
        return;
    if (c->op->operand == REMIT_OPERAND_BOOL)
        lint_report(l, LINT_INVALID_CONDITION_MULTIPLE_BOOLEAN, c->values_node,
                    "\"%.*s\" is true or false: one value is enough.", LINT_ARG(c->key));
    if (is_order(c))
        lint_report(l, LINT_REDUNDANT_CONDITION_VALUE_NUM, c->values_node,
                    "Of several values for %.*s only the loosest counts.",
                    LINT_ARG(c->operator_name));
}

void lint_condition_values(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->n_conditions; i++) {
        const struct lint_condition *c = &s->conditions[i];

        for (size_t j = 0; j < c->n_values && c->op != NULL; j++)
            check_value(l, c, &c->values[j]);
        if (c->op != NULL)
            check_list(l, c);
    }
}
