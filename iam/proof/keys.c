#include "iam/proof/keys.h"

#include "iam/context.h"
#include "iam/policy/operators.h"

#define SETS_MAX 2048

/* A value, and the conditions that hold when it is the only one. */
struct value {
    struct remit_str text;
    uint64_t mask;
    bool guessed;
};

/* ---- conditions ---- */

static bool same_condition(const struct remit_condition *a, bool a_variables,
                           const struct remit_condition *b, bool b_variables)
{
    if (a->op != b->op || a->quantifier != b->quantifier || a->if_exists != b->if_exists ||
        a->deny != b->deny || a->n_operands != b->n_operands || a_variables != b_variables)
        return false;
    for (size_t i = 0; i < a->n_operands; i++)
        if (!remit_str_equal(a->texts[i], b->texts[i]))
            return false;
    return true;
}

static bool is_opaque_glob(const struct proof_problem *p, const struct remit_glob *glob)
{
    for (uint32_t i = 0; glob->variables && i < glob->n_runs; i++) {
        for (uint32_t j = 0; j < glob->runs[i].n_pieces; j++) {
            const struct remit_glob_piece *piece = &glob->runs[i].pieces[j];

            for (size_t k = 0; piece->kind == REMIT_PIECE_VARIABLE && k < p->bindings.n; k++)
                if (p->bindings.rows[k].kind == PROOF_OPAQUE &&
                    remit_str_equal_nocase(p->bindings.rows[k].key, piece->text))
                    return true;
        }
    }
    return false;
}

static bool is_opaque(const struct proof_problem *p, const struct remit_condition *c)
{
    for (size_t i = 0; !c->malformed && i < c->n_operands; i++) {
        const struct remit_operand *o = &c->operands[i];

        if ((c->op->operand == REMIT_OPERAND_STRING || c->op->operand == REMIT_OPERAND_PATTERN) &&
            is_opaque_glob(p, &o->is.glob))
            return true;
        for (size_t j = 0;
             c->op->operand == REMIT_OPERAND_ARN && !o->malformed && j < REMIT_ARN_PARTS; j++)
            if (is_opaque_glob(p, &o->is.arn[j]))
                return true;
    }
    return false;
}

static bool same_operands(const struct remit_condition *a, const struct remit_condition *b)
{
    if (a->op->test != b->op->test || a->op->operand != b->op->operand ||
        a->n_operands != b->n_operands)
        return false;
    for (size_t i = 0; i < a->n_operands; i++)
        if (!remit_str_equal(a->texts[i], b->texts[i]))
            return false;
    return true;
}

/*
 * An opaque condition passes a value when another one does that compares the same, whatever their
 * prefixes and IfExists; or when it does not, where one is the negation. (What is no ARN passes
 * neither of two.)
 */
static void find_twin(struct proof_asking *a, size_t i)
{
    const struct remit_condition *c = a->conditions[i];

    a->twin[i] = (uint8_t)i;
    for (size_t j = 0; j < i; j++) {
        bool turned = a->conditions[j]->op->negated != c->op->negated;

        if (!a->opaque[j] || !same_operands(a->conditions[j], c) ||
            (turned && c->op->operand == REMIT_OPERAND_ARN))
            continue;
        a->twin[i] = a->twin[j];
        a->turned[i] = turned != a->turned[j];
        return;
    }
}

static void take_condition(struct proof_asking *a, const struct remit_statement *s,
                           size_t statement, const struct remit_condition *c)
{
    size_t i = 0;

    for (; i < a->n_conditions; i++)
        if (same_condition(a->conditions[i], a->expands[i], c, s->policy->variables))
            break;
    if (i == PROOF_CONDITIONS_MAX) {
        a->over = true;
        return;
    }
    if (i == a->n_conditions) {
        a->conditions[i] = c;
        a->expands[i] = s->policy->variables;
        a->opaque[i] = is_opaque(a->p, c);
        find_twin(a, i);
        a->n_conditions++;
    }
    a->needs[statement] |= 1ull << i;
}

static void take_id(struct proof_asking *a, struct remit_str id)
{
    for (size_t i = 0; i < a->n_ids; i++)
        if (remit_str_equal(a->ids[i], id))
            return;
    if (a->n_ids == PROOF_IDS_MAX)
        a->over = true;
    else
        a->ids[a->n_ids++] = id;
}

