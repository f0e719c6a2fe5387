#include "iam/policy/values.h"

#define SECONDS_MOST      9000000000000LL /* the year 287,000: milliseconds of it still fit */
#define FIRST_FREE_DIGITS 5               /* four digits are a year, more are seconds since 1970 */

struct scanner {
    struct remit_str text;
    size_t at;
};

/* Exactly n digits, between `least` and `most`. */
static bool take_number(struct scanner *s, size_t n, int64_t least, int64_t most, int64_t *out)
{
    unsigned long long value = 0;

    if (!remit_str_to_u64(remit_str_sub(s->text, s->at, n), (unsigned long long)most, &value) ||
        s->text.len - s->at < n || (int64_t)value < least)
        return false;
    s->at += n;
    *out = (int64_t)value;
    return true;
}

static bool take_byte(struct scanner *s, char byte)
{
    if (s->at >= s->text.len || s->text.ptr[s->at] != byte)
        return false;
    s->at++;
    return true;
}

static bool at_end(const struct scanner *s)
{
    return s->at == s->text.len;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_in(int64_t year, int64_t month)
{
    static const int64_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01; years count from March, so that a leap day is the last of its year. */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
    int64_t y = year + 399 - (month <= 2); /* up by 400 years: nothing below zero */
    int64_t month_from_march = (month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;

    y += 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468 - 146097;
}

static bool take_zone(struct scanner *s, int64_t *offset_ms)
{
    int64_t hours = 0;
    int64_t minutes = 0;
    bool minus = false;

    *offset_ms = 0;
    if (take_byte(s, 'Z'))
        return true;
    minus = take_byte(s, '-');
    if (!minus && !take_byte(s, '+'))
        return false;
    if (!take_number(s, 2, 0, 23, &hours) || !take_byte(s, ':') ||
        !take_number(s, 2, 0, 59, &minutes))
        return false;
    *offset_ms = (hours * 60 + minutes) * 60000 * (minus ? -1 : 1);
    return true;
}

/* Digits behind a point, as milliseconds: further ones are cut (13.6). */
static bool take_fraction(struct scanner *s, int64_t *ms)
{
    size_t from = s->at;
    int64_t unit = 100;

    for (; !at_end(s) && s->text.ptr[s->at] >= '0' && s->text.ptr[s->at] <= '9'; s->at++) {
        *ms += unit * (s->text.ptr[s->at] - '0');
        unit /= 10;
    }
    return s->at > from;
}

static bool take_time(struct scanner *s, int64_t *ms)
{
    int64_t hours = 0;
    int64_t minutes = 0;
    int64_t seconds = 0;
    int64_t fraction = 0;
    int64_t offset = 0;

    if (!take_number(s, 2, 0, 23, &hours) || !take_byte(s, ':') ||
        !take_number(s, 2, 0, 59, &minutes))
        return false;
    if (take_byte(s, ':')) {
        if (!take_number(s, 2, 0, 59, &seconds))
            return false;
        if (take_byte(s, '.') && !take_fraction(s, &fraction))
            return false;
    }
    if (!take_zone(s, &offset))
        return false;
    *ms += ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction - offset;
    return true;
}

static bool parse_calendar(struct remit_str text, int64_t *out_ms)
{
    struct scanner s = { .text = text };
    int64_t year = 0;
    int64_t month = 1;
    int64_t day = 1;

    if (!take_number(&s, 4, 0, 9999, &year))
        return false;
    if (!at_end(&s) && (!take_byte(&s, '-') || !take_number(&s, 2, 1, 12, &month)))
        return false;
    if (!at_end(&s) && (!take_byte(&s, '-') || !take_number(&s, 2, 1, days_in(year, month), &day)))
        return false;
    *out_ms = days_from_civil(year, month, day) * 86400000;
    if (at_end(&s))
        return true;
    /* A time only behind a whole date. */
    return s.at == 10 && take_byte(&s, 'T') && take_time(&s, out_ms) && at_end(&s);
}

bool remit_date_parse(struct remit_str text, int64_t *out_ms)
{
    unsigned long long seconds = 0;

    if (parse_calendar(text, out_ms))
        return true;
    if (!remit_str_to_u64(text, SECONDS_MOST, &seconds))
        return false;
    *out_ms = (int64_t)seconds * 1000;
    return true;
}
