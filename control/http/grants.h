/*
 * grants.h - what an operation says about its call (resources, condition keys, roles passed), what
 * was decided about it, and what the audit record is to tell.
 *
 * Ownership: everything lives in the call's arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/policy.h>
#include <remit/str.h>

#include "control/iam_data.h"
#include "control/operation.h"

#define CONTROL_KEYS_MAX   512 /* condition keys an operation may supply, tags included */
#define CONTROL_PASSES_MAX 32
#define CONTROL_ALSO_MAX   128
#define CONTROL_NOTES_MAX  32
#define CONTROL_DECISIONS_MAX                                                                      \
    (CONTROL_RESOURCES_MAX + CONTROL_ALSO_MAX + 2 * CONTROL_PASSES_MAX + 64)

/* A condition key with its values. */
struct control_key_value {
    struct remit_str key;
    struct remit_str *values;
    size_t n_values;
    bool list; /* multivalued, also when it has one value or none */
};
struct control_key_values {
    struct control_key_value *items;
    size_t n, cap;
};

struct control_resource {
    struct remit_str arn;
    struct remit_str shown;         /* in a denial, instead of the ARN; or empty */
    struct control_key_values tags; /* keys are those of the tags alone: "team" */
    struct remit_str policy;        /* JSON text, or ptr NULL */
    bool mandatory;
};

struct control_also {
    const char *action;
    struct remit_str arn;
};

/* What was asked, and what came of it. */
struct control_asked {
    const char *action;
    struct remit_str resource;
    enum remit_decision decision;
    enum remit_layer layer;
    bool by_statement, unreadable;
    struct remit_str policy;
    unsigned statement;
    struct remit_str sid;
    struct remit_str explanation; /* of a denial: for the log, never for the caller */
};

struct control_pass {
    struct remit_str role_arn;
    const char *service;
    bool asked_pass, asked_trust;
    struct control_asked pass; /* iam:PassRole of the caller */
    bool missing;              /* there is no such role */
    struct control_asked trust;
};

struct control_detail {
    const char *name;
    struct remit_str *values;
    size_t n_values;
};
struct control_note {
    const char *name;
    struct remit_str value;
};

struct control_grants {
    struct control_resource *resources;
    size_t n_resources, cap_resources;
    struct control_key_values context;
    struct control_also *also;
    size_t n_also, cap_also;
    struct control_pass *passes;
    size_t n_passes, cap_passes;
    struct control_asked *asked;
    size_t n_asked, cap_asked;
    struct control_note notes[CONTROL_NOTES_MAX];
    size_t n_notes;
    struct control_detail details[4];
    size_t n_details;
    struct remit_str presented; /* the access key id that was claimed, proven or not */
    const struct iam_principal_record *principal; /* the caller's user or role, once read */
    bool intent; /* the audit log has this call already: what is left to tell is the result */
};

/* Room for one more in an array that lives in the arena; NULL at `most` or without memory. */
void *control_grow(struct remit_arena *arena, void *items, size_t n, size_t *cap, size_t size,
                   size_t most);
