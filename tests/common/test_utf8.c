#include "common/base/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <remit/attr.h>

/* [rfc3629 4] the edges of each row of its grammar, and what lies just outside. */
Test(utf8, is_the_shortest_form_of_a_scalar_value)
{
    static const struct remit_str good[] = {
        REMIT_STR_INIT(""),
        REMIT_STR_INIT("a\0\x7f"),
        REMIT_STR_INIT("\xc2\x80\xdf\xbf"),
        REMIT_STR_INIT("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"),
        REMIT_STR_INIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
    };
    static const struct remit_str bad[] = {
        REMIT_STR_INIT("a\x80"),
        REMIT_STR_INIT("\xc1\xbf"),
        REMIT_STR_INIT("\xc2"),
        REMIT_STR_INIT("\xc2"
                       "a"),
        REMIT_STR_INIT("\xe0\x9f\xbf"),
        REMIT_STR_INIT("\xed\xa0\x80"),
        REMIT_STR_INIT("\xef\xbf"),
        REMIT_STR_INIT("\xf0\x8f\xbf\xbf"),
        REMIT_STR_INIT("\xf4\x90\x80\x80"),
        REMIT_STR_INIT("\xf5\x80\x80\x80"),
        REMIT_STR_INIT("\xff"),
    };

    for (size_t i = 0; i < REMIT_COUNT(good); i++)
        cr_expect(remit_utf8_valid(good[i]), "good %zu", i);
    for (size_t i = 0; i < REMIT_COUNT(bad); i++)
        cr_expect(not(remit_utf8_valid(bad[i])), "bad %zu", i);
}

Test(utf8, is_written_as_it_is_read)
{
    static const uint32_t edges[] = { 0x0,    0x7f,   0x80,   0x7ff,   0x800,
                                      0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff };
    static const size_t lengths[] = { 1, 1, 2, 2, 3, 3, 3, 3, 4, 4 };

    for (size_t i = 0; i < REMIT_COUNT(edges); i++) {
        char bytes[4];
        size_t n = remit_utf8_put(edges[i], bytes);

        cr_expect(eq(sz, n, lengths[i]), "U+%X", edges[i]);
        cr_expect(eq(sz, remit_utf8_len(remit_str_from(bytes, n), 0), n), "U+%X", edges[i]);
    }
}
