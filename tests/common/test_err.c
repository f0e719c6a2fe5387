#include <remit/err.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "tests/lib/expect.h"

Test(err, fail_fills_and_returns_minus_one)
{
    struct remit_err err = { 0 };

    cr_expect(eq(int, remit_fail(&err, REMIT_ERR_LIMIT, "TooMany", "%d of %d", 3, 2), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
    cr_expect(remit_err_is(&err, "TooMany"));
    EXPECT_TEXT(err.text, "3 of 2");
    cr_expect(eq(int, remit_fail(NULL, REMIT_ERR_LIMIT, "TooMany", "x"), -1));
}

Test(err, fail_os_names_the_errno)
{
    struct remit_err err = { 0 };

    cr_expect(eq(int, remit_fail_os(&err, REMIT_ERR_INTERNAL, ENOENT, "opening %s", "/x"), -1));
    cr_expect(eq(int, err.os, ENOENT));
    EXPECT_TEXT(err.text, "opening /x: No such file or directory (ENOENT)");
    cr_expect(eq(int, remit_fail_os(&err, REMIT_ERR_INTERNAL, 99999, "x"), -1));
    cr_expect(strstr(err.text, "unknown errno") != NULL);
    cr_expect(eq(int, remit_fail_os(NULL, REMIT_ERR_INTERNAL, ENOENT, "x"), -1));
}

Test(err, prefix_says_where)
{
    struct remit_err err = { 0 };

    (void)remit_fail(&err, REMIT_ERR_INVALID, "Bad", "what");
    cr_expect(eq(int, remit_err_prefix(&err, "task %d", 7), -1));
    EXPECT_TEXT(err.text, "task 7: what");
    cr_expect(remit_err_is(&err, "Bad"));
}

Test(err, prefix_may_quote_the_text)
{
    struct remit_err err = { 0 };

    (void)remit_fail(&err, REMIT_ERR_INVALID, "Bad", "what");
    (void)remit_fail(&err, REMIT_ERR_INVALID, "Bad", "again: %s", err.text);
    EXPECT_TEXT(err.text, "again: what");
}

Test(err, long_texts_are_cut)
{
    static char longer[2 * REMIT_ERR_TEXT_MAX];
    struct remit_err err = { 0 };

    memset(longer, 'x', sizeof(longer) - 1);
    (void)remit_fail(&err, REMIT_ERR_INVALID, "Bad", "%s", longer);
    cr_expect(eq(sz, strlen(err.text), REMIT_ERR_TEXT_MAX - 1));
    (void)remit_err_prefix(&err, "%s", longer);
    (void)remit_err_prefix(&err, "where");
    cr_expect(eq(sz, strlen(err.text), REMIT_ERR_TEXT_MAX - 1));
    cr_expect(strncmp(err.text, "where: xxx", 10) == 0);
    (void)remit_fail_os(&err, REMIT_ERR_INTERNAL, EIO, "%s", longer);
    cr_expect(eq(sz, strlen(err.text), REMIT_ERR_TEXT_MAX - 1));
}

Test(err, null_code_never_matches)
{
    struct remit_err err = { 0 };

    cr_expect(not(remit_err_is(&err, NULL)));
    cr_expect(not(remit_err_is(&err, "X")));
}

Test(err, each_kind_has_its_row)
{
    cr_expect(eq(int, remit_err_class(REMIT_ERR_UNAVAILABLE)->http_status, 503));
    cr_expect(remit_err_class(REMIT_ERR_UNAVAILABLE)->retryable);
    cr_expect(not(remit_err_class(REMIT_ERR_INTERNAL)->shown));
    cr_expect(eq(int, remit_err_class((enum remit_err_kind)1234)->http_status, 500));
    for (int kind = REMIT_ERR_NONE; kind <= REMIT_ERR_INTERNAL; kind++)
        cr_expect(remit_err_class((enum remit_err_kind)kind)->name != NULL);
}
