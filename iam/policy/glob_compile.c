#include "iam/policy/glob.h"

#include "iam/context.h"

/* A pattern being taken apart: room for the most that it can need was counted before. */
struct builder {
    struct remit_arena *arena;
    struct remit_str source;
    const struct remit_glob_syntax *syntax;
    struct remit_glob_run *runs; /* runs[n_runs - 1] is open */
    size_t n_runs;
    struct remit_glob_piece *pieces;
    size_t n_pieces;
    char *text; /* copy of the plain text, where escapes tear it apart */
    size_t n_text;
    bool variables;
    size_t min_len;
};

/* What stands at `at` in the source. */
static bool is_star(const struct builder *b, size_t at)
{
    return b->syntax->wild && b->source.ptr[at] == '*';
}

static bool is_one(const struct builder *b, size_t at)
{
    return b->syntax->wild && b->source.ptr[at] == '?';
}

static bool is_variable(const struct builder *b, size_t at)
{
    return at >= b->syntax->variables_from && at + 1 < b->source.len && b->source.ptr[at] == '$' &&
           b->source.ptr[at + 1] == '{';
}

/* Offset of the two-byte `mark`, or the end. */
static size_t find_pair(struct remit_str s, size_t from, const char *mark)
{
    while (from + 1 < s.len && (s.ptr[from] != mark[0] || s.ptr[from + 1] != mark[1]))
        from++;
    return from + 1 < s.len ? from : s.len;
}

/* Offset of the comma in ", '", or the end. */
static size_t find_fallback(struct remit_str s, size_t from, size_t to)
{
    for (; from + 2 < to; from++)
        if (s.ptr[from] == ',' && s.ptr[from + 1] == ' ' && s.ptr[from + 2] == '\'')
            return from;
    return s.len;
}

size_t remit_variable_span(struct remit_str source, size_t at)
{
    struct remit_str rest = remit_str_sub(source, at, source.len);
    size_t brace = remit_str_find(rest, '}');
    size_t comma = find_fallback(rest, 2, rest.len);

    if (comma < brace) { /* the default may hold a brace: its quote and the brace end it */
        size_t quote = find_pair(rest, comma + 3, "'}");

        if (quote < rest.len)
            return quote + 2;
    }
    return brace < rest.len ? brace + 1 : rest.len;
}

static struct remit_glob_piece *piece_add(struct builder *b, enum remit_glob_piece_kind kind)
{
    struct remit_glob_piece *piece = &b->pieces[b->n_pieces++];

    piece->kind = kind;
    b->runs[b->n_runs - 1].n_pieces++;
    return piece;
}

static void add_text(struct builder *b, const char *from, size_t len)
{
    struct remit_glob_run *run = &b->runs[b->n_runs - 1];
    struct remit_glob_piece *last = run->n_pieces > 0 ? &b->pieces[b->n_pieces - 1] : NULL;

    if (b->text != NULL) {
        from = memcpy(b->text + b->n_text, from, len);
        b->n_text += len;
    }
    b->min_len += len;
    if (last != NULL && last->kind == REMIT_PIECE_TEXT) {
        last->text.len += len;
        return;
    }
    piece_add(b, REMIT_PIECE_TEXT)->text = remit_str_from(from, len);
}

static void add_one(struct builder *b)
{
    struct remit_glob_run *run = &b->runs[b->n_runs - 1];

    if (run->n_pieces == 0 || b->pieces[b->n_pieces - 1].kind != REMIT_PIECE_ONES)
        piece_add(b, REMIT_PIECE_ONES);
    b->pieces[b->n_pieces - 1].n_ones++;
    run->ones = true;
    b->min_len++;
}

static void add_star(struct builder *b)
{
    if (b->n_runs > 1 && b->runs[b->n_runs - 1].n_pieces == 0)
        return; /* two stars are one */
    b->runs[b->n_runs++].pieces = b->pieces + b->n_pieces;
}

/* The text between "${" and the closing brace. */
static void parse_variable(struct remit_glob_piece *piece, struct remit_str inner, bool closed)
{
    size_t comma = find_fallback(inner, 0, inner.len);

    piece->text = remit_str_sub(inner, 0, comma);
    if (comma < inner.len) {
        struct remit_str quoted = remit_str_sub(inner, comma + 3, inner.len);

        piece->has_fallback = remit_str_ends(quoted, REMIT_STR("'"));
        piece->fallback = remit_str_sub(quoted, 0, quoted.len - piece->has_fallback);
        piece->broken = !piece->has_fallback;
    }
    piece->broken = piece->broken || !closed || piece->text.len == 0;
    piece->hash = remit_context_hash(piece->text);
}

