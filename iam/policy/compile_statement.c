#include "iam/policy/compile.h"

#include "iam/context.h"

static int read_sid(struct remit_compiler *c, uint32_t node, struct remit_statement *out)
{
    TRY(remit_compile_text(c, node, &out->sid));
    out->has_sid = true;
    for (size_t i = 0; c->options->strict && i < out->sid.len; i++) {
        char s = out->sid.ptr[i];

        if (!(s >= '0' && s <= '9') && !(remit_lower(s) >= 'a' && remit_lower(s) <= 'z'))
            return remit_compile_fail(c, "Statement IDs (SID) must be alpha-numeric");
    }
    return 0;
}

static int read_effect(struct remit_compiler *c, uint32_t node, struct remit_statement *out)
{
    struct remit_str effect = { 0 };

    TRY(remit_compile_text(c, node, &effect));
    out->deny = remit_str_equal(effect, REMIT_STR("Deny"));
    if (out->deny || remit_str_equal(effect, REMIT_STR("Allow")))
        return 0;
    return remit_compile_fail(c, "is neither Allow nor Deny");
}

/* Elements of a statement, in the order in which they are read: conditions ask for the Effect. */
enum element {
    ELEMENT_SID = 0,
    ELEMENT_EFFECT,
    ELEMENT_PRINCIPAL,
    ELEMENT_NOT_PRINCIPAL,
    ELEMENT_ACTION,
    ELEMENT_NOT_ACTION,
    ELEMENT_RESOURCE,
    ELEMENT_NOT_RESOURCE,
    ELEMENT_CONDITION,
    ELEMENT_COUNT,
};

static const struct element_row {
    struct remit_str name;
    int (*take)(struct remit_compiler *c, uint32_t node, struct remit_statement *out);
} elements[ELEMENT_COUNT] = {
    [ELEMENT_SID] = { REMIT_STR_INIT("Sid"), read_sid },
    [ELEMENT_EFFECT] = { REMIT_STR_INIT("Effect"), read_effect },
    [ELEMENT_PRINCIPAL] = { REMIT_STR_INIT("Principal"), remit_compile_principals },
    [ELEMENT_NOT_PRINCIPAL] = { REMIT_STR_INIT("NotPrincipal"), remit_compile_principals },
    [ELEMENT_ACTION] = { REMIT_STR_INIT("Action"), remit_compile_actions },
    [ELEMENT_NOT_ACTION] = { REMIT_STR_INIT("NotAction"), remit_compile_actions },
    [ELEMENT_RESOURCE] = { REMIT_STR_INIT("Resource"), remit_compile_resources },
    [ELEMENT_NOT_RESOURCE] = { REMIT_STR_INIT("NotResource"), remit_compile_resources },
    [ELEMENT_CONDITION] = { REMIT_STR_INIT("Condition"), remit_compile_conditions },
};

/* Finds each element's value; nodes[] is 0 for those that are not there. */
static int find_elements(struct remit_compiler *c, uint32_t node, uint32_t nodes[ELEMENT_COUNT])
{
    struct remit_walk walk = remit_walk_list(c, node);
    uint32_t at = 0;

    while (remit_walk_next(&walk, &at)) {
        struct remit_str key = remit_compile_node(c, at)->text;
        size_t i = 0;

        while (i < ELEMENT_COUNT && !remit_str_equal(key, elements[i].name))
            i++;
        remit_compile_enter(c, key);
        if (i == ELEMENT_COUNT)
            return remit_compile_fail(c, "no such element in a statement");
        if (nodes[i] != 0)
            return remit_compile_fail(c, "stands twice in the same statement");
        remit_compile_leave(c);
        (void)remit_walk_next(&walk, &nodes[i]);
    }
    return 0;
}

static int check_pair(struct remit_compiler *c, const uint32_t nodes[ELEMENT_COUNT],
                      enum element one, enum remit_presence presence)
{
    enum element not_one = one + 1;
    const char *name = elements[one].name.ptr;

    if (nodes[one] != 0 && nodes[not_one] != 0)
        return remit_compile_fail(c, "has both %s and %s", name, elements[not_one].name.ptr);
    if (presence == REMIT_FORBIDDEN && (nodes[one] != 0 || nodes[not_one] != 0))
        return remit_compile_fail(c, "Has prohibited field %s",
                                  elements[nodes[one] != 0 ? one : not_one].name.ptr);
    if (presence == REMIT_REQUIRED && nodes[one] == 0 && nodes[not_one] == 0)
        return remit_compile_fail(c, "%s",
                                  one == ELEMENT_ACTION ? "Policy statement must contain actions."
                                  : one == ELEMENT_RESOURCE
                                      ? "Policy statement must contain resources."
                                      : "Missing required field Principal");
    return 0;
}

/* Section 4. */
static int check_elements(struct remit_compiler *c, const uint32_t nodes[ELEMENT_COUNT])
{
    if (nodes[ELEMENT_EFFECT] == 0)
        return remit_compile_fail(c, "Missing required field Effect");
    TRY(check_pair(c, nodes, ELEMENT_PRINCIPAL, c->rules->principal));
    TRY(check_pair(c, nodes, ELEMENT_ACTION, REMIT_REQUIRED));
    TRY(check_pair(c, nodes, ELEMENT_RESOURCE, c->rules->resource));
    if (nodes[ELEMENT_NOT_PRINCIPAL] != 0 && !c->rules->not_principal)
        return remit_compile_fail(c, "Has prohibited field NotPrincipal");
    if (nodes[ELEMENT_NOT_ACTION] != 0 && !c->rules->not_action)
        return remit_compile_fail(c, "Has prohibited field NotAction");
    return 0;
}

