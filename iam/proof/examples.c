#include <stdio.h>
#include <stdlib.h>

#include "iam/proof/problem.h"

#define SPREAD_MAX 400 /* digits between the largest and the smallest number of a condition */

void remit_proof_example(struct proof_examples *e, struct remit_str text)
{
    if (e->n == e->cap) {
        size_t cap = e->cap == 0 ? 32 : e->cap * 2;
        struct remit_str *texts = REMIT_NEW_N(e->arena, struct remit_str, cap);

        if (texts == NULL)
            return;
        if (e->n > 0)
            memcpy(texts, e->texts, e->n * sizeof(*texts));
        e->texts = texts;
        e->cap = cap;
    }
    e->texts[e->n++] = text;
}

static void example(struct proof_examples *e, const char *text)
{
    remit_proof_example(e, remit_arena_str(e->arena, remit_str_of(text)));
}

/* ---- numbers ---- */

/* Where the digits of all operands begin and end, as powers of ten. */
static void extend(struct proof_examples *e, const struct remit_condition *c)
{
    for (size_t i = 0; i < c->n_operands; i++) {
        const struct remit_decimal *d = &c->operands[i].is.number;

        if (c->operands[i].malformed || d->sign == 0)
            continue;
        if (d->exponent > e->top)
            e->top = d->exponent;
        if (d->exponent - (int64_t)d->digits.len < e->bottom)
            e->bottom = d->exponent - (int64_t)d->digits.len;
    }
}

void remit_proof_examples_see(struct proof_examples *e, const struct remit_condition *c)
{
    if (c->op->operand == REMIT_OPERAND_NUMBER)
        extend(e, c);
    if (e->top - e->bottom > SPREAD_MAX)
        e->over = true;
}

/* A little farther from zero than the number: its digits, zeros, a one. */
static void example_past(struct proof_examples *e, const struct remit_decimal *d, int zeros)
{
    char digits[1024];
    size_t n = 0;

    for (size_t i = 0; i < d->digits.len && n + 2 < sizeof(digits); i++)
        if (d->digits.ptr[i] != '.')
            digits[n++] = d->digits.ptr[i];
    if (n + 2 >= sizeof(digits)) {
        e->over = true;
        return;
    }
    remit_proof_example(e, remit_arena_fmt(e->arena, "%s%c.%.*s%0*de%lld", d->sign < 0 ? "-" : "",
                                           digits[0], (int)n - 1, digits + 1, zeros, 1,
                                           (long long)d->exponent));
}

/* Whole numbers beside a whole number read better. */
static void example_beside(struct proof_examples *e, struct remit_str text)
{
    unsigned long long value = 0;

    if (!remit_str_to_u64(text, 1000000000000000ull, &value))
        return;
    remit_proof_example(e, remit_arena_fmt(e->arena, "%llu", value + 1));
    remit_proof_example(e, remit_arena_fmt(e->arena, "%lld", (long long)value - 1));
}

/*
 * Each number, the gap behind it, seen from zero, zero, and the gaps beside zero. The gap behind
 * the number farthest out is what lies past all of them.
 */
static void example_numbers(struct proof_examples *e, const struct remit_condition *c)
{
    int64_t spread = e->top - e->bottom;

    for (size_t i = 0; i < c->n_operands; i++) {
        if (c->operands[i].malformed)
            continue;
        remit_proof_example(e, c->texts[i]);
        example_beside(e, c->texts[i]);
    }
    example(e, "0");
    remit_proof_example(e, remit_arena_fmt(e->arena, "1e%lld", (long long)e->bottom - 3));
    remit_proof_example(e, remit_arena_fmt(e->arena, "-1e%lld", (long long)e->bottom - 3));
    for (size_t i = 0; i < c->n_operands && !e->over; i++)
        if (!c->operands[i].malformed && c->operands[i].is.number.sign != 0)
            example_past(e, &c->operands[i].is.number, (int)spread + 3);
    example(e, "no-number");
}

/* ---- moments ---- */

#define CALENDAR_FIRST (-62167219200000LL) /* the year 0 */
#define CALENDAR_LAST  253402300799999LL   /* the year 9999 */
#define ZONE_MOST      86340000LL          /* 23:59 */

static void split_days(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;

    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = yoe + era * 400 + (*month <= 2);
}

static void example_calendar(struct proof_examples *e, int64_t ms, const char *zone)
{
    int64_t days = (ms >= 0 ? ms : ms - 86399999) / 86400000;
    int64_t rest = ms - days * 86400000;
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    char fraction[8] = "";

    split_days(days, &year, &month, &day);
    if (rest % 1000 != 0)
        (void)snprintf(fraction, sizeof(fraction), ".%03d", (int)(rest % 1000));
    remit_proof_example(e, remit_arena_fmt(e->arena, "%04d-%02d-%02dT%02d:%02d:%02d%s%s", (int)year,
                                           (int)month, (int)day, (int)(rest / 3600000),
                                           (int)(rest / 60000 % 60), (int)(rest / 1000 % 60),
                                           fraction, zone));
}

