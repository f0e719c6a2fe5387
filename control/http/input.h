/*
 * input.h - holds an input tree against an operation's table.
 *
 * Types first (anybody's bytes: parse), then bounds (a proven caller's: after authenticate).
 * Errors: the service's `malformed` code naming member and types; its `invalid` code with
 *         AWS's sentence, value and limit: "1 validation error detected: Value 'x' at 'roleName'
 *         failed to satisfy constraint: Member must …". A secret's value is never shown.
 * Sources: supporting-apis.md 1.2; ecs-control.md 4 (the short form of ECS).
 */
#pragma once

#include <remit/err.h>

#include "control/operation.h"

int control_input_types(const struct control_operation *op, const struct remit_json *input,
                        struct remit_err *err) REMIT_MUST_USE;
/* The members that are out of bounds, as far as they are shown, for answers that list them. */
struct control_problem {
    struct remit_str name, message; /* "actionNames.1.member", "Member must have length …" */
};
void control_input_problems(const struct control_operation *op, const struct remit_json *input,
                            struct remit_arena *arena, struct control_problem **out, size_t *n);
int control_input_bounds(const struct control_operation *op, const struct remit_json *input,
                         struct remit_err *err) REMIT_MUST_USE;
