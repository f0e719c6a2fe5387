/*
 * request.h - what is asked of the policy engine: who, what, on which resource, in which context.
 *
 * Ownership: a request and a context only borrow their strings; those must live until the
 *            decision is made. A context owns its table: remit_context_drop().
 * Memory:    filling a context may allocate; nothing behind remit_decide() does.
 * Units:     lengths are bytes, texts UTF-8.
 * Sources:   reference iam-evaluation.md sections 1, 11.2, 13.3, 14, 15.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/arn.h>
#include <remit/attr.h>
#include <remit/err.h>
#include <remit/str.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A decision over more than this is an implicit deny with `oversized` set in the verdict. */
#define REMIT_REQUEST_ACTION_MAX   256
#define REMIT_REQUEST_RESOURCE_MAX 4096
#define REMIT_CONTEXT_KEYS_MAX     65536
#define REMIT_CONTEXT_VALUE_MAX    65536

/* One condition key with its value or values. */
struct remit_context_entry {
    struct remit_str key;           /* as the caller wrote it; compared without regard to case */
    const struct remit_str *values; /* n_values of them; for a single value, &single */
    size_t n_values;                /* 0 with multivalued: present, and an empty set */
    bool multivalued;               /* a list, even when it holds one value */
    uint32_t hash;                  /* of the key in lower case */
    struct remit_str single;
};

/* The zero value is the empty context. Not to be copied by assignment. */
struct remit_context {
    struct remit_context_entry *entries;
    uint32_t *slots; /* open addressing: index of an entry + 1, 0 when free */
    size_t n_entries;
    size_t cap_entries;
    size_t n_slots; /* a power of two */
};

/*
 * A single-valued key. Putting a key again replaces what stood there.
 * LIMIT "LimitExceeded" past REMIT_CONTEXT_KEYS_MAX keys or REMIT_CONTEXT_VALUE_MAX bytes a value.
 */
REMIT_API int remit_context_put(struct remit_context *context, struct remit_str key,
                                struct remit_str value, struct remit_err *err) REMIT_MUST_USE;
/* A multivalued key; `values` is borrowed and may be empty. */
REMIT_API int remit_context_put_list(struct remit_context *context, struct remit_str key,
                                     const struct remit_str *values, size_t n_values,
                                     struct remit_err *err) REMIT_MUST_USE;
/* NULL when absent. Valid until the next put. */
REMIT_API const struct remit_context_entry *remit_context_find(const struct remit_context *context,
                                                               struct remit_str key);
REMIT_API void remit_context_clear(struct remit_context *context); /* keeps the memory */
REMIT_API void remit_context_drop(struct remit_context *context);
#define auto_context REMIT_AUTO(remit_context_drop)

/* Whether the resource's own policy has to allow, in the same account too (section 15.4). */
enum remit_mandatory {
    REMIT_MANDATORY_AUTO = 0, /* yes for the actions that assume a role, and for KMS keys */
    REMIT_MANDATORY_YES,      /* a trust policy, a key policy */
    REMIT_MANDATORY_NO,       /* ask about identity policies alone (simulators) */
};

struct remit_request {
    /*
     * The caller: a user, role-session, federated-user or root ARN, a service principal's name,
     * the provider for AssumeRoleWithWebIdentity and ...WithSAML, "anonymous" or empty for nobody.
     */
    struct remit_str principal;
    enum remit_principal_kind principal_kind; /* AUTO, unless the text leaves it open */
    /*
     * Who stands behind the caller: the role's ARN (with its path) of a role session, the user's
     * ARN of a federated user. Empty: the context's aws:PrincipalArn if that is a role of the
     * session's name, or else the role name in the session's ARN decides.
     */
    struct remit_str issuer;
    struct remit_str canonical_user; /* S3 canonical id of the caller's account, or empty */
    struct remit_str action;         /* "ecs:RunTask"; case does not matter */
    struct remit_str resource;       /* an ARN, or "*" for an action without a resource */
    /*
     * Who owns the resource. Empty: the account in the resource's ARN; if that is empty too,
     * "*" belongs to the caller's account and anything else to an unknown, foreign one.
     */
    struct remit_str resource_account;
    /* NULL is the empty context. The engine adds no key of its own: aws:PrincipalArn,
     * aws:CurrentTime and the others come from whoever makes the request. */
    const struct remit_context *context;
    enum remit_mandatory mandatory;
};

#ifdef __cplusplus
}
#endif
