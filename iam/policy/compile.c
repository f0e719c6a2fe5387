#include "iam/policy/compile.h"

#include <stdlib.h>

/* A pattern of alternating '?' and letters needs this much, and no other document as much. */
#define ARENA_PER_BYTE 64
#define ARENA_LEAST    (256u * 1024)

static int read_version(struct remit_compiler *c, uint32_t node)
{
    struct remit_policy *policy = c->policy;

    TRY(remit_compile_text(c, node, &policy->version));
    policy->variables = remit_str_equal(policy->version, REMIT_STR("2012-10-17"));
    if (policy->variables || remit_str_equal(policy->version, REMIT_STR("2008-10-17")))
        return 0;
    return remit_compile_fail(c, "is neither 2012-10-17 nor 2008-10-17");
}

static int read_id(struct remit_compiler *c, uint32_t node)
{
    if (c->rules->id == REMIT_FORBIDDEN)
        return remit_compile_fail(c, "Has prohibited field Id");
    return remit_compile_text(c, node, &c->policy->id);
}

enum member { MEMBER_VERSION = 0, MEMBER_ID, MEMBER_STATEMENT, MEMBER_COUNT };

static const struct member_row {
    struct remit_str name;
    int (*take)(struct remit_compiler *c, uint32_t node);
} members[MEMBER_COUNT] = {
    [MEMBER_VERSION] = { REMIT_STR_INIT("Version"), read_version },
    [MEMBER_ID] = { REMIT_STR_INIT("Id"), read_id },
    [MEMBER_STATEMENT] = { REMIT_STR_INIT("Statement"), remit_compile_statements },
};

static int find_members(struct remit_compiler *c, uint32_t nodes[MEMBER_COUNT])
{
    struct remit_walk walk = remit_walk_list(c, 0);
    uint32_t at = 0;

    if (remit_compile_node(c, 0)->type != REMIT_TAPE_OBJECT)
        return remit_compile_fail(c, "Syntax errors in policy. A policy is an object.");
    while (remit_walk_next(&walk, &at)) {
        struct remit_str key = remit_compile_node(c, at)->text;
        size_t i = 0;

        while (i < MEMBER_COUNT && !remit_str_equal(key, members[i].name))
            i++;
        remit_compile_enter(c, key);
        if (i == MEMBER_COUNT)
            return remit_compile_fail(c, "no such element in a policy");
        if (nodes[i] != 0)
            return remit_compile_fail(c, "stands twice in the same policy");
        remit_compile_leave(c);
        (void)remit_walk_next(&walk, &nodes[i]);
    }
    return 0;
}

static int read_document(struct remit_compiler *c)
{
    uint32_t nodes[MEMBER_COUNT] = { 0 };

    TRY(find_members(c, nodes));
    if (nodes[MEMBER_STATEMENT] == 0)
        return remit_compile_fail(c, "Missing required field Statement");
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        if (nodes[i] == 0)
            continue;
        remit_compile_enter(c, members[i].name);
        TRY(members[i].take(c, nodes[i]));
        remit_compile_leave(c);
    }
    if (c->policy->type == REMIT_POLICY_RCP && !c->policy->variables)
        return remit_compile_fail(c, "Policy document must be version 2012-10-17 or greater.");
    return remit_arena_check(c->arena, "a policy", c->err);
}

static int check_quota(struct remit_str document, const struct remit_type_rules *rules,
                       struct remit_err *err)
{
    size_t chars = 0;

    if (rules->every_char)
        for (size_t i = 0; i < document.len; i++)
            chars += ((unsigned char)document.ptr[i] & 0xc0) != 0x80;
    else
        chars = remit_policy_quota_chars(document);
    if (rules->quota == 0 || chars <= rules->quota)
        return 0;
    return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                      ": %s of %zu characters, the most is %zu", rules->name, chars, rules->quota);
}

int remit_policy_compile(struct remit_str document, const struct remit_policy_options *options,
                         struct remit_policy **out, struct remit_err *err)
{
    static const struct remit_policy_options defaults = { 0 };
    auto_tape struct remit_tape tape = { 0 };
    auto_policy struct remit_policy *policy = NULL;
    struct remit_compiler c = { .tape = &tape, .err = err };
    char *text = NULL;

    c.options = options != NULL ? options : &defaults;
    c.rules = remit_type_rules(c.options->type);
    if (c.rules == NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterValue", "no such policy type");
    if (document.len > REMIT_POLICY_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          ": a policy of %zu bytes, the most is %u", document.len,
                          REMIT_POLICY_MAX);
    if (c.options->quota)
        TRY(check_quota(document, c.rules, err));
    policy = calloc(1, sizeof(*policy));
    if (policy == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", ": no memory for a policy");
    policy->holders = 1;
    policy->type = c.options->type;
    remit_arena_init(&policy->arena, ARENA_LEAST + document.len * ARENA_PER_BYTE);
    c.policy = policy;
    c.arena = &policy->arena;
    text = remit_arena_take(c.arena, document.len + 1);
    TRY(remit_arena_check(c.arena, "a policy", err));
    TRY(remit_tape_read(document, text, &tape, err));
    TRY(read_document(&c));
    *out = policy;
    policy = NULL;
    return 0;
}

struct remit_policy *remit_policy_hold(struct remit_policy *policy)
{
    __atomic_add_fetch(&policy->holders, 1, __ATOMIC_RELAXED);
    return policy;
}

void remit_policy_drop(struct remit_policy **policy)
{
    struct remit_policy *p = *policy;

    *policy = NULL;
    if (p == NULL || __atomic_sub_fetch(&p->holders, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    remit_arena_drop(&p->arena);
    free(p);
}

enum remit_policy_type remit_policy_type(const struct remit_policy *policy)
{
    return policy->type;
}

size_t remit_policy_n_statements(const struct remit_policy *policy)
{
    return policy->n_statements;
}
