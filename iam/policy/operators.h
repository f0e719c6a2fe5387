/*
 * operators.h - whether a condition of a statement holds in a request (sections 13.1 to 13.11).
 */
#pragma once

#include "iam/policy/policy_internal.h"

/*
 * `variables->unresolved` is set when a policy variable without a value was met; nothing else is
 * changed.
 */
bool remit_condition_holds(const struct remit_condition *condition,
                           const struct remit_context *context, struct remit_variables *variables);
