/*
 * simulation.h - what the policy simulator's operations share: the documents that take part, the
 * request that is simulated, its decision and the answer.
 *
 * Nothing is looked up but the policies of PolicySourceArn. Decisions are remit_decide()'s, with
 * its trace.
 *
 * Ownership: simulation_drop() ends what does not lie in the call's arena.
 * Errors:    INVALID "InvalidInput" with the parameter's name and value; NOT_FOUND "NoSuchEntity"
 *            for a principal that is not there.
 * Sources:   supporting-apis.md 7.6.
 */
#pragma once

#include <remit/policy.h>

#include "control/iam_data.h"
#include "control/operation.h"
#include "control/ops/policy_keys.h"

#define SIMULATION_LEVELS_MAX 7 /* of OrderedOrganizationPolicyInputList */

/* ---- documents ---- */

struct simulation_document {
    struct remit_str id; /* "PolicyInputList.1", "role_web_inline", a managed policy's name */
    struct remit_str text;
    struct remit_json *tree;     /* NULL when the policy is */
    struct remit_policy *policy; /* NULL: stored, and can't be had or read: its layer denies */
    size_t first;                /* number of its first statement among all of the simulation */
};

/* The documents of one layer; `max` is how many there is room for. */
struct simulation_layer {
    enum remit_policy_type type;
    const char *source_type; /* "IAM Policy" */
    struct simulation_document *documents;
    size_t n, max;
    struct remit_policy_set *set; /* NULL: no such layer */
};
int simulation_layer_begin(struct control_call *call, struct simulation_layer *layer,
                           enum remit_policy_type type, size_t max,
                           struct remit_err *err) REMIT_MUST_USE;
void simulation_layer_drop(struct simulation_layer *layer);
#define auto_simulation_layer REMIT_AUTO(simulation_layer_drop)
/* The documents of a list of the input; "<name>.<number>" is their id. */
int simulation_add_list(struct control_call *call, struct simulation_layer *layer,
                        const struct remit_json *list, const char *name,
                        struct remit_err *err) REMIT_MUST_USE;
int simulation_add_text(struct control_call *call, struct simulation_layer *layer,
                        struct remit_str id, struct remit_str text,
                        struct remit_err *err) REMIT_MUST_USE;
/* ContextKeyNames: the keys that the documents use. */
int simulation_put_keys(struct control_call *call, const struct simulation_layer *layer,
                        struct remit_err *err) REMIT_MUST_USE;

/* ---- the principal whose policies they are ---- */

/* For rows: the ARN that PolicySourceArn names, with its tags. */
int simulation_principal_resource(struct control_call *call, struct remit_err *err);
/* The user or role of PolicySourceArn. */
int simulation_principal(struct control_call *call, struct iam_principal_record *out,
                         struct remit_err *err) REMIT_MUST_USE;
/* Its inline and attached policies, and its boundary, without those of PolicyExclusionList. There
 * is room for simulation_n_policies() of them. */
size_t simulation_n_policies(const struct iam_principal_record *principal);
int simulation_add_principal(struct control_call *call, struct simulation_layer *layer,
                             const struct iam_principal_record *principal,
                             struct remit_err *err) REMIT_MUST_USE;
bool simulation_has_boundary(const struct control_call *call,
                             const struct iam_principal_record *principal);
int simulation_add_boundary(struct control_call *call, struct simulation_layer *layer,
                            const struct iam_principal_record *principal,
                            struct remit_err *err) REMIT_MUST_USE;

/* ---- a simulation ---- */

struct simulation_position {
    size_t line, column; /* both from 1, in characters */
};

/* A statement of any document, in the order of layers and documents. */
struct simulation_statement {
    const struct simulation_layer *layer;
    const struct simulation_document *document;
    bool deny;
    bool applies;                          /* in the decision at hand */
    bool applied;                          /* in any of the action's decisions */
    struct simulation_position start, end; /* once simulation_place() found them */
};

struct simulation {
    struct control_call *call;
    struct simulation_layer identity, boundary, resource, scps[SIMULATION_LEVELS_MAX];
    size_t n_scps; /* levels, the organization's root first */
    const struct remit_policy_set *scp_sets[SIMULATION_LEVELS_MAX];
    struct remit_request request; /* all but action, resource and its account */
    struct remit_context context;
    struct remit_str account; /* of the simulated caller */
    struct remit_str owner;   /* account of resources whose ARN names none */
    struct simulation_statement *statements;
    size_t n_statements;
};
void simulation_drop(struct simulation *s);
#define auto_simulation REMIT_AUTO(simulation_drop)

/*
 * The documents that both operations take from the input: ResourcePolicy, and the boundary and the
 * service control policies if there are any. The identity layer is the operation's own business.
 */
int simulation_take_documents(struct simulation *s, struct remit_err *err) REMIT_MUST_USE;
/* Who calls, in which context: `principal` is NULL when policies are simulated that nobody has. */
int simulation_take_request(struct simulation *s, const struct iam_principal_record *principal,
                            struct remit_err *err) REMIT_MUST_USE;
int simulation_take_context(struct simulation *s, struct remit_err *err) REMIT_MUST_USE;
/* Decides every action on every resource, and answers a page of it. */
int simulation_run(struct simulation *s, struct remit_err *err) REMIT_MUST_USE;

/* What one decision says besides itself. */
struct simulation_outcome {
    enum remit_decision decision, identity, resource;
    bool boundary_lacks, scps_lack; /* an Allow */
    bool across;                    /* caller and resource are of two accounts */
};
/* Sets `applies` of the statements; `missing` gets the keys that were wanting. */
int simulation_decide(struct simulation *s, struct remit_str action, struct remit_str resource,
                      struct policy_keys *missing, struct simulation_outcome *out,
                      struct remit_err *err) REMIT_MUST_USE;
/*
 * Where the statements of a document stand, as IAM tells it: `start` is behind the opening brace,
 * `end` behind the closing one.
 */
void simulation_place(struct simulation *s, const struct simulation_document *document);
