/*
 * What ECS has and this endpoint has not: known by name, authorized like all the rest, and refused
 * with the feature in the sentence - never an empty success. [ecs-control 3, tier C]
 */
#include "control/ops/ecs_rows.h"

struct refused {
    struct control_operation row; /* first: a call's operation leads here */
    const char *feature;
    bool unsupported; /* the model lists UnsupportedFeatureException for it */
};

/* clang-format off */
#define REFUSED(X) \
    X(CreateCapacityProvider, "capacity providers", true) \
    X(UpdateCapacityProvider, "capacity providers", true) \
    X(DeleteCapacityProvider, "capacity providers", true) \
    X(DescribeCapacityProviders, "capacity providers", true) \
    X(PutClusterCapacityProviders, "capacity providers", false) \
    X(CreateService, "services", true) \
    X(UpdateService, "services", true) \
    X(DeleteService, "services", false) \
    X(DescribeServices, "services", false) \
    X(ListServices, "services", false) \
    X(ListServicesByNamespace, "services", false) \
    X(ListServiceDeployments, "services", true) \
    X(DescribeServiceDeployments, "services", true) \
    X(DescribeServiceRevisions, "services", true) \
    X(StopServiceDeployment, "services", true) \
    X(ContinueServiceDeployment, "services", true) \
    X(CreateTaskSet, "task sets", true) \
    X(UpdateTaskSet, "task sets", true) \
    X(DeleteTaskSet, "task sets", true) \
    X(DescribeTaskSets, "task sets", true) \
    X(UpdateServicePrimaryTaskSet, "task sets", true) \
    X(GetTaskProtection, "protections of tasks", true) \
    X(UpdateTaskProtection, "protections of tasks", true) \
    X(PutAttributes, "custom attributes", false) \
    X(DeleteAttributes, "custom attributes", false) \
    X(ListAttributes, "custom attributes", false) \
    X(PutAccountSetting, "account settings", false) \
    X(PutAccountSettingDefault, "account settings", false) \
    X(ListAccountSettings, "account settings", false) \
    X(DeleteAccountSetting, "account settings", false) \
    X(UpdateCluster, "changes of a cluster's settings", false) \
    X(UpdateClusterSettings, "changes of a cluster's settings", false) \
    X(UpdateContainerInstancesState, "other states of container instances", false) \
    X(UpdateContainerAgent, "updates of agents", false) \
    X(DeleteTaskDefinitions, "deletions of task definitions", false) \
    X(ExecuteCommand, "commands inside containers", false) \
    X(DiscoverPollEndpoint, "agents of another make", false) \
    X(SubmitAttachmentStateChanges, "attachments", false) \
    X(CreateDaemon, "ECS managed daemons", true) \
    X(UpdateDaemon, "ECS managed daemons", true) \
    X(DeleteDaemon, "ECS managed daemons", true) \
    X(DescribeDaemon, "ECS managed daemons", true) \
    X(ListDaemons, "ECS managed daemons", true) \
    X(DescribeDaemonDeployments, "ECS managed daemons", true) \
    X(ListDaemonDeployments, "ECS managed daemons", true) \
    X(DescribeDaemonRevisions, "ECS managed daemons", true) \
    X(RegisterDaemonTaskDefinition, "ECS managed daemons", false) \
    X(DescribeDaemonTaskDefinition, "ECS managed daemons", false) \
    X(DeleteDaemonTaskDefinition, "ECS managed daemons", false) \
    X(ListDaemonTaskDefinitions, "ECS managed daemons", false) \
    X(CreateExpressGatewayService, "Express Mode services", true) \
    X(UpdateExpressGatewayService, "Express Mode services", true) \
    X(DeleteExpressGatewayService, "Express Mode services", true) \
    X(DescribeExpressGatewayService, "Express Mode services", true)
/* clang-format on */

static int refuse(struct control_call *call, struct remit_err *err)
{
    const struct refused *refused = (const struct refused *)call->operation;

    return remit_fail(err, REMIT_ERR_INVALID,
                      refused->unsupported ? "UnsupportedFeatureException" : "ClientException",
                      "%s: %s are not supported by this endpoint", refused->row.name,
                      refused->feature);
}

#define ROW(operation, words, unsupported_too)                                                     \
    static const struct refused refused_##operation = {                                            \
        .row = { .service = &control_ecs,                                                          \
                 .name = #operation,                                                               \
                 .action = "ecs:" #operation,                                                      \
                 .reads_only = true,                                                               \
                 .handler = refuse },                                                              \
        .feature = (words),                                                                        \
        .unsupported = (unsupported_too),                                                          \
    };
REFUSED(ROW)

#define ADDRESS(operation, words, unsupported_too) &refused_##operation.row,
const struct control_operation *const control_ecs_refused_operations[] = { REFUSED(ADDRESS) NULL };
