/* What can be said of a role's documents together. */
#include "iam/lint/roles.h"

/* A task definition may hold any characters, a policy may not: those the tape refuses become '?',
 * byte for byte, for only names and ARNs are looked at. */
static struct remit_str tame(struct remit_arena *arena, struct remit_str text)
{
    char *out = remit_arena_take(arena, text.len + 1);

    if (out == NULL)
        return REMIT_STR("");
    for (size_t i = 0; i < text.len; i++) {
        bool escape = text.ptr[i] == '\\' && i + 1 < text.len &&
                      (text.ptr[i + 1] == 'u' || text.ptr[i + 1] == 'b' || text.ptr[i + 1] == 'f');

        if (text.ptr[i] == '\\' && !escape && i + 1 < text.len) {
            out[i] = text.ptr[i];
            i++;
        }
        out[i] = escape || ((unsigned char)text.ptr[i] & 0x80) != 0 ? '?' : text.ptr[i];
    }
    return remit_str_from(out, text.len);
}

static int read_task(struct lint *l)
{
    struct remit_str written = l->document;
    struct remit_arena arena = { .max = l->document.len + 65536 };
    int result = 0;

    l->document = tame(&arena, written);
    result = lint_read(l, false, NULL);
    l->document = written;
    remit_arena_drop(&arena);
    return result;
}

int lint_set_read(struct lint *l, enum remit_lint_kind kind)
{
    l->options.type = kind == REMIT_LINT_TRUST      ? REMIT_POLICY_TRUST
                      : kind == REMIT_LINT_BOUNDARY ? REMIT_POLICY_BOUNDARY
                                                    : REMIT_POLICY_IDENTITY;
    return kind == REMIT_LINT_TASK_DEFINITION ? read_task(l) : lint_read(l, true, NULL);
}

struct remit_str lint_role_of(struct remit_str arn)
{
    struct remit_str parts[6];

    if (lint_arn_parts(arn, parts) < 6 || !remit_str_starts(parts[5], REMIT_STR("role/")))
        return REMIT_STR("");
    return remit_str_sub(parts[5], sizeof("role/") - 1, parts[5].len);
}

struct lint *lint_set_find(struct lint_set *set, struct remit_str role, enum remit_lint_kind kind,
                           size_t from)
{
    for (size_t i = from; i < set->n; i++)
        if (set->documents[i].kind == kind && remit_str_equal(set->documents[i].role, role) &&
            set->all[i].tape.n_nodes > 0)
            return &set->all[i];
    return NULL;
}

static bool statement_allows(const struct lint_statement *s, struct remit_str action,
                             struct remit_str resource)
{
    if (!s->allow || !lint_statement_covers(s, action))
        return false;
    if (resource.len == 0 || s->resources.negated)
        return true;
    for (size_t i = 0; i < s->resources.n; i++)
        if (lint_arns_overlap(s->resources.at[i].text, resource))
            return true;
    return false;
}

static const struct lint_statement *allowing(const struct lint *l, struct remit_str action,
                                             struct remit_str resource)
{
    for (size_t i = 0; i < l->n_statements; i++)
        if (statement_allows(&l->statements[i], action, resource))
            return &l->statements[i];
    return NULL;
}

bool lint_set_allows(struct lint_set *set, struct remit_str role, struct remit_str action,
                     struct remit_str resource)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->documents[i].kind == REMIT_LINT_POLICY && set->all[i].tape.n_nodes > 0 &&
            remit_str_equal(set->documents[i].role, role) &&
            allowing(&set->all[i], action, resource) != NULL)
            return true;
    return false;
}

/* ---- a role that assumes itself (16.2) ---- */

static bool trusts(const struct lint *trust, struct remit_str role)
{
    for (size_t i = 0; i < trust->n_statements; i++)
        for (size_t j = 0; j < trust->statements[i].n_principals; j++) {
            struct remit_str text = trust->statements[i].principals[j].text;

            if (trust->statements[i].allow &&
                (remit_str_equal(lint_role_of(text), role) || text.len == 12 ||
                 remit_str_equal(text, REMIT_STR("*")) || remit_str_ends(text, REMIT_STR(":root"))))
                return true;
        }
    return false;
}

