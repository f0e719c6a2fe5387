/*
 * buf.h - bytes that own themselves, up to a maximum fixed when the buffer is made.
 *
 * Ownership: remit_buf_drop() frees. A buffer made with remit_buf_secret() is wiped whenever it
 *            grows or is dropped; use it for anything that holds credentials on its way out.
 * Errors:    every put past the maximum sets `failed` and changes nothing; so does every put
 *            after that. Ask once at the end: remit_buf_ok(). (A put that fails half way would
 *            need a check after each of twenty calls.)
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"
#include "err.h"
#include "str.h"

#ifdef __cplusplus
extern "C" {
#endif

struct remit_buf {
    char *ptr;
    size_t len;
    size_t cap;
    size_t max;
    bool secret;
    bool failed;
};

REMIT_API void remit_buf_init(struct remit_buf *buf, size_t max);
REMIT_API void remit_buf_init_secret(struct remit_buf *buf, size_t max);
/* Declaration forms: auto_buf struct remit_buf b = REMIT_BUF(4096); */
#define REMIT_BUF(limit)                                                                           \
    {                                                                                              \
        .max = (limit)                                                                             \
    }
#define REMIT_BUF_SECRET(limit)                                                                    \
    {                                                                                              \
        .max = (limit), .secret = true                                                             \
    }
REMIT_API void remit_buf_drop(struct remit_buf *buf);
#define auto_buf REMIT_AUTO(remit_buf_drop)

REMIT_API void remit_buf_put(struct remit_buf *buf, struct remit_str bytes);
REMIT_API void remit_buf_put_cstr(struct remit_buf *buf, const char *cstr);
REMIT_API void remit_buf_put_byte(struct remit_buf *buf, char byte);
REMIT_API void remit_buf_put_fmt(struct remit_buf *buf, const char *fmt, ...) REMIT_PRINTF(2, 3);
REMIT_API void remit_buf_put_vfmt(struct remit_buf *buf, const char *fmt, va_list ap)
    REMIT_PRINTF(2, 0);
REMIT_API void remit_buf_clear(struct remit_buf *buf); /* keeps the memory and forgets a failure */
REMIT_API bool remit_buf_ok(const struct remit_buf *buf);
/* LIMIT with `what` and the maximum in the text, when a put has failed. */
REMIT_API int remit_buf_check(const struct remit_buf *buf, const char *what,
                              struct remit_err *err) REMIT_MUST_USE;
REMIT_API struct remit_str remit_buf_view(const struct remit_buf *buf);
/* A NUL-terminated view; NULL when there is no room for the NUL. Valid until the next put. */
REMIT_API const char *remit_buf_cstr(struct remit_buf *buf);

#ifdef __cplusplus
}
#endif
