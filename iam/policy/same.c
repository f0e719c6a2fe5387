#include <remit/document.h>

#include <stdlib.h>

#include "iam/policy/policy_internal.h"

/* Two texts that stand together: a principal's type and text, an operator and a key. */
struct pair {
    struct remit_str one, two;
    const void *of;
};

static int order_pairs(const void *a, const void *b)
{
    const struct pair *x = a;
    const struct pair *y = b;
    int order = remit_str_compare(x->one, y->one);

    return order != 0 ? order : remit_str_compare(x->two, y->two);
}

/* Two lists to be compared, made by whoever knows what is in them. */
struct lists {
    struct remit_arena *arena;
    struct pair *a, *b;
    size_t n;
};

static bool lists_take(struct remit_arena *arena, size_t n_a, size_t n_b, struct lists *out)
{
    if (n_a != n_b)
        return false;
    *out = (struct lists){ .arena = arena, .n = n_a };
    out->a = REMIT_NEW_N(arena, struct pair, n_a + 1);
    out->b = REMIT_NEW_N(arena, struct pair, n_a + 1);
    return out->a != NULL && out->b != NULL;
}

static bool lists_same(struct lists *l)
{
    qsort(l->a, l->n, sizeof(*l->a), order_pairs);
    qsort(l->b, l->n, sizeof(*l->b), order_pairs);
    for (size_t i = 0; i < l->n; i++)
        if (order_pairs(&l->a[i], &l->b[i]) != 0)
            return false;
    return true;
}

static bool same_globs(struct remit_arena *arena, const struct remit_glob *a, size_t n_a,
                       const struct remit_glob *b, size_t n_b)
{
    struct lists l;

    if (!lists_take(arena, n_a, n_b, &l))
        return false;
    for (size_t i = 0; i < n_a; i++) {
        l.a[i].one = a[i].source;
        l.b[i].one = b[i].source;
    }
    return lists_same(&l);
}

static bool same_principals(struct remit_arena *arena, const struct remit_statement *a,
                            const struct remit_statement *b)
{
    struct lists l;

    if (a->has_principal != b->has_principal || a->not_principal != b->not_principal ||
        !lists_take(arena, a->n_principals, b->n_principals, &l))
        return false;
    for (size_t i = 0; i < l.n; i++) {
        l.a[i] = (struct pair){ .one = a->principals[i].type, .two = a->principals[i].text };
        l.b[i] = (struct pair){ .one = b->principals[i].type, .two = b->principals[i].text };
    }
    return lists_same(&l);
}

static bool same_operands(struct remit_arena *arena, const struct remit_condition *a,
                          const struct remit_condition *b)
{
    struct lists l;

    if (!lists_take(arena, a->n_operands, b->n_operands, &l))
        return false;
    for (size_t i = 0; i < l.n; i++) {
        l.a[i].one = a->texts[i];
        l.b[i].one = b->texts[i];
    }
    return lists_same(&l);
}

/* Operator and key stand once in a statement: sorted by them, conditions are pairwise the same. */
static bool same_conditions(struct remit_arena *arena, const struct remit_statement *a,
                            const struct remit_statement *b)
{
    struct lists l;

    if (!lists_take(arena, a->n_conditions, b->n_conditions, &l))
        return false;
    for (size_t i = 0; i < l.n; i++) {
        l.a[i] = (struct pair){ a->conditions[i].operator_name, a->conditions[i].key,
                                &a->conditions[i] };
        l.b[i] = (struct pair){ b->conditions[i].operator_name, b->conditions[i].key,
                                &b->conditions[i] };
    }
    if (!lists_same(&l))
        return false;
    for (size_t i = 0; i < l.n; i++)
        if (!same_operands(arena, l.a[i].of, l.b[i].of))
            return false;
    return true;
}

static bool same_statements(struct remit_arena *arena, const struct remit_statement *a,
                            const struct remit_statement *b)
{
    return a->deny == b->deny && a->has_sid == b->has_sid && remit_str_equal(a->sid, b->sid) &&
           a->not_action == b->not_action && a->has_resource == b->has_resource &&
           a->not_resource == b->not_resource && same_principals(arena, a, b) &&
           same_globs(arena, a->actions, a->n_actions, b->actions, b->n_actions) &&
           same_globs(arena, a->resources, a->n_resources, b->resources, b->n_resources) &&
           same_conditions(arena, a, b);
}

bool remit_policy_same(const struct remit_policy *a, const struct remit_policy *b)
{
    if (a->type != b->type || !remit_str_equal(a->version, b->version) ||
        !remit_str_equal(a->id, b->id) || a->n_statements != b->n_statements)
        return false;
    for (size_t i = 0; i < a->n_statements; i++) {
        auto_arena struct remit_arena arena = REMIT_ARENA(SIZE_MAX / 2);

        if (!same_statements(&arena, &a->statements[i], &b->statements[i]))
            return false;
    }
    return true;
}
