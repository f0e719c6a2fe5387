#include "control/ops/iam.h"
#include "control/ops/ssm.h"
#include "control/sealed.h"

#define STANDARD_MOST 4096 /* bytes of a value */
#define ADVANCED_MOST 8192

static const struct control_field input[] = {
    SSM_NAME("Name", true),
    { .name = "Description", .type = CONTROL_STRING, .max = 1024 },
    { .name = "Value",
      .type = CONTROL_STRING,
      .required = true,
      .min = 1,
      .max = ADVANCED_MOST,
      .secret = true },
    { .name = "Type", .type = CONTROL_STRING, .values = ssm_types },
    { .name = "KeyId", .type = CONTROL_STRING, .min = 1, .max = 256 },
    { .name = "Overwrite", .type = CONTROL_BOOLEAN },
    { .name = "AllowedPattern", .type = CONTROL_STRING, .max = 1024 },
    { .name = "Tags", .type = CONTROL_LIST, .max = 50, .element = &control_element_tag_upper },
    { .name = "Tier", .type = CONTROL_STRING, .values = ssm_tiers },
    { .name = "Policies", .type = CONTROL_STRING, .min = 1, .max = 4096 },
    { .name = "DataType", .type = CONTROL_STRING, .max = 128 },
};

static int put_parameter_resource(struct control_call *call, struct remit_err *err)
{
    TRY(ssm_name_resource(call, err));
    return remit_json_count(control_in(call, "Tags")) > 0
               ? control_also_needs(call, "ssm:AddTagsToResource",
                                    ssm_arn(call, control_in_str(call, "Name")), err)
               : 0;
}

static int put_parameter_context(struct control_call *call, struct remit_err *err)
{
    TRY(control_context_add(
        call, "ssm:Overwrite",
        control_in_bool(call, "Overwrite", false) ? REMIT_STR("true") : REMIT_STR("false"), err));
    return control_context_tags(call, control_in(call, "Tags"), err);
}

/* What is not here is refused rather than ignored: a caller relies on it. */
static int check_extras(struct control_call *call, struct remit_err *err)
{
    struct remit_str data_type = control_in_str(call, "DataType");
    struct remit_str key_id = control_in_str(call, "KeyId");

    if (control_in_str(call, "AllowedPattern").len > 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidAllowedPatternException",
                          "Patterns for values are not available.");
    if (control_in_str(call, "Policies").len > 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidPolicyTypeException",
                          "Parameter policies are not available.");
    if (data_type.len > 0 && !remit_str_equal(data_type, REMIT_STR("text")))
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "The data type " REMIT_STR_FMT " is not available; text is.",
                          REMIT_STR_ARG(data_type));
    if (key_id.len > 0 && !remit_str_equal(key_id, REMIT_STR(SSM_KEY_ID)))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidKeyId",
                          "The key " REMIT_STR_FMT " is not available; " SSM_KEY_ID " is.",
                          REMIT_STR_ARG(key_id));
    if (control_in_bool(call, "Overwrite", false) && remit_json_count(control_in(call, "Tags")) > 0)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "Invalid request: tags and overwrite can't be used together. To create a "
                          "parameter with tags, please remove overwrite flag.");
    return 0;
}

static bool is(struct remit_str s, const char *word)
{
    return remit_str_equal(s, remit_str_of(word));
}

/* Sets parameter->tier: the one asked for, the one it has, or the one the value needs. */
static int choose_tier(struct control_call *call, struct ssm_parameter *parameter,
                       struct remit_err *err)
{
    size_t len = control_in_str(call, "Value").len;
    struct remit_str asked = control_in_str(call, "Tier");
    bool advanced = is(parameter->tier, "Advanced");

    if (is(asked, "Advanced") || (is(asked, "Intelligent-Tiering") && len > STANDARD_MOST))
        advanced = true;
    if (advanced && is(asked, "Standard"))
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "This parameter uses the advanced-parameter tier. You can't downgrade a "
                          "parameter from the advanced-parameter tier to the standard-parameter "
                          "tier.");
    if (len > (advanced ? ADVANCED_MOST : STANDARD_MOST))
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "%s tier parameters support a maximum parameter value of %d characters.",
                          advanced ? "Advanced" : "Standard",
                          advanced ? ADVANCED_MOST : STANDARD_MOST);
    parameter->tier = advanced ? REMIT_STR("Advanced") : REMIT_STR("Standard");
    return 0;
}

