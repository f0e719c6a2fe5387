/*
 * log.h - what a process says about itself: one JSON object a line on standard error.
 *
 * {"time":"…","level":"info","room":"remit-agent","message":"…", …}. Values are escaped, so a
 * stranger's bytes can't add a record or a field (attacks.md H6). Nothing here prints a secret:
 * there is no way from struct remit_secret to these functions but remit_secret_view().
 */
#pragma once

#include <remit/err.h>

enum remit_log_level { REMIT_LOG_ERROR, REMIT_LOG_WARN, REMIT_LOG_INFO, REMIT_LOG_DEBUG };

void remit_log_open(const char *room, enum remit_log_level most); /* literals only */
bool remit_log_level_parse(const char *name, enum remit_log_level *out);
void remit_log(enum remit_log_level level, const char *fmt, ...) REMIT_PRINTF(2, 3);
/* The sentence, then the error's kind, code and text as fields. */
void remit_log_err(enum remit_log_level level, const struct remit_err *err, const char *fmt, ...)
    REMIT_PRINTF(3, 4);
