#include <remit/arn.h>

#include "control/ops/iam.h"
#include "control/ops/sts.h"
#include "control/sessions.h"

static const struct control_field policy_arn_fields[] = {
    IAM_ARN("arn", false),
};
static const struct control_field element_policy_arn = { .type = CONTROL_STRUCTURE,
                                                         .fields = policy_arn_fields,
                                                         .n_fields =
                                                             REMIT_COUNT(policy_arn_fields) };
static bool fits_digits(struct remit_str s)
{
    unsigned long long n = 0;

    return remit_str_to_u64(s, UINT64_MAX, &n);
}
static const struct control_pattern pattern_digits = { "[\\d]*", fits_digits };

static const struct control_field element_tag_key = {
    .type = CONTROL_STRING, .min = 1, .max = 128, .pattern = &control_pattern_tag_key
};
static const struct control_field context_fields[] = {
    { .name = "ProviderArn", .type = CONTROL_STRING, .min = 20, .max = 2048 },
    { .name = "ContextAssertion", .type = CONTROL_STRING, .min = 4, .max = 2048, .secret = true },
};
static const struct control_field element_context = { .type = CONTROL_STRUCTURE,
                                                      .fields = context_fields,
                                                      .n_fields = REMIT_COUNT(context_fields) };

static const struct control_field input[] = {
    IAM_ARN("RoleArn", true),
    { .name = "RoleSessionName",
      .type = CONTROL_STRING,
      .required = true,
      .min = 2,
      .max = 64,
      .pattern = &control_pattern_name },
    { .name = "PolicyArns",
      .type = CONTROL_LIST,
      .max = STS_POLICY_ARNS_MOST,
      .element = &element_policy_arn },
    { .name = "Policy",
      .type = CONTROL_STRING,
      .min = 1,
      .max = 2048,
      .pattern = &iam_pattern_document },
    { .name = "DurationSeconds", .type = CONTROL_INTEGER, .min = 900, .max = 43200 },
    IAM_TAGS,
    { .name = "TransitiveTagKeys", .type = CONTROL_LIST, .max = 50, .element = &element_tag_key },
    { .name = "ExternalId",
      .type = CONTROL_STRING,
      .min = 2,
      .max = 1224,
      .pattern = &control_pattern_external_id },
    { .name = "SerialNumber",
      .type = CONTROL_STRING,
      .min = 9,
      .max = 256,
      .pattern = &control_pattern_external_id },
    { .name = "TokenCode",
      .type = CONTROL_STRING,
      .min = 6,
      .max = 6,
      .pattern = &pattern_digits,
      .secret = true },
    { .name = "SourceIdentity",
      .type = CONTROL_STRING,
      .min = 2,
      .max = 64,
      .pattern = &control_pattern_name },
    { .name = "ProvidedContexts",
      .type = CONTROL_LIST,
      .min = 1,
      .max = 5,
      .element = &element_context },
};

/* ---- authorization ---- */

static bool tags_are_involved(const struct control_call *call)
{
    return remit_json_count(control_in(call, "Tags")) > 0 ||
           remit_json_count(control_in(call, "TransitiveTagKeys")) > 0 ||
           remit_json_count(call->caller.transitive) > 0;
}

/* Fixed through the chain: what the caller's session has goes on. */
static struct remit_str source_identity(const struct control_call *call)
{
    return call->caller.source_identity.len > 0 ? call->caller.source_identity
                                                : control_in_str(call, "SourceIdentity");
}

static bool is_inherited(const struct control_call *call, struct remit_str key)
{
    const struct remit_json *keys = call->caller.transitive;

    for (size_t i = 0; i < remit_json_count(keys); i++)
        if (remit_str_equal_nocase(remit_json_str(remit_json_at(keys, i)), key))
            return true;
    return false;
}

/* An inherited transitive tag wins over the role's own of the same key (iam-evaluation.md 16.4). */
static int role_tags(struct control_call *call, const struct iam_principal_record *role,
                     struct remit_err *err)
{
    const struct remit_json *inherited = call->caller.transitive;

