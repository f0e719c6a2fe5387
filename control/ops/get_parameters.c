#include "control/ops/ssm.h"

static const struct control_field input[] = {
    { .name = "Names",
      .type = CONTROL_LIST,
      .required = true,
      .min = 1,
      .max = 10,
      .element = &ssm_element_name },
    { .name = "WithDecryption", .type = CONTROL_BOOLEAN },
};

/* One parameter that the caller may not read refuses the whole call, as AWS does. */
static int names_resource(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *names = control_in(call, "Names");

    for (size_t i = 0; i < remit_json_count(names); i++)
        TRY(ssm_resource_add(call, remit_json_str(remit_json_at(names, i)), err));
    return 0;
}

static bool is_missing(const struct remit_err *err)
{
    return remit_err_is(err, "ParameterNotFound") || remit_err_is(err, "ParameterVersionNotFound");
}

/* *found says whether it went into the answer. */
static int put_one(struct control_call *call, struct remit_str name, bool *found,
                   struct remit_err *err)
{
    struct ssm_parameter parameter = { 0 };
    struct ssm_version version = { 0 };
    struct ssm_reference reference;

    *found = ssm_find(call, name, &reference, &parameter, &version, err) == 0;
    if (!*found)
        return is_missing(err) ? 0 : -1;
    return ssm_put_parameter(call, NULL, &parameter, &version, reference.selector, err);
}

static int get_parameters(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *names = control_in(call, "Names");
    bool found[10] = { false };

    control_begin_list(call, "Parameters");
    for (size_t i = 0; i < remit_json_count(names); i++)
        TRY(put_one(call, remit_json_str(remit_json_at(names, i)), &found[i], err));
    control_end(call);
    control_begin_list(call, "InvalidParameters");
    for (size_t i = 0; i < remit_json_count(names); i++)
        if (!found[i])
            control_put_str(call, NULL, remit_json_str(remit_json_at(names, i)));
    control_end(call);
    return 0;
}

const struct control_operation control_get_parameters = {
    .service = &control_ssm,
    .name = "GetParameters",
    .action = "ssm:GetParameters",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = names_resource,
    .handler = get_parameters,
};
