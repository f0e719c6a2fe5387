#include <ctype.h>

#include "common/os/clock.h"
#include "control/ops/agent.h"
#include "control/ops/ecs.h"

#define HEARTBEAT_S 60
#define KNOWN_MOST  1000
#define WAIT_MOST_S 25
#define TOLD_WAIT_MS                                                                               \
    1000 /* an agent that asks again for what it was told does so once a second                    \
          */

#define TASK_ARENA ((size_t)8 * 1024 * 1024) /* one task with its definition */
#define TEXT_MAX   ((size_t)1024 * 1024)
#define NEWS_MOST  32 /* payloads and renewals in one answer; the next brings the others */
#define NEWS_BYTES ((size_t)1024 * 1024) /* of the payloads' documents; one always fits */

static bool fits_uuid(struct remit_str s)
{
    if (s.len != 36)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? s.ptr[i] != '-' : !isxdigit((unsigned char)s.ptr[i]))
            return false;
    }
    return true;
}

static const struct control_pattern uuid = { "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                                             fits_uuid };
static const struct control_field known_fields[] = {
    { .name = "taskArn", .type = CONTROL_STRING, .required = true, .max = 2048 },
    ECS_FLAG_FIELD("renew"),
};
static const struct control_field known_element = ECS_STRUCT_ELEMENT(known_fields);
static const struct control_field input[] = {
    AGENT_INSTANCE,
    { .name = "bootId", .type = CONTROL_STRING, .required = true, .max = 36, .pattern = &uuid },
    ECS_INT_FIELD("seenRevision", 0, INT64_MAX),
    ECS_INT_FIELD("waitSeconds", 0, WAIT_MOST_S),
    ECS_LIST_FIELD("known", KNOWN_MOST, &known_element),
};

/* ---- what there is, beside what the agent knows ---- */

struct placed {
    struct remit_str id;
    uint64_t revision;
    bool known, renew;
    struct placed *next;
};
struct known {
    struct remit_str id;
    bool renew;
};
struct poll {
    struct control_call *call;
    struct ecs_instance self;
    uint64_t seen;
    struct known *known;
    size_t n_known;
    struct placed *first, **last; /* by id */
    uint64_t revision;            /* of this picture */
};

static int read_known(struct poll *p, struct remit_err *err)
{
    const struct remit_json *list = control_in(p->call, "known");

    p->n_known = remit_json_count(list);
    p->known = REMIT_NEW_N(p->call->arena, struct known, p->n_known);
    TRY(remit_arena_check(p->call->arena, "a poll", err));
    for (size_t i = 0; i < p->n_known; i++) {
        const struct remit_json *one = remit_json_at(list, i);

        p->known[i].renew = remit_json_true(remit_json_get(one, "renew"));
        p->known[i].id =
            agent_task_id(p->call, &p->self, remit_json_str(remit_json_get(one, "taskArn")));
    }
    return 0;
}

static int add_placed(void *self, const struct control_store_entry *entry, struct remit_err *err)
{
    struct poll *p = self;
    struct placed *row = REMIT_NEW(p->call->arena, struct placed);

    TRY(remit_arena_check(p->call->arena, "a poll", err));
    row->id = remit_arena_str(p->call->arena, control_key_tail(entry->key, 0));
    row->revision = entry->revision;
    for (size_t i = 0; i < p->n_known; i++) {
        if (!remit_str_equal(p->known[i].id, row->id))
            continue;
        row->known = true;
        row->renew = p->known[i].renew;
    }
    *p->last = row;
    p->last = &row->next;
    return remit_arena_check(p->call->arena, "a poll", err);
}

static int look(struct poll *p, struct remit_err *err)
{
    struct control_key prefix = control_key_placeds(p->self.cluster, p->self.id);

    p->first = NULL;
    p->last = &p->first;
    return control_store_scan(p->call->store, control_key_str(&prefix), REMIT_STR(""), add_placed,
                              p, &p->revision, err);
}

/* ---- waiting ---- */

static bool is_due(const struct poll *p, bool *told)
{
    *told = false;
    for (const struct placed *row = p->first; row != NULL; row = row->next) {
        if (row->renew || row->revision > p->seen)
            return true;
        *told = *told || !row->known;
    }
    return false;
}

/* What is removed has no row, so the history is asked too; what it has forgotten is news. */
static int wait_for_news(struct poll *p, int timeout_ms, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(TASK_ARENA);
    struct control_key prefix = control_key_placeds(p->self.cluster, p->self.id);
    struct control_store_events events;
    int64_t start = remit_clock_boot_ms();

    if (control_store_watch(p->call->store, control_key_str(&prefix), p->seen, timeout_ms, &arena,
                            &events, err) != 0 &&
        !remit_err_is(err, "StoreCompacted") && !remit_err_is(err, "StoreUnavailable"))
        return -1;
    p->call->now += (double)(remit_clock_boot_ms() - start) / 1000;
    p->call->now_at = (int64_t)p->call->now;
    return 0;
}

/* Nothing is held while it waits; afterwards everything may have changed, its standing too. */
static int wait_and_look(struct poll *p, struct remit_err *err)
{
    int timeout_ms = (int)control_in_int(p->call, "waitSeconds", 0) * 1000;
    bool told = false;

    if (is_due(p, &told))
        return 0;
    if (told && timeout_ms > TOLD_WAIT_MS)
        timeout_ms = TOLD_WAIT_MS;
    TRY(wait_for_news(p, timeout_ms, err));
    TRY(agent_self(p->call, &p->self, err));
    TRY(agent_speaks(p->call, &p->self, control_in_str(p->call, "bootId"), err));
    return look(p, err);
}

/* ---- a task that can't start ---- */

struct unable {
    struct remit_str cluster, id, role;
    struct ecs_task *task;
};

static int give_up_once(struct control_call *call, void *self, struct remit_err *err)
{
    const struct unable *u = self;

    TRY(ecs_task_read(call->store, u->cluster, u->id, call->arena, u->task, err));
    if (u->task->revision == 0 || u->task->desired_status == ECS_STOPPED)
        return 0;
    u->task->desired_status = ECS_STOPPED;
    u->task->stop_code = REMIT_STR("TaskFailedToStart");
    u->task->stopped_reason = remit_arena_fmt(
        call->arena,
        "ECS was unable to assume the role '" REMIT_STR_FMT "' that was provided for this task. "
        "Please verify that the role being passed has the proper trust relationship and "
        "permissions and that your IAM user has permissions to pass this role.",
        REMIT_STR_ARG(u->role));
    u->task->stopping_at = call->now;
    return ecs_task_save(call->store, u->task, call->arena, err);
}

/* ---- the answer ---- */

struct answer {
    struct poll *poll;
    size_t n_news, bytes;
};

static void put_text(struct control_call *call, const char *name, struct remit_str value)
{
    if (value.len > 0)
        control_put_str(call, name, value);
}

static int put_definition(struct control_call *call, const struct ecs_definition *definition,
                          struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(TEXT_MAX);
    struct remit_jw w = REMIT_JW(&text);

    ecs_definition_write(&w, definition);
    TRY(remit_buf_check(&text, "a task definition", err));
    control_put_raw(call, "taskDefinition", remit_buf_view(&text));
    return 0;
}

static void put_containers(struct control_call *call, const struct ecs_task *task)
{
    control_begin_list(call, "containers");
    for (size_t i = 0; i < task->n_containers; i++) {
        control_begin_structure(call, NULL);
        control_put_str(call, "name", task->containers[i].name);
        control_put_str(call, "containerArn", task->containers[i].arn);
        control_end(call);
    }
    control_end(call);
}

static int put_payload(struct control_call *call, const struct ecs_task *task,
                       const struct ecs_definition *definition, struct remit_err *err)
{
    control_put_str(call, "taskId", task->id);
    control_put_str(call, "clusterName", task->cluster);
    control_put_str(call, "clusterArn", task->cluster_arn);
    control_put_str(call, "family", task->family);
    control_put_int(call, "revision", task->definition);
    put_text(call, "launchType", task->launch_type);
    put_text(call, "startedBy", task->started_by);
    put_text(call, "group", task->group);
    control_put_time(call, "createdAt", task->created_at);
    TRY(put_definition(call, definition, err));
    control_put_raw(call, "overrides", task->overrides.len > 0 ? task->overrides : REMIT_STR("{}"));
    if (task->tags.len > 0)
        control_put_raw(call, "tags", task->tags);
    put_containers(call, task);
    return 0;
}

static int put_task(struct control_call *call, const struct placed *row,
                    const struct ecs_task *task, const struct ecs_definition *definition,
                    const struct agent_sessions *sessions, struct remit_err *err)
{
    control_begin_structure(call, NULL);
    control_put_str(call, "taskArn", task->arn);
    control_put_cstr(call, "desiredStatus", ecs_status_name(task->desired_status));
    control_put_int(call, "version", task->version);
    if (!row->known)
        TRY(put_payload(call, task, definition, err));
    if (sessions->has_task)
        agent_put_credentials(call, "taskCredentials", &sessions->task, task->task_role);
    if (sessions->has_execution)
        agent_put_credentials(call, "executionCredentials", &sessions->execution,
                              task->execution_role);
    control_end(call);
    return 0;
}

static int read_definition(struct control_call *call, const struct ecs_task *task,
                           struct remit_arena *arena, struct ecs_definition *out,
                           struct remit_err *err)
{
    TRY(ecs_definition_read(call->store, task->family, task->definition, arena, out, err));
    return out->revision != 0 ? 0
                              : remit_fail(err, REMIT_ERR_INTERNAL, "StoreCorrupt",
                                           "task " REMIT_STR_FMT ": its definition is gone",
                                           REMIT_STR_ARG(task->id));
}

/*
 * Sessions go out only here: for tasks that are placed on the caller and are to run. A running task
 * whose role is gone keeps what it has; one that was to start stops.
 */
static int take_sessions(struct control_call *call, const struct placed *row, struct ecs_task *task,
                         const struct ecs_definition *definition, struct agent_sessions *out,
                         struct remit_err *err)
{
    bool host = remit_str_equal(definition->network_mode, REMIT_STR("host"));
    struct unable unable = { .cluster = task->cluster, .id = task->id, .task = task };

    if (task->desired_status != ECS_RUNNING)
        return 0;
    TRY(agent_sessions_mint(call, task, host, out, &unable.role, err));
    if (unable.role.len == 0 || row->known)
        return 0;
    agent_sessions_drop(out);
    return ecs_retry(call, give_up_once, &unable, err);
}

/* Every poll is answered, however much there is to say; what is left out is asked for again. */
static bool has_room(struct answer *a, const struct placed *row, const struct ecs_task *task,
                     const struct ecs_definition *definition)
{
    size_t size = row->known ? 0 : definition->document.len + task->overrides.len + task->tags.len;

    if (a->n_news == NEWS_MOST || (a->n_news > 0 && a->bytes + size > NEWS_BYTES))
        return false;
    a->n_news++;
    a->bytes += size;
    return true;
}

static int answer_task(struct answer *a, const struct placed *row, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(TASK_ARENA);
    auto_agent_sessions struct agent_sessions sessions = { 0 };
    struct control_call *call = a->poll->call;
    struct ecs_definition definition = { 0 };
    bool news = !row->known || row->renew;
    struct ecs_task task;

    TRY(ecs_task_read(call->store, a->poll->self.cluster, row->id, &arena, &task, err));
    if (task.revision == 0 || task.last_status == ECS_STOPPED)
        return 0; /* since the scan: the next poll hears of it */
    if (news)
        TRY(read_definition(call, &task, &arena, &definition, err));
    if (news && has_room(a, row, &task, &definition))
        TRY(take_sessions(call, row, &task, &definition, &sessions, err));
    else if (!row->known)
        return 0;
    return put_task(call, row, &task, &definition, &sessions, err);
}

static int answer(struct poll *p, struct remit_err *err)
{
    struct answer a = { .poll = p };

    control_put_int(p->call, "revision", (int64_t)p->revision);
    control_put_int(p->call, "heartbeatSeconds", HEARTBEAT_S);
    control_begin_list(p->call, "tasks");
    for (const struct placed *row = p->first; row != NULL; row = row->next)
        TRY(answer_task(&a, row, err));
    control_end(p->call);
    return 0;
}

static int poll(struct control_call *call, struct remit_err *err)
{
    struct poll p = { .call = call, .seen = (uint64_t)control_in_int(call, "seenRevision", 0) };

    TRY(agent_self(call, &p.self, err));
    TRY(agent_speaks(call, &p.self, control_in_str(call, "bootId"), err));
    TRY(agent_connected(call, &p.self, err));
    TRY(read_known(&p, err));
    TRY(look(&p, err));
    TRY(wait_and_look(&p, err));
    return answer(&p, err);
}

const struct control_operation control_poll = {
    .service = &control_agent_api,
    .name = "Poll",
    .action = "ecs:Poll",
    .proof = CONTROL_BY_INSTANCE,
    .quiet = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = poll,
};
