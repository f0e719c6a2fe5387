/*
 * access_analyzer.h - what Access Analyzer's operations share.
 *
 * Nothing is stored, and nothing is looked up: each call judges the documents that it brings.
 *
 * Errors:  INVALID "ValidationException" for values out of bounds.
 * Sources: supporting-apis.md 12.
 */
#pragma once

#include <remit/policy.h>

#include "control/operation.h"
#include "control/ops/page.h"

/* A document: the model has no bounds, so those of a body and of a page of IAM's. */
#define ANALYZER_DOCUMENT(member)                                                                  \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .required = true, .min = 1,                      \
        .max = (int64_t)CONTROL_BODY_MAX                                                           \
    }

/* policyType: "IDENTITY_POLICY", "RESOURCE_POLICY"... */
enum remit_policy_type analyzer_policy_type(struct remit_str policy_type);

extern const struct control_operation control_validate_policy, control_check_no_new_access,
    control_check_access_not_granted, control_check_no_public_access;
