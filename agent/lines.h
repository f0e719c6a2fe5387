/*
 * lines.h - a stream of JSON texts, one a line, that comes in pieces of any size.
 *
 * The Engine's progress and events. A line over AGENT_LINE_MAX, or one that is no JSON, is skipped:
 * nothing that matters depends on one such line.
 *
 * Ownership: drop the reader; a tree is borrowed for the length of the callback.
 */
#pragma once

#include <remit/str.h>

#include "common/base/buf.h"
#include "common/base/json.h"

#define AGENT_LINE_MAX ((size_t)256 * 1024)

struct agent_lines {
    struct remit_buf line;
    bool skipping; /* the rest of a line that is too long */
    void (*hear)(void *self, const struct remit_json *json);
    void *self;
};

void agent_lines_init(struct agent_lines *lines,
                      void (*hear)(void *self, const struct remit_json *json), void *self);
void agent_lines_feed(struct agent_lines *lines, struct remit_str bytes);
void agent_lines_end(struct agent_lines *lines); /* a last line without its newline */
void agent_lines_drop(struct agent_lines *lines);
#define auto_lines REMIT_AUTO(agent_lines_drop)