/* Which unique ids the text is, or belongs to as a role session's. */
static uint64_t ids_of(const struct proof_asking *a, struct remit_str text)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < a->n_ids; i++) {
        struct remit_str rest = text;
        struct remit_str id = { 0 };
        bool session = remit_str_cut(&rest, ':', &id);

        if (remit_str_equal(id, a->ids[i]))
            mask |= 1ull << (PROOF_CONDITIONS_MAX + 2 * i + session);
    }
    return mask;
}

/* ---- which conditions hold ---- */

static bool put_variables(struct proof_asking *a, struct remit_context *context)
{
    const struct proof_problem *p = a->p;

    for (size_t i = 0; i < p->n_variables; i++) {
        const struct proof_slice *s = &p->variables[i].slices[p->variables[i].now];

        if (remit_str_equal_nocase(p->variables[i].key, a->key))
            continue;
        if (s->kind == PROOF_TEXT &&
            remit_context_put(context, p->variables[i].key, s->text, NULL) != 0)
            return false;
        if (s->presence == PROOF_MULTI &&
            remit_context_put_list(context, p->variables[i].key, NULL, 0, NULL) != 0)
            return false;
    }
    return true;
}

static uint64_t ask(const struct proof_asking *a, const struct remit_context *context)
{
    struct remit_variables variables = { .context = context };
    uint64_t mask = 0;

    for (size_t i = 0; i < a->n_conditions; i++) {
        variables.last = NULL;
        if (remit_condition_holds(a->conditions[i], context, &variables))
            mask |= 1ull << i;
    }
    return mask;
}

static uint64_t opaque_bits(const struct proof_asking *a)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < a->n_conditions; i++)
        mask |= a->opaque[i] ? 1ull << i : 0;
    return mask;
}

static bool holds_userid(const struct proof_problem *p, const struct proof_statement *s,
                         enum proof_presence presence, const struct remit_str *values)
{
    const struct proof_caller *caller = &p->callers[s->only_caller - 1];
    struct remit_str rest = presence == PROOF_SINGLE ? values[0] : REMIT_STR("");
    struct remit_str id = rest;

    if (presence == PROOF_SINGLE && caller->kind == REMIT_PRINCIPAL_ROLE_SESSION)
        (void)remit_str_cut(&rest, ':', &id);
    return (presence == PROOF_SINGLE && remit_str_equal(id, s->userid)) != s->not_userid;
}

static void add_class(struct proof_asking *a, enum proof_presence presence,
                      const struct remit_str *values, size_t n_values, uint64_t mask, bool guessed)
{
    struct proof_problem *p = a->p;
    uint64_t *set = REMIT_NEW_N(p->arena, uint64_t, p->words);

    if (set == NULL || a->n_classes == PROOF_CLASSES_MAX) {
        a->over = true;
        return;
    }
    for (size_t i = 0; i < p->n_statements; i++) {
        bool userid =
            p->statements[i].asks_userid && remit_str_equal_nocase(a->key, REMIT_STR("aws:userid"));

        if ((mask & a->needs[i]) == a->needs[i] &&
            (!userid || holds_userid(p, &p->statements[i], presence, values)))
            remit_proof_put(set, i);
    }
    for (size_t i = 0; i < a->n_classes; i++)
        if (memcmp(a->classes[i].holds, set, p->words * sizeof(*set)) == 0)
            return;
    a->classes[a->n_classes++] = (struct proof_class){ .holds = set,
                                                       .guessed = guessed,
                                                       .presence = presence,
                                                       .values = values,
                                                       .n_values = n_values };
}

/* ---- values ---- */

struct values {
    struct value *rows;
    size_t n;
    size_t cap;
};

static void add_value(struct proof_asking *a, struct values *v, struct value row)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->rows[i].mask == row.mask)
            return;
    if (v->n < v->cap)
        v->rows[v->n++] = row;
    else
        a->over = true;
}

/* The opaque conditions that pass, when those of `chosen` do that others follow. */
static uint64_t follow(const struct proof_asking *a, uint64_t chosen)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < a->n_conditions; i++)
        if (a->opaque[i] && (chosen >> a->twin[i] & 1) != a->turned[i])
            mask |= 1ull << i;
    return mask;
}

