/*
 * who_can.h - the answers of `remit policy who-can`, one by one, as text or as JSON.
 */
#pragma once

#include <remit/buf.h>

#include "cli/policy/ask.h"

/* One answer each that is not CANNOT; `begin` and `end` stand around them all. */
struct cli_who_can_format {
    const char *name;
    void (*begin)(struct remit_buf *out, const struct cli_question *question);
    int (*put)(struct remit_buf *out, const struct cli_question *question,
               const struct cli_principal *principal, enum cli_ability ability, bool first,
               struct remit_err *err);
    void (*end)(struct remit_buf *out);
};
extern const struct cli_who_can_format cli_who_can_text, cli_who_can_json;
