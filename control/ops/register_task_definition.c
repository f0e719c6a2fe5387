#include "control/ops/definition.h"
#include "control/ops/ecs_rows.h"

static const char *const network_modes[] = { "bridge", "host", "awsvpc", "none", NULL };
static const char *const pid_modes[] = { "host", "task", NULL };
static const char *const ipc_modes[] = { "host", "task", "none", NULL };

/* An empty list of containers is told in the service's own words: see ecs_definition_check(). */
static const struct control_field input[] = {
    { .name = "family", .type = CONTROL_STRING, .required = true, .min = 1, .max = 255 },
    ECS_TEXT_FIELD("taskRoleArn", 2048),
    ECS_TEXT_FIELD("executionRoleArn", 2048),
    ECS_ENUM_FIELD("networkMode", false, network_modes),
    { .name = "containerDefinitions",
      .type = CONTROL_LIST,
      .required = true,
      .max = 10,
      .element = &ecs_element_container_definition },
    ECS_LIST_FIELD("volumes", 100, &ecs_element_volume),
    ECS_LIST_FIELD("placementConstraints", 10, &ecs_element_definition_constraint),
    ECS_LIST_FIELD("requiresCompatibilities", 4, &ecs_element_compatibility),
    ECS_TEXT_FIELD("cpu", 32),
    ECS_TEXT_FIELD("memory", 32),
    ECS_TAGS,
    ECS_ENUM_FIELD("pidMode", false, pid_modes),
    ECS_ENUM_FIELD("ipcMode", false, ipc_modes),
    ECS_STRUCT_FIELD("proxyConfiguration", ecs_proxy_fields),
    ECS_LIST_FIELD("inferenceAccelerators", 10, &ecs_element_accelerator),
    ECS_STRUCT_FIELD("ephemeralStorage", ecs_ephemeral_fields),
    ECS_STRUCT_FIELD("runtimePlatform", ecs_platform_fields),
    ECS_FLAG_FIELD("enableFaultInjection"),
};

/* The revision is made later: policies name it "family:*", as the service does. */
static int register_resource(struct control_call *call, struct remit_err *err)
{
    struct remit_str arn = ecs_arn(call->config, call->arena, "task-definition/" REMIT_STR_FMT ":*",
                                   REMIT_STR_ARG(control_in_str(call, "family")));

    TRY(remit_arena_check(call->arena, "an ARN", err));
    TRY(control_resource_add(call, arn, err));
    return ecs_tag_on_create(call, arn, err);
}

static int add_size(struct control_call *call, const char *key,
                    bool (*read)(struct remit_str, int64_t *), const char *member,
                    struct remit_err *err)
{
    int64_t size = 0;

    if (!read(control_in_str(call, member), &size))
        return 0; /* the handler refuses what is there and wrong */
    return control_context_add(call, key, remit_arena_fmt(call->arena, "%lld", (long long)size),
                               err);
}

static bool privileged(const struct remit_json *containers)
{
    for (size_t i = 0; i < remit_json_count(containers); i++)
        if (remit_json_true(remit_json_get(remit_json_at(containers, i), "privileged")))
            return true;
    return false;
}

static int register_context(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *asked = control_in(call, "requiresCompatibilities");

    TRY(ecs_tag_context(call, err));
    TRY(add_size(call, "ecs:task-cpu", ecs_task_cpu_of, "cpu", err));
    TRY(add_size(call, "ecs:task-memory", ecs_task_memory_of, "memory", err));
    for (size_t i = 0; i < remit_json_count(asked); i++)
        TRY(control_context_add(call, "ecs:compute-compatibility",
                                remit_json_str(remit_json_at(asked, i)), err));
    return control_context_add(
        call, "ecs:privileged",
        remit_str_of(privileged(control_in(call, "containerDefinitions")) ? "true" : "false"), err);
}

/* [ecs-control 15.3] asked here and again at RunTask */
static int register_passes(struct control_call *call, struct remit_err *err)
{
    static const char *const members[] = { "taskRoleArn", "executionRoleArn" };

    for (size_t i = 0; i < REMIT_COUNT(members); i++) {
        struct remit_str role = control_in_str(call, members[i]);

        TRY(ecs_role_check(call->config, role, err));
        TRY(control_pass_add(call, role, ECS_TASKS_SERVICE, err));
    }
    return 0;
}

/* ---- the definition ---- */

static int given_definition(struct control_call *call, struct ecs_definition *out,
                            struct remit_err *err)
{
    *out = (struct ecs_definition){
        .family = control_in_str(call, "family"),
        .status = ECS_ACTIVE,
        .task_role = control_in_str(call, "taskRoleArn"),
        .execution_role = control_in_str(call, "executionRoleArn"),
        .network_mode = control_in_str(call, "networkMode"),
        .registered_at = call->now,
        .registered_by = call->caller.arn,
    };
    TRY(ecs_text_of(call, "tags", &out->tags, err));
    return ecs_definition_document(call->config, call->input, call->arena, &out->document, err);
}

static int register_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct ecs_definition *definition = self;
    struct control_store_txn txn = { 0 };
    struct ecs_family family;

    TRY(ecs_family_read(call->store, definition->family, call->arena, &family, err));
    if (family.highest >= 1000000) /* [ecs-control 5] */
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceededException",
                          "The family '" REMIT_STR_FMT "' has reached revision 1000000, the last.",
                          REMIT_STR_ARG(definition->family));
    family.name = definition->family;
    family.active = ++family.highest;
    definition->number = family.highest;
    definition->arn = ecs_arn(call->config, call->arena, "task-definition/" REMIT_STR_FMT ":%u",
                              REMIT_STR_ARG(definition->family), definition->number);
    TRY(ecs_family_put(&txn, &family, call->arena, err));
    TRY(ecs_definition_put(&txn, definition, call->arena, err));
    return ecs_commit(call, &txn, &definition->revision, err);
}

static int register_task_definition(struct control_call *call, struct remit_err *err)
{
    struct ecs_definition definition;

    TRY(ecs_definition_check(call->config, call->input, err));
    TRY(ecs_definition_check_honoured(call->input, err));
    TRY(given_definition(call, &definition, err));
    TRY(ecs_retry(call, register_once, &definition, err));
    control_audit_note(call, "taskDefinitionArn", definition.arn);
    TRY(ecs_put_definition(call, &definition, err));
    if (definition.tags.len > 0)
        control_put_raw(call, "tags", definition.tags);
    return 0;
}

const struct control_operation control_register_task_definition = {
    .service = &control_ecs,
    .name = "RegisterTaskDefinition",
    .action = "ecs:RegisterTaskDefinition",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = register_resource,
    .context = register_context,
    .passes = register_passes,
    .handler = register_task_definition,
};
