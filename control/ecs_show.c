#include "control/ecs_data.h"

static void put_text(struct remit_jw *w, const char *name, struct remit_str value)
{
    if (value.len > 0)
        remit_jw_put_str(w, name, value);
}

static void put_json(struct remit_jw *w, const char *name, struct remit_str text,
                     const char *otherwise)
{
    if (text.len == 0 && otherwise == NULL)
        return;
    remit_jw_key(w, name);
    remit_jw_raw(w, text.len > 0 ? text : remit_str_of(otherwise));
}

static void put_time(struct remit_jw *w, const char *name, double at)
{
    if (at <= 0)
        return;
    remit_jw_key(w, name);
    remit_jw_real(w, at);
}

static void put_status(struct remit_jw *w, const char *name, enum ecs_status status)
{
    remit_jw_put_cstr(w, name, ecs_status_name(status));
}

static void put_tags(struct remit_jw *w, struct remit_str tags, unsigned include)
{
    put_json(w, "tags", include & ECS_WITH_TAGS ? tags : remit_str_from(NULL, 0), "[]");
}

/* ---- clusters ---- */

/* [ecs-control 6.1] values are strings; what we have no kind of stays zero. */
static void put_statistics(struct remit_jw *w, const struct ecs_counts *counts)
{
    static const char *const kinds[] = { "EC2", "Fargate", "External", "ManagedInstances" };

    for (size_t i = 0; i < REMIT_COUNT(kinds); i++) {
        const struct {
            const char *before, *after;
            int64_t value;
        } rows[] = {
            { "running", "TasksCount", i == 0 ? counts->running : 0 },
            { "pending", "TasksCount", i == 0 ? counts->pending : 0 },
            { "active", "ServiceCount", 0 },
            { "draining", "ServiceCount", 0 },
        };

        for (size_t j = 0; j < REMIT_COUNT(rows); j++) {
            remit_jw_object(w);
            remit_jw_key(w, "name");
            remit_jw_fmt(w, "%s%s%s", rows[j].before, kinds[i], rows[j].after);
            remit_jw_key(w, "value");
            remit_jw_fmt(w, "%lld", (long long)rows[j].value);
            remit_jw_end(w);
        }
    }
}

void ecs_cluster_write(struct remit_jw *w, const struct ecs_cluster *cluster,
                       const struct ecs_counts *counts, unsigned include)
{
    remit_jw_object(w);
    remit_jw_put_str(w, "clusterArn", cluster->arn);
    remit_jw_put_str(w, "clusterName", cluster->name);
    put_status(w, "status", cluster->status);
    remit_jw_put_int(w, "registeredContainerInstancesCount", counts->instances);
    remit_jw_put_int(w, "runningTasksCount", counts->running);
    remit_jw_put_int(w, "pendingTasksCount", counts->pending);
    remit_jw_put_int(w, "activeServicesCount", 0);
    remit_jw_key(w, "statistics");
    remit_jw_array(w);
    if (include & ECS_WITH_STATISTICS)
        put_statistics(w, counts);
    remit_jw_end(w);
    put_tags(w, cluster->tags, include);
    if (include & ECS_WITH_SETTINGS)
        put_json(w, "settings", cluster->settings,
                 "[{\"name\":\"containerInsights\",\"value\":\"disabled\"}]");
    else
        put_json(w, "settings", remit_str_from(NULL, 0), "[]");
    if (include & ECS_WITH_CONFIGURATION)
        put_json(w, "configuration", cluster->configuration, NULL);
    put_json(w, "serviceConnectDefaults", cluster->service_connect, NULL);
    put_json(w, "capacityProviders", remit_str_from(NULL, 0), "[]");
    put_json(w, "defaultCapacityProviderStrategy", remit_str_from(NULL, 0), "[]");
    remit_jw_end(w);
}

/* ---- container instances ---- */

/* All four values stand there, zeros where they mean nothing. [ecs-control 7.1] */
static void put_number(struct remit_jw *w, const char *name, int64_t value)
{
    remit_jw_object(w);
    remit_jw_put_cstr(w, "name", name);
    remit_jw_put_cstr(w, "type", "INTEGER");
    remit_jw_key(w, "doubleValue");
    remit_jw_real(w, 0);
    remit_jw_put_int(w, "longValue", 0);
    remit_jw_put_int(w, "integerValue", value);
    remit_jw_end(w);
}

