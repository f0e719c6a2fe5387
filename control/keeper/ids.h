/*
 * ids.h - the ids that were retired: a sorted set of short texts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/err.h>
#include <remit/str.h>

#define KEEPER_ID_TEXT 64 /* with its NUL: a token key's id is the longest, 59 characters */

struct keeper_ids {
    char (*texts)[KEEPER_ID_TEXT];
    size_t count;
    size_t cap;
};

void keeper_ids_drop(struct keeper_ids *ids);
bool keeper_ids_has(const struct keeper_ids *ids, struct remit_str id);
/* An id that is there already is fine. */
int keeper_ids_add(struct keeper_ids *ids, struct remit_str id,
                   struct remit_err *err) REMIT_MUST_USE;
