#include "control/iam_write.h"
#include "control/ops/agent.h"
#include "control/ops/ecs.h"

static const struct control_field input[] = {
    AGENT_TEXT("hostName", 255),
    ECS_VERSION_INFO,
    ECS_TOTAL_RESOURCES,
    ECS_ATTRIBUTES,
};

/* What an instance of no cloud is given. [ecs-control 7.1] */
static int take_attributes(struct control_call *call, struct ecs_instance *instance,
                           struct remit_err *err)
{
    struct ecs_attribute *given = NULL;
    size_t n = 0;

    TRY(ecs_attributes_of(control_in(call, "attributes"), call->arena, &given, &n, err));
    instance->attributes = REMIT_NEW_N(call->arena, struct ecs_attribute, n + 1);
    TRY(remit_arena_check(call->arena, "attributes", err));
    for (size_t i = 0; i < n; i++)
        instance->attributes[i] = given[i];
    instance->n_attributes = n;
    if (ecs_instance_attribute(instance, REMIT_STR("ecs.availability-zone")) == NULL)
        instance->attributes[instance->n_attributes++] =
            (struct ecs_attribute){ REMIT_STR("ecs.availability-zone"), call->config->region };
    return 0;
}

static int given_instance(struct control_call *call, struct ecs_instance *instance,
                          struct remit_err *err)
{
    if (remit_json_count(control_in(call, "totalResources")) == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "totalResources can not be empty: CPU and MEMORY say what tasks may "
                          "use.");
    instance->id = ecs_id_new(call->arena);
    instance->arn =
        ecs_arn(call->config, call->arena, "container-instance/" REMIT_STR_FMT "/" REMIT_STR_FMT,
                REMIT_STR_ARG(call->caller.cluster), REMIT_STR_ARG(instance->id));
    instance->cluster = call->caller.cluster;
    instance->host = control_in_str(call, "hostName");
    instance->status = ECS_ACTIVE;
    instance->registered_by = call->caller.arn;
    instance->registered_at = call->now;
    TRY(take_attributes(call, instance, err));
    TRY(ecs_resources_of(control_in(call, "totalResources"), call->arena, &instance->registered,
                         err));
    return ecs_text_of(call, "versionInfo", &instance->version_info, err);
}

/* Gone since it was authenticated: another Join has had it. */
static int read_token(struct control_call *call, struct iam_access_key *token,
                      struct remit_err *err)
{
    struct remit_err why = { 0 };

    if (iam_access_key_read(call->store, call->caller.access_key_id, call->arena, token, &why) == 0)
        return 0;
    if (why.kind == REMIT_ERR_NOT_FOUND)
        return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "InvalidClientTokenId",
                          "The join token has been used.");
    *err = why;
    return -1;
}

/* C12: the token goes and the instance comes in one commit, or neither does. */
static int join_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct ecs_instance *instance = self;
    struct control_store_txn txn = { 0 };
    struct iam_access_key token;
    struct ecs_cluster cluster;

    TRY(read_token(call, &token, err));
    if (token.kind != IAM_KEY_JOIN || token.expires_at <= call->now_at)
        return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "ExpiredToken",
                          "The join token has expired.");
    TRY(ecs_cluster_find_active(call, token.cluster, &cluster, err));
    instance->cluster_arn = cluster.arn;
    instance->version = 0;
    TRY(iam_access_key_remove(&txn, &token, call->arena, err));
    TRY(ecs_instance_register(&txn, &cluster, instance, call->arena, err));
    return ecs_commit(call, &txn, NULL, err);
}

/*
 * The session is minted before it is known whether the token is still there: it says who somebody
 * is, and nothing is allowed to an instance that does not exist. A keeper that is away so costs no
 * token.
 */
static int join(struct control_call *call, struct remit_err *err)
{
    struct ecs_instance instance = { 0 };

    TRY(given_instance(call, &instance, err));
    control_put_str(call, "containerInstanceArn", instance.arn);
    control_put_str(call, "clusterArn",
                    ecs_arn(call->config, call->arena, "cluster/" REMIT_STR_FMT,
                            REMIT_STR_ARG(instance.cluster)));
    control_put_str(call, "accountId", call->config->account);
    control_put_str(call, "region", call->config->region);
    TRY(agent_put_session(call, &instance, err));
    TRY(ecs_retry(call, join_once, &instance, err));
    control_audit_note(call, "containerInstanceArn", instance.arn);
    control_audit_note(call, "joinToken", call->caller.access_key_id);
    return 0;
}

const struct control_operation control_join = {
    .service = &control_agent_api,
    .name = "Join",
    .action = "ecs:Join",
    .proof = CONTROL_BY_JOIN_TOKEN,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = join,
};
