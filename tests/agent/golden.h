/*
 * golden.h - compares a text with the file that says what it must be,
 * tests/agent/golden/<case>/<name>. With REMIT_GOLDEN_WRITE in the environment the file is written
 * instead: read the diff.
 */
#pragma once

#include <remit/str.h>

/* What differs between machines is written as @STATE@. */
void expect_golden(const char *golden_case, const char *name, struct remit_str text);
/* A file of the case, NUL-terminated. */
const char *golden_file(const char *golden_case, const char *name);
