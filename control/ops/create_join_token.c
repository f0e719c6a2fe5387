#include "control/iam_write.h"
#include "control/keeper/client.h"
#include "control/ops/ecs.h"

#define LIFETIME_S 3600

static const struct control_field input[] = {
    ECS_CLUSTER,
    ECS_INT_FIELD("expiresInSeconds", 60, 604800),
};

/* The record dies with a lease; authentication looks at expires_at besides, which is exact. */
static int keep(struct control_call *call, const struct iam_access_key *key, struct remit_err *err)
{
    struct control_store_txn txn = { 0 };
    int64_t lives_s = key->expires_at - call->now_at;
    uint64_t lease = 0;

    TRY(control_store_lease(call->store, lives_s * 1000, &lease, err));
    TRY(iam_access_key_put(&txn, key, call->arena, err));
    for (size_t i = 0; i < txn.n_changes; i++)
        txn.changes[i].lease = lease;
    return ecs_commit(call, &txn, NULL, err);
}

static int create_join_token(struct control_call *call, struct remit_err *err)
{
    auto_keeper_created struct keeper_created created = { 0 };
    struct iam_access_key key = { .kind = IAM_KEY_JOIN, .active = true };
    struct ecs_cluster cluster;
    struct ecs_place place;

    TRY(ecs_place(call, &place, err));
    TRY(ecs_cluster_find_active(call, place.name, &cluster, err));
    TRY(keeper_client_create(call->keeper, KEEPER_KEY_JOIN, &created, err));
    key.id = remit_str_of(created.access_key_id);
    key.ciphertext = remit_str_of(created.ciphertext);
    key.cluster = cluster.name;
    key.created_at = call->now_at;
    key.expires_at = call->now_at + control_in_int(call, "expiresInSeconds", LIFETIME_S);
    control_audit_note(call, "joinToken", key.id);
    control_audit_note(call, "cluster", cluster.arn);
    TRY(keep(call, &key, err));
    control_put_str(call, "accessKeyId", key.id);
    control_put_str(call, "secretAccessKey", remit_secret_view(&created.secret_access_key));
    control_put_str(call, "cluster", cluster.name);
    control_put_time(call, "expiresAt", (double)key.expires_at);
    return 0;
}

const struct control_operation control_create_join_token = {
    .service = &control_admin_api,
    .name = "CreateJoinToken",
    .action = "ecs:CreateJoinToken",
    .proof = CONTROL_BY_ROOT,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = ecs_cluster_resource,
    .handler = create_join_token,
};
