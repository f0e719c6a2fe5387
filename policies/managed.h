/*
 * managed.h - the managed policies that every account has: the folder aws/, built into control.
 *
 * They bear the names of AWS's own so that scripts written for AWS find them; the texts are ours.
 * `place` is what stands behind "arn:<partition>:iam::aws:policy/".
 *
 * Ownership: constants. Order: by place.
 */
#pragma once

#include <stddef.h>

struct policies_managed {
    const char *place; /* "service-role/AmazonECSTaskExecutionRolePolicy" */
    const char *document;
    size_t len; /* bytes of document */
};
extern const struct policies_managed policies_managed[];
extern const size_t policies_managed_count;
