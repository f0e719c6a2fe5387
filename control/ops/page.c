#include "control/ops/page.h"

#include "common/base/encode.h"
#include "control/store/store.h"

#define BATCH      16                    /* entries read at once: one may take a megabyte */
#define PAGE_BYTES ((size_t)1024 * 1024) /* a page may hold less than was asked */

int control_page_begin(struct control_call *call, struct remit_str token, int64_t most,
                       const char *invalid_code, struct control_page *page, struct remit_err *err)
{
    auto_buf struct remit_buf after = REMIT_BUF(CONTROL_PAGE_TOKEN_MAX);

    *page = (struct control_page){ .most = (size_t)most };
    if (token.len == 0)
        return 0;
    if (remit_base64url_decode(token, &after, err) != 0 || after.len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, invalid_code, "The token is not valid.");
    page->after = remit_arena_str(call->arena, remit_buf_view(&after));
    return remit_arena_check(call->arena, "the token", err);
}

bool control_page_skips(const struct control_page *page, struct remit_str item)
{
    return page->after.len > 0 && remit_str_compare(item, page->after) <= 0;
}

bool control_page_take(struct control_call *call, struct control_page *page, struct remit_str item,
                       size_t bytes)
{
    page->truncated = page->n == page->most || (page->n > 0 && page->bytes + bytes > PAGE_BYTES);
    if (page->truncated)
        return false;
    page->n++;
    page->bytes += bytes;
    page->last = remit_arena_str(call->arena, item);
    return true;
}

void control_page_put_token(struct control_call *call, const struct control_page *page,
                            const char *name)
{
    auto_buf struct remit_buf token = REMIT_BUF(2 * CONTROL_PAGE_TOKEN_MAX);

    if (!page->truncated)
        return;
    remit_base64url_put(&token, page->last);
    control_put_str(call, name, remit_buf_view(&token));
}

/* One batch; *after becomes its last key and *n how many there were. */
static int batch(struct control_call *call, struct remit_str prefix, struct remit_str *after,
                 size_t *n, control_batch_visit *visit, void *self, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA((size_t)4 * BATCH * CONTROL_STORE_VALUE_MAX);
    const struct control_store_entry *entries = NULL;
    int stop = 0;

    TRY(control_store_list(call->store, prefix, *after, BATCH, &arena, &entries, n, err));
    for (size_t i = 0; i < *n && stop == 0; i++)
        stop = visit(self, &entries[i], &arena, err);
    if (stop == 0 && *n > 0)
        *after = remit_arena_str(call->arena, entries[*n - 1].key);
    return stop != 0 ? stop : remit_arena_check(call->arena, "the page", err);
}

int control_batches(struct control_call *call, struct remit_str prefix, struct remit_str after,
                    control_batch_visit *visit, void *self, struct remit_err *err)
{
    size_t n = BATCH;
    int stop = 0;

    while (n == BATCH && stop == 0)
        stop = batch(call, prefix, &after, &n, visit, self, err);
    return stop < 0 ? -1 : 0;
}
