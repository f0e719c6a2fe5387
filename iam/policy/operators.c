#include "iam/policy/operators.h"

#include "iam/context.h"
#include "iam/policy/lower.h"

static bool string_equal(const struct remit_operand *operand, const struct remit_subject *subject,
                         struct remit_variables *variables)
{
    return remit_glob_match(&operand->is.glob, subject->text, variables);
}

/* Text and variables in a row: a pattern without wildcards has one run. */
static bool string_equal_nocase(const struct remit_operand *operand,
                                const struct remit_subject *subject,
                                struct remit_variables *variables)
{
    const struct remit_glob *glob = &operand->is.glob;
    struct remit_str text = subject->text;

    if (glob->shape == REMIT_GLOB_LITERAL)
        return remit_lower_starts(&text, glob->prefix) && text.len == 0;
    for (size_t i = 0; glob->shape == REMIT_GLOB_RUNS && i < glob->runs[0].n_pieces; i++) {
        const struct remit_glob_piece *piece = &glob->runs[0].pieces[i];
        struct remit_str part = piece->text;

        if (piece->kind == REMIT_PIECE_VARIABLE && !remit_variable_value(piece, variables, &part)) {
            variables->unresolved = true;
            return false;
        }
        if (!remit_lower_starts(&text, part))
            return false;
    }
    return glob->shape == REMIT_GLOB_RUNS && text.len == 0;
}

static int compare_numbers(const struct remit_operand *operand, const struct remit_subject *subject)
{
    return remit_decimal_compare(&subject->is.number, &operand->is.number);
}

static int compare_dates(const struct remit_operand *operand, const struct remit_subject *subject)
{
    int64_t x = subject->is.date_ms;

    return x < operand->is.date_ms ? -1 : x > operand->is.date_ms;
}

/* Five tests over an order: equal, less, less or equal, greater, greater or equal. */
#define ORDER_TEST(name, compare, relation)                                                        \
    static bool name(const struct remit_operand *operand, const struct remit_subject *subject,     \
                     struct remit_variables *variables)                                            \
    {                                                                                              \
        (void)variables;                                                                           \
        return compare(operand, subject) relation 0;                                               \
    }

ORDER_TEST(number_equal, compare_numbers, ==)
ORDER_TEST(number_less, compare_numbers, <)
ORDER_TEST(number_less_equal, compare_numbers, <=)
ORDER_TEST(number_greater, compare_numbers, >)
ORDER_TEST(number_greater_equal, compare_numbers, >=)
ORDER_TEST(date_equal, compare_dates, ==)
ORDER_TEST(date_less, compare_dates, <)
ORDER_TEST(date_less_equal, compare_dates, <=)
ORDER_TEST(date_greater, compare_dates, >)
ORDER_TEST(date_greater_equal, compare_dates, >=)

static bool bool_equal(const struct remit_operand *operand, const struct remit_subject *subject,
                       struct remit_variables *variables)
{
    (void)variables;
    return operand->is.yes == subject->is.yes;
}

static bool binary_equal(const struct remit_operand *operand, const struct remit_subject *subject,
                         struct remit_variables *variables)
{
    (void)variables;
    return remit_str_equal(operand->is.base64, subject->text);
}

static bool ip_within(const struct remit_operand *operand, const struct remit_subject *subject,
                      struct remit_variables *variables)
{
    (void)variables;
    return remit_ip_within(&subject->is.address, &operand->is.block);
}

/* Part by part: a wildcard never reaches into the next one (13.8). */
static bool arn_like(const struct remit_operand *operand, const struct remit_subject *subject,
                     struct remit_variables *variables)
{
    for (size_t i = 0; i < REMIT_ARN_PARTS; i++)
        if (!remit_glob_match(&operand->is.arn[i], subject->is.arn[i], variables))
            return false;
    return true;
}

/* Each has its IfExists, ForAllValues: and ForAnyValue: forms, but Null, which has no IfExists. */
static const struct remit_operator operators[] = {
    { REMIT_STR_INIT("StringEquals"), REMIT_OPERAND_STRING, string_equal, false },
    { REMIT_STR_INIT("StringNotEquals"), REMIT_OPERAND_STRING, string_equal, true },
    { REMIT_STR_INIT("StringEqualsIgnoreCase"), REMIT_OPERAND_STRING, string_equal_nocase, false },
    { REMIT_STR_INIT("StringNotEqualsIgnoreCase"), REMIT_OPERAND_STRING, string_equal_nocase,
      true },
    { REMIT_STR_INIT("StringLike"), REMIT_OPERAND_PATTERN, string_equal, false },
    { REMIT_STR_INIT("StringNotLike"), REMIT_OPERAND_PATTERN, string_equal, true },
    { REMIT_STR_INIT("NumericEquals"), REMIT_OPERAND_NUMBER, number_equal, false },
    { REMIT_STR_INIT("NumericNotEquals"), REMIT_OPERAND_NUMBER, number_equal, true },
    { REMIT_STR_INIT("NumericLessThan"), REMIT_OPERAND_NUMBER, number_less, false },
    { REMIT_STR_INIT("NumericLessThanEquals"), REMIT_OPERAND_NUMBER, number_less_equal, false },
    { REMIT_STR_INIT("NumericGreaterThan"), REMIT_OPERAND_NUMBER, number_greater, false },
    { REMIT_STR_INIT("NumericGreaterThanEquals"), REMIT_OPERAND_NUMBER, number_greater_equal,
      false },
    { REMIT_STR_INIT("DateEquals"), REMIT_OPERAND_DATE, date_equal, false },
    { REMIT_STR_INIT("DateNotEquals"), REMIT_OPERAND_DATE, date_equal, true },
    { REMIT_STR_INIT("DateLessThan"), REMIT_OPERAND_DATE, date_less, false },
    { REMIT_STR_INIT("DateLessThanEquals"), REMIT_OPERAND_DATE, date_less_equal, false },
    { REMIT_STR_INIT("DateGreaterThan"), REMIT_OPERAND_DATE, date_greater, false },
    { REMIT_STR_INIT("DateGreaterThanEquals"), REMIT_OPERAND_DATE, date_greater_equal, false },
    { REMIT_STR_INIT("Bool"), REMIT_OPERAND_BOOL, bool_equal, false },
    { REMIT_STR_INIT("BinaryEquals"), REMIT_OPERAND_BINARY, binary_equal, false },
    { REMIT_STR_INIT("IpAddress"), REMIT_OPERAND_IP, ip_within, false },
    { REMIT_STR_INIT("NotIpAddress"), REMIT_OPERAND_IP, ip_within, true },
    { REMIT_STR_INIT("ArnEquals"), REMIT_OPERAND_ARN, arn_like, false },
    { REMIT_STR_INIT("ArnNotEquals"), REMIT_OPERAND_ARN, arn_like, true },
    { REMIT_STR_INIT("ArnLike"), REMIT_OPERAND_ARN, arn_like, false },
    { REMIT_STR_INIT("ArnNotLike"), REMIT_OPERAND_ARN, arn_like, true },
    { REMIT_STR_INIT("Null"), REMIT_OPERAND_NULL, NULL, false },
};

