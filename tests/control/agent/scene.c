#include "tests/control/agent/scene.h"

#include <stdarg.h>

#include "control/http/input.h"
#include "control/iam_write.h"

#define OK(call)                                                                                   \
    do {                                                                                           \
        struct remit_err err = { 0 };                                                              \
                                                                                                   \
        cr_assert(0 == (call), "%s: %s", err.code, err.text);                                      \
    } while (0)

static void commit(const struct control_store_txn *txn)
{
    OK(control_store_commit(face.store, txn, NULL, &err));
}

void scene_open(void)
{
    face_open();
    face.server.keeper = fake_keeper();
    scene_cluster("default", ECS_ACTIVE);
    scene_instance(SCENE_OURS);
    scene_instance(SCENE_OTHER);
    scene_role("app", SCENE_TRUST, 3600);
    scene_role("exec", SCENE_TRUST, 3600);
    scene_definition("bridge");
}

void scene_close(void)
{
    face_close();
}

/* ---- what is there ---- */

void scene_cluster(const char *name, enum ecs_status status)
{
    struct control_store_txn txn = { 0 };
    struct ecs_cluster cluster = { 0 };

    OK(ecs_cluster_read(face.store, remit_str_of(name), &face.arena, &cluster, &err));
    cluster.name = remit_str_of(name);
    cluster.arn = remit_arena_fmt(&face.arena, SCENE_ECS("cluster/%s"), name);
    cluster.status = status;
    OK(ecs_cluster_put(&txn, &cluster, &face.arena, &err));
    commit(&txn);
}

void scene_instance(const char *id)
{
    struct control_store_txn txn = { 0 };
    struct ecs_attribute attribute = { REMIT_STR("ecs.os-type"), REMIT_STR("linux") };
    struct ecs_instance instance = {
        .id = remit_str_of(id),
        .cluster = REMIT_STR("default"),
        .arn = remit_arena_fmt(&face.arena, SCENE_INSTANCE_ARN("%s"), id),
        .cluster_arn = REMIT_STR(SCENE_ECS("cluster/default")),
        .status = ECS_ACTIVE,
        .registered = { .cpu = 8192, .memory = 16384 },
        .attributes = &attribute,
        .n_attributes = 1,
    };

    OK(ecs_instance_put(&txn, &instance, &face.arena, &err));
    commit(&txn);
}

struct ecs_instance scene_instance_read(const char *id)
{
    struct ecs_instance instance;

    OK(ecs_instance_read(face.store, REMIT_STR("default"), remit_str_of(id), &face.arena, &instance,
                         &err));
    cr_assert(instance.revision != 0);
    return instance;
}

void scene_instance_status(const char *id, enum ecs_status status)
{
    struct control_store_txn txn = { 0 };
    struct ecs_instance instance = scene_instance_read(id);

    instance.status = status;
    OK(ecs_instance_put(&txn, &instance, &face.arena, &err));
    commit(&txn);
}

void scene_role(const char *name, const char *trust, int64_t max_session_s)
{
    struct control_store_txn txn = { 0 };
    struct iam_principal_record role = {
        .is_role = true,
        .name = remit_str_of(name),
        .path = REMIT_STR("/"),
        .id = remit_arena_fmt(&face.arena, "AROA%s", name),
        .arn = remit_arena_fmt(&face.arena, FACE_ROLE("%s"), name),
        .created_at = FACE_NOW,
        .max_session_s = max_session_s,
        .trust = remit_str_of(trust),
        .boundary = REMIT_STR(""),
        .description = REMIT_STR(""),
    };
    struct iam_principal_record was = { 0 };

    if (iam_role_read(face.store, role.name, &face.arena, &was, NULL) == 0)
        role.revision = was.revision;
    OK(iam_principal_put(&txn, &role, &face.arena, &err));
    commit(&txn);
}

void scene_definition(const char *network_mode)
{
    struct control_store_txn txn = { 0 };
    struct ecs_definition was = { 0 };
    struct ecs_definition definition = {
        .family = REMIT_STR("web"),
        .arn = REMIT_STR(SCENE_ECS("task-definition/web:1")),
        .number = 1,
        .status = ECS_ACTIVE,
        .task_role = REMIT_STR(FACE_ROLE("app")),
        .execution_role = REMIT_STR(FACE_ROLE("exec")),
        .network_mode = remit_str_of(network_mode),
        .document =
            REMIT_STR("{\"family\":\"web\",\"containerDefinitions\":[{\"name\":\"main\"}]}"),
    };

    OK(ecs_definition_read(face.store, REMIT_STR("web"), 1, &face.arena, &was, &err));
    definition.revision = was.revision;
    OK(ecs_definition_put(&txn, &definition, &face.arena, &err));
    commit(&txn);
}