static bool is_star(const struct remit_glob *globs, size_t n)
{
    return n == 1 && globs[0].shape == REMIT_GLOB_ANY;
}

static bool names_service(struct remit_str action)
{
    struct remit_str service = { 0 };

    return remit_str_cut(&action, ':', &service) && service.len > 0 && !remit_compile_wild(service);
}

/* Customers write only Deny; the one Allow is RCPFullAWSAccess (section 4). */
static int check_rcp(struct remit_compiler *c, const struct remit_statement *s)
{
    bool all_actions = is_star(s->actions, s->n_actions);

    if (s->n_principals != 1 || s->principals[0].kind != REMIT_ENTRY_ANYBODY)
        return remit_compile_fail(c, "the Principal of a resource control policy is \"*\"");
    for (size_t i = 0; s->deny && i < s->n_actions; i++)
        if (!names_service(s->actions[i].source))
            return remit_compile_fail(c,
                                      "a resource control policy names the service of an Action");
    if (!s->deny && (!all_actions || s->not_resource || s->n_conditions > 0 ||
                     !is_star(s->resources, s->n_resources)))
        return remit_compile_fail(c, "a resource control policy allows nothing but everything");
    return 0;
}

static int read_statement(struct remit_compiler *c, uint32_t node, struct remit_statement *out)
{
    uint32_t nodes[ELEMENT_COUNT] = { 0 };

    if (remit_compile_node(c, node)->type != REMIT_TAPE_OBJECT)
        return remit_compile_fail(c, "needs an object, not %s",
                                  remit_tape_type_name(remit_compile_node(c, node)->type));
    TRY(find_elements(c, node, nodes));
    TRY(check_elements(c, nodes));
    out->policy = c->policy;
    out->has_principal = nodes[ELEMENT_PRINCIPAL] != 0 || nodes[ELEMENT_NOT_PRINCIPAL] != 0;
    out->not_principal = nodes[ELEMENT_NOT_PRINCIPAL] != 0;
    out->not_action = nodes[ELEMENT_NOT_ACTION] != 0;
    out->has_resource = nodes[ELEMENT_RESOURCE] != 0 || nodes[ELEMENT_NOT_RESOURCE] != 0;
    out->not_resource = nodes[ELEMENT_NOT_RESOURCE] != 0;
    for (size_t i = 0; i < ELEMENT_COUNT; i++) {
        if (nodes[i] == 0)
            continue;
        remit_compile_enter(c, elements[i].name);
        TRY(elements[i].take(c, nodes[i], out));
        remit_compile_leave(c);
    }
    return c->policy->type == REMIT_POLICY_RCP ? check_rcp(c, out) : 0;
}

/* IAM: unique inside one policy; other services do not mind (section 7). */
static int check_sids(struct remit_compiler *c, const struct remit_statement *statements, size_t n)
{
    struct remit_str *sids = REMIT_NEW_N(c->arena, struct remit_str, n);
    const struct remit_str *twice = NULL;
    size_t n_sids = 0;

    TRY(remit_arena_check(c->arena, "a policy", c->err));
    for (size_t i = 0; i < n; i++)
        if (statements[i].sid.len > 0)
            sids[n_sids++] = statements[i].sid;
    twice = remit_compile_duplicate(sids, n_sids, false);
    if (twice == NULL)
        return 0;
    return remit_compile_fail(c,
                              "Statement IDs (SID) in a single policy must be unique. "
                              "Twice there: " REMIT_STR_FMT,
                              REMIT_STR_ARG(*twice));
}

int remit_compile_statements(struct remit_compiler *c, uint32_t node)
{
    struct remit_walk walk = remit_walk_list(c, node);
    struct remit_policy *policy = c->policy;
    struct remit_statement *statements = NULL;
    enum remit_tape_type type = remit_compile_node(c, node)->type;
    size_t n = type == REMIT_TAPE_OBJECT ? 1 : remit_compile_count(c, node);
    uint32_t at = node;

    policy->single = type == REMIT_TAPE_OBJECT;
    if (n == 0)
        return remit_compile_fail(c, "Syntax errors in policy. There is no statement.");
    statements = REMIT_NEW_N(c->arena, struct remit_statement, n);
    TRY(remit_arena_check(c->arena, "a policy", c->err));
    for (size_t i = 0; i < n; i++) {
        if (policy->single) {
            TRY(read_statement(c, at, &statements[i]));
            continue;
        }
        (void)remit_walk_next(&walk, &at);
        remit_compile_enter_index(c, i);
        statements[i].index = (uint32_t)i;
        TRY(read_statement(c, at, &statements[i]));
        remit_compile_leave(c);
    }
    policy->statements = statements;
    policy->n_statements = n;
    return c->options->strict ? check_sids(c, statements, n) : 0;
}
