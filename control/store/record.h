/*
 * record.h - values in the store are JSON objects that say their version: {"v":1,…}.
 *
 * Writing: control_record_begin() opens the object and writes "v"; the caller adds members and ends
 * the object. Reading refuses what is not an object or says another version, so a record written by
 * a newer control is never half understood.
 *
 * Errors: INTERNAL "StoreCorrupt" with the key in the text.
 */
#pragma once

#include <remit/err.h>

#include "common/base/json.h"
#include "control/store/store.h"

#define CONTROL_RECORD_VERSION 1

/* Opens an object in *w and writes "v". */
void control_record_begin(struct remit_jw *w);
/* The parsed record of an entry that exists; the caller drops the tree. */
int control_record_parse(const struct control_store_entry *entry, struct remit_json **out,
                         struct remit_err *err) REMIT_MUST_USE;
/*
 * A record into a commit: the compare with the revision that was read (0: must be absent) and the
 * put, or the removal. The value is copied to the arena, where the key must be, too.
 */
int control_record_put(struct control_store_txn *txn, struct remit_str key, uint64_t revision,
                       const struct remit_buf *text, struct remit_arena *arena,
                       struct remit_err *err) REMIT_MUST_USE;
int control_record_remove(struct control_store_txn *txn, struct remit_str key, uint64_t revision,
                          const struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
/*
 * Get and parse in one go: *out is NULL and *revision 0 when there is no such key. Strings of the
 * tree are borrowed from the tree.
 */
int control_record_get(struct control_store *store, struct remit_str key, struct remit_arena *arena,
                       struct remit_json **out, uint64_t *revision,
                       struct remit_err *err) REMIT_MUST_USE;
