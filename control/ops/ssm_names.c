#include "control/ops/ssm.h"

#include <ctype.h>

#include <remit/arn.h>

const struct control_field ssm_element_name = SSM_NAME("", false);
const char *const ssm_types[] = { "String", "StringList", "SecureString", NULL };
const char *const ssm_tiers[] = { "Standard", "Advanced", "Intelligent-Tiering", NULL };

/* "/a/b" and "a" both stand behind "parameter": a leading slash is not doubled. */
struct remit_str ssm_arn(struct control_call *call, struct remit_str name)
{
    return control_arn(call, "ssm", true, "parameter%s" REMIT_STR_FMT,
                       remit_str_starts(name, REMIT_STR("/")) ? "" : "/", REMIT_STR_ARG(name));
}

/* A name of one level may be stored with or without a leading slash; an ARN does not say. */
static struct remit_str name_behind(struct control_call *call, struct remit_str with_slash)
{
    struct remit_str without = remit_str_sub(with_slash, 1, with_slash.len);
    struct ssm_parameter parameter = { 0 };
    struct remit_err ignored;

    if (remit_str_find(without, '/') < without.len)
        return with_slash;
    return ssm_parameter_read(call->store, without, call->arena, &parameter, &ignored) == 0
               ? without
               : with_slash;
}

static void reference_of_arn(struct control_call *call, struct remit_str text,
                             struct ssm_reference *out)
{
    struct remit_str tail = { 0 };
    struct remit_arn arn;

    out->given = text;
    out->arn = text;
    if (!remit_arn_parse(text, &arn) || !remit_str_equal(arn.service, REMIT_STR("ssm")) ||
        !remit_str_starts(arn.resource, REMIT_STR("parameter/")))
        return;
    tail = arn.resource;
    (void)remit_str_cut(&tail, ':', &arn.resource);
    out->selector = tail;
    out->given = remit_str_sub(text, 0, (size_t)(arn.resource.ptr + arn.resource.len - text.ptr));
    out->arn = out->given;
    if (!remit_str_equal(arn.account, call->config->account) ||
        !remit_str_equal(arn.region, call->config->region))
        return;
    out->name = name_behind(call, remit_str_sub(arn.resource, strlen("parameter"), SSM_NAME_MAX));
    out->arn = ssm_arn(call, out->name);
}

void ssm_reference(struct control_call *call, struct remit_str text, struct ssm_reference *out)
{
    *out = (struct ssm_reference){ 0 };
    if (remit_str_starts(text, REMIT_STR("arn:"))) {
        reference_of_arn(call, text, out);
        return;
    }
    out->selector = text;
    (void)remit_str_cut(&out->selector, ':', &out->name);
    out->given = out->name;
    out->arn = ssm_arn(call, out->name);
}

int ssm_resource_add(struct control_call *call, struct remit_str text, struct remit_err *err)
{
    struct ssm_parameter parameter = { 0 };
    struct ssm_reference reference;

    ssm_reference(call, text, &reference);
    TRY(control_resource_add(call, reference.arn, err));
    if (reference.name.len == 0)
        return 0;
    if (ssm_parameter_read(call->store, reference.name, call->arena, &parameter, err) != 0)
        return remit_err_is(err, "ParameterNotFound") ? 0 : -1;
    for (size_t i = 0; i < parameter.n_tags; i++)
        TRY(control_resource_tag(call, parameter.tags[i].key, parameter.tags[i].value, err));
    return 0;
}

int ssm_name_resource(struct control_call *call, struct remit_err *err)
{
    return ssm_resource_add(call, control_in_str(call, "Name"), err);
}

/* ---- names that may be created ---- */

static int invalid(struct remit_err *err, const char *sentence)
{
    return remit_fail(err, REMIT_ERR_INVALID, "ValidationException", "Parameter name: %s",
                      sentence);
}

static bool is_reserved(struct remit_str level)
{
    return remit_str_equal_nocase(remit_str_sub(level, 0, 3), REMIT_STR("aws")) ||
           remit_str_equal_nocase(remit_str_sub(level, 0, 3), REMIT_STR("ssm"));
}

static int characters_check(struct remit_str name, struct remit_err *err)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (!isalnum((unsigned char)c) && remit_str_find(REMIT_STR("_.-/"), c) == strlen("_.-/"))
            return invalid(err, "only letters, digits and the symbols _.-/ are allowed.");
        if (c == '/' && (i + 1 == name.len || name.ptr[i + 1] == '/'))
            return invalid(err, "a level must not be empty.");
    }
    return 0;
}

int ssm_name_check(struct remit_str name, struct remit_err *err)
{
    bool rooted = remit_str_starts(name, REMIT_STR("/"));
    struct remit_str rest = remit_str_sub(name, rooted ? 1 : 0, name.len);
    unsigned levels = 1;

    if (name.len > SSM_NAME_MAX)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "Parameter name: %zu characters, the most is %d.", name.len,
                          SSM_NAME_MAX);
    TRY(characters_check(name, err));
    if (rest.len == 0)
        return invalid(err, "it must not be empty.");
    if (is_reserved(rest))
        return invalid(err, "can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).");
    for (size_t i = 0; i < rest.len; i++)
        levels += rest.ptr[i] == '/';
    if (levels > 1 && !rooted)
        return invalid(err, "a name with levels must begin with a forward slash.");
    if (levels > SSM_LEVELS_MAX)
        return remit_fail(err, REMIT_ERR_INVALID, "HierarchyLevelLimitExceededException",
                          "Parameter name: %u levels, the most is %d.", levels, SSM_LEVELS_MAX);
    return 0;
}

/* ---- finding ---- */

int ssm_find(struct control_call *call, struct remit_str text, struct ssm_reference *reference,
             struct ssm_parameter *parameter, struct ssm_version *version, struct remit_err *err)
{
    unsigned long long number = 0;

    ssm_reference(call, text, reference);
    TRY(ssm_parameter_read(call->store, reference->name, call->arena, parameter, err));
    number = (unsigned long long)parameter->version;
    if (reference->selector.len > 0 &&
        !remit_str_to_u64(reference->selector, INT32_MAX, &number)) /* no labels here */
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "ParameterVersionNotFound",
                          "Systems Manager could not find version label %.*s of %.*s. Verify the "
                          "version and try again.",
                          (int)(reference->selector.len < 64 ? reference->selector.len : 64),
                          reference->selector.ptr,
                          (int)(parameter->name.len < 256 ? parameter->name.len : 256),
                          parameter->name.ptr);
    return ssm_version_read(call->store, parameter, (int64_t)number, call->arena, version, err);
}

struct remit_str ssm_seal_context(struct control_call *call, struct remit_str name, int64_t number)
{
    return remit_arena_fmt(call->arena, REMIT_STR_FMT "#%lld", REMIT_STR_ARG(ssm_arn(call, name)),
                           (long long)number);
}
