/*
 * ecr_data.h - repositories as the store holds them. Images are in the registry alone.
 *
 * Ownership: everything read is copied to the arena.
 * Errors:    NOT_FOUND "RepositoryNotFoundException" with ECR's sentence; INTERNAL "StoreCorrupt".
 * Sources:   supporting-apis.md 8.
 */
#pragma once

#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

#include "control/iam_write.h"
#include "control/operation.h"
#include "control/store/store.h"

struct ecr_repository {
    struct remit_str name;
    double created_at;
    struct iam_tag *tags;
    size_t n_tags;
    uint64_t revision;
};

int ecr_repository_read(struct control_call *call, struct remit_str name,
                        struct ecr_repository *out, struct remit_err *err) REMIT_MUST_USE;
int ecr_repository_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                         struct ecr_repository *out, struct remit_err *err) REMIT_MUST_USE;
int ecr_repository_put(struct control_store_txn *txn, const struct ecr_repository *repository,
                       struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
struct remit_str ecr_repositories_prefix(void);

/* [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*, such segments joined by '/'; 2 to 256 characters. */
bool ecr_name_fits(struct remit_str name);
/* "arn:…:repository/<name>" of this account. */
struct remit_str ecr_arn(struct control_call *call, struct remit_str name);
