#include "iam/context.h"
#include "iam/lint/lint_internal.h"

bool lint_wild(struct remit_str text)
{
    return remit_str_find(text, '*') != text.len || remit_str_find(text, '?') != text.len;
}

static bool same(char a, char b, bool nocase)
{
    return nocase ? remit_lower(a) == remit_lower(b) : a == b;
}

/* '?' stands for any one character, but not for a '*', which may stand for none. */
static bool takes(char pattern, char text, bool nocase)
{
    return (pattern == '?' && text != '*') || (pattern != '?' && same(pattern, text, nocase));
}

/* Back to the last star only: no recursion, and time in proportion to both lengths. */
static bool glob_covers(struct remit_str pattern, struct remit_str text, bool nocase)
{
    size_t p = 0;
    size_t star = SIZE_MAX;
    size_t back = 0;

    for (size_t t = 0; t < text.len;) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            back = t;
        } else if (p < pattern.len && takes(pattern.ptr[p], text.ptr[t], nocase)) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++back;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

static bool equal(struct remit_str a, struct remit_str b, bool nocase)
{
    return nocase ? remit_str_equal_nocase(a, b) : remit_str_equal(a, b);
}

#define COVERS_MOST 8192 /* a longer text is covered by itself and by "*" alone */

/* A pattern with variables covers itself; an escaped "${*}" in it is no star. */
bool lint_covers(struct remit_str pattern, struct remit_str text, bool nocase)
{
    if (remit_str_equal(pattern, REMIT_STR("*")))
        return true;
    if (text.len > COVERS_MOST || remit_str_find(pattern, '$') != pattern.len)
        return equal(pattern, text, nocase);
    return glob_covers(pattern, text, nocase);
}

/* ---- whether two patterns have a text in common ---- */

#define OVERLAP_MOST 512 /* longer patterns overlap for all we know */

/* Each variable as a star: it may be any text. */
static size_t flatten(struct remit_str text, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '$' || i + 1 >= text.len || text.ptr[i + 1] != '{') {
            out[n++] = text.ptr[i];
            continue;
        }
        while (i + 1 < text.len && text.ptr[i] != '}')
            i++;
        out[n++] = '*';
    }
    return n;
}

/* Row by row over the pairs of places in both: which can be reached by a common text. */
static bool reach(struct remit_str a, struct remit_str b, bool nocase)
{
    bool rows[2][OVERLAP_MOST + 1] = { { false } };

    for (size_t i = 0; i <= a.len; i++) {
        bool *row = rows[i & 1];
        const bool *above = rows[(i + 1) & 1];

        for (size_t j = 0; j <= b.len; j++) {
            char x = i > 0 ? a.ptr[i - 1] : '\0';
            char y = j > 0 ? b.ptr[j - 1] : '\0';
            bool both = i > 0 && j > 0;

            row[j] = (i == 0 && j == 0) || (i > 0 && above[j] && (x == '*' || y == '*')) ||
                     (j > 0 && row[j - 1] && (y == '*' || x == '*')) ||
                     (both && above[j - 1] &&
                      (x == '*' || y == '*' || x == '?' || y == '?' || same(x, y, nocase)));
        }
    }
    return rows[a.len & 1][b.len];
}

bool lint_overlaps(struct remit_str a, struct remit_str b, bool nocase)
{
    char left[OVERLAP_MOST];
    char right[OVERLAP_MOST];

    if (a.len > OVERLAP_MOST || b.len > OVERLAP_MOST)
        return true;
    return reach(remit_str_from(left, flatten(a, left)), remit_str_from(right, flatten(b, right)),
                 nocase);
}

/* ---- near names ---- */

#define DISTANCE_MOST 64

size_t lint_distance(struct remit_str a, struct remit_str b, size_t most)
{
    size_t row[DISTANCE_MOST + 1];

    if (a.len > DISTANCE_MOST || b.len > DISTANCE_MOST ||
        (a.len > b.len ? a.len - b.len : b.len - a.len) > most)
        return most + 1;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t corner = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t change = corner + !same(a.ptr[i - 1], b.ptr[j - 1], true);
            size_t shift = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

            corner = row[j];
            row[j] = change < shift ? change : shift;
        }
    }
    return row[b.len] > most ? most + 1 : row[b.len];
}