/* A variable, or one of the escapes ${*} ${?} ${$}. Returns its length. */
static size_t add_variable(struct builder *b, size_t at)
{
    size_t span = remit_variable_span(b->source, at);
    struct remit_str whole = remit_str_sub(b->source, at, span);
    bool closed = whole.ptr[span - 1] == '}';
    struct remit_str inner = remit_str_sub(whole, 2, span - 2 - closed);

    if (closed && inner.len == 1 && memchr("*?$", inner.ptr[0], 3) != NULL) {
        add_text(b, inner.ptr, 1);
        return span;
    }
    parse_variable(piece_add(b, REMIT_PIECE_VARIABLE), inner, closed);
    b->runs[b->n_runs - 1].variables = true;
    b->variables = true;
    return span;
}

static void take_apart(struct builder *b)
{
    size_t at = 0;

    while (at < b->source.len) {
        size_t from = at;

        while (at < b->source.len && !is_star(b, at) && !is_one(b, at) && !is_variable(b, at))
            at++;
        if (at > from)
            add_text(b, b->source.ptr + from, at - from);
        if (at == b->source.len)
            return;
        if (is_star(b, at))
            add_star(b);
        else if (is_one(b, at))
            add_one(b);
        else
            at += add_variable(b, at) - 1;
        at++;
    }
}

/* Counts what is special, and takes room for that much and the text between. */
static bool make_room(struct builder *b)
{
    size_t n_stars = 0;
    size_t n_others = 0;
    bool copy = false;

    for (size_t at = 0; at < b->source.len; at++) {
        n_stars += is_star(b, at);
        n_others += is_one(b, at) || is_variable(b, at);
        copy = copy || is_variable(b, at);
    }
    b->runs = REMIT_NEW_N(b->arena, struct remit_glob_run, n_stars + 1);
    b->pieces = REMIT_NEW_N(b->arena, struct remit_glob_piece, n_stars + 2 * n_others + 1);
    if (copy)
        b->text = remit_arena_take(b->arena, b->source.len + 1);
    if (b->runs == NULL || b->pieces == NULL || (copy && b->text == NULL))
        return false;
    b->n_runs = 1;
    b->runs[0].pieces = b->pieces;
    return true;
}

static enum remit_glob_shape shape_of(const struct builder *b)
{
    const struct remit_glob_run *first = &b->runs[0];
    bool plain =
        first->n_pieces == 0 || (first->n_pieces == 1 && first->pieces[0].kind == REMIT_PIECE_TEXT);

    if (!plain || b->n_runs > 2)
        return REMIT_GLOB_RUNS;
    if (b->n_runs == 1)
        return REMIT_GLOB_LITERAL;
    if (b->runs[1].n_pieces > 0)
        return REMIT_GLOB_RUNS;
    return first->n_pieces == 0 ? REMIT_GLOB_ANY : REMIT_GLOB_PREFIX;
}

/* Most patterns have nothing special, or a star at the end alone, and need no pieces. */
static bool is_simple(const struct builder *b, struct remit_glob *out)
{
    size_t len = b->source.len;

    for (size_t at = 0; at < len; at++)
        if (is_one(b, at) || is_variable(b, at) || (is_star(b, at) && at != len - 1))
            return false;
    out->shape = len == 0 || !is_star(b, len - 1) ? REMIT_GLOB_LITERAL
                 : len == 1                       ? REMIT_GLOB_ANY
                                                  : REMIT_GLOB_PREFIX;
    out->prefix = remit_str_sub(b->source, 0, len - (out->shape != REMIT_GLOB_LITERAL));
    out->min_len = (uint32_t)out->prefix.len;
    return true;
}

static struct remit_str lowered(struct remit_arena *arena, struct remit_str source)
{
    char *copy = remit_arena_take(arena, source.len);

    for (size_t i = 0; copy != NULL && i < source.len; i++)
        copy[i] = remit_lower(source.ptr[i]);
    return remit_str_from(copy, copy == NULL ? 0 : source.len);
}

void remit_glob_compile(struct remit_arena *arena, struct remit_str source,
                        const struct remit_glob_syntax *syntax, struct remit_glob *out)
{
    struct builder b = { .arena = arena, .source = source, .syntax = syntax };

    *out = (struct remit_glob){ .shape = REMIT_GLOB_NEVER, .source = source };
    if (syntax->lower)
        b.source = lowered(arena, source);
    if (is_simple(&b, out) || !make_room(&b))
        return;
    take_apart(&b);
    for (size_t i = 1; i + 1 < b.n_runs; i++)
        remit_bitap_prepare(arena, &b.runs[i]);
    out->shape = shape_of(&b);
    out->variables = b.variables;
    out->runs = b.runs;
    out->n_runs = (uint32_t)b.n_runs;
    out->min_len = b.min_len > UINT32_MAX ? UINT32_MAX : (uint32_t)b.min_len;
    if (b.runs[0].n_pieces > 0 && b.runs[0].pieces[0].kind == REMIT_PIECE_TEXT)
        out->prefix = b.runs[0].pieces[0].text;
}