const struct remit_operator *remit_operator_at(size_t index)
{
    return index < REMIT_COUNT(operators) ? &operators[index] : NULL;
}

const struct remit_operator *remit_operator_find(struct remit_str name)
{
    for (size_t i = 0; i < REMIT_COUNT(operators); i++)
        if (remit_str_equal(operators[i].name, name))
            return &operators[i];
    return NULL;
}

/* One value of the request against all operands: OR, and NOR when negated. */
static bool value_passes(const struct remit_condition *c, struct remit_str value,
                         struct remit_variables *variables)
{
    const struct remit_operand_type *type = &remit_operand_types[c->op->operand];
    struct remit_subject subject;

    subject.text = value;
    if (type->parse != NULL && !type->parse(value, &subject))
        return c->op->negated && !type->unread_is_false;
    for (size_t i = 0; i < c->n_operands; i++)
        if (c->op->test(&c->operands[i], &subject, variables))
            return !c->op->negated;
    return c->op->negated;
}

static bool values_pass(const struct remit_condition *c, const struct remit_context_entry *entry,
                        struct remit_variables *variables)
{
    bool all = c->quantifier == REMIT_FOR_ALL;

    for (size_t i = 0; i < entry->n_values; i++)
        if (value_passes(c, entry->values[i], variables) != all)
            return !all;
    return all;
}

/* 13.2 */
static bool holds_when_absent(const struct remit_condition *c)
{
    if (c->if_exists || c->quantifier == REMIT_FOR_ALL)
        return true;
    return c->quantifier == REMIT_PLAIN && c->op->negated;
}

/* 13.10 */
static bool null_holds(const struct remit_condition *c, bool absent)
{
    if (c->quantifier != REMIT_PLAIN)
        return c->quantifier == REMIT_FOR_ALL;
    for (size_t i = 0; i < c->n_operands; i++)
        if (c->operands[i].is.yes == absent)
            return true;
    return false;
}

/* An empty list of values (section 3); plain operators fail closed (section 23). */
static bool empty_holds(const struct remit_condition *c, bool absent)
{
    if (c->quantifier != REMIT_PLAIN || c->if_exists)
        return absent && holds_when_absent(c);
    return c->deny;
}

bool remit_condition_holds(const struct remit_condition *condition,
                           const struct remit_context *context, struct remit_variables *variables)
{
    const struct remit_context_entry *entry =
        remit_context_find_hashed(context, condition->key, condition->key_hash);

    if (condition->n_operands == 0)
        return empty_holds(condition, entry == NULL);
    if (condition->op->test == NULL)
        return null_holds(condition, entry == NULL);
    if (condition->malformed && (entry != NULL || !condition->deny)) /* 13.11: fail closed */
        return condition->deny;
    if (entry == NULL)
        return holds_when_absent(condition);
    if (condition->quantifier == REMIT_PLAIN && entry->multivalued) /* never, also negated (13.3) */
        return false;
    return values_pass(condition, entry, variables);
}

bool remit_condition_operator(struct remit_str name, struct remit_condition *out)
{
    struct remit_str rest = name;

    out->operator_name = name;
    if (remit_str_starts(rest, REMIT_STR("ForAllValues:"))) {
        out->quantifier = REMIT_FOR_ALL;
        rest = remit_str_sub(rest, sizeof("ForAllValues:") - 1, rest.len);
    } else if (remit_str_starts(rest, REMIT_STR("ForAnyValue:"))) {
        out->quantifier = REMIT_FOR_ANY;
        rest = remit_str_sub(rest, sizeof("ForAnyValue:") - 1, rest.len);
    }
    if (remit_str_ends(rest, REMIT_STR("IfExists"))) {
        out->if_exists = true;
        rest.len -= sizeof("IfExists") - 1;
    }
    out->op = remit_operator_find(rest);
    return out->op != NULL && !(out->if_exists && out->op->test == NULL);
}
