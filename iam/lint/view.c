#include "iam/context.h"
#include "iam/lint/result.h"
#include "iam/policy/operators.h"

bool lint_member(const struct lint *l, uint32_t object, uint32_t *at, uint32_t *key,
                 uint32_t *value)
{
    if (*at >= lint_node(l, object)->next)
        return false;
    *key = *at;
    *value = *at + 1;
    *at = lint_node(l, *value)->next;
    return true;
}

bool lint_operator(struct remit_str name, struct lint_condition *out)
{
    struct remit_condition read = { 0 };
    bool known = remit_condition_operator(name, &read);

    out->operator_name = read.operator_name;
    out->quantifier = read.quantifier;
    out->if_exists = read.if_exists;
    out->op = read.op;
    return known;
}

static bool is(const struct lint *l, uint32_t node, enum remit_tape_type type)
{
    return lint_node(l, node)->type == type;
}

/* Whether one more of a list is looked at: checks compare each with each. */
static bool has_room(struct lint *l, size_t n)
{
    if (n < LINT_LIST_MOST)
        return true;
    l->result->truncated = true;
    return false;
}

/* The strings of a list, or the one string. */
static void view_list(struct lint *l, uint32_t key, uint32_t node, bool negated,
                      struct lint_list *out)
{
    bool array = is(l, node, REMIT_TAPE_ARRAY);
    uint32_t at = array ? node + 1 : node;
    uint32_t end = lint_node(l, node)->next;
    struct lint_text *texts =
        REMIT_NEW_N(&l->arena, struct lint_text, array ? lint_node(l, node)->count + 1 : 1);

    *out = (struct lint_list){ .node = node, .key = key, .negated = negated, .at = texts };
    for (; texts != NULL && at < end && has_room(l, out->n); at = lint_node(l, at)->next)
        if (is(l, at, REMIT_TAPE_STRING))
            texts[out->n++] = (struct lint_text){ lint_node(l, at)->text, at };
}

static void add_principals(struct lint *l, struct remit_str type, uint32_t node,
                           struct lint_statement *s, struct lint_principal *to)
{
    bool array = is(l, node, REMIT_TAPE_ARRAY);
    uint32_t at = array ? node + 1 : node;
    uint32_t end = lint_node(l, node)->next;

    for (; at < end && has_room(l, s->n_principals); at = lint_node(l, at)->next)
        if (is(l, at, REMIT_TAPE_STRING))
            to[s->n_principals++] = (struct lint_principal){ type, lint_node(l, at)->text, at };
}

static void view_principals(struct lint *l, uint32_t node, struct lint_statement *s)
{
    /* At most as many as there are nodes. */
    size_t most = lint_node(l, node)->next - node;
    struct lint_principal *to = REMIT_NEW_N(&l->arena, struct lint_principal, most);
    uint32_t at = node + 1;
    uint32_t key = 0;
    uint32_t value = 0;

    if (to == NULL)
        return;
    s->principals = to;
    if (!is(l, node, REMIT_TAPE_OBJECT)) {
        if (is(l, node, REMIT_TAPE_STRING))
            add_principals(l, REMIT_STR(""), node, s, to);
        return;
    }
    while (lint_member(l, node, &at, &key, &value))
        if (!is(l, value, REMIT_TAPE_OBJECT))
            add_principals(l, lint_node(l, key)->text, value, s, to);
}

static void view_values(struct lint *l, struct lint_condition *c)
{
    uint32_t node = c->values_node;
    bool array = is(l, node, REMIT_TAPE_ARRAY);
    uint32_t at = array ? node + 1 : node;
    uint32_t end = lint_node(l, node)->next;
    struct lint_value *values =
        REMIT_NEW_N(&l->arena, struct lint_value, array ? lint_node(l, node)->count + 1 : 1);

    c->values = values;
    for (; values != NULL && at < end && has_room(l, c->n_values); at = lint_node(l, at)->next) {
        const struct remit_tape_node *n = lint_node(l, at);

        if (n->type != REMIT_TAPE_ARRAY && n->type != REMIT_TAPE_OBJECT &&
            n->type != REMIT_TAPE_NULL)
            values[c->n_values++] = (struct lint_value){ n->text, at, n->type };
    }
}

