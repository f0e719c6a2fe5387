/*
 * named.h - the policy of the resource in question, and the principals that it names.
 */
#pragma once

#include "cli/policy/ask.h"

/* Adds those that are not in the world yet: services, other accounts, everybody, ... */
int cli_world_add_named(struct cli_world *world, const struct cli_documents *policy,
                        struct remit_err *err) REMIT_MUST_USE;
