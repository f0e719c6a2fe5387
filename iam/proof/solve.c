#include "iam/proof/problem.h"

#define DEPTH_MAX 200

/* The search for one target: what has to apply, what must not, and where that can be seen to. */
struct solving {
    struct proof_problem *p;
    size_t required[2];
    size_t n_required;
    uint64_t bars[PROOF_WORDS_MAX];
    /* Of each axis the classes worth trying, 64 at most. */
    const struct proof_class *classes[PROOF_AXES_MAX][64];
    size_t n_classes[PROOF_AXES_MAX];
    const struct proof_profile *profiles[2]; /* of the region: actions, resources */
    struct proof_point *out;
};

/* Where the search has got to. */
struct trying {
    uint64_t avoid[2][PROOF_WORDS_MAX]; /* statements that the action, the resource has to avoid */
    uint64_t left[PROOF_AXES_MAX];      /* classes that are left of each axis */
    struct proof_word words[2];
};

/* ---- axes ---- */

static bool bars_within(const struct solving *s, const struct proof_class *a,
                        const struct proof_class *b)
{
    for (size_t i = 0; i < s->p->words; i++)
        if (a->holds[i] & s->bars[i] & ~b->holds[i])
            return false;
    return true;
}

/* A class counts when what is required holds there, and no other class meets fewer bars. */
static bool take_class(struct solving *s, size_t axis, const struct proof_class *c)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_required; i++)
        if (!remit_proof_has(c->holds, s->required[i]))
            return true;
    if (c->guessed && !s->p->lenient)
        return true;
    for (size_t i = 0; i < s->n_classes[axis]; i++)
        if (bars_within(s, s->classes[axis][i], c))
            return true;
    for (size_t i = 0; i < s->n_classes[axis]; i++)
        if (!bars_within(s, c, s->classes[axis][i]))
            s->classes[axis][n++] = s->classes[axis][i];
    if (n == 64)
        return false;
    s->classes[axis][n++] = c;
    s->n_classes[axis] = n;
    return true;
}

static enum proof_found take_axes(struct solving *s)
{
    for (size_t i = 0; i < s->p->n_axes; i++) {
        s->n_classes[i] = 0;
        if (!remit_proof_pay(s->p, s->p->axes[i].n_classes))
            return PROOF_GAVE_UP;
        for (size_t j = 0; j < s->p->axes[i].n_classes; j++)
            if (!take_class(s, i, &s->p->axes[i].classes[j]))
                return PROOF_GAVE_UP;
        if (s->n_classes[i] == 0)
            return PROOF_NONE;
    }
    return PROOF_SOME;
}

/* Classes left of the axis that do not meet the bar. */
static uint64_t free_of(const struct solving *s, const struct trying *t, size_t axis, size_t bar)
{
    uint64_t mask = 0;

    for (uint64_t left = t->left[axis]; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);

        if (!remit_proof_has(s->classes[axis][i]->holds, bar))
            mask |= 1ull << i;
    }
    return mask;
}

/* ---- where a bar can be avoided ---- */

enum { OPTION_ACTION = 0, OPTION_RESOURCE = 1, OPTION_AXES = 2 };

static bool side_open(const struct solving *s, size_t side, size_t bar)
{
    return s->profiles[side]->partial && !remit_proof_has(s->profiles[side]->covered, bar) &&
           !remit_proof_has(s->profiles[side]->apart, bar);
}

/* All options for the bar, a bit each. False: it is avoided already. */
static bool options_of(const struct solving *s, const struct trying *t, size_t bar, uint64_t *out)
{
    *out = 0;
    for (size_t side = 0; side < 2; side++) {
        if (remit_proof_has(s->profiles[side]->apart, bar) || remit_proof_has(t->avoid[side], bar))
            return false;
        if (side_open(s, side, bar))
            *out |= 1ull << side;
    }
    for (size_t axis = 0; axis < s->p->n_axes; axis++) {
        uint64_t mask = free_of(s, t, axis, bar);

        if (mask == t->left[axis])
            return false;
        if (mask != 0)
            *out |= 1ull << (OPTION_AXES + axis);
    }
    return true;
}

static enum proof_found apply(struct solving *s, struct trying *t, size_t bar, unsigned option)
{
    if (option >= OPTION_AXES) {
        t->left[option - OPTION_AXES] = free_of(s, t, option - OPTION_AXES, bar);
        return PROOF_SOME;
    }
    remit_proof_put(t->avoid[option], bar);
    return PROOF_SOME;
}

