/*
 * simulate.h - one decision, explained: as JSON for programs (simulate_json.c).
 */
#pragma once

#include <remit/buf.h>

#include "cli/policy/documents.h"

/* The whole object. LIMIT when it does not fit. */
int cli_simulate_json(const struct cli_policies *policies, const struct remit_request *request,
                      struct remit_buf *out, struct remit_err *err) REMIT_MUST_USE;
/* remit_explain_at() into a buffer. */
int cli_simulate_text(struct cli_policies *policies, const struct remit_request *request,
                      struct remit_buf *out, struct remit_err *err) REMIT_MUST_USE;
