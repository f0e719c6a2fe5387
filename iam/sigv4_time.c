#include "iam/sigv4_internal.h"

#include <stdio.h>

#include "common/base/civil.h"

#define YEAR_FIRST 1970
#define YEAR_LAST  9999

/* Exactly `digits` digits off the front. */
static bool take_number(struct remit_str *rest, size_t digits, int *out)
{
    unsigned long long value = 0;

    if (rest->len < digits || !remit_str_to_u64(remit_str_sub(*rest, 0, digits), 9999, &value))
        return false;
    *rest = remit_str_sub(*rest, digits, rest->len);
    *out = (int)value;
    return true;
}

static bool take_text(struct remit_str *rest, struct remit_str text)
{
    if (!remit_str_starts(*rest, text))
        return false;
    *rest = remit_str_sub(*rest, text.len, rest->len);
    return true;
}

static bool finish(struct remit_civil *c, int year, int64_t *at)
{
    c->year = year;
    if (year < YEAR_FIRST || !remit_civil_valid(c))
        return false;
    *at = remit_civil_to_seconds(c);
    return true;
}

bool sigv4_time_parse(struct remit_str text, int64_t *at)
{
    struct remit_civil c = { 0 };
    int year = 0;

    return take_number(&text, 4, &year) && take_number(&text, 2, &c.month) &&
           take_number(&text, 2, &c.day) && take_text(&text, REMIT_STR("T")) &&
           take_number(&text, 2, &c.hour) && take_number(&text, 2, &c.minute) &&
           take_number(&text, 2, &c.second) && remit_str_equal(text, REMIT_STR("Z")) &&
           finish(&c, year, at);
}

static const struct remit_str weekdays[] = {
    REMIT_STR_INIT("Sun"), REMIT_STR_INIT("Mon"), REMIT_STR_INIT("Tue"), REMIT_STR_INIT("Wed"),
    REMIT_STR_INIT("Thu"), REMIT_STR_INIT("Fri"), REMIT_STR_INIT("Sat"),
};
static const struct remit_str months[] = {
    REMIT_STR_INIT("Jan"), REMIT_STR_INIT("Feb"), REMIT_STR_INIT("Mar"), REMIT_STR_INIT("Apr"),
    REMIT_STR_INIT("May"), REMIT_STR_INIT("Jun"), REMIT_STR_INIT("Jul"), REMIT_STR_INIT("Aug"),
    REMIT_STR_INIT("Sep"), REMIT_STR_INIT("Oct"), REMIT_STR_INIT("Nov"), REMIT_STR_INIT("Dec"),
};

/* The index of the name at the front, from `first`. */
static bool take_name(struct remit_str *rest, const struct remit_str *names, size_t n_names,
                      int first, int *out)
{
    for (size_t i = 0; i < n_names; i++) {
        if (!take_text(rest, names[i]))
            continue;
        *out = first + (int)i;
        return true;
    }
    return false;
}

/* [rfc1123 5.2.14] "Sun, 30 Aug 2015 12:36:00 GMT" */
static bool parse_rfc1123(struct remit_str text, int64_t *at)
{
    struct remit_civil c = { 0 };
    int year = 0;
    int weekday = 0;

    return take_name(&text, weekdays, REMIT_COUNT(weekdays), 0, &weekday) &&
           take_text(&text, REMIT_STR(", ")) && take_number(&text, 2, &c.day) &&
           take_text(&text, REMIT_STR(" ")) &&
           take_name(&text, months, REMIT_COUNT(months), 1, &c.month) &&
           take_text(&text, REMIT_STR(" ")) && take_number(&text, 4, &year) &&
           take_text(&text, REMIT_STR(" ")) && take_number(&text, 2, &c.hour) &&
           take_text(&text, REMIT_STR(":")) && take_number(&text, 2, &c.minute) &&
           take_text(&text, REMIT_STR(":")) && take_number(&text, 2, &c.second) &&
           remit_str_equal(text, REMIT_STR(" GMT")) && finish(&c, year, at) &&
           remit_civil_from_seconds(*at).weekday == weekday;
}

bool sigv4_time_parse_date_header(struct remit_str text, int64_t *at)
{
    return sigv4_time_parse(text, at) || parse_rfc1123(text, at);
}

void sigv4_time_text(int64_t at, char out[SIGV4_TIME_TEXT])
{
    struct remit_civil c = remit_civil_from_seconds(at);

    REMIT_REQUIRE(c.year >= 0 && c.year <= YEAR_LAST);
    (void)snprintf(out, SIGV4_TIME_TEXT, "%04d%02d%02dT%02d%02d%02dZ", (int)c.year, c.month, c.day,
                   c.hour, c.minute, c.second);
}
