#include "control/ops/secretsmanager.h"

#include "common/base/encode.h"

const struct control_operation *const control_secretsmanager_operations[] = {
    &control_create_secret,   &control_get_secret_value, &control_put_secret_value,
    &control_describe_secret, &control_delete_secret,    NULL,
};

/* ---- for authorization ---- */

struct remit_str secrets_arn_to_be(struct control_call *call, struct remit_str name)
{
    return control_arn(call, "secretsmanager", true, "secret:" REMIT_STR_FMT "-??????",
                       REMIT_STR_ARG(name));
}

/* What a policy is asked about when nothing is there: an ARN with a suffix stands as it is. */
static struct remit_str missing_arn(struct control_call *call, struct remit_str id)
{
    bool has_suffix = id.len > SECRETS_SUFFIX && id.ptr[id.len - SECRETS_SUFFIX] == '-';

    if (!remit_str_starts(id, REMIT_STR("arn:")))
        return secrets_arn_to_be(call, id);
    return has_suffix ? id
                      : remit_arena_fmt(call->arena, REMIT_STR_FMT "-??????", REMIT_STR_ARG(id));
}

int secrets_id_resource(struct control_call *call, struct remit_err *err)
{
    struct remit_str id = control_in_str(call, "SecretId");
    struct secrets_secret *secret = REMIT_NEW(call->arena, struct secrets_secret);

    TRY(remit_arena_check(call->arena, "the request", err));
    TRY(secrets_read(call, id, secret, err));
    if (secrets_is_gone(call, secret)) {
        TRY(control_resource_add(call, missing_arn(call, id), err));
        return control_resource_show(call, id, err);
    }
    TRY(control_resource_add(call, secret->arn, err));
    TRY(control_resource_show(call, id, err));
    for (size_t i = 0; i < secret->n_tags; i++)
        TRY(control_resource_tag(call, secret->tags[i].key, secret->tags[i].value, err));
    return 0;
}

int secrets_id_context(struct control_call *call, struct remit_err *err)
{
    static const char *const keys[][2] = {
        { "SecretId", "secretsmanager:SecretId" },
        { "VersionId", "secretsmanager:VersionId" },
        { "VersionStage", "secretsmanager:VersionStage" },
    };

    for (size_t i = 0; i < REMIT_COUNT(keys); i++)
        if (control_has(call, keys[i][0]))
            TRY(control_context_add(call, keys[i][1], control_in_str(call, keys[i][0]), err));
    return 0;
}

/* ---- finding ---- */

int secrets_find(struct control_call *call, struct secrets_secret *out, struct remit_err *err)
{
    TRY(secrets_read(call, control_in_str(call, "SecretId"), out, err));
    if (!secrets_is_gone(call, out) && control_resource_asked(call, out->arn))
        return 0;
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "ResourceNotFoundException",
                      "Secrets Manager can't find the specified secret.");
}

int secrets_find_live(struct control_call *call, struct secrets_secret *out, struct remit_err *err)
{
    TRY(secrets_find(call, out, err));
    if (out->delete_at == 0)
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidRequestException",
                      "You can't perform this operation on the secret because it was marked for "
                      "deletion.");
}

/* ---- values ---- */

int secrets_value_of(struct control_call *call, bool required, struct remit_buf *decoded,
                     struct secrets_value *out, struct remit_err *err)
{
    bool text = control_has(call, "SecretString");
    bool binary = control_has(call, "SecretBinary");

    *out = (struct secrets_value){ .given = text || binary, .binary = binary };
    if (text && binary)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "You can't specify both a binary secret value and a string secret value "
                          "in the same secret.");
    if (required && !out->given)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidRequestException",
                          "You must provide either SecretString or SecretBinary.");
    if (binary)
        TRY(remit_base64_decode(control_in_str(call, "SecretBinary"), decoded, err));
    out->bytes = binary ? remit_buf_view(decoded) : control_in_str(call, "SecretString");
    if (out->bytes.len > REMIT_SECRET_MAX) /* characters were counted before, bytes are now */
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "The secret value has %zu bytes, the most is %d.", out->bytes.len,
                          REMIT_SECRET_MAX);
    return 0;
}

struct remit_str secrets_version_id(struct control_call *call)
{
    char uuid[REMIT_UUID_TEXT];

    if (control_has(call, "ClientRequestToken"))
        return control_in_str(call, "ClientRequestToken");
    return remit_arena_str(call->arena, remit_str_of(remit_random_uuid(uuid)));
}

int secrets_has_same(struct control_call *call, const struct secrets_secret *secret,
                     struct remit_str id, const struct secrets_value *value, struct remit_err *err)
{
    auto_secret struct remit_secret has = { 0 };

    for (size_t i = 0; i < secret->n_versions; i++) {
        const struct secrets_version *version = &secret->versions[i];

        if (!remit_str_equal(version->id, id))
            continue;
        TRY(secrets_value_open(call, secret, version, &has, err));
        if (version->binary == value->binary && remit_secret_equal(&has, value->bytes))
            return 1;
        return remit_fail(
            err, REMIT_ERR_CONFLICT, "ResourceExistsException",
            "You can't use ClientRequestToken " REMIT_STR_FMT
            " because that value is already in use for a version of secret " REMIT_STR_FMT ".",
            REMIT_STR_ARG(id), REMIT_STR_ARG(secret->arn));
    }
    return 0;
}
