#include "control/ops/secretsmanager.h"

static const struct control_field element_stage = { .type = CONTROL_STRING, .min = 1, .max = 256 };

static const struct control_field input[] = {
    SECRETS_ID,
    SECRETS_TOKEN,
    SECRETS_VALUE_FIELDS,
    { .name = "VersionStages",
      .type = CONTROL_LIST,
      .min = 1,
      .max = SECRETS_STAGES_MOST,
      .element = &element_stage },
};

static size_t stages_of(struct control_call *call, struct remit_str out[SECRETS_STAGES_MOST])
{
    const struct remit_json *stages = control_in(call, "VersionStages");

    out[0] = REMIT_STR("AWSCURRENT");
    for (size_t i = 0; i < remit_json_count(stages); i++)
        out[i] = remit_json_str(remit_json_at(stages, i));
    return remit_json_count(stages) > 0 ? remit_json_count(stages) : 1;
}

struct putting {
    struct remit_str id;
    struct secrets_value value;
    struct secrets_secret *secret;
};

static int put_once(struct control_call *call, void *self, struct remit_err *err)
{
    const struct putting *p = self;
    struct remit_str stages[SECRETS_STAGES_MOST];
    size_t n_stages = stages_of(call, stages);
    struct control_store_txn txn = { 0 };
    int same = 0;

    TRY(secrets_find_live(call, p->secret, err));
    same = secrets_has_same(call, p->secret, p->id, &p->value, err);
    if (same != 0)
        return same > 0 ? 0 : -1;
    TRY(secrets_add_version(call, p->secret, p->id, &p->value, stages, n_stages, &txn, err));
    TRY(secrets_put(&txn, p->secret, call->arena, err));
    return control_try_commit(call, &txn, err);
}

static int put_secret_value(struct control_call *call, struct remit_err *err)
{
    auto_buf struct remit_buf decoded = REMIT_BUF_SECRET(REMIT_SECRET_MAX + 4);
    struct putting p = { .id = secrets_version_id(call),
                         .secret = REMIT_NEW(call->arena, struct secrets_secret) };

    TRY(remit_arena_check(call->arena, "the request", err));
    TRY(secrets_value_of(call, true, &decoded, &p.value, err));
    TRY(control_try(call, put_once, &p, SECRETS_RACE, err));
    control_put_str(call, "ARN", p.secret->arn);
    control_put_str(call, "Name", p.secret->name);
    control_put_str(call, "VersionId", p.id);
    secrets_put_stages(call, "VersionStages", secrets_by_id(p.secret, p.id));
    return 0;
}

const struct control_operation control_put_secret_value = {
    .service = &control_secretsmanager,
    .name = "PutSecretValue",
    .action = "secretsmanager:PutSecretValue",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = secrets_id_resource,
    .context = secrets_id_context,
    .handler = put_secret_value,
};