static enum proof_found search_side(struct solving *s, struct trying *t, size_t side)
{
    struct proof_word word = t->words[side];
    enum proof_found found = remit_proof_profile_search(s->p, side == OPTION_RESOURCE,
                                                        s->profiles[side], t->avoid[side], &word);

    t->words[side] = word;
    return found;
}

/* Bars with one option left take it, until none is left; then both sides are searched. */
static enum proof_found settle(struct solving *s, struct trying *t)
{
    bool changed[2] = { true, true };
    bool more = true;

    while (more) {
        more = false;
        for (size_t bar = 0; bar < s->p->n_statements; bar++) {
            uint64_t options = 0;
            unsigned option = 0;

            if (!remit_proof_has(s->bars, bar) || !options_of(s, t, bar, &options))
                continue;
            if (options == 0)
                return PROOF_NONE;
            if ((options & (options - 1)) != 0)
                continue;
            option = (unsigned)__builtin_ctzll(options);
            (void)apply(s, t, bar, option);
            if (option < OPTION_AXES)
                changed[option] = true;
            more = true;
        }
    }
    for (size_t side = 0; side < 2; side++) {
        enum proof_found found = changed[side] ? search_side(s, t, side) : PROOF_SOME;

        if (found != PROOF_SOME)
            return found;
    }
    return PROOF_SOME;
}

/* ---- an example, and what it still meets ---- */

static bool meets(struct solving *s, struct trying *t, size_t bar)
{
    const struct proof_statement *b = &s->p->statements[bar];

    for (size_t axis = 0; axis < s->p->n_axes; axis++) {
        unsigned first = (unsigned)__builtin_ctzll(t->left[axis]);

        if (!remit_proof_has(s->classes[axis][first]->holds, bar))
            return false;
    }
    for (size_t side = 0; side < 2; side++)
        if (!remit_proof_part_matches(s->p, side == OPTION_RESOURCE, b, s->profiles[side],
                                      t->words[side]))
            return false;
    return true;
}

/* The bar with the fewest options, of those that the example meets; false: it meets none. */
static bool find_met(struct solving *s, struct trying *t, size_t *out, uint64_t *options)
{
    int least = 65;

    for (size_t bar = 0; bar < s->p->n_statements; bar++) {
        uint64_t mask = 0;

        if (!remit_proof_has(s->bars, bar) || !options_of(s, t, bar, &mask))
            continue;
        if (remit_proof_count(mask) >= least || !meets(s, t, bar))
            continue;
        least = remit_proof_count(mask);
        *out = bar;
        *options = mask;
    }
    return least < 65;
}

static enum proof_found found_it(struct solving *s, const struct trying *t)
{
    s->out->action = t->words[0];
    s->out->resource = t->words[1];
    s->out->star = s->profiles[1]->star;
    for (size_t axis = 0; axis < s->p->n_axes; axis++)
        s->out->classes[axis] = s->classes[axis][__builtin_ctzll(t->left[axis])];
    return PROOF_SOME;
}

static enum proof_found attempt(struct solving *s, struct trying *t, unsigned depth)
{
    enum proof_found found = settle(s, t);
    uint64_t options = 0;
    size_t bar = 0;

    if (found != PROOF_SOME)
        return found;
    if (!find_met(s, t, &bar, &options))
        return found_it(s, t);
    if (depth == DEPTH_MAX || !remit_proof_pay(s->p, 64))
        return PROOF_GAVE_UP;
    found = PROOF_NONE;
    for (; options != 0; options &= options - 1) {
        struct trying next = *t;
        enum proof_found sub = PROOF_NONE;

        (void)apply(s, &next, bar, (unsigned)__builtin_ctzll(options));
        sub = attempt(s, &next, depth + 1);
        if (sub == PROOF_SOME)
            return sub;
        if (sub == PROOF_GAVE_UP)
            found = sub;
    }
    return found;
}

static enum proof_found try_region(struct solving *s, const struct proof_profile *action,
                                   const struct proof_profile *resource)
{
    struct trying t = { .words = { action->word, resource->word } };

    s->profiles[0] = action;
    s->profiles[1] = resource;
    for (size_t i = 0; i < s->p->n_axes; i++)
        t.left[i] = s->n_classes[i] == 64 ? UINT64_MAX : (1ull << s->n_classes[i]) - 1;
    return attempt(s, &t, 0);
}

