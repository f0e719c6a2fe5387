#include <ctype.h>
#include <stdlib.h>

#include "control/ecs_record.h"

#define PORTS_MOST  1000 /* in one list; a task may hold 100 of an instance [ecs-control 5] */
#define AMOUNT_MOST ((int64_t)1 << 40)

/* ---- ports ---- */

bool ecs_ports_has(const struct ecs_ports *ports, uint16_t port)
{
    size_t low = 0;
    size_t high = ports->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (ports->items[middle] == port)
            return true;
        if (ports->items[middle] < port)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

struct ecs_ports ecs_ports_union(const struct ecs_ports *a, const struct ecs_ports *b,
                                 struct remit_arena *arena)
{
    struct ecs_ports out = { .items = REMIT_NEW_N(arena, uint16_t, a->n + b->n) };
    size_t i = 0;
    size_t j = 0;

    while (out.items != NULL && (i < a->n || j < b->n)) {
        if (j == b->n || (i < a->n && a->items[i] < b->items[j]))
            out.items[out.n++] = a->items[i++];
        else if (i == a->n || b->items[j] < a->items[i])
            out.items[out.n++] = b->items[j++];
        else
            out.items[out.n++] = (j++, a->items[i++]);
    }
    return out;
}

struct ecs_ports ecs_ports_minus(const struct ecs_ports *a, const struct ecs_ports *b,
                                 struct remit_arena *arena)
{
    struct ecs_ports out = { .items = REMIT_NEW_N(arena, uint16_t, a->n) };

    for (size_t i = 0; out.items != NULL && i < a->n; i++)
        if (!ecs_ports_has(b, a->items[i]))
            out.items[out.n++] = a->items[i];
    return out;
}

static int port_order(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

void ecs_ports_add(struct ecs_ports *ports, uint16_t port)
{
    ports->items[ports->n++] = port;
}

void ecs_ports_settle(struct ecs_ports *ports)
{
    size_t kept = 0;

    if (ports->n == 0)
        return;
    qsort(ports->items, ports->n, sizeof(ports->items[0]), port_order);
    for (size_t i = 1; i < ports->n; i++)
        if (ports->items[i] != ports->items[kept])
            ports->items[++kept] = ports->items[i];
    ports->n = kept + 1;
}

/* ---- records ---- */

static const struct ecs_member attribute_members[] = {
    ECS_MEMBER_MUST(ecs_attribute, ECS_TEXT, "name", name),
    ECS_MEMBER(ecs_attribute, ECS_TEXT, "value", value),
};
static const struct ecs_members attribute_record = ECS_MEMBERS(ecs_attribute, attribute_members);

static const struct ecs_member instance_members[] = {
    ECS_MEMBER_MUST(ecs_instance, ECS_TEXT, "id", id),
    ECS_MEMBER_MUST(ecs_instance, ECS_TEXT, "cluster", cluster),
    ECS_MEMBER_MUST(ecs_instance, ECS_TEXT, "arn", arn),
    ECS_MEMBER_MUST(ecs_instance, ECS_TEXT, "clusterArn", cluster_arn),
    ECS_MEMBER(ecs_instance, ECS_TEXT, "ec2InstanceId", ec2_id),
    ECS_MEMBER(ecs_instance, ECS_TEXT, "host", host),
    ECS_MEMBER_MUST(ecs_instance, ECS_STATUS, "status", status),
    ECS_MEMBER(ecs_instance, ECS_AMOUNT, "registered", registered),
    ECS_MEMBER(ecs_instance, ECS_AMOUNT, "used", used),
    { "attributes", ECS_LIST, offsetof(struct ecs_instance, attributes), false, &attribute_record,
      offsetof(struct ecs_instance, n_attributes) },
    ECS_MEMBER(ecs_instance, ECS_JSON, "versionInfo", version_info),
    ECS_MEMBER(ecs_instance, ECS_JSON, "tags", tags),
    ECS_MEMBER(ecs_instance, ECS_TEXT, "registeredBy", registered_by),
    ECS_MEMBER(ecs_instance, ECS_TIME, "registeredAt", registered_at),
    ECS_MEMBER(ecs_instance, ECS_INT, "version", version),
};
static const struct ecs_members instance_record = ECS_MEMBERS(ecs_instance, instance_members);

int ecs_instance_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                       struct ecs_instance *out, struct remit_err *err)
{
    *out = (struct ecs_instance){ .revision = entry->revision };
    return ecs_record_parse(entry, &instance_record, arena, out, err);
}

int ecs_instance_read(struct control_store *store, struct remit_str cluster, struct remit_str id,
                      struct remit_arena *arena, struct ecs_instance *out, struct remit_err *err)
{
    struct control_key key = control_key_instance(cluster, id);

    *out = (struct ecs_instance){ 0 };
    if (id.len == 0)
        return 0;
    return ecs_record_read(store, &key, &instance_record, arena, out, &out->revision, err);
}

int ecs_instance_put(struct control_store_txn *txn, struct ecs_instance *instance,
                     struct remit_arena *arena, struct remit_err *err)
{
    struct control_key key = control_key_instance(instance->cluster, instance->id);

    instance->version++;
    return ecs_record_put(txn, &key, &instance_record, instance, instance->revision, arena, err);
}

int ecs_instance_register(struct control_store_txn *txn, struct ecs_cluster *cluster,
                          struct ecs_instance *instance, struct remit_arena *arena,
                          struct remit_err *err)
{
    cluster->registrations++;
    TRY(ecs_cluster_put(txn, cluster, arena, err));
    return ecs_instance_put(txn, instance, arena, err);
}

const struct ecs_attribute *ecs_instance_attribute(const struct ecs_instance *instance,
                                                   struct remit_str name)
{
    for (size_t i = 0; i < instance->n_attributes; i++)
        if (remit_str_equal(instance->attributes[i].name, name))
            return &instance->attributes[i];
    return NULL;
}

int ecs_instance_connected(struct control_store *store, const struct ecs_instance *instance,
                           struct remit_arena *arena, bool *out, struct remit_err *err)
{
    struct control_key key = control_key_connected(instance->cluster, instance->id);
    struct control_store_entry entry = { 0 };

    TRY(control_store_get(store, control_key_str(&key), arena, &entry, err));
    *out = entry.revision != 0 && instance->status != ECS_INACTIVE;
    return 0;
}

/* ---- input ---- */

static const struct control_field resource_fields[] = {
    { .name = "name", .type = CONTROL_STRING, .required = true, .min = 1, .max = 128 },
    { .name = "type", .type = CONTROL_STRING, .max = 32 },
    { .name = "doubleValue", .type = CONTROL_DOUBLE, .max = AMOUNT_MOST },
    { .name = "longValue", .type = CONTROL_INTEGER, .max = AMOUNT_MOST },
    { .name = "integerValue", .type = CONTROL_INTEGER, .max = INT32_MAX },
    { .name = "stringSetValue",
      .type = CONTROL_LIST,
      .max = PORTS_MOST,
      .element = &control_element_string },
};
const struct control_field ecs_element_resource = { .name = "",
                                                    .type = CONTROL_STRUCTURE,
                                                    .fields = resource_fields,
                                                    .n_fields = REMIT_COUNT(resource_fields) };

static bool all_of(struct remit_str s, const char *besides)
{
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.ptr[i]) &&
            remit_str_find(remit_str_of(besides), s.ptr[i]) == strlen(besides))
            return false;
    return true;
}

