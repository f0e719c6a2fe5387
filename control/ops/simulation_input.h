/*
 * simulation_input.h - fields that the tables of the simulator's operations share.
 */
#pragma once

#include "control/ops/iam.h"

extern const struct control_field simulation_document_element; /* of lists of policies */

#define SIMULATION_DOCUMENTS(member, is_required)                                                  \
    {                                                                                              \
        .name = (member), .type = CONTROL_LIST, .required = (is_required),                         \
        .element = &simulation_document_element                                                    \
    }
