#include "control/cluster_regex.h"

#include <ctype.h>
#include <stdint.h>

#define DEPTH_MOST        32
#define ALTERNATIVES_MOST 64 /* of one group: with the depth, a bound on our recursion */
#define REPEAT_MOST       1000
#define NO_LIMIT          (-1)

struct set {
    uint64_t bits[4]; /* one per byte */
};

/* ---- the tree ---- */

enum node_kind { EMPTY = 1, SET, CAT, ALT, REPEAT };
struct node {
    enum node_kind kind;
    struct set set;
    const struct node *left, *right; /* REPEAT: left */
    struct node *next;               /* CAT: a chain of one node per item, this one's is left */
    int least, most;
};

struct parser {
    struct remit_str text;
    size_t at;
    unsigned depth;
    struct remit_arena *arena;
    struct remit_err *err;
};

static int wrong(const struct parser *p, const char *why)
{
    return remit_fail(p->err, REMIT_ERR_INVALID, "InvalidParameterException",
                      "Invalid regular expression '" REMIT_STR_FMT "': %s at position %zu.",
                      REMIT_STR_ARG(remit_str_sub(p->text, 0, 128)), why, p->at + 1);
}

static bool at_end(const struct parser *p)
{
    return p->at >= p->text.len;
}

static char peek(const struct parser *p)
{
    return at_end(p) ? '\0' : p->text.ptr[p->at];
}

static int node_new(struct parser *p, struct node node, const struct node **out)
{
    struct node *made = REMIT_NEW(p->arena, struct node);

    if (made == NULL)
        return remit_arena_check(p->arena, "a regular expression", p->err);
    *made = node;
    *out = made;
    return 0;
}

static void set_add(struct set *set, unsigned char low, unsigned char high)
{
    for (unsigned c = low; c <= high; c++)
        set->bits[c / 64] |= UINT64_C(1) << (c % 64);
}

static void set_negate(struct set *set)
{
    for (size_t i = 0; i < REMIT_COUNT(set->bits); i++)
        set->bits[i] = ~set->bits[i];
}

/* Behind a backslash: a class, or a character that means itself. */
static int parse_escape(struct parser *p, struct set *set)
{
    char c = peek(p);

    if (at_end(p) || (isalnum((unsigned char)c) && strchr("dDwWsS", c) == NULL))
        return wrong(p, "an escape that is not supported");
    p->at++;
    if (tolower((unsigned char)c) == 'd') {
        set_add(set, '0', '9');
    } else if (tolower((unsigned char)c) == 's') {
        set_add(set, '\t', '\r');
        set_add(set, ' ', ' ');
    } else if (tolower((unsigned char)c) == 'w') {
        set_add(set, '0', '9');
        set_add(set, 'A', 'Z');
        set_add(set, 'a', 'z');
        set_add(set, '_', '_');
    } else {
        set_add(set, (unsigned char)c, (unsigned char)c);
    }
    if (isupper((unsigned char)c))
        set_negate(set);
    return 0;
}

static int parse_range(struct parser *p, struct set *set)
{
    unsigned char low = (unsigned char)peek(p);
    unsigned char high = low;

    if (low == '[' || low == '&')
        return wrong(p, "a nested class");
    p->at++;
    if (peek(p) == '-' && p->at + 1 < p->text.len && p->text.ptr[p->at + 1] != ']') {
        p->at++;
        high = (unsigned char)peek(p);
        p->at++;
    }
    if (high < low || high == '\\')
        return wrong(p, "a range that is not one");
    set_add(set, low, high);
    return 0;
}

static int parse_class(struct parser *p, struct set *set)
{
    bool negated = peek(p) == '^';

    p->at += negated;
    while (!at_end(p) && peek(p) != ']') {
        if (peek(p) == '\\') {
            struct set part = { { 0 } };

            p->at++;
            TRY(parse_escape(p, &part));
            for (size_t i = 0; i < REMIT_COUNT(part.bits); i++)
                set->bits[i] |= part.bits[i];
        } else {
            TRY(parse_range(p, set));
        }
    }
    if (at_end(p))
        return wrong(p, "a class without its end");
    p->at++;
    if (negated)
        set_negate(set);
    return 0;
}

static int parse_alternatives(struct parser *p, const struct node **out);

static int parse_group(struct parser *p, const struct node **out)
{
    if (peek(p) == '?') {
        p->at++;
        if (peek(p) != ':')
            return wrong(p, "a group that is not supported");
        p->at++;
    }
    if (++p->depth > DEPTH_MOST)
        return wrong(p, "groups nested too deep");
    TRY(parse_alternatives(p, out));
    p->depth--;
    if (peek(p) != ')')
        return wrong(p, "a group without its end");
    p->at++;
    return 0;
}

