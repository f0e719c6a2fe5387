#include <string.h>

#include "iam/proof/problem.h"

#define SLICES_MAX   14 /* of one variable */
#define LITERALS_MAX 6
#define TRIES_MAX    5  /* values made up, of one variable */
#define CHOICES_MAX  32 /* of slices, over all variables */

/* ---- which variables there are ---- */

struct finding {
    struct proof_problem *p;
    size_t cap;
    bool fallback[PROOF_AXES_MAX];
};

static size_t index_of(const struct proof_problem *p, struct remit_str key)
{
    for (size_t i = 0; i < p->n_variables; i++)
        if (remit_str_equal_nocase(p->variables[i].key, key))
            return i;
    return p->n_variables;
}

static bool take_glob(struct finding *f, const struct remit_glob *glob)
{
    struct proof_problem *p = f->p;

    for (uint32_t i = 0; glob->variables && i < glob->n_runs; i++) {
        for (uint32_t j = 0; j < glob->runs[i].n_pieces; j++) {
            const struct remit_glob_piece *piece = &glob->runs[i].pieces[j];
            size_t at = 0;

            if (piece->kind != REMIT_PIECE_VARIABLE || piece->broken)
                continue;
            at = index_of(p, piece->text);
            if (at == PROOF_AXES_MAX)
                return false;
            if (at == p->n_variables)
                p->variables[p->n_variables++].key = piece->text;
            f->fallback[at] = f->fallback[at] || piece->has_fallback;
        }
    }
    return true;
}

static bool is_text(enum remit_operand_kind kind)
{
    return kind == REMIT_OPERAND_STRING || kind == REMIT_OPERAND_PATTERN;
}

static bool take_condition(struct finding *f, const struct remit_condition *c)
{
    for (size_t i = 0; i < c->n_operands; i++) {
        const struct remit_operand *o = &c->operands[i];

        if (is_text(c->op->operand) && !take_glob(f, &o->is.glob))
            return false;
        for (size_t j = 0;
             c->op->operand == REMIT_OPERAND_ARN && !o->malformed && j < REMIT_ARN_PARTS; j++)
            if (!take_glob(f, &o->is.arn[j]))
                return false;
    }
    return true;
}

static bool find(struct finding *f)
{
    for (size_t i = 0; i < f->p->n_statements; i++) {
        const struct remit_statement *s = f->p->statements[i].from;

        for (size_t j = 0; j < s->n_resources; j++)
            if (!take_glob(f, &s->resources[j]))
                return false;
        for (size_t j = 0; j < s->n_conditions; j++)
            if (!take_condition(f, &s->conditions[j]))
                return false;
    }
    return true;
}

/* ---- values to try ---- */

static bool contains(struct remit_str text, struct remit_str part)
{
    return text.len >= part.len && memmem(text.ptr, text.len, part.ptr, part.len) != NULL;
}

/* Whether a pattern or a value of the policies holds the text. */
static bool is_used(const struct proof_problem *p, struct remit_str text)
{
    for (size_t i = 0; i < p->n_statements; i++) {
        const struct remit_statement *s = p->statements[i].from;

        for (size_t j = 0; j < s->n_resources; j++)
            if (contains(s->resources[j].source, text))
                return true;
        for (size_t j = 0; j < s->n_conditions; j++)
            for (size_t k = 0; k < s->conditions[j].n_operands; k++)
                if (contains(s->conditions[j].texts[k], text))
                    return true;
    }
    return false;
}

static struct remit_str fresh_text(const struct proof_problem *p)
{
    struct remit_str text = REMIT_STR("example");

    for (int n = 1; n < 1000 && is_used(p, text); n++)
        text = remit_arena_fmt(p->arena, "example%d", n);
    return text;
}

/* The pattern with the fresh text for its stars. */
static struct remit_str instance(struct proof_problem *p, struct remit_str pattern,
                                 struct remit_str fresh)
{
    char *text = remit_arena_take(p->arena, pattern.len * (fresh.len + 1) + 1);
    size_t n = 0;

    for (size_t i = 0; text != NULL && i < pattern.len; i++) {
        if (pattern.ptr[i] == '*') {
            memcpy(text + n, fresh.ptr, fresh.len);
            n += fresh.len;
        } else {
            text[n++] = pattern.ptr[i] == '?' ? 'x' : pattern.ptr[i];
        }
    }
    return remit_str_from(text, n);
}

