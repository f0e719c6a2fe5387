/*
 * frame.h - talking between our own processes: SEQPACKET sockets, one frame a packet.
 *
 * A frame is magic "RMF1" (u32), type (u16), number of descriptors (u16), length of the body
 * (u32), body; integers little-endian. Each frame type is described once by a remit_frame_type:
 * its fields with their offsets in a plain struct. That description both writes and reads it.
 * Reading checks the exact length, the exact number of descriptors, that nothing was truncated
 * or is left over, and closes descriptors it did not ask for.
 *
 * Body, field by field: U8/U16/U32/U64/I64 little-endian; STR and SECRET: u32 length, bytes;
 * LIST: u16 count, then each element's fields in turn. A FD has no bytes in the body; descriptors
 * travel in the order of their fields.
 *
 * Ownership: remit_frame_read() allocates strings in the arena it is given; secrets and
 *            descriptors go to the struct and are dropped with remit_frame_clear().
 * Errors:    INVALID "MalformedFrame" (what, the value, the limit); UNAVAILABLE "PeerGone" at end
 *            of file; UNAVAILABLE "WouldBlock" on a non-blocking socket without a packet.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>

#include "common/base/arena.h"

#define REMIT_FRAME_MAX     (192 * 1024)
#define REMIT_FRAME_FDS_MAX 8

enum remit_field_kind {
    REMIT_FIELD_U8,         /* uint8_t */
    REMIT_FIELD_U16,        /* uint16_t */
    REMIT_FIELD_U32,        /* uint32_t */
    REMIT_FIELD_U64,        /* uint64_t */
    REMIT_FIELD_I64,        /* int64_t */
    REMIT_FIELD_STR,        /* struct remit_str, at most `max` bytes */
    REMIT_FIELD_SECRET,     /* struct remit_secret, at most `max` bytes */
    REMIT_FIELD_FD,         /* int */
    REMIT_FIELD_FD_OR_NONE, /* int, -1 for none; in the body a U8 says 1 or 0 */
    REMIT_FIELD_LIST,       /* struct remit_frame_list, at most `max` elements of `element` */
};

struct remit_frame_list {
    void *items; /* an array of the element's struct */
    size_t count;
};

struct remit_frame_element;

struct remit_field {
    const char *name;
    enum remit_field_kind kind;
    size_t offset; /* offsetof() in the frame's struct */
    size_t max;
    const struct remit_frame_element *element; /* of a LIST */
};

struct remit_frame_element {
    const struct remit_field *fields;
    size_t n_fields;
    size_t size; /* sizeof() the element's struct; elements hold no FD and no LIST */
};

struct remit_frame_type {
    uint16_t type;
    const char *name;
    const struct remit_field *fields;
    size_t n_fields;
    size_t size; /* sizeof() the frame's struct */
};

#define REMIT_FIELD(struct_type, member, kind_, max_)                                              \
    {                                                                                              \
        .name = #member, .kind = (kind_), .offset = offsetof(struct_type, member), .max = (max_)   \
    }
#define REMIT_FIELD_LIST_OF(struct_type, member, element_, max_)                                   \
    {                                                                                              \
        .name = #member, .kind = REMIT_FIELD_LIST, .offset = offsetof(struct_type, member),        \
        .max = (max_), .element = (element_)                                                       \
    }

/* Descriptors in the frame stay the caller's. LIMIT when a field or the frame is too large. */
int remit_frame_write(int sock, const struct remit_frame_type *type, const void *frame,
                      struct remit_err *err) REMIT_MUST_USE;
/*
 * Receives one packet and finds its row among `types`. On success *which is the row and *frame
 * (zeroed, from the arena) the struct; call remit_frame_clear(*which, *frame) when done with it.
 */
int remit_frame_read(int sock, const struct remit_frame_type *const *types, size_t n_types,
                     struct remit_arena *arena, const struct remit_frame_type **which, void **frame,
                     struct remit_err *err) REMIT_MUST_USE;
/* Drops secrets and closes descriptors that were not stolen (-1). */
void remit_frame_clear(const struct remit_frame_type *type, void *frame);
/* For fuzzers: the body alone, no socket, no descriptors. */
int remit_frame_decode(struct remit_str packet, const struct remit_frame_type *const *types,
                       size_t n_types, struct remit_arena *arena,
                       const struct remit_frame_type **which, void **frame,
                       struct remit_err *err) REMIT_MUST_USE;
