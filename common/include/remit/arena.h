/*
 * arena.h - all the memory that one request or one policy needs: one limit, one free.
 *
 * Ownership: the arena owns everything taken from it; remit_arena_drop() frees it at once.
 * Errors:    a take that would pass the limit returns NULL and marks the arena failed.
 *            Asking once at the end is enough where NULL is not dereferenced in between.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"
#include "err.h"
#include "str.h"

#ifdef __cplusplus
extern "C" {
#endif

struct remit_arena_block;
struct remit_arena {
    struct remit_arena_block *blocks;
    size_t used; /* bytes handed out */
    size_t max;
    bool failed;
    bool secret; /* wiped when dropped */
};

#define REMIT_ARENA(limit)                                                                         \
    {                                                                                              \
        .max = (limit)                                                                             \
    }
#define REMIT_ARENA_SECRET(limit)                                                                  \
    {                                                                                              \
        .max = (limit), .secret = true                                                             \
    }
REMIT_API void remit_arena_init(struct remit_arena *arena, size_t max);
REMIT_API void remit_arena_drop(struct remit_arena *arena);
#define auto_arena REMIT_AUTO(remit_arena_drop)

REMIT_API void *remit_arena_take(struct remit_arena *arena,
                                 size_t size); /* zeroed, aligned for anything */
REMIT_API void *remit_arena_take_n(struct remit_arena *arena, size_t count, size_t size);
#define REMIT_NEW(arena, type)      ((type *)remit_arena_take((arena), sizeof(type)))
#define REMIT_NEW_N(arena, type, n) ((type *)remit_arena_take_n((arena), (n), sizeof(type)))
/* A copy that is also NUL-terminated; {NULL, 0} when the limit is reached. */
REMIT_API struct remit_str remit_arena_str(struct remit_arena *arena, struct remit_str s);
REMIT_API struct remit_str remit_arena_fmt(struct remit_arena *arena, const char *fmt, ...)
    REMIT_PRINTF(2, 3);
/* LIMIT with `what` and the limit in the text, when a take has failed. */
REMIT_API int remit_arena_check(const struct remit_arena *arena, const char *what,
                                struct remit_err *err) REMIT_MUST_USE;

#ifdef __cplusplus
}
#endif
