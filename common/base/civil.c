#include "common/base/civil.h"

/* Days are counted in eras of 400 years from 0000-03-01, so that a leap day ends its year. */
#define DAYS_PER_ERA  146097
#define DAYS_TO_EPOCH 719468 /* from 0000-03-01 to 1970-01-01 */
#define SECONDS_A_DAY 86400

int remit_civil_days_in(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

bool remit_civil_valid(const struct remit_civil *c)
{
    return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= remit_civil_days_in(c->year, c->month) && c->hour >= 0 && c->hour <= 23 &&
           c->minute >= 0 && c->minute <= 59 && c->second >= 0 && c->second <= 59;
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

int64_t remit_civil_to_seconds(const struct remit_civil *c)
{
    return days_of(c->year, c->month, c->day) * SECONDS_A_DAY + c->hour * 3600 + c->minute * 60 +
           c->second;
}

struct remit_civil remit_civil_from_seconds(int64_t at)
{
    int64_t second = ((at % SECONDS_A_DAY) + SECONDS_A_DAY) % SECONDS_A_DAY;
    int64_t days = (at - second) / SECONDS_A_DAY + DAYS_TO_EPOCH;
    int64_t era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int64_t of_era = days - era * DAYS_PER_ERA;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t shifted = (5 * of_year + 2) / 153; /* months since March */
    int month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);

    return (struct remit_civil){
        .year = year + era * 400 + (month <= 2 ? 1 : 0),
        .month = month,
        .day = (int)(of_year - (153 * shifted + 2) / 5 + 1),
        .hour = (int)(second / 3600),
        .minute = (int)(second / 60 % 60),
        .second = (int)(second % 60),
        .weekday = (int)(((days + 3) % 7 + 7) % 7), /* 0000-03-01 was a Wednesday */
    };
}
