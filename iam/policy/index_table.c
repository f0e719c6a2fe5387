#include "iam/context.h"
#include "iam/policy/index.h"

uint64_t remit_index_hash(struct remit_str text)
{
    uint64_t hash = 0;

    for (size_t at = 0; at + 8 <= text.len; at += 8)
        hash = remit_index_hash_step(hash, remit_index_bytes(text.ptr + at));
    return remit_index_hash_end(hash, remit_index_tail(text.ptr, text.len), text.len);
}

/* ASCII capitals among eight bytes: 0x80 where one stands, then moved to the bit that makes it
 * small. */
static uint64_t lower_bytes(uint64_t bytes)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t low = bytes & 0x7f * ones;
    uint64_t from_a = low + (0x80 - 'A') * ones;
    uint64_t past_z = low + (0x7f - 'Z') * ones;

    return bytes | ((from_a ^ past_z) & ~bytes & 0x80 * ones) >> 2;
}

static void put_lower(const char *from, char *to)
{
    uint64_t bytes = lower_bytes(remit_index_bytes(from));

    memcpy(to, &bytes, sizeof(bytes));
}

void remit_index_lower(struct remit_str text, char *out)
{
    size_t at = 0;

    for (; at + 8 <= text.len; at += 8)
        put_lower(text.ptr + at, out + at);
    if (text.len >= 8) /* the last eight once more: some of them are small already */
        put_lower(text.ptr + text.len - 8, out + text.len - 8);
    for (; text.len < 8 && at < text.len; at++)
        out[at] = remit_lower(text.ptr[at]);
}

int remit_index_table_new(struct remit_arena *arena, size_t n, struct remit_index_table *out,
                          struct remit_err *err)
{
    unsigned bits = 7; /* of which six find a bit in its word */

    while ((size_t)1 << bits < 16 * n)
        bits++;
    out->bloom = REMIT_NEW_N(arena, uint64_t, (size_t)1 << (bits - 6));
    out->bloom_shift = 64 - (bits - 6);
    out->mask = ((uint64_t)1 << (bits - 3)) - 1; /* half empty, or more */
    out->slots = REMIT_NEW_N(arena, struct remit_index_slot, out->mask + 1);
    return remit_arena_check(arena, "a policy set", err);
}

void remit_index_table_put(struct remit_index_table *table, uint64_t hash, uint32_t index)
{
    uint64_t i = hash & table->mask;

    while (table->slots[i].index != 0)
        i = (i + 1) & table->mask;
    table->slots[i] =
        (struct remit_index_slot){ .tag = (uint32_t)(hash >> 32), .index = index + 1 };
    table->bloom[hash >> table->bloom_shift] |= remit_index_bits(hash);
}
