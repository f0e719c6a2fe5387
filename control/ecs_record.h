/*
 * ecs_record.h - how ECS's records become JSON and come back: a table of members per struct, which
 * both writes and reads it. Inner to control/ecs_*.c.
 *
 * Members that hold nothing (no text, zero, false, no ports) are left out and read as nothing.
 * Errors: INTERNAL "StoreCorrupt" naming the key for a member of the wrong type or a missing one
 *         that must be there.
 */
#pragma once

#include <stddef.h>

#include <remit/err.h>

#include "common/base/arena.h"
#include "common/base/json.h"
#include "control/ecs_data.h"
#include "control/store/keys.h"

enum ecs_member_kind {
    ECS_TEXT = 1, /* struct remit_str: a string */
    ECS_JSON,     /* struct remit_str: a JSON list or object, kept as text */
    ECS_INT,      /* int64_t */
    ECS_COUNT,    /* unsigned */
    ECS_TIME,     /* double */
    ECS_FLAG,     /* bool */
    ECS_STATUS,   /* enum ecs_status: by name */
    ECS_AMOUNT,   /* struct ecs_amount */
    ECS_LIST,     /* an array of structs and, at `count_at`, its size_t */
};

struct ecs_members;
struct ecs_member {
    const char *name;
    enum ecs_member_kind kind;
    size_t at; /* offset in the struct */
    bool must; /* be there: a text or status that is not empty */
    const struct ecs_members *element;
    size_t count_at;
};
struct ecs_members {
    const struct ecs_member *items;
    size_t n;
    size_t size; /* of the struct */
};
#define ECS_MEMBER(type, kind, name, field)                                                        \
    {                                                                                              \
        name, kind, offsetof(struct type, field), false                                            \
    }
#define ECS_MEMBER_MUST(type, kind, name, field)                                                   \
    {                                                                                              \
        name, kind, offsetof(struct type, field), true                                             \
    }
#define ECS_MEMBERS(type, table)                                                                   \
    {                                                                                              \
        table, REMIT_COUNT(table), sizeof(struct type)                                             \
    }

/* Reads an entry that exists into the struct, which the caller has set to zero. */
int ecs_record_parse(const struct control_store_entry *entry, const struct ecs_members *members,
                     struct remit_arena *arena, void *into, struct remit_err *err) REMIT_MUST_USE;
/* The same for the entry at `key`; *revision stays 0 and the struct zero when there is none. */
int ecs_record_read(struct control_store *store, const struct control_key *key,
                    const struct ecs_members *members, struct remit_arena *arena, void *into,
                    uint64_t *revision, struct remit_err *err) REMIT_MUST_USE;
/* The record's text in the arena; LIMIT when it is larger than the store takes. */
int ecs_record_text(const struct ecs_members *members, const void *from, struct remit_arena *arena,
                    struct remit_str *out, struct remit_err *err) REMIT_MUST_USE;
/* Adds the compare with `revision` and the change. */
int ecs_record_put(struct control_store_txn *txn, const struct control_key *key,
                   const struct ecs_members *members, const void *from, uint64_t revision,
                   struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
