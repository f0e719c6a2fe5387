#include "control/ops/simulation_input.h"

const struct control_field simulation_document_element = IAM_DOCUMENT("");
const struct control_field simulation_action_element = {
    .name = "", .type = CONTROL_STRING, .min = 3, .max = 128
};
const struct control_field simulation_resource_element = SIMULATION_ARN("");

static const char *const types[] = { "string",  "stringList",  "numeric", "numericList",
                                     "boolean", "booleanList", "ip",      "ipList",
                                     "binary",  "binaryList",  "date",    "dateList",
                                     NULL };

static const struct control_field value = { .name = "", .type = CONTROL_STRING };

static const struct control_field entry[] = {
    { .name = "ContextKeyName", .type = CONTROL_STRING, .min = 5, .max = 256 },
    { .name = "ContextKeyValues", .type = CONTROL_LIST, .element = &value },
    { .name = "ContextKeyType", .type = CONTROL_STRING, .values = types },
};
const struct control_field simulation_context_element = {
    .name = "", .type = CONTROL_STRUCTURE, .fields = entry, .n_fields = REMIT_COUNT(entry)
};
