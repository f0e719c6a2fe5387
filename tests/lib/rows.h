/*
 * rows.h - a Criterion test over the rows of a static array. Each case runs in a process of its
 * own, so that the parameter is an index and the rows stay in the file.
 *
 *   ROWS(wildcard, rows_match, rows) { const struct row *r = &rows[*row_index]; ... }
 */
#pragma once

#include <criterion/parameterized.h>

#include <remit/attr.h>

#define ROWS(suite, name, rows)                                                                    \
    ParameterizedTestParameters(suite, name)                                                       \
    {                                                                                              \
        static size_t index[REMIT_COUNT(rows)];                                                    \
        for (size_t i = 0; i < REMIT_COUNT(rows); i++)                                             \
            index[i] = i;                                                                          \
        return cr_make_param_array(size_t, index, REMIT_COUNT(rows));                              \
    }                                                                                              \
    ParameterizedTest(size_t *row_index, suite, name)