static void view_conditions(struct lint *l, uint32_t node, struct lint_statement *s)
{
    struct lint_condition *to =
        REMIT_NEW_N(&l->arena, struct lint_condition, (lint_node(l, node)->next - node) / 2 + 1);
    uint32_t at = node + 1;
    uint32_t name = 0;
    uint32_t block = 0;

    s->condition = node;
    s->conditions = to;
    while (to != NULL && is(l, node, REMIT_TAPE_OBJECT) &&
           lint_member(l, node, &at, &name, &block)) {
        struct lint_condition pattern = { .operator_node = name };
        uint32_t inner = block + 1;
        uint32_t key = 0;
        uint32_t value = 0;

        (void)lint_operator(lint_node(l, name)->text, &pattern);
        while (is(l, block, REMIT_TAPE_OBJECT) && has_room(l, s->n_conditions) &&
               lint_member(l, block, &inner, &key, &value)) {
            struct lint_condition *c = &to[s->n_conditions++];

            *c = pattern;
            c->key = lint_node(l, key)->text;
            c->key_node = key;
            c->values_node = value;
            c->about = lint_key_about(l, c->key);
            view_values(l, c);
        }
    }
}

static void view_effect(struct lint *l, uint32_t node, struct lint_statement *s)
{
    s->effect = node;
    s->allow = remit_str_equal(lint_node(l, node)->text, REMIT_STR("Allow"));
    s->deny = remit_str_equal(lint_node(l, node)->text, REMIT_STR("Deny"));
}

static void view_member(struct lint *l, uint32_t key, uint32_t value, struct lint_statement *s)
{
    struct remit_str name = lint_node(l, key)->text;
    bool negated = remit_str_starts(name, REMIT_STR("Not"));
    struct remit_str base = negated ? remit_str_sub(name, 3, name.len) : name;

    if (remit_str_equal(name, REMIT_STR("Sid")) && is(l, value, REMIT_TAPE_STRING))
        s->sid = (struct lint_text){ lint_node(l, value)->text, value };
    else if (remit_str_equal(name, REMIT_STR("Effect")))
        view_effect(l, value, s);
    else if (remit_str_equal(name, REMIT_STR("Condition")))
        view_conditions(l, value, s);
    else if (remit_str_equal(base, REMIT_STR("Action")) && s->actions.node == 0)
        view_list(l, key, value, negated, &s->actions);
    else if (remit_str_equal(base, REMIT_STR("Resource")) && s->resources.node == 0)
        view_list(l, key, value, negated, &s->resources);
    else if (remit_str_equal(base, REMIT_STR("Principal")) && s->principal == 0) {
        s->principal = value;
        s->principal_key = key;
        s->not_principal = negated;
        view_principals(l, value, s);
    }
}

static void view_statement(struct lint *l, uint32_t node, struct lint_statement *s)
{
    uint32_t at = node + 1;
    uint32_t key = 0;
    uint32_t value = 0;

    s->node = node;
    while (is(l, node, REMIT_TAPE_OBJECT) && lint_member(l, node, &at, &key, &value))
        view_member(l, key, value, s);
}

void lint_view(struct lint *l)
{
    uint32_t at = 1;
    uint32_t key = 0;
    uint32_t value = 0;
    uint32_t statement = 0;
    struct lint_statement *to = NULL;

    while (is(l, 0, REMIT_TAPE_OBJECT) && lint_member(l, 0, &at, &key, &value)) {
        if (remit_str_equal(lint_node(l, key)->text, REMIT_STR("Version")))
            l->version = lint_node(l, value)->text;
        if (remit_str_equal(lint_node(l, key)->text, REMIT_STR("Statement")))
            statement = value;
    }
    l->variables = remit_str_equal(l->version, REMIT_STR("2012-10-17"));
    if (statement == 0)
        return;
    to = REMIT_NEW_N(&l->arena, struct lint_statement, lint_node(l, statement)->count + 1);
    l->statements = to;
    if (to == NULL)
        return;
    at = is(l, statement, REMIT_TAPE_ARRAY) ? statement + 1 : statement;
    for (; at < lint_node(l, statement)->next; at = lint_node(l, at)->next) {
        if (!is(l, at, REMIT_TAPE_OBJECT))
            continue;
        to[l->n_statements].index = l->n_statements;
        view_statement(l, at, &to[l->n_statements++]);
    }
}