/* Conditions with opaque variables may hold or not: each way is a value. */
static void add_free(struct proof_asking *a, struct values *v, struct value row)
{
    uint64_t free_bits = opaque_bits(a);
    uint64_t leaders = 0;

    for (size_t i = 0; i < a->n_conditions; i++)
        leaders |= a->opaque[i] ? 1ull << a->twin[i] : 0;
    if (remit_proof_count(leaders) > 6) {
        a->over = true;
        return;
    }
    for (uint64_t chosen = leaders;; chosen = (chosen - 1) & leaders) {
        add_value(a, v,
                  (struct value){ row.text, (row.mask & ~free_bits) | follow(a, chosen),
                                  row.guessed || free_bits != 0 });
        if (chosen == 0)
            return;
    }
}

/*
 * A key that is read as a number here and as a text there: whether some text is this number and
 * matches that pattern is not looked into. Its values are every way to hold in one family beside
 * every way to hold in another.
 */
static void guess(struct proof_asking *a, struct values *v, unsigned families)
{
    size_t n_exact = v->n;

    a->p->inexact = true;
    if (!a->p->lenient)
        return;
    for (unsigned bit = 1; bit != 0 && bit <= families; bit <<= 1) {
        uint64_t mine = 0;
        size_t n = v->n;

        if (!(families & bit))
            continue;
        for (size_t i = 0; i < a->n_conditions; i++)
            mine |= !a->opaque[i] && remit_proof_family(a->conditions[i]) == bit ? 1ull << i : 0;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n_exact; j++)
                add_value(a, v,
                          (struct value){ v->rows[i].text,
                                          (v->rows[i].mask & ~mine) | (v->rows[j].mask & mine),
                                          true });
    }
}

static bool find_values(struct proof_asking *a, struct values *v)
{
    unsigned families = remit_proof_key_examples(a);

    v->cap = PROOF_TEXTS_MAX;
    v->rows = REMIT_NEW_N(a->p->arena, struct value, v->cap);
    if (v->rows == NULL)
        return false;
    for (size_t i = 0; i < a->examples.n; i++) {
        if (remit_context_put(&a->with, a->key, a->examples.texts[i], NULL) != 0)
            continue; /* longer than a context takes */
        add_free(a, v,
                 (struct value){ a->examples.texts[i],
                                 ask(a, &a->with) | ids_of(a, a->examples.texts[i]), false });
    }
    if ((families & (families - 1)) != 0)
        guess(a, v, families);
    return true;
}

/* ---- sets of values ---- */

/* The values of a multivalued key: what all of them pass, what some of them pass. */
struct set {
    uint64_t all;
    uint64_t some;
    const struct set *rest; /* the set without `value` */
    const struct value *value;
    size_t n;
    bool guessed;
};

static bool add_set(struct proof_problem *p, struct set *sets, size_t *n, struct set row)
{
    if (!remit_proof_pay(p, 1 + *n / 16))
        return false;
    for (size_t i = 0; i < *n; i++)
        if (sets[i].all == row.all && sets[i].some == row.some)
            return true;
    if (*n == SETS_MAX)
        return false;
    sets[(*n)++] = row;
    return true;
}

static void class_of_set(struct proof_asking *a, const struct set *set, uint64_t free_bits)
{
    struct remit_str *values = REMIT_NEW_N(a->p->arena, struct remit_str, set->n + 1);
    uint64_t mask = 0;
    size_t n = 0;

    if (values == NULL)
        return;
    for (const struct set *s = set; s->value != NULL; s = s->rest)
        values[n++] = s->value->text;
    if (remit_context_put_list(&a->with, a->key, values, n, NULL) != 0)
        return;
    mask = ask(a, &a->with);
    for (size_t i = 0; i < a->n_conditions; i++) {
        uint64_t bit = 1ull << i;

        if (!(free_bits & bit) && !set->guessed)
            continue;
        if (a->conditions[i]->quantifier == REMIT_FOR_ALL)
            mask = (mask & ~bit) | (set->all & bit);
        else if (a->conditions[i]->quantifier == REMIT_FOR_ANY)
            mask = (mask & ~bit) | (set->some & bit);
    }
    add_class(a, PROOF_MULTI, values, n, mask, set->guessed);
}

