/*
 * utf8.h - what is UTF-8: the shortest form of a scalar value, no surrogates (RFC 3629).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/str.h>

/* Bytes of the sequence that begins at `at` < text.len, or 0 when none does. */
size_t remit_utf8_len(struct remit_str text, size_t at);
bool remit_utf8_valid(struct remit_str text);
/*
 * Writes the 1 to 4 bytes of `c`, at most U+10FFFF, and says how many. A surrogate is written, too.
 * In the header, so that the policy engine asks for nothing more (tests/iam/policy.undefined).
 */
static inline size_t remit_utf8_put(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (c >> 18 & 7));
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}
