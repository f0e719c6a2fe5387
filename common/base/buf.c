#include "common/base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <remit/secret.h>

#define BUF_FIRST 256

void remit_buf_init(struct remit_buf *buf, size_t max)
{
    *buf = (struct remit_buf)REMIT_BUF(max);
}

void remit_buf_init_secret(struct remit_buf *buf, size_t max)
{
    *buf = (struct remit_buf)REMIT_BUF_SECRET(max);
}

void remit_buf_drop(struct remit_buf *buf)
{
    if (buf->secret && buf->ptr != NULL)
        remit_wipe(buf->ptr, buf->cap);
    free(buf->ptr);
    *buf = (struct remit_buf){ .max = buf->max, .secret = buf->secret };
}

static bool grow_to(struct remit_buf *buf, size_t cap)
{
    char *larger = malloc(cap);

    if (larger == NULL)
        return false;
    if (buf->len > 0)
        memcpy(larger, buf->ptr, buf->len);
    if (buf->secret && buf->ptr != NULL)
        remit_wipe(buf->ptr, buf->cap);
    free(buf->ptr);
    buf->ptr = larger;
    buf->cap = cap;
    return true;
}

/* Room for `more` bytes and a NUL behind them, which is not counted against the maximum. */
static bool reserve(struct remit_buf *buf, size_t more)
{
    size_t cap = buf->cap == 0 ? BUF_FIRST : buf->cap;
    size_t need = 0;

    if (buf->failed || more > buf->max - buf->len) {
        buf->failed = true;
        return false;
    }
    need = buf->len + more + 1;
    while (cap < need)
        cap *= 2;
    if (cap > buf->max + 1)
        cap = buf->max + 1;
    if (cap == buf->cap || grow_to(buf, cap))
        return true;
    buf->failed = true;
    return false;
}

void remit_buf_put(struct remit_buf *buf, struct remit_str bytes)
{
    if (!reserve(buf, bytes.len) || bytes.len == 0)
        return;
    memcpy(buf->ptr + buf->len, bytes.ptr, bytes.len);
    buf->len += bytes.len;
}

void remit_buf_put_cstr(struct remit_buf *buf, const char *cstr)
{
    remit_buf_put(buf, remit_str_of(cstr));
}

void remit_buf_put_byte(struct remit_buf *buf, char byte)
{
    remit_buf_put(buf, remit_str_from(&byte, 1));
}

void remit_buf_put_vfmt(struct remit_buf *buf, const char *fmt, va_list ap)
{
    va_list again;
    int len = 0;

    va_copy(again, ap);
    len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (len < 0) {
        buf->failed = true;
        return;
    }
    if (!reserve(buf, (size_t)len))
        return;
    (void)vsnprintf(buf->ptr + buf->len, (size_t)len + 1, fmt, ap);
    buf->len += (size_t)len;
}

void remit_buf_put_fmt(struct remit_buf *buf, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    remit_buf_put_vfmt(buf, fmt, ap);
    va_end(ap);
}

void remit_buf_clear(struct remit_buf *buf)
{
    if (buf->secret && buf->ptr != NULL)
        remit_wipe(buf->ptr, buf->len);
    buf->len = 0;
    buf->failed = false;
}

bool remit_buf_ok(const struct remit_buf *buf)
{
    return !buf->failed;
}

int remit_buf_check(const struct remit_buf *buf, const char *what, struct remit_err *err)
{
    if (!buf->failed)
        return 0;
    return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "%s: more than %zu bytes", what,
                      buf->max);
}

struct remit_str remit_buf_view(const struct remit_buf *buf)
{
    return remit_str_from(buf->ptr != NULL ? buf->ptr : "", buf->len);
}

const char *remit_buf_cstr(struct remit_buf *buf)
{
    if (!reserve(buf, 0))
        return NULL;
    buf->ptr[buf->len] = '\0';
    return buf->ptr;
}