static bool fits_attribute_name(struct remit_str s)
{
    return all_of(s, "_-/\\.");
}

static bool fits_attribute_value(struct remit_str s)
{
    return all_of(s, "_-/\\.@: ") && remit_str_trim(s).len == s.len;
}

static const struct control_pattern attribute_name = { "[a-zA-Z0-9_\\-/\\\\.]+",
                                                       fits_attribute_name };
static const struct control_pattern attribute_value = { "[a-zA-Z0-9_\\-/\\\\.@: ]+",
                                                        fits_attribute_value };
static const char *const target_types[] = { "container-instance", NULL };
static const struct control_field attribute_fields[] = {
    { .name = "name",
      .type = CONTROL_STRING,
      .required = true,
      .min = 1,
      .max = 128,
      .pattern = &attribute_name },
    { .name = "value", .type = CONTROL_STRING, .max = 128, .pattern = &attribute_value },
    { .name = "targetType", .type = CONTROL_STRING, .max = 32, .values = target_types },
    { .name = "targetId", .type = CONTROL_STRING, .max = 2048 },
};
const struct control_field ecs_element_attribute = { .name = "",
                                                     .type = CONTROL_STRUCTURE,
                                                     .fields = attribute_fields,
                                                     .n_fields = REMIT_COUNT(attribute_fields) };

