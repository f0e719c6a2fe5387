#include "control/ops/secretsmanager.h"

/* ---- finding ---- */

struct secrets_version *secrets_by_id(struct secrets_secret *secret, struct remit_str id)
{
    for (size_t i = 0; i < secret->n_versions; i++)
        if (remit_str_equal(secret->versions[i].id, id))
            return &secret->versions[i];
    return NULL;
}

static size_t stage_at(const struct secrets_version *version, struct remit_str stage)
{
    size_t i = 0;

    while (i < version->n_stages && !remit_str_equal(version->stages[i], stage))
        i++;
    return i;
}

struct secrets_version *secrets_by_stage(struct secrets_secret *secret, struct remit_str stage)
{
    for (size_t i = 0; i < secret->n_versions; i++)
        if (stage_at(&secret->versions[i], stage) < secret->versions[i].n_stages)
            return &secret->versions[i];
    return NULL;
}

/* ---- moving stages ---- */

static int give(struct secrets_version *version, struct remit_str stage, struct remit_err *err)
{
    if (stage_at(version, stage) < version->n_stages)
        return 0;
    if (version->n_stages == SECRETS_STAGES_MOST)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceededException",
                          "The version " REMIT_STR_FMT " would have more than %d staging labels.",
                          REMIT_STR_ARG(version->id), SECRETS_STAGES_MOST);
    version->stages[version->n_stages++] = stage;
    return 0;
}

static void take(struct secrets_version *version, struct remit_str stage)
{
    size_t i = stage_at(version, stage);

    if (i == version->n_stages)
        return;
    for (version->n_stages--; i < version->n_stages; i++)
        version->stages[i] = version->stages[i + 1];
}

static int move(struct secrets_secret *secret, struct secrets_version *to, struct remit_str stage,
                struct remit_err *err)
{
    struct secrets_version *from = secrets_by_stage(secret, stage);

    if (from != NULL && from != to)
        take(from, stage);
    TRY(give(to, stage, err));
    if (from == NULL || from == to || !remit_str_equal(stage, REMIT_STR("AWSCURRENT")))
        return 0;
    return move(secret, from, REMIT_STR("AWSPREVIOUS"), err);
}

/* ---- adding ---- */

/* The oldest version without a stage is deprecated: it goes when there are too many. */
static int make_room(struct secrets_secret *secret, struct control_store_txn *txn,
                     struct remit_arena *arena, struct remit_err *err)
{
    size_t i = 0;

    if (secret->n_versions < SECRETS_VERSIONS_KEPT)
        return 0;
    while (i < secret->n_versions && secret->versions[i].n_stages > 0)
        i++;
    if (i == secret->n_versions)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceededException",
                          "The secret has %zu versions with staging labels, the most is %d.",
                          secret->n_versions, SECRETS_VERSIONS_KEPT);
    TRY(secrets_value_remove(txn, secret, &secret->versions[i], arena, err));
    for (secret->n_versions--; i < secret->n_versions; i++)
        secret->versions[i] = secret->versions[i + 1];
    return 0;
}

int secrets_add_version(struct control_call *call, struct secrets_secret *secret,
                        struct remit_str id, const struct secrets_value *value,
                        const struct remit_str *stages, size_t n_stages,
                        struct control_store_txn *txn, struct remit_err *err)
{
    struct secrets_version *version = NULL;

    TRY(make_room(secret, txn, call->arena, err));
    version = &secret->versions[secret->n_versions++];
    *version = (struct secrets_version){
        .id = id, .slot = secret->next_slot++, .binary = value->binary, .created_at = call->now
    };
    for (size_t i = 0; i < n_stages; i++)
        TRY(move(secret, version, stages[i], err));
    if (secrets_by_stage(secret, REMIT_STR("AWSCURRENT")) == NULL)
        TRY(give(version, REMIT_STR("AWSCURRENT"), err)); /* a first version is always current */
    secret->changed_at = call->now;
    return secrets_value_put(call, secret, version, value->bytes, txn, err);
}

void secrets_put_stages(struct control_call *call, const char *name,
                        const struct secrets_version *version)
{
    control_begin_list(call, name);
    for (size_t i = 0; i < version->n_stages; i++)
        control_put_str(call, NULL, version->stages[i]);
    control_end(call);
}
