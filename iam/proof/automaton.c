#include "iam/proof/automaton.h"

#include <stdlib.h>

#define STATES_MAX  (1u << 18)
#define SYMBOLS_MAX 512
#define NO_STATE    UINT32_MAX
#define AVOIDED     1ull /* bit of a role; bit g: of group g */
#define GENERATES   2ull
#define FIRST_OTHER 0x100u /* characters from here on stand in no document */

/* ---- states ---- */

/* Room for the positions of one more state. */
static bool reserve(struct proof_automaton *a)
{
    size_t need = a->n_pool + a->n_positions + 1;

    if (need > a->cap_pool) {
        size_t cap = need * 2 + 4096;
        uint32_t *pool = realloc(a->pool, cap * sizeof(*pool));

        if (pool == NULL)
            return false;
        a->pool = pool;
        a->cap_pool = cap;
    }
    if (a->n_states + 1 > a->cap_states) {
        size_t cap = a->cap_states * 2 + 256;
        struct proof_state *states = realloc(a->states, cap * sizeof(*states));

        if (states == NULL)
            return false;
        a->states = states;
        a->cap_states = cap;
    }
    return true;
}

static bool is_run(uint32_t kind)
{
    return kind == PROOF_RUN || kind == PROOF_PART_RUN;
}

/* Whether the pattern matches whenever some value of the variables makes it. */
static bool is_lenient(const struct proof_automaton *a, uint32_t position)
{
    return (a->role[a->owner[position]] & ~(AVOIDED | GENERATES)) != 0;
}

static void add(struct proof_automaton *a, struct proof_state *s, uint32_t position)
{
    for (;; position++) { /* a star may stand for nothing */
        uint32_t kind = a->tokens[position].kind;

        if (a->stamp[position] == a->stamp_now)
            return;
        a->stamp[position] = a->stamp_now;
        a->pool[s->at + s->n++] = position;
        if (!is_run(kind) && !(kind == PROOF_SYMBOL && is_lenient(a, position)))
            return;
    }
}

static uint32_t lower_of(uint32_t c)
{
    switch (c) {
    case 0x178:
        return 0xff;
    case 0x130:
        return 'i';
    case 0x1e9e:
        return 0xdf;
    case 0x212a:
        return 'k';
    case 0x212b:
        return 0xe5;
    default:
        return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) ? c + 32 : c;
    }
}

/* What a variable stands for is taken by itself and by stars; leniently by anything. */
static void step_variable(struct proof_automaton *a, struct proof_state *s, uint32_t position,
                          uint32_t number)
{
    const struct proof_token *t = &a->tokens[position];

    if (is_lenient(a, position)) {
        for (uint32_t p = position;; p++) {
            add(a, s, p);
            if (a->tokens[p].kind == PROOF_END)
                return;
        }
    }
    if (t->kind == PROOF_SYMBOL && t->value == number)
        add(a, s, position + 1);
    else if (t->kind == PROOF_RUN && (a->role[a->owner[position]] & AVOIDED))
        add(a, s, position);
}

static void step(struct proof_automaton *a, struct proof_state *s, uint32_t position,
                 uint32_t symbol)
{
    const struct proof_token *t = &a->tokens[position];

    if (symbol >= PROOF_VARIABLE) {
        step_variable(a, s, position, symbol - PROOF_VARIABLE);
        return;
    }
    switch ((enum proof_token_kind)t->kind) {
    case PROOF_CHAR:
        if (t->value == symbol)
            add(a, s, position + 1);
        return;
    case PROOF_LOWER:
        if (t->value == lower_of(symbol))
            add(a, s, position + 1);
        return;
    case PROOF_PART_ONE:
        if (symbol != ':')
            add(a, s, position + 1);
        return;
    case PROOF_ONE:
        add(a, s, position + 1);
        return;
    case PROOF_PART_RUN:
        if (symbol != ':')
            add(a, s, position);
        return;
    case PROOF_RUN:
        add(a, s, position);
        return;
    case PROOF_SYMBOL:
        if (is_lenient(a, position))
            add(a, s, position);
        return;
    case PROOF_END:
    default:
        return;
    }
}

static void sort_and_hash(struct proof_automaton *a, struct proof_state *s)
{
    uint32_t *p = a->pool + s->at;

    for (uint32_t i = 1; i < s->n; i++) {
        uint32_t x = p[i];
        uint32_t j = i;

        for (; j > 0 && p[j - 1] > x; j--)
            p[j] = p[j - 1];
        p[j] = x;
    }
    s->hash = 0x9e3779b97f4a7c15u;
    for (uint32_t i = 0; i < s->n; i++)
        s->hash = (s->hash ^ p[i]) * 0xff51afd7ed558ccdu;
    s->hash ^= s->hash >> 29;
}

