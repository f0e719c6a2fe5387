/*
 * page.h - lists in pages: a page begins behind the last item of the page before.
 *
 * The token is that item, in base64url: opaque to callers, and nobody's secret. Items come in
 * bytewise order, so a page stays whole while others add and delete.
 *
 * Errors: INVALID with the code that the caller gives, for a token that nobody gave out.
 */
#pragma once

#include "control/operation.h"

#define CONTROL_PAGE_TOKEN_MAX 1024 /* characters */

struct control_page {
    size_t most;            /* items */
    struct remit_str after; /* empty: the first page */
    size_t n, bytes;        /* put so far */
    bool truncated;
    struct remit_str last; /* the item put last */
};

int control_page_begin(struct control_call *call, struct remit_str token, int64_t most,
                       const char *invalid_code, struct control_page *page,
                       struct remit_err *err) REMIT_MUST_USE;
/* Whether an earlier page had the item. */
bool control_page_skips(const struct control_page *page, struct remit_str item);
/*
 * Whether the item, about so many bytes in the answer, fits on this page; it is then the last one.
 * False ends the page.
 */
bool control_page_take(struct control_call *call, struct control_page *page, struct remit_str item,
                       size_t bytes);
/* The token of the next page under that name, if there is one. */
void control_page_put_token(struct control_call *call, const struct control_page *page,
                            const char *name);

struct control_store_entry;
/*
 * Visits the entries under `prefix` behind `after`, in order and a few at a time, so that a visit
 * may use the store (unlike one of control_store_scan()) and memory stays bounded. `arena` is for
 * one batch: what must live longer is copied to the call's. A visit returns 0 to go on, 1 to stop
 * without error, -1 to fail.
 */
typedef int control_batch_visit(void *self, const struct control_store_entry *entry,
                                struct remit_arena *arena, struct remit_err *err);
int control_batches(struct control_call *call, struct remit_str prefix, struct remit_str after,
                    control_batch_visit *visit, void *self, struct remit_err *err) REMIT_MUST_USE;
