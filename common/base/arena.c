#include "common/base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <remit/secret.h>

#define BLOCK_FIRST 4096

struct remit_arena_block {
    struct remit_arena_block *next;
    size_t used;
    size_t cap;
    alignas(max_align_t) unsigned char bytes[];
};

void remit_arena_init(struct remit_arena *arena, size_t max)
{
    *arena = (struct remit_arena)REMIT_ARENA(max);
}

void remit_arena_drop(struct remit_arena *arena)
{
    while (arena->blocks != NULL) {
        struct remit_arena_block *next = arena->blocks->next;

        if (arena->secret)
            remit_wipe(arena->blocks->bytes, arena->blocks->used);
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->used = 0;
    arena->failed = false;
}

static struct remit_arena_block *block_add(struct remit_arena *arena, size_t size)
{
    size_t cap = arena->blocks == NULL ? BLOCK_FIRST : arena->blocks->cap * 2;
    struct remit_arena_block *block = NULL;

    if (cap > 1024 * 1024)
        cap = 1024 * 1024;
    if (cap < size)
        cap = size;
    block = calloc(1, sizeof(*block) + cap);
    if (block == NULL)
        return NULL;
    block->cap = cap;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

void *remit_arena_take(struct remit_arena *arena, size_t size)
{
    struct remit_arena_block *block = arena->blocks;
    size_t rounded = 0;
    void *bytes = NULL;

    if (arena->failed || size > arena->max || arena->used > arena->max - size) {
        arena->failed = true;
        return NULL;
    }
    rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (block == NULL || block->cap - block->used < rounded)
        block = block_add(arena, rounded);
    if (block == NULL) {
        arena->failed = true;
        return NULL;
    }
    bytes = block->bytes + block->used;
    block->used += rounded;
    arena->used += size;
    return bytes;
}

void *remit_arena_take_n(struct remit_arena *arena, size_t count, size_t size)
{
    size_t total = 0;

    if (__builtin_mul_overflow(count, size, &total)) {
        arena->failed = true;
        return NULL;
    }
    return remit_arena_take(arena, total);
}

struct remit_str remit_arena_str(struct remit_arena *arena, struct remit_str s)
{
    char *copy = remit_arena_take(arena, s.len + 1);

    if (copy == NULL)
        return remit_str_from(NULL, 0);
    if (s.len > 0)
        memcpy(copy, s.ptr, s.len);
    return remit_str_from(copy, s.len);
}

struct remit_str remit_arena_fmt(struct remit_arena *arena, const char *fmt, ...)
{
    char *text = NULL;
    int len = 0;
    va_list ap;

    va_start(ap, fmt);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    text = len < 0 ? NULL : remit_arena_take(arena, (size_t)len + 1);
    if (text == NULL) {
        arena->failed = true;
        return remit_str_from(NULL, 0);
    }
    va_start(ap, fmt);
    (void)vsnprintf(text, (size_t)len + 1, fmt, ap);
    va_end(ap);
    return remit_str_from(text, (size_t)len);
}

int remit_arena_check(const struct remit_arena *arena, const char *what, struct remit_err *err)
{
    if (!arena->failed)
        return 0;
    return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "%s: needs more than %zu bytes", what,
                      arena->max);
}
