#include <remit/str.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

struct remit_str remit_str_of(const char *cstr)
{
    return (struct remit_str){ cstr, cstr != NULL ? strlen(cstr) : 0 };
}

struct remit_str remit_str_from(const char *ptr, size_t len)
{
    return (struct remit_str){ ptr, len };
}

bool remit_str_equal(struct remit_str a, struct remit_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool remit_str_equal_nocase(struct remit_str a, struct remit_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

int remit_str_compare(struct remit_str a, struct remit_str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);

    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool remit_str_starts(struct remit_str s, struct remit_str prefix)
{
    return s.len >= prefix.len && remit_str_equal(remit_str_from(s.ptr, prefix.len), prefix);
}

bool remit_str_ends(struct remit_str s, struct remit_str suffix)
{
    return s.len >= suffix.len &&
           remit_str_equal(remit_str_sub(s, s.len - suffix.len, suffix.len), suffix);
}

size_t remit_str_find(struct remit_str s, char byte)
{
    const char *at = s.len == 0 ? NULL : (const char *)memchr(s.ptr, byte, s.len);

    return at == NULL ? s.len : (size_t)(at - s.ptr);
}

struct remit_str remit_str_sub(struct remit_str s, size_t from, size_t len)
{
    if (from > s.len)
        from = s.len;
    if (len > s.len - from)
        len = s.len - from;
    return remit_str_from(s.ptr == NULL ? NULL : s.ptr + from, len);
}

bool remit_str_cut(struct remit_str *rest, char sep, struct remit_str *head)
{
    size_t at = remit_str_find(*rest, sep);

    *head = remit_str_sub(*rest, 0, at);
    if (at == rest->len) {
        *rest = remit_str_sub(*rest, at, 0);
        return false;
    }
    *rest = remit_str_sub(*rest, at + 1, rest->len);
    return true;
}

struct remit_str remit_str_trim(struct remit_str s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s = remit_str_sub(s, 1, s.len);
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

bool remit_str_to_u64(struct remit_str s, unsigned long long max, unsigned long long *out)
{
    unsigned long long value = 0;

    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned)(s.ptr[i] - '0');

        if (s.ptr[i] < '0' || digit > 9)
            return false;
        if (__builtin_mul_overflow(value, 10ULL, &value) ||
            __builtin_add_overflow(value, (unsigned long long)digit, &value) || value > max)
            return false;
    }
    *out = value;
    return true;
}
