/* Conditions: their form, operators against the kinds of keys. */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

#define NEAR_MOST 4

static struct remit_str nearest_operator(struct remit_str base)
{
    struct remit_str best = REMIT_STR("StringEquals");
    size_t least = NEAR_MOST + 1;

    for (size_t i = 0; remit_operator_at(i) != NULL; i++) {
        size_t distance = lint_distance(remit_operator_at(i)->name, base, NEAR_MOST);

        if (distance < least) {
            least = distance;
            best = remit_operator_at(i)->name;
        }
    }
    return best;
}

static struct remit_str base_of(struct remit_str name)
{
    size_t colon = remit_str_find(name, ':');
    struct remit_str base = colon < name.len ? remit_str_sub(name, colon + 1, name.len) : name;

    if (remit_str_ends(base, REMIT_STR("IfExists")))
        base.len -= sizeof("IfExists") - 1;
    return base;
}

static void check_operator(struct lint *l, uint32_t key, uint32_t block)
{
    struct remit_str name = lint_node(l, key)->text;
    struct lint_condition about = { 0 };

    (void)lint_operator(name, &about);
    if (about.op == NULL) {
        struct remit_str near = nearest_operator(base_of(name));

        lint_report(l, LINT_INVALID_CONDITION_OPERATOR, key,
                    "There is no condition operator \"%.*s\". Did you mean \"%.*s\"?",
                    LINT_ARG(name), LINT_ARG(near));
    } else if (about.op->test == NULL && about.if_exists) {
        lint_report(l, LINT_NULL_WITH_IF_EXISTS, key,
                    "Null asks whether the key is there: it has no IfExists form.");
    } else if (about.op->test == NULL && about.quantifier != REMIT_PLAIN) {
        lint_report(l, LINT_NULL_WITH_QUALIFIER, key,
                    "Null asks about the key, not about its values: leave the quantifier out.");
    }
    if (lint_node(l, block)->type != REMIT_TAPE_OBJECT)
        lint_report(l, LINT_DATA_TYPE_MISMATCH, block,
                    "A condition operator has an object of keys, not %s.",
                    remit_tape_type_name(lint_node(l, block)->type));
    else if (lint_node(l, block)->count == 0)
        lint_report(l, LINT_EMPTY_OBJECT_CONDITION, block,
                    "The operator has no keys and asks nothing.");
}

static void check_shape(struct lint *l, uint32_t condition)
{
    uint32_t at = condition + 1;
    uint32_t key = 0;
    uint32_t block = 0;

    if (lint_node(l, condition)->type != REMIT_TAPE_OBJECT)
        return; /* told with the elements */
    if (lint_node(l, condition)->count == 0)
        lint_report(l, LINT_EMPTY_OBJECT_CONDITION, condition,
                    "The condition is empty and asks nothing.");
    while (lint_member(l, condition, &at, &key, &block))
        check_operator(l, key, block);
}

/* ---- one key under one operator ---- */

static enum lint_code code_of_empty(const struct lint_condition *c)
{
    if (c->quantifier == REMIT_FOR_ALL)
        return LINT_EMPTY_ARRAY_CONDITION_FORALLVALUES;
    if (c->quantifier == REMIT_FOR_ANY)
        return LINT_EMPTY_ARRAY_CONDITION_FORANYVALUE;
    return c->if_exists ? LINT_EMPTY_ARRAY_CONDITION_IFEXISTS : LINT_EMPTY_ARRAY_CONDITION;
}

static bool same_kind(enum remit_tape_type a, enum remit_tape_type b)
{
    bool boolean = a == REMIT_TAPE_TRUE || a == REMIT_TAPE_FALSE;

    return a == b || (boolean && (b == REMIT_TAPE_TRUE || b == REMIT_TAPE_FALSE));
}

static void check_json_types(struct lint *l, const struct lint_condition *c)
{
    uint32_t node = c->values_node;
    const struct remit_tape_node *n = lint_node(l, node);
    uint32_t at = n->type == REMIT_TAPE_ARRAY ? node + 1 : node;

    if (n->type == REMIT_TAPE_ARRAY && n->count == 0)
        lint_report(l, code_of_empty(c), node, "\"%.*s\" is compared with an empty list.",
                    LINT_ARG(c->key));
    for (; at < n->next; at = lint_node(l, at)->next) {
        enum remit_tape_type type = lint_node(l, at)->type;

        if (type == REMIT_TAPE_NULL || type == REMIT_TAPE_ARRAY || type == REMIT_TAPE_OBJECT)
            lint_report(l, LINT_DATA_TYPE_MISMATCH, at,
                        "A condition value is a string, a number or a boolean, not %s.",
                        remit_tape_type_name(type));
    }
    for (size_t i = 1; i < c->n_values; i++)
        if (!same_kind(c->values[0].type, c->values[i].type)) {
            lint_report(l, LINT_INVALID_CONDITION_DATA_TYPE, c->values[i].node,
                        "The values of \"%.*s\" are %s and %s: use one type.", LINT_ARG(c->key),
                        remit_tape_type_name(c->values[0].type),
                        remit_tape_type_name(c->values[i].type));
            break;
        }
}

