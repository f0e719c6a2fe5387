/*
 * str.h - a borrowed run of bytes. Somebody else owns them; it is valid as long as they are.
 *
 * Ownership: never frees. Not NUL-terminated: print with REMIT_STR_FMT and REMIT_STR_ARG.
 * Units:     bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "attr.h"

#ifdef __cplusplus
extern "C" {
#endif

struct remit_str {
    const char *ptr;
    size_t len;
};

#ifdef __cplusplus
#define REMIT_STR(literal) (remit_str{ "" literal, sizeof(literal) - 1 })
#else
#define REMIT_STR(literal) ((struct remit_str){ "" literal, sizeof(literal) - 1 })
/* The same in a static initializer. */
#define REMIT_STR_INIT(literal)                                                                    \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }
#endif
#define REMIT_STR_FMT    "%.*s"
#define REMIT_STR_ARG(s) (int)(s).len, (s).ptr

/* The bytes of a C string, without its NUL; NULL gives the empty string. */
REMIT_API struct remit_str remit_str_of(const char *cstr);
REMIT_API struct remit_str remit_str_from(const char *ptr, size_t len);
REMIT_API bool remit_str_equal(struct remit_str a, struct remit_str b);
/* ASCII letters compare without regard to case. */
REMIT_API bool remit_str_equal_nocase(struct remit_str a, struct remit_str b);
/* Bytewise order: <0, 0, >0. */
REMIT_API int remit_str_compare(struct remit_str a, struct remit_str b);
REMIT_API bool remit_str_starts(struct remit_str s, struct remit_str prefix);
REMIT_API bool remit_str_ends(struct remit_str s, struct remit_str suffix);
/* Index of the first such byte, or s.len. */
REMIT_API size_t remit_str_find(struct remit_str s, char byte);
/* The part from `from` for at most `len` bytes; both are clamped to what is there. */
REMIT_API struct remit_str remit_str_sub(struct remit_str s, size_t from, size_t len);
/*
 * Takes the part before the first `sep` off the front of *rest. Returns false when *rest held no
 * `sep`: then *head is all of it and *rest is empty.
 */
REMIT_API bool remit_str_cut(struct remit_str *rest, char sep, struct remit_str *head);
REMIT_API struct remit_str remit_str_trim(struct remit_str s); /* spaces and tabs, both ends */
/* Decimal digits only, no sign, no blanks, at most `max`. False leaves *out alone. */
REMIT_API bool remit_str_to_u64(struct remit_str s, unsigned long long max,
                                unsigned long long *out);

#ifdef __cplusplus
}
#endif
