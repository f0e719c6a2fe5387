#include <stdlib.h>

#include "common/base/utf8.h"
#include "iam/proof/automaton.h"

#include "iam/policy/unit.h"

void remit_proof_automaton_init(struct proof_automaton *a, struct remit_arena *arena,
                                uint64_t *work)
{
    *a = (struct proof_automaton){ .arena = arena, .work = work };
}

void remit_proof_automaton_drop(struct proof_automaton *a)
{
    free(a->tokens);
    free(a->owner);
    free(a->starts);
    free(a->stamp);
    free(a->pool);
    free(a->states);
    free(a->slots);
    free(a->role);
    free(a->parts);
    free(a->known);
    *a = (struct proof_automaton){ 0 };
}

/* ---- tokens ---- */

static bool grow(struct proof_automaton *a)
{
    uint32_t cap = a->cap_positions == 0 ? 1024 : a->cap_positions * 2;
    struct proof_token *tokens = realloc(a->tokens, cap * sizeof(*tokens));
    uint32_t *owner = NULL;
    uint32_t *stamp = NULL;

    if (tokens != NULL)
        a->tokens = tokens;
    owner = realloc(a->owner, cap * sizeof(*owner));
    if (owner != NULL)
        a->owner = owner;
    stamp = realloc(a->stamp, cap * sizeof(*stamp));
    if (stamp != NULL)
        a->stamp = stamp;
    a->failed = a->failed || tokens == NULL || owner == NULL || stamp == NULL;
    if (a->failed)
        return false;
    memset(stamp + a->cap_positions, 0, (cap - a->cap_positions) * sizeof(*stamp));
    a->cap_positions = cap;
    return true;
}

static void put(struct proof_automaton *a, enum proof_token_kind kind, uint32_t value)
{
    if (a->n_positions == a->cap_positions && !grow(a))
        return;
    a->tokens[a->n_positions] = (struct proof_token){ kind, value };
    a->owner[a->n_positions++] = a->n_patterns;
}

static bool is_run(uint32_t kind)
{
    return kind == PROOF_RUN || kind == PROOF_PART_RUN;
}

/* Two stars are one. */
static void put_run(struct proof_automaton *a, enum proof_token_kind kind)
{
    uint32_t start = a->starts[a->n_patterns];

    if (a->n_positions > start && is_run(a->tokens[a->n_positions - 1].kind))
        return;
    put(a, kind, 0);
}

static uint32_t lower_of(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7))
        return c + 32;
    return c;
}

static void put_text(struct proof_automaton *a, struct remit_str text, enum proof_reading reading)
{
    for (size_t at = 0; at < text.len; at += remit_unit_len(text, at)) {
        uint32_t c = remit_unit_value(text, at);

        if (c == UINT32_MAX)
            c = 0x110000u + (unsigned char)text.ptr[at]; /* of no document: matches nothing */
        if (reading == PROOF_READ_LOWER)
            put(a, PROOF_LOWER, lower_of(c));
        else
            put(a, PROOF_CHAR, c);
    }
}

/* ---- patterns ---- */

static uint64_t hash_of(const struct proof_token *tokens, uint32_t n)
{
    uint64_t hash = 0x9e3779b97f4a7c15u;

    for (uint32_t i = 0; i < n; i++)
        hash = (hash ^ ((uint64_t)tokens[i].kind << 32 | tokens[i].value)) * 0xff51afd7ed558ccdu;
    return hash ^ hash >> 29;
}

static uint32_t *slot_of(const struct proof_automaton *a, uint32_t start, uint32_t n)
{
    const struct proof_token *tokens = a->tokens + start;
    uint32_t at = (uint32_t)hash_of(tokens, n) & (a->n_known - 1);

    for (; a->known[at] != PROOF_NEVER; at = (at + 1) & (a->n_known - 1)) {
        uint32_t other = a->known[at];

        if (a->starts[other + 1] - a->starts[other] == n &&
            memcmp(a->tokens + a->starts[other], tokens, n * sizeof(*tokens)) == 0)
            break;
    }
    return &a->known[at];
}

static bool grow_known(struct proof_automaton *a, uint32_t cap)
{
    uint32_t *known = realloc(a->known, cap * 2 * sizeof(*known));

    if (known == NULL)
        return false;
    memset(known, 0xff, cap * 2 * sizeof(*known));
    a->known = known;
    a->n_known = cap * 2;
    for (uint32_t i = 0; i < a->n_patterns; i++)
        *slot_of(a, a->starts[i], a->starts[i + 1] - a->starts[i]) = i;
    return true;
}

