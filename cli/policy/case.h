/*
 * case.h - one case to be decided: the policies of each layer as they were written, and the
 * request.
 *
 *   {"id", "identityPolicies": [doc…], "resourcePolicy": doc | null, "permissionBoundary": [doc…],
 *    "sessionPolicies": [doc…], "scps": [level…], "rcps": [level…], "endpointPolicy": doc | null,
 *    "request": {"principal", "action", "resource", "resourceAccount", "context": {key: value}}}
 *
 * Documents stay raw text, so that the engine's own reader sees what was written: a tree would have
 * hidden keys that stand twice. docs/policies.md describes the members.
 *
 * Ownership: everything points into the text given or lives in the case.
 * Errors:    INVALID "BadCase", naming the member, its value and what was wanted.
 */
#pragma once

#include <remit/arena.h>
#include <remit/policy.h>

#include "common/base/json_scan.h"

#define CLI_CASE_MOST ((size_t)16 * 1024 * 1024) /* bytes of a case */

struct cli_case {
    struct remit_str text; /* whole, as given */
    bool one_line;         /* it has no newline */
    struct remit_str id;   /* a JSON scalar as written; "null" when there is none */
    struct remit_str layers[REMIT_LAYER_COUNT]; /* JSON as written; empty: the layer is not there */
    struct remit_request request;
    struct remit_context context;
    struct remit_arena arena;
};

/* "identityPolicies", ... */
const char *cli_case_member(enum remit_layer layer);
/* Fills `id` also when it fails, if there is one. The zero value is good for the first call. */
int cli_case_read(struct remit_str text, struct cli_case *out,
                  struct remit_err *err) REMIT_MUST_USE;
void cli_case_drop(struct cli_case *one);
#define auto_cli_case REMIT_AUTO(cli_case_drop)
