#include "iam/proof/problem.h"

#define PROFILES_MAX 20000

/* Profiles of one side being made. */
struct making {
    struct proof_problem *p;
    struct proof_automaton *a;
    bool resource;
    const uint64_t *bars;
    struct proof_search_row *fixed; /* what all profiles hold to */
    size_t n_fixed;
    struct proof_profiles *out;
    size_t cap;
    bool failed;
};

static const struct proof_part *part_of(const struct proof_statement *s, bool resource)
{
    return resource ? &s->resource : &s->action;
}

/* ---- rows of a search ---- */

struct rows {
    struct proof_search_row *rows;
    size_t n;
    uint32_t n_groups;
};

static bool rows_of(struct making *m, const struct rows *from, size_t more, struct rows *out)
{
    *out = *from;
    out->rows = REMIT_NEW_N(m->p->arena, struct proof_search_row, from->n + more + 1);
    if (out->rows == NULL)
        return false;
    if (from->n > 0)
        memcpy(out->rows, from->rows, from->n * sizeof(*out->rows));
    return true;
}

static void put_row(struct rows *r, uint32_t pattern, uint32_t group)
{
    r->rows[r->n++] = (struct proof_search_row){ pattern, group };
}

static bool has_symbol(const struct proof_automaton *a, uint32_t pattern)
{
    for (uint32_t i = a->starts[pattern]; i < a->starts[pattern + 1]; i++)
        if (a->tokens[i].kind == PROOF_SYMBOL)
            return true;
    return false;
}

/* ---- how another statement's part stands to a profile ---- */

enum stand { STAND_PARTIAL = 0, STAND_COVERS, STAND_APART };

struct chosen {
    uint32_t patterns[2]; /* PROOF_NEVER: none */
};

static bool may_meet(const struct making *m, const struct chosen *c, uint32_t pattern)
{
    for (int i = 0; i < 2; i++)
        if (c->patterns[i] != PROOF_NEVER && !remit_proof_may_meet(m->a, c->patterns[i], pattern))
            return false;
    return true;
}

static enum stand stand_single(struct making *m, const struct proof_statement *s,
                               const struct proof_profile *profile)
{
    return remit_proof_part_matches(m->p, m->resource, s, profile, profile->word) ? STAND_COVERS
                                                                                  : STAND_APART;
}

static bool is_none(struct making *m, const struct rows *r)
{
    return remit_proof_search(m->a, r->rows, r->n, r->n_groups, NULL) == PROOF_NONE;
}

/* Patterns of the part that can meet the profile, each with the group. */
static bool meeting(struct making *m, const struct proof_part *part, const struct chosen *c,
                    const struct rows *base, uint32_t group, struct rows *out, size_t *n)
{
    if (!rows_of(m, base, part->n, out))
        return false;
    *n = 0;
    for (uint32_t i = 0; i < part->n; i++) {
        if (!may_meet(m, c, part->patterns[i]))
            continue;
        put_row(out, part->patterns[i], group);
        (*n)++;
    }
    if (group > out->n_groups)
        out->n_groups = group;
    return true;
}

static enum stand stand_listed(struct making *m, const struct proof_part *part,
                               const struct chosen *c, const struct rows *base)
{
    struct rows avoid;
    struct rows require;
    size_t n = 0;

    for (uint32_t i = 0; !part->negated && i < part->n; i++)
        if (part->patterns[i] == c->patterns[0] || part->patterns[i] == c->patterns[1])
            return STAND_COVERS;
    if (!meeting(m, part, c, base, PROOF_AVOID, &avoid, &n))
        return STAND_PARTIAL;
    if (n == 0)
        return part->negated ? STAND_COVERS : STAND_APART;
    if (is_none(m, &avoid)) /* every text matches some of them */
        return part->negated ? STAND_APART : STAND_COVERS;
    if (!part->negated || !meeting(m, part, c, base, base->n_groups + 1, &require, &n))
        return STAND_PARTIAL;
    return is_none(m, &require) ? STAND_COVERS : STAND_PARTIAL;
}

static enum stand stand(struct making *m, const struct proof_statement *s,
                        const struct proof_profile *profile, const struct chosen *c,
                        const struct rows *base)
{
    const struct proof_part *part = part_of(s, m->resource);

    if (profile->star)
        return part->star ? STAND_COVERS : STAND_APART;
    if (part->kind != PROOF_PART_LISTED)
        return part->kind == PROOF_PART_ALWAYS ? STAND_COVERS : STAND_APART;
    /* An opaque variable may make a listed pattern match, and so the part not match. */
    if (profile->single && !(m->p->lenient && part->negated))
        return stand_single(m, s, profile);
    return stand_listed(m, part, c, base);
}