const char *scene_task_arn(const char *id)
{
    return remit_arena_fmt(&face.arena, SCENE_ECS("task/default/%s"), id).ptr;
}

static void reserve(struct control_store_txn *txn, const struct ecs_task *task)
{
    struct ecs_instance instance = scene_instance_read(task->instance.ptr);

    instance.used.cpu += task->held.cpu;
    instance.used.memory += task->held.memory;
    instance.used.tcp = ecs_ports_union(&instance.used.tcp, &task->held.tcp, &face.arena);
    OK(ecs_instance_put(txn, &instance, &face.arena, &err));
}

struct ecs_task scene_task(const char *instance, const char *id)
{
    static uint16_t next_port = 8080;
    struct control_store_txn txn = { 0 };
    struct ecs_container *containers = REMIT_NEW_N(&face.arena, struct ecs_container, 2);
    uint16_t *port = REMIT_NEW(&face.arena, uint16_t);
    struct ecs_task task = {
        .id = remit_str_of(id),
        .cluster = REMIT_STR("default"),
        .arn = remit_str_of(scene_task_arn(id)),
        .cluster_arn = REMIT_STR(SCENE_ECS("cluster/default")),
        .family = REMIT_STR("web"),
        .definition_arn = REMIT_STR(SCENE_ECS("task-definition/web:1")),
        .definition = 1,
        .instance = remit_str_of(instance),
        .instance_arn = remit_arena_fmt(&face.arena, SCENE_INSTANCE_ARN("%s"), instance),
        .last_status = ECS_PENDING,
        .desired_status = ECS_RUNNING,
        .task_role = REMIT_STR(FACE_ROLE("app")),
        .execution_role = REMIT_STR(FACE_ROLE("exec")),
        .group = REMIT_STR("family:web"),
        .launch_type = REMIT_STR("EC2"),
        .overrides = REMIT_STR("{\"containerOverrides\":[]}"),
        .held = { .cpu = 256, .memory = 512, .tcp = { port, 1 } },
        .containers = containers,
        .n_containers = 2,
        .created_at = FACE_NOW,
    };

    *port = next_port++;
    for (size_t i = 0; i < 2; i++)
        containers[i] = (struct ecs_container){
            .name = i == 0 ? REMIT_STR("main") : REMIT_STR("side"),
            .arn = remit_arena_fmt(&face.arena, SCENE_ECS("container/default/%s/%zu"), id, i),
            .last_status = ECS_PENDING,
            .essential = i == 0,
        };
    OK(ecs_task_put(&txn, &task, &face.arena, &err));
    reserve(&txn, &task);
    commit(&txn);
    return task;
}

struct ecs_task scene_task_read(const char *id)
{
    struct ecs_task task;

    OK(ecs_task_read(face.store, REMIT_STR("default"), remit_str_of(id), &face.arena, &task, &err));
    cr_assert(task.revision != 0);
    return task;
}

void scene_stop_task(const char *id)
{
    struct ecs_task task = scene_task_read(id);

    task.desired_status = ECS_STOPPED;
    task.stop_code = REMIT_STR("UserInitiated");
    task.stopped_reason = REMIT_STR("Task stopped by user");
    task.stopping_at = FACE_NOW;
    OK(ecs_task_save(face.store, &task, &face.arena, &err));
}

struct remit_json *scene_shown(const char *id)
{
    auto_buf struct remit_buf text = REMIT_BUF(1 << 20);
    struct remit_jw w = REMIT_JW(&text);
    struct ecs_task task = scene_task_read(id);
    struct remit_json *json = NULL;

    ecs_task_write(&w, &task, 0);
    OK(remit_json_parse(remit_buf_view(&text), 1 << 20, &json, &err));
    return json;
}

/* ---- calls ---- */

void scene_drop(struct scene_result *result)
{
    remit_json_drop(&result->answer);
}

struct control_caller scene_root(void)
{
    return (struct control_caller){
        .kind = CONTROL_CALLER_ROOT,
        .account = REMIT_STR(FACE_ACCOUNT),
        .arn = REMIT_STR("arn:aws:iam::" FACE_ACCOUNT ":root"),
        .access_key_id = REMIT_STR("AKIAROOT"),
    };
}

struct control_caller scene_agent(const char *instance_id)
{
    bool ours = strcmp(instance_id, SCENE_OURS) == 0;

