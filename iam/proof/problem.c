#include "iam/proof/problem.h"

/* ---- policies ---- */

int remit_proof_take_policy(struct proof_problem *p, const struct remit_policy *policy,
                            enum proof_duty allow, enum proof_duty deny, struct remit_err *err)
{
    size_t n = p->n_statements + policy->n_statements;
    struct proof_statement *statements = NULL;

    if (n > PROOF_STATEMENTS_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "the policies have %zu statements, the most is %d", n,
                          PROOF_STATEMENTS_MAX);
    statements = REMIT_NEW_N(p->arena, struct proof_statement, n + 1);
    TRY(remit_arena_check(p->arena, "a proof", err));
    if (p->n_statements > 0)
        memcpy(statements, p->statements, p->n_statements * sizeof(*statements));
    for (size_t i = 0; i < policy->n_statements; i++)
        statements[p->n_statements + i] =
            (struct proof_statement){ .from = &policy->statements[i],
                                      .duty = policy->statements[i].deny ? deny : allow };
    p->statements = statements;
    p->n_statements = n;
    p->words = (n + 63) / 64;
    return 0;
}

int remit_proof_own_policy(struct proof_problem *p, enum remit_policy_type type,
                           struct remit_str document, struct remit_policy **out,
                           struct remit_err *err)
{
    const struct remit_policy_options options = { .type = type };
    struct remit_policy **own = REMIT_NEW_N(p->arena, struct remit_policy *, p->n_own + 1);

    TRY(remit_arena_check(p->arena, "a proof", err));
    if (p->n_own > 0)
        memcpy(own, p->own, p->n_own * sizeof(*own));
    TRY(remit_policy_compile(document, &options, out, err));
    own[p->n_own] = *out;
    p->own = own;
    p->n_own++;
    return 0;
}

void remit_proof_drop_problem(struct proof_problem *p)
{
    remit_proof_tear_down(p);
    for (size_t i = 0; i < p->n_own; i++)
        remit_policy_drop(&p->own[i]);
    p->n_own = 0;
}

/* ---- parts ---- */

/* With nothing listed: NotAction and NotResource of a Deny match everything. */
static enum proof_part_kind kind_of(bool negated, size_t n_listed, bool deny)
{
    if (n_listed > 0)
        return PROOF_PART_LISTED;
    return negated && deny ? PROOF_PART_ALWAYS : PROOF_PART_NEVER;
}

static bool is_wide(const struct proof_automaton *a, uint32_t pattern)
{
    return remit_proof_len(a, pattern) == 1 && a->tokens[a->starts[pattern]].kind == PROOF_RUN;
}

/* What became of the patterns: none is left, or one takes everything. */
static void simplify(const struct proof_automaton *a, struct proof_part *part)
{
    bool wide = false;

    if (part->kind != PROOF_PART_LISTED)
        return;
    for (uint32_t i = 0; i < part->n; i++)
        wide = wide || is_wide(a, part->patterns[i]);
    if (part->n == 0)
        part->kind = part->negated ? PROOF_PART_ALWAYS : PROOF_PART_NEVER;
    else if (wide)
        part->kind = part->negated ? PROOF_PART_NEVER : PROOF_PART_ALWAYS;
}

static bool set_part(struct proof_problem *p, struct proof_automaton *a,
                     const struct remit_glob *globs, size_t n, struct proof_part *out)
{
    uint32_t *patterns = REMIT_NEW_N(p->arena, uint32_t, n + 1);
    uint32_t count = 0;

    if (patterns == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint32_t pattern = remit_proof_add_glob(a, &globs[i], PROOF_READ_EXACT, &p->bindings);

        if (pattern != PROOF_NEVER)
            patterns[count++] = pattern;
    }
    out->patterns = patterns;
    out->n = count;
    return !a->failed;
}

static bool set_action(struct proof_problem *p, struct proof_statement *s)
{
    const struct remit_statement *from = s->from;

    s->action = (struct proof_part){ .kind = kind_of(from->not_action, from->n_actions, from->deny),
                                     .negated = from->not_action };
    if (!set_part(p, &p->actions, from->actions, from->n_actions, &s->action))
        return false;
    simplify(&p->actions, &s->action);
    return true;
}

static bool set_resource(struct proof_problem *p, struct proof_statement *s)
{
    const struct remit_statement *from = s->from;
    bool star = false;

    s->resource = (struct proof_part){ .kind = PROOF_PART_ALWAYS, .star = true };
    if (!from->has_resource)
        return true;
    s->resource.kind = kind_of(from->not_resource, from->n_resources, from->deny);
    s->resource.negated = from->not_resource;
    for (size_t i = 0; i < from->n_resources; i++)
        star = star || from->resources[i].shape == REMIT_GLOB_ANY;
    s->resource.star = from->not_resource ? !star && (from->n_resources > 0 || from->deny) : star;
    if (!set_part(p, &p->resources, from->resources, from->n_resources, &s->resource))
        return false;
    simplify(&p->resources, &s->resource);
    return true;
}

/* ---- a choice of slices ---- */

void remit_proof_tear_down(struct proof_problem *p)
{
    remit_proof_automaton_drop(&p->actions);
    remit_proof_automaton_drop(&p->resources);
    p->n_axes = 0;
}

static enum proof_found gave_up(struct proof_problem *p, const char *why)
{
    if (p->why == NULL)
        p->why = why;
    return PROOF_GAVE_UP;
}

enum proof_found remit_proof_set_up(struct proof_problem *p)
{
    remit_proof_tear_down(p);
    remit_proof_automaton_init(&p->actions, p->arena, &p->work);
    remit_proof_automaton_init(&p->resources, p->arena, &p->work);
    p->any_action = remit_proof_add_action(&p->actions);
    p->any_arn = remit_proof_add_arn(&p->resources, NULL, NULL);
    for (size_t i = 0; i < p->n_statements; i++)
        if (!set_action(p, &p->statements[i]) || !set_resource(p, &p->statements[i]))
            return gave_up(p, "no memory");
    if (p->has_callers) {
        if (!remit_proof_caller_axis(p, &p->axes[0]))
            return gave_up(p, "no memory");
        p->n_axes = 1;
    }
    return remit_proof_key_axes(p) ? PROOF_SOME : gave_up(p, "the limit on work is reached");
}
