/*
 * expect.h - assertions on texts that show what was there: Criterion's eq(str, …) takes no const.
 */
#pragma once

#include <criterion/criterion.h>
#include <string.h>

#include <remit/str.h>

#define EXPECT_TEXT(actual, expected)                                                              \
    do {                                                                                           \
        const char *actual_ = (actual);                                                            \
                                                                                                   \
        cr_expect(actual_ != NULL && strcmp(actual_, (expected)) == 0, "it is: %s",                \
                  actual_ != NULL ? actual_ : "NULL");                                             \
    } while (0)
#define EXPECT_STR(actual, expected)                                                               \
    do {                                                                                           \
        struct remit_str actual_ = (actual);                                                       \
                                                                                                   \
        cr_expect(remit_str_equal(actual_, remit_str_of(expected)), "it is: " REMIT_STR_FMT,       \
                  REMIT_STR_ARG(actual_));                                                         \
    } while (0)