static void put_ports(struct remit_jw *w, const char *name, const struct ecs_ports *ports)
{
    remit_jw_object(w);
    remit_jw_put_cstr(w, "name", name);
    remit_jw_put_cstr(w, "type", "STRINGSET");
    remit_jw_key(w, "doubleValue");
    remit_jw_real(w, 0);
    remit_jw_put_int(w, "longValue", 0);
    remit_jw_put_int(w, "integerValue", 0);
    remit_jw_key(w, "stringSetValue");
    remit_jw_array(w);
    for (size_t i = 0; i < ports->n; i++)
        remit_jw_fmt(w, "%u", ports->items[i]);
    remit_jw_end(w);
    remit_jw_end(w);
}

static void put_resources(struct remit_jw *w, const char *name, const struct ecs_amount *amount)
{
    remit_jw_key(w, name);
    remit_jw_array(w);
    put_number(w, "CPU", amount->cpu);
    put_number(w, "MEMORY", amount->memory);
    put_ports(w, "PORTS", &amount->tcp);
    put_ports(w, "PORTS_UDP", &amount->udp);
    remit_jw_end(w);
}

struct ecs_amount ecs_instance_remaining(const struct ecs_instance *instance,
                                         struct remit_arena *arena)
{
    const struct ecs_amount *all = &instance->registered;
    const struct ecs_amount *used = &instance->used;

    return (struct ecs_amount){
        .cpu = all->cpu > used->cpu ? all->cpu - used->cpu : 0,
        .memory = all->memory > used->memory ? all->memory - used->memory : 0,
        .tcp = ecs_ports_union(&all->tcp, &used->tcp, arena),
        .udp = ecs_ports_union(&all->udp, &used->udp, arena),
    };
}

static void put_attributes(struct remit_jw *w, const struct ecs_instance *instance)
{
    remit_jw_key(w, "attributes");
    remit_jw_array(w);
    for (size_t i = 0; i < instance->n_attributes; i++) {
        remit_jw_object(w);
        remit_jw_put_str(w, "name", instance->attributes[i].name);
        put_text(w, "value", instance->attributes[i].value);
        remit_jw_end(w);
    }
    remit_jw_end(w);
}

void ecs_instance_write(struct remit_jw *w, const struct ecs_instance *instance, bool connected,
                        const struct ecs_counts *counts, unsigned include,
                        struct remit_arena *arena)
{
    struct ecs_amount remaining = ecs_instance_remaining(instance, arena);

    remit_jw_object(w);
    remit_jw_put_str(w, "containerInstanceArn", instance->arn);
    put_text(w, "ec2InstanceId", instance->ec2_id);
    remit_jw_put_int(w, "version", instance->version);
    put_json(w, "versionInfo", instance->version_info, "{}");
    put_resources(w, "remainingResources", &remaining);
    put_resources(w, "registeredResources", &instance->registered);
    put_status(w, "status", instance->status);
    remit_jw_put_bool(w, "agentConnected", connected);
    remit_jw_put_int(w, "runningTasksCount", counts->running);
    remit_jw_put_int(w, "pendingTasksCount", counts->pending);
    put_attributes(w, instance);
    put_time(w, "registeredAt", instance->registered_at);
    put_json(w, "attachments", remit_str_from(NULL, 0), "[]");
    put_tags(w, instance->tags, include);
    remit_jw_end(w);
}

/* ---- task definitions ---- */

void ecs_definition_write(struct remit_jw *w, const struct ecs_definition *definition)
{
    auto_json struct remit_json *document = NULL;
    struct remit_err ignored;

    if (remit_json_parse(definition->document, CONTROL_STORE_VALUE_MAX, &document, &ignored) != 0)
        w->out->failed = true; /* told as a record that can't be shown */
    remit_jw_object(w);
    remit_jw_put_str(w, "taskDefinitionArn", definition->arn);
    for (void *m = remit_json_first(document); m != NULL; m = remit_json_next(document, m)) {
        remit_jw_key_str(w, remit_json_key(m));
        remit_jw_json(w, remit_json_value(m));
    }
    remit_jw_put_int(w, "revision", definition->number);
    put_status(w, "status", definition->status);
    put_time(w, "registeredAt", definition->registered_at);
    put_time(w, "deregisteredAt", definition->deregistered_at);
    put_text(w, "registeredBy", definition->registered_by);
    remit_jw_end(w);
}

