/*
 * index.h - which statements of a set can apply to a request, without looking at each.
 *
 * Every statement is entered under pairs of an action key and a resource key. The action key is
 * one action by name, or all of a service, or any. The resource key is the text that every match
 * of a pattern starts with: the whole of it (an exact node) or the part before the first wildcard
 * (a prefix node, the root when there is none). A request can only be met by what is entered
 * under its own exact node and the prefix nodes that its resource starts with, in each under three
 * action keys at most. Where many patterns share a prefix, those with eight plain bytes behind a
 * wildcard are entered under these bytes instead, a gram: all places of a resource are looked up.
 *
 * What is found is a candidate: an entry says which parts are proven by having been found, and the
 * others are asked as ever. So a mistake here could miss a statement and never invent one; tests
 * compare with the walk over all statements.
 *
 * Ownership: everything lives in the set's arena; texts and patterns belong to its policies.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <remit/err.h>

#include "iam/policy/eval.h"

struct remit_index_entry {
    const struct remit_glob *action;   /* to be matched; NULL: proven, or ask_action */
    const struct remit_glob *resource; /* to be matched; NULL: proven, or ask_resource */
    uint32_t number;                   /* of the statement, in the set */
    uint32_t key;                      /* of its action */
    bool deny;
    bool ask_action, ask_resource; /* the statement's whole part */
    bool simple;                   /* nothing else to ask: no principals, no conditions */
};

/* Entries in a row: by action key, then Deny before Allow, then by number. */
struct remit_index_node {
    struct remit_str text;
    uint64_t hash;
    uint32_t first;
    uint32_t n;
};

/* Open addressing: the upper half of a hash, and an index + 1. */
struct remit_index_slot {
    uint32_t tag;
    uint32_t index;
};

struct remit_index_table {
    struct remit_index_slot *slots;
    uint64_t mask;
    uint64_t *bloom; /* 16 bits for each hash: it mostly says no, and at once */
    unsigned bloom_shift;
};

/* Actions by name and services, each with its key. */
#define REMIT_KEY_ANY 0u

struct remit_index_key {
    struct remit_str text; /* "s3:getobject", or "s3:" */
    uint64_t hash;
};

#define REMIT_GRAM 8 /* bytes */

struct remit_index {
    const struct remit_index_entry *entries;
    const struct remit_index_node *root; /* NULL: nothing is entered for any resource */
    const struct remit_index_node *nodes;
    struct remit_index_table node_table;
    const uint32_t *lens; /* of the prefixes, each once, ascending, without 0 */
    uint32_t n_lens;
    const struct remit_index_key *keys; /* keys[k - 1] has key k */
    struct remit_index_table key_table;
    const struct remit_index_node *grams; /* text: its eight bytes */
    struct remit_index_table gram_table;
    uint32_t n_grams;
};

/* Fills set->index. */
int remit_index_new(struct remit_policy_set *set, struct remit_err *err) REMIT_MUST_USE;

/* Hears of entries in a row that all have the same action key. */
typedef void remit_index_fn(void *self, const struct remit_index_entry *entries, uint32_t n);
void remit_index_find(const struct remit_index *index, const struct remit_eval *eval,
                      remit_index_fn *hear, void *self);

/* ---- between the files of the index ---- */

#define REMIT_HASH_EXACT 0x8d3f1c5b7a92e461u /* what the hash of an exact node differs by */

static inline uint64_t remit_index_hash_step(uint64_t hash, uint64_t bytes)
{
    hash = (hash ^ bytes) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static inline uint64_t remit_index_hash_end(uint64_t hash, uint64_t tail, size_t len)
{
    hash = hash ^ tail ^ (uint64_t)len << 56;
    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93u;
    return hash ^ hash >> 29;
}

static inline uint64_t remit_index_bytes(const char *at)
{
    uint64_t bytes = 0;

    memcpy(&bytes, at, sizeof(bytes));
    return bytes;
}

/*
 * What is left of the first `len` bytes behind whole eights, as a number: the last eight bytes less
 * those that were taken before. Copying so few bytes one by one would stall the load behind it.
 */
static inline uint64_t remit_index_tail(const char *text, size_t len)
{
    uint64_t bytes = 0;

    if (len % 8 == 0)
        return 0;
    if (len >= 8)
        return remit_index_bytes(text + len - 8) >> (64 - 8 * (len % 8));
    for (size_t i = len; i-- > 0;)
        bytes = bytes << 8 | (unsigned char)text[i];
    return bytes;
}

static inline uint64_t remit_index_hash_gram(const char *gram)
{
    return remit_index_hash_end(0, remit_index_bytes(gram), 0);
}

uint64_t remit_index_hash(struct remit_str text);
/* Copies the text in lower case, eight bytes at a time. */
void remit_index_lower(struct remit_str text, char *out);
int remit_index_table_new(struct remit_arena *arena, size_t n, struct remit_index_table *out,
                          struct remit_err *err) REMIT_MUST_USE;
void remit_index_table_put(struct remit_index_table *table, uint64_t hash, uint32_t index);

/* A word of the filter by the top bits of a hash, and two of its bits by bits further down. */
static inline uint64_t remit_index_bits(uint64_t hash)
{
    return (uint64_t)1 << (hash >> 32 & 63) | (uint64_t)1 << (hash >> 38 & 63);
}

static inline bool remit_index_maybe(const struct remit_index_table *table, uint64_t hash)
{
    uint64_t bits = remit_index_bits(hash);

    return (table->bloom[hash >> table->bloom_shift] & bits) == bits;
}

/* An entry on its way in, with the text of its node. */
struct remit_index_pair {
    struct remit_str text;
    enum { REMIT_NODE_EXACT = 0, REMIT_NODE_PREFIX, REMIT_NODE_GRAM } kind;
    struct remit_index_entry entry;
};

/* Moves pairs of crowded prefixes to grams; they need to be in order, and are not afterwards. */
int remit_index_find_grams(struct remit_index_pair *pairs, size_t n_pairs,
                           struct remit_err *err) REMIT_MUST_USE;
