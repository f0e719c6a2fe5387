/*
 * policy.h - compile IAM policy documents once, then ask them questions.
 *
 *   struct remit_policy        one compiled document
 *   struct remit_policy_set    the documents of one layer, indexed by action and resource
 *   struct remit_bundle        one set per layer: all that one decision looks at
 *   remit_decide()             the one evaluator
 *
 * Policies and sets never change once made: any number of threads may use them at once. Deciding
 * allocates nothing, does no I/O and reads no clock; all it needs is in the request.
 *
 * Ownership: remit_policy_compile() and remit_policy_set_new() give to the caller, who drops. A
 *            policy keeps no pointer into its document. A set holds its policies (they are
 *            counted), so the caller may drop its own at once. A bundle only points.
 * Errors:    INVALID "MalformedPolicyDocument"; the text starts with the JSON pointer of the
 *            offending element ("/Statement/2/Effect: ..."). LIMIT "LimitExceeded" for quotas.
 * Units:     lengths are bytes; quotas count characters that are not white space.
 * Sources:   reference iam-evaluation.md, whose sections the comments name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/attr.h>
#include <remit/err.h>
#include <remit/request.h>
#include <remit/str.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- one document ---- */

#define REMIT_POLICY_MAX (4u * 1024 * 1024) /* bytes of a document, whatever the quotas say */

/* What a document may say depends on what it is (section 4). */
enum remit_policy_type {
    REMIT_POLICY_IDENTITY = 0, /* also managed policies that serve as boundary or session policy */
    REMIT_POLICY_RESOURCE,     /* needs a Principal; without Resource it means its own resource */
    REMIT_POLICY_TRUST,        /* of a role: Principal, and no Resource */
    REMIT_POLICY_BOUNDARY,
    REMIT_POLICY_SESSION, /* inline: ARNs must have all six parts */
    REMIT_POLICY_SCP,
    REMIT_POLICY_RCP,      /* Principal "*" only */
    REMIT_POLICY_ENDPOINT, /* of a VPC endpoint */
};

struct remit_policy_options {
    enum remit_policy_type type;
    bool quota;  /* refuse what is over the default quota of the type (section 5) */
    bool strict; /* as IAM's save path: also refuse malformed literals (section 13.11), repeated
                  * or odd Sids, actions that are not vendor:name, resources that are no ARN */
};

struct remit_policy; /* opaque */

/* `options` may be NULL: an identity policy, without quota, not strict. */
REMIT_API int remit_policy_compile(struct remit_str document,
                                   const struct remit_policy_options *options,
                                   struct remit_policy **out, struct remit_err *err) REMIT_MUST_USE;
/* One more holder of the same policy; each drops. Returns its argument. */
REMIT_API struct remit_policy *remit_policy_hold(struct remit_policy *policy);
REMIT_API void remit_policy_drop(struct remit_policy **policy);
#define auto_policy REMIT_AUTO(remit_policy_drop)

REMIT_API enum remit_policy_type remit_policy_type(const struct remit_policy *policy);
REMIT_API size_t remit_policy_n_statements(const struct remit_policy *policy);
/* Characters that count against a quota, and the quota itself (0: the service decides). */
REMIT_API size_t remit_policy_quota_chars(struct remit_str document);
REMIT_API size_t remit_policy_quota(enum remit_policy_type type);

/* ---- the documents of one layer ---- */

struct remit_policy_entry {
    struct remit_policy *policy; /* NULL: could not be loaded. Such a layer denies. */
    struct remit_str name;       /* an ARN or a name, for traces; copied */
};

struct remit_policy_set; /* opaque */

REMIT_API int remit_policy_set_new(const struct remit_policy_entry *entries, size_t n_entries,
                                   struct remit_policy_set **out,
                                   struct remit_err *err) REMIT_MUST_USE;
