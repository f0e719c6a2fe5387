/*
 * root.h - the keeper's folder: locked, cleaned of what a kill left, and the root secret in it.
 *
 * Errors: UNAVAILABLE "KeeperLocked" after 5 s; INTERNAL "KeeperStateDamaged" for a root that
 *         others may read, that is not 64 hex digits, or that is gone while a journal is there.
 */
#pragma once

#include <remit/err.h>
#include <remit/secret.h>

#include "common/base/buf.h"

#define KEEPER_ROOT_BYTES 32
#define KEEPER_PATH_MAX   4096

/* "<folder>/<name>" */
int keeper_path(const char *folder, const char *name, struct remit_buf *out,
                struct remit_err *err) REMIT_MUST_USE;
/* *out keeps the lock as long as it is open. */
int keeper_folder_lock(const char *folder, int *out, struct remit_err *err) REMIT_MUST_USE;
/* The root, made when there is none. */
int keeper_root_read(const char *folder, struct remit_secret *out,
                     struct remit_err *err) REMIT_MUST_USE;
