/* The normalized form in which a definition is stored and shown. [ecs-control 8.1] */
#include "control/ops/definition_rules.h"

#define DOCUMENT_MAX 65536 /* bytes [ecs-control 5] */

/* ---- containers ---- */

static void write_port(struct remit_jw *w, const struct remit_json *def,
                       const struct remit_json *mapping)
{
    int64_t port = rule_int(mapping, "containerPort");
    int64_t host = rule_int(mapping, "hostPort");

    remit_jw_object(w);
    if (ecs_there(mapping, "containerPortRange")) {
        remit_jw_put_str(w, "containerPortRange", ecs_text(mapping, "containerPortRange"));
    } else {
        remit_jw_put_int(w, "containerPort", port);
        remit_jw_put_int(w, "hostPort", rule_mode_is(def, "bridge") ? host : port);
    }
    remit_jw_put_cstr(w, "protocol", ecs_is(mapping, "protocol", "udp") ? "udp" : "tcp");
    if (ecs_there(mapping, "name"))
        remit_jw_put_str(w, "name", ecs_text(mapping, "name"));
    if (ecs_there(mapping, "appProtocol"))
        remit_jw_put_str(w, "appProtocol", ecs_text(mapping, "appProtocol"));
    remit_jw_end(w);
}

static void write_ports(struct remit_jw *w, const struct remit_json *def,
                        const struct remit_json *list)
{
    remit_jw_array(w);
    for (size_t i = 0; i < remit_json_count(list); i++)
        write_port(w, def, remit_json_at(list, i));
    remit_jw_end(w);
}

static void write_health(struct remit_jw *w, const struct remit_json *health)
{
    static const struct {
        const char *name;
        int64_t otherwise; /* 0: left out */
    } rows[] = { { "interval", 30 }, { "timeout", 5 }, { "retries", 3 }, { "startPeriod", 0 } };

    remit_jw_object(w);
    remit_jw_key(w, "command");
    remit_jw_json(w, remit_json_get(health, "command"));
    for (size_t i = 0; i < REMIT_COUNT(rows); i++)
        if (ecs_there(health, rows[i].name) || rows[i].otherwise != 0)
            remit_jw_put_int(w, rows[i].name,
                             ecs_there(health, rows[i].name) ? rule_int(health, rows[i].name)
                                                             : rows[i].otherwise);
    remit_jw_end(w);
}

/* Members that are there even when nobody gave them. */
static const struct {
    const char *name, *text;
} defaults[] = {
    { "cpu", "0" },          { "essential", "true" }, { "environment", "[]" },
    { "mountPoints", "[]" }, { "volumesFrom", "[]" }, { "systemControls", "[]" },
};

static const char *default_of(const char *name)
{
    for (size_t i = 0; i < REMIT_COUNT(defaults); i++)
        if (strcmp(defaults[i].name, name) == 0)
            return defaults[i].text;
    return NULL;
}

static void write_member(struct remit_jw *w, const struct remit_json *def,
                         const struct control_field *field, const struct remit_json *value)
{
    bool there = remit_json_type(value) > REMIT_JSON_NULL;
    const char *otherwise = default_of(field->name);

    if (strcmp(field->name, "portMappings") == 0) {
        remit_jw_key(w, field->name);
        write_ports(w, def, value);
    } else if (there && strcmp(field->name, "healthCheck") == 0) {
        remit_jw_key(w, field->name);
        write_health(w, value);
    } else if (there) {
        remit_jw_key(w, field->name);
        ecs_described_write(w, field, value);
    } else if (otherwise != NULL) {
        remit_jw_key(w, field->name);
        remit_jw_raw(w, remit_str_of(otherwise));
    }
}

static void write_container(struct remit_jw *w, const struct remit_json *def,
                            const struct remit_json *container)
{
    const struct control_field *shape = &ecs_element_container_definition;

    remit_jw_object(w);
    for (size_t i = 0; i < shape->n_fields; i++)
        write_member(w, def, &shape->fields[i], remit_json_get(container, shape->fields[i].name));
    remit_jw_end(w);
}

/* ---- the rest ---- */

static void write_texts(struct remit_jw *w, const struct remit_json *def, const char *const *names,
                        size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ecs_text(def, names[i]).len > 0)
            remit_jw_put_str(w, names[i], ecs_text(def, names[i]));
}

static void write_list(struct remit_jw *w, const struct remit_json *def, const char *name,
                       const struct control_field *element)
{
    const struct remit_json *list = remit_json_get(def, name);

    remit_jw_key(w, name);
    remit_jw_array(w);
    for (size_t i = 0; i < remit_json_count(list); i++)
        ecs_described_write(w, element, remit_json_at(list, i));
    remit_jw_end(w);
}

static void write_sizes(struct remit_jw *w, const struct remit_json *def)
{
    int64_t size = 0;

    if (ecs_task_cpu_of(ecs_text(def, "cpu"), &size)) {
        remit_jw_key(w, "cpu");
        remit_jw_fmt(w, "%lld", (long long)size);
    }
    if (ecs_task_memory_of(ecs_text(def, "memory"), &size)) {
        remit_jw_key(w, "memory");
        remit_jw_fmt(w, "%lld", (long long)size);
    }
}

static void write_platform(struct remit_jw *w, const struct remit_json *def)
{
    const struct control_field shape = ECS_STRUCT_ELEMENT(ecs_platform_fields);

    if (!ecs_there(def, "runtimePlatform"))
        return;
    remit_jw_key(w, "runtimePlatform");
    ecs_described_write(w, &shape, remit_json_get(def, "runtimePlatform"));
}

/* awsvpc and FARGATE are refused before: what is left runs on any instance. */
static void write_compatibilities(struct remit_jw *w, const struct remit_json *def)
{
    remit_jw_key(w, "compatibilities");
    remit_jw_raw(w, REMIT_STR("[\"EXTERNAL\",\"EC2\"]"));
    if (remit_json_count(remit_json_get(def, "requiresCompatibilities")) > 0)
        write_list(w, def, "requiresCompatibilities", &ecs_element_compatibility);
}

int ecs_definition_document(const struct control_config *config, const struct remit_json *def,
                            struct remit_arena *arena, struct remit_str *out, struct remit_err *err)
{
    static const char *const texts[] = { "family", "taskRoleArn", "executionRoleArn", "networkMode",
                                         "ipcMode" };
    auto_buf struct remit_buf text = REMIT_BUF(2 * CONTROL_BODY_MAX);
    const struct remit_json *containers = rule_containers(def);
    struct remit_jw w = REMIT_JW(&text);

    remit_jw_object(&w);
    remit_jw_key(&w, "containerDefinitions");
    remit_jw_array(&w);
    for (size_t i = 0; i < remit_json_count(containers); i++)
        write_container(&w, def, remit_json_at(containers, i));
    remit_jw_end(&w);
    write_texts(&w, def, texts, REMIT_COUNT(texts));
    write_list(&w, def, "volumes", &ecs_element_volume);
    remit_jw_key(&w, "requiresAttributes");
    ecs_definition_attributes_write(&w, config, def);
    write_list(&w, def, "placementConstraints", &ecs_element_definition_constraint);
    write_compatibilities(&w, def);
    write_platform(&w, def);
    write_sizes(&w, def);
    remit_jw_end(&w);
    if (!remit_buf_ok(&text) || text.len > DOCUMENT_MAX)
        return rule_broken(err, "Actual length: '%zu'. Max allowed length is '%d' bytes.", text.len,
                           DOCUMENT_MAX);
    *out = remit_arena_str(arena, remit_buf_view(&text));
    return remit_arena_check(arena, "a task definition", err);
}
