/*
 * policy_internal.h - what a compiled policy looks like inside, for the engine and for those who
 * reason about policies: the prover, lint, the formatter. Not installed.
 *
 *   struct remit_policy            a document: its statements, in order
 *     struct remit_statement       Effect, principal part, action part, resource part, conditions
 *       struct remit_principal_entry
 *       struct remit_glob          an action or resource pattern (glob.h)
 *       struct remit_condition     one key under one operator, with its operands
 *         struct remit_operator    a row of operators.c
 *         struct remit_operand     a value, parsed for the operator's kind
 *
 * A compiled policy is complete: what the document says can be written back from it, but for blank
 * space, escapes in strings, and whether a list of one was a list. It is normal in this much:
 *   - a bare value and a list of one are the same;
 *   - incomplete ARNs are filled as their policy type wants it (9.3); `source` has them as written;
 *   - action patterns are in lower case; `source` has them as written;
 *   - "*" and {"AWS": "*"} are the same entry;
 *   - in documents that have no variables, "${" is plain text in every pattern.
 *
 * Ownership: everything below a policy lives in its arena.
 * Threads:   nothing changes once remit_policy_compile() has returned, but the holders' count.
 */
#pragma once

#include <remit/policy.h>

#include "common/base/arena.h"
#include "iam/policy/glob.h"
#include "iam/policy/values.h"

/* ---- conditions ---- */

enum remit_operand_kind {
    REMIT_OPERAND_STRING = 0, /* text; variables, no wildcards */
    REMIT_OPERAND_PATTERN,    /* text; variables and wildcards */
    REMIT_OPERAND_NUMBER,
    REMIT_OPERAND_DATE,
    REMIT_OPERAND_BOOL,
    REMIT_OPERAND_BINARY, /* base64 */
    REMIT_OPERAND_IP,
    REMIT_OPERAND_ARN,  /* six patterns */
    REMIT_OPERAND_NULL, /* asks whether the key is there */
    REMIT_OPERAND_COUNT,
};

#define REMIT_ARN_PARTS 6

struct remit_operand {
    bool malformed; /* can't be read for its operator (13.11): only the text counts */
    union {
        struct remit_glob glob;       /* STRING, PATTERN */
        struct remit_decimal number;  /* NUMBER */
        int64_t date_ms;              /* DATE */
        bool yes;                     /* BOOL, NULL */
        struct remit_str base64;      /* BINARY: has one form only, so texts compare */
        struct remit_ip block;        /* IP */
        const struct remit_glob *arn; /* ARN: REMIT_ARN_PARTS of them */
    } is;
};

/* A value of a request, read for the operator's kind. */
struct remit_subject {
    struct remit_str text;
    union {
        struct remit_decimal number;
        int64_t date_ms;
        bool yes;
        struct remit_ip address;
        struct remit_str arn[REMIT_ARN_PARTS];
    } is;
};

typedef bool remit_operator_test(const struct remit_operand *operand,
                                 const struct remit_subject *subject,
                                 struct remit_variables *variables);

/* A row of the table in operators.c. */
struct remit_operator {
    struct remit_str name; /* "StringEquals" */
    enum remit_operand_kind operand;
    remit_operator_test *test; /* of the positive form; NULL for Null */
    bool negated;
};

/* What is the same for all operators of a kind. */
struct remit_operand_type {
    /* Fills *out, which is zero, from the text of a policy. */
    void (*compile)(struct remit_arena *arena, struct remit_str text, bool variables,
                    struct remit_operand *out);
    /* Reads a value of a request; NULL: the text is all. False: it can't be read. */
    bool (*parse)(struct remit_str text, struct remit_subject *out);
    bool unread_is_false; /* in the negated form too (13.8, 13.9) */
    const char *what;     /* "a number" */
};
extern const struct remit_operand_type remit_operand_types[REMIT_OPERAND_COUNT];

