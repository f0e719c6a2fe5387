#include "iam/policy/glob.h"

#include "iam/context.h"
#include "iam/policy/unit.h"

#define TEXT_MOST  65536 /* of a context value; resources are shorter */
#define SHORT_TEXT 128

bool remit_variable_value(const struct remit_glob_piece *piece, struct remit_variables *variables,
                          struct remit_str *value)
{
    const struct remit_context_entry *entry = NULL;

    if (piece == variables->last) { /* once to see whether it has a value, once for the value */
        *value = variables->last_value;
        return true;
    }
    entry = remit_context_find_hashed(variables->context, piece->text, piece->hash);
    if (piece->broken || (entry != NULL && entry->multivalued)) /* no default helps (section 12) */
        return false;
    if (entry == NULL && !piece->has_fallback)
        return false;
    *value = entry != NULL ? entry->values[0] : piece->fallback;
    variables->last = piece;
    variables->last_value = *value;
    return true;
}

/* A pattern with a variable that has no value matches nothing (section 12). */
static bool all_resolve(const struct remit_glob *glob, struct remit_variables *variables)
{
    struct remit_str value = { 0 };

    for (size_t i = 0; i < glob->n_runs; i++) {
        const struct remit_glob_run *run = &glob->runs[i];

        for (size_t j = 0; run->variables && j < run->n_pieces; j++) {
            if (run->pieces[j].kind != REMIT_PIECE_VARIABLE ||
                remit_variable_value(&run->pieces[j], variables, &value))
                continue;
            variables->unresolved = true;
            return false;
        }
    }
    return true;
}

/* The bytes that a TEXT or VARIABLE piece stands for. */
static struct remit_str piece_text(const struct remit_glob_piece *piece,
                                   struct remit_variables *variables)
{
    struct remit_str text = piece->text;

    if (piece->kind == REMIT_PIECE_VARIABLE)
        (void)remit_variable_value(piece, variables, &text); /* it resolves: all_resolve() */
    return text;
}

static bool same_bytes(const char *at, struct remit_str part)
{
    return part.len == 0 || memcmp(at, part.ptr, part.len) == 0;
}

static bool ones_take(uint32_t n_ones, struct remit_str text, size_t limit, size_t *at)
{
    for (; n_ones > 0; n_ones--) {
        if (*at >= limit)
            return false;
        *at += remit_unit_len(text, *at);
    }
    return *at <= limit;
}

/* Moves *at behind the run, when it stands there and ends before `limit`. */
static bool run_takes(const struct remit_glob_run *run, struct remit_str text, size_t limit,
                      struct remit_variables *variables, size_t *at)
{
    for (size_t i = 0; i < run->n_pieces; i++) {
        const struct remit_glob_piece *piece = &run->pieces[i];
        struct remit_str part = { 0 };

        if (piece->kind == REMIT_PIECE_ONES) {
            if (!ones_take(piece->n_ones, text, limit, at))
                return false;
            continue;
        }
        part = piece_text(piece, variables);
        if (limit - *at < part.len || !same_bytes(text.ptr + *at, part))
            return false;
        *at += part.len;
    }
    return true;
}

static bool ones_take_back(uint32_t n_ones, struct remit_str text, size_t limit, size_t *end)
{
    for (; n_ones > 0; n_ones--) {
        if (*end <= limit)
            return false;
        *end -= remit_unit_back(text, *end);
    }
    return *end >= limit;
}

/* Moves *end before the run, when it ends there and starts behind `limit`. */
static bool run_takes_back(const struct remit_glob_run *run, struct remit_str text, size_t limit,
                           struct remit_variables *variables, size_t *end)
{
    for (size_t i = run->n_pieces; i-- > 0;) {
        const struct remit_glob_piece *piece = &run->pieces[i];
        struct remit_str part = { 0 };

        if (piece->kind == REMIT_PIECE_ONES) {
            if (!ones_take_back(piece->n_ones, text, limit, end))
                return false;
            continue;
        }
        part = piece_text(piece, variables);
        if (*end - limit < part.len || !same_bytes(text.ptr + (*end - part.len), part))
            return false;
        *end -= part.len;
    }
    return true;
}

/* By its first byte: quicker than memmem() makes its table, and bounded where texts are short. */
static const char *find_short(const char *at, const char *end, struct remit_str needle)
{
    while ((size_t)(end - at) >= needle.len) {
        at = memchr(at, needle.ptr[0], (size_t)(end - at) - needle.len + 1);
        if (at == NULL || memcmp(at, needle.ptr, needle.len) == 0)
            return at;
        at++;
    }
    return NULL;
}

static bool find_text(struct remit_str needle, struct remit_str text, size_t limit, size_t *at)
{
    const char *from = text.ptr + *at;
    const char *found = NULL;

    if (needle.len == 0)
        return true;
    if (needle.len > limit - *at)
        return false;
    if (limit - *at <= SHORT_TEXT)
        found = find_short(from, text.ptr + limit, needle);
    else
        found = memmem(from, limit - *at, needle.ptr, needle.len);
    if (found == NULL)
        return false;
    *at = (size_t)(found - text.ptr) + needle.len;
    return true;
}

/* Text and variables side by side, put together so that one linear search finds them. */
__attribute__((noinline)) static bool find_assembled(const struct remit_glob_run *run,
                                                     struct remit_str text, size_t limit,
                                                     struct remit_variables *variables, size_t *at)
{
    char needle[TEXT_MOST] __attribute__((uninitialized));
    size_t len = 0;

    for (size_t i = 0; i < run->n_pieces; i++) {
        struct remit_str part = piece_text(&run->pieces[i], variables);

        if (part.len > sizeof(needle) - len || len + part.len > limit - *at)
            return false;
        if (part.len > 0)
            memcpy(needle + len, part.ptr, part.len);
        len += part.len;
    }
    return find_text(remit_str_from(needle, len), text, limit, at);
}

/* Moves *at behind the leftmost place where the run stands. */
static bool run_find(const struct remit_glob_run *run, struct remit_str text, size_t limit,
                     struct remit_variables *variables, size_t *at)
{
    if (run->bitap != NULL)
        return remit_bitap_find(run->bitap, text, *at, limit, at);
    if (!run->ones && run->n_pieces == 1)
        return find_text(piece_text(&run->pieces[0], variables), text, limit, at);
    if (!run->ones)
        return find_assembled(run, text, limit, variables, at);
    for (size_t from = *at; from <= limit; from += remit_unit_len(text, from)) {
        size_t end = from;

        if (run_takes(run, text, limit, variables, &end)) {
            *at = end;
            return true;
        }
        if (from == limit)
            break;
    }
    return false;
}

bool remit_glob_match_runs(const struct remit_glob *glob, struct remit_str text,
                           struct remit_variables *variables)
{
    const struct remit_glob_run *last = &glob->runs[glob->n_runs - 1];
    size_t at = 0;
    size_t end = text.len;

    if (glob->variables && !all_resolve(glob, variables))
        return false;
    if (!run_takes(&glob->runs[0], text, end, variables, &at))
        return false;
    if (glob->n_runs == 1)
        return at == text.len;
    if (!run_takes_back(last, text, at, variables, &end))
        return false;
    for (size_t i = 1; i + 1 < glob->n_runs; i++)
        if (!run_find(&glob->runs[i], text, end, variables, &at))
            return false;
    return true;
}