static bool reserve_patterns(struct proof_automaton *a)
{
    uint32_t cap = a->cap_patterns == 0 ? 256 : a->cap_patterns * 2;
    uint32_t *starts = NULL;
    uint64_t *role = NULL;
    uint32_t *parts = NULL;

    if (a->n_patterns + 2 < a->cap_patterns)
        return true;
    starts = realloc(a->starts, cap * sizeof(*starts));
    if (starts != NULL)
        a->starts = starts;
    role = realloc(a->role, cap * sizeof(*role));
    if (role != NULL)
        a->role = role;
    parts = realloc(a->parts, cap * sizeof(*parts));
    if (parts != NULL)
        a->parts = parts;
    a->failed = a->failed || starts == NULL || role == NULL || parts == NULL;
    if (a->failed)
        return false;
    memset(role + a->cap_patterns, 0, (cap - a->cap_patterns) * sizeof(*role));
    if (a->cap_patterns == 0)
        starts[0] = 0;
    a->cap_patterns = cap;
    a->failed = !grow_known(a, cap);
    return !a->failed;
}

/* The pattern just put, or the one before it with the same tokens. */
static uint32_t finish(struct proof_automaton *a)
{
    uint32_t start = a->starts[a->n_patterns];
    uint32_t *slot = NULL;

    put(a, PROOF_END, 0);
    if (a->failed)
        return PROOF_NEVER;
    slot = slot_of(a, start, a->n_positions - start);
    if (*slot != PROOF_NEVER) {
        a->n_positions = start;
        return *slot;
    }
    *slot = a->n_patterns;
    a->starts[++a->n_patterns] = a->n_positions;
    return a->n_patterns - 1;
}

/* ---- globs ---- */

static const struct proof_binding *binding_of(const struct proof_bindings *bindings,
                                              struct remit_str key, uint32_t *number)
{
    for (size_t i = 0; bindings != NULL && i < bindings->n; i++) {
        *number = (uint32_t)i;
        if (remit_str_equal_nocase(bindings->rows[i].key, key))
            return &bindings->rows[i];
    }
    return NULL;
}

/* False: the pattern matches nothing. */
static bool put_variable(struct proof_automaton *a, const struct remit_glob_piece *piece,
                         enum proof_reading reading, const struct proof_bindings *bindings)
{
    uint32_t number = 0;
    const struct proof_binding *b = binding_of(bindings, piece->text, &number);

    if (piece->broken || b == NULL || b->kind == PROOF_UNRESOLVED)
        return false;
    if (b->kind == PROOF_OPAQUE) {
        put(a, PROOF_SYMBOL, number);
        return true;
    }
    if (b->kind == PROOF_FALLBACK && !piece->has_fallback)
        return false;
    put_text(a, b->kind == PROOF_TEXT ? b->text : piece->fallback, reading);
    return true;
}

static bool put_run_of(struct proof_automaton *a, const struct remit_glob_run *run,
                       enum proof_reading reading, bool part, const struct proof_bindings *bindings)
{
    for (uint32_t i = 0; i < run->n_pieces; i++) {
        const struct remit_glob_piece *piece = &run->pieces[i];

        if (piece->kind == REMIT_PIECE_TEXT)
            put_text(a, piece->text, reading);
        for (uint32_t j = 0; piece->kind == REMIT_PIECE_ONES && j < piece->n_ones; j++)
            put(a, part ? PROOF_PART_ONE : PROOF_ONE, 0);
        if (piece->kind == REMIT_PIECE_VARIABLE && !put_variable(a, piece, reading, bindings))
            return false;
    }
    return true;
}

static bool put_glob(struct proof_automaton *a, const struct remit_glob *glob,
                     enum proof_reading reading, bool part, const struct proof_bindings *bindings)
{
    enum proof_token_kind run = part ? PROOF_PART_RUN : PROOF_RUN;

    switch (glob->shape) {
    case REMIT_GLOB_LITERAL:
        put_text(a, glob->prefix, reading);
        return true;
    case REMIT_GLOB_PREFIX:
        put_text(a, glob->prefix, reading);
        put_run(a, run);
        return true;
    case REMIT_GLOB_ANY:
        put_run(a, run);
        return true;
    case REMIT_GLOB_RUNS:
        for (uint32_t i = 0; i < glob->n_runs; i++) {
            if (i > 0)
                put_run(a, run);
            if (!put_run_of(a, &glob->runs[i], reading, part, bindings))
                return false;
        }
        return true;
    case REMIT_GLOB_NEVER:
    default:
        return false;
    }
}

static uint32_t take_back(struct proof_automaton *a)
{
    a->n_positions = a->starts[a->n_patterns];
    return PROOF_NEVER;
}

uint32_t remit_proof_add_glob(struct proof_automaton *a, const struct remit_glob *glob,
                              enum proof_reading reading, const struct proof_bindings *bindings)
{
    if (!reserve_patterns(a))
        return PROOF_NEVER;
    return put_glob(a, glob, reading, false, bindings) ? finish(a) : take_back(a);
}

