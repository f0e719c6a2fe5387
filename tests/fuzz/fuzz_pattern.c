/*
 * A pattern, a text and a variable's value, with NUL between them. Without variables the answer is
 * that of a table over all pairs of places; with them, nothing is read that is not there, and a
 * pattern whose variable has no value matches nothing.
 */
#include <stdint.h>
#include <stdlib.h>

#include "iam/policy/glob.h"
#include "iam/policy/unit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define UNITS_MOST 300

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* The text unit by unit, each as its bytes. */
static size_t units_of(struct remit_str text, struct remit_str out[UNITS_MOST])
{
    size_t n = 0;

    for (size_t at = 0; at < text.len && n < UNITS_MOST; n++) {
        size_t len = remit_unit_len(text, at);

        out[n] = remit_str_sub(text, at, len);
        at += len;
    }
    return n;
}

static bool is(struct remit_str unit, char c)
{
    return unit.len == 1 && unit.ptr[0] == c;
}

/* row[j]: whether the pattern so far matches the first j units. */
static bool table(struct remit_str pattern, struct remit_str text)
{
    static struct remit_str signs[UNITS_MOST], units[UNITS_MOST];
    size_t m = units_of(pattern, signs);
    size_t n = units_of(text, units);
    bool row[UNITS_MOST + 1] = { true };

    for (size_t i = 0; i < m; i++) {
        bool diagonal = row[0];
        bool star = is(signs[i], '*');

        row[0] = row[0] && star;
        for (size_t j = 1; j <= n; j++) {
            bool above = row[j];

            if (star)
                row[j] = above || row[j - 1];
            else
                row[j] = diagonal && (is(signs[i], '?') || remit_str_equal(signs[i], units[j - 1]));
            diagonal = above;
        }
    }
    return row[n];
}

static bool match(struct remit_str pattern, struct remit_str text, size_t variables_from,
                  struct remit_variables *variables)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(16 * 1024 * 1024);
    const struct remit_glob_syntax syntax = { .wild = true, .variables_from = variables_from };
    struct remit_glob glob;

    remit_glob_compile(&arena, pattern, &syntax, &glob);
    require(!arena.failed);
    return remit_glob_match(&glob, text, variables);
}

/* Policies hold no characters above U+00FF: the tape lets none through. */
static bool could_be_pattern(struct remit_str pattern)
{
    for (size_t at = 0; at < pattern.len; at += remit_unit_len(pattern, at))
        if (remit_unit_value(pattern, at) == UINT32_MAX)
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_str rest = { (const char *)data, size };
    struct remit_str pattern = { 0 };
    struct remit_str text = { 0 };
    auto_context struct remit_context context = { 0 };
    struct remit_variables variables = { .context = &context };

    if (!remit_str_cut(&rest, '\0', &pattern) || pattern.len > UNITS_MOST)
        return 0;
    (void)remit_str_cut(&rest, '\0', &text);
    if (text.len > UNITS_MOST || !could_be_pattern(pattern))
        return 0;
    require(match(pattern, text, SIZE_MAX, NULL) == table(pattern, text));
    if (remit_context_put(&context, REMIT_STR("v"), rest, NULL) != 0)
        return 0;
    if (match(pattern, text, 0, &variables))
        require(!variables.unresolved);
    return 0;
}
