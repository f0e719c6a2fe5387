#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

static const struct control_field setting_fields[] = {
    ECS_TEXT_FIELD("name", 64),
    ECS_TEXT_FIELD("value", 64),
};
static const struct control_field setting_element = ECS_STRUCT_ELEMENT(setting_fields);

static const char *const loggings[] = { "NONE", "DEFAULT", "OVERRIDE", NULL };
static const struct control_field log_fields[] = {
    ECS_TEXT_FIELD("cloudWatchLogGroupName", 512),
    ECS_FLAG_FIELD("cloudWatchEncryptionEnabled"),
    ECS_TEXT_FIELD("s3BucketName", 63),
    ECS_FLAG_FIELD("s3EncryptionEnabled"),
    ECS_TEXT_FIELD("s3KeyPrefix", 1024),
};
static const struct control_field exec_fields[] = {
    ECS_TEXT_FIELD("kmsKeyId", 2048),
    ECS_ENUM_FIELD("logging", false, loggings),
    ECS_STRUCT_FIELD("logConfiguration", log_fields),
};
static const struct control_field storage_fields[] = {
    ECS_TEXT_FIELD("kmsKeyId", 2048),
    ECS_TEXT_FIELD("fargateEphemeralStorageKmsKeyId", 2048),
};
static const struct control_field configuration_fields[] = {
    ECS_STRUCT_FIELD("executeCommandConfiguration", exec_fields),
    ECS_STRUCT_FIELD("managedStorageConfiguration", storage_fields),
};
static const struct control_field connect_fields[] = {
    { .name = "namespace", .type = CONTROL_STRING, .required = true, .max = 1024 },
};

static const struct control_field input[] = {
    { .name = "clusterName",
      .type = CONTROL_STRING,
      .min = 1,
      .max = 255,
      .pattern = &control_pattern_ecs_name },
    ECS_TAGS,
    ECS_LIST_FIELD("settings", 10, &setting_element),
    ECS_STRUCT_FIELD("configuration", configuration_fields),
    ECS_LIST_FIELD("capacityProviders", 20, &ecs_element_ref),
    ECS_LIST_FIELD("defaultCapacityProviderStrategy", 20, &ecs_element_strategy_item),
    ECS_STRUCT_FIELD("serviceConnectDefaults", connect_fields),
};

static struct remit_str name_of(const struct control_call *call)
{
    struct remit_str name = control_in_str(call, "clusterName");

    return name.len > 0 ? name : REMIT_STR("default");
}

static int create_cluster_resource(struct control_call *call, struct remit_err *err)
{
    struct ecs_cluster cluster;
    struct ecs_place place;

    TRY(ecs_place_of(call, name_of(call), &place, err));
    TRY(control_resource_add(call, place.arn, err));
    TRY(ecs_cluster_read(call->store, place.name, call->arena, &cluster, err));
    if (cluster.status == ECS_ACTIVE)
        TRY(ecs_resource_tags(call, cluster.tags, err));
    return ecs_tag_on_create(call, place.arn, err);
}

/* ---- rules [ecs-control 6.1] ---- */

static int check_settings(const struct remit_json *settings, struct remit_err *err)
{
    static const char *const values[] = { "enabled", "disabled", "enhanced" };

    for (size_t i = 0; i < remit_json_count(settings); i++) {
        const struct remit_json *setting = remit_json_at(settings, i);
        struct remit_str name = remit_json_str(remit_json_get(setting, "name"));
        struct remit_str value = remit_json_str(remit_json_get(setting, "value"));
        bool known = false;

        if (!remit_str_equal(name, REMIT_STR("containerInsights")))
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                              "Invalid setting 'name': '" REMIT_STR_FMT
                              "', must be containerInsights.",
                              REMIT_STR_ARG(name));
        for (size_t j = 0; j < REMIT_COUNT(values); j++)
            known = known || remit_str_equal(value, remit_str_of(values[j]));
        if (!known)
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                              "Invalid setting 'value': '" REMIT_STR_FMT
                              "', must be one of enabled, disabled, enhanced.",
                              REMIT_STR_ARG(value));
    }
    return 0;
}