/* ---- profiles ---- */

static bool is_subset(const uint64_t *a, const uint64_t *b, size_t words)
{
    for (size_t i = 0; i < words; i++)
        if (a[i] & ~b[i])
            return false;
    return true;
}

/* Whether a profile at hand covers no more than this one, and leaves nothing to a search. */
static bool is_worse(const struct making *m, const struct proof_profile *profile)
{
    for (size_t i = 0; i < m->out->n; i++)
        if (!m->out->rows[i].partial && m->out->rows[i].star == profile->star &&
            is_subset(m->out->rows[i].covered, profile->covered, m->p->words))
            return true;
    return false;
}

static void keep(struct making *m, const struct proof_profile *profile)
{
    if (is_worse(m, profile))
        return;
    if (m->out->n == m->cap) {
        size_t cap = m->cap == 0 ? 32 : m->cap * 2;
        struct proof_profile *rows = REMIT_NEW_N(m->p->arena, struct proof_profile, cap);

        if (rows == NULL || cap > PROFILES_MAX) {
            m->failed = true;
            return;
        }
        if (m->out->n > 0)
            memcpy(rows, m->out->rows, m->out->n * sizeof(*rows));
        m->out->rows = rows;
        m->cap = cap;
    }
    m->out->rows[m->out->n++] = *profile;
}

static bool relate(struct making *m, struct proof_profile *profile, const struct chosen *c,
                   const struct rows *base)
{
    uint64_t *covered = REMIT_NEW_N(m->p->arena, uint64_t, m->p->words);
    uint64_t *apart = REMIT_NEW_N(m->p->arena, uint64_t, m->p->words);

    if (covered == NULL || apart == NULL)
        return false;
    for (size_t i = 0; i < m->p->n_statements; i++) {
        enum stand how = STAND_APART;

        if (!remit_proof_has(m->bars, i))
            continue;
        if (!remit_proof_pay(m->p, 1 + part_of(&m->p->statements[i], m->resource)->n / 4))
            return false;
        how = stand(m, &m->p->statements[i], profile, c, base);
        if (how == STAND_COVERS)
            remit_proof_put(covered, i);
        else if (how == STAND_APART)
            remit_proof_put(apart, i);
        else
            profile->partial = true;
    }
    profile->covered = covered;
    profile->apart = apart;
    return true;
}

/* The pattern whose variables come into the text is that of group 1. */
static void put_chosen(struct making *m, const struct chosen *c, struct rows *r)
{
    int first = c->patterns[0] != PROOF_NEVER && has_symbol(m->a, c->patterns[0]) ? 0 : 1;

    for (int i = 0; i < 2; i++) {
        uint32_t pattern = c->patterns[i == 0 ? first : 1 - first];

        if (pattern != PROOF_NEVER)
            put_row(r, pattern, ++r->n_groups);
    }
    put_row(r, m->resource ? m->p->any_arn : m->p->any_action, ++r->n_groups);
}

static void make(struct making *m, uint32_t one, uint32_t other)
{
    const struct rows fixed = { .rows = m->fixed, .n = m->n_fixed };
    const struct chosen c = { { one, other } };
    struct proof_profile profile = { 0 };
    struct rows base;

    if (one != PROOF_NEVER && other != PROOF_NEVER && !remit_proof_may_meet(m->a, one, other))
        return;
    if (!rows_of(m, &fixed, 3, &base)) {
        m->failed = true;
        return;
    }
    put_chosen(m, &c, &base);
    switch (remit_proof_search(m->a, base.rows, base.n, base.n_groups, &profile.word)) {
    case PROOF_NONE:
        return;
    case PROOF_SOME:
        break;
    case PROOF_GAVE_UP:
    default:
        m->failed = true;
        return;
    }
    profile.rows = base.rows;
    profile.n_rows = base.n;
    profile.n_groups = base.n_groups;
    for (int i = 0; i < 2; i++)
        profile.single = profile.single || (c.patterns[i] != PROOF_NEVER &&
                                            remit_proof_is_literal(m->a, c.patterns[i]));
    if (relate(m, &profile, &c, &base))
        keep(m, &profile);
    else
        m->failed = true;
}

static void make_star(struct making *m)
{
    struct proof_profile profile = { .star = true };

    if (relate(m, &profile, NULL, NULL))
        keep(m, &profile);
    else
        m->failed = true;
}

