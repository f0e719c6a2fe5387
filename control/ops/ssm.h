/*
 * ssm.h - what the operations on parameters share: names and selectors, checks, shapes, filters.
 *
 * A call names a parameter by name or by ARN, and a version by ":3" behind either.
 *
 * Sources: supporting-apis.md 10.
 */
#pragma once

#include "control/ops/page.h"
#include "control/ops/retry.h"
#include "control/ssm_data.h"

#define SSM_RACE   "TooManyUpdates"
#define SSM_KEY_ID "alias/aws/ssm" /* the one key there is */

#define SSM_NAME(member, is_required)                                                              \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .required = (is_required), .min = 1, .max = 2048 \
    }
extern const struct control_field ssm_element_name;   /* of a list of names */
extern const struct control_field ssm_element_filter; /* ParameterFilters */
extern const char *const ssm_types[], *const ssm_tiers[];

/* What a call's Name says. */
struct ssm_reference {
    struct remit_str given;    /* the name or ARN, without the selector */
    struct remit_str name;     /* empty when it is another account's or region's */
    struct remit_str selector; /* "3" of ":3", or empty */
    struct remit_str arn;
};
void ssm_reference(struct control_call *call, struct remit_str text, struct ssm_reference *out);
struct remit_str ssm_arn(struct control_call *call, struct remit_str name);
/* Adds the parameter's ARN, and its tags when it exists. */
int ssm_resource_add(struct control_call *call, struct remit_str text,
                     struct remit_err *err) REMIT_MUST_USE;
/* The row's resource when the parameter is called Name. */
int ssm_name_resource(struct control_call *call, struct remit_err *err);

/* A name that may be created: characters, levels, reserved beginnings. */
int ssm_name_check(struct remit_str name, struct remit_err *err) REMIT_MUST_USE;

/* The parameter and version that the text names. ParameterNotFound, ParameterVersionNotFound. */
int ssm_find(struct control_call *call, struct remit_str text, struct ssm_reference *reference,
             struct ssm_parameter *parameter, struct ssm_version *version,
             struct remit_err *err) REMIT_MUST_USE;

/* What a version's value is sealed under: the ARN and the number. */
struct remit_str ssm_seal_context(struct control_call *call, struct remit_str name, int64_t number);

/* Parameter, with the value as WithDecryption says. */
int ssm_put_parameter(struct control_call *call, const char *name,
                      const struct ssm_parameter *parameter, const struct ssm_version *version,
                      struct remit_str selector, struct remit_err *err) REMIT_MUST_USE;

/* ParameterFilters: refuses keys and options that the operation does not know. */
int ssm_filters_check(const struct remit_json *filters, bool by_path,
                      struct remit_err *err) REMIT_MUST_USE;
/* Whether the name lies under the path, directly unless deep. */
bool ssm_is_under(struct remit_str name, struct remit_str path, bool deep);
bool ssm_filters_match(const struct remit_json *filters, const struct ssm_parameter *parameter);

/* The list "Parameters" of those whose names start with `start` and that `want` takes, in pages. */
typedef int ssm_list_put(struct control_call *call, const struct ssm_parameter *parameter,
                         struct remit_err *err);
typedef bool ssm_list_want(struct control_call *call, const struct ssm_parameter *parameter);
int ssm_list(struct control_call *call, struct remit_str start, int64_t most, ssm_list_want *want,
             ssm_list_put *put, struct remit_err *err) REMIT_MUST_USE;

extern const struct control_operation control_put_parameter, control_get_parameter,
    control_get_parameters, control_get_parameters_by_path, control_describe_parameters,
    control_delete_parameter;
