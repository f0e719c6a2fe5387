/*
 * access_checks.h - what CheckNoNewAccess, CheckAccessNotGranted and CheckNoPublicAccess share.
 *
 * The answers are proofs of libremit-iam's (remit/proof.h): PASS when there is no such request,
 * FAIL with the statements that grant one.
 *
 * Errors:  INVALID "InvalidParameterException" for a document that is no policy of its type, with
 *          the member's name and the place; "UnprocessableEntityException" when neither answer
 *          could be proven.
 * Sources: supporting-apis.md 12.
 */
#pragma once

#include <remit/policy.h>
#include <remit/proof.h>

#include "control/ops/access_analyzer.h"

/* A document of these operations, which AWS's model calls sensitive: no error shows it. */
#define ACCESS_CHECK_DOCUMENT(member)                                                              \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .required = true, .min = 1,                      \
        .max = (int64_t)CONTROL_BODY_MAX, .secret = true                                           \
    }
#define ACCESS_CHECK_TYPE                                                                          \
    {                                                                                              \
        .name = "policyType", .type = CONTROL_STRING, .required = true,                            \
        .values = access_check_types                                                               \
    }
extern const char *const access_check_types[];

/* The document in that member, compiled. */
int access_check_policy(struct control_call *call, const char *name, enum remit_policy_type type,
                        struct remit_policy **out, struct remit_err *err) REMIT_MUST_USE;
/* Passes the result of a proof on; too large a question is an UnprocessableEntityException, too. */
int access_check_proven(int result, struct remit_err *err) REMIT_MUST_USE;
/* result, message and reasons. */
int access_check_answer(struct control_call *call, const struct remit_proof *proof,
                        struct remit_err *err) REMIT_MUST_USE;
