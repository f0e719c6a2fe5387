#include "iam/policy/eval.h"

#include <stdlib.h>

#define SET_MOST (1024u * 1024 * 1024) /* bytes of what a set adds to its policies */

static size_t count(const struct remit_policy_entry *entries, size_t n, bool deny)
{
    size_t total = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; entries[i].policy != NULL && j < entries[i].policy->n_statements; j++)
            total += entries[i].policy->statements[j].deny == deny;
    return total;
}

static int take_policies(struct remit_policy_set *set, const struct remit_policy_entry *entries,
                         size_t n_entries, struct remit_err *err)
{
    struct remit_set_policy *policies =
        REMIT_NEW_N(&set->arena, struct remit_set_policy, n_entries);

    TRY(remit_arena_check(&set->arena, "a policy set", err));
    set->policies = policies;
    for (size_t i = 0; i < n_entries; i++) {
        policies[i].name = remit_arena_str(&set->arena, entries[i].name);
        if (entries[i].policy != NULL)
            policies[i].policy = remit_policy_hold(entries[i].policy);
        set->unreadable = set->unreadable || entries[i].policy == NULL;
        set->n_policies++;
    }
    return remit_arena_check(&set->arena, "a policy set", err);
}

/* The statements of one Effect, numbered in order over the whole set. */
static int take_side(struct remit_policy_set *set, const struct remit_policy_entry *entries,
                     bool deny, struct remit_set_side *out, struct remit_err *err)
{
    size_t n = count(entries, set->n_policies, deny);
    struct remit_set_statement *statements =
        REMIT_NEW_N(&set->arena, struct remit_set_statement, n);
    uint32_t number = 0;

    TRY(remit_arena_check(&set->arena, "a policy set", err));
    out->statements = statements;
    for (size_t i = 0; i < set->n_policies; i++) {
        const struct remit_policy *policy = set->policies[i].policy;

        for (size_t j = 0; policy != NULL && j < policy->n_statements; j++, number++)
            if (policy->statements[j].deny == deny)
                statements[out->n_statements++] = (struct remit_set_statement){
                    .statement = &policy->statements[j], .policy = (uint32_t)i, .number = number
                };
    }
    set->n_statements += out->n_statements;
    return 0;
}

int remit_policy_set_new(const struct remit_policy_entry *entries, size_t n_entries,
                         struct remit_policy_set **out, struct remit_err *err)
{
    auto_policy_set struct remit_policy_set *set = calloc(1, sizeof(*set));

    if (set == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for a policy set");
    set->holders = 1;
    remit_arena_init(&set->arena, SET_MOST);
    TRY(take_policies(set, entries, n_entries, err));
    TRY(take_side(set, entries, true, &set->denies, err));
    TRY(take_side(set, entries, false, &set->allows, err));
    *out = set;
    set = NULL;
    return 0;
}

struct remit_policy_set *remit_policy_set_hold(struct remit_policy_set *set)
{
    __atomic_add_fetch(&set->holders, 1, __ATOMIC_RELAXED);
    return set;
}

void remit_policy_set_drop(struct remit_policy_set **set)
{
    struct remit_policy_set *s = *set;

    *set = NULL;
    if (s == NULL || __atomic_sub_fetch(&s->holders, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    for (size_t i = 0; i < s->n_policies; i++) {
        struct remit_policy *policy = s->policies[i].policy;

        remit_policy_drop(&policy);
    }
    remit_arena_drop(&s->arena);
    free(s);
}

size_t remit_policy_set_n_statements(const struct remit_policy_set *set)
{
    return set->n_statements;
}

/* The first one that denies is enough. */
static const struct remit_set_statement *find_deny(const struct remit_set_side *side,
                                                   struct remit_eval *eval)
{
    enum remit_grant grant = REMIT_GRANT_NONE;

    for (size_t i = 0; i < side->n_statements; i++)
        if (remit_statement_applies(side->statements[i].statement, eval, &grant))
            return &side->statements[i];
    return NULL;
}

/* The first one that allows; where principals are named, the first of the strongest. */
bool remit_set_take_allow(struct remit_set_result *result,
                          const struct remit_set_statement *statement, enum remit_grant grant)
{
    if (result->allow == NULL || grant > result->grant) {
        result->allow = statement;
        result->grant = grant;
    }
    return !result->allow->statement->has_principal || result->grant == REMIT_GRANT_DIRECT;
}

static void find_allow(const struct remit_set_side *side, struct remit_eval *eval,
                       struct remit_set_result *out)
{
    for (size_t i = 0; i < side->n_statements; i++) {
        enum remit_grant grant = REMIT_GRANT_NONE;

        if (remit_statement_applies(side->statements[i].statement, eval, &grant) &&
            remit_set_take_allow(out, &side->statements[i], grant))
            return;
    }
}

void remit_set_eval(const struct remit_policy_set *set, struct remit_eval *eval,
                    struct remit_set_result *out)
{
    *out = (struct remit_set_result){ 0 };
    out->deny = find_deny(&set->denies, eval);
    if (out->deny == NULL)
        find_allow(&set->allows, eval, out);
}
