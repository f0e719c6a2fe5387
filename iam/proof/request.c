#include "iam/proof/problem.h"

/* The account that owns what a caller without one asks for, and the caller of identity policies. */
#define ACCOUNT "111122223333"
#define SESSION "arn:aws:sts::" ACCOUNT ":assumed-role/example-role/example-session"
#define ROLE    "arn:aws:iam::" ACCOUNT ":role/example-role"

static struct remit_str copy(struct remit_arena *arena, struct remit_str text)
{
    return text.len == 0 ? REMIT_STR("") : remit_arena_str(arena, text);
}

static bool put(struct remit_arena *arena, struct remit_context_entry *entries, size_t *n,
                struct remit_str key, const struct remit_str *values, size_t n_values, bool list)
{
    struct remit_str *copies = REMIT_NEW_N(arena, struct remit_str, n_values + 1);

    if (copies == NULL)
        return false;
    for (size_t i = 0; i < n_values; i++)
        copies[i] = copy(arena, values[i]);
    entries[(*n)++] = (struct remit_context_entry){
        .key = copy(arena, key), .values = copies, .n_values = n_values, .multivalued = list
    };
    return true;
}

static bool has_axis(const struct proof_problem *p, struct remit_str key)
{
    for (size_t i = 0; i < p->n_axes; i++)
        if (p->axes[i].key.len > 0 && remit_str_equal_nocase(p->axes[i].key, key))
            return true;
    return false;
}

static bool is_variable(const struct proof_problem *p, struct remit_str key)
{
    for (size_t i = 0; i < p->n_variables; i++)
        if (remit_str_equal_nocase(p->variables[i].key, key))
            return true;
    return false;
}

/* A role session comes with its role's ARN, where no policy asks for another (11.2). */
static bool put_role(struct proof_problem *p, struct remit_arena *arena,
                     const struct proof_caller *caller, struct remit_context_entry *entries,
                     size_t *n)
{
    struct remit_str key = REMIT_STR("aws:PrincipalArn");

    if (caller->kind != REMIT_PRINCIPAL_ROLE_SESSION || has_axis(p, key) || is_variable(p, key))
        return true;
    return put(arena, entries, n, key, &caller->issuer, 1, false);
}

/* Keys in the order in which the policies look at them; then variables that no condition has. */
static bool fill_entries(struct proof_problem *p, struct remit_arena *arena,
                         const struct proof_point *point, struct remit_context_entry *entries,
                         size_t *n)
{
    for (size_t i = 0; i < p->n_axes; i++) {
        const struct proof_class *c = point->classes[i];

        if (p->axes[i].key.len > 0 && c->presence != PROOF_ABSENT &&
            !put(arena, entries, n, p->axes[i].key, c->values, c->n_values,
                 c->presence == PROOF_MULTI))
            return false;
    }
    for (size_t i = 0; i < p->n_variables; i++) {
        const struct proof_slice *s = &p->variables[i].slices[p->variables[i].now];

        if (has_axis(p, p->variables[i].key) || (s->presence & PROOF_ABSENT))
            continue;
        if (!put(arena, entries, n, p->variables[i].key, &s->text, s->presence == PROOF_SINGLE,
                 s->presence == PROOF_MULTI))
            return false;
    }
    return true;
}

/* A context whose table lies in the arena. */
static struct remit_context *make_context(struct proof_problem *p, struct remit_arena *arena,
                                          const struct proof_point *point,
                                          const struct proof_caller *caller)
{
    struct remit_context *out = REMIT_NEW(arena, struct remit_context);
    struct remit_context_entry *entries =
        REMIT_NEW_N(arena, struct remit_context_entry, p->n_axes + p->n_variables + 2);
    auto_context struct remit_context table = { 0 };
    size_t n = 0;

    if (out == NULL || entries == NULL || !fill_entries(p, arena, point, entries, &n) ||
        !put_role(p, arena, caller, entries, &n))
        return NULL;
    for (size_t i = 0; i < n; i++) {
        int failed = entries[i].multivalued
                         ? remit_context_put_list(&table, entries[i].key, entries[i].values,
                                                  entries[i].n_values, NULL)
                         : remit_context_put(&table, entries[i].key, entries[i].values[0], NULL);

        if (failed != 0)
            return NULL;
    }
    *out = (struct remit_context){ .n_entries = table.n_entries,
                                   .cap_entries = table.n_entries,
                                   .n_slots = table.n_slots };
    out->entries = REMIT_NEW_N(arena, struct remit_context_entry, table.n_entries + 1);
    out->slots = REMIT_NEW_N(arena, uint32_t, table.n_slots + 1);
    if (out->entries == NULL || out->slots == NULL)
        return NULL;
    for (size_t i = 0; i < table.n_entries; i++) {
        out->entries[i] = table.entries[i];
        if (!table.entries[i].multivalued)
            out->entries[i].values = &out->entries[i].single;
    }
    if (table.n_slots > 0)
        memcpy(out->slots, table.slots, table.n_slots * sizeof(*out->slots));
    return out;
}

struct remit_request *remit_proof_request(struct proof_problem *p, struct remit_arena *arena,
                                          const struct proof_point *point)
{
    struct remit_request *out = REMIT_NEW(arena, struct remit_request);
    struct proof_caller caller = { .principal = REMIT_STR(SESSION),
                                   .kind = REMIT_PRINCIPAL_ROLE_SESSION,
                                   .issuer = REMIT_STR(ROLE) };
    struct remit_principal principal;

    if (out == NULL)
        return NULL;
    if (p->has_callers)
        caller = p->callers[point->classes[0]->caller];
    caller.principal = copy(arena, caller.principal);
    caller.issuer = copy(arena, caller.issuer);
    caller.canonical_user = copy(arena, caller.canonical_user);
    remit_proof_caller_request(&caller, out);
    remit_principal_parse(out->principal, out->principal_kind, &principal);
    out->resource_account = principal.account.len > 0 ? principal.account : REMIT_STR(ACCOUNT);
    out->action = remit_proof_word_text(arena, point->action, &p->bindings);
    out->resource =
        point->star ? REMIT_STR("*") : remit_proof_word_text(arena, point->resource, &p->bindings);
    out->context = make_context(p, arena, point, &caller);
    return out->context == NULL || out->action.ptr == NULL || out->resource.ptr == NULL ? NULL
                                                                                        : out;
}
