/*
 * assume.h - a policy as it is when part of a request's context is not known.
 *
 * A condition whose key, or whose policy variables, nobody knows can hold or not. A policy is made
 * from another one in which such parts are settled beforehand, so that the one evaluator answers
 * "whatever the unknown keys are" and "for some of them":
 *   GRANTING   every Allow has what it wants, every Deny has not: allowed at most
 *   DENYING    the reverse: allowed at least
 *   WIDENING   resources alone, for both, so that a trace comes to all conditions that matter
 * GRANTING is a bound from above: each condition is settled by itself, though two of them may
 * contradict each other; so is a resource with an unknown variable, which counts as a star.
 *
 * Ownership: the new policy points into the old one, which has to live longer.
 */
#pragma once

#include "iam/policy/policy_internal.h"

enum remit_assumption { REMIT_ASSUME_GRANTING = 0, REMIT_ASSUME_DENYING, REMIT_ASSUME_WIDENING };

/* Whether all there is to know of a condition key is known: its values, or that it is not there. */
typedef bool remit_known_fn(void *self, struct remit_str key);

/* LIMIT when there is no memory. */
int remit_policy_assume(const struct remit_policy *policy, enum remit_assumption assumption,
                        remit_known_fn *known, void *self, struct remit_policy **out,
                        struct remit_err *err) REMIT_MUST_USE;
/* Whether a condition, or a pattern, asks for something unknown. */
bool remit_condition_unknown(const struct remit_condition *condition, remit_known_fn *known,
                             void *self);
/* *key, which may be NULL, gets the first variable that is. */
bool remit_glob_unknown(const struct remit_glob *glob, remit_known_fn *known, void *self,
                        struct remit_str *key);
