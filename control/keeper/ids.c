#include "control/keeper/ids.h"

#include <stdlib.h>
#include <string.h>

#define IDS_FIRST 64

void keeper_ids_drop(struct keeper_ids *ids)
{
    free(ids->texts);
    *ids = (struct keeper_ids){ 0 };
}

/* Where the id is, or belongs. */
static size_t place(const struct keeper_ids *ids, struct remit_str id, bool *found)
{
    size_t low = 0;
    size_t high = ids->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (remit_str_compare(remit_str_of(ids->texts[middle]), id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < ids->count && remit_str_equal(remit_str_of(ids->texts[low]), id);
    return low;
}

bool keeper_ids_has(const struct keeper_ids *ids, struct remit_str id)
{
    bool found = false;

    (void)place(ids, id, &found);
    return found;
}

static int grow(struct keeper_ids *ids, struct remit_err *err)
{
    size_t cap = ids->cap == 0 ? IDS_FIRST : ids->cap * 2;
    char(*larger)[KEEPER_ID_TEXT] = reallocarray(ids->texts, cap, KEEPER_ID_TEXT);

    if (larger == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for %zu ids", cap);
    ids->texts = larger;
    ids->cap = cap;
    return 0;
}

int keeper_ids_add(struct keeper_ids *ids, struct remit_str id, struct remit_err *err)
{
    bool found = false;
    size_t at = place(ids, id, &found);

    if (found)
        return 0;
    if (id.len == 0 || id.len >= KEEPER_ID_TEXT)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError",
                          "an id of %zu characters, the most is %d", id.len, KEEPER_ID_TEXT - 1);
    if (ids->count == ids->cap)
        TRY(grow(ids, err));
    memmove(ids->texts[at + 1], ids->texts[at], (ids->count - at) * KEEPER_ID_TEXT);
    memset(ids->texts[at], 0, KEEPER_ID_TEXT);
    memcpy(ids->texts[at], id.ptr, id.len);
    ids->count++;
    return 0;
}
