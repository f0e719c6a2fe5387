/*
 * err.h - errors are kinds with a sentence.
 *
 * A function that can fail returns 0 or -1 and fills its last argument. The kind says what the
 * caller can do about it; the code is the wire name, a literal; the text holds the value and the
 * limit and never a secret. Filling an error allocates nothing.
 */
#pragma once

#include <stdbool.h>

#include "attr.h"
#include "str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum remit_err_kind {
    REMIT_ERR_NONE = 0,
    REMIT_ERR_INVALID,         /* the same bytes will fail again */
    REMIT_ERR_UNAUTHENTICATED, /* who is asking has not been shown */
    REMIT_ERR_DENIED,          /* it has been shown, and is not enough */
    REMIT_ERR_NOT_FOUND,
    REMIT_ERR_CONFLICT,    /* lost a compare-and-swap: read again, try again */
    REMIT_ERR_LIMIT,       /* too large, too many, too fast */
    REMIT_ERR_UNAVAILABLE, /* a peer is away: wait, try again */
    REMIT_ERR_INTERNAL,    /* ours: logged whole, shown outside as a request id only */
};

#define REMIT_ERR_TEXT_MAX 512

struct remit_err {
    enum remit_err_kind kind;
    const char *code;              /* the wire name, a literal: "ClusterNotFoundException" */
    int os;                        /* errno, or 0 */
    char text[REMIT_ERR_TEXT_MAX]; /* cut, never allocated: failing must not need memory */
};

/* A row per kind, from common/base/err.c. */
struct remit_err_class {
    const char *name; /* "Invalid" */
    int http_status;  /* what an HTTP face answers, when an operation says nothing else */
    bool retryable;   /* the same request may succeed later */
    bool shown;       /* the text may leave the process */
};
REMIT_API const struct remit_err_class *remit_err_class(enum remit_err_kind kind);

/* Fills *err (which may be NULL) and returns -1. `code` must be a literal. */
REMIT_API int remit_fail(struct remit_err *err, enum remit_err_kind kind, const char *code,
                         const char *fmt, ...) REMIT_PRINTF(4, 5);
/* The same for a failed system call: err->os is the errno, whose name ends the sentence. */
REMIT_API int remit_fail_os(struct remit_err *err, enum remit_err_kind kind, int os,
                            const char *fmt, ...) REMIT_PRINTF(4, 5);
/* Adds where, in front: "task X: " + what the text was. Returns -1. */
REMIT_API int remit_err_prefix(struct remit_err *err, const char *fmt, ...) REMIT_PRINTF(2, 3);
/* Whether this is the error with that code. A NULL code never matches. */
REMIT_API bool remit_err_is(const struct remit_err *err, const char *code);

/* The one macro that returns. Safe because everything live in the function drops itself. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            return -1;                                                                             \
    } while (0)

#ifdef __cplusplus
}
#endif