    return (struct control_caller){
        .kind = CONTROL_CALLER_INSTANCE,
        .account = REMIT_STR(FACE_ACCOUNT),
        .arn =
            REMIT_STR("arn:aws:sts::" FACE_ACCOUNT ":assumed-role/remit-container-instance/agent"),
        .access_key_id = REMIT_STR("ASIAINSTANCE"),
        .purpose = REMIT_STR("instance"),
        .container_instance = ours ? REMIT_STR(SCENE_INSTANCE_ARN(SCENE_OURS))
                                   : REMIT_STR(SCENE_INSTANCE_ARN(SCENE_OTHER)),
    };
}

struct control_caller scene_join_token(const char *access_key_id, const char *cluster)
{
    return (struct control_caller){
        .kind = CONTROL_CALLER_JOIN_TOKEN,
        .account = REMIT_STR(FACE_ACCOUNT),
        .arn = REMIT_STR("arn:aws:iam::" FACE_ACCOUNT ":join-token/x"),
        .access_key_id = remit_str_of(access_key_id),
        .cluster = remit_str_of(cluster),
    };
}

static struct remit_json *parse_input(const char *fmt, va_list ap) REMIT_PRINTF(1, 0);

static struct remit_json *parse_input(const char *fmt, va_list ap)
{
    auto_buf struct remit_buf text = REMIT_BUF(1 << 20);
    struct remit_json *json = NULL;

    remit_buf_put_vfmt(&text, fmt, ap);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\'')
            text.ptr[i] = '"';
    OK(remit_json_parse(remit_buf_view(&text), 1 << 20, &json, &err));
    return json;
}

static struct scene_result vcall(const struct control_operation *row, struct control_caller caller,
                                 const char *fmt, va_list ap) REMIT_PRINTF(3, 0);

static struct scene_result vcall(const struct control_operation *row, struct control_caller caller,
                                 const char *fmt, va_list ap)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
    auto_buf struct remit_buf out = REMIT_BUF_SECRET((size_t)4 * 1024 * 1024);
    auto_json struct remit_json *input = parse_input(fmt, ap);
    struct scene_result r = { 0 };
    struct control_call call;

    control_call_init(&call, &face.server, &arena, FACE_NOW);
    call.operation = row;
    call.input = input;
    call.caller = caller;
    r.result = control_input_types(row, input, &r.err);
    if (r.result == 0)
        r.result = control_run(&call, &out, &r.err);
    if (r.result == 0)
        OK(remit_json_parse(remit_buf_view(&out), 4 << 20, &r.answer, &err));
    control_call_clear(&call);
    return r;
}

struct scene_result scene_call(const struct control_operation *row, struct control_caller caller,
                               const char *json, ...)
{
    struct scene_result r;
    va_list ap;

    va_start(ap, json);
    r = vcall(row, caller, json, ap);
    va_end(ap);
    return r;
}

struct remit_json *scene_must(const struct control_operation *row, struct control_caller caller,
                              const char *json, ...)
{
    struct scene_result r;
    va_list ap;

    va_start(ap, json);
    r = vcall(row, caller, json, ap);
    va_end(ap);
    cr_assert(r.result == 0, "%s: %s: %s", row->name, r.err.code, r.err.text);
    return r.answer;
}

void scene_refused(const struct scene_result *r, enum remit_err_kind kind, const char *code)
{
    cr_assert(r->result != 0, "%s was expected", code);
    cr_expect(r->err.kind == kind && remit_err_is(&r->err, code), "%s (kind %d): %s", r->err.code,
              (int)r->err.kind, r->err.text);
}

/* ---- JSON ---- */

const struct remit_json *scene_value(const struct remit_json *json, const char *path)
{
    struct remit_str rest = remit_str_of(path);
    struct remit_str part;
    unsigned long long i = 0;

    while (rest.len > 0) {
        (void)remit_str_cut(&rest, '.', &part);
        json = remit_json_type(json) == REMIT_JSON_ARRAY && remit_str_to_u64(part, 100000, &i)
                   ? remit_json_at(json, (size_t)i)
                   : remit_json_get_str(json, part);
    }
    return json;
}

bool scene_is(const struct remit_json *json, const char *path, const char *text)
{
    return remit_str_equal(remit_json_str(scene_value(json, path)), remit_str_of(text));
}

struct remit_token_claims scene_session(const struct remit_json *json, const char *path)
{
    struct remit_str token =
        remit_json_str(remit_json_get(scene_value(json, path), "sessionToken"));
    struct remit_token_claims claims;

    OK(remit_token_verify(token, keeper_client_token_keys(fake_keeper()),
                          REMIT_STR(KEEPER_TOKEN_ISSUER), FACE_NOW, &face.arena, &claims, &err));
    return claims;
}
