/*
 * values.h - numbers, moments and addresses out of the texts that policies and requests hold.
 *
 * Everything is read from text into a few words, without memory: requests are read while deciding.
 * Sources: reference iam-evaluation.md sections 13.5, 13.6, 13.9.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <remit/str.h>

/*
 * A decimal of any length, exactly: sign × d.ddd… × 10^exponent, where the digits start with the
 * first one that is not 0, have no zeros at the end, and may have a point among them, which counts
 * for nothing.
 */
struct remit_decimal {
    int sign; /* -1, 0, 1 */
    int64_t exponent;
    struct remit_str digits;
};

/* [+-] digits [. digits] [e [+-] digits], all of the text; one side of the point may be empty. */
bool remit_decimal_parse(struct remit_str text, struct remit_decimal *out);
int remit_decimal_compare(const struct remit_decimal *a, const struct remit_decimal *b);

/*
 * Milliseconds since 1970: YYYY, YYYY-MM, YYYY-MM-DD, YYYY-MM-DDThh:mm[:ss[.s…]](Z|±hh:mm), or
 * seconds since 1970 as digits; four digits are a year (section 23).
 */
bool remit_date_parse(struct remit_str text, int64_t *out_ms);

struct remit_ip {
    bool six;
    uint8_t bytes[16]; /* IPv4: the first four */
    unsigned bits;     /* of the network part; 32 or 128 for one address */
    bool host_bits;    /* some are set behind it */
};

/* An address, or an address and /bits. Zone identifiers, ports and brackets are refused. */
bool remit_ip_parse_block(struct remit_str text, struct remit_ip *out);
/* An address of a request: IPv4 inside IPv6 (::ffff:a.b.c.d) comes out as IPv4. */
bool remit_ip_parse_address(struct remit_str text, struct remit_ip *out);
/* Families never meet. An IPv6 block with host bits set holds nothing. */
bool remit_ip_within(const struct remit_ip *address, const struct remit_ip *block);
