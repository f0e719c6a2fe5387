/*
 * ecs_tags.h - the tagged things of ECS by their ARN: one way to read and to write their tags.
 *
 * Errors:  InvalidParameterException for what is no long ARN; ClusterNotFoundException,
 *          ResourceNotFoundException for what is not there.
 * Sources: ecs-control.md 2, 4, 11.
 */
#pragma once

#include "control/ops/ecs.h"

enum ecs_tagged_kind {
    ECS_TAGGED_CLUSTER = 1,
    ECS_TAGGED_INSTANCE,
    ECS_TAGGED_TASK,
    ECS_TAGGED_DEFINITION
};
struct ecs_tagged {
    enum ecs_tagged_kind kind;
    union {
        struct ecs_cluster cluster;
        struct ecs_instance instance;
        struct ecs_task task;
        struct ecs_definition definition;
    } thing;
    bool found;
    struct remit_str tags; /* JSON: [{key, value}], or empty */
};

/* What the input's resourceArn names; `found` tells whether it is there. */
int ecs_tagged_read(struct control_call *call, struct ecs_tagged *out,
                    struct remit_err *err) REMIT_MUST_USE;
int ecs_tagged_need(const struct ecs_tagged *tagged, struct remit_err *err) REMIT_MUST_USE;
/* Commits it with `tags` in place of the ones it had. */
int ecs_tagged_save(struct control_call *call, struct ecs_tagged *tagged, struct remit_str tags,
                    struct remit_err *err) REMIT_MUST_USE;
/* resource(): the thing, with its tags. */
int ecs_tagged_resource(struct control_call *call, struct remit_err *err);
/* Reads, lets `edit` write the new list, commits; again when the commit lost a race. */
int ecs_tagged_edit(struct control_call *call,
                    int (*edit)(struct control_call *call, const struct remit_json *tags,
                                struct remit_jw *out, struct remit_err *err),
                    struct remit_err *err) REMIT_MUST_USE;
