#include "iam/policy/compile.h"

#include "iam/context.h"
#include "iam/policy/operators.h"

/* Strings, and numbers and booleans as their text (section 2). */
static int read_operand(struct remit_compiler *c, uint32_t node, struct remit_condition *out,
                        struct remit_operand *operand, struct remit_str *text)
{
    const struct remit_tape_node *n = remit_compile_node(c, node);
    const struct remit_operand_type *type = &remit_operand_types[out->op->operand];

    if (n->type == REMIT_TAPE_NULL || n->type == REMIT_TAPE_ARRAY || n->type == REMIT_TAPE_OBJECT)
        return remit_compile_fail(c, "needs a string, a number or a boolean, not %s",
                                  remit_tape_type_name(n->type));
    *text = n->text;
    type->compile(c->arena, n->text, c->policy->variables, operand);
    if (!operand->malformed)
        return 0;
    if (c->options->strict)
        return remit_compile_fail(c, "needs %s: " REMIT_STR_FMT, type->what,
                                  REMIT_STR_ARG(n->text));
    out->malformed = true;
    return 0;
}

static int read_operands(struct remit_compiler *c, uint32_t node, struct remit_condition *out)
{
    bool list = remit_compile_node(c, node)->type == REMIT_TAPE_ARRAY;
    struct remit_walk walk = remit_walk_list(c, node);
    size_t n = list ? remit_compile_count(c, node) : 1;
    struct remit_operand *operands = REMIT_NEW_N(c->arena, struct remit_operand, n);
    struct remit_str *texts = REMIT_NEW_N(c->arena, struct remit_str, n);

    TRY(remit_arena_check(c->arena, "a policy", c->err));
    out->operands = operands;
    out->texts = texts;
    out->n_operands = n;
    if (!list)
        return read_operand(c, node, out, &operands[0], &texts[0]);
    for (size_t i = 0; remit_walk_next(&walk, &node); i++) {
        remit_compile_enter_index(c, i);
        TRY(read_operand(c, node, out, &operands[i], &texts[i]));
        remit_compile_leave(c);
    }
    if (n == 0 && c->options->strict)
        return remit_compile_fail(c, "Syntax errors in policy. A condition needs a value.");
    return 0;
}

/* Keys are case-insensitive, so two capitalizations are the same key twice (section 2). */
static int check_keys(struct remit_compiler *c, const struct remit_condition *conditions, size_t n)
{
    struct remit_str *keys = REMIT_NEW_N(c->arena, struct remit_str, n);
    const struct remit_str *twice = NULL;

    TRY(remit_arena_check(c->arena, "a policy", c->err));
    for (size_t i = 0; i < n; i++)
        keys[i] = conditions[i].key;
    twice = remit_compile_duplicate(keys, n, true);
    if (twice == NULL)
        return 0;
    remit_compile_enter(c, *twice);
    return remit_compile_fail(c, "stands twice under the same operator");
}

static int read_key(struct remit_compiler *c, struct remit_str key, uint32_t node,
                    struct remit_condition *out)
{
    remit_compile_enter(c, key);
    if (c->options->strict && remit_str_find(key, ':') == key.len)
        return remit_compile_fail(
            c, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    out->key = key;
    out->key_hash = remit_context_hash(key);
    TRY(read_operands(c, node, out));
    remit_compile_leave(c);
    return 0;
}

/* One operator: a map from keys to values. */
static int read_block(struct remit_compiler *c, struct remit_str name, uint32_t node, bool deny,
                      struct remit_condition *out, size_t *n_out)
{
    struct remit_walk walk = remit_walk_list(c, node);
    struct remit_condition pattern = { .deny = deny, .single = c->policy->single };
    size_t n = 0;
    uint32_t at = 0;

    if (!remit_condition_operator(name, &pattern))
        return remit_compile_fail(c, "no such condition operator");
    if (remit_compile_node(c, node)->type != REMIT_TAPE_OBJECT)
        return remit_compile_fail(c, "needs an object, not %s",
                                  remit_tape_type_name(remit_compile_node(c, node)->type));
    for (; remit_walk_next(&walk, &at); n++) {
        struct remit_str key = remit_compile_node(c, at)->text;

        out[n] = pattern;
        (void)remit_walk_next(&walk, &at);
        TRY(read_key(c, key, at, &out[n]));
    }
    *n_out = n;
    return n > 1 ? check_keys(c, out, n) : 0;
}

/* Pairs of operator and key in the whole element; operators that stand twice. */
static int count_conditions(struct remit_compiler *c, uint32_t node, size_t *n)
{
    struct remit_walk walk = remit_walk_list(c, node);
    size_t n_names = remit_compile_count(c, node);
    struct remit_str *names = REMIT_NEW_N(c->arena, struct remit_str, n_names);
    const struct remit_str *twice = NULL;
    uint32_t at = 0;

    TRY(remit_arena_check(c->arena, "a policy", c->err));
    for (size_t i = 0; remit_walk_next(&walk, &at); i++) {
        names[i] = remit_compile_node(c, at)->text;
        (void)remit_walk_next(&walk, &at);
        *n += remit_compile_node(c, at)->count;
    }
    twice = remit_compile_duplicate(names, n_names, false);
    if (twice == NULL)
        return 0;
    remit_compile_enter(c, *twice);
    return remit_compile_fail(c, "stands twice in the same condition");
}

int remit_compile_conditions(struct remit_compiler *c, uint32_t node, struct remit_statement *out)
{
    struct remit_walk walk = remit_walk_list(c, node);
    struct remit_condition *conditions = NULL;
    size_t n = 0;
    uint32_t at = 0;

    if (remit_compile_node(c, node)->type != REMIT_TAPE_OBJECT)
        return remit_compile_fail(c, "needs an object, not %s",
                                  remit_tape_type_name(remit_compile_node(c, node)->type));
    TRY(count_conditions(c, node, &n));
    conditions = REMIT_NEW_N(c->arena, struct remit_condition, n);
    TRY(remit_arena_check(c->arena, "a policy", c->err));
    while (remit_walk_next(&walk, &at)) {
        struct remit_str name = remit_compile_node(c, at)->text;
        size_t n_block = 0;

        (void)remit_walk_next(&walk, &at);
        remit_compile_enter(c, name);
        TRY(read_block(c, name, at, out->deny, conditions + out->n_conditions, &n_block));
        remit_compile_leave(c);
        out->n_conditions += n_block;
    }
    out->conditions = conditions;
    return 0;
}
