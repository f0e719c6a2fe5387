#include "iam/policy/values.h"

#include <string.h>

#define GROUPS 8

/* Four decimal octets; leading zeros are allowed and mean nothing (13.9). */
static bool parse_four(struct remit_str text, uint8_t out[4])
{
    struct remit_str rest = text;

    for (int i = 0; i < 4; i++) {
        struct remit_str octet = { 0 };
        unsigned long long value = 0;
        bool more = remit_str_cut(&rest, '.', &octet);

        if (more != (i < 3) || !remit_str_to_u64(octet, 255, &value))
            return false;
        out[i] = (uint8_t)value;
    }
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_group(struct remit_str text, uint8_t out[2])
{
    unsigned value = 0;

    if (text.len == 0 || text.len > 4)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int digit = hex_digit(text.ptr[i]);

        if (digit < 0)
            return false;
        value = value << 4 | (unsigned)digit;
    }
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
    return true;
}

/*
 * Groups with ':' between them, at most `room` of them; the last two may be an IPv4 address. An
 * empty text is no group. -1 when it is none of that.
 */
static int parse_groups(struct remit_str text, int room, uint8_t *out)
{
    struct remit_str rest = text;
    bool more = text.len > 0;
    int n = 0;

    while (more) {
        struct remit_str group = { 0 };

        more = remit_str_cut(&rest, ':', &group);
        if (!more && n + 2 <= room && parse_four(group, out + (size_t)n * 2))
            return n + 2;
        if (n == room || !parse_group(group, out + (size_t)n * 2))
            return -1;
        n++;
    }
    return n;
}

static size_t find_double_colon(struct remit_str text)
{
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.ptr[i] == ':' && text.ptr[i + 1] == ':')
            return i;
    return text.len;
}

/* "::" stands for one group of zeros or more. */
static bool parse_six(struct remit_str text, uint8_t out[16])
{
    size_t gap = find_double_colon(text);
    uint8_t tail[16] = { 0 };
    int n_head = 0;
    int n_tail = 0;

    memset(out, 0, 16);
    if (gap == text.len)
        return parse_groups(text, GROUPS, out) == GROUPS;
    n_head = parse_groups(remit_str_sub(text, 0, gap), GROUPS - 1, out);
    if (n_head < 0 || memchr(text.ptr, '.', gap) != NULL)
        return false;
    n_tail = parse_groups(remit_str_sub(text, gap + 2, text.len), GROUPS - 1 - n_head, tail);
    if (n_tail < 0)
        return false;
    memcpy(out + 16 - (size_t)n_tail * 2, tail, (size_t)n_tail * 2);
    return true;
}

static bool parse_any(struct remit_str text, struct remit_ip *out)
{
    *out = (struct remit_ip){ .bits = 32 };
    if (remit_str_find(text, ':') == text.len)
        return parse_four(text, out->bytes);
    out->six = true;
    out->bits = 128;
    return parse_six(text, out->bytes);
}

static bool has_host_bits(const struct remit_ip *ip)
{
    for (unsigned bit = ip->bits; bit < (ip->six ? 128u : 32u); bit++)
        if (ip->bytes[bit / 8] & (0x80 >> bit % 8))
            return true;
    return false;
}

bool remit_ip_parse_block(struct remit_str text, struct remit_ip *out)
{
    struct remit_str rest = text;
    struct remit_str address = { 0 };
    unsigned long long bits = 0;
    bool block = remit_str_cut(&rest, '/', &address);

    if (!parse_any(address, out))
        return false;
    if (!block)
        return true;
    if (!remit_str_to_u64(rest, out->bits, &bits))
        return false;
    out->bits = (unsigned)bits;
    out->host_bits = has_host_bits(out);
    return true;
}

bool remit_ip_parse_address(struct remit_str text, struct remit_ip *out)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

    if (!parse_any(text, out))
        return false;
    if (!out->six || memcmp(out->bytes, mapped, sizeof(mapped)) != 0)
        return true;
    out->six = false;
    out->bits = 32;
    memmove(out->bytes, out->bytes + sizeof(mapped), 4);
    return true;
}

bool remit_ip_within(const struct remit_ip *address, const struct remit_ip *block)
{
    size_t whole = block->bits / 8;
    unsigned rest = block->bits % 8;

    if (address->six != block->six || (block->six && block->host_bits))
        return false;
    if (memcmp(address->bytes, block->bytes, whole) != 0)
        return false;
    return rest == 0 || (address->bytes[whole] ^ block->bytes[whole]) >> (8 - rest) == 0;
}
