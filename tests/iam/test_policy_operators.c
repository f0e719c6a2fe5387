/*
 * Truth tables of every condition operator: {no prefix, ForAllValues, ForAnyValue} × {plain,
 * IfExists} × {key absent, one value, lists of none to three} × policy values of none to three,
 * with and without one that can't be read × {Allow, Deny}, against an oracle that knows for each
 * operator only whether one value matches one literal, as listed below, and the definitions of 3,
 * 13.2, 13.3 and 13.11.
 */
#include <stdio.h>
#include <stdlib.h>

#include "iam/policy/operators.h"
#include "tests/iam/policy_kit.h"

/* Values that a request may have, and literals that a policy may have, with who matches whom. */
#define VALUES    4
#define LITERALS  3
#define MALFORMED (1u << LITERALS)

enum verdict { NO, YES, UNREAD };

struct world {
    const char *operators[6]; /* positive ones */
    const char *negations[4]; /* of the first ones, in the same order; NULL: there is none */
    const char *values[VALUES];
    const char *literals[LITERALS];
    enum verdict matches[VALUES][LITERALS];
    bool unread_is_false;
    const char *malformed; /* a literal that can't be read; NULL: every text can */
};

static const struct world worlds[] = {
    { { "StringEquals" },
      { "StringNotEquals" },
      { "a", "A", "", "a*" },
      { "a", "a*", "" },
      { { YES, NO, NO }, { NO, NO, NO }, { NO, NO, YES }, { NO, YES, NO } },
      false,
      NULL },
    { { "StringEqualsIgnoreCase" },
      { "StringNotEqualsIgnoreCase" },
      { "a", "A", "", "A*" },
      { "a", "a*", "" },
      { { YES, NO, NO }, { YES, NO, NO }, { NO, NO, YES }, { NO, YES, NO } },
      false,
      NULL },
    { { "StringLike" },
      { "StringNotLike" },
      { "a", "ab", "", "b" },
      { "a*", "?", "" },
      { { YES, YES, NO }, { YES, NO, NO }, { NO, NO, YES }, { NO, YES, NO } },
      false,
      NULL },
    { { "NumericEquals" },
      { "NumericNotEquals" },
      { "1", "01.0", "x", "-1" },
      { "1", "2", "-1e0" },
      { { YES, NO, NO }, { YES, NO, NO }, { UNREAD, UNREAD, UNREAD }, { NO, NO, YES } },
      false,
      "x" },
    { { "NumericLessThan" },
      { NULL },
      { "1", "2", "x", "-1" },
      { "1", "2", "1.5" },
      { { NO, YES, YES }, { NO, NO, NO }, { UNREAD, UNREAD, UNREAD }, { YES, YES, YES } },
      false,
      "x" },
    { { "NumericLessThanEquals" },
      { NULL },
      { "1", "2", "x", "-1" },
      { "1", "2", "1.5" },
      { { YES, YES, YES }, { NO, YES, NO }, { UNREAD, UNREAD, UNREAD }, { YES, YES, YES } },
      false,
      "x" },
    { { "NumericGreaterThan" },
      { NULL },
      { "1", "2", "x", "-1" },
      { "1", "2", "1.5" },
      { { NO, NO, NO }, { YES, NO, YES }, { UNREAD, UNREAD, UNREAD }, { NO, NO, NO } },
      false,
      "x" },
    { { "NumericGreaterThanEquals" },
      { NULL },
      { "1", "2", "x", "-1" },
      { "1", "2", "1.5" },
      { { YES, NO, NO }, { YES, YES, YES }, { UNREAD, UNREAD, UNREAD }, { NO, NO, NO } },
      false,
      "x" },
    { { "DateEquals" },
      { "DateNotEquals" },
      { "1893456000", "2030-01-01", "x", "2031" },
      { "2030-01-01T00:00:00Z", "2030-01-01T01:00:00+01:00", "2031-01-01" },
      { { YES, YES, NO }, { YES, YES, NO }, { UNREAD, UNREAD, UNREAD }, { NO, NO, YES } },
      false,
      "2030-13" },
    { { "DateLessThan" },
      { NULL },
      { "2029", "2030", "x", "2031" },
      { "2030", "2031", "2030-06" },
      { { YES, YES, YES }, { NO, YES, YES }, { UNREAD, UNREAD, UNREAD }, { NO, NO, NO } },
      false,
      "2030-13" },
    { { "DateLessThanEquals" },
      { NULL },
      { "2029", "2030", "x", "2031" },
      { "2030", "2031", "2030-06" },
      { { YES, YES, YES }, { YES, YES, YES }, { UNREAD, UNREAD, UNREAD }, { NO, YES, NO } },
      false,
      "2030-13" },
    { { "DateGreaterThan" },
      { NULL },
      { "2029", "2030", "x", "2031" },
      { "2030", "2031", "2029-06" },
      { { NO, NO, NO }, { NO, NO, YES }, { UNREAD, UNREAD, UNREAD }, { YES, NO, YES } },
      false,
      "2030-13" },
    { { "DateGreaterThanEquals" },
      { NULL },
      { "2029", "2030", "x", "2031" },
      { "2030", "2031", "2029-06" },
      { { NO, NO, NO }, { YES, NO, YES }, { UNREAD, UNREAD, UNREAD }, { YES, YES, YES } },
      false,
      "2030-13" },
    { { "Bool" },
      { NULL },
      { "true", "False", "yes", "" },
      { "true", "false", "TRUE" },
      { { YES, NO, YES }, { NO, YES, NO }, { NO, YES, NO }, { NO, YES, NO } },
      false,
      NULL },
    { { "BinaryEquals" },
      { NULL },
      { "AQI=", "AQI", "", "AA==" },
      { "AQI=", "AA==", "" },
      { { YES, NO, NO }, { NO, NO, NO }, { NO, NO, YES }, { NO, YES, NO } },
      false,
      "?" },
    { { "IpAddress" },
      { "NotIpAddress" },
      { "10.0.0.1", "2001:db8::1", "x", "::ffff:10.0.1.1" },
      { "10.0.0.0/24", "2001:db8::/32", "0.0.0.0/0" },
      { { YES, NO, YES }, { NO, YES, NO }, { UNREAD, UNREAD, UNREAD }, { NO, NO, YES } },
      true,
      "10.0.0.0/33" },
    { { "ArnEquals", "ArnLike" },
      { "ArnNotEquals", "ArnNotLike" },
      { "arn:aws:s3:::b", "arn:aws:sns:us-east-1:1:t:u", "x", "arn:aws:s3::1:b" },
      { "arn:aws:s3:::*", "arn:aws:*:*:*:*", "arn:aws:sns:*:1:t" },
      { { YES, YES, NO }, { NO, YES, NO }, { UNREAD, UNREAD, UNREAD }, { NO, YES, NO } },
      true,
      "arn:aws:s3" },
};

