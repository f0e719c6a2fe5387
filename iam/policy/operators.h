/*
 * operators.h - whether a condition of a statement holds in a request (sections 13.1 to 13.11).
 */
#pragma once

#include "iam/policy/policy_internal.h"

/*
 * The operator as a document writes it, [ForAllValues: | ForAnyValue:] base [IfExists] (13.1): its
 * row, quantifier and so on, the rest of *out untouched. False when there is none such;
 * NullIfExists is none.
 */
bool remit_condition_operator(struct remit_str name, struct remit_condition *out);
/*
 * `variables->unresolved` is set when a policy variable without a value was met; nothing else is
 * changed.
 */
bool remit_condition_holds(const struct remit_condition *condition,
                           const struct remit_context *context, struct remit_variables *variables);