static void add_slice(struct proof_variable *v, struct proof_slice slice)
{
    for (size_t i = 0; i < v->n_slices; i++)
        if (slice.kind == PROOF_TEXT && v->slices[i].kind == PROOF_TEXT &&
            remit_str_equal(slice.text, v->slices[i].text))
            return;
    if (v->n_slices < SLICES_MAX)
        v->slices[v->n_slices++] = slice;
}

static void add_literal(struct proof_variable *v, struct remit_str *literals, struct remit_str text)
{
    for (size_t i = 0; i < v->n_literals; i++)
        if (remit_str_equal(literals[i], text))
            return;
    if (v->n_literals < LITERALS_MAX)
        literals[v->n_literals++] = text;
}

static bool is_plain(const struct remit_condition *c, size_t operand)
{
    return !(is_text(c->op->operand) && c->operands[operand].is.glob.variables) &&
           memchr(c->texts[operand].ptr == NULL ? "" : c->texts[operand].ptr, '$',
                  c->texts[operand].len) == NULL;
}

/* The text with the case of its letters turned around. */
static struct remit_str turned(struct proof_problem *p, struct remit_str text)
{
    char *out = remit_arena_take(p->arena, text.len + 1);

    for (size_t i = 0; out != NULL && i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        out[i] = letter ? (char)(c ^ 0x20) : c;
    }
    return remit_str_from(out, out == NULL ? 0 : text.len);
}

/* Values that conditions name; and, for patterns and without regard to case, one that they take. */
static void slices_of_condition(struct proof_problem *p, struct proof_variable *v,
                                struct remit_str *literals, const struct remit_condition *c,
                                struct remit_str fresh)
{
    for (size_t i = 0; i < c->n_operands; i++) {
        if (!is_plain(c, i) || c->op->operand == REMIT_OPERAND_NULL)
            continue;
        if (c->op->operand == REMIT_OPERAND_STRING)
            add_literal(v, literals, c->texts[i]);
        if (p->lenient || v->n_slices >= TRIES_MAX)
            continue;
        if (remit_str_ends(c->op->name, REMIT_STR("IgnoreCase")))
            add_slice(v, (struct proof_slice){ PROOF_TEXT, turned(p, c->texts[i]), PROOF_SINGLE });
        else if (c->op->operand != REMIT_OPERAND_STRING)
            add_slice(v, (struct proof_slice){ PROOF_TEXT, instance(p, c->texts[i], fresh),
                                               PROOF_SINGLE });
    }
}

/* What stands in `text` where `pattern` has the variable: "alice" in b/alice/x for b/${...}/x. */
static bool in_its_place(const struct remit_glob *pattern, struct remit_str key,
                         struct remit_str text, struct remit_str *out)
{
    const struct remit_glob_run *run = &pattern->runs[0];
    size_t end = 0;

    if (!pattern->variables || run->n_pieces < 2 || run->pieces[0].kind != REMIT_PIECE_TEXT ||
        run->pieces[1].kind != REMIT_PIECE_VARIABLE ||
        !remit_str_equal_nocase(run->pieces[1].text, key) ||
        !remit_str_starts(text, run->pieces[0].text))
        return false;
    *out = remit_str_sub(text, run->pieces[0].text.len, text.len);
    while (end < out->len && memchr("/*?$:", out->ptr[end], 5) == NULL)
        end++;
    out->len = end;
    return end > 0;
}

static void slices_of_resource(struct proof_problem *p, struct proof_variable *v,
                               const struct remit_glob *pattern)
{
    for (size_t i = 0; i < p->n_statements; i++) {
        const struct remit_statement *s = p->statements[i].from;

        for (size_t j = 0; j < s->n_resources && v->n_slices < TRIES_MAX; j++) {
            struct remit_str text = { 0 };

            if (in_its_place(pattern, v->key, s->resources[j].source, &text))
                add_slice(v, (struct proof_slice){ PROOF_TEXT, text, PROOF_SINGLE });
        }
    }
}

static void add_values(struct proof_problem *p, struct proof_variable *v,
                       struct remit_str *literals)
{
    struct remit_str fresh = v->slices[0].text;

