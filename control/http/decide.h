/*
 * decide.h - one question to the policy engine with everything it must know: the caller's policies,
 * the resource's, the context.
 *
 * Policies are loaded once for a call and asked many times; they are those that the store had when
 * the call was authorized, each in one version (attacks.md P7).
 *
 * Errors: of store and memory only; a denial is an answer. A policy that can't be read denies.
 */
#pragma once

#include <remit/err.h>
#include <remit/policy.h>

#include "control/http/grants.h"
#include "control/http/policies.h"
#include "control/operation.h"

/* Longest sentence for a denied caller. */
#define CONTROL_DENIAL_MAX REMIT_ERR_TEXT_MAX

/* The caller's own side of every decision of one call. */
struct control_authority {
    struct control_call *call;
    struct remit_policy_set *identity;
    struct remit_policy_set *boundary;
    struct remit_policy_set *session;
    struct remit_context context;
};
int control_authority_load(struct control_authority *a, struct control_call *call,
                           struct remit_err *err) REMIT_MUST_USE;
void control_authority_drop(struct control_authority *a);
#define auto_control_authority REMIT_AUTO(control_authority_drop)

/*
 * In the context that stands in a->context. `row` brings a resource's policy, or is NULL. The
 * sentence for a denied caller goes to `denial`, empty when allowed.
 */
int control_decide(struct control_authority *a, const char *action, struct remit_str resource,
                   const struct control_resource *row, struct control_asked *out,
                   char denial[CONTROL_DENIAL_MAX], struct remit_err *err) REMIT_MUST_USE;
/* An action on a resource in the whole context of the call; noted for the audit record. */
int control_decide_action(struct control_authority *a, const char *action,
                          struct remit_str resource, struct control_asked *out,
                          char denial[CONTROL_DENIAL_MAX], struct remit_err *err) REMIT_MUST_USE;
/* sts:AssumeRole of a service, by the role's trust policy alone. */
int control_decide_trust(struct control_call *call, const struct iam_principal_record *role,
                         const char *service, struct control_asked *out,
                         struct remit_err *err) REMIT_MUST_USE;