static void check_quantifier(struct lint *l, const struct lint_condition *c)
{
    if (c->op->test == NULL || !c->about.known)
        return;
    if (c->about.multivalued && c->quantifier == REMIT_PLAIN) {
        lint_report(l, LINT_MISSING_QUALIFIER, c->operator_node,
                    "\"%.*s\" may have several values: without ForAllValues or ForAnyValue it "
                    "never matches.",
                    LINT_ARG(c->key));
        if (c->op->negated)
            lint_report(l, LINT_PLAIN_NEGATED_ON_MULTIVALUED, c->operator_node,
                        "\"%.*s\" may have several values: %.*s without a quantifier matches no "
                        "request that has it.",
                        LINT_ARG(c->key), LINT_ARG(c->operator_name));
    }
    if (!c->about.multivalued && c->quantifier == REMIT_FOR_ALL)
        lint_report(l, LINT_FORALLVALUES_WITH_SINGLE_VALUED_KEY, c->operator_node,
                    "\"%.*s\" has one value, and ForAllValues also holds for requests without it. "
                    "Leave ForAllValues out.",
                    LINT_ARG(c->key));
}

static void check_duplicates(struct lint *l, const struct lint_statement *s, size_t i)
{
    const struct lint_condition *c = &s->conditions[i];

    for (size_t j = 0; j < i && lint_may_compare(l); j++) {
        const struct lint_condition *other = &s->conditions[j];

        if (other->operator_node != c->operator_node ||
            !remit_str_equal_nocase(other->key, c->key) || remit_str_equal(other->key, c->key))
            continue;
        lint_report_both(l, LINT_DUPLICATE_KEYS_WITH_DIFFERENT_CASE, c->key_node, other->key_node,
                         "\"%.*s\" and \"%.*s\" are the same key.", LINT_ARG(c->key),
                         LINT_ARG(other->key));
        return;
    }
}

void lint_conditions(struct lint *l, const struct lint_statement *s)
{
    if (s->condition != 0)
        check_shape(l, s->condition);
    for (size_t i = 0; i < s->n_conditions; i++) {
        check_json_types(l, &s->conditions[i]);
        check_duplicates(l, s, i);
        if (s->conditions[i].op != NULL)
            check_quantifier(l, &s->conditions[i]);
    }
}

/* ---- operators against kinds of keys ---- */

static const struct fit {
    const char *name; /* of operators that fit */
    bool operands[REMIT_OPERAND_COUNT];
} fits[] = {
    [REMIT_KEY_STRING] = { "String",
                           { [REMIT_OPERAND_STRING] = true, [REMIT_OPERAND_PATTERN] = true } },
    [REMIT_KEY_ARN] = { "Arn", { [REMIT_OPERAND_ARN] = true } },
    [REMIT_KEY_NUMERIC] = { "Numeric", { [REMIT_OPERAND_NUMBER] = true } },
    /* aws:EpochTime is both (14.4) */
    [REMIT_KEY_DATE] = { "Date", { [REMIT_OPERAND_DATE] = true, [REMIT_OPERAND_NUMBER] = true } },
    [REMIT_KEY_BOOL] = { "Bool", { [REMIT_OPERAND_BOOL] = true } },
    [REMIT_KEY_BINARY] = { "Binary", { [REMIT_OPERAND_BINARY] = true } },
    [REMIT_KEY_IP] = { "IpAddress", { [REMIT_OPERAND_IP] = true } },
};

static bool is_text(enum remit_operand_kind kind)
{
    return kind == REMIT_OPERAND_STRING || kind == REMIT_OPERAND_PATTERN;
}

/* Compared as texts; a text that is an ARN (a tag, an encryption context) compared as one. */
static bool is_usable(enum remit_operand_kind operand, enum remit_key_kind kind)
{
    if (is_text(operand))
        return kind == REMIT_KEY_ARN || kind == REMIT_KEY_BOOL;
    return operand == REMIT_OPERAND_ARN && kind == REMIT_KEY_STRING;
}

static void check_type(struct lint *l, const struct lint_condition *c)
{
    enum remit_operand_kind operand = c->op->operand;
    const struct fit *fit = &fits[c->about.kind];

    if (operand == REMIT_OPERAND_NULL || fit->operands[operand])
        return;
    if (c->about.kind == REMIT_KEY_ARN && operand == REMIT_OPERAND_PATTERN)
        lint_report(l, LINT_STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS, c->operator_node,
                    "\"%.*s\" is an ARN: under %.*s a wildcard crosses from one of its parts into "
                    "the next. Use ArnLike or ArnNotLike.",
                    LINT_ARG(c->key), LINT_ARG(c->operator_name));
    else if (is_usable(operand, c->about.kind))
        lint_report(l, LINT_MISMATCHED_TYPE_BUT_USABLE, c->operator_node,
                    "%.*s works for \"%.*s\", for which %s operators are made.",
                    LINT_ARG(c->operator_name), LINT_ARG(c->key), fit->name);
    else
        lint_report(l, LINT_TYPE_MISMATCH, c->operator_node,
                    "%.*s does not fit \"%.*s\": use a %s operator.", LINT_ARG(c->operator_name),
                    LINT_ARG(c->key), fit->name);
}

void lint_condition_types(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->n_conditions; i++)
        if (s->conditions[i].op != NULL && s->conditions[i].about.known)
            check_type(l, &s->conditions[i]);
}
