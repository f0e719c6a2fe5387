#include "iam/context.h"
#include "iam/policy/index.h"

#define NODE_SMALL 8 /* entries that are looked at one by one */

/* One search under way. */
struct search {
    const struct remit_index *index;
    uint32_t keys[3]; /* of the request: any, its service, its action; ascending */
    unsigned n_keys;
    remit_index_fn *hear;
    void *self;
};

/* ---- action keys ---- */

static uint32_t find_key(const struct remit_index *index, struct remit_str text, uint64_t hash)
{
    const struct remit_index_table *table = &index->key_table;

    if (!remit_index_maybe(table, hash))
        return REMIT_KEY_ANY;
    for (uint64_t i = hash & table->mask; table->slots[i].index != 0; i = (i + 1) & table->mask) {
        const struct remit_index_key *key = &index->keys[table->slots[i].index - 1];

        if (table->slots[i].tag == (uint32_t)(hash >> 32) && remit_same(key->text, text))
            return table->slots[i].index;
    }
    return REMIT_KEY_ANY;
}

static void add_key(struct search *s, uint32_t key)
{
    if (key == REMIT_KEY_ANY)
        return;
    if (s->n_keys == 2 && key < s->keys[1]) {
        s->keys[2] = s->keys[1];
        s->keys[1] = key;
    } else {
        s->keys[s->n_keys] = key;
    }
    s->n_keys++;
}

/* ---- nodes ---- */

/* The first entry of the node that is not before this key. */
static uint32_t lower_bound(const struct remit_index_entry *entries, uint32_t n, uint32_t key)
{
    uint32_t from = 0;
    uint32_t to = n;

    while (from < to) {
        uint32_t middle = (from + to) / 2;

        if (entries[middle].key < key)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static void visit_large(const struct search *s, const struct remit_index_entry *entries, uint32_t n)
{
    for (unsigned i = 0; i < s->n_keys; i++) {
        uint32_t from = lower_bound(entries, n, s->keys[i]);
        uint32_t to = from;

        while (to < n && entries[to].key == s->keys[i])
            to++;
        if (to > from)
            s->hear(s->self, entries + from, to - from);
    }
}

static void visit(const struct search *s, const struct remit_index_node *node)
{
    const struct remit_index_entry *entries = s->index->entries + node->first;

    if (node->n > NODE_SMALL) {
        visit_large(s, entries, node->n);
        return;
    }
    for (uint32_t i = 0; i < node->n; i++)
        for (unsigned k = 0; k < s->n_keys; k++)
            if (entries[i].key == s->keys[k])
                s->hear(s->self, &entries[i], 1);
}

static inline void find_node(const struct search *s, const struct remit_index_table *table,
                             const struct remit_index_node *nodes, struct remit_str text,
                             uint64_t hash)
{
    if (!remit_index_maybe(table, hash))
        return;
    for (uint64_t i = hash & table->mask; table->slots[i].index != 0; i = (i + 1) & table->mask) {
        const struct remit_index_node *node = &nodes[table->slots[i].index - 1];

        if (table->slots[i].tag == (uint32_t)(hash >> 32) && node->hash == hash &&
            remit_same(node->text, text)) {
            visit(s, node);
            return;
        }
    }
}

/* ---- the resource ---- */

/* All prefixes of lengths that there are, and the whole: one pass, eight bytes a step. */
static void find_prefixes(const struct search *s, struct remit_str resource)
{
    const struct remit_index *index = s->index;
    uint64_t hash = 0;
    size_t at = 0;

    for (uint32_t i = 0; i < index->n_lens && index->lens[i] <= resource.len; i++) {
        size_t len = index->lens[i];

        for (; at + 8 <= len; at += 8)
            hash = remit_index_hash_step(hash, remit_index_bytes(resource.ptr + at));
        find_node(s, &index->node_table, index->nodes, remit_str_from(resource.ptr, len),
                  remit_index_hash_end(hash, remit_index_tail(resource.ptr, len), len));
    }
    for (; at + 8 <= resource.len; at += 8)
        hash = remit_index_hash_step(hash, remit_index_bytes(resource.ptr + at));
    hash = remit_index_hash_end(hash, remit_index_tail(resource.ptr, resource.len), resource.len);
    find_node(s, &index->node_table, index->nodes, resource, hash ^ REMIT_HASH_EXACT);
}

static void find_grams(const struct search *s, struct remit_str resource)
{
    const struct remit_index *index = s->index;

    for (size_t at = 0; at + REMIT_GRAM <= resource.len; at++)
        find_node(s, &index->gram_table, index->grams,
                  remit_str_from(resource.ptr + at, REMIT_GRAM),
                  remit_index_hash_gram(resource.ptr + at));
}

void remit_index_find(const struct remit_index *index, const struct remit_eval *eval,
                      remit_index_fn *hear, void *self)
{
    struct search s = {
        .index = index, .keys = { REMIT_KEY_ANY }, .n_keys = 1, .hear = hear, .self = self
    };

    add_key(&s, find_key(index, eval->service, eval->service_hash));
    add_key(&s, find_key(index, eval->action, eval->action_hash));
    if (index->root != NULL)
        visit(&s, index->root);
    if (eval->no_resource)
        return;
    find_prefixes(&s, eval->resource);
    if (index->n_grams > 0)
        find_grams(&s, eval->resource);
}
