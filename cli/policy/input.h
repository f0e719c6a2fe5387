/*
 * input.h - files and standard input ("-"), as the commands of `remit policy` take them.
 *
 * Errors: NOT_FOUND when a file can't be opened, LIMIT when it is larger than the buffer's maximum,
 *         UNAVAILABLE when it can't be read. Opening alone has the name in its text.
 */
#pragma once

#include <remit/buf.h>
#include <remit/err.h>
#include <remit/policy.h>

int cli_open_input(const char *path, int *out, struct remit_err *err) REMIT_MUST_USE;
int cli_read_all(int fd, struct remit_buf *out, struct remit_err *err) REMIT_MUST_USE;
/* Both; errors start with the name. */
int cli_read_file(const char *path, struct remit_buf *out, struct remit_err *err) REMIT_MUST_USE;

/*
 * Puts the place in front of what the engine says of a document: "FILE:4:7: /Statement/0/Effect: is
 * neither Allow nor Deny". Returns -1.
 */
int cli_err_of_document(struct remit_err *err, const char *path, struct remit_str document);
