/*
 * registry_scope.h - what a client asks of the registry's token realm: the query of
 * GET /registry/token, whose bytes are a stranger's.
 *
 * A scope is "repository:<name>:<action>,<action>"; several stand in several parameters or in one,
 * separated by blanks. Scopes of the same repository are one. Resources of other types ("registry:
 * catalog:*") and actions that nobody can be granted here are left out: they are granted nothing.
 *
 * Ownership: names are borrowed from the arena.
 * Errors:    INVALID "UNSUPPORTED" for another service or a malformed query, "NAME_INVALID" for
 *            what can't be a repository's name; LIMIT "TOOMANYREQUESTS" for too many scopes.
 * Sources:   docker-registry's documents on token authentication; supporting-apis.md 8.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/arena.h"

#define REGISTRY_SCOPES_MOST 16

struct registry_scope {
    struct remit_str name; /* of the repository */
    bool pull, push;       /* asked for */
};
struct registry_scopes {
    struct registry_scope items[REGISTRY_SCOPES_MOST];
    size_t n;
};

/* `service`: the one this realm speaks for; a query that names another is refused. */
int registry_scopes_parse(struct remit_str query, struct remit_str service,
                          struct remit_arena *arena, struct registry_scopes *out,
                          struct remit_err *err) REMIT_MUST_USE;
