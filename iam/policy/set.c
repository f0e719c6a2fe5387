#include <stdlib.h>

#include "iam/policy/eval.h"
#include "iam/policy/index.h"

#define SET_MOST (1024u * 1024 * 1024) /* bytes of what a set adds to its policies */

static size_t count(const struct remit_policy_entry *entries, size_t n)
{
    size_t total = 0;

    for (size_t i = 0; i < n; i++)
        total += entries[i].policy == NULL ? 0 : entries[i].policy->n_statements;
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

static int take_statements(struct remit_policy_set *set, const struct remit_policy_entry *entries,
                           struct remit_err *err)
{
    struct remit_set_statement *statements =
        REMIT_NEW_N(&set->arena, struct remit_set_statement, count(entries, set->n_policies));
    size_t n = 0;

    TRY(remit_arena_check(&set->arena, "a policy set", err));
    for (size_t i = 0; i < set->n_policies; i++) {
        const struct remit_policy *policy = set->policies[i].policy;

        for (size_t j = 0; policy != NULL && j < policy->n_statements; j++, n++) {
            statements[n] = (struct remit_set_statement){ .statement = &policy->statements[j],
                                                          .policy = (uint32_t)i,
                                                          .number = (uint32_t)n };
            set->principals = set->principals || policy->statements[j].has_principal;
        }
    }
    set->statements = statements;
    set->n_statements = n;
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
    TRY(take_statements(set, entries, err));
    TRY(remit_index_new(set, err));
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

/* ---- asking ---- */

/* The first that denies; of those that allow the first of the strongest. */
void remit_set_take(struct remit_set_result *result, const struct remit_set_statement *statement,
                    enum remit_grant grant)
{
    if (statement->statement->deny) {
        if (result->deny == NULL || statement->number < result->deny->number)
            result->deny = statement;
        return;
    }
    if (result->allow != NULL &&
        (grant < result->grant ||
         (grant == result->grant && statement->number > result->allow->number)))
        return;
    result->allow = statement;
    result->grant = grant;
}

struct asking {
    const struct remit_policy_set *set;
    struct remit_eval *eval;
    struct remit_set_result *result;
};

/* Whether the entry could still change the result, were it to apply. */
static bool matters(const struct asking *a, const struct remit_index_entry *e)
{
    const struct remit_set_result *r = a->result;

    if (r->deny != NULL)
        return e->deny && e->number < r->deny->number;
    if (e->deny || r->allow == NULL || e->number < r->allow->number)
        return true;
    return a->set->principals && r->grant != REMIT_GRANT_DIRECT;
}

/* The parts that being found has not proven. */
static bool applies(const struct asking *a, const struct remit_index_entry *e,
                    enum remit_grant *grant)
{
    const struct remit_statement *s = a->set->statements[e->number].statement;

    if (e->action != NULL && !remit_glob_match(e->action, a->eval->action, NULL))
        return false;
    if (e->resource != NULL && !remit_resource_matches(e->resource, a->eval))
        return false;
    if (e->ask_action && !remit_action_part(s, a->eval, NULL))
        return false;
    if (e->ask_resource && !remit_resource_part(s, a->eval, NULL))
        return false;
    *grant = REMIT_GRANT_NONE;
    return e->simple ||
           (remit_principal_part(s, a->eval, grant, NULL) && remit_condition_part(s, a->eval));
}

static void hear(void *self, const struct remit_index_entry *entries, uint32_t n)
{
    struct asking *a = self;

    for (uint32_t i = 0; i < n; i++) {
        enum remit_grant grant = REMIT_GRANT_NONE;

        if (matters(a, &entries[i]) && applies(a, &entries[i], &grant))
            remit_set_take(a->result, &a->set->statements[entries[i].number], grant);
    }
}

void remit_set_eval(const struct remit_policy_set *set, struct remit_eval *eval,
                    struct remit_set_result *out)
{
    struct asking a = { .set = set, .eval = eval, .result = out };

    *out = (struct remit_set_result){ 0 };
    remit_index_find(set->index, eval, hear, &a);
}
