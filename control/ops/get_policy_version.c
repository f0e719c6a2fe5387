#include "control/ops/iam.h"

#include <ctype.h>

/* v[1-9][0-9]*(\.[A-Za-z0-9-]*)? */
static bool fits_version(struct remit_str s)
{
    struct remit_str number;

    if (!remit_str_starts(s, REMIT_STR("v")))
        return false;
    s = remit_str_sub(s, 1, s.len);
    (void)remit_str_cut(&s, '.', &number);
    for (size_t i = 0; i < number.len; i++)
        if (number.ptr[i] < '0' || number.ptr[i] > '9')
            return false;
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.ptr[i]) && s.ptr[i] != '-')
            return false;
    return number.len > 0 && number.ptr[0] != '0';
}

static const struct control_pattern version_pattern = { "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?",
                                                        fits_version };

static const struct control_field input[] = {
    IAM_ARN("PolicyArn", true),
    { .name = "VersionId",
      .type = CONTROL_STRING,
      .required = true,
      .max = 64,
      .pattern = &version_pattern },
};

static int get_policy_version(struct control_call *call, struct remit_err *err)
{
    struct remit_str arn = control_in_str(call, "PolicyArn");
    struct remit_str id = control_in_str(call, "VersionId");
    const struct iam_policy_version *version = NULL;
    struct iam_policy_record policy = { 0 };

    TRY(iam_arn_check(arn, err));
    TRY(iam_policy_read(call->store, arn, call->arena, &policy, err));
    version = iam_policy_version_of(&policy, id);
    if (version == NULL)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoSuchEntity",
                          "Policy " REMIT_STR_FMT " version " REMIT_STR_FMT
                          " does not exist or is not attachable.",
                          REMIT_STR_ARG(arn), REMIT_STR_ARG(id));
    control_begin_structure(call, "PolicyVersion");
    iam_put_document(call, "Document", version->document);
    control_put_str(call, "VersionId", version->id);
    control_put_bool(call, "IsDefaultVersion", remit_str_equal(id, policy.default_version));
    control_put_time(call, "CreateDate", (double)version->created_at);
    control_end(call);
    return 0;
}

const struct control_operation control_get_policy_version = {
    .service = &control_iam,
    .name = "GetPolicyVersion",
    .action = "iam:GetPolicyVersion",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_policy_resource,
    .handler = get_policy_version,
};