/* ---- the oracle ---- */

struct asked {
    const struct world *world;
    bool negated;
    enum remit_quantifier quantifier;
    bool if_exists;
    unsigned literals; /* a bit each, and MALFORMED */
    bool deny;
    int n_values;       /* -1: absent; -2: one value that is no list */
    unsigned values[3]; /* indices */
};

static bool one(const struct asked *a, unsigned value)
{
    bool hit = false;

    for (unsigned i = 0; i < LITERALS; i++) {
        if (a->world->matches[value][i] == UNREAD && a->world->unread_is_false)
            return false;
        hit = hit || ((a->literals >> i & 1) && a->world->matches[value][i] == YES);
    }
    return hit != a->negated;
}

static bool oracle(const struct asked *a)
{
    bool all = true;
    bool any = false;

    if ((a->literals & MALFORMED) && !a->deny) /* 13.11 */
        return false;
    if (a->literals == 0 && a->quantifier == REMIT_PLAIN && !a->if_exists) /* 3: fails closed */
        return a->deny;
    if (a->n_values == -1)
        return a->if_exists || a->quantifier == REMIT_FOR_ALL ||
               (a->quantifier == REMIT_PLAIN && a->negated);
    if ((a->literals & MALFORMED))
        return true;
    if (a->literals == 0 || (a->n_values >= 0 && a->quantifier == REMIT_PLAIN))
        return false;
    for (int i = 0; i < (a->n_values == -2 ? 1 : a->n_values); i++) {
        all = all && one(a, a->values[i]);
        any = any || one(a, a->values[i]);
    }
    return a->quantifier == REMIT_FOR_ANY || (a->quantifier == REMIT_PLAIN) ? any : all;
}

/* ---- the engine ---- */

static void write_condition(const struct asked *a, const char *operator_name, char *out,
                            size_t size)
{
    static const char *const prefixes[] = { "", "ForAllValues:", "ForAnyValue:" };
    int len = snprintf(out, size,
                       "{\"Statement\":{\"Effect\":\"%s\",\"Action\":\"*\","
                       "\"Resource\":\"*\",\"Condition\":{\"%s%s%s\":{\"k\":[",
                       a->deny ? "Deny" : "Allow", prefixes[a->quantifier], operator_name,
                       a->if_exists ? "IfExists" : "");
    const char *comma = "";

    for (unsigned i = 0; i <= LITERALS; i++) {
        if (!(a->literals >> i & 1))
            continue;
        len += snprintf(out + len, size - (size_t)len, "%s\"%s\"", comma,
                        i == LITERALS ? a->world->malformed : a->world->literals[i]);
        comma = ",";
    }
    (void)snprintf(out + len, size - (size_t)len, "]}}}}");
}

static bool engine(const struct asked *a, const struct remit_condition *condition)
{
    auto_context struct remit_context context = { 0 };
    struct remit_variables variables = { .context = &context };
    struct remit_str values[3];

    for (int i = 0; i < 3; i++)
        values[i] = remit_str_of(a->world->values[a->values[i]]);
    if (a->n_values == -2)
        cr_assert(remit_context_put(&context, REMIT_STR("K"), values[0], NULL) == 0);
    else if (a->n_values >= 0)
        cr_assert(remit_context_put_list(&context, REMIT_STR("K"), values, (size_t)a->n_values,
                                         NULL) == 0);
    return remit_condition_holds(condition, &context, &variables);
}

