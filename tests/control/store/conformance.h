/*
 * conformance.h - what every backend of the store is held to. The tests in this folder's test_*.c
 * are linked once with each backend_*.c, which opens an empty store; a backend is accepted when
 * they pass over it.
 */
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "control/store/store.h"
#include "tests/lib/rows.h"

/* backend_<name>.c */
void backend_open(void);
void backend_close(void);
extern struct control_store *store;

/* tools.c: shorthand that fails the test. */
#define S(literal) REMIT_STR(literal)
struct remit_arena *arena_here(void); /* one per test, 64 MiB */
uint64_t must_put(struct remit_str key, struct remit_str value);
uint64_t must_put_leased(struct remit_str key, struct remit_str value, uint64_t lease);
uint64_t must_remove(struct remit_str key);
uint64_t must_commit(const struct control_store_txn *txn);
struct control_store_entry must_get(struct remit_str key);
bool is_there(struct remit_str key);
uint64_t must_lease(int64_t ttl_ms);
/* The keys under a prefix, each followed by a blank. */
const char *keys_of(struct remit_str prefix, struct remit_str after, size_t most);
bool until_gone(struct remit_str key, int within_ms);
void expect_error(int result, const struct remit_err *err, enum remit_err_kind kind,
                  const char *code);
void expect_text(const char *got, const char *want);
void pause_ms(int ms);
