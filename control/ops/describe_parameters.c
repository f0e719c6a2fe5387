#include "control/ops/ssm.h"

static const struct control_field input[] = {
    { .name = "Filters", .type = CONTROL_LIST, .max = 50, .element = &ssm_element_filter },
    { .name = "Shared", .type = CONTROL_BOOLEAN },
    { .name = "ParameterFilters", .type = CONTROL_LIST, .max = 50, .element = &ssm_element_filter },
    { .name = "MaxResults", .type = CONTROL_INTEGER, .min = 1, .max = 50 },
    { .name = "NextToken", .type = CONTROL_STRING, .max = CONTROL_PAGE_TOKEN_MAX },
};

/* A filter that is not looked at would show more than was asked for. */
static int check_extras(struct control_call *call, struct remit_err *err)
{
    if (remit_json_count(control_in(call, "Filters")) > 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidFilterKey",
                          "Filters are not available; ParameterFilters are.");
    if (control_in_bool(call, "Shared", false))
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "Parameters of other accounts are not shared here.");
    return ssm_filters_check(control_in(call, "ParameterFilters"), false, err);
}

static bool wanted(struct control_call *call, const struct ssm_parameter *parameter)
{
    return ssm_filters_match(control_in(call, "ParameterFilters"), parameter);
}

/* ParameterMetadata: everything but the value. */
static int put_one(struct control_call *call, const struct ssm_parameter *parameter,
                   struct remit_err *err)
{
    (void)err;
    control_begin_structure(call, NULL);
    control_put_str(call, "Name", parameter->name);
    control_put_str(call, "ARN", ssm_arn(call, parameter->name));
    control_put_str(call, "Type", parameter->type);
    if (remit_str_equal(parameter->type, REMIT_STR("SecureString")))
        control_put_cstr(call, "KeyId", SSM_KEY_ID);
    control_put_time(call, "LastModifiedDate", parameter->changed_at);
    control_put_str(call, "LastModifiedUser", parameter->changed_by);
    if (parameter->description.len > 0)
        control_put_str(call, "Description", parameter->description);
    control_put_int(call, "Version", parameter->version);
    control_put_str(call, "Tier", parameter->tier);
    control_begin_list(call, "Policies");
    control_end(call);
    control_put_cstr(call, "DataType", "text");
    control_end(call);
    return 0;
}

static int describe_parameters(struct control_call *call, struct remit_err *err)
{
    TRY(check_extras(call, err));
    return ssm_list(call, remit_str_from("", 0), control_in_int(call, "MaxResults", 50), wanted,
                    put_one, err);
}

const struct control_operation control_describe_parameters = {
    .service = &control_ssm,
    .name = "DescribeParameters",
    .action = "ssm:DescribeParameters",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = describe_parameters,
};