static bool same_state(const struct proof_automaton *a, const struct proof_state *x,
                       const struct proof_state *y)
{
    return x->hash == y->hash && x->n == y->n &&
           memcmp(a->pool + x->at, a->pool + y->at, x->n * sizeof(*a->pool)) == 0;
}

static bool rehash(struct proof_automaton *a)
{
    size_t n = a->n_slots == 0 ? 1024 : a->n_slots * 2;
    uint32_t *slots = realloc(a->slots, n * sizeof(*slots));

    if (slots == NULL)
        return false;
    memset(slots, 0xff, n * sizeof(*slots));
    for (size_t i = 0; i < a->n_states; i++) {
        size_t at = a->states[i].hash & (n - 1);

        while (slots[at] != NO_STATE)
            at = (at + 1) & (n - 1);
        slots[at] = (uint32_t)i;
    }
    a->slots = slots;
    a->n_slots = n;
    return true;
}

/* Takes the state whose positions stand at the pool's end, unless it is known. */
static bool take(struct proof_automaton *a, const struct proof_state *s)
{
    size_t at = s->hash & (a->n_slots - 1);

    for (; a->slots[at] != NO_STATE; at = (at + 1) & (a->n_slots - 1))
        if (same_state(a, &a->states[a->slots[at]], s))
            return false;
    a->slots[at] = (uint32_t)a->n_states;
    a->states[a->n_states++] = *s;
    a->n_pool += s->n;
    return true;
}

static bool restart(struct proof_automaton *a)
{
    if (a->n_slots > 4096) { /* a large table is not cleared for small searches */
        free(a->slots);
        a->slots = NULL;
        a->n_slots = 0;
    }
    a->n_states = 0;
    a->n_pool = 0;
    if (a->n_slots == 0)
        return rehash(a);
    memset(a->slots, 0xff, a->n_slots * sizeof(*a->slots));
    return true;
}

static void begin_state(struct proof_automaton *a, struct proof_state *s, uint32_t parent,
                        uint32_t symbol)
{
    *s = (struct proof_state){ .at = a->n_pool, .parent = parent, .symbol = symbol };
    if (++a->stamp_now == 0) {
        memset(a->stamp, 0, a->cap_positions * sizeof(*a->stamp));
        a->stamp_now = 1;
    }
}

/* ---- the alphabet of a state ---- */

struct alphabet {
    uint32_t symbols[SYMBOLS_MAX];
    size_t n;
    uint64_t named[4]; /* characters below FIRST_OTHER */
    bool full;
};

static void name(struct alphabet *z, uint32_t c)
{
    if (c < FIRST_OTHER) {
        if (z->named[c / 64] >> c % 64 & 1)
            return;
        z->named[c / 64] |= 1ull << c % 64;
    } else {
        for (size_t i = 0; i < z->n; i++)
            if (z->symbols[i] == c)
                return;
    }
    if (z->n == SYMBOLS_MAX)
        z->full = true;
    else
        z->symbols[z->n++] = c;
}

/* All characters whose lower case is `l`, which is at most U+00FF. */
static void name_lower(struct alphabet *z, uint32_t l)
{
    static const uint32_t more[] = { 0x178, 0x130, 0x1e9e, 0x212a, 0x212b };

    name(z, l);
    if (l >= 32 && l < FIRST_OTHER && lower_of(l - 32) == l)
        name(z, l - 32);
    for (size_t i = 0; i < REMIT_COUNT(more); i++)
        if (lower_of(more[i]) == l)
            name(z, more[i]);
}

/* The character that stands for all that are not named; readable ones first. */
static uint32_t other_than(const struct alphabet *z)
{
    static const char readable[] = "xabcdefghijklmnopqrstuvwyz0123456789-_";

    for (const char *c = readable; *c != '\0'; c++)
        if (!(z->named[(unsigned char)*c / 64] >> (unsigned char)*c % 64 & 1))
            return (unsigned char)*c;
    return 0x14d; /* no document holds it, nor is it another case of what a document holds */
}

static void alphabet_of(const struct proof_automaton *a, const struct proof_state *s,
                        struct alphabet *out)
{
    out->n = 0;
    out->full = false;
    memset(out->named, 0, sizeof(out->named));
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t position = a->pool[s->at + i];
        const struct proof_token *t = &a->tokens[position];

        if (t->kind == PROOF_CHAR)
            name(out, t->value);
        else if (t->kind == PROOF_LOWER)
            name_lower(out, t->value);
        else if (t->kind == PROOF_PART_ONE || t->kind == PROOF_PART_RUN)
            name(out, ':');
        else if (t->kind == PROOF_SYMBOL && a->role[a->owner[position]] == GENERATES)
            name(out, PROOF_VARIABLE + t->value);
    }
    name(out, other_than(out));
}

