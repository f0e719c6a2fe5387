#include "control/ops/ecs.h"
#include "control/ops/ecs_rows.h"

#define DOCUMENT_MAX 16384

static const char *const device_types[] = { "GPU", "NEURON_DEVICE", NULL };
static const struct control_field device_fields[] = {
    { .name = "id", .type = CONTROL_STRING, .required = true, .max = 256 },
    ECS_ENUM_FIELD("type", true, device_types),
};
static const struct control_field device_element = ECS_STRUCT_ELEMENT(device_fields);

static const struct control_field input[] = {
    ECS_CLUSTER,
    ECS_TEXT_FIELD("instanceIdentityDocument", DOCUMENT_MAX),
    ECS_TEXT_FIELD("instanceIdentityDocumentSignature", 4096),
    ECS_TOTAL_RESOURCES,
    ECS_VERSION_INFO,
    ECS_REF("containerInstanceArn", false),
    ECS_ATTRIBUTES,
    ECS_LIST_FIELD("platformDevices", 100, &device_element),
    ECS_TAGS,
};

/* The id that a new instance will have is made once, so that what is authorized is what is made. */
static struct remit_str new_id(struct control_call *call)
{
    struct remit_str *id = call->state;

    if (id == NULL) {
        id = REMIT_NEW(call->arena, struct remit_str);
        if (id != NULL)
            *id = ecs_id_new(call->arena);
        call->state = id;
    }
    return id != NULL ? *id : REMIT_STR("");
}

static struct remit_str new_arn(struct control_call *call, const struct ecs_place *place)
{
    return ecs_arn(call->config, call->arena, "container-instance/" REMIT_STR_FMT "/" REMIT_STR_FMT,
                   REMIT_STR_ARG(place->name), REMIT_STR_ARG(new_id(call)));
}

static int register_resource(struct control_call *call, struct remit_err *err)
{
    struct ecs_place place;

    TRY(ecs_place(call, &place, err));
    TRY(ecs_cluster_resource(call, err));
    return ecs_tag_on_create(call, new_arn(call, &place), err);
}

/* ---- what the identity document says [ecs-control 7.1] ---- */

static int read_document(struct control_call *call, struct remit_json **out, struct remit_err *err)
{
    struct remit_str text = control_in_str(call, "instanceIdentityDocument");

    *out = NULL;
    if (text.len == 0)
        return 0; /* an instance of no cloud */
    if (remit_json_parse(text, DOCUMENT_MAX, out, err) != 0 ||
        remit_json_type(*out) != REMIT_JSON_OBJECT)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "Invalid instanceIdentityDocument: must be a JSON object.");
    return 0;
}

static void add_attribute(struct control_call *call, struct ecs_instance *instance,
                          const char *name, struct remit_str value)
{
    struct remit_str wanted = remit_str_of(name);

    if (value.len == 0 || value.len > 128 || ecs_instance_attribute(instance, wanted) != NULL)
        return;
    instance->attributes[instance->n_attributes++] =
        (struct ecs_attribute){ .name = wanted, .value = remit_arena_str(call->arena, value) };
}

static void add_built_in(struct control_call *call, struct ecs_instance *instance,
                         const struct remit_json *document)
{
    static const char *const rows[][2] = {
        { "ecs.ami-id", "imageId" },
        { "ecs.availability-zone", "availabilityZone" },
        { "ecs.instance-type", "instanceType" },
    };

    for (size_t i = 0; i < REMIT_COUNT(rows); i++)
        add_attribute(call, instance, rows[i][0],
                      remit_json_str(remit_json_get(document, rows[i][1])));
    instance->ec2_id =
        remit_arena_str(call->arena, remit_json_str(remit_json_get(document, "instanceId")));
    if (document == NULL)
        add_attribute(call, instance, "ecs.availability-zone", call->config->region);
}

static int take_attributes(struct control_call *call, struct ecs_instance *instance,
                           const struct remit_json *document, struct remit_err *err)
{
    struct ecs_attribute *given = NULL;
    size_t n = 0;

    TRY(ecs_attributes_of(control_in(call, "attributes"), call->arena, &given, &n, err));
    instance->attributes = REMIT_NEW_N(call->arena, struct ecs_attribute, n + 4);
    TRY(remit_arena_check(call->arena, "attributes", err));
    for (size_t i = 0; i < n; i++)
        instance->attributes[i] = given[i];
    instance->n_attributes = n;
    add_built_in(call, instance, document);
    return 0;
}

