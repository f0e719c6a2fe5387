/*
 * clock.h - the two clocks, and times as the wires write them.
 *
 * Units: _at is seconds since 1970 UTC, _ms milliseconds of CLOCK_BOOTTIME (never steps, counts
 *        through suspend): lifetimes are measured with the second, dates written with the first.
 */
#pragma once

#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

int64_t remit_clock_now_at(void);
double remit_clock_now_seconds(void); /* wall clock with a fraction */
int64_t remit_clock_boot_ms(void);

#define REMIT_TIME_TEXT 32
/* "2026-01-02T03:04:05Z", NUL-terminated; returns out. */
const char *remit_time_iso(int64_t at, char out[REMIT_TIME_TEXT]);
/* "20260102T030405Z", as SigV4 writes it. */
const char *remit_time_amz(int64_t at, char out[REMIT_TIME_TEXT]);
int remit_time_parse_iso(struct remit_str text, int64_t *at, struct remit_err *err) REMIT_MUST_USE;