const struct control_field ecs_version_fields[3] = {
    { .name = "agentVersion", .type = CONTROL_STRING, .max = 128 },
    { .name = "agentHash", .type = CONTROL_STRING, .max = 128 },
    { .name = "dockerVersion", .type = CONTROL_STRING, .max = 128 },
};

/* integerValue, or what fits the type given; clients fill the others with zeros. */
static int64_t amount_of(const struct remit_json *resource)
{
    struct remit_str type = remit_json_str(remit_json_get(resource, "type"));

    if (remit_str_equal(type, REMIT_STR("LONG")))
        return remit_json_int(remit_json_get(resource, "longValue"));
    if (remit_str_equal(type, REMIT_STR("DOUBLE")))
        return (int64_t)remit_json_real(remit_json_get(resource, "doubleValue"));
    return remit_json_int(remit_json_get(resource, "integerValue"));
}

static int invalid_resource(const char *name, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                      "Invalid resource '%s': given twice, negative, or not of ports 1 to 65535.",
                      name);
}

static int ports_of(const struct remit_json *list, const char *name, struct remit_arena *arena,
                    struct ecs_ports *out, struct remit_err *err)
{
    size_t n = remit_json_count(list);

    *out = (struct ecs_ports){ .items = REMIT_NEW_N(arena, uint16_t, n) };
    TRY(remit_arena_check(arena, "ports", err));
    for (size_t i = 0; i < n; i++) {
        unsigned long long port = 0;

        if (!remit_str_to_u64(remit_json_str(remit_json_at(list, i)), 65535, &port) || port == 0)
            return invalid_resource(name, err);
        ecs_ports_add(out, (uint16_t)port);
    }
    ecs_ports_settle(out);
    return 0;
}

int ecs_resources_of(const struct remit_json *total_resources, struct remit_arena *arena,
                     struct ecs_amount *out, struct remit_err *err)
{
    static const char *const names[] = { "CPU", "MEMORY", "PORTS", "PORTS_UDP" };
    bool seen[REMIT_COUNT(names)] = { false };

    *out = (struct ecs_amount){ 0 };
    for (size_t i = 0; i < remit_json_count(total_resources); i++) {
        const struct remit_json *resource = remit_json_at(total_resources, i);
        struct remit_str name = remit_json_str(remit_json_get(resource, "name"));
        const struct remit_json *set = remit_json_get(resource, "stringSetValue");
        size_t which = 0;

        while (which < REMIT_COUNT(names) && !remit_str_equal(name, remit_str_of(names[which])))
            which++;
        if (which == REMIT_COUNT(names))
            continue; /* a kind of resource that no task of ours asks for */
        if (seen[which] || amount_of(resource) < 0)
            return invalid_resource(names[which], err);
        seen[which] = true;
        if (which < 2)
            *(which == 0 ? &out->cpu : &out->memory) = amount_of(resource);
        else
            TRY(ports_of(set, names[which], arena, which == 2 ? &out->tcp : &out->udp, err));
    }
    return 0;
}

int ecs_attributes_of(const struct remit_json *attributes, struct remit_arena *arena,
                      struct ecs_attribute **out, size_t *n, struct remit_err *err)
{
    *n = 0;
    *out = REMIT_NEW_N(arena, struct ecs_attribute, remit_json_count(attributes));
    TRY(remit_arena_check(arena, "attributes", err));
    for (size_t i = 0; i < remit_json_count(attributes); i++) {
        const struct remit_json *item = remit_json_at(attributes, i);
        struct ecs_attribute a = {
            .name = remit_arena_str(arena, remit_json_str(remit_json_get(item, "name"))),
            .value = remit_arena_str(arena, remit_json_str(remit_json_get(item, "value"))),
        };

        for (size_t j = 0; j < *n; j++)
            if (remit_str_equal((*out)[j].name, a.name))
                return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                                  "The attribute '" REMIT_STR_FMT "' is given twice.",
                                  REMIT_STR_ARG(a.name));
        (*out)[(*n)++] = a;
    }
    return remit_arena_check(arena, "attributes", err);
}
