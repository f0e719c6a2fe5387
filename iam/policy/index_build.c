#include <stdlib.h>

#include "iam/policy/index.h"

#define PAIRS_MOST 64 /* of one statement; past that its actions are taken together */

/* An index being made. Pairs and keys grow, and are laid out when all are known. */
struct building {
    struct remit_policy_set *set;
    struct remit_arena *arena;
    struct remit_index *index;
    struct remit_err *err;
    struct remit_index_pair *pairs;
    size_t n_pairs;
    size_t cap_pairs;
    struct remit_index_key *keys;
    size_t n_keys;
};

/* ---- action keys ---- */

static uint32_t key_of(struct building *b, struct remit_str text)
{
    struct remit_index_table *table = &b->index->key_table;
    uint64_t hash = remit_index_hash(text);

    for (uint64_t i = hash & table->mask; table->slots[i].index != 0; i = (i + 1) & table->mask)
        if (remit_str_equal(b->keys[table->slots[i].index - 1].text, text))
            return table->slots[i].index;
    b->keys[b->n_keys] = (struct remit_index_key){ .text = text, .hash = hash };
    remit_index_table_put(table, hash, (uint32_t)b->n_keys);
    return (uint32_t)++b->n_keys;
}

/* "s3:" of what starts with it; empty when the prefix holds no colon. */
static struct remit_str service_of(struct remit_str prefix)
{
    size_t colon = remit_str_find(prefix, ':');

    return remit_str_sub(prefix, 0, colon < prefix.len ? colon + 1 : 0);
}

/* Sets key, action and ask_action from one pattern. */
static void enter_action(struct building *b, const struct remit_glob *action, bool together,
                         struct remit_index_entry *e)
{
    struct remit_str service = service_of(action->prefix);
    bool whole_service = action->prefix.len == service.len; /* "s3:", "s3:*", "*" */
    bool by_name = action->shape == REMIT_GLOB_LITERAL && !whole_service && !together;
    bool by_service = whole_service && action->shape == REMIT_GLOB_PREFIX;

    if (by_name)
        e->key = key_of(b, action->prefix);
    else
        e->key = service.len > 0 ? key_of(b, service) : REMIT_KEY_ANY;
    e->ask_action = together;
    e->action =
        together || by_name || by_service || action->shape == REMIT_GLOB_ANY ? NULL : action;
}

/* ---- pairs ---- */