static int begin_new(struct control_call *call, struct remit_str name,
                     struct ssm_parameter *parameter, struct remit_err *err)
{
    if (!control_has(call, "Type"))
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "A parameter type is required when you create a parameter.");
    TRY(ssm_name_check(name, err));
    *parameter =
        (struct ssm_parameter){ .name = name, .type = control_in_str(call, "Type"), .oldest = 1 };
    return iam_tags_take(call, "Tags", "ValidationException", &parameter->tags, &parameter->n_tags,
                         err);
}

static int begin_change(struct control_call *call, const struct ssm_parameter *parameter,
                        struct remit_err *err)
{
    struct remit_str type = control_in_str(call, "Type");

    if (!control_in_bool(call, "Overwrite", false))
        return remit_fail(err, REMIT_ERR_CONFLICT, "ParameterAlreadyExists",
                          "The parameter already exists. To overwrite this value, set the "
                          "overwrite option in the request to true.");
    if (type.len > 0 && !remit_str_equal(type, parameter->type))
        return remit_fail(err, REMIT_ERR_INVALID, "HierarchyTypeMismatchException",
                          "The type of a parameter can't be changed from " REMIT_STR_FMT
                          " to " REMIT_STR_FMT ".",
                          REMIT_STR_ARG(parameter->type), REMIT_STR_ARG(type));
    return 0;
}

/* The value, sealed when it is a secret. */
static int value_of(struct control_call *call, const struct ssm_parameter *parameter,
                    struct ssm_version *version, struct remit_err *err)
{
    struct remit_str value = control_in_str(call, "Value");

    version->sealed = is(parameter->type, "SecureString");
    version->value = value;
    if (!version->sealed)
        return 0;
    return control_sealed_put(call, ssm_seal_context(call, parameter->name, version->number), value,
                              &version->value, err);
}

static int add_version(struct control_call *call, struct ssm_parameter *parameter,
                       struct control_store_txn *txn, struct remit_err *err)
{
    struct ssm_version version = { .number = parameter->version + 1, .at = call->now };

    TRY(choose_tier(call, parameter, err));
    TRY(value_of(call, parameter, &version, err));
    parameter->version = version.number;
    parameter->changed_at = call->now;
    parameter->changed_by = call->caller.arn;
    if (control_has(call, "Description"))
        parameter->description = control_in_str(call, "Description");
    if (parameter->version - parameter->oldest >= SSM_VERSIONS_KEPT)
        TRY(ssm_version_remove(txn, parameter, parameter->oldest++, call->arena, err));
    TRY(ssm_version_put(txn, parameter, &version, call->arena, err));
    return ssm_parameter_put(txn, parameter, call->arena, err);
}

static int put_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct ssm_parameter *parameter = self;
    struct control_store_txn txn = { 0 };
    struct ssm_reference reference;
    struct remit_str name;

    ssm_reference(call, control_in_str(call, "Name"), &reference);
    name = reference.selector.len > 0 ? control_in_str(call, "Name") : reference.name;
    if (ssm_parameter_read(call->store, name, call->arena, parameter, err) == 0)
        TRY(begin_change(call, parameter, err));
    else if (remit_err_is(err, "ParameterNotFound"))
        TRY(begin_new(call, name, parameter, err));
    else
        return -1;
    TRY(add_version(call, parameter, &txn, err));
    return control_try_commit(call, &txn, err);
}

static int put_parameter(struct control_call *call, struct remit_err *err)
{
    struct ssm_parameter parameter = { 0 };

    TRY(check_extras(call, err));
    TRY(control_try(call, put_once, &parameter, SSM_RACE, err));
    control_put_int(call, "Version", parameter.version);
    control_put_str(call, "Tier", parameter.tier);
    return 0;
}

const struct control_operation control_put_parameter = {
    .service = &control_ssm,
    .name = "PutParameter",
    .action = "ssm:PutParameter",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = put_parameter_resource,
    .context = put_parameter_context,
    .handler = put_parameter,
};
