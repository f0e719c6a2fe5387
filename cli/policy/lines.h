/*
 * lines.h - a stream's lines, one after the other, in memory with a limit.
 *
 * Ownership: a line points into the reader and is valid until the next one is asked for.
 * Errors:    UNAVAILABLE when the stream can't be read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/err.h>
#include <remit/str.h>

struct cli_lines {
    int fd;                   /* borrowed */
    size_t most;              /* bytes of a line */
    void (*wait)(void *self); /* called before the stream is waited for: what is ready, goes out */
    void *wait_self;
    char *bytes;
    size_t from, to, cap; /* what has been read and not yet handed out */
    bool ended;
    size_t number; /* of the line handed out last, from 1 */
};

enum cli_line { CLI_LINE_END = 0, CLI_LINE_READ, CLI_LINE_TOO_LONG };

/* The next line without its newline. TOO_LONG: it was passed over, and the next call reads on. */
int cli_lines_next(struct cli_lines *lines, enum cli_line *what, struct remit_str *out,
                   struct remit_err *err) REMIT_MUST_USE;
void cli_lines_drop(struct cli_lines *lines);
#define auto_cli_lines REMIT_AUTO(cli_lines_drop)
