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

int cli_context_from_options(const struct remit_option_list *pairs, struct remit_arena *arena,
                             struct remit_context *out, struct remit_err *err) REMIT_MUST_USE;
