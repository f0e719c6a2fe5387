#include "common/os/clock.h"

#include <stdio.h>
#include <time.h>

#include "common/base/civil.h"

#define YEAR_9999_LAST 253402300799 /* 9999-12-31T23:59:59Z */

int64_t remit_clock_now_at(void)
{
    struct timespec now;

    REMIT_REQUIRE(clock_gettime(CLOCK_REALTIME, &now) == 0);
    return now.tv_sec;
}

double remit_clock_now_seconds(void)
{
    struct timespec now;

    REMIT_REQUIRE(clock_gettime(CLOCK_REALTIME, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int64_t remit_clock_boot_ms(void)
{
    struct timespec now;

    REMIT_REQUIRE(clock_gettime(CLOCK_BOOTTIME, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *remit_time_iso(int64_t at, char out[REMIT_TIME_TEXT])
{
    struct remit_civil c = remit_civil_from_seconds(at);

    (void)snprintf(out, REMIT_TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)c.year, c.month,
                   c.day, c.hour, c.minute, c.second);
    return out;
}

const char *remit_time_amz(int64_t at, char out[REMIT_TIME_TEXT])
{
    struct remit_civil c = remit_civil_from_seconds(at);

    (void)snprintf(out, REMIT_TIME_TEXT, "%04d%02d%02dT%02d%02d%02dZ", (int)c.year, c.month, c.day,
                   c.hour, c.minute, c.second);
    return out;
}

/* Takes `digits` digits of a value up to `most` off the front, and then `end` unless it is 0. */
static bool take(struct remit_str *rest, size_t digits, unsigned most, char end, int *out)
{
    unsigned long long value = 0;

    if (!remit_str_to_u64(remit_str_sub(*rest, 0, digits), most, &value) || rest->len < digits)
        return false;
    *rest = remit_str_sub(*rest, digits, rest->len);
    *out = (int)value;
    if (end == '\0')
        return true;
    if (rest->len == 0 || rest->ptr[0] != end)
        return false;
    *rest = remit_str_sub(*rest, 1, rest->len);
    return true;
}

/* ".123" is read and dropped. */
static bool take_fraction(struct remit_str *rest)
{
    size_t digits = 1;

    if (rest->len == 0 || rest->ptr[0] != '.')
        return true;
    while (digits < rest->len && rest->ptr[digits] >= '0' && rest->ptr[digits] <= '9')
        digits++;
    *rest = remit_str_sub(*rest, digits, rest->len);
    return digits > 1;
}

/* "Z" or "+hh:mm" or "-hh:mm", and nothing behind it. */
static bool take_zone(struct remit_str rest, int64_t *offset_s)
{
    bool west = rest.len > 0 && rest.ptr[0] == '-';
    int hours = 0;
    int minutes = 0;

    *offset_s = 0;
    if (remit_str_equal(rest, REMIT_STR("Z")))
        return true;
    if (rest.len != 6 || (!west && rest.ptr[0] != '+'))
        return false;
    rest = remit_str_sub(rest, 1, rest.len);
    if (!take(&rest, 2, 23, ':', &hours) || !take(&rest, 2, 59, '\0', &minutes))
        return false;
    *offset_s = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

static bool parse(struct remit_str text, int64_t *at)
{
    struct remit_civil c = { 0 };
    int64_t offset_s = 0;
    int year = 0;

    if (!take(&text, 4, 9999, '-', &year) || !take(&text, 2, 12, '-', &c.month) ||
        !take(&text, 2, 31, 'T', &c.day) || !take(&text, 2, 23, ':', &c.hour) ||
        !take(&text, 2, 59, ':', &c.minute) || !take(&text, 2, 59, '\0', &c.second) ||
        !take_fraction(&text) || !take_zone(text, &offset_s))
        return false;
    c.year = year;
    if (!remit_civil_valid(&c))
        return false;
    *at = remit_civil_to_seconds(&c) - offset_s;
    return *at <= YEAR_9999_LAST;
}

int remit_time_parse_iso(struct remit_str text, int64_t *at, struct remit_err *err)
{
    int64_t parsed = 0;

    if (!parse(text, &parsed))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidTime",
                          "\"%.*s\" is no time like 2026-01-02T03:04:05Z",
                          (int)(text.len < 40 ? text.len : 40), text.ptr != NULL ? text.ptr : "");
    *at = parsed;
    return 0;
}
