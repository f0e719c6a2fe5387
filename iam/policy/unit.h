/*
 * unit.h - what '?' counts: UTF-16 code units of a UTF-8 text (section 9.2).
 *
 * A character outside the basic plane is two units; its four bytes count as two and two, so that
 * every unit is a run of bytes and a '*' beside a '?' may divide it as it does on AWS. A byte that
 * is no UTF-8 is a unit by itself.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <remit/str.h>

/* Bytes of the unit that starts at `at`, which is less than text.len. */
size_t remit_unit_len(struct remit_str text, size_t at);
/* Bytes of the unit that ends at `at`, which is not 0. */
size_t remit_unit_back(struct remit_str text, size_t at);
/* The unit at `at` as a number when it is at most U+00FF, else UINT32_MAX: policies have no others.
 */
uint32_t remit_unit_value(struct remit_str text, size_t at);