static unsigned check_values(struct asked *a, const struct remit_policy *policy, const char *text)
{
    unsigned n = 0;

    for (a->n_values = -2; a->n_values <= 3; a->n_values++) {
        unsigned words = 1;

        for (int i = 0; i < (a->n_values == -2 ? 1 : a->n_values); i++)
            words *= VALUES;
        for (unsigned w = 0; w < words; w++, n++) {
            for (unsigned i = 0, rest = w; i < 3; i++, rest /= VALUES)
                a->values[i] = rest % VALUES;
            if (engine(a, policy->statements->conditions) != oracle(a))
                cr_expect(0, "%s, %d values %u %u %u: oracle says %d", text, a->n_values,
                          a->values[0], a->values[1], a->values[2], oracle(a));
        }
    }
    return n;
}

static unsigned check_literals(struct asked *a, const char *name)
{
    unsigned most = a->world->malformed == NULL ? MALFORMED : 2 * MALFORMED;
    unsigned n = 0;

    for (a->literals = 0; a->literals < most; a->literals++) {
        char document[512];
        auto_policy struct remit_policy *policy = NULL;

        write_condition(a, name, document, sizeof(document));
        policy = kit_policy(REMIT_POLICY_IDENTITY, document);
        n += check_values(a, policy, document);
    }
    return n;
}

static unsigned check_operator(const struct world *world, const char *name, bool negated)
{
    unsigned n = 0;

    for (unsigned form = 0; form < 12; form++) {
        struct asked a = { .world = world,
                           .negated = negated,
                           .quantifier = form / 2 % 3,
                           .if_exists = form % 2,
                           .deny = form / 6 };

        n += check_literals(&a, name);
    }
    return n;
}

TestSuite(policy_operators, .timeout = 60);

Test(policy_operators, every_form_of_every_operator_is_as_the_definitions_say)
{
    unsigned n = 0;
    size_t n_operators = 0;
    size_t n_rows = 0;

    for (size_t i = 0; i < REMIT_COUNT(worlds); i++) {
        for (size_t j = 0; worlds[i].operators[j] != NULL; j++, n_operators++)
            n += check_operator(&worlds[i], worlds[i].operators[j], false);
        for (size_t j = 0; worlds[i].negations[j] != NULL; j++, n_operators++)
            n += check_operator(&worlds[i], worlds[i].negations[j], true);
    }
    cr_expect(n > 300000, "%u cases", n);
    while (remit_operator_at(n_rows) != NULL)
        n_rows++;
    cr_expect(eq(sz, n_operators + 1, n_rows), "an operator but Null has no truth table");
}

/* Null has no IfExists, and asks nothing of the value. */
static const struct null_row {
    const char *operator_name;
    const char *literal;
    bool absent, present;
} nulls[] = {
    { "Null", "true", true, false },
    { "Null", "false", false, true },
    { "Null", "TRUE", true, false },
    { "Null", "yes", false, true },
    { "ForAllValues:Null", "true", true, true },
    { "ForAllValues:Null", "false", true, true },
    { "ForAnyValue:Null", "true", false, false },
    { "ForAnyValue:Null", "false", false, false },
};

Test(policy_operators, null_asks_whether_the_key_is_there)
{
    static const char *const presents[] = { "k=", "k=x", "k=[]", "k=[x,y]" };

    for (size_t i = 0; i < REMIT_COUNT(nulls); i++) {
        char document[256];
        const struct kit_policies policies = { .identity = document };
        struct kit_request request = { .context = "-" };

        (void)snprintf(document, sizeof(document),
                       "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\","
                       "\"Condition\":{\"%s\":{\"k\":\"%s\"}}}}",
                       nulls[i].operator_name, nulls[i].literal);
        cr_expect(eq(int, kit_decide(&policies, &request, NULL) == REMIT_ALLOW, nulls[i].absent));
        for (size_t j = 0; j < REMIT_COUNT(presents); j++) {
            request.context = presents[j];
            cr_expect(
                eq(int, kit_decide(&policies, &request, NULL) == REMIT_ALLOW, nulls[i].present),
                "%s %s", nulls[i].operator_name, presents[j]);
        }
    }
}

Test(policy_operators, documentation_lists_every_operator)
{
    static char page[65536];
    FILE *file = fopen(REMIT_SOURCE_ROOT "/docs/policies.md", "r");
    size_t len = 0;

    cr_assert(file != NULL);
    len = fread(page, 1, sizeof(page) - 1, file);
    (void)fclose(file);
    cr_assert(len < sizeof(page) - 1);
    for (size_t i = 0; remit_operator_at(i) != NULL; i++) {
        char name[64];

        (void)snprintf(name, sizeof(name), "`" REMIT_STR_FMT "`",
                       REMIT_STR_ARG(remit_operator_at(i)->name));
        cr_expect(strstr(page, name) != NULL, "%s", name);
    }
}
