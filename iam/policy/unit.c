#include "iam/policy/unit.h"

#include "common/base/utf8.h"

size_t remit_unit_len(struct remit_str text, size_t at)
{
    size_t len = remit_utf8_len(text, at);

    if (len == 4 || (at >= 2 && remit_utf8_len(text, at - 2) == 4))
        return 2;
    return len == 0 ? 1 : len;
}

size_t remit_unit_back(struct remit_str text, size_t at)
{
    if (at >= 2 && at + 2 <= text.len && remit_utf8_len(text, at - 2) == 4)
        return 2;
    for (size_t len = 4; len > 1; len--)
        if (at >= len && remit_utf8_len(text, at - len) == len)
            return len == 4 ? 2 : len;
    return 1;
}

uint32_t remit_unit_value(struct remit_str text, size_t at)
{
    const unsigned char *p = (const unsigned char *)text.ptr + at;

    if (p[0] < 0x80)
        return p[0];
    if ((p[0] == 0xc2 || p[0] == 0xc3) && remit_utf8_len(text, at) == 2)
        return (uint32_t)(p[0] & 3) << 6 | (p[1] & 0x3f);
    return UINT32_MAX;
}