    for (size_t i = 0; i < p->n_statements; i++)
        for (size_t j = 0; j < p->statements[i].from->n_conditions; j++)
            if (remit_str_equal_nocase(p->statements[i].from->conditions[j].key, v->key))
                slices_of_condition(p, v, literals, &p->statements[i].from->conditions[j], fresh);
    for (size_t i = 0; i < p->n_statements && !p->lenient; i++)
        for (size_t j = 0; j < p->statements[i].from->n_resources; j++)
            slices_of_resource(p, v, &p->statements[i].from->resources[j]);
    for (size_t i = 0; i < v->n_literals; i++)
        add_slice(v, (struct proof_slice){ PROOF_TEXT, literals[i], PROOF_SINGLE });
}

/*
 * Coarsely there are no slices for single values. For proofs one is enough then: a variable that
 * may be anything may have no value as well, but where that means its default.
 */
static bool make_slices(struct proof_problem *p, struct proof_variable *v, bool fallback,
                        bool coarse)
{
    unsigned any = PROOF_ABSENT | PROOF_SINGLE | PROOF_MULTI;
    struct remit_str *literals = REMIT_NEW_N(p->arena, struct remit_str, LITERALS_MAX);

    v->slices = REMIT_NEW_N(p->arena, struct proof_slice, SLICES_MAX);
    if (v->slices == NULL || literals == NULL)
        return false;
    v->literals = literals;
    v->n_literals = 0;
    v->n_slices = 0;
    add_slice(v, (struct proof_slice){ p->lenient ? PROOF_OPAQUE : PROOF_TEXT, fresh_text(p),
                                       PROOF_SINGLE });
    if (!coarse)
        add_values(p, v, literals);
    if (fallback) {
        add_slice(v, (struct proof_slice){ .kind = PROOF_FALLBACK, .presence = PROOF_ABSENT });
        if (!remit_proof_is_single(v->key))
            add_slice(v, (struct proof_slice){ .kind = PROOF_UNRESOLVED, .presence = PROOF_MULTI });
    } else if (coarse && p->lenient) {
        v->slices[0].presence = any;
    } else {
        add_slice(v, (struct proof_slice){ .kind = PROOF_UNRESOLVED,
                                           .presence = PROOF_ABSENT | PROOF_MULTI });
    }
    return true;
}

/* How many choices there are; past the most at which they are all looked into: 0. */
static size_t make_all(struct proof_problem *p, const struct finding *f, bool coarse)
{
    size_t choices = 1;

    for (size_t i = 0; i < p->n_variables; i++) {
        if (!make_slices(p, &p->variables[i], f->fallback[i], coarse))
            return 0;
        if (choices * p->variables[i].n_slices > CHOICES_MAX && coarse && !p->lenient)
            p->variables[i].n_slices = 1; /* nothing is proven by values, so some will do */
        choices *= p->variables[i].n_slices;
        if (choices > CHOICES_MAX)
            return 0;
    }
    return choices;
}

bool remit_proof_find_variables(struct proof_problem *p)
{
    struct finding f = { .p = p };

    p->n_variables = 0;
    p->variables = REMIT_NEW_N(p->arena, struct proof_variable, PROOF_AXES_MAX + 1);
    p->bindings.rows = REMIT_NEW_N(p->arena, struct proof_binding, PROOF_AXES_MAX + 1);
    p->bindings.n = 0;
    if (p->variables == NULL || p->bindings.rows == NULL || !find(&f))
        return false;
    if (make_all(p, &f, false) == 0 && make_all(p, &f, true) == 0) {
        p->why = "the policies use too many policy variables";
        return false;
    }
    p->bindings.n = p->n_variables;
    return true;
}

/* ---- choosing ---- */

static void bind(struct proof_problem *p)
{
    for (size_t i = 0; i < p->n_variables; i++) {
        const struct proof_slice *s = &p->variables[i].slices[p->variables[i].now];

        p->bindings.rows[i] =
            (struct proof_binding){ .key = p->variables[i].key, .kind = s->kind, .text = s->text };
    }
}

bool remit_proof_first_slices(struct proof_problem *p)
{
    for (size_t i = 0; i < p->n_variables; i++)
        p->variables[i].now = 0;
    bind(p);
    return true;
}

bool remit_proof_next_slices(struct proof_problem *p)
{
    size_t i = 0;

    for (; i < p->n_variables && ++p->variables[i].now == p->variables[i].n_slices; i++)
        p->variables[i].now = 0;
    bind(p);
    return i < p->n_variables;
}