REMIT_API struct remit_policy_set *remit_policy_set_hold(struct remit_policy_set *set);
REMIT_API void remit_policy_set_drop(struct remit_policy_set **set);
#define auto_policy_set REMIT_AUTO(remit_policy_set_drop)
REMIT_API size_t remit_policy_set_n_statements(const struct remit_policy_set *set);

/* ---- a decision ---- */

/* In the order in which a lacking Allow is reported (section 15.8). */
enum remit_layer {
    REMIT_LAYER_NONE = 0,
    REMIT_LAYER_RCP,
    REMIT_LAYER_SCP,
    REMIT_LAYER_ENDPOINT,
    REMIT_LAYER_RESOURCE,
    REMIT_LAYER_IDENTITY,
    REMIT_LAYER_BOUNDARY,
    REMIT_LAYER_SESSION,
    REMIT_LAYER_COUNT,
};
REMIT_API const char *remit_layer_name(enum remit_layer layer); /* "identity-based policy" */

/*
 * The policies that a decision looks at, borrowed. The zero value holds none and allows nothing.
 * Who assembles it decides what applies: scps are those of the caller's account (none for the
 * management account), rcps those of the resource's. Service-linked roles, service principals and
 * services without RCPs are left out by the engine itself.
 */
struct remit_bundle {
    const struct remit_policy_set *identity;
    const struct remit_policy_set *boundary; /* NULL: no boundary */
    const struct remit_policy_set *session;  /* NULL: no session policy. One set: they unite. */
    const struct remit_policy_set *resource; /* NULL: none. Trust and key policies go here too. */
    const struct remit_policy_set *endpoint; /* NULL: no VPC endpoint */
    const struct remit_policy_set *const *scps; /* one per level, root first: levels intersect */
    size_t n_scps;
    const struct remit_policy_set *const *rcps;
    size_t n_rcps;
};

enum remit_decision {
    REMIT_IMPLICIT_DENY = 0, /* what calloc, memset and a missing assignment say */
    REMIT_EXPLICIT_DENY = 0x16695aa5,
    REMIT_ALLOW = 0x6996a55a, /* far in bits from both; always tested for by name */
};
REMIT_API const char *remit_decision_name(enum remit_decision decision); /* "ImplicitlyDenied" */

/* How strong an Allow of a resource policy is, by the principal entry that matched (15.3). */
enum remit_grant {
    REMIT_GRANT_NONE = 0,
    REMIT_GRANT_ACCOUNT, /* the account may decide */
    REMIT_GRANT_LIMITED, /* the role, or the user behind a federated user */
    REMIT_GRANT_DIRECT,  /* the caller itself, or everybody */
};

/* Why. Points into the sets of the bundle. */
struct remit_verdict {
    enum remit_decision decision;
    enum remit_layer layer; /* that denied, lacked the Allow, or allowed; NONE: always allowed */
    unsigned level;         /* of an SCP or RCP, 0 is the organization's root */
    unsigned lacking;       /* REMIT_LAYER_BIT(layer) of each layer that had to allow and did not */
    bool by_statement;      /* policy, statement and sid are set */
    bool unreadable;        /* the layer holds a policy that could not be loaded */
    bool oversized;         /* the request is over a limit of request.h */
    struct remit_str policy;
    unsigned statement;     /* index, from 0 */
    struct remit_str sid;   /* may be empty */
    enum remit_grant grant; /* strongest one of the resource policy */
};
#define REMIT_LAYER_BIT(layer) (1u << (layer))

/* ---- a trace: hears, and can't change the answer ---- */

enum remit_match {
    REMIT_MATCH_ABSENT = 0, /* the statement has no such element */
    REMIT_MATCH_UNASKED,    /* an element before it had settled the matter */
    REMIT_MATCH_NO,
    REMIT_MATCH_YES,
};
enum remit_trace_kind {
    REMIT_TRACE_CONDITION, /* one key under one operator; comes before its statement */
    REMIT_TRACE_STATEMENT,
    REMIT_TRACE_LAYER,    /* one set, done; for SCPs and RCPs one level */
    REMIT_TRACE_DECISION, /* last; `verdict` is set */
};