static enum proof_found try_regions(struct solving *s)
{
    struct proof_profiles actions;
    struct proof_profiles resources;
    enum proof_found found = take_axes(s);

    if (found != PROOF_SOME)
        return found;
    if (!remit_proof_profiles(s->p, false, s->required, s->n_required, s->bars, &actions) ||
        !remit_proof_profiles(s->p, true, s->required, s->n_required, s->bars, &resources))
        return PROOF_GAVE_UP;
    found = PROOF_NONE;
    for (size_t i = 0; i < actions.n; i++) {
        for (size_t j = 0; j < resources.n; j++) {
            enum proof_found sub = PROOF_GAVE_UP;

            if (remit_proof_pay(s->p, s->p->n_statements))
                sub = try_region(s, &actions.rows[i], &resources.rows[j]);

            if (sub == PROOF_SOME)
                return sub;
            if (sub == PROOF_GAVE_UP)
                found = sub;
        }
    }
    return found;
}

/* ---- statements that stand in both policies ---- */

static bool same_part(const struct proof_part *a, const struct proof_part *b)
{
    return a->kind == b->kind && a->negated == b->negated && a->star == b->star && a->n == b->n &&
           (a->n == 0 || memcmp(a->patterns, b->patterns, a->n * sizeof(*a->patterns)) == 0);
}

/* Whether `outer` applies to all that `inner` applies to, as far as can be seen at once. */
static bool takes_all(const struct proof_problem *p, size_t outer, size_t inner)
{
    if (!same_part(&p->statements[outer].action, &p->statements[inner].action) ||
        !same_part(&p->statements[outer].resource, &p->statements[inner].resource))
        return false;
    for (size_t i = 0; i < p->n_axes; i++)
        for (size_t j = 0; j < p->axes[i].n_classes; j++)
            if (remit_proof_has(p->axes[i].classes[j].holds, inner) &&
                !remit_proof_has(p->axes[i].classes[j].holds, outer))
                return false;
    return true;
}

static bool is_taken(const struct solving *s, size_t inner)
{
    for (size_t i = 0; i < s->p->n_statements; i++)
        if (remit_proof_has(s->bars, i) && takes_all(s->p, i, inner))
            return true;
    return false;
}

/* ---- the two ways in which the old policy does not allow ---- */

static void set_bars(struct solving *s, bool granted)
{
    memset(s->bars, 0, sizeof(s->bars));
    for (size_t i = 0; i < s->p->n_statements; i++)
        if (s->p->statements[i].duty == PROOF_BARS ||
            (granted && s->p->statements[i].duty == PROOF_GRANTED))
            remit_proof_put(s->bars, i);
}

/* It has no Allow for the request. */
static enum proof_found solve_silent(struct solving *s)
{
    set_bars(s, true);
    return is_taken(s, s->required[0]) ? PROOF_NONE : try_regions(s);
}

/* One of its Denies applies, or what is asked about. */
static enum proof_found solve_barred(struct solving *s)
{
    enum proof_found found = PROOF_NONE;

    set_bars(s, false);
    for (size_t i = 0; i < s->p->n_statements; i++) {
        enum proof_found sub = PROOF_NONE;

        if (s->p->statements[i].duty != PROOF_BARRED)
            continue;
        s->required[1] = i;
        s->n_required = 2;
        sub = is_taken(s, i) ? PROOF_NONE : try_regions(s);
        if (sub == PROOF_SOME)
            return sub;
        if (sub == PROOF_GAVE_UP)
            found = sub;
    }
    return found;
}

enum proof_found remit_proof_solve(struct proof_problem *p, size_t target, struct proof_point *out)
{
    struct solving *s = REMIT_NEW(p->arena, struct solving);
    enum proof_found silent = PROOF_NONE;
    enum proof_found barred = PROOF_NONE;

    if (s == NULL)
        return PROOF_GAVE_UP;
    s->p = p;
    s->required[0] = target;
    s->n_required = 1;
    s->out = out;
    if (!p->required)
        silent = solve_silent(s);
    if (silent == PROOF_SOME)
        return silent;
    barred = solve_barred(s);
    return barred == PROOF_NONE ? silent : barred;
}