/* By index, in the order of the table; NULL past its end. */
const struct remit_operator *remit_operator_at(size_t index);
const struct remit_operator *remit_operator_find(struct remit_str name);

enum remit_quantifier {
    REMIT_PLAIN = 0,
    REMIT_FOR_ALL, /* "ForAllValues:" */
    REMIT_FOR_ANY, /* "ForAnyValue:" */
};

struct remit_condition {
    const struct remit_operator *op;
    enum remit_quantifier quantifier;
    bool if_exists;
    bool malformed;                 /* one of the operands is */
    bool deny;                      /* the statement's Effect: malformed operands fail closed */
    bool single;                    /* the document's Statement is an object: for its pointer */
    struct remit_str operator_name; /* whole, as written */
    struct remit_str key;           /* as written */
    uint32_t key_hash;
    const struct remit_operand *operands;
    const struct remit_str *texts; /* of the operands, as written */
    size_t n_operands;             /* may be 0 */
};

/* ---- principals ---- */

enum remit_entry_kind {
    REMIT_ENTRY_NOBODY = 0, /* written in a way that names nobody */
    REMIT_ENTRY_ANYBODY,    /* "*" */
    REMIT_ENTRY_ACCOUNT,    /* by id, or by the ARN of its root, which has a partition as well */
    REMIT_ENTRY_USER,
    REMIT_ENTRY_ROLE,
    REMIT_ENTRY_SESSION,
    REMIT_ENTRY_FEDERATED_USER,
    REMIT_ENTRY_UNIQUE_ID, /* AROA..., AIDA... */
    REMIT_ENTRY_SERVICE,
    REMIT_ENTRY_PROVIDER, /* Federated */
    REMIT_ENTRY_CANONICAL_USER,
};

struct remit_principal_entry {
    enum remit_entry_kind kind;
    struct remit_str type; /* "AWS", "Service", ...; empty for a bare "*" */
    struct remit_str text; /* as written */
    struct remit_str partition;
    struct remit_str account;
    struct remit_str name; /* role: the part of its name behind the last slash */
};

/* ---- statements ---- */

struct remit_statement {
    const struct remit_policy *policy;
    uint32_t index;
    bool deny;
    bool has_sid;
    bool has_principal, not_principal; /* not_principal: NotPrincipal, has_principal is set too */
    bool not_action;
    bool has_resource, not_resource;
    struct remit_str sid;
    const struct remit_principal_entry *principals;
    size_t n_principals;
    const struct remit_glob *actions;
    size_t n_actions;
    const struct remit_glob *resources;
    size_t n_resources;
    const struct remit_condition *conditions;
    size_t n_conditions;
};

struct remit_policy {
    unsigned holders;
    enum remit_policy_type type;
    bool variables;           /* Version is 2012-10-17 */
    bool single;              /* Statement is an object: its pointer is "/Statement" */
    struct remit_str version; /* as written; empty when absent */
    struct remit_str id;
    const struct remit_statement *statements;
    size_t n_statements;
    struct remit_arena arena;
};

/* "/" and the key, escaped as in RFC 6901. Written like snprintf. */
size_t remit_pointer_token(struct remit_str key, char *out, size_t size);

/* ---- the documents of one layer ---- */

struct remit_index;

struct remit_set_policy {
    struct remit_policy *policy; /* NULL: could not be loaded */
    struct remit_str name;
};

/* A statement of the set, by its number there: policies in order, statements in order. */
struct remit_set_statement {
    const struct remit_statement *statement;
    uint32_t policy; /* index in the set */
    uint32_t number;
};

struct remit_policy_set {
    unsigned holders;
    bool unreadable; /* some policy could not be loaded */
    bool principals; /* some statement has a principal part */
    const struct remit_set_policy *policies;
    size_t n_policies;
    const struct remit_set_statement *statements; /* by number */
    size_t n_statements;
    const struct remit_index *index;
    struct remit_arena arena;
};
