/*
 * simulation_input.h - fields that the tables of the simulator's operations share.
 *
 * Bounds are the model's; where it has none, those of operation.h.
 */
#pragma once

#include "control/ops/iam.h"

extern const struct control_field simulation_document_element; /* of lists of policies */
extern const struct control_field simulation_action_element, simulation_resource_element,
    simulation_context_element;

#define SIMULATION_DOCUMENTS(member, is_required)                                                  \
    {                                                                                              \
        .name = (member), .type = CONTROL_LIST, .required = (is_required),                         \
        .element = &simulation_document_element                                                    \
    }
#define SIMULATION_ARN(member)                                                                     \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .min = 1, .max = 2048                            \
    }
/* What both simulations take besides the policies. */
#define SIMULATION_FIELDS                                                                          \
    SIMULATION_DOCUMENTS("PermissionsBoundaryPolicyInputList", false),                             \
        { .name = "ActionNames",                                                                   \
          .type = CONTROL_LIST,                                                                    \
          .required = true,                                                                        \
          .element = &simulation_action_element },                                                 \
        { .name = "ResourceArns", .type = CONTROL_LIST, .element = &simulation_resource_element }, \
        { .name = "ResourcePolicy",                                                                \
          .type = CONTROL_STRING,                                                                  \
          .min = 1,                                                                                \
          .max = 131072,                                                                           \
          .pattern = &iam_pattern_document },                                                      \
        SIMULATION_ARN("ResourceOwner"), SIMULATION_ARN("CallerArn"),                              \
        { .name = "ContextEntries",                                                                \
          .type = CONTROL_LIST,                                                                    \
          .element = &simulation_context_element },                                                \
        { .name = "ResourceHandlingOption", .type = CONTROL_STRING, .min = 1, .max = 64 },         \
        IAM_PAGE_FIELDS