static void check_self(struct lint_set *set, struct lint *l, struct remit_str role)
{
    struct lint *trust = lint_set_find(set, role, REMIT_LINT_TRUST, 0);

    for (size_t i = 0; i < l->n_statements && trust != NULL && !trusts(trust, role); i++) {
        const struct lint_statement *s = &l->statements[i];

        for (size_t j = 0; j < s->resources.n && s->allow && !s->resources.negated; j++)
            if (lint_statement_covers(s, REMIT_STR("sts:AssumeRole")) &&
                remit_str_equal(lint_role_of(s->resources.at[j].text), role))
                lint_report_across(l, LINT_SELF_ASSUME_NOT_TRUSTED, s->resources.at[j].node, trust,
                                   0,
                                   "The role may assume itself by this statement, and its trust "
                                   "policy names neither the role nor its account.");
    }
}

/* ---- a boundary that leaves nothing ---- */

static bool any_common(struct lint *a, const struct lint_list *x, const struct lint_list *y,
                       bool nocase)
{
    if (x->negated || y->negated || x->node == 0 || y->node == 0)
        return true;
    for (size_t i = 0; i < x->n; i++)
        for (size_t j = 0; j < y->n; j++)
            if (!lint_may_match(a, x->at[i].text, y->at[j].text) ||
                (nocase ? lint_overlaps(x->at[i].text, y->at[j].text, true)
                        : lint_arns_overlap(x->at[i].text, y->at[j].text)))
                return true;
    return false;
}

static bool have_common(struct lint *a, const struct lint *b)
{
    for (size_t i = 0; i < a->n_statements; i++)
        for (size_t j = 0; j < b->n_statements; j++)
            if (a->statements[i].allow && b->statements[j].allow &&
                any_common(a, &a->statements[i].actions, &b->statements[j].actions, true) &&
                any_common(a, &a->statements[i].resources, &b->statements[j].resources, false))
                return true;
    return false;
}

static void check_boundary(struct lint_set *set, struct lint *boundary, struct remit_str role)
{
    bool some = false;

    for (size_t i = 0; i < set->n; i++) {
        struct lint *l = &set->all[i];

        if (set->documents[i].kind != REMIT_LINT_POLICY || l->n_statements == 0 ||
            !remit_str_equal(set->documents[i].role, role))
            continue;
        some = true;
        if (have_common(boundary, l))
            return;
    }
    if (some)
        lint_report(boundary, LINT_SESSION_POLICY_USELESS, 0,
                    "The boundary allows nothing of what the role's policies allow: the role can "
                    "do nothing.");
}

/* ---- a role by its name, where it has a path ---- */

static const struct remit_lint_document *with_path(const struct lint_set *set,
                                                   struct remit_str name)
{
    for (size_t i = 0; i < set->n; i++) {
        struct remit_str role = set->documents[i].role;

        if (role.len > name.len + 1 && remit_str_ends(role, name) &&
            role.ptr[role.len - name.len - 1] == '/')
            return &set->documents[i];
    }
    return NULL;
}

static bool has_role(const struct lint_set *set, struct remit_str role)
{
    for (size_t i = 0; i < set->n; i++)
        if (remit_str_equal(set->documents[i].role, role))
            return true;
    return false;
}

static void check_path(struct lint_set *set, struct lint *l, const struct lint_value *v)
{
    struct remit_str role = lint_role_of(v->text);
    const struct remit_lint_document *known = NULL;

    if (role.len == 0 || remit_str_find(role, '/') != role.len || lint_wild(role) ||
        has_role(set, role))
        return;
    known = with_path(set, role);
    if (known != NULL)
        lint_report(l, LINT_PRINCIPAL_ARN_NO_PATH, v->node,
                    "The role is \"role/%.*s\": aws:PrincipalArn has its path.",
                    LINT_ARG(known->role));
}

static void check_paths(struct lint_set *set, struct lint *l)
{
    for (size_t i = 0; i < l->n_statements; i++)
        for (size_t j = 0; j < l->statements[i].n_conditions; j++) {
            const struct lint_condition *c = &l->statements[i].conditions[j];

            for (size_t k = 0; k < c->n_values && lint_key_is(c->key, "aws:PrincipalArn"); k++)
                check_path(set, l, &c->values[k]);
        }
}

void lint_set_walk(struct lint_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        struct lint *l = &set->all[i];
        const struct remit_lint_document *d = &set->documents[i];

        if (l->tape.n_nodes == 0)
            continue;
        check_paths(set, l);
        if (d->kind == REMIT_LINT_POLICY && d->role.len > 0)
            check_self(set, l, d->role);
        if (d->kind == REMIT_LINT_BOUNDARY)
            check_boundary(set, l, d->role);
    }
    lint_set_tasks(set);
}
