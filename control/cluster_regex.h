/*
 * cluster_regex.h - the regular expressions of the cluster query language: those of Java that a
 * set of states can decide. Inner to control/cluster_query.c.
 *
 * Literals, `.`, classes with ranges and negation, \d \w \s and their negations, escaped
 * punctuation, `* + ? {n} {n,} {n,m}`, groups (also "(?:"), alternation, `^` and `$` at the ends.
 * A match is of the whole text. Lazy and possessive quantifiers, look-around and back references
 * are refused.
 *
 * Errors: INVALID "InvalidParameterException"; also when the program would be larger than
 *         CLUSTER_REGEX_MAX steps.
 */
#pragma once

#include <stdbool.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/arena.h"

#define CLUSTER_REGEX_MAX 2048

struct cluster_regex;

int cluster_regex_compile(struct remit_str pattern, struct remit_arena *arena,
                          const struct cluster_regex **out, struct remit_err *err) REMIT_MUST_USE;
/* Time: the program's length times the text's. */
bool cluster_regex_matches(const struct cluster_regex *regex, struct remit_str text);