static int check_exec(const struct remit_json *configuration, struct remit_err *err)
{
    const struct remit_json *exec = remit_json_get(configuration, "executeCommandConfiguration");
    const struct remit_json *log = remit_json_get(exec, "logConfiguration");
    bool override =
        remit_str_equal(remit_json_str(remit_json_get(exec, "logging")), REMIT_STR("OVERRIDE"));

    if (remit_json_type(log) == REMIT_JSON_OBJECT && !override)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "You must set logging to 'OVERRIDE' when you supply a log configuration");
    if (override && remit_json_str(remit_json_get(log, "cloudWatchLogGroupName")).len == 0 &&
        remit_json_str(remit_json_get(log, "s3BucketName")).len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "A CloudWatch log group name or S3 bucket name must be specified when "
                          "overriding the default log configuration");
    return 0;
}

static int check(const struct control_call *call, struct remit_err *err)
{
    TRY(ecs_tags_check(control_in(call, "tags"), err));
    TRY(check_settings(control_in(call, "settings"), err));
    TRY(check_exec(control_in(call, "configuration"), err));
    if (remit_json_count(control_in(call, "capacityProviders")) > 0 ||
        remit_json_count(control_in(call, "defaultCapacityProviderStrategy")) > 0)
        return remit_fail(err, REMIT_ERR_INVALID, "ClientException",
                          "CreateCluster: capacity providers are not supported by this endpoint");
    return 0;
}

/* ---- the cluster ---- */

static int wanted(struct control_call *call, struct ecs_cluster *out, struct remit_err *err)
{
    struct ecs_place place;

    TRY(ecs_place_of(call, name_of(call), &place, err));
    *out = (struct ecs_cluster){
        .name = place.name, .arn = place.arn, .status = ECS_ACTIVE, .created_at = call->now
    };
    TRY(ecs_text_of(call, "settings", &out->settings, err));
    TRY(ecs_text_of(call, "configuration", &out->configuration, err));
    TRY(ecs_text_of(call, "serviceConnectDefaults", &out->service_connect, err));
    return ecs_text_of(call, "tags", &out->tags, err);
}

static bool agrees(struct remit_str given, struct remit_str stored)
{
    return given.len == 0 || remit_str_equal(given, stored);
}

static int same_again(const struct ecs_cluster *given, const struct ecs_cluster *stored,
                      struct remit_err *err)
{
    if (agrees(given->settings, stored->settings) && agrees(given->tags, stored->tags) &&
        agrees(given->configuration, stored->configuration) &&
        agrees(given->service_connect, stored->service_connect))
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                      "Arguments on this idempotent request are inconsistent with arguments used "
                      "in previous request(s).");
}

static int create_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct ecs_cluster *cluster = self;
    struct control_store_txn txn = { 0 };
    struct ecs_cluster stored;

    TRY(wanted(call, cluster, err));
    TRY(ecs_cluster_read(call->store, cluster->name, call->arena, &stored, err));
    if (stored.status == ECS_ACTIVE) {
        TRY(same_again(cluster, &stored, err));
        *cluster = stored;
        return 0;
    }
    cluster->revision = stored.revision; /* a deleted one begins anew */
    cluster->registrations = stored.registrations;
    TRY(ecs_cluster_put(&txn, cluster, call->arena, err));
    return ecs_commit(call, &txn, NULL, err);
}

static int create_cluster(struct control_call *call, struct remit_err *err)
{
    struct ecs_cluster cluster;

    TRY(check(call, err));
    TRY(ecs_retry(call, create_once, &cluster, err));
    return ecs_put_cluster(call, "cluster", &cluster,
                           ECS_WITH_TAGS | ECS_WITH_SETTINGS | ECS_WITH_CONFIGURATION, err);
}

const struct control_operation control_create_cluster = {
    .service = &control_ecs,
    .name = "CreateCluster",
    .action = "ecs:CreateCluster",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = create_cluster_resource,
    .context = ecs_tag_context,
    .handler = create_cluster,
};
