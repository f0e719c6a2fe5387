#include "control/ops/run.h"

/* ---- shapes ---- */

static const struct control_field container_override_fields[] = {
    ECS_TEXT_FIELD("name", 255),
    ECS_LIST_FIELD("command", 1024, &control_element_string),
    ECS_LIST_FIELD("environment", 1024, &ecs_element_pair),
    ECS_LIST_FIELD("environmentFiles", 10, &ecs_element_environment_file),
    ECS_INT_FIELD("cpu", 0, 196608),
    ECS_INT_FIELD("memory", 0, INT32_MAX),
    ECS_INT_FIELD("memoryReservation", 0, INT32_MAX),
    ECS_LIST_FIELD("resourceRequirements", 16, &ecs_element_resource_requirement),
};
static const struct control_field container_override =
    ECS_STRUCT_ELEMENT(container_override_fields);

const struct control_field run_override_fields[7] = {
    ECS_LIST_FIELD("containerOverrides", 10, &container_override),
    ECS_TEXT_FIELD("cpu", 32),
    ECS_LIST_FIELD("inferenceAcceleratorOverrides", 10, &ecs_element_accelerator),
    ECS_TEXT_FIELD("executionRoleArn", 2048),
    ECS_TEXT_FIELD("memory", 32),
    ECS_TEXT_FIELD("taskRoleArn", 2048),
    ECS_STRUCT_FIELD("ephemeralStorage", ecs_ephemeral_fields),
};

static const char *const public_ips[] = { "ENABLED", "DISABLED", NULL };
static const struct control_field vpc_fields[] = {
    { .name = "subnets",
      .type = CONTROL_LIST,
      .required = true,
      .max = 16,
      .element = &control_element_string },
    ECS_LIST_FIELD("securityGroups", 5, &control_element_string),
    ECS_ENUM_FIELD("assignPublicIp", false, public_ips),
};
const struct control_field run_network_fields[1] = {
    ECS_STRUCT_FIELD("awsvpcConfiguration", vpc_fields),
};

static const char *const file_systems[] = { "ext3", "ext4", "xfs", "ntfs", NULL };
static const char *const tagged_types[] = { "volume", NULL };
const char *const run_propagations[] = { "TASK_DEFINITION", "SERVICE", "NONE", NULL };
static const struct control_field tag_specification_fields[] = {
    ECS_ENUM_FIELD("resourceType", true, tagged_types),
    ECS_TAGS,
    RUN_PROPAGATE_TAGS,
};
static const struct control_field tag_specification = ECS_STRUCT_ELEMENT(tag_specification_fields);
static const struct control_field termination_fields[] = {
    { .name = "deleteOnTermination", .type = CONTROL_BOOLEAN, .required = true },
};
static const struct control_field ebs_fields[] = {
    ECS_FLAG_FIELD("encrypted"),
    ECS_TEXT_FIELD("kmsKeyId", 2048),
    ECS_TEXT_FIELD("volumeType", 64),
    ECS_INT_FIELD("sizeInGiB", 1, 16384),
    ECS_TEXT_FIELD("snapshotId", 255),
    ECS_INT_FIELD("volumeInitializationRate", 0, INT32_MAX),
    ECS_INT_FIELD("iops", 0, INT32_MAX),
    ECS_INT_FIELD("throughput", 0, INT32_MAX),
    ECS_LIST_FIELD("tagSpecifications", 10, &tag_specification),
    { .name = "roleArn", .type = CONTROL_STRING, .required = true, .max = 2048 },
    ECS_STRUCT_FIELD("terminationPolicy", termination_fields),
    ECS_ENUM_FIELD("filesystemType", false, file_systems),
};
static const struct control_field volume_configuration_fields[] = {
    { .name = "name", .type = CONTROL_STRING, .required = true, .max = 255 },
    ECS_STRUCT_FIELD("managedEBSVolume", ebs_fields),
};
const struct control_field run_element_volume_configuration =
    ECS_STRUCT_ELEMENT(volume_configuration_fields);

/* ---- what the caller named ---- */

static struct remit_str in_effect(const struct control_call *call, const char *member,
                                  struct remit_str otherwise)
{
    struct remit_str overridden = ecs_text(control_in(call, "overrides"), member);

    return overridden.len > 0 ? overridden : otherwise;
}

/* Of a missing one: the ARN that registering it would give. */
static int missing_arn(struct control_call *call, const struct ecs_definition_ref *ref,
                       struct run *run, struct remit_err *err)
{
    struct ecs_family family = { 0 };

    run->definition_arn = control_in_str(call, "taskDefinition");
    if (ref->family.len == 0)
        return 0;
    TRY(ecs_family_read(call->store, ref->family, call->arena, &family, err));
    run->definition_arn =
        ecs_arn(call->config, call->arena, "task-definition/" REMIT_STR_FMT ":%u",
                REMIT_STR_ARG(ref->family), ref->number > 0 ? ref->number : family.highest + 1);
    return 0;
}

