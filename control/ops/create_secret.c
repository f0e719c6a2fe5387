#include <ctype.h>

#include "control/ops/iam.h"
#include "control/ops/secretsmanager.h"

/* Tags may leave out either half in the model; a tag without a key is none. */
static const struct control_field replica_fields[] = {
    { .name = "Region", .type = CONTROL_STRING, .min = 1, .max = 128 },
    { .name = "KmsKeyId", .type = CONTROL_STRING, .max = 2048 },
};
static const struct control_field element_replica = { .type = CONTROL_STRUCTURE,
                                                      .fields = replica_fields,
                                                      .n_fields = REMIT_COUNT(replica_fields) };

static const struct control_field input[] = {
    { .name = "Name", .type = CONTROL_STRING, .required = true, .min = 1, .max = 512 },
    SECRETS_TOKEN,
    { .name = "Description", .type = CONTROL_STRING, .max = 2048 },
    { .name = "KmsKeyId", .type = CONTROL_STRING, .max = 2048 },
    SECRETS_VALUE_FIELDS,
    IAM_TAGS,
    { .name = "AddReplicaRegions",
      .type = CONTROL_LIST,
      .min = 1,
      .max = 20,
      .element = &element_replica },
};

static int create_secret_resource(struct control_call *call, struct remit_err *err)
{
    struct remit_str arn = secrets_arn_to_be(call, control_in_str(call, "Name"));

    TRY(control_resource_add(call, arn, err));
    return remit_json_count(control_in(call, "Tags")) > 0
               ? control_also_needs(call, "secretsmanager:TagResource", arn, err)
               : 0;
}

static int create_secret_context(struct control_call *call, struct remit_err *err)
{
    TRY(control_context_add(call, "secretsmanager:Name", control_in_str(call, "Name"), err));
    if (control_has(call, "Description"))
        TRY(control_context_add(call, "secretsmanager:Description",
                                control_in_str(call, "Description"), err));
    return control_context_tags(call, control_in(call, "Tags"), err);
}

static int check_name(struct remit_str name, struct remit_err *err)
{
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum((unsigned char)name.ptr[i]) &&
            remit_str_find(REMIT_STR("-/_+=.@!"), name.ptr[i]) == strlen("-/_+=.@!"))
            return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                              "Invalid name. Must be a valid name containing alphanumeric "
                              "characters, or any of the following: -/_+=.@!");
    return 0;
}

/* What is not here is refused rather than ignored. */
static int check_extras(struct control_call *call, struct remit_err *err)
{
    struct remit_str key = control_in_str(call, "KmsKeyId");

    if (key.len > 0 && !remit_str_equal(key, REMIT_STR("alias/aws/secretsmanager")))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "The key %.*s is not available; alias/aws/secretsmanager is.",
                          (int)(key.len < 256 ? key.len : 256), key.ptr);
    if (control_has(call, "AddReplicaRegions"))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "Replicas in other regions are not available.");
    return check_name(control_in_str(call, "Name"), err);
}

static struct remit_str new_arn(struct control_call *call)
{
    auto_buf struct remit_buf suffix = REMIT_BUF(16);

    remit_random_text(&suffix, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                      SECRETS_SUFFIX - 1);
    return control_arn(call, "secretsmanager", true, "secret:" REMIT_STR_FMT "-" REMIT_STR_FMT,
                       REMIT_STR_ARG(control_in_str(call, "Name")),
                       REMIT_STR_ARG(remit_buf_view(&suffix)));
}

/* 1: it is there already, made by this very request. */
static int check_old(struct control_call *call, const struct secrets_secret *old,
                     const struct secrets_value *value, struct remit_err *err)
{
    int same = 0;

    if (secrets_is_gone(call, old))
        return 0;
    if (old->delete_at > 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidRequestException",
                          "You can't create this secret because a secret with this name is already "
                          "scheduled for deletion.");
    if (value->given && control_has(call, "ClientRequestToken"))
        same = secrets_has_same(call, old, control_in_str(call, "ClientRequestToken"), value, err);
    if (same != 0)
        return same;
    return remit_fail(err, REMIT_ERR_CONFLICT, "ResourceExistsException",
                      "The operation failed because the secret %.*s already exists.",
                      (int)(old->name.len < 256 ? old->name.len : 256), old->name.ptr);
}

static int write_new(struct control_call *call, const struct secrets_secret *old,
                     const struct secrets_value *value, struct secrets_secret *secret,
                     struct remit_err *err)
{
    static const struct remit_str current = REMIT_STR_INIT("AWSCURRENT");
    struct control_store_txn txn = { 0 };

    *secret = (struct secrets_secret){ .name = control_in_str(call, "Name"),
                                       .arn = new_arn(call),
                                       .description = control_in_str(call, "Description"),
                                       .created_at = call->now,
                                       .changed_at = call->now,
                                       .next_slot = old->next_slot,
                                       .revision = old->revision };
    TRY(iam_tags_take(call, "Tags", "InvalidParameterException", &secret->tags, &secret->n_tags,
                      err));
    for (size_t i = 0; i < old->n_versions; i++) /* of one that is past its deletion date */
        TRY(secrets_value_remove(&txn, old, &old->versions[i], call->arena, err));
    if (value->given)
        TRY(secrets_add_version(call, secret, secrets_version_id(call), value, &current, 1, &txn,
                                err));
    TRY(secrets_put(&txn, secret, call->arena, err));
    return control_try_commit(call, &txn, err);
}

struct creating {
    struct secrets_value value;
    struct secrets_secret *secret;
};

/* Whoever lost a race finds the winner's secret the next time. */
static int create_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct creating *c = self;
    struct secrets_secret *old = REMIT_NEW(call->arena, struct secrets_secret);
    int there = 0;

    TRY(remit_arena_check(call->arena, "the request", err));
    TRY(secrets_read_name(call, control_in_str(call, "Name"), old, err));
    there = check_old(call, old, &c->value, err);
    if (there < 0)
        return -1;
    if (there == 0)
        return write_new(call, old, &c->value, c->secret, err);
    *c->secret = *old;
    return 0;
}

/* A repeated request is answered as the first time, whatever version is current by now. */
static void put_version_id(struct control_call *call, struct secrets_secret *secret)
{
    const struct secrets_version *version = secrets_by_stage(secret, REMIT_STR("AWSCURRENT"));

    if (control_has(call, "ClientRequestToken"))
        control_put_str(call, "VersionId", control_in_str(call, "ClientRequestToken"));
    else if (version != NULL)
        control_put_str(call, "VersionId", version->id);
}

static int create_secret(struct control_call *call, struct remit_err *err)
{
    auto_buf struct remit_buf decoded = REMIT_BUF_SECRET(REMIT_SECRET_MAX + 4);
    struct creating c = { .secret = REMIT_NEW(call->arena, struct secrets_secret) };

    TRY(remit_arena_check(call->arena, "the request", err));
    TRY(check_extras(call, err));
    TRY(secrets_value_of(call, false, &decoded, &c.value, err));
    TRY(control_try(call, create_once, &c, SECRETS_RACE, err));
    control_put_str(call, "ARN", c.secret->arn);
    control_put_str(call, "Name", c.secret->name);
    if (c.value.given)
        put_version_id(call, c.secret);
    return 0;
}

const struct control_operation control_create_secret = {
    .service = &control_secretsmanager,
    .name = "CreateSecret",
    .action = "secretsmanager:CreateSecret",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = create_secret_resource,
    .context = create_secret_context,
    .handler = create_secret,
};
