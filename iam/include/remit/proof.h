/*
 * proof.h - questions about all requests at once: does a policy grant anything new, anything of
 * these, anything to the public?
 *
 * The answer is a proof that no such request exists, or a request that is one. Such a request has
 * been shown to remit_decide(): it is allowed under the one policy and not under the other. Where
 * neither can be had the answer is UNKNOWN, with the reason; it is never guessed.
 *
 * Requests range over all callers, all actions (a service, a colon, a name), all ARNs and "*", and
 * all contexts: any key may be absent, hold one value, or be multivalued (but for the global keys
 * that are known to hold one value). What a policy allows is what it allows by itself: an Allow
 * statement applies and no Deny does.
 *
 * Ownership: a proof is the caller's, who drops it; it keeps nothing of the policies.
 * Memory:    taken from the heap as needed, given back before the call returns, but for the proof.
 * Errors:    INVALID "ValidationException" for policies that can't be compared, LIMIT
 *            "LimitExceeded" without memory.
 * Sources:   reference iam-evaluation.md, supporting-apis.md section 12.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/attr.h>
#include <remit/err.h>
#include <remit/policy.h>
#include <remit/request.h>
#include <remit/str.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REMIT_PROOF_WORK 100000000u /* steps; some seconds at the very most */

enum remit_proof_answer {
    REMIT_PROOF_UNKNOWN = 0, /* neither could be shown */
    REMIT_PROOF_NO_ACCESS,   /* proven: there is no such request */
    REMIT_PROOF_ACCESS,      /* there is: `reasons` has one for each statement that grants it */
};
/* "UNKNOWN", "PASS", "FAIL" */
REMIT_API const char *remit_proof_answer_name(enum remit_proof_answer answer);

/* A statement that grants what was asked about. */
struct remit_proof_reason {
    size_t statement;                    /* index in the policy, from 0 */
    struct remit_str sid;                /* empty: it has none */
    struct remit_str description;        /* "New access in the statement with sid: X." */
    const struct remit_request *request; /* a counterexample, with its context */
};

struct remit_proof {
    enum remit_proof_answer answer;
    struct remit_str message; /* as Access Analyzer says it; of UNKNOWN the reason */
    const struct remit_proof_reason *reasons;
    size_t n_reasons;
    uint64_t work;        /* steps that it took */
    unsigned unconfirmed; /* counterexamples that the evaluator did not confirm: a fault of ours */
    void *memory;
};
REMIT_API void remit_proof_drop(struct remit_proof **proof);
#define auto_proof REMIT_AUTO(remit_proof_drop)

struct remit_proof_options {
    uint64_t work; /* 0: REMIT_PROOF_WORK */
};

/*
 * Does `new_policy` allow a request that `old_policy` does not? Both of one type. `options` may be
 * NULL, here and below.
 */
REMIT_API int remit_proof_no_new_access(const struct remit_policy *old_policy,
                                        const struct remit_policy *new_policy,
                                        const struct remit_proof_options *options,
                                        struct remit_proof **out,
                                        struct remit_err *err) REMIT_MUST_USE;

/* Actions and resources, as patterns; none of the one means all of them. */
struct remit_proof_access {
    const struct remit_str *actions;
    size_t n_actions;
    const struct remit_str *resources;
    size_t n_resources;
};
/* Does the policy allow one of the actions on one of the resources, for any of the rows? */
REMIT_API int remit_proof_access_not_granted(const struct remit_policy *policy,
                                             const struct remit_proof_access *access,
                                             size_t n_access,
                                             const struct remit_proof_options *options,
                                             struct remit_proof **out,
                                             struct remit_err *err) REMIT_MUST_USE;

/*
 * Does a resource-based or trust policy allow anything to the public: to a caller without an
 * identity, or of an account, organization, network and source that the policy does not name?
 * `resource_type` is "AWS::S3::Bucket" and so on; INVALID for one that is not known.
 */
REMIT_API int remit_proof_no_public_access(const struct remit_policy *policy,
                                           struct remit_str resource_type,
                                           const struct remit_proof_options *options,
                                           struct remit_proof **out,
                                           struct remit_err *err) REMIT_MUST_USE;
/* Whether the policies of such resources can be asked about, and what type they are of. */
REMIT_API bool remit_proof_resource_type(struct remit_str resource_type,
                                         enum remit_policy_type *out);

#ifdef __cplusplus
}
#endif