static int resolve(struct control_call *call, struct run *run, struct remit_err *err)
{
    struct ecs_definition_ref ref;

    TRY(ecs_place(call, &run->place, err));
    TRY(ecs_definition_ref_of(call, control_in_str(call, "taskDefinition"), &ref, err));
    TRY(ecs_definition_find(call, &ref, &run->definition, err));
    run->definition_arn = run->definition.arn;
    if (run->definition.revision == 0)
        TRY(missing_arn(call, &ref, run, err));
    run->task_role = in_effect(call, "taskRoleArn", run->definition.task_role);
    run->execution_role = in_effect(call, "executionRoleArn", run->definition.execution_role);
    return 0;
}

static size_t wanted(const struct control_call *call)
{
    size_t named = remit_json_count(control_in(call, "containerInstances"));
    int64_t count = named > 0 ? (int64_t)named : control_in_int(call, "count", 1);

    return count < 0 ? 0 : count > RUN_TASKS_MAX ? RUN_TASKS_MAX : (size_t)count;
}

int run_of(struct control_call *call, struct run **out, struct remit_err *err)
{
    struct run *run = call->state;

    if (run == NULL) {
        run = REMIT_NEW(call->arena, struct run);
        TRY(remit_arena_check(call->arena, "a call", err));
        TRY(resolve(call, run, err));
        run->count = wanted(call);
        for (size_t i = 0; i < run->count; i++)
            run->ids[i] = ecs_id_new(call->arena);
        TRY(remit_arena_check(call->arena, "a call", err));
        call->state = run;
    }
    *out = run;
    return 0;
}

/* ---- what policies are asked ---- */

int run_resource(struct control_call *call, struct remit_err *err)
{
    struct run *run = NULL;

    TRY(run_of(call, &run, err));
    TRY(control_resource_add(call, run->definition_arn, err));
    TRY(ecs_resource_tags(call, run->definition.tags, err));
    for (size_t i = 0; i < run->count; i++)
        TRY(ecs_tag_on_create(call,
                              ecs_arn(call->config, call->arena,
                                      "task/" REMIT_STR_FMT "/" REMIT_STR_FMT,
                                      REMIT_STR_ARG(run->place.name), REMIT_STR_ARG(run->ids[i])),
                              err));
    return 0;
}

static int add_size(struct control_call *call, const char *key, const char *member,
                    bool (*read)(struct remit_str, int64_t *), const struct remit_json *document,
                    struct remit_err *err)
{
    int64_t size = 0;

    if (!read(in_effect(call, member, ecs_text(document, member)), &size))
        return 0;
    return control_context_add(call, key, remit_arena_fmt(call->arena, "%lld", (long long)size),
                               err);
}

static int add_instances(struct control_call *call, const struct run *run, struct remit_err *err)
{
    const struct remit_json *list = control_in(call, "containerInstances");

    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct ecs_named named;

        TRY(ecs_named_of(call, "container-instance", &run->place,
                         remit_json_str(remit_json_at(list, i)), &named, err));
        TRY(control_context_add(call, "ecs:container-instances", named.arn, err));
    }
    return 0;
}

int run_context(struct control_call *call, struct remit_err *err)
{
    auto_json struct remit_json *document = NULL;
    struct run *run = NULL;
    bool exec = control_in_bool(call, "enableExecuteCommand", false);
    bool ebs = remit_json_count(control_in(call, "volumeConfigurations")) > 0;

    TRY(run_of(call, &run, err));
    if (run->definition.revision != 0)
        TRY(remit_json_parse(run->definition.document, CONTROL_STORE_VALUE_MAX, &document, err));
    TRY(ecs_tag_context(call, err));
    TRY(control_context_add(call, "ecs:cluster", run->place.arn, err));
    TRY(add_instances(call, run, err));
    TRY(add_size(call, "ecs:task-cpu", "cpu", ecs_task_cpu_of, document, err));
    TRY(add_size(call, "ecs:task-memory", "memory", ecs_task_memory_of, document, err));
    TRY(control_context_add(call, "ecs:enable-ebs-volumes", remit_str_of(ebs ? "true" : "false"),
                            err));
    return control_context_add(call, "ecs:enable-execute-command",
                               remit_str_of(exec ? "true" : "false"), err);
}

/* The roles in effect: the definition's, or what the overrides put in their place. */
int run_passes(struct control_call *call, struct remit_err *err)
{
    struct run *run = NULL;

    TRY(run_of(call, &run, err));
    TRY(ecs_role_check(call->config, run->task_role, err));
    TRY(ecs_role_check(call->config, run->execution_role, err));
    TRY(control_pass_add(call, run->task_role, ECS_TASKS_SERVICE, err));
    return control_pass_add(call, run->execution_role, ECS_TASKS_SERVICE, err);
}
