#include "iam/policy/glob.h"

#include "iam/policy/unit.h"

/* Shorter runs are tried at each place: that is as fast, and costs no memory. */
#define UNITS_FEW  16
#define UNITS_MOST 65536 /* no text is longer */
#define WORD_BITS  64

struct preparing {
    struct remit_bitap *bitap;
    uint64_t *rows;
    uint32_t unit; /* place in the run */
};

static uint32_t count_units(const struct remit_glob_run *run, size_t *n_chars)
{
    uint64_t seen[4] = { 0 };
    size_t n_units = 0;

    *n_chars = 0;
    for (size_t i = 0; i < run->n_pieces; i++) {
        struct remit_str text = run->pieces[i].text;

        n_units += run->pieces[i].n_ones;
        for (size_t at = 0; at < text.len; at += remit_unit_len(text, at), n_units++) {
            uint32_t c = remit_unit_value(text, at) & 255;
            uint64_t bit = (uint64_t)1 << (c & 63);

            *n_chars += (seen[c >> 6] & bit) == 0;
            seen[c >> 6] |= bit;
        }
    }
    return n_units > UNITS_MOST ? UINT32_MAX : (uint32_t)n_units;
}

static void mark(struct preparing *p, uint32_t row)
{
    p->rows[(size_t)row * p->bitap->n_words + p->unit / WORD_BITS] |= (uint64_t)1
                                                                      << p->unit % WORD_BITS;
}

/* Gives each character of the run a row, and marks where it stands. */
static uint32_t mark_text(struct preparing *p, struct remit_str text, uint32_t n_rows)
{
    for (size_t at = 0; at < text.len; at += remit_unit_len(text, at), p->unit++) {
        uint16_t *row = &p->bitap->row_of[remit_unit_value(text, at) & 255];

        if (*row == 0)
            *row = (uint16_t)n_rows++;
        mark(p, *row);
    }
    return n_rows;
}

static void mark_ones(struct preparing *p, uint32_t n_ones, size_t n_rows)
{
    for (uint32_t end = p->unit + n_ones; p->unit < end; p->unit++)
        for (uint32_t row = 0; row < n_rows; row++)
            mark(p, row);
}

void remit_bitap_prepare(struct remit_arena *arena, struct remit_glob_run *run)
{
    size_t n_chars = 0;
    uint32_t n_units = count_units(run, &n_chars);
    struct preparing p = { 0 };
    uint32_t n_rows = 1;

    if (!run->ones || run->variables || n_units <= UNITS_FEW || n_units == UINT32_MAX)
        return;
    p.bitap = REMIT_NEW(arena, struct remit_bitap);
    if (p.bitap == NULL)
        return;
    p.bitap->n_units = n_units;
    p.bitap->n_words = (n_units + WORD_BITS - 1) / WORD_BITS;
    p.rows = REMIT_NEW_N(arena, uint64_t, (n_chars + 1) * p.bitap->n_words);
    if (p.rows == NULL)
        return;
    for (size_t i = 0; i < run->n_pieces; i++) {
        n_rows = mark_text(&p, run->pieces[i].text, n_rows);
        mark_ones(&p, run->pieces[i].n_ones, n_chars + 1);
    }
    p.bitap->rows = p.rows;
    run->bitap = p.bitap;
}

/* Bit n of the state: the last n+1 units of the text are the first n+1 of the run. */
static bool step(uint64_t *state, const uint64_t *row, const struct remit_bitap *bitap)
{
    uint64_t carry = 1;
    uint32_t last = bitap->n_units - 1;

    for (uint32_t w = 0; w < bitap->n_words; w++) {
        uint64_t was = state[w];

        state[w] = (was << 1 | carry) & row[w];
        carry = was >> (WORD_BITS - 1);
    }
    return (state[last / WORD_BITS] >> last % WORD_BITS & 1) != 0;
}

bool remit_bitap_find(const struct remit_bitap *bitap, struct remit_str text, size_t from,
                      size_t limit, size_t *end)
{
    uint64_t state[UNITS_MOST / WORD_BITS] __attribute__((uninitialized));

    memset(state, 0, bitap->n_words * sizeof(*state));
    for (size_t at = from; at < limit;) {
        uint32_t unit = remit_unit_value(text, at);
        uint32_t row = unit < REMIT_COUNT(bitap->row_of) ? bitap->row_of[unit] : 0;

        at += remit_unit_len(text, at);
        if (at > limit)
            return false;
        if (!step(state, bitap->rows + (size_t)row * bitap->n_words, bitap))
            continue;
        *end = at;
        return true;
    }
    return false;
}
