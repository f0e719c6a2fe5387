#include "iam/policy/values.h"

#define EXPONENT_MOST 1000000000000LL /* larger ones are taken as this: texts are far shorter */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t skip_digits(struct remit_str text, size_t at)
{
    while (at < text.len && is_digit(text.ptr[at]))
        at++;
    return at;
}

static size_t skip_sign(struct remit_str text, size_t at, bool *minus)
{
    *minus = at < text.len && text.ptr[at] == '-';
    return at + (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'));
}

/* "e" and what follows, to the end of the text. */
static bool parse_exponent(struct remit_str text, size_t at, int64_t *out)
{
    bool minus = false;
    int64_t value = 0;

    *out = 0;
    if (at == text.len)
        return true;
    if (text.ptr[at] != 'e' && text.ptr[at] != 'E')
        return false;
    at = skip_sign(text, at + 1, &minus);
    if (at == text.len || skip_digits(text, at) != text.len)
        return false;
    for (; at < text.len; at++)
        if (value < EXPONENT_MOST)
            value = value * 10 + (text.ptr[at] - '0');
    *out = minus ? -value : value;
    return true;
}

/* Cuts zeros off both ends of the digits between `from` and `to`, with the point at `point`. */
static void normalize(struct remit_str text, size_t from, size_t point, size_t to,
                      struct remit_decimal *out)
{
    while (from < to && (text.ptr[from] == '0' || text.ptr[from] == '.'))
        from++;
    while (to > from && (text.ptr[to - 1] == '0' || text.ptr[to - 1] == '.'))
        to--;
    out->digits = remit_str_sub(text, from, to - from);
    if (from == to)
        out->sign = 0;
    else if (from < point)
        out->exponent += (int64_t)(point - from) - 1;
    else
        out->exponent -= (int64_t)(from - point);
}

bool remit_decimal_parse(struct remit_str text, struct remit_decimal *out)
{
    bool minus = false;
    size_t from = skip_sign(text, 0, &minus);
    size_t point = skip_digits(text, from);
    size_t to = point;

    if (to < text.len && text.ptr[to] == '.')
        to = skip_digits(text, to + 1);
    if (to - from == (size_t)(to > point)) /* no digit on either side */
        return false;
    if (!parse_exponent(text, to, &out->exponent))
        return false;
    out->sign = minus ? -1 : 1;
    normalize(text, from, point, to, out);
    return true;
}

/* The digits of both, side by side; the shorter goes on with zeros. */
static int compare_digits(struct remit_str a, struct remit_str b)
{
    size_t i = 0;
    size_t j = 0;

    for (;; i++, j++) {
        char x = '0';
        char y = '0';

        i += i < a.len && a.ptr[i] == '.';
        j += j < b.len && b.ptr[j] == '.';
        if (i >= a.len && j >= b.len)
            return 0;
        x = i < a.len ? a.ptr[i] : '0';
        y = j < b.len ? b.ptr[j] : '0';
        if (x != y)
            return x < y ? -1 : 1;
    }
}

int remit_decimal_compare(const struct remit_decimal *a, const struct remit_decimal *b)
{
    if (a->sign != b->sign)
        return a->sign < b->sign ? -1 : 1;
    if (a->sign == 0)
        return 0;
    if (a->exponent != b->exponent)
        return (a->exponent < b->exponent) == (a->sign > 0) ? -1 : 1;
    return a->sign * compare_digits(a->digits, b->digits);
}
