/*
 * rest.h - the part of a REST-JSON operation's input that stands behind '?'.
 *
 * A field of the table with in_query is read there and nowhere else: a member of that name in the
 * body counts for nothing, as with AWS. Parameters that the table lacks are ignored.
 *
 * Errors:  INVALID with the service's `malformed` code; those of control_query_parse().
 * Sources: supporting-apis.md 1.3.
 */
#pragma once

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/arena.h"
#include "common/base/json.h"
#include "control/operation.h"

#define CONTROL_REST_QUERY_FIELDS_MAX 8

/* *tree is the body's; when the operation has fields in the query, one that has them replaces it.
 */
int control_rest_tree(const struct control_operation *op, struct remit_str query,
                      struct remit_arena *arena, struct remit_json **tree,
                      struct remit_err *err) REMIT_MUST_USE;
