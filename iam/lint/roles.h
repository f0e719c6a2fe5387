/*
 * roles.h - the documents of a set of roles, and what is asked of them together.
 */
#pragma once

#include "iam/lint/lint_internal.h"

struct lint_set {
    const struct remit_lint_document *documents;
    size_t n_documents;
    struct lint *all; /* one run a document; n are read. A run without nodes is passed over. */
    size_t n;
};

int lint_set_read(struct lint *l, enum remit_lint_kind kind);
void lint_set_walk(struct lint_set *set);

/* ---- for the walkers ---- */

/* "path/name" of the role that an ARN names; empty: it names none. */
struct remit_str lint_role_of(struct remit_str arn);
/* The role's document of a kind, from index `from` on; NULL: no more. */
struct lint *lint_set_find(struct lint_set *set, struct remit_str role, enum remit_lint_kind kind,
                           size_t from);
/* Whether some identity-based policy of the role allows the action on something that the resource
 * (empty: anything) overlaps. */
bool lint_set_allows(struct lint_set *set, struct remit_str role, struct remit_str action,
                     struct remit_str resource);

/* tasks.c: what task definitions say of roles */
void lint_set_tasks(struct lint_set *set);