/* The patterns that one of the required statements offers; just PROOF_NEVER when it lists none. */
static struct proof_part offer_of(const struct making *m, const size_t *required, size_t n,
                                  size_t i)
{
    static const uint32_t none[] = { PROOF_NEVER };
    struct proof_part offer = { .patterns = none, .n = 1 };
    const struct proof_part *part = NULL;

    if (i >= n)
        return offer;
    part = part_of(&m->p->statements[required[i]], m->resource);
    return part->kind == PROOF_PART_LISTED && !part->negated ? *part : offer;
}

/* What NotAction and NotResource of the required statements list. */
static bool fix(struct making *m, const size_t *required, size_t n)
{
    size_t most = 0;

    for (size_t i = 0; i < n; i++)
        most += part_of(&m->p->statements[required[i]], m->resource)->n;
    m->fixed = REMIT_NEW_N(m->p->arena, struct proof_search_row, most + 1);
    for (size_t i = 0; m->fixed != NULL && i < n; i++) {
        const struct proof_part *part = part_of(&m->p->statements[required[i]], m->resource);

        for (uint32_t j = 0; part->kind == PROOF_PART_LISTED && part->negated && j < part->n; j++)
            m->fixed[m->n_fixed++] = (struct proof_search_row){ part->patterns[j], PROOF_AVOID };
    }
    return m->fixed != NULL;
}

bool remit_proof_profiles(struct proof_problem *p, bool resource, const size_t *required,
                          size_t n_required, const uint64_t *bars, struct proof_profiles *out)
{
    struct making m = { .p = p,
                        .a = resource ? &p->resources : &p->actions,
                        .resource = resource,
                        .bars = bars,
                        .out = out };
    struct proof_part one;
    struct proof_part other;
    bool never = false;
    bool star = resource;

    *out = (struct proof_profiles){ 0 };
    for (size_t i = 0; i < n_required; i++) {
        const struct proof_part *part = part_of(&p->statements[required[i]], resource);

        never = never || part->kind == PROOF_PART_NEVER;
        star = star && part->star;
    }
    if (!fix(&m, required, n_required))
        return false;
    one = offer_of(&m, required, n_required, 0);
    other = offer_of(&m, required, n_required, 1);
    for (uint32_t i = 0; !never && i < one.n && !m.failed; i++)
        for (uint32_t j = 0; j < other.n && !m.failed; j++)
            make(&m, one.patterns[i], other.patterns[j]);
    if (star)
        make_star(&m);
    return !m.failed;
}

/* ---- searching in one ---- */

bool remit_proof_part_matches(struct proof_problem *p, bool resource,
                              const struct proof_statement *s, const struct proof_profile *profile,
                              struct proof_word word)
{
    const struct proof_automaton *a = resource ? &p->resources : &p->actions;
    const struct proof_part *part = part_of(s, resource);
    bool matched = false;

    if (profile->star)
        return part->star;
    if (part->kind != PROOF_PART_LISTED)
        return part->kind == PROOF_PART_ALWAYS;
    for (uint32_t i = 0; i < part->n && !matched; i++)
        matched = remit_proof_matches(a, part->patterns[i], word);
    return matched != part->negated;
}

enum proof_found remit_proof_profile_search(struct proof_problem *p, bool resource,
                                            const struct proof_profile *profile,
                                            const uint64_t *avoid, struct proof_word *out)
{
    struct making m = { .p = p, .a = resource ? &p->resources : &p->actions, .resource = resource };
    const struct rows base = { .rows = (struct proof_search_row *)(uintptr_t)profile->rows,
                               .n = profile->n_rows,
                               .n_groups = profile->n_groups };
    struct rows rows;
    size_t more = 0;

    if (profile->star || profile->single)
        return PROOF_SOME;
    for (size_t i = 0; i < p->n_statements; i++)
        more += remit_proof_has(avoid, i) ? part_of(&p->statements[i], resource)->n : 0;
    if (!rows_of(&m, &base, more, &rows))
        return PROOF_GAVE_UP;
    for (size_t i = 0; i < p->n_statements; i++) {
        const struct proof_part *part = part_of(&p->statements[i], resource);

        if (!remit_proof_has(avoid, i))
            continue;
        rows.n_groups += part->negated;
        if (rows.n_groups >= PROOF_GROUPS_MAX)
            return PROOF_GAVE_UP;
        for (uint32_t j = 0; j < part->n; j++)
            put_row(&rows, part->patterns[j], part->negated ? rows.n_groups : PROOF_AVOID);
    }
    return remit_proof_search(m.a, rows.rows, rows.n, rows.n_groups, out);
}
