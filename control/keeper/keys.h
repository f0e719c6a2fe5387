/*
 * keys.h - the token signing keys as a set, and as a record of the journal.
 */
#pragma once

#include "common/base/json.h"
#include "control/keeper/state.h"

void keeper_keys_drop(struct keeper_key_set *set);
/* Ownership moves; what *to held is dropped. */
void keeper_keys_move(struct keeper_key_set *to, struct keeper_key_set *from);
int keeper_keys_copy(const struct keeper_key_set *from, struct keeper_key_set *to,
                     struct remit_err *err) REMIT_MUST_USE;
struct keeper_key *keeper_keys_find(struct keeper_key_set *set, struct remit_str kid);
/* NULL when none is in that state. */
struct keeper_key *keeper_keys_in_state(struct keeper_key_set *set, enum keeper_key_state state);
int keeper_keys_make(struct keeper_key_set *set, enum keeper_key_state state, int64_t now_at,
                     struct remit_err *err) REMIT_MUST_USE;
void keeper_keys_remove(struct keeper_key_set *set, struct keeper_key *key);
/* Those whose last token has expired. */
void keeper_keys_remove_ended(struct keeper_key_set *set, int64_t now_at);

void keeper_keys_write(struct remit_jw *w, const struct keeper_key_set *set);
int keeper_keys_read(const struct remit_json *list, struct keeper_key_set *out,
                     struct remit_err *err) REMIT_MUST_USE;