uint32_t remit_proof_add_arn(struct proof_automaton *a, const struct remit_glob *parts,
                             const struct proof_bindings *bindings)
{
    if (!reserve_patterns(a))
        return PROOF_NEVER;
    put_text(a, REMIT_STR("arn"), PROOF_READ_EXACT);
    for (size_t i = 1; i < REMIT_ARN_PARTS; i++) {
        bool last = i + 1 == REMIT_ARN_PARTS;

        put(a, PROOF_CHAR, ':');
        if (parts == NULL)
            put_run(a, last ? PROOF_RUN : PROOF_PART_RUN);
        else if (!put_glob(a, &parts[i], PROOF_READ_EXACT, !last, bindings))
            return take_back(a);
    }
    return finish(a);
}

uint32_t remit_proof_add_text(struct proof_automaton *a, struct remit_str text)
{
    if (!reserve_patterns(a))
        return PROOF_NEVER;
    put_text(a, text, PROOF_READ_EXACT);
    return finish(a);
}

uint32_t remit_proof_add_action(struct proof_automaton *a)
{
    if (!reserve_patterns(a))
        return PROOF_NEVER;
    put(a, PROOF_PART_ONE, 0);
    put_run(a, PROOF_PART_RUN);
    put(a, PROOF_CHAR, ':');
    put(a, PROOF_PART_ONE, 0);
    put_run(a, PROOF_PART_RUN);
    return finish(a);
}

/* ---- what can be seen of a pattern at once ---- */

uint32_t remit_proof_len(const struct proof_automaton *a, uint32_t pattern)
{
    return a->starts[pattern + 1] - a->starts[pattern] - 1;
}

bool remit_proof_is_literal(const struct proof_automaton *a, uint32_t pattern)
{
    for (uint32_t i = a->starts[pattern]; i + 1 < a->starts[pattern + 1]; i++)
        if (a->tokens[i].kind != PROOF_CHAR)
            return false;
    return true;
}

struct proof_word remit_proof_literal(struct proof_automaton *a, uint32_t pattern)
{
    uint32_t n = remit_proof_len(a, pattern);
    uint32_t *symbols = REMIT_NEW_N(a->arena, uint32_t, n + 1);

    for (uint32_t i = 0; symbols != NULL && i < n; i++)
        symbols[i] = a->tokens[a->starts[pattern] + i].value;
    return (struct proof_word){ symbols, symbols == NULL ? 0 : n };
}

/* Two tokens that share no character. */
static bool apart(const struct proof_token *x, const struct proof_token *y)
{
    return x->kind == PROOF_CHAR && y->kind == PROOF_CHAR && x->value != y->value;
}

static bool fixed_len(uint32_t kind)
{
    return kind == PROOF_CHAR || kind == PROOF_LOWER || kind == PROOF_ONE || kind == PROOF_PART_ONE;
}

bool remit_proof_may_meet(struct proof_automaton *a, uint32_t one, uint32_t other)
{
    const struct proof_token *x = a->tokens + a->starts[one];
    const struct proof_token *y = a->tokens + a->starts[other];
    uint32_t n = remit_proof_len(a, one);
    uint32_t m = remit_proof_len(a, other);
    uint32_t i = 0;

    for (; i < n && i < m && fixed_len(x[i].kind) && fixed_len(y[i].kind); i++)
        if (apart(&x[i], &y[i]))
            return false;
    if ((i == n && i < m && fixed_len(y[i].kind)) || (i == m && i < n && fixed_len(x[i].kind)))
        return false;
    for (uint32_t j = 1;
         i + j <= n && i + j <= m && fixed_len(x[n - j].kind) && fixed_len(y[m - j].kind); j++)
        if (apart(&x[n - j], &y[m - j]))
            return false;
    return true;
}

/* ---- back to bytes ---- */

struct remit_str remit_proof_word_text(struct remit_arena *arena, struct proof_word word,
                                       const struct proof_bindings *bindings)
{
    size_t most = 0;
    size_t n = 0;
    char *text = NULL;

    for (uint32_t i = 0; i < word.n; i++)
        most += word.symbols[i] < PROOF_VARIABLE
                    ? 4
                    : bindings->rows[word.symbols[i] - PROOF_VARIABLE].text.len;
    text = remit_arena_take(arena, most + 1);
    for (uint32_t i = 0; text != NULL && i < word.n; i++) {
        if (word.symbols[i] < PROOF_VARIABLE) {
            n += remit_utf8_put(word.symbols[i], text + n);
            continue;
        }
        struct remit_str value = bindings->rows[word.symbols[i] - PROOF_VARIABLE].text;

        if (value.len > 0)
            memcpy(text + n, value.ptr, value.len);
        n += value.len;
    }
    return remit_str_from(text, n);
}