static int parse_atom(struct parser *p, const struct node **out)
{
    struct node node = { .kind = SET };
    char c = peek(p);

    if (strchr("*+?{", c) != NULL)
        return wrong(p, "nothing to repeat");
    p->at++;
    if (c == '(')
        return parse_group(p, out);
    if ((c == '^' && p->at == 1) || (c == '$' && at_end(p))) {
        node.kind = EMPTY; /* the whole text is matched anyway */
    } else if (c == '^' || c == '$') {
        p->at--;
        return wrong(p, "an anchor inside");
    } else if (c == '.') {
        set_add(&node.set, '\n', '\n');
        set_negate(&node.set);
    } else if (c == '[') {
        TRY(parse_class(p, &node.set));
    } else if (c == '\\') {
        TRY(parse_escape(p, &node.set));
    } else {
        set_add(&node.set, (unsigned char)c, (unsigned char)c);
    }
    return node_new(p, node, out);
}

static bool parse_number(struct parser *p, int *out)
{
    size_t from = p->at;
    unsigned long long value = 0;

    while (isdigit((unsigned char)peek(p)))
        p->at++;
    if (!remit_str_to_u64(remit_str_sub(p->text, from, p->at - from), REPEAT_MOST, &value))
        return false;
    *out = (int)value;
    return true;
}

static int parse_braces(struct parser *p, int *least, int *most)
{
    if (!parse_number(p, least))
        return wrong(p, "a count that is none, or over 1000");
    *most = *least;
    if (peek(p) == ',') {
        p->at++;
        *most = NO_LIMIT;
        if (peek(p) != '}' && !parse_number(p, most))
            return wrong(p, "a count that is none, or over 1000");
    }
    if (peek(p) != '}' || (*most != NO_LIMIT && *most < *least))
        return wrong(p, "counts that are none");
    p->at++;
    return 0;
}

static int parse_repeat(struct parser *p, const struct node **out)
{
    struct node node = { .kind = REPEAT, .most = NO_LIMIT };
    char c = '\0';

    TRY(parse_atom(p, &node.left));
    *out = node.left;
    c = peek(p);
    if (at_end(p) || strchr("*+?{", c) == NULL)
        return 0;
    p->at++;
    if (c == '{')
        TRY(parse_braces(p, &node.least, &node.most));
    node.least = c == '+' ? 1 : node.least;
    node.most = c == '?' ? 1 : node.most;
    if (!at_end(p) && strchr("*+?{", peek(p)) != NULL)
        return wrong(p, "a quantifier of a quantifier");
    return node_new(p, node, out);
}

static int parse_sequence(struct parser *p, const struct node **out)
{
    struct node *last = NULL;

    TRY(node_new(p, (struct node){ .kind = EMPTY }, out));
    while (!at_end(p) && peek(p) != '|' && peek(p) != ')') {
        struct node *item = REMIT_NEW(p->arena, struct node);

        TRY(remit_arena_check(p->arena, "a regular expression", p->err));
        item->kind = CAT;
        TRY(parse_repeat(p, &item->left));
        if (last == NULL)
            *out = item;
        else
            last->next = item;
        last = item;
    }
    return 0;
}

static int parse_alternatives(struct parser *p, const struct node **out)
{
    unsigned n = 1;

    TRY(parse_sequence(p, out));
    while (peek(p) == '|') {
        struct node alt = { .kind = ALT, .left = *out };

        if (++n > ALTERNATIVES_MOST)
            return wrong(p, "more than 64 alternatives");
        p->at++;
        TRY(parse_sequence(p, &alt.right));
        TRY(node_new(p, alt, out));
    }
    return 0;
}

/* ---- the program ---- */

enum step_kind { STEP_SET = 1, STEP_SPLIT, STEP_JUMP, STEP_MATCH };
struct step {
    enum step_kind kind;
    uint16_t a, b; /* where to: SPLIT both, JUMP a */
    const struct set *set;
};
struct cluster_regex {
    size_t n;
    struct step steps[];
};
struct program { /* while it is made */
    struct step steps[CLUSTER_REGEX_MAX];
    size_t n;
    bool full;
};

static size_t emit(struct program *r, struct step step)
{
    if (r->n == CLUSTER_REGEX_MAX) {
        r->full = true;
        return 0;
    }
    r->steps[r->n] = step;
    return r->n++;
}

static void emit_node(struct program *r, const struct node *node);