/* ---- tasks ---- */

static void put_container(struct remit_jw *w, const struct ecs_task *task,
                          const struct ecs_container *c)
{
    remit_jw_object(w);
    remit_jw_put_str(w, "containerArn", c->arn);
    remit_jw_put_str(w, "taskArn", task->arn);
    remit_jw_put_str(w, "name", c->name);
    put_text(w, "image", c->image);
    put_text(w, "imageDigest", c->image_digest);
    put_text(w, "runtimeId", c->runtime_id);
    put_status(w, "lastStatus", c->last_status);
    if (c->exited)
        remit_jw_put_int(w, "exitCode", c->exit_code);
    put_text(w, "reason", c->reason);
    put_json(w, "networkBindings", c->bindings, "[]");
    put_json(w, "networkInterfaces", remit_str_from(NULL, 0), "[]");
    remit_jw_put_str(w, "healthStatus", c->health.len > 0 ? c->health : REMIT_STR("UNKNOWN"));
    put_text(w, "cpu", c->cpu);
    put_text(w, "memory", c->memory);
    put_text(w, "memoryReservation", c->reservation);
    remit_jw_end(w);
}

/* [ecs-control 9.3] HEALTHY when all essential containers are; what has no check is UNKNOWN. */
static const char *task_health(const struct ecs_task *task)
{
    const char *health = "UNKNOWN";

    for (size_t i = 0; i < task->n_containers; i++) {
        const struct ecs_container *c = &task->containers[i];

        if (!c->essential || c->health.len == 0)
            continue;
        if (!remit_str_equal(c->health, REMIT_STR("HEALTHY")))
            return remit_str_equal(c->health, REMIT_STR("UNHEALTHY")) ? "UNHEALTHY" : "UNKNOWN";
        health = "HEALTHY";
    }
    return health;
}

static void put_life(struct remit_jw *w, const struct ecs_task *task)
{
    put_time(w, "createdAt", task->created_at);
    put_time(w, "pullStartedAt", task->pull_started_at);
    put_time(w, "pullStoppedAt", task->pull_stopped_at);
    put_time(w, "startedAt", task->started_at);
    put_time(w, "stoppingAt", task->stopping_at);
    put_time(w, "executionStoppedAt", task->execution_stopped_at);
    put_time(w, "stoppedAt", task->stopped_at);
    put_text(w, "stopCode", task->stop_code);
    put_text(w, "stoppedReason", task->stopped_reason);
    if (task->pull_started_at > 0) { /* the first that is heard of its agent */
        remit_jw_put_cstr(w, "connectivity", "CONNECTED");
        put_time(w, "connectivityAt", task->pull_started_at);
    }
}

void ecs_task_write(struct remit_jw *w, const struct ecs_task *task, unsigned include)
{
    remit_jw_object(w);
    remit_jw_put_str(w, "taskArn", task->arn);
    remit_jw_put_str(w, "clusterArn", task->cluster_arn);
    remit_jw_put_str(w, "taskDefinitionArn", task->definition_arn);
    remit_jw_put_str(w, "containerInstanceArn", task->instance_arn);
    put_json(w, "overrides", task->overrides, "{}");
    put_status(w, "lastStatus", task->last_status);
    put_status(w, "desiredStatus", task->desired_status);
    remit_jw_put_cstr(w, "healthStatus", task_health(task));
    put_text(w, "cpu", task->cpu);
    put_text(w, "memory", task->memory);
    remit_jw_key(w, "containers");
    remit_jw_array(w);
    for (size_t i = 0; i < task->n_containers; i++)
        put_container(w, task, &task->containers[i]);
    remit_jw_end(w);
    put_text(w, "startedBy", task->started_by);
    put_text(w, "group", task->group);
    put_text(w, "launchType", task->launch_type);
    put_json(w, "attachments", remit_str_from(NULL, 0), "[]");
    put_json(w, "attributes", task->attributes, "[]");
    remit_jw_put_bool(w, "enableExecuteCommand", task->execute_command);
    put_life(w, task);
    remit_jw_put_int(w, "version", task->version);
    put_tags(w, task->tags, include);
    remit_jw_end(w);
}
