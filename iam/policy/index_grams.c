#include <stdlib.h>

#include "iam/policy/index.h"

#define CROWD      16 /* patterns that share a prefix, before it is worth looking elsewhere */
#define COUNT_BITS 18

/* How often each gram stands in the patterns of crowds, roughly: hashes that meet add up. */
struct counts {
    uint32_t *of; /* 1 << COUNT_BITS of them */
};

static uint32_t *count_of(const struct counts *counts, const char *gram)
{
    uint64_t hash = remit_index_hash_gram(gram);

    return &counts->of[hash >> (64 - COUNT_BITS)];
}

/* Whether the piece holds grams that are not part of the shared prefix. */
static bool has_grams(const struct remit_glob *glob, const struct remit_glob_piece *piece)
{
    return piece->kind == REMIT_PIECE_TEXT && piece->text.len >= REMIT_GRAM &&
           piece->text.ptr != glob->prefix.ptr;
}

typedef void gram_fn(void *self, const char *gram);

static void each_gram(const struct remit_glob *glob, gram_fn *hear, void *self)
{
    for (size_t i = 0; i < glob->n_runs; i++)
        for (size_t j = 0; j < glob->runs[i].n_pieces; j++) {
            const struct remit_glob_piece *piece = &glob->runs[i].pieces[j];

            for (size_t at = 0; has_grams(glob, piece) && at + REMIT_GRAM <= piece->text.len; at++)
                hear(self, piece->text.ptr + at);
        }
}

static void count_gram(void *self, const char *gram)
{
    const struct counts *counts = self;

    ++*count_of(counts, gram);
}

struct rarest {
    const struct counts *counts;
    const char *gram; /* NULL: none was seen */
    uint32_t count;
};

static void take_rarest(void *self, const char *gram)
{
    struct rarest *r = self;
    uint32_t count = *count_of(r->counts, gram);

    if (r->gram == NULL || count < r->count) {
        r->gram = gram;
        r->count = count;
    }
}

static bool may_move(const struct remit_index_pair *pair)
{
    return pair->kind == REMIT_NODE_PREFIX && pair->entry.resource != NULL;
}

/* The pairs of one node, from `from`: how many, and how many of them could move. */
static size_t crowd_at(const struct remit_index_pair *pairs, size_t n_pairs, size_t from,
                       size_t *n_movable)
{
    size_t n = 0;

    *n_movable = 0;
    while (from + n < n_pairs && pairs[from + n].kind == pairs[from].kind &&
           remit_str_equal(pairs[from + n].text, pairs[from].text))
        *n_movable += may_move(&pairs[from + n++]);
    return n;
}

/* Only where it makes the crowd much smaller. */
static void move(struct remit_index_pair *pair, const struct counts *counts, size_t crowd)
{
    struct rarest r = { .counts = counts };

    if (!may_move(pair))
        return;
    each_gram(pair->entry.resource, take_rarest, &r);
    if (r.gram == NULL || r.count > crowd / 4)
        return;
    pair->kind = REMIT_NODE_GRAM;
    pair->text = remit_str_from(r.gram, REMIT_GRAM);
}

/* Calls for each crowd: first to count, then to move. */
static void each_crowd(struct remit_index_pair *pairs, size_t n_pairs, struct counts *counts,
                       bool moving)
{
    size_t n = 0;

    for (size_t from = 0; from < n_pairs; from += n) {
        size_t n_movable = 0;

        n = crowd_at(pairs, n_pairs, from, &n_movable);
        for (size_t i = from; n_movable > CROWD && i < from + n; i++) {
            if (moving)
                move(&pairs[i], counts, n_movable);
            else if (may_move(&pairs[i]))
                each_gram(pairs[i].entry.resource, count_gram, counts);
        }
    }
}

int remit_index_find_grams(struct remit_index_pair *pairs, size_t n_pairs, struct remit_err *err)
{
    struct counts counts = { 0 };

    if (n_pairs <= CROWD)
        return 0;
    counts.of = calloc((size_t)1 << COUNT_BITS, sizeof(*counts.of));
    if (counts.of == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for an index");
    each_crowd(pairs, n_pairs, &counts, false);
    each_crowd(pairs, n_pairs, &counts, true);
    free(counts.of);
    return 0;
}