/* left+: back to the start; left*: and past it before the first. */
static void emit_loop(struct program *r, const struct node *node)
{
    size_t split = emit(r, (struct step){ .kind = STEP_SPLIT });

    emit_node(r, node);
    emit(r, (struct step){ .kind = STEP_JUMP, .a = (uint16_t)split });
    r->steps[split].a = (uint16_t)(split + 1);
    r->steps[split].b = (uint16_t)r->n;
}

static void emit_maybe(struct program *r, const struct node *node)
{
    size_t split = emit(r, (struct step){ .kind = STEP_SPLIT });

    emit_node(r, node);
    r->steps[split].a = (uint16_t)(split + 1);
    r->steps[split].b = (uint16_t)r->n;
}

static void emit_repeat(struct program *r, const struct node *node)
{
    for (int i = 0; i < node->least && !r->full; i++)
        emit_node(r, node->left);
    if (node->most == NO_LIMIT)
        emit_loop(r, node->left);
    for (int i = node->least; i < node->most && !r->full; i++)
        emit_maybe(r, node->left);
}

static void emit_alternatives(struct program *r, const struct node *node)
{
    size_t split = emit(r, (struct step){ .kind = STEP_SPLIT });
    size_t jump = 0;

    emit_node(r, node->left);
    jump = emit(r, (struct step){ .kind = STEP_JUMP });
    r->steps[split].a = (uint16_t)(split + 1);
    r->steps[split].b = (uint16_t)r->n;
    emit_node(r, node->right);
    r->steps[jump].a = (uint16_t)r->n;
}

static void emit_node(struct program *r, const struct node *node)
{
    if (r->full)
        return;
    switch (node->kind) {
    case EMPTY:
        break;
    case SET:
        emit(r, (struct step){ .kind = STEP_SET, .set = &node->set });
        break;
    case CAT:
        for (; node != NULL; node = node->next)
            emit_node(r, node->left);
        break;
    case ALT:
        emit_alternatives(r, node);
        break;
    case REPEAT:
        emit_repeat(r, node);
        break;
    }
}

int cluster_regex_compile(struct remit_str pattern, struct remit_arena *arena,
                          const struct cluster_regex **out, struct remit_err *err)
{
    struct parser p = { .text = pattern, .arena = arena, .err = err };
    struct program program = { .n = 0 };
    struct cluster_regex *regex = NULL;
    const struct node *root = NULL;

    TRY(parse_alternatives(&p, &root));
    if (!at_end(&p))
        return wrong(&p, "an end without its group");
    emit_node(&program, root);
    emit(&program, (struct step){ .kind = STEP_MATCH });
    if (program.full)
        return wrong(&p, "more than 2048 steps");
    regex = remit_arena_take(arena, sizeof(*regex) + program.n * sizeof(program.steps[0]));
    TRY(remit_arena_check(arena, "a regular expression", err));
    regex->n = program.n;
    memcpy(regex->steps, program.steps, program.n * sizeof(program.steps[0]));
    *out = regex;
    return 0;
}

/* ---- matching ---- */

struct states {
    uint16_t items[CLUSTER_REGEX_MAX];
    size_t n;
    uint64_t seen[CLUSTER_REGEX_MAX / 64];
    bool matched;
};

/* The step and all that it leads to without a character; each step once. */
static void states_add(const struct cluster_regex *r, struct states *states, uint16_t first)
{
    uint16_t open[2 * CLUSTER_REGEX_MAX];
    size_t n = 0;

    open[n++] = first;
    while (n > 0) {
        uint16_t at = open[--n];
        const struct step *step = &r->steps[at];

        if (states->seen[at / 64] & (UINT64_C(1) << (at % 64)))
            continue;
        states->seen[at / 64] |= UINT64_C(1) << (at % 64);
        if (step->kind == STEP_SET)
            states->items[states->n++] = at;
        else if (step->kind == STEP_MATCH)
            states->matched = true;
        else
            open[n++] = step->a;
        if (step->kind == STEP_SPLIT)
            open[n++] = step->b;
    }
}

bool cluster_regex_matches(const struct cluster_regex *r, struct remit_str text)
{
    struct states now = { .n = 0 };
    size_t i = 0;

    states_add(r, &now, 0);
    for (; i < text.len && now.n > 0; i++) {
        struct states next = { .n = 0 };
        unsigned char c = (unsigned char)text.ptr[i];

        for (size_t j = 0; j < now.n; j++) {
            const struct step *step = &r->steps[now.items[j]];

            if (step->set->bits[c / 64] & (UINT64_C(1) << (c % 64)))
                states_add(r, &next, (uint16_t)(now.items[j] + 1));
        }
        now = next;
    }
    return i == text.len && now.matched;
}