    for (size_t i = 0; i < role->n_tags; i++)
        if (!is_inherited(call, role->tags[i].key))
            TRY(control_resource_tag(call, role->tags[i].key, role->tags[i].value, err));
    for (size_t i = 0; i < remit_json_count(inherited); i++) {
        struct remit_str key = remit_json_str(remit_json_at(inherited, i));

        TRY(control_resource_tag(call, key,
                                 remit_json_str(remit_json_get_str(call->caller.tags, key)), err));
    }
    return 0;
}

/* Whose trust policy was asked: a role made anew under the same name is another one. */
static int keep_id(struct control_call *call, struct remit_str id, struct remit_err *err)
{
    struct remit_str *kept = REMIT_NEW(call->arena, struct remit_str);

    TRY(remit_arena_check(call->arena, "the request", err));
    *kept = id;
    call->state = kept;
    return 0;
}

/* The role once more: its limits are those of now, its identity that of the decision. */
static int read_role(struct control_call *call, struct iam_principal_record *out,
                     struct remit_err *err)
{
    const struct remit_str *asked = call->state;
    int found =
        iam_role_read_arn(call->store, control_in_str(call, "RoleArn"), call->arena, out, err);

    if (found != 0 && !remit_err_is(err, "NoSuchEntity"))
        return -1;
    if (found == 0 && asked != NULL && remit_str_equal(out->id, *asked))
        return 0;
    return remit_fail(err, REMIT_ERR_DENIED, "AccessDenied",
                      "The role was replaced while it was being assumed.");
}

/* What a role that is not there is asked with: it trusts nobody, and says so in the same words. */
static const struct remit_str trusts_nobody = REMIT_STR_INIT(
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"Service\":"
    "\"nobody.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}}");

static int trust_policy(struct control_call *call, struct remit_str role_arn, struct remit_err *err)
{
    struct iam_principal_record role = { 0 };
    struct remit_str trust;

    if (iam_role_read_arn(call->store, role_arn, call->arena, &role, err) != 0)
        return remit_err_is(err, "NoSuchEntity")
                   ? control_resource_policy(call, trusts_nobody, true, err)
                   : -1;
    TRY(iam_trust_now(call, &role, &trust, err));
    TRY(control_resource_policy(call, trust, true, err));
    TRY(keep_id(call, role.id, err));
    return role_tags(call, &role, err);
}

static int assume_role_resource(struct control_call *call, struct remit_err *err)
{
    struct remit_str role_arn = control_in_str(call, "RoleArn");

    if (iam_role_name_of(role_arn).len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError", "%.*s is invalid",
                          (int)(role_arn.len < 256 ? role_arn.len : 256), role_arn.ptr);
    if (call->caller.kind == CONTROL_CALLER_ROOT)
        return remit_fail(err, REMIT_ERR_DENIED, "AccessDenied",
                          "Roles may not be assumed by root accounts.");
    TRY(control_resource_add(call, role_arn, err));
    TRY(trust_policy(call, role_arn, err));
    if (tags_are_involved(call))
        TRY(control_also_needs(call, "sts:TagSession", role_arn, err));
    if (source_identity(call).len > 0)
        TRY(control_also_needs(call, "sts:SetSourceIdentity", role_arn, err));
    return 0;
}

static int assume_role_context(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *transitive = control_in(call, "TransitiveTagKeys");

    TRY(control_context_add(call, "sts:RoleSessionName", control_in_str(call, "RoleSessionName"),
                            err));
    if (control_has(call, "ExternalId"))
        TRY(control_context_add(call, "sts:ExternalId", control_in_str(call, "ExternalId"), err));
    if (source_identity(call).len > 0)
        TRY(control_context_add(call, "sts:SourceIdentity", source_identity(call), err));
    for (size_t i = 0; i < remit_json_count(transitive); i++)
        TRY(control_context_add(call, "sts:TransitiveTagKeys",
                                remit_json_str(remit_json_at(transitive, i)), err));
    return control_context_tags(call, control_in(call, "Tags"), err);
}

/* ---- the session ---- */

