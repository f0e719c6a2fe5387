/*
 * eval.h - one decision under way: the request made ready, and the parts of a statement asked.
 *
 * decide.c makes a struct remit_eval and asks sets (set.c); a set asks its statements
 * (statement.c), those that its index names (index.h). With a trace the same parts are asked of
 * every statement in turn, without stopping early, and what they answered is told: nothing is
 * decided twice in two ways.
 */
#pragma once

#include "iam/policy/policy_internal.h"

struct remit_caller {
    struct remit_principal principal;
    struct remit_str issuer;      /* ARN of the role or user behind; empty when not known */
    struct remit_str issuer_name; /* of a role: behind the last slash */
    bool service_linked;          /* session of a service-linked role */
    bool boundary;                /* a permissions boundary is attached */
};

struct remit_eval {
    const struct remit_request *request;
    const struct remit_context *context; /* may be NULL */
    struct remit_str action;             /* in lower case */
    struct remit_str service;            /* its part up to the colon; empty when there is none */
    uint64_t action_hash;                /* for the index */
    uint64_t service_hash;
    struct remit_str resource;
    bool no_resource; /* the resource is "*" */
    struct remit_caller caller;
    struct remit_variables variables;
    remit_trace_fn *trace; /* NULL: nobody listens */
    void *trace_self;
};

/* ---- the caller (principal.c) ---- */

void remit_caller_of(const struct remit_request *request, bool boundary, struct remit_caller *out);
/* Finds out who stands behind the caller: for those who ask of principals or service-linked roles.
 */
void remit_caller_behind(const struct remit_request *request, struct remit_caller *caller);
/* A user, a role session, a federated user or a root user: they have policies of their own. */
bool remit_caller_has_account(const struct remit_caller *caller);
/*
 * Whether the principal part matches, and as what kind of grant (15.3). *text: the entry that
 * matched, or that let a NotPrincipal go by; NULL when nobody wants to know.
 */
bool remit_principal_part(const struct remit_statement *statement, const struct remit_eval *eval,
                          enum remit_grant *grant, struct remit_str *text);

/* ---- a statement (statement.c) ---- */

bool remit_action_part(const struct remit_statement *statement, const struct remit_eval *eval,
                       struct remit_str *text);
bool remit_resource_part(const struct remit_statement *statement, struct remit_eval *eval,
                         struct remit_str *text);
bool remit_resource_matches(const struct remit_glob *pattern, struct remit_eval *eval);
bool remit_condition_part(const struct remit_statement *statement, struct remit_eval *eval);

/* ---- a set (set.c) ---- */

struct remit_set_result {
    const struct remit_set_statement *deny;  /* the first that applies */
    const struct remit_set_statement *allow; /* the first that applies with the strongest grant */
    enum remit_grant grant;
};
/* One more statement that applies; the order does not matter. */
void remit_set_take(struct remit_set_result *result, const struct remit_set_statement *statement,
                    enum remit_grant grant);
/* By the index; with a trace, remit_set_trace() walks over all statements instead. */
void remit_set_eval(const struct remit_policy_set *set, struct remit_eval *eval,
                    struct remit_set_result *out);

/* ---- what services have (services.c) ---- */

/* Actions that a role's trust policy has to allow (15.4, 16.3). In lower case. */
bool remit_action_assumes_role(struct remit_str action);
bool remit_request_assumes_role(const struct remit_request *request);
/* Whether resource control policies know the service of the action (15.2). In lower case. */
bool remit_action_has_rcp(struct remit_str action);

/* ---- tracing (trace.c) ---- */

struct remit_trace_place {
    enum remit_layer layer;
    unsigned level;
};
/* remit_set_eval(), telling of each statement and condition. */
void remit_set_trace(const struct remit_policy_set *set, const struct remit_trace_place *place,
                     struct remit_eval *eval, struct remit_set_result *out);
