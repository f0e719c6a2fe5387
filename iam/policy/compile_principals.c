#include "iam/policy/compile.h"

static struct remit_str last_part(struct remit_str path)
{
    for (size_t i = path.len; i-- > 0;)
        if (path.ptr[i] == '/')
            return remit_str_sub(path, i + 1, path.len);
    return path;
}

static bool is_account_id(struct remit_str s)
{
    if (s.len != 12)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return true;
}

/* AROA..., AIDA...: what AWS stores once the principal was saved (11.1). */
static bool is_unique_id(struct remit_str s)
{
    if (!remit_str_starts(s, REMIT_STR("AROA")) && !remit_str_starts(s, REMIT_STR("AIDA")))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') && !(s.ptr[i] >= '0' && s.ptr[i] <= '9'))
            return false;
    return s.len >= 16;
}

static enum remit_entry_kind entry_of_caller(enum remit_principal_kind kind)
{
    switch (kind) {
    case REMIT_PRINCIPAL_USER:
        return REMIT_ENTRY_USER;
    case REMIT_PRINCIPAL_ROLE_SESSION:
        return REMIT_ENTRY_SESSION;
    case REMIT_PRINCIPAL_FEDERATED_USER:
        return REMIT_ENTRY_FEDERATED_USER;
    case REMIT_PRINCIPAL_ROOT:
        return REMIT_ENTRY_ACCOUNT;
    case REMIT_PRINCIPAL_AUTO:
    case REMIT_PRINCIPAL_ANONYMOUS:
    case REMIT_PRINCIPAL_SERVICE:
    case REMIT_PRINCIPAL_WEB_IDENTITY:
    case REMIT_PRINCIPAL_UNKNOWN:
    default:
        return REMIT_ENTRY_NOBODY;
    }
}

/* {"AWS": text}. No partial wildcards: what holds one names nobody (11.1). */
static void aws_entry(struct remit_principal_entry *e)
{
    struct remit_principal p;
    struct remit_arn arn;

    if (remit_str_equal(e->text, REMIT_STR("*"))) {
        e->kind = REMIT_ENTRY_ANYBODY;
    } else if (is_account_id(e->text)) {
        e->kind = REMIT_ENTRY_ACCOUNT;
        e->account = e->text;
    } else if (is_unique_id(e->text)) {
        e->kind = REMIT_ENTRY_UNIQUE_ID;
    } else if (!remit_compile_wild(e->text) && remit_arn_parse(e->text, &arn)) {
        remit_principal_parse(e->text, REMIT_PRINCIPAL_AUTO, &p);
        e->kind = entry_of_caller(p.kind);
        if (remit_str_equal(arn.service, REMIT_STR("iam")) && arn.account.len > 0 &&
            remit_str_starts(arn.resource, REMIT_STR("role/")))
            e->kind = REMIT_ENTRY_ROLE;
        e->partition = arn.partition;
        e->account = arn.account;
        e->name = last_part(arn.resource);
    }
}

static void other_entry(struct remit_principal_entry *e, enum remit_entry_kind kind)
{
    if (e->text.len > 0 && !remit_compile_wild(e->text))
        e->kind = kind;
}

static const struct type_row {
    struct remit_str name;
    enum remit_entry_kind kind; /* NOBODY: {"AWS"}, whose texts tell */
} types[] = {
    { REMIT_STR_INIT("AWS"), REMIT_ENTRY_NOBODY },
    { REMIT_STR_INIT("Service"), REMIT_ENTRY_SERVICE },
    { REMIT_STR_INIT("Federated"), REMIT_ENTRY_PROVIDER },
    { REMIT_STR_INIT("CanonicalUser"), REMIT_ENTRY_CANONICAL_USER },
};

static int read_entry(struct remit_compiler *c, const struct type_row *type, uint32_t node,
                      struct remit_principal_entry *e)
{
    e->type = type->name;
    TRY(remit_compile_text(c, node, &e->text));
    if (type->kind == REMIT_ENTRY_NOBODY)
        aws_entry(e);
    else
        other_entry(e, type->kind);
    if (!c->options->strict)
        return 0;
    if (e->kind == REMIT_ENTRY_NOBODY ||
        (e->kind == REMIT_ENTRY_PROVIDER && c->policy->type != REMIT_POLICY_TRUST))
        return remit_compile_fail(c, "Invalid principal in policy: " REMIT_STR_FMT,
                                  REMIT_STR_ARG(e->text));
    return 0;
}

/* One member of the map: a string or a list of them. */
static int read_type(struct remit_compiler *c, const struct type_row *type, uint32_t node,
                     struct remit_principal_entry *entries, size_t *n)
{
    bool list = remit_compile_node(c, node)->type == REMIT_TAPE_ARRAY;
    struct remit_walk walk = remit_walk_list(c, node);

    if (!list)
        return read_entry(c, type, node, &entries[(*n)++]);
    for (size_t i = 0; remit_walk_next(&walk, &node); i++) {
        remit_compile_enter_index(c, i);
        TRY(read_entry(c, type, node, &entries[(*n)++]));
        remit_compile_leave(c);
    }
    return 0;
}

static const struct type_row *find_type(struct remit_str name)
{
    for (size_t i = 0; i < REMIT_COUNT(types); i++)
        if (remit_str_equal(types[i].name, name))
            return &types[i];
    return NULL;
}

static int read_map(struct remit_compiler *c, uint32_t node, struct remit_principal_entry *entries,
                    size_t *n)
{
    struct remit_walk walk = remit_walk_list(c, node);
    bool seen[REMIT_COUNT(types)] = { false };
    uint32_t at = 0;

    while (remit_walk_next(&walk, &at)) {
        const struct type_row *type = find_type(remit_compile_node(c, at)->text);

        remit_compile_enter(c, remit_compile_node(c, at)->text);
        if (type == NULL)
            return remit_compile_fail(c, "is neither AWS, Service, Federated nor CanonicalUser");
        if (seen[type - types])
            return remit_compile_fail(c, "stands twice in the same principal");
        seen[type - types] = true;
        (void)remit_walk_next(&walk, &at);
        TRY(read_type(c, type, at, entries, n));
        remit_compile_leave(c);
    }
    return 0;
}

/* "*" or a map; never another string (11.1). */
int remit_compile_principals(struct remit_compiler *c, uint32_t node, struct remit_statement *out)
{
    const struct remit_tape_node *n = remit_compile_node(c, node);
    struct remit_principal_entry *entries =
        REMIT_NEW_N(c->arena, struct remit_principal_entry, n->next - node);

    TRY(remit_arena_check(c->arena, "a policy", c->err));
    out->principals = entries;
    if (n->type == REMIT_TAPE_STRING && remit_str_equal(n->text, REMIT_STR("*"))) {
        entries[0] = (struct remit_principal_entry){ .kind = REMIT_ENTRY_ANYBODY, .text = n->text };
        out->n_principals = 1;
        return 0;
    }
    if (n->type != REMIT_TAPE_OBJECT)
        return remit_compile_fail(c, "Invalid principal in policy: needs \"*\" or an object");
    return read_map(c, node, entries, &out->n_principals);
}
