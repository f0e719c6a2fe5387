#include "common/base/arena.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "tests/lib/expect.h"

Test(arena, takes_are_zeroed_aligned_and_apart)
{
    auto_arena struct remit_arena a = REMIT_ARENA(1 << 20);
    unsigned char *last = NULL;

    for (size_t size = 1; size < 3000; size += 7) {
        unsigned char *at = remit_arena_take(&a, size);

        cr_assert(at != NULL);
        cr_assert(eq(sz, (uintptr_t)at % alignof(max_align_t), 0));
        for (size_t i = 0; i < size; i++)
            cr_assert(at[i] == 0);
        memset(at, 0xff, size);
        cr_assert(last == NULL || last[0] == 0xff);
        last = at;
    }
    cr_expect(eq(int, remit_arena_check(&a, "x", NULL), 0));
}

Test(arena, limit_is_exact_and_remembered)
{
    auto_arena struct remit_arena a = REMIT_ARENA(10);
    struct remit_err err = { 0 };

    cr_expect(remit_arena_take(&a, 10) != NULL);
    cr_expect(remit_arena_take(&a, 1) == NULL);
    cr_expect(remit_arena_take(&a, 0) == NULL, "failed is failed");
    cr_expect(eq(int, remit_arena_check(&a, "a policy", &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
    cr_expect(remit_err_is(&err, "LimitExceeded"));
    EXPECT_TEXT(err.text, "a policy: needs more than 10 bytes");
}

Test(arena, counts_that_overflow_fail)
{
    auto_arena struct remit_arena a = REMIT_ARENA(1000);

    cr_expect(remit_arena_take_n(&a, SIZE_MAX / 2, 3) == NULL);
    cr_expect(a.failed);
    auto_arena struct remit_arena b = REMIT_ARENA(1000);
    cr_expect(remit_arena_take(&b, SIZE_MAX) == NULL);
}

Test(arena, strings_are_copied_with_a_nul)
{
    auto_arena struct remit_arena a = REMIT_ARENA(100);
    struct remit_str s = remit_arena_str(&a, REMIT_STR("abc"));

    EXPECT_TEXT(s.ptr, "abc");
    cr_expect(eq(sz, remit_arena_str(&a, remit_str_from(NULL, 0)).len, 0));
    s = remit_arena_fmt(&a, "%s-%d", "x", 7);
    EXPECT_TEXT(s.ptr, "x-7");
    cr_expect(eq(sz, s.len, 3));
}

Test(arena, string_past_the_limit_is_null)
{
    auto_arena struct remit_arena a = REMIT_ARENA(3);

    cr_expect(remit_arena_str(&a, REMIT_STR("abc")).ptr == NULL, "its NUL has no room");
    auto_arena struct remit_arena b = REMIT_ARENA(3);
    cr_expect(remit_arena_fmt(&b, "%s", "abc").ptr == NULL);
    cr_expect(b.failed);
}

Test(arena, drop_makes_it_new)
{
    struct remit_arena a = REMIT_ARENA(10);

    cr_expect(remit_arena_take(&a, 11) == NULL);
    remit_arena_drop(&a);
    cr_expect(remit_arena_take(&a, 10) != NULL);
    remit_arena_drop(&a);
}
