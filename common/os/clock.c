#include "common/os/clock.h"

#include <stdio.h>
#include <time.h>

/*
 * Dates are computed here: gmtime_r() and timegm() read /etc/localtime on first use, which ends
 * a sandboxed process. Days are counted in eras of 400 years from 0000-03-01.
 */
#define DAYS_PER_ERA   146097
#define DAYS_TO_EPOCH  719468 /* from 0000-03-01 to 1970-01-01 */
#define SECONDS_A_DAY  86400
#define YEAR_9999_LAST 253402300799 /* 9999-12-31T23:59:59Z */

struct civil {
    int64_t year;
    int month, day, hour, minute, second;
};

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

static int64_t days_of(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
}

static struct civil civil_of(int64_t at)
{
    int64_t second = ((at % SECONDS_A_DAY) + SECONDS_A_DAY) % SECONDS_A_DAY;
    int64_t days = (at - second) / SECONDS_A_DAY + DAYS_TO_EPOCH;
    int64_t era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int64_t of_era = days - era * DAYS_PER_ERA;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t shifted = (5 * of_year + 2) / 153; /* months since March */
    int month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);

    return (struct civil){
        .year = year + era * 400 + (month <= 2 ? 1 : 0),
        .month = month,
        .day = (int)(of_year - (153 * shifted + 2) / 5 + 1),
        .hour = (int)(second / 3600),
        .minute = (int)(second / 60 % 60),
        .second = (int)(second % 60),
    };
}

const char *remit_time_iso(int64_t at, char out[REMIT_TIME_TEXT])
{
    struct civil c = civil_of(at);

    (void)snprintf(out, REMIT_TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)c.year, c.month,
                   c.day, c.hour, c.minute, c.second);
    return out;
}

const char *remit_time_amz(int64_t at, char out[REMIT_TIME_TEXT])
{
    struct civil c = civil_of(at);

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

static int days_in(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static bool parse(struct remit_str text, int64_t *at)
{
    int64_t offset_s = 0;
    int year = 0;
    struct civil c = { 0 };

    if (!take(&text, 4, 9999, '-', &year) || !take(&text, 2, 12, '-', &c.month) || c.month == 0 ||
        !take(&text, 2, (unsigned)days_in(year, c.month), 'T', &c.day) || c.day == 0)
        return false;
    if (!take(&text, 2, 23, ':', &c.hour) || !take(&text, 2, 59, ':', &c.minute) ||
        !take(&text, 2, 59, '\0', &c.second) || !take_fraction(&text) ||
        !take_zone(text, &offset_s))
        return false;
    *at = days_of(year, c.month, c.day) * SECONDS_A_DAY + c.hour * 3600 + c.minute * 60 + c.second -
          offset_s;
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
