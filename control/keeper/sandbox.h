/*
 * sandbox.h - the keeper's jail: memory that is neither swapped nor dumped, no capability, and a
 * filter under which nothing is opened, connected or started again.
 */
#pragma once

#include <remit/err.h>

/* Before any secret is read. */
int keeper_lock_memory(struct remit_err *err) REMIT_MUST_USE;
/* When all files are open, and OpenSSL has looked up what it will need. */
int keeper_sandbox_enter(struct remit_err *err) REMIT_MUST_USE;
