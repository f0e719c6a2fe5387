/*
 * civil.h - calendar dates and seconds since 1970, in UTC.
 *
 * Computed here: gmtime_r() and timegm() read /etc/localtime on first use, which ends a sandboxed
 * process and which iam, without any I/O, may not call.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct remit_civil {
    int64_t year; /* proleptic Gregorian */
    int month;    /* 1 .. 12 */
    int day;
    int hour;
    int minute;
    int second;
    int weekday; /* 0 is Sunday; only written */
};

/* 1 .. 12 in any year. */
int remit_civil_days_in(int64_t year, int month);
/* Whether every field is in its range; there are no leap seconds here. */
bool remit_civil_valid(const struct remit_civil *civil);
int64_t remit_civil_to_seconds(const struct remit_civil *civil);
struct remit_civil remit_civil_from_seconds(int64_t at);
