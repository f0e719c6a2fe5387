#include "control/ops/ssm.h"

static const struct control_field input[] = {
    SSM_NAME("Path", true),
    { .name = "Recursive", .type = CONTROL_BOOLEAN },
    { .name = "ParameterFilters", .type = CONTROL_LIST, .max = 50, .element = &ssm_element_filter },
    { .name = "WithDecryption", .type = CONTROL_BOOLEAN },
    { .name = "MaxResults", .type = CONTROL_INTEGER, .min = 1, .max = 10 },
    { .name = "NextToken", .type = CONTROL_STRING, .max = CONTROL_PAGE_TOKEN_MAX },
};

/* The path is what must be allowed; what lies under it is not asked about one by one. */
static int path_resource(struct control_call *call, struct remit_err *err)
{
    struct remit_str path = control_in_str(call, "Path");

    if (path.len > 1 && remit_str_ends(path, REMIT_STR("/")))
        path.len--;
    return control_resource_add(call, ssm_arn(call, path), err);
}

static int path_context(struct control_call *call, struct remit_err *err)
{
    return control_context_add(
        call, "ssm:Recursive",
        control_in_bool(call, "Recursive", false) ? REMIT_STR("true") : REMIT_STR("false"), err);
}

static bool wanted(struct control_call *call, const struct ssm_parameter *parameter)
{
    return ssm_is_under(parameter->name, control_in_str(call, "Path"),
                        control_in_bool(call, "Recursive", false)) &&
           ssm_filters_match(control_in(call, "ParameterFilters"), parameter);
}

static int put_one(struct control_call *call, const struct ssm_parameter *parameter,
                   struct remit_err *err)
{
    struct ssm_version version = { 0 };

    TRY(ssm_version_read(call->store, parameter, parameter->version, call->arena, &version, err));
    return ssm_put_parameter(call, NULL, parameter, &version, remit_str_from("", 0), err);
}

static int get_parameters_by_path(struct control_call *call, struct remit_err *err)
{
    struct remit_str path = control_in_str(call, "Path");

    if (!remit_str_starts(path, REMIT_STR("/")))
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "The parameter doesn't meet the parameter name requirements. The path "
                          "must begin with a forward slash \"/\": %.*s",
                          (int)(path.len < 128 ? path.len : 128), path.ptr);
    TRY(ssm_filters_check(control_in(call, "ParameterFilters"), true, err));
    return ssm_list(call, path, control_in_int(call, "MaxResults", 10), wanted, put_one, err);
}

const struct control_operation control_get_parameters_by_path = {
    .service = &control_ssm,
    .name = "GetParametersByPath",
    .action = "ssm:GetParametersByPath",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = path_resource,
    .context = path_context,
    .handler = get_parameters_by_path,
};
