#include "control/ops/secretsmanager.h"

static const struct control_field input[] = {
    SECRETS_ID,
    { .name = "VersionId", .type = CONTROL_STRING, .min = 32, .max = 64 },
    { .name = "VersionStage", .type = CONTROL_STRING, .min = 1, .max = 256 },
};

/* A request without a stage reads the current one, and policies are to see that. */
static int get_secret_value_context(struct control_call *call, struct remit_err *err)
{
    TRY(secrets_id_context(call, err));
    if (control_has(call, "VersionStage") || control_has(call, "VersionId"))
        return 0;
    return control_context_add(call, "secretsmanager:VersionStage", REMIT_STR("AWSCURRENT"), err);
}

static int no_value(struct remit_err *err, const char *by, struct remit_str what)
{
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "ResourceNotFoundException",
                      "Secrets Manager can't find the specified secret value for %s: %.*s", by,
                      (int)(what.len < 256 ? what.len : 256), what.ptr);
}

static int choose(struct control_call *call, struct secrets_secret *secret,
                  struct secrets_version **out, struct remit_err *err)
{
    struct remit_str id = control_in_str(call, "VersionId");
    struct remit_str stage = control_in_str(call, "VersionStage");

    if (stage.len == 0 && id.len == 0)
        stage = REMIT_STR("AWSCURRENT");
    *out = id.len > 0 ? secrets_by_id(secret, id) : secrets_by_stage(secret, stage);
    if (*out == NULL)
        return id.len > 0 ? no_value(err, "VersionId", id) : no_value(err, "staging label", stage);
    if (id.len > 0 && stage.len > 0 && secrets_by_stage(secret, stage) != *out)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidRequestException",
                          "You provided a VersionStage that is not associated to the provided "
                          "VersionId.");
    return 0;
}

static int get_secret_value(struct control_call *call, struct remit_err *err)
{
    auto_secret struct remit_secret value = { 0 };
    struct secrets_secret *secret = REMIT_NEW(call->arena, struct secrets_secret);
    struct secrets_version *version = NULL;

    TRY(remit_arena_check(call->arena, "the request", err));
    TRY(secrets_find_live(call, secret, err));
    TRY(choose(call, secret, &version, err));
    TRY(secrets_value_open(call, secret, version, &value, err));
    control_put_str(call, "ARN", secret->arn);
    control_put_str(call, "Name", secret->name);
    control_put_str(call, "VersionId", version->id);
    if (version->binary)
        control_put_blob(call, "SecretBinary", remit_secret_view(&value));
    else
        control_put_str(call, "SecretString", remit_secret_view(&value));
    secrets_put_stages(call, "VersionStages", version);
    control_put_time(call, "CreatedDate", version->created_at);
    return 0;
}

const struct control_operation control_get_secret_value = {
    .service = &control_secretsmanager,
    .name = "GetSecretValue",
    .action = "secretsmanager:GetSecretValue",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = secrets_id_resource,
    .context = get_secret_value_context,
    .handler = get_secret_value,
};
