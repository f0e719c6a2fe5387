/*
 * secret.h - bytes kept out of swap and core dumps, wiped on drop, without a printing function.
 *
 * A secret lives in a locked pool of pages (mlock where the limit allows, always
 * MADV_DONTDUMP and MADV_WIPEONFORK: a forked child reads zeroes). remit_secret_view() is the
 * only way to its bytes, so one search finds every place that looks.
 *
 * Ownership: remit_secret_drop() wipes and frees. The zero value is the empty secret.
 * Threads:   the pool is locked; a single secret is not.
 * Errors:    LIMIT when longer than REMIT_SECRET_MAX; INTERNAL when no page can be had.
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

#define REMIT_SECRET_MAX 65536

struct remit_secret {
    unsigned char *ptr;
    size_t len;
};

/* A secret of `len` zero bytes, to be filled through remit_secret_bytes(). */
REMIT_API int remit_secret_new(size_t len, struct remit_secret *out,
                               struct remit_err *err) REMIT_MUST_USE;
REMIT_API int remit_secret_copy(struct remit_str bytes, struct remit_secret *out,
                                struct remit_err *err) REMIT_MUST_USE;
REMIT_API struct remit_str remit_secret_view(const struct remit_secret *secret);
/* For filling: the same bytes, writable. */
REMIT_API unsigned char *remit_secret_bytes(struct remit_secret *secret);
/* Constant in time for equal lengths; different lengths differ at once. */
REMIT_API bool remit_secret_equal(const struct remit_secret *a, struct remit_str b);
/* Ownership moves: *from is empty afterwards. */
REMIT_API struct remit_secret remit_secret_steal(struct remit_secret *from);
REMIT_API void remit_secret_drop(struct remit_secret *secret);
#define auto_secret REMIT_AUTO(remit_secret_drop)

/* Overwrites memory in a way that the compiler keeps; for what is not a remit_secret. */
REMIT_API void remit_wipe(void *ptr, size_t len);
/* Constant in time over `len` bytes. */
REMIT_API bool remit_equal_const(const void *a, const void *b, size_t len);

#ifdef __cplusplus
}
#endif
