/*
 * arguments.h - a verb's own options, its --help, and how it reports an error.
 */
#pragma once

#include <remit/err.h>

#include "cli/verb.h"
#include "common/os/options.h"

/*
 * False when the verb should end with *exit_code: --help was printed, or an option is wrong. *rest
 * is how many plain arguments stand at the front of argv; more than `most_rest` are refused.
 */
bool cli_arguments(const struct cli_verb *verb, const struct remit_option *options,
                   size_t n_options, int most_rest, int argc, char **argv, int *rest,
                   int *exit_code);
/* Prints "remit: " and the error's sentence; returns `exit_code`. */
int cli_report(const struct remit_err *err, int exit_code);
