/*
 * input.h - files and standard input ("-"), as commands of `remit policy` take them.
 *
 * Errors: NOT_FOUND when a file can't be opened, LIMIT when it is larger than the buffer's maximum,
 *         UNAVAILABLE when it can't be read.
 */
#pragma once

#include <remit/buf.h>
#include <remit/err.h>

int cli_open_input(const char *path, int *out, struct remit_err *err) REMIT_MUST_USE;
int cli_read_all(int fd, struct remit_buf *out, struct remit_err *err) REMIT_MUST_USE;