/* ---- words ---- */

static struct proof_word word_of(struct proof_automaton *a, uint32_t state)
{
    uint32_t n = 0;
    uint32_t *symbols = NULL;

    for (uint32_t i = state; a->states[i].parent != NO_STATE; i = a->states[i].parent)
        n++;
    symbols = REMIT_NEW_N(a->arena, uint32_t, n + 1);
    for (uint32_t i = state, at = n; symbols != NULL && at > 0; i = a->states[i].parent)
        symbols[--at] = a->states[i].symbol;
    return (struct proof_word){ symbols, symbols == NULL ? 0 : n };
}

/* ---- searches ---- */

enum outlook { OUTLOOK_DEAD = 0, OUTLOOK_OPEN, OUTLOOK_MATCH };

/* Whether the state is what is looked for, or can still become it. */
static enum outlook outlook_of(const struct proof_automaton *a, const struct proof_state *s,
                               uint64_t groups)
{
    uint64_t alive = 0;
    uint64_t matched = 0;
    bool avoided = true;

    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t position = a->pool[s->at + i];
        uint64_t role = a->role[a->owner[position]];
        uint32_t kind = a->tokens[position].kind;

        alive |= role;
        matched |= kind == PROOF_END ? role : 0;
        if (!(role & AVOIDED))
            continue;
        if (kind == PROOF_END) {
            avoided = false;
        } else if (kind == PROOF_RUN && a->tokens[position + 1].kind == PROOF_END) {
            return OUTLOOK_DEAD; /* matches, whatever follows */
        }
    }
    if ((alive & groups) != groups)
        return OUTLOOK_DEAD;
    return avoided && (matched & groups) == groups ? OUTLOOK_MATCH : OUTLOOK_OPEN;
}

static bool pay(struct proof_automaton *a, uint64_t steps)
{
    if (*a->work < steps) {
        *a->work = 0;
        return false;
    }
    *a->work -= steps;
    return true;
}

/* Begins with the patterns that take part. */
static bool begin(struct proof_automaton *a, struct proof_state *first)
{
    if (a->failed || !restart(a) || !reserve(a))
        return false;
    begin_state(a, first, NO_STATE, 0);
    for (uint32_t i = 0; i < a->n_parts; i++)
        add(a, first, a->starts[a->parts[i]]);
    sort_and_hash(a, first);
    return true;
}

/* The states that one state leads to; `stop` decides on each of them that is new. */
typedef bool visit_fn(void *self, struct proof_automaton *a, uint32_t state);

static enum proof_found expand(struct proof_automaton *a, uint32_t from,
                               bool (*keep)(const struct proof_automaton *, void *,
                                            const struct proof_state *),
                               visit_fn *visit, void *self)
{
    struct alphabet z;

    alphabet_of(a, &a->states[from], &z);
    if (z.full || a->n_states > STATES_MAX)
        return PROOF_GAVE_UP;
    for (size_t i = 0; i < z.n; i++) {
        struct proof_state next;

        if (!pay(a, a->states[from].n + 4) || !reserve(a))
            return PROOF_GAVE_UP;
        begin_state(a, &next, from, z.symbols[i]);
        for (uint32_t j = 0; j < a->states[from].n; j++)
            step(a, &next, a->pool[a->states[from].at + j], z.symbols[i]);
        sort_and_hash(a, &next);
        if (a->n_states * 2 > a->n_slots && !rehash(a))
            return PROOF_GAVE_UP;
        if (keep(a, self, &next) && take(a, &next) && visit(self, a, (uint32_t)a->n_states - 1))
            return PROOF_SOME;
    }
    return PROOF_NONE;
}

struct searching {
    uint64_t groups;
    bool match; /* of the state that keep() saw last */
    uint32_t found;
};

static bool keep_open(const struct proof_automaton *a, void *self, const struct proof_state *s)
{
    struct searching *q = self;
    enum outlook outlook = outlook_of(a, s, q->groups);

    q->match = outlook == OUTLOOK_MATCH;
    return outlook != OUTLOOK_DEAD;
}

static bool visit_match(void *self, struct proof_automaton *a, uint32_t state)
{
    struct searching *q = self;

    (void)a;
    q->found = state;
    return q->match;
}

static enum proof_found search(struct proof_automaton *a, struct searching *q)
{
    struct proof_state first;

    if (!begin(a, &first))
        return PROOF_GAVE_UP;
    if (!keep_open(a, q, &first))
        return PROOF_NONE;
    (void)take(a, &first);
    if (visit_match(q, a, 0))
        return PROOF_SOME;
    for (uint32_t i = 0; i < a->n_states; i++) {
        enum proof_found found = expand(a, i, keep_open, visit_match, q);

        if (found != PROOF_NONE)
            return found;
    }
    return PROOF_NONE;
}

