/*
 * query.h - the Query protocol's form parameters as an input tree.
 *
 * Parameters are matched against the operation's table: "Tags.member.1.Key=a" is the Key of the
 * first element of the list Tags. A parameter that starts with a described name but fits nowhere
 * (a gap in the numbers, an unknown part) is refused rather than ignored: an ignored session
 * policy would widen a session. Names that the table lacks are ignored.
 *
 * Ownership: the tree is the caller's; everything else lives in the arena.
 * Errors:    INVALID with the service's `malformed` code; LIMIT for more than
 *            CONTROL_QUERY_PARAMETERS_MAX parameters.
 * Sources:   supporting-apis.md 1.2.
 */
#pragma once

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/arena.h"
#include "common/base/json.h"
#include "control/operation.h"

#define CONTROL_QUERY_PARAMETERS_MAX 2048

struct control_parameter {
    struct remit_str name, value; /* decoded */
    bool used;
};
struct control_parameters {
    struct control_parameter *items; /* sorted by name */
    size_t n;
};

/* Two parameters of one name are refused. */
int control_query_parse(struct remit_str form, struct remit_arena *arena,
                        struct control_parameters *out, struct remit_err *err) REMIT_MUST_USE;
/* The value of that name; ptr NULL when there is none. */
struct remit_str control_query_value(const struct control_parameters *parameters, const char *name);
int control_query_tree(const struct control_operation *op, struct control_parameters *parameters,
                       struct remit_arena *arena, struct remit_json **out,
                       struct remit_err *err) REMIT_MUST_USE;
