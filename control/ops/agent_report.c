#include "control/ops/agent.h"
#include "control/ops/ecs.h"

/* [ecs-control 7.4] what agents cut to, so that nothing longer is kept */
#define REASON_MAX 1024
#define ID_MAX     255

const char *const agent_states[] = { "PENDING", "RUNNING", "STOPPED", NULL };

static const char *const protocols[] = { "tcp", "udp", NULL };
static const struct control_field binding_fields[] = {
    ECS_TEXT_FIELD("bindIP", 64),
    ECS_INT_FIELD("containerPort", 0, 65535),
    ECS_INT_FIELD("hostPort", 0, 65535),
    ECS_ENUM_FIELD("protocol", false, protocols),
    ECS_TEXT_FIELD("containerPortRange", 16),
    ECS_TEXT_FIELD("hostPortRange", 16),
};
const struct control_field agent_element_binding = ECS_STRUCT_ELEMENT(binding_fields);

/* ---- members ---- */

bool agent_set_text(struct remit_str *to, struct remit_str given, size_t most)
{
    given = remit_str_sub(given, 0, most);
    if (given.len == 0 || remit_str_equal(*to, given))
        return false;
    *to = given;
    return true;
}

bool agent_set_time(double *to, double given, double now)
{
    if (*to > 0 || given <= 0)
        return false;
    *to = given < now ? given : now;
    return true;
}

static int set_bindings(struct control_call *call, const struct remit_json *bindings,
                        struct remit_str *to, bool *changed, struct remit_err *err)
{
    static const struct control_field row =
        ECS_LIST_FIELD("networkBindings", 200, &agent_element_binding);
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_BODY_MAX);
    struct remit_jw w = REMIT_JW(&text);

    if (remit_json_count(bindings) == 0)
        return 0;
    ecs_described_write(&w, &row, bindings);
    TRY(remit_buf_check(&text, "network bindings", err));
    if (remit_str_equal(*to, remit_buf_view(&text)))
        return 0;
    *to = remit_arena_str(call->arena, remit_buf_view(&text));
    *changed = true;
    return remit_arena_check(call->arena, "network bindings", err);
}

/* ---- a container ---- */

static struct remit_str text_of(const struct remit_json *report, const char *name)
{
    return remit_json_str(remit_json_get(report, name));
}

static bool set_exit(struct ecs_container *c, const struct remit_json *code)
{
    if (remit_json_type(code) != REMIT_JSON_INT ||
        (c->exited && c->exit_code == remit_json_int(code)))
        return false;
    c->exited = true;
    c->exit_code = remit_json_int(code);
    return true;
}

static bool set_status(struct ecs_container *c, enum ecs_status status)
{
    if (status <= c->last_status)
        return false;
    c->last_status = status;
    return true;
}

int agent_report_container(struct control_call *call, struct ecs_task *task,
                           const struct remit_json *report, bool *changed, struct remit_err *err)
{
    struct ecs_container *c = ecs_task_container(task, text_of(report, "containerName"));
    enum ecs_status status = ecs_status_of(text_of(report, "status"));

    /* A report of before what is known, late or twice, has nothing to say. */
    if (c == NULL || (status != ECS_NONE && status < c->last_status))
        return 0;
    *changed |= set_status(c, status);
    *changed |= agent_set_text(&c->runtime_id, text_of(report, "runtimeId"), ID_MAX);
    *changed |= agent_set_text(&c->image_digest, text_of(report, "imageDigest"), ID_MAX);
    *changed |= agent_set_text(&c->reason, text_of(report, "reason"), REASON_MAX);
    *changed |= set_exit(c, remit_json_get(report, "exitCode"));
    return set_bindings(call, remit_json_get(report, "networkBindings"), &c->bindings, changed,
                        err);
}

void agent_acknowledge(struct control_call *call, const struct ecs_task *task)
{
    control_audit_note(call, "taskArn", task->arn);
    control_put_cstr(call, "acknowledgment", "ACCEPT");
}
