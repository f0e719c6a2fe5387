/*
 * tape.h - a policy document as a flat run of nodes, strings already unescaped.
 *
 * Not common/base/json.h, for three reasons: condition values compare as their text, so a number
 * has to keep its own (1.50, or twenty digits); a document is read on the way of every request
 * that brings a session policy, so reading it may not cost an allocation per value; and
 * libremit-iam asks for nothing that reads a seed from a device.
 *
 * Ownership: the strings of the nodes point into `text`, the caller's: the document is copied there
 *            and unescaped in place (an unescaped string is never longer).
 * Errors:    INVALID "MalformedPolicyDocument" with line and column. Refused as well: characters
 *            outside section 2's list, also when escaped, and nesting over REMIT_TAPE_DEPTH_MAX.
 *            Duplicate keys are the business of whoever walks the tape: it knows them by name.
 * Sources:   RFC 8259; reference iam-evaluation.md section 2.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

#define REMIT_TAPE_DEPTH_MAX 16 /* a valid policy has 5 levels */

enum remit_tape_type {
    REMIT_TAPE_NULL = 0,
    REMIT_TAPE_FALSE,
    REMIT_TAPE_TRUE,
    REMIT_TAPE_NUMBER, /* text as written */
    REMIT_TAPE_STRING,
    REMIT_TAPE_ARRAY,
    REMIT_TAPE_OBJECT, /* its members are pairs of nodes, the first a string */
};

struct remit_tape_node {
    struct remit_str text; /* of everything but arrays and objects */
    uint32_t next;         /* index of the node behind this one and all it holds */
    uint32_t count;        /* elements or members */
    uint32_t from, to;     /* bytes of the document: its first one, and the one behind its last */
    enum remit_tape_type type;
};

struct remit_tape {
    struct remit_tape_node *nodes; /* nodes[0] is the document */
    size_t n_nodes;
    size_t cap_nodes;
    size_t stopped_at; /* byte of the document, when it could not be read */
};

/* `text` has room for document.len bytes. */
int remit_tape_read(struct remit_str document, char *text, struct remit_tape *out,
                    struct remit_err *err) REMIT_MUST_USE;
void remit_tape_drop(struct remit_tape *tape);
#define auto_tape REMIT_AUTO(remit_tape_drop)

/* "a string", "an object", ... */
const char *remit_tape_type_name(enum remit_tape_type type);
