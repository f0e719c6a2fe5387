#include <remit/err.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct remit_err_class classes[] = {
    [REMIT_ERR_NONE] = { "None", 200, false, true },
    [REMIT_ERR_INVALID] = { "Invalid", 400, false, true },
    [REMIT_ERR_UNAUTHENTICATED] = { "Unauthenticated", 403, false, true },
    [REMIT_ERR_DENIED] = { "Denied", 403, false, true },
    [REMIT_ERR_NOT_FOUND] = { "NotFound", 400, false, true },
    [REMIT_ERR_CONFLICT] = { "Conflict", 409, true, true },
    [REMIT_ERR_LIMIT] = { "Limit", 400, false, true },
    [REMIT_ERR_UNAVAILABLE] = { "Unavailable", 503, true, true },
    [REMIT_ERR_INTERNAL] = { "Internal", 500, true, false },
};

const struct remit_err_class *remit_err_class(enum remit_err_kind kind)
{
    if ((size_t)kind >= REMIT_COUNT(classes))
        return &classes[REMIT_ERR_INTERNAL];
    return &classes[kind];
}

static void fill(struct remit_err *err, enum remit_err_kind kind, const char *code, int os,
                 const char *fmt, va_list ap) REMIT_PRINTF(5, 0);

static void fill(struct remit_err *err, enum remit_err_kind kind, const char *code, int os,
                 const char *fmt, va_list ap)
{
    char text[REMIT_ERR_TEXT_MAX];

    (void)vsnprintf(text, sizeof(text), fmt, ap); /* the arguments may point into err->text */
    err->kind = kind;
    err->code = code;
    err->os = os;
    memcpy(err->text, text, sizeof(text));
}

int remit_fail(struct remit_err *err, enum remit_err_kind kind, const char *code, const char *fmt,
               ...)
{
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    fill(err, kind, code, 0, fmt, ap);
    va_end(ap);
    return -1;
}

int remit_fail_os(struct remit_err *err, enum remit_err_kind kind, int os, const char *fmt, ...)
{
    const char *name = strerrorname_np(os);
    size_t len = 0;
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    fill(err, kind, "SystemError", os, fmt, ap);
    va_end(ap);
    len = strlen(err->text);
    (void)snprintf(err->text + len, sizeof(err->text) - len, ": %s (%s)", strerrordesc_np(os),
                   name != NULL ? name : "unknown errno");
    return -1;
}

int remit_err_prefix(struct remit_err *err, const char *fmt, ...)
{
    char text[REMIT_ERR_TEXT_MAX];
    int len = 0;
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    len = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (len < 0 || (size_t)len >= sizeof(text))
        return -1;
    (void)snprintf(text + len, sizeof(text) - (size_t)len, ": %s", err->text);
    memcpy(err->text, text, sizeof(text));
    return -1;
}

bool remit_err_is(const struct remit_err *err, const char *code)
{
    return err->code != NULL && code != NULL && strcmp(err->code, code) == 0;
}

void remit_require_failed(const char *cond, const char *file, int line)
{
    (void)fprintf(stderr, "remit: %s:%d: required: %s\n", file, line, cond);
    abort();
}
