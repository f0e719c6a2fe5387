/*
 * retry.h - changes by compare and swap: read, decide, commit, and again when others were first.
 */
#pragma once

#include "control/operation.h"
#include "control/store/store.h"

#define CONTROL_TRIES 8

/* 0: done; 1: the race was lost, read again; -1: failed. */
typedef int control_try_fn(struct control_call *call, void *self, struct remit_err *err);
/* CONTROL_TRIES times at most; then CONFLICT with that wire code. */
int control_try(struct control_call *call, control_try_fn *once, void *self, const char *code,
                struct remit_err *err) REMIT_MUST_USE;
/* How `once` ends: commits. 0, 1 when a compare did not hold, -1. */
int control_try_commit(struct control_call *call, const struct control_store_txn *txn,
                       struct remit_err *err) REMIT_MUST_USE;
