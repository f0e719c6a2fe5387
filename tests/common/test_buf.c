#include "common/base/buf.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/expect.h"

static bool holds(const struct remit_buf *buf, const char *text)
{
    return remit_str_equal(remit_buf_view(buf), remit_str_of(text));
}

Test(buf, puts_add_up)
{
    auto_buf struct remit_buf b = REMIT_BUF(100);

    remit_buf_put(&b, REMIT_STR("ab"));
    remit_buf_put_byte(&b, 'c');
    remit_buf_put_cstr(&b, "de");
    remit_buf_put_fmt(&b, "%d", 42);
    cr_expect(holds(&b, "abcde42"));
    EXPECT_TEXT(remit_buf_cstr(&b), "abcde42");
    cr_expect(remit_buf_ok(&b));
}

Test(buf, holds_its_maximum_and_a_nul)
{
    auto_buf struct remit_buf b = REMIT_BUF(3);

    remit_buf_put(&b, REMIT_STR("abc"));
    cr_expect(remit_buf_ok(&b));
    EXPECT_TEXT(remit_buf_cstr(&b), "abc");
    cr_expect(b.cap <= 4);
}

Test(buf, put_past_the_maximum_changes_nothing_and_is_remembered)
{
    auto_buf struct remit_buf b = REMIT_BUF(3);
    struct remit_err err = { 0 };

    remit_buf_put(&b, REMIT_STR("ab"));
    remit_buf_put(&b, REMIT_STR("cd"));
    remit_buf_put(&b, REMIT_STR("c"));
    cr_expect(holds(&b, "ab"), "also what would have fitted");
    cr_expect(not(remit_buf_ok(&b)));
    cr_expect(eq(int, remit_buf_check(&b, "a thing", &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
    cr_expect(remit_err_is(&err, "LimitExceeded"));
    EXPECT_TEXT(err.text, "a thing: more than 3 bytes");
    cr_expect(remit_buf_cstr(&b) == NULL);
}

Test(buf, fmt_past_the_maximum_fails_whole)
{
    auto_buf struct remit_buf b = REMIT_BUF(3);

    remit_buf_put_fmt(&b, "%s", "abcd");
    cr_expect(not(remit_buf_ok(&b)));
    cr_expect(eq(sz, b.len, 0));
}

Test(buf, clear_forgets_a_failure)
{
    auto_buf struct remit_buf b = REMIT_BUF(3);

    remit_buf_put(&b, REMIT_STR("abcd"));
    remit_buf_clear(&b);
    cr_expect(remit_buf_ok(&b));
    remit_buf_put(&b, REMIT_STR("abc"));
    cr_expect(holds(&b, "abc"));
}

Test(buf, maximum_of_zero_takes_nothing)
{
    auto_buf struct remit_buf b = REMIT_BUF(0);

    EXPECT_TEXT(remit_buf_cstr(&b), "");
    remit_buf_put_byte(&b, 'a');
    cr_expect(not(remit_buf_ok(&b)));
}

Test(buf, empty_view_has_a_pointer)
{
    auto_buf struct remit_buf b = REMIT_BUF(10);

    cr_expect(remit_buf_view(&b).ptr != NULL);
    cr_expect(eq(sz, remit_buf_view(&b).len, 0));
}

Test(buf, secret_is_wiped_when_cleared)
{
    auto_buf struct remit_buf b = REMIT_BUF_SECRET(100);

    remit_buf_put(&b, REMIT_STR("secret"));
    remit_buf_clear(&b);
    cr_expect(memcmp(b.ptr, "\0\0\0\0\0\0", 6) == 0);
}

Test(buf, grows_across_many_sizes)
{
    auto_buf struct remit_buf b = REMIT_BUF(100000);

    for (int i = 0; i < 100000; i++)
        remit_buf_put_byte(&b, (char)('a' + i % 26));
    cr_expect(remit_buf_ok(&b));
    cr_expect(eq(sz, b.len, 100000));
    for (int i = 0; i < 100000; i++)
        cr_assert(b.ptr[i] == (char)('a' + i % 26));
    remit_buf_put_byte(&b, 'x');
    cr_expect(not(remit_buf_ok(&b)));
}