/* From now on other patterns take part. */
static void clear_roles(struct proof_automaton *a)
{
    for (uint32_t i = 0; i < a->n_parts; i++)
        a->role[a->parts[i]] = 0;
    a->n_parts = 0;
}

static void take_part(struct proof_automaton *a, uint32_t pattern, uint32_t group)
{
    if (a->role[pattern] == 0)
        a->parts[a->n_parts++] = pattern;
    a->role[pattern] |= 1ull << group;
}

enum proof_found remit_proof_search(struct proof_automaton *a, const struct proof_search_row *rows,
                                    size_t n_rows, uint32_t n_groups, struct proof_word *out)
{
    struct searching q = { 0 };
    enum proof_found found = PROOF_NONE;

    if (a->failed || n_groups >= PROOF_GROUPS_MAX)
        return PROOF_GAVE_UP;
    clear_roles(a);
    for (size_t i = 0; i < n_rows; i++)
        if (rows[i].pattern != PROOF_NEVER)
            take_part(a, rows[i].pattern, rows[i].group);
    for (uint32_t i = 0; i < a->n_parts; i++)
        if (a->role[a->parts[i]] & AVOIDED) /* it can't be the one of its groups that matches */
            a->role[a->parts[i]] = AVOIDED;
    for (uint32_t g = 1; g <= n_groups; g++)
        q.groups |= 1ull << g;
    found = search(a, &q);
    if (found == PROOF_SOME && out != NULL)
        *out = word_of(a, q.found);
    return found;
}

/* A character, or what a variable stands for, under one token that takes one of them. */
static bool takes(const struct proof_token *t, uint32_t symbol)
{
    if (symbol >= PROOF_VARIABLE)
        return t->kind == PROOF_SYMBOL && t->value == symbol - PROOF_VARIABLE;
    return t->kind == PROOF_ONE || (t->kind == PROOF_CHAR && t->value == symbol) ||
           (t->kind == PROOF_LOWER && t->value == lower_of(symbol));
}

bool remit_proof_matches(const struct proof_automaton *a, uint32_t pattern, struct proof_word word)
{
    const struct proof_token *t = a->tokens + a->starts[pattern];
    size_t star = SIZE_MAX; /* the last one met, and where in the word it gave up */
    uint32_t resume = 0;
    size_t i = 0;
    uint32_t at = 0;

    while (at < word.n) {
        if (t[i].kind == PROOF_RUN) {
            star = i++;
            resume = at;
        } else if (takes(&t[i], word.symbols[at])) {
            i++;
            at++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            at = ++resume;
        } else {
            return false;
        }
    }
    while (t[i].kind == PROOF_RUN)
        i++;
    return t[i].kind == PROOF_END;
}

/* ---- all ways to match ---- */

struct enumerating {
    const uint64_t *classes_of;
    uint64_t *seen; /* each set of classes heard of */
    size_t n_seen;
    size_t most;
    bool over;
    proof_hear_fn *hear;
    void *self;
};

static bool keep_all(const struct proof_automaton *a, void *self, const struct proof_state *s)
{
    (void)a;
    (void)self;
    (void)s;
    return true;
}

static bool visit_all(void *self, struct proof_automaton *a, uint32_t state)
{
    struct enumerating *e = self;
    const struct proof_state *s = &a->states[state];
    uint64_t matched = 0;

    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t position = a->pool[s->at + i];

        if (a->tokens[position].kind == PROOF_END)
            matched |= e->classes_of[a->owner[position]];
    }
    for (size_t i = 0; i < e->n_seen; i++)
        if (e->seen[i] == matched)
            return false;
    if (e->n_seen == e->most) {
        e->over = true;
        return true;
    }
    e->seen[e->n_seen++] = matched;
    e->hear(e->self, word_of(a, state));
    return false;
}

enum proof_found remit_proof_enumerate(struct proof_automaton *a, const uint64_t *classes_of,
                                       size_t most, proof_hear_fn *hear, void *self)
{
    struct enumerating e = { .classes_of = classes_of, .most = most, .hear = hear, .self = self };
    struct proof_state first;

    e.seen = REMIT_NEW_N(a->arena, uint64_t, most);
    clear_roles(a);
    for (uint32_t i = 0; i < a->n_patterns; i++)
        take_part(a, i, PROOF_AVOID);
    if (e.seen == NULL || !begin(a, &first))
        return PROOF_GAVE_UP;
    (void)take(a, &first);
    (void)visit_all(&e, a, 0);
    for (uint32_t i = 0; i < a->n_states; i++)
        if (expand(a, i, keep_all, visit_all, &e) != PROOF_NONE)
            return PROOF_GAVE_UP;
    return PROOF_SOME;
}
