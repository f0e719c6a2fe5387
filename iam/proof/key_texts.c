#include "iam/proof/keys.h"

/* ---- texts: automata ---- */

static bool is_texts(const struct remit_condition *c)
{
    switch (c->op->operand) {
    case REMIT_OPERAND_STRING:
    case REMIT_OPERAND_PATTERN:
    case REMIT_OPERAND_BOOL:
    case REMIT_OPERAND_BINARY:
    case REMIT_OPERAND_ARN:
        return true;
    case REMIT_OPERAND_NUMBER:
    case REMIT_OPERAND_DATE:
    case REMIT_OPERAND_IP:
    case REMIT_OPERAND_NULL:
    case REMIT_OPERAND_COUNT:
    default:
        return false;
    }
}

static bool ignores_case(const struct remit_condition *c)
{
    return remit_str_ends(c->op->name, REMIT_STR("IgnoreCase"));
}

static uint32_t add_operand(struct proof_asking *a, struct proof_automaton *m,
                            const struct remit_condition *c, size_t i)
{
    const struct remit_glob yes = { .shape = REMIT_GLOB_LITERAL, .prefix = REMIT_STR("true") };
    const struct remit_operand *o = &c->operands[i];

    if (o->malformed)
        return PROOF_NEVER;
    if (c->op->operand == REMIT_OPERAND_BOOL)
        return remit_proof_add_glob(m, &yes, PROOF_READ_LOWER, NULL);
    if (c->op->operand == REMIT_OPERAND_BINARY)
        return remit_proof_add_text(m, c->texts[i]);
    if (c->op->operand == REMIT_OPERAND_ARN)
        return remit_proof_add_arn(m, o->is.arn, &a->p->bindings);
    return remit_proof_add_glob(
        m, &o->is.glob, ignores_case(c) ? PROOF_READ_LOWER : PROOF_READ_EXACT, &a->p->bindings);
}

struct classing {
    struct proof_automaton *m;
    uint64_t *classes_of;
    size_t cap;
};

static bool classify(struct classing *k, uint32_t pattern, unsigned bit)
{
    if (pattern == PROOF_NEVER)
        return true;
    if (pattern >= k->cap)
        return false;
    k->classes_of[pattern] |= 1ull << bit;
    return true;
}

/* Patterns of every condition, a class each; whether it is an ARN; which unique id it has. */
static bool add_patterns(struct proof_asking *a, struct classing *k)
{
    unsigned bit = (unsigned)a->n_conditions;
    bool arns = false;

    for (size_t i = 0; i < a->n_conditions; i++) {
        const struct remit_condition *c = a->conditions[i];

        arns = arns || c->op->operand == REMIT_OPERAND_ARN;
        for (size_t j = 0; is_texts(c) && !a->opaque[i] && j < c->n_operands; j++)
            if (!classify(k, add_operand(a, k->m, c, j), (unsigned)i))
                return false;
    }
    if (arns && !classify(k, remit_proof_add_arn(k->m, NULL, NULL), bit))
        return false;
    for (size_t i = 0; i < a->n_ids; i++) {
        struct remit_glob session = { .shape = REMIT_GLOB_PREFIX };

        session.prefix = remit_arena_fmt(a->p->arena, REMIT_STR_FMT ":", REMIT_STR_ARG(a->ids[i]));
        if (!classify(k, remit_proof_add_text(k->m, a->ids[i]), ++bit) ||
            !classify(k, remit_proof_add_glob(k->m, &session, PROOF_READ_EXACT, NULL), ++bit))
            return false;
    }
    return true;
}

static void hear_text(void *self, struct proof_word word)
{
    struct proof_asking *a = self;

    remit_proof_example(&a->examples, remit_proof_word_text(a->p->arena, word, NULL));
}

static bool enumerate_texts(struct proof_asking *a)
{
    struct proof_automaton m;
    struct classing k = { .m = &m, .cap = 8192 };
    enum proof_found found = PROOF_GAVE_UP;

    k.classes_of = REMIT_NEW_N(a->p->arena, uint64_t, k.cap);
    remit_proof_automaton_init(&m, a->p->arena, &a->p->work);
    if (k.classes_of != NULL && add_patterns(a, &k))
        found = remit_proof_enumerate(&m, k.classes_of, PROOF_TEXTS_MAX, hear_text, a);
    remit_proof_automaton_drop(&m);
    return found == PROOF_SOME;
}

/* ---- texts: all that matter ---- */

unsigned remit_proof_family(const struct remit_condition *c)
{
    if (is_texts(c))
        return 1;
    return c->op->operand == REMIT_OPERAND_NULL ? 0 : 1u << (unsigned)c->op->operand;
}

static bool is_own_slice(const struct proof_asking *a, struct remit_str text)
{
    for (size_t i = 0; i < a->variable->n_literals; i++)
        if (remit_str_equal(a->variable->literals[i], text))
            return true;
    return false;
}

/* Whether the condition asks for one of few texts, each of which has a slice of its own. */
static bool has_all_slices(const struct proof_asking *a, const struct remit_condition *c)
{
    if (c->op->operand != REMIT_OPERAND_STRING || ignores_case(c))
        return false;
    for (size_t i = 0; i < c->n_operands; i++)
        if (c->operands[i].is.glob.variables || !is_own_slice(a, c->texts[i]))
            return false;
    return true;
}

/*
 * Whether the text can be left to its slice: it is an example for texts that all have one. (Else
 * it may be an example for others, which have none.)
 */
static bool is_left_out(const struct proof_asking *a, struct remit_str text)
{
    for (size_t i = 0; i < a->n_conditions; i++)
        for (size_t j = 0; j < a->conditions[i]->n_operands; j++)
            if (remit_str_equal(a->conditions[i]->texts[j], text) &&
                has_all_slices(a, a->conditions[i]))
                return true;
    return false;
}

/* Where a variable speaks of the key, only the values of its slice; others have theirs. */
static void keep_slice(struct proof_asking *a)
{
    const struct proof_slice *s = NULL;
    size_t n = 0;

    if (a->variable == NULL)
        return;
    s = &a->variable->slices[a->variable->now];
    if (s->kind == PROOF_TEXT) {
        a->examples.n = 0;
        remit_proof_example(&a->examples, s->text);
        return;
    }
    for (size_t i = 0; s->kind == PROOF_OPAQUE && i < a->examples.n; i++)
        if (!is_left_out(a, a->examples.texts[i]))
            a->examples.texts[n++] = a->examples.texts[i];
    a->examples.n = s->kind == PROOF_OPAQUE ? n : a->examples.n;
}

unsigned remit_proof_key_examples(struct proof_asking *a)
{
    unsigned families = 0;

    a->examples.arena = a->p->arena;
    for (size_t i = 0; i < a->n_conditions; i++)
        families |= a->opaque[i] ? 0 : remit_proof_family(a->conditions[i]);
    if (a->variable != NULL)
        remit_proof_example(&a->examples, a->variable->slices[0].text);
    remit_proof_example(&a->examples, REMIT_STR("example"));
    for (size_t i = 0; i < a->n_conditions; i++)
        remit_proof_examples_see(&a->examples, a->conditions[i]);
    for (size_t i = 0; i < a->n_conditions; i++)
        remit_proof_examples_of(&a->examples, a->conditions[i]);
    a->over = a->over || a->examples.over;
    if (((families & 1) || a->n_ids > 0) &&
        !(a->variable != NULL && a->variable->slices[a->variable->now].kind == PROOF_TEXT) &&
        !enumerate_texts(a))
        a->over = true;
    keep_slice(a);
    return families;
}
