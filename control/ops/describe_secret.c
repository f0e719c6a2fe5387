#include "control/ops/secretsmanager.h"

static const struct control_field input[] = {
    SECRETS_ID,
};

static void put_tags(struct control_call *call, const struct secrets_secret *secret)
{
    control_begin_list(call, "Tags");
    for (size_t i = 0; i < secret->n_tags; i++) {
        control_begin_structure(call, NULL);
        control_put_str(call, "Key", secret->tags[i].key);
        control_put_str(call, "Value", secret->tags[i].value);
        control_end(call);
    }
    control_end(call);
}

/* Versions without a stage are deprecated and not shown. */
static int put_versions(struct control_call *call, const struct secrets_secret *secret,
                        struct remit_err *err)
{
    control_begin_map(call, "VersionIdsToStages");
    for (size_t i = 0; i < secret->n_versions; i++) {
        struct remit_str id = remit_arena_str(call->arena, secret->versions[i].id);

        TRY(remit_arena_check(call->arena, "the answer", err));
        if (secret->versions[i].n_stages > 0)
            secrets_put_stages(call, id.ptr, &secret->versions[i]);
    }
    control_end(call);
    return 0;
}

static int describe_secret(struct control_call *call, struct remit_err *err)
{
    struct secrets_secret *secret = REMIT_NEW(call->arena, struct secrets_secret);

    TRY(remit_arena_check(call->arena, "the request", err));
    TRY(secrets_find(call, secret, err));
    control_put_str(call, "ARN", secret->arn);
    control_put_str(call, "Name", secret->name);
    if (secret->description.len > 0)
        control_put_str(call, "Description", secret->description);
    control_put_time(call, "LastChangedDate", secret->changed_at);
    if (secret->delete_at > 0)
        control_put_time(call, "DeletedDate", secret->delete_at);
    put_tags(call, secret);
    TRY(put_versions(call, secret, err));
    control_put_time(call, "CreatedDate", secret->created_at);
    return 0;
}

const struct control_operation control_describe_secret = {
    .service = &control_secretsmanager,
    .name = "DescribeSecret",
    .action = "secretsmanager:DescribeSecret",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = secrets_id_resource,
    .context = secrets_id_context,
    .handler = describe_secret,
};