struct remit_trace {
    enum remit_trace_kind kind;
    enum remit_layer layer;
    unsigned level;
    struct remit_str policy; /* the entry's name */
    unsigned policy_index;   /* within its set */
    unsigned statement;      /* within its policy */
    struct remit_str sid;
    bool deny; /* the statement's Effect */
    /* STATEMENT */
    bool applies;
    enum remit_match principal, action, resource, condition;
    struct remit_str principal_text, action_text, resource_text; /* the entry that matched */
    enum remit_grant grant;
    /* CONDITION */
    struct remit_str operator_name; /* "ForAllValues:StringLikeIfExists" as written */
    struct remit_str key;           /* as written in the policy */
    bool present;                   /* the request has the key */
    bool holds;
    bool unresolved;                /* a policy variable had no value */
    bool malformed;                 /* a value in the policy can't be read for its operator */
    const struct remit_str *values; /* of the request */
    size_t n_values;
    const struct remit_str *operands; /* of the policy, as written */
    size_t n_operands;
    /* LAYER: what the set says by itself. DECISION: what was decided. */
    enum remit_decision decision;
    const struct remit_verdict *verdict;
    const void *place; /* for remit_trace_pointer() */
};
typedef void remit_trace_fn(void *self, const struct remit_trace *step);

/* JSON pointer of what the step speaks of, within its document: "/Statement/2",
 * "/Statement/2/Condition/StringLike/ecs:cluster". Written like snprintf. */
REMIT_API size_t remit_trace_pointer(const struct remit_trace *step, char *out, size_t size);

/*
 * `trace` and `verdict` may be NULL. With a trace every statement is looked at in document order;
 * without one an index picks the few that can apply. The answer is the same. Bundle or request
 * NULL, an action or resource that is empty: IMPLICIT_DENY.
 */
REMIT_API enum remit_decision remit_decide(const struct remit_bundle *bundle,
                                           const struct remit_request *request,
                                           remit_trace_fn *trace, void *self,
                                           struct remit_verdict *verdict) REMIT_MUST_USE;

/*
 * AWS's own sentence for a denied caller (section 19): "User: arn... is not authorized to
 * perform: ecs:RunTask on resource: arn... because no identity-based policy allows the
 * ecs:RunTask action". Written like snprintf; empty for an Allow.
 */
REMIT_API size_t remit_denial_message(const struct remit_request *request,
                                      const struct remit_verdict *verdict, char *out, size_t size);

/*
 * For the operator, never for the denied caller: what decided, which statements came near and
 * what they missed, and the smallest grant that would have allowed the request. Decides again,
 * with a trace. Several lines, each ended by a newline; written like snprintf.
 */
REMIT_API size_t remit_explain(const struct remit_bundle *bundle,
                               const struct remit_request *request, char *out, size_t size);

/* Where the statement or condition of a step stands, as text ("deploy.json:4:7"); empty: unknown.
 * Written like snprintf. */
typedef size_t remit_place_fn(void *self, const struct remit_trace *step, char *out, size_t size);
/* remit_explain() with the places of what it speaks of; `place` may be NULL. */
REMIT_API size_t remit_explain_at(const struct remit_bundle *bundle,
                                  const struct remit_request *request, remit_place_fn *place,
                                  void *self, char *out, size_t size);
/*
 * The smallest document that would give a layer the Allow that the request lacks there: one of
 * those that remit_explain() ends with. Written like snprintf; empty when the layer lacks none, or
 * when no policy can name the caller. *levels (may be NULL): of SCPs and RCPs, a bit for each
 * level, up to 64.
 */
REMIT_API size_t remit_smallest_grant(const struct remit_bundle *bundle,
                                      const struct remit_request *request, enum remit_layer layer,
                                      uint64_t *levels, char *out, size_t size);

#ifdef __cplusplus
}
#endif