static int pair_add(struct building *b, const struct remit_index_pair *pair)
{
    if (b->n_pairs == b->cap_pairs) {
        size_t cap = b->cap_pairs == 0 ? 64 : b->cap_pairs * 2;
        struct remit_index_pair *pairs = realloc(b->pairs, cap * sizeof(*pairs));

        if (pairs == NULL)
            return remit_fail(b->err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for an index");
        b->pairs = pairs;
        b->cap_pairs = cap;
    }
    b->pairs[b->n_pairs++] = *pair;
    return 0;
}

static int enter_resource(struct building *b, const struct remit_glob *resource,
                          const struct remit_index_entry *e)
{
    struct remit_index_pair pair = { .kind = REMIT_NODE_PREFIX, .entry = *e };

    if (resource != NULL) {
        pair.text = resource->prefix;
        if (resource->shape == REMIT_GLOB_LITERAL)
            pair.kind = REMIT_NODE_EXACT;
        if (resource->shape == REMIT_GLOB_RUNS)
            pair.entry.resource = resource;
        if (resource->shape == REMIT_GLOB_NEVER)
            return 0;
    }
    return pair_add(b, &pair);
}

/* What an action pattern was made into, with each resource pattern. */
static int enter_resources(struct building *b, const struct remit_statement *s,
                           struct remit_index_entry *e)
{
    e->ask_resource = s->not_resource;
    if (!s->has_resource || s->not_resource)
        return enter_resource(b, NULL, e);
    for (size_t i = 0; i < s->n_resources; i++)
        TRY(enter_resource(b, &s->resources[i], e));
    return 0;
}

/* Of many actions only the services count, each once while they stand in a row; or nothing. */
static int enter_together(struct building *b, const struct remit_statement *s,
                          struct remit_index_entry *e)
{
    uint32_t last = UINT32_MAX;
    size_t n = 0;

    for (size_t i = 0; i < s->n_actions; i++) {
        enter_action(b, &s->actions[i], true, e);
        n += e->key != last;
        last = e->key;
    }
    if (n * s->n_resources > PAIRS_MOST && n > 1) {
        e->key = REMIT_KEY_ANY;
        return enter_resources(b, s, e);
    }
    last = UINT32_MAX;
    for (size_t i = 0; i < s->n_actions; i++) {
        enter_action(b, &s->actions[i], true, e);
        if (e->key != last)
            TRY(enter_resources(b, s, e));
        last = e->key;
    }
    return 0;
}

static int enter_statement(struct building *b, const struct remit_set_statement *entered)
{
    const struct remit_statement *s = entered->statement;
    struct remit_index_entry e = {
        .number = entered->number,
        .deny = s->deny,
        .simple = !s->has_principal && s->n_conditions == 0,
    };

    if (s->not_action) {
        e.ask_action = true;
        return enter_resources(b, s, &e);
    }
    if (s->n_actions * s->n_resources > PAIRS_MOST)
        return enter_together(b, s, &e);
    for (size_t i = 0; i < s->n_actions; i++) {
        if (s->actions[i].shape == REMIT_GLOB_NEVER)
            continue;
        enter_action(b, &s->actions[i], false, &e);
        TRY(enter_resources(b, s, &e));
    }
    return 0;
}

/* ---- order ---- */

static int order_numbers(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b;
}

static int order_pairs(const void *left, const void *right)
{
    const struct remit_index_pair *a = left;
    const struct remit_index_pair *b = right;
    int order = order_numbers(a->kind, b->kind);

    if (order == 0)
        order = remit_str_compare(a->text, b->text);
    if (order == 0)
        order = order_numbers(a->entry.key, b->entry.key);
    if (order == 0)
        order = order_numbers(b->entry.deny, a->entry.deny);
    return order != 0 ? order : order_numbers(a->entry.number, b->entry.number);
}

static void sort_pairs(struct building *b)
{
    if (b->n_pairs > 1)
        qsort(b->pairs, b->n_pairs, sizeof(*b->pairs), order_pairs);
}

static bool starts_node(const struct building *b, size_t i)
{
    return i == 0 || b->pairs[i].kind != b->pairs[i - 1].kind ||
           !remit_str_equal(b->pairs[i].text, b->pairs[i - 1].text);
}

/* ---- laying it out ---- */

static size_t count_nodes(const struct building *b, bool grams)
{
    size_t n = 0;

    for (size_t i = 0; i < b->n_pairs; i++)
        n += starts_node(b, i) && (b->pairs[i].kind == REMIT_NODE_GRAM) == grams;
    return n;
}

static uint64_t hash_of(const struct remit_index_pair *pair)
{
    if (pair->kind == REMIT_NODE_GRAM)
        return remit_index_hash_gram(pair->text.ptr);
    return remit_index_hash(pair->text) ^ (pair->kind == REMIT_NODE_EXACT ? REMIT_HASH_EXACT : 0);
}

/* Nodes of grams, or all others, from the sorted pairs. */
static int lay_nodes(struct building *b, bool grams, struct remit_index_table *table,
                     const struct remit_index_node **out, struct remit_err *err)
{
    size_t n = count_nodes(b, grams);
    struct remit_index_node *nodes = REMIT_NEW_N(b->arena, struct remit_index_node, n);
    size_t at = 0; /* behind the node that is being filled */

    TRY(remit_index_table_new(b->arena, n, table, err));
    for (size_t i = 0; i < b->n_pairs; i++) {
        const struct remit_index_pair *pair = &b->pairs[i];

        if ((pair->kind == REMIT_NODE_GRAM) != grams)
            continue;
        if (starts_node(b, i)) {
            nodes[at++] = (struct remit_index_node){ .text = pair->text,
                                                     .hash = hash_of(pair),
                                                     .first = (uint32_t)i };
            if (pair->kind == REMIT_NODE_PREFIX && pair->text.len == 0)
                b->index->root = &nodes[at - 1];
            else
                remit_index_table_put(table, nodes[at - 1].hash, (uint32_t)at - 1);
        }
        nodes[at - 1].n++;
    }
    *out = nodes;
    return 0;
}

static int order_lens(const void *a, const void *b)
{
    return order_numbers(*(const uint32_t *)a, *(const uint32_t *)b);
}

static int lay_lens(struct building *b)
{
    uint32_t *lens = REMIT_NEW_N(b->arena, uint32_t, count_nodes(b, false));
    size_t n = 0;
    size_t kept = 0;

    TRY(remit_arena_check(b->arena, "a policy set", b->err));
    for (size_t i = 0; i < b->n_pairs; i++)
        if (starts_node(b, i) && b->pairs[i].kind == REMIT_NODE_PREFIX && b->pairs[i].text.len > 0)
            lens[n++] = (uint32_t)b->pairs[i].text.len;
    if (n > 1)
        qsort(lens, n, sizeof(*lens), order_lens);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || lens[kept - 1] != lens[i])
            lens[kept++] = lens[i];
    b->index->lens = lens;
    b->index->n_lens = (uint32_t)kept;
    return 0;
}

static int lay_out(struct building *b)
{
    struct remit_index_entry *entries = REMIT_NEW_N(b->arena, struct remit_index_entry, b->n_pairs);

    TRY(remit_arena_check(b->arena, "a policy set", b->err));
    for (size_t i = 0; i < b->n_pairs; i++)
        entries[i] = b->pairs[i].entry;
    b->index->entries = entries;
    b->index->n_grams = (uint32_t)count_nodes(b, true);
    TRY(lay_lens(b));
    TRY(lay_nodes(b, false, &b->index->node_table, &b->index->nodes, b->err));
    return lay_nodes(b, true, &b->index->gram_table, &b->index->grams, b->err);
}

static size_t count_actions(const struct remit_policy_set *set)
{
    size_t n = 0;

    for (size_t i = 0; i < set->n_statements; i++)
        n += set->statements[i].statement->n_actions;
    return n;
}

static int build(struct building *b)
{
    size_t n_actions = count_actions(b->set);

    b->index = REMIT_NEW(b->arena, struct remit_index);
    b->keys = REMIT_NEW_N(b->arena, struct remit_index_key, 2 * n_actions);
    TRY(remit_arena_check(b->arena, "a policy set", b->err));
    TRY(remit_index_table_new(b->arena, 2 * n_actions, &b->index->key_table, b->err));
    for (size_t i = 0; i < b->set->n_statements; i++)
        TRY(enter_statement(b, &b->set->statements[i]));
    sort_pairs(b);
    TRY(remit_index_find_grams(b->pairs, b->n_pairs, b->err));
    sort_pairs(b);
    TRY(lay_out(b));
    b->index->keys = b->keys;
    b->set->index = b->index;
    return 0;
}

int remit_index_new(struct remit_policy_set *set, struct remit_err *err)
{
    struct building b = { .set = set, .arena = &set->arena, .err = err };
    int result = build(&b);

    free(b.pairs);
    return result;
}
