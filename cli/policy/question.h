/*
 * question.h - a request put together from a command line's options: --context KEY=VALUE.
 *
 * "KEY=VALUE" is one value, 'KEY=["a","b"]' a multivalued key.
 *
 * Ownership: values point into the options or into the arena.
 * Errors:    INVALID "BadOption" with the option's text.
 */
#pragma once

#include <remit/arena.h>
#include <remit/request.h>

#include "common/os/options.h"

/*
 * Whose a resource is when neither its ARN nor the question says so (S3's say no account): the
 * caller's account's, as IAM's policy simulator has it. Only files are asked here; control always
 * knows whose a resource is.
 */
void cli_request_settle_owner(struct remit_request *request);

int cli_context_from_options(const struct remit_option_list *pairs, struct remit_arena *arena,
                             struct remit_context *out, struct remit_err *err) REMIT_MUST_USE;