/* ---- new, and again ---- */

static int given_instance(struct control_call *call, const struct ecs_cluster *cluster,
                          struct ecs_instance *out, struct remit_err *err)
{
    auto_json struct remit_json *document = NULL;
    struct ecs_place place = { cluster->name, cluster->arn };

    *out = (struct ecs_instance){
        .id = new_id(call),
        .cluster = cluster->name,
        .arn = new_arn(call, &place),
        .cluster_arn = cluster->arn,
        .status = ECS_ACTIVE,
        .registered_by = call->caller.arn,
        .registered_at = call->now,
    };
    TRY(read_document(call, &document, err));
    TRY(take_attributes(call, out, document, err));
    TRY(ecs_resources_of(control_in(call, "totalResources"), call->arena, &out->registered, err));
    TRY(ecs_text_of(call, "versionInfo", &out->version_info, err));
    return ecs_text_of(call, "tags", &out->tags, err);
}

static struct remit_str type_of(const struct ecs_instance *instance)
{
    const struct ecs_attribute *type =
        ecs_instance_attribute(instance, REMIT_STR("ecs.instance-type"));

    return type != NULL ? type->value : REMIT_STR("");
}

/* [ecs-control 7.1] Same machine, tags kept, and never less than what tasks hold. */
static int check_again(const struct ecs_instance *was, const struct ecs_instance *given,
                       struct remit_err *err)
{
    if (was->revision == 0 || was->status == ECS_INACTIVE)
        return remit_fail(err, REMIT_ERR_INVALID, "ClientException",
                          "The referenced container instance is not ACTIVE.");
    if (!remit_str_equal(type_of(was), type_of(given)))
        return remit_fail(err, REMIT_ERR_INVALID, "ClientException",
                          "Container instance type changes are not supported.");
    if (given->registered.cpu < was->used.cpu || given->registered.memory < was->used.memory)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "Resources can not shrink below what tasks hold: %lld CPU units and "
                          "%lld MiB.",
                          (long long)was->used.cpu, (long long)was->used.memory);
    return 0;
}

static int again(struct control_call *call, const struct ecs_place *place,
                 struct ecs_instance *instance, struct remit_err *err)
{
    struct control_store_txn txn = { 0 };
    struct ecs_instance was;
    struct ecs_named named;

    TRY(ecs_named_of(call, "container-instance", place,
                     control_in_str(call, "containerInstanceArn"), &named, err));
    TRY(ecs_instance_read(call->store, place->name, named.id, call->arena, &was, err));
    TRY(check_again(&was, instance, err));
    was.registered = instance->registered;
    was.attributes = instance->attributes;
    was.n_attributes = instance->n_attributes;
    was.version_info = instance->version_info;
    *instance = was;
    TRY(ecs_instance_put(&txn, instance, call->arena, err));
    return ecs_commit(call, &txn, NULL, err);
}

static int register_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct ecs_instance *instance = self;
    struct control_store_txn txn = { 0 };
    struct ecs_cluster cluster;
    struct ecs_place place;

    TRY(ecs_place(call, &place, err));
    TRY(ecs_cluster_find_active(call, place.name, &cluster, err));
    TRY(given_instance(call, &cluster, instance, err));
    if (control_has(call, "containerInstanceArn"))
        return again(call, &place, instance, err);
    TRY(ecs_instance_register(&txn, &cluster, instance, call->arena, err));
    return ecs_commit(call, &txn, NULL, err);
}

static int register_container_instance(struct control_call *call, struct remit_err *err)
{
    struct ecs_instance instance;

    TRY(ecs_tags_check(control_in(call, "tags"), err));
    TRY(ecs_retry(call, register_once, &instance, err));
    control_audit_note(call, "containerInstanceArn", instance.arn);
    return ecs_put_instance(call, "containerInstance", &instance, ECS_WITH_TAGS, err);
}

const struct control_operation control_register_container_instance = {
    .service = &control_ecs,
    .name = "RegisterContainerInstance",
    .action = "ecs:RegisterContainerInstance",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = register_resource,
    .context = ecs_tag_context,
    .handler = register_container_instance,
};