/* What is not here is refused, so that nobody believes it was checked. */
static int check_extras(struct control_call *call, struct remit_err *err)
{
    struct remit_str asked = control_in_str(call, "SourceIdentity");

    if (control_has(call, "SerialNumber") || control_has(call, "TokenCode"))
        return remit_fail(err, REMIT_ERR_DENIED, "AccessDenied",
                          "MultiFactorAuthentication failed with invalid MFA one time pass code. ");
    if (control_has(call, "ProvidedContexts"))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterValue",
                          "ProvidedContexts are not available.");
    if (asked.len > 0 && !remit_str_equal(asked, source_identity(call)))
        return remit_fail(err, REMIT_ERR_DENIED, "AccessDenied",
                          "The source identity of the calling session can't be changed.");
    return 0;
}

static int duration_of(struct control_call *call, const struct iam_principal_record *role,
                       int64_t *out, struct remit_err *err)
{
    *out = control_in_int(call, "DurationSeconds", 3600);
    if (*out > role->max_session_s)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError",
                          "The requested DurationSeconds exceeds the MaxSessionDuration set for "
                          "this role.");
    if (call->caller.kind == CONTROL_CALLER_SESSION && *out > STS_CHAINED_MOST_S)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError",
                          "The requested DurationSeconds exceeds the 1 hour session limit for "
                          "roles assumed by role chaining");
    return 0;
}

/* What a task's session makes ends with the task: its ARN goes on. */
static struct remit_str source_of(const struct control_call *call)
{
    struct remit_arn arn;
    bool task = remit_arn_parse(call->caller.source, &arn) &&
                remit_str_equal(arn.service, REMIT_STR("ecs")) &&
                remit_str_starts(arn.resource, REMIT_STR("task/"));

    return task ? call->caller.source : call->caller.arn;
}

static void put_session(struct control_call *call, const struct control_session *session,
                        const struct keeper_minted *minted)
{
    struct remit_str token = remit_secret_view(&minted->session_token);

    control_begin_structure(call, "Credentials");
    control_put_cstr(call, "AccessKeyId", minted->access_key_id);
    control_put_str(call, "SecretAccessKey", remit_secret_view(&minted->secret_access_key));
    control_put_str(call, "SessionToken", token);
    control_put_time(call, "Expiration", (double)minted->expires_at);
    control_end(call);
    control_begin_structure(call, "AssumedRoleUser");
    control_put_fmt(call, "AssumedRoleId", REMIT_STR_FMT ":" REMIT_STR_FMT,
                    REMIT_STR_ARG(session->role->id), REMIT_STR_ARG(session->name));
    control_put_str(call, "Arn",
                    control_arn(call, "sts", false, "assumed-role/" REMIT_STR_FMT "/" REMIT_STR_FMT,
                                REMIT_STR_ARG(session->role->name), REMIT_STR_ARG(session->name)));
    control_end(call);
    if (session->policy.len > 0 || session->tags != NULL) /* how full the token is, in percent */
        control_put_int(call, "PackedPolicySize",
                        (int64_t)((token.len * 100 + REMIT_TOKEN_MAX - 1) / REMIT_TOKEN_MAX));
    if (session->source_identity.len > 0)
        control_put_str(call, "SourceIdentity", session->source_identity);
}

static int assume_role(struct control_call *call, struct remit_err *err)
{
    auto_keeper_minted struct keeper_minted minted = { 0 };
    auto_sts_tags struct sts_tags tags = { 0 };
    struct iam_principal_record role = { 0 };
    struct control_session session = { .role = &role,
                                       .name = control_in_str(call, "RoleSessionName"),
                                       .purpose = "assumed",
                                       .source = source_of(call),
                                       .caller_proof = call->caller.caller_proof,
                                       .source_identity = source_identity(call) };

    TRY(check_extras(call, err));
    TRY(read_role(call, &role, err));
    TRY(duration_of(call, &role, &session.duration_s, err));
    TRY(sts_session_policy(call, &session.policy, err));
    TRY(sts_tags_make(call, &tags, err));
    session.tags = tags.tags;
    session.transitive = tags.transitive;
    TRY(control_session_mint(call, &session, &minted, err));
    control_audit_note(call, "mintedAccessKeyId", remit_str_of(minted.access_key_id));
    put_session(call, &session, &minted);
    return 0;
}

const struct control_operation control_assume_role = {
    .service = &control_sts,
    .name = "AssumeRole",
    .action = "sts:AssumeRole",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = assume_role_resource,
    .context = assume_role_context,
    .handler = assume_role,
};
