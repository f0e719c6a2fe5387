#include "common/base/utf8.h"

static bool continues(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* Table 3-7 of Unicode: what may follow a lead byte. */
static bool second_fits(unsigned char lead, unsigned char second)
{
    if (!continues(second))
        return false;
    if (lead == 0xe0)
        return second >= 0xa0;
    if (lead == 0xed)
        return second <= 0x9f;
    if (lead == 0xf0)
        return second >= 0x90;
    return lead != 0xf4 || second <= 0x8f;
}

size_t remit_utf8_len(struct remit_str text, size_t at)
{
    const unsigned char *p = (const unsigned char *)text.ptr + at;
    size_t left = text.len - at;
    size_t len = 0;

    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (left < len || !second_fits(p[0], p[1]))
        return 0;
    for (size_t i = 2; i < len; i++)
        if (!continues(p[i]))
            return 0;
    return len;
}

bool remit_utf8_valid(struct remit_str text)
{
    for (size_t at = 0; at < text.len;) {
        size_t len = remit_utf8_len(text, at);

        if (len == 0)
            return false;
        at += len;
    }
    return true;
}