/* Beside the years that have four digits lies what a zone makes of them, then whole seconds. */
static void example_moment(struct proof_examples *e, int64_t ms)
{
    if (ms >= CALENDAR_FIRST && ms <= CALENDAR_LAST)
        example_calendar(e, ms, "Z");
    else if (ms < CALENDAR_FIRST && ms + ZONE_MOST >= CALENDAR_FIRST)
        example_calendar(e, ms + ZONE_MOST, "+23:59");
    else if (ms > CALENDAR_LAST && ms - ZONE_MOST <= CALENDAR_LAST)
        example_calendar(e, ms - ZONE_MOST, "-23:59");
    if (ms > CALENDAR_LAST)
        remit_proof_example(e, remit_arena_fmt(e->arena, "%lld", (long long)(ms / 1000)));
}

/* A second before and behind, and a millisecond: moments are no finer (13.6). */
static void example_moments(struct proof_examples *e, const struct remit_condition *c)
{
    static const int steps[] = { 0, -1000, 1000, -1, 1 };

    for (size_t i = 0; i < c->n_operands; i++)
        for (size_t j = 0; !c->operands[i].malformed && j < REMIT_COUNT(steps); j++)
            example_moment(e, c->operands[i].is.date_ms + steps[j]);
    example(e, "0000-01-01T00:00:00+23:59");
    example(e, "0000-01-01");
    example(e, "9999-12-31T23:59:59-23:59");
    example(e, "9000000000000");
    example(e, "no-date");
}

/* ---- addresses ---- */

static void example_address(struct proof_examples *e, const struct remit_ip *ip)
{
    const uint8_t *b = ip->bytes;

    if (!ip->six) {
        remit_proof_example(e, remit_arena_fmt(e->arena, "%d.%d.%d.%d", b[0], b[1], b[2], b[3]));
        return;
    }
    remit_proof_example(e, remit_arena_fmt(e->arena, "%x:%x:%x:%x:%x:%x:%x:%x", b[0] << 8 | b[1],
                                           b[2] << 8 | b[3], b[4] << 8 | b[5], b[6] << 8 | b[7],
                                           b[8] << 8 | b[9], b[10] << 8 | b[11], b[12] << 8 | b[13],
                                           b[14] << 8 | b[15]));
}

/* The address behind the block's last; false: there is none. */
static bool behind_block(const struct remit_ip *block, struct remit_ip *out)
{
    unsigned all = block->six ? 128 : 32;

    *out = *block;
    for (unsigned bit = block->bits; bit < all; bit++)
        out->bytes[bit / 8] = (uint8_t)(out->bytes[bit / 8] | 0x80u >> bit % 8);
    for (unsigned i = all / 8; i-- > 0;)
        if (++out->bytes[i] != 0)
            return true;
    return false;
}

/*
 * Blocks lie within each other or apart. What belongs to one and to none inside of it, if there is
 * such an address, has one at its beginning or right behind an inner one.
 */
static void example_addresses(struct proof_examples *e, const struct remit_condition *c)
{
    example(e, "0.0.0.0");
    for (size_t i = 0; i < c->n_operands; i++) {
        struct remit_ip ip = c->operands[i].is.block;

        if (c->operands[i].malformed)
            continue;
        for (unsigned bit = ip.bits; bit < (ip.six ? 128u : 32u); bit++)
            ip.bytes[bit / 8] = (uint8_t)(ip.bytes[bit / 8] & ~(0x80u >> bit % 8));
        example_address(e, &ip);
        if (behind_block(&c->operands[i].is.block, &ip))
            example_address(e, &ip);
    }
    example(e, "0:0:0:0:0:0:0:0");
    example(e, "0:0:0:0:1:0:0:0"); /* behind IPv4 within IPv6, which counts as IPv4 */
    example(e, "no-address");
}

void remit_proof_examples_of(struct proof_examples *e, const struct remit_condition *c)
{
    switch (c->op->operand) {
    case REMIT_OPERAND_NUMBER:
        example_numbers(e, c);
        return;
    case REMIT_OPERAND_DATE:
        example_moments(e, c);
        return;
    case REMIT_OPERAND_IP:
        example_addresses(e, c);
        return;
    case REMIT_OPERAND_STRING:
    case REMIT_OPERAND_PATTERN:
    case REMIT_OPERAND_BOOL:
    case REMIT_OPERAND_BINARY:
    case REMIT_OPERAND_ARN:
    case REMIT_OPERAND_NULL:
    case REMIT_OPERAND_COUNT:
    default:
        return;
    }
}