/* Sets are put together value by value, as long as that makes a difference to the quantifiers. */
static void add_sets(struct proof_asking *a, const struct values *v)
{
    struct set *sets = REMIT_NEW_N(a->p->arena, struct set, SETS_MAX);
    uint64_t quantified = 0;
    size_t n = 1;

    for (size_t i = 0; i < a->n_conditions; i++)
        quantified |= a->conditions[i]->quantifier != REMIT_PLAIN ? 1ull << i : 0;
    if (sets == NULL)
        return;
    sets[0] = (struct set){ .all = quantified };
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < v->n && quantified != 0; j++)
            a->over = a->over ||
                      !add_set(a->p, sets, &n,
                               (struct set){ .all = sets[i].all & v->rows[j].mask,
                                             .some = sets[i].some | (v->rows[j].mask & quantified),
                                             .rest = &sets[i],
                                             .value = &v->rows[j],
                                             .n = sets[i].n + 1,
                                             .guessed = sets[i].guessed || v->rows[j].guessed });
    for (size_t i = 0; i < n; i++)
        class_of_set(a, &sets[i], opaque_bits(a));
}

/* ---- the axis ---- */

static unsigned presence_of(const struct proof_asking *a)
{
    unsigned presence = PROOF_ABSENT | PROOF_SINGLE;

    if (!remit_proof_is_single(a->key))
        presence |= PROOF_MULTI;
    return a->variable == NULL ? presence
                               : presence & a->variable->slices[a->variable->now].presence;
}

static bool find_classes(struct proof_asking *a)
{
    struct values v = { 0 };
    unsigned presence = presence_of(a);

    a->classes = REMIT_NEW_N(a->p->arena, struct proof_class, PROOF_CLASSES_MAX);
    if (a->classes == NULL || !put_variables(a, &a->base) || !put_variables(a, &a->with) ||
        !find_values(a, &v))
        return false;
    if (presence & PROOF_ABSENT)
        add_class(a, PROOF_ABSENT, NULL, 0, ask(a, &a->base), false);
    for (size_t i = 0; (presence & PROOF_SINGLE) && i < v.n; i++)
        add_class(a, PROOF_SINGLE, &v.rows[i].text, 1, v.rows[i].mask, v.rows[i].guessed);
    if (presence & PROOF_MULTI)
        add_sets(a, &v);
    return !a->over;
}

static bool make_axis(struct proof_problem *p, struct remit_str key, struct proof_axis *out)
{
    struct proof_asking a = { .p = p, .key = key };
    bool done = false;

    a.needs = REMIT_NEW_N(p->arena, uint64_t, p->n_statements);
    if (a.needs == NULL)
        return false;
    for (size_t i = 0; i < p->n_variables; i++)
        if (remit_str_equal_nocase(p->variables[i].key, key))
            a.variable = &p->variables[i];
    for (size_t i = 0; i < p->n_statements; i++)
        for (size_t j = 0; j < p->statements[i].from->n_conditions; j++)
            if (remit_str_equal_nocase(p->statements[i].from->conditions[j].key, key))
                take_condition(&a, p->statements[i].from, i, &p->statements[i].from->conditions[j]);
    for (size_t i = 0; i < p->n_statements; i++)
        if (p->statements[i].asks_userid && remit_str_equal_nocase(key, REMIT_STR("aws:userid")))
            take_id(&a, p->statements[i].userid);
    done = !a.over && find_classes(&a);
    remit_context_drop(&a.base);
    remit_context_drop(&a.with);
    if (!done && p->why == NULL)
        p->why = "the conditions on one key can hold in too many ways";
    *out = (struct proof_axis){ .key = key, .classes = a.classes, .n_classes = a.n_classes };
    return done;
}

static bool add_axis(struct proof_problem *p, struct remit_str key)
{
    for (size_t i = 0; i < p->n_axes; i++)
        if (p->axes[i].key.len > 0 && remit_str_equal_nocase(p->axes[i].key, key))
            return true;
    if (p->n_axes == PROOF_AXES_MAX) {
        p->why = "the policies look at too many condition keys";
        return false;
    }
    if (!make_axis(p, key, &p->axes[p->n_axes]))
        return false;
    p->n_axes++;
    return true;
}

bool remit_proof_key_axes(struct proof_problem *p)
{
    for (size_t i = 0; i < p->n_statements; i++) {
        const struct proof_statement *s = &p->statements[i];

        for (size_t j = 0; j < s->from->n_conditions; j++)
            if (!add_axis(p, s->from->conditions[j].key))
                return false;
        if (s->asks_userid && !add_axis(p, REMIT_STR("aws:userid")))
            return false;
    }
    return true;
}
