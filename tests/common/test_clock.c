#include "common/os/clock.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <time.h>

#include "tests/lib/expect.h"

static const struct row {
    int64_t at;
    const char *iso;
} rows[] = {
    { 0, "1970-01-01T00:00:00Z" },
    { -1, "1969-12-31T23:59:59Z" },
    { 951782399, "2000-02-28T23:59:59Z" },
    { 951782400, "2000-02-29T00:00:00Z" },
    { 1709164800, "2024-02-29T00:00:00Z" },
    { 4107542399, "2100-02-28T23:59:59Z" },
    { 4107542400, "2100-03-01T00:00:00Z" },
    { 2147483648, "2038-01-19T03:14:08Z" },
    { 253402300799, "9999-12-31T23:59:59Z" },
};

Test(clock, iso_goes_both_ways)
{
    for (size_t i = 0; i < REMIT_COUNT(rows); i++) {
        char text[REMIT_TIME_TEXT];
        int64_t at = 0;

        EXPECT_TEXT(remit_time_iso(rows[i].at, text), rows[i].iso);
        cr_expect(eq(int, remit_time_parse_iso(remit_str_of(rows[i].iso), &at, NULL), 0));
        cr_expect(eq(i64, at, rows[i].at), "%s", rows[i].iso);
    }
}

/* The oracle is the C library's calendar, a step of a prime number of seconds at a time. */
Test(clock, iso_agrees_with_gmtime)
{
    for (int64_t at = -5000000000; at < 20000000000; at += 86399 * 97) {
        char ours[REMIT_TIME_TEXT];
        char theirs[REMIT_TIME_TEXT];
        time_t t = at;
        struct tm tm;

        cr_assert(gmtime_r(&t, &tm) != NULL);
        strftime(theirs, sizeof(theirs), "%Y-%m-%dT%H:%M:%SZ", &tm);
        cr_assert(strcmp(remit_time_iso(at, ours), theirs) == 0, "%s %s", ours, theirs);
    }
}

Test(clock, amz_has_no_punctuation)
{
    char text[REMIT_TIME_TEXT];

    EXPECT_TEXT(remit_time_amz(951782400, text), "20000229T000000Z");
}

static const struct parsed {
    const char *text;
    int64_t at;
} good[] = {
    { "2026-01-02T03:04:05.999999999Z", 1767323045 },
    { "2026-01-02T03:04:05+00:00", 1767323045 },
    { "2026-01-02T05:34:05+02:30", 1767323045 },
    { "2026-01-01T22:04:05-05:00", 1767323045 },
};

static const char *const bad[] = {
    "",
    "2026-01-02",
    "2026-01-02T03:04:05",
    "2026-01-02 03:04:05Z",
    "2026-1-02T03:04:05Z",
    "2026-13-02T03:04:05Z",
    "2026-00-02T03:04:05Z",
    "2026-02-29T03:04:05Z",
    "2026-04-31T03:04:05Z",
    "2026-01-00T03:04:05Z",
    "2026-01-02T24:00:00Z",
    "2026-01-02T03:60:05Z",
    "2026-01-02T03:04:60Z",
    "2026-01-02T03:04:05.Z",
    "2026-01-02T03:04:05z",
    "2026-01-02T03:04:05Z ",
    "2026-01-02T03:04:05+0000",
    "2026-01-02T03:04:05+24:00",
    "-026-01-02T03:04:05Z",
    "20260102T030405Z",
    "9999-12-31T23:59:59-00:01",
};

Test(clock, parse_takes_fractions_and_offsets)
{
    for (size_t i = 0; i < REMIT_COUNT(good); i++) {
        int64_t at = 0;

        cr_expect(eq(int, remit_time_parse_iso(remit_str_of(good[i].text), &at, NULL), 0), "%s",
                  good[i].text);
        cr_expect(eq(i64, at, good[i].at), "%s", good[i].text);
    }
}

Test(clock, parse_refuses_what_is_no_time)
{
    for (size_t i = 0; i < REMIT_COUNT(bad); i++) {
        struct remit_err err = { 0 };
        int64_t at = 77;

        cr_expect(eq(int, remit_time_parse_iso(remit_str_of(bad[i]), &at, &err), -1), "%s", bad[i]);
        cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
        cr_expect(remit_err_is(&err, "InvalidTime"));
        cr_expect(eq(i64, at, 77));
    }
}

Test(clock, clocks_run)
{
    int64_t boot = remit_clock_boot_ms();

    cr_expect(remit_clock_boot_ms() >= boot);
    cr_expect(remit_clock_now_at() > 1700000000);
    cr_expect(remit_clock_now_seconds() >= (double)remit_clock_now_at() - 1);
}
