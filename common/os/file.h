/*
 * file.h - files read whole with a limit and replaced atomically.
 *
 * Writing makes a temporary file beside the target, fsyncs it, renames it and fsyncs the folder:
 * a reader sees the old bytes or the new ones, also after power is cut. Paths are opened with
 * O_NOFOLLOW | O_CLOEXEC; *_beneath() resolve below a folder with openat2 RESOLVE_BENEATH.
 * Errors: NOT_FOUND when there is no file, LIMIT when it is larger than the buffer's maximum,
 *         UNAVAILABLE for a full disk, else INTERNAL with the errno.
 */
#pragma once

#include <sys/types.h>

#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>

#include "common/base/buf.h"

int remit_file_read(const char *path, struct remit_buf *out, struct remit_err *err) REMIT_MUST_USE;
int remit_file_read_secret(const char *path, size_t max, struct remit_secret *out,
                           struct remit_err *err) REMIT_MUST_USE;
int remit_file_write(const char *path, struct remit_str bytes, mode_t mode,
                     struct remit_err *err) REMIT_MUST_USE;
int remit_file_mkdir(const char *path, mode_t mode, struct remit_err *err) REMIT_MUST_USE; /* -p */
int remit_file_remove(const char *path, struct remit_err *err) REMIT_MUST_USE; /* absent is fine */
int remit_file_open_beneath(int dir, const char *path, int flags, mode_t mode, int *out,
                            struct remit_err *err) REMIT_MUST_USE;
