/*
 * utf8.h - what is UTF-8: the shortest form of a scalar value, no surrogates (RFC 3629).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/str.h>

/* Bytes of the sequence that begins at `at` < text.len, or 0 when none does. */
size_t remit_utf8_len(struct remit_str text, size_t at);
bool remit_utf8_valid(struct remit_str text);
