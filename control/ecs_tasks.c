#include "control/ecs_record.h"

/* ---- records ---- */

static const struct ecs_member container_members[] = {
    ECS_MEMBER_MUST(ecs_container, ECS_TEXT, "name", name),
    ECS_MEMBER_MUST(ecs_container, ECS_TEXT, "arn", arn),
    ECS_MEMBER(ecs_container, ECS_TEXT, "image", image),
    ECS_MEMBER(ecs_container, ECS_TEXT, "imageDigest", image_digest),
    ECS_MEMBER(ecs_container, ECS_TEXT, "runtimeId", runtime_id),
    ECS_MEMBER(ecs_container, ECS_TEXT, "reason", reason),
    ECS_MEMBER(ecs_container, ECS_TEXT, "health", health),
    ECS_MEMBER_MUST(ecs_container, ECS_STATUS, "lastStatus", last_status),
    ECS_MEMBER(ecs_container, ECS_FLAG, "essential", essential),
    ECS_MEMBER(ecs_container, ECS_FLAG, "exited", exited),
    ECS_MEMBER(ecs_container, ECS_INT, "exitCode", exit_code),
    ECS_MEMBER(ecs_container, ECS_JSON, "bindings", bindings),
    ECS_MEMBER(ecs_container, ECS_TEXT, "cpu", cpu),
    ECS_MEMBER(ecs_container, ECS_TEXT, "memory", memory),
    ECS_MEMBER(ecs_container, ECS_TEXT, "memoryReservation", reservation),
};
static const struct ecs_members container_record = ECS_MEMBERS(ecs_container, container_members);

static const struct ecs_member task_members[] = {
    ECS_MEMBER_MUST(ecs_task, ECS_TEXT, "id", id),
    ECS_MEMBER_MUST(ecs_task, ECS_TEXT, "cluster", cluster),
    ECS_MEMBER_MUST(ecs_task, ECS_TEXT, "arn", arn),
    ECS_MEMBER_MUST(ecs_task, ECS_TEXT, "clusterArn", cluster_arn),
    ECS_MEMBER_MUST(ecs_task, ECS_TEXT, "family", family),
    ECS_MEMBER_MUST(ecs_task, ECS_TEXT, "definitionArn", definition_arn),
    ECS_MEMBER(ecs_task, ECS_COUNT, "definition", definition),
    ECS_MEMBER_MUST(ecs_task, ECS_TEXT, "instance", instance),
    ECS_MEMBER_MUST(ecs_task, ECS_TEXT, "instanceArn", instance_arn),
    ECS_MEMBER_MUST(ecs_task, ECS_STATUS, "lastStatus", last_status),
    ECS_MEMBER_MUST(ecs_task, ECS_STATUS, "desiredStatus", desired_status),
    ECS_MEMBER(ecs_task, ECS_TEXT, "taskRoleArn", task_role),
    ECS_MEMBER(ecs_task, ECS_TEXT, "executionRoleArn", execution_role),
    ECS_MEMBER(ecs_task, ECS_TEXT, "group", group),
    ECS_MEMBER(ecs_task, ECS_TEXT, "startedBy", started_by),
    ECS_MEMBER(ecs_task, ECS_TEXT, "referenceId", reference_id),
    ECS_MEMBER(ecs_task, ECS_TEXT, "launchType", launch_type),
    ECS_MEMBER(ecs_task, ECS_TEXT, "cpu", cpu),
    ECS_MEMBER(ecs_task, ECS_TEXT, "memory", memory),
    ECS_MEMBER(ecs_task, ECS_JSON, "overrides", overrides),
    ECS_MEMBER(ecs_task, ECS_JSON, "attributes", attributes),
    ECS_MEMBER(ecs_task, ECS_JSON, "tags", tags),
    ECS_MEMBER(ecs_task, ECS_AMOUNT, "held", held),
    { "containers", ECS_LIST, offsetof(struct ecs_task, containers), false, &container_record,
      offsetof(struct ecs_task, n_containers) },
    ECS_MEMBER(ecs_task, ECS_TEXT, "stopCode", stop_code),
    ECS_MEMBER(ecs_task, ECS_TEXT, "stoppedReason", stopped_reason),
    ECS_MEMBER(ecs_task, ECS_TIME, "createdAt", created_at),
    ECS_MEMBER(ecs_task, ECS_TIME, "pullStartedAt", pull_started_at),
    ECS_MEMBER(ecs_task, ECS_TIME, "pullStoppedAt", pull_stopped_at),
    ECS_MEMBER(ecs_task, ECS_TIME, "startedAt", started_at),
    ECS_MEMBER(ecs_task, ECS_TIME, "stoppingAt", stopping_at),
    ECS_MEMBER(ecs_task, ECS_TIME, "executionStoppedAt", execution_stopped_at),
    ECS_MEMBER(ecs_task, ECS_TIME, "stoppedAt", stopped_at),
    ECS_MEMBER(ecs_task, ECS_FLAG, "enableExecuteCommand", execute_command),
    ECS_MEMBER(ecs_task, ECS_TEXT, "runBy", run_by),
    ECS_MEMBER(ecs_task, ECS_INT, "version", version),
};
static const struct ecs_members task_record = ECS_MEMBERS(ecs_task, task_members);

int ecs_task_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                   struct ecs_task *out, struct remit_err *err)
{
    *out = (struct ecs_task){ .revision = entry->revision };
    TRY(ecs_record_parse(entry, &task_record, arena, out, err));
    out->stored_last = out->last_status;
    out->stored_desired = out->desired_status;
    return 0;
}

int ecs_task_read(struct control_store *store, struct remit_str cluster, struct remit_str id,
                  struct remit_arena *arena, struct ecs_task *out, struct remit_err *err)
{
    struct control_key key = control_key_task(cluster, id);
    struct control_store_entry entry = { 0 };

    *out = (struct ecs_task){ 0 };
    if (cluster.len == 0 || id.len == 0)
        return 0;
    TRY(control_store_get(store, control_key_str(&key), arena, &entry, err));
    return entry.revision == 0 ? 0 : ecs_task_parse(&entry, arena, out, err);
}

struct ecs_container *ecs_task_container(const struct ecs_task *task, struct remit_str name)
{
    for (size_t i = 0; i < task->n_containers; i++)
        if (remit_str_equal(task->containers[i].name, name))
            return &task->containers[i];
    return NULL;
}

/* ---- placed ---- */

static const struct ecs_member placed_members[] = {
    ECS_MEMBER(ecs_placed, ECS_TEXT, "group", group),
    ECS_MEMBER(ecs_placed, ECS_TEXT, "family", family),
};
static const struct ecs_members placed_record = ECS_MEMBERS(ecs_placed, placed_members);

int ecs_placed_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                     struct ecs_placed *out, struct remit_err *err)
{
    *out = (struct ecs_placed){
        .instance = remit_arena_str(arena, control_key_tail(entry->key, 1)),
        .task = remit_arena_str(arena, control_key_tail(entry->key, 0)),
    };
    return ecs_record_parse(entry, &placed_record, arena, out, err);
}

/* The agent's watch fires for each put: only when it has something to learn. */
static int placed_put(struct control_store_txn *txn, const struct ecs_task *task,
                      struct remit_arena *arena, struct remit_err *err)
{
    struct control_key key = control_key_placed(task->cluster, task->instance, task->id);
    const struct ecs_placed placed = { .group = task->group, .family = task->family };
    struct remit_str value;

    if (task->revision != 0 && task->desired_status == task->stored_desired)
        return 0;
    TRY(ecs_record_text(&placed_record, &placed, arena, &value, err));
    control_store_put(txn, remit_arena_str(arena, control_key_str(&key)), value);
    return 0;
}

static void placed_remove(struct control_store_txn *txn, const struct ecs_task *task,
                          struct remit_arena *arena)
{
    struct control_key key = control_key_placed(task->cluster, task->instance, task->id);

    control_store_remove(txn, remit_arena_str(arena, control_key_str(&key)));
}

/* ---- writing ---- */

/* Our own callers keep the order of a task's life; one that does not must not reach the store. */
static int moves_forward(const struct ecs_task *task, struct remit_err *err)
{
    if (task->last_status >= task->stored_last && task->desired_status >= task->stored_desired)
        return 0;
    return remit_fail(err, REMIT_ERR_INTERNAL, "ServerException",
                      "task " REMIT_STR_FMT " would go back from %s to %s", REMIT_STR_ARG(task->id),
                      ecs_status_name(task->stored_last), ecs_status_name(task->last_status));
}

int ecs_task_put(struct control_store_txn *txn, struct ecs_task *task, struct remit_arena *arena,
                 struct remit_err *err)
{
    struct control_key key = control_key_task(task->cluster, task->id);

    TRY(moves_forward(task, err));
    task->version++;
    TRY(ecs_record_put(txn, &key, &task_record, task, task->revision, arena, err));
    return placed_put(txn, task, arena, err);
}

static int64_t less(int64_t a, int64_t b)
{
    return a > b ? a - b : 0;
}

static int give_back(struct control_store *store, struct control_store_txn *txn,
                     const struct ecs_task *task, struct remit_arena *arena, struct remit_err *err)
{
    struct ecs_instance instance;

    TRY(ecs_instance_read(store, task->cluster, task->instance, arena, &instance, err));
    if (instance.revision == 0)
        return 0;
    instance.used.cpu = less(instance.used.cpu, task->held.cpu);
    instance.used.memory = less(instance.used.memory, task->held.memory);
    instance.used.tcp = ecs_ports_minus(&instance.used.tcp, &task->held.tcp, arena);
    instance.used.udp = ecs_ports_minus(&instance.used.udp, &task->held.udp, arena);
    return ecs_instance_put(txn, &instance, arena, err);
}

static int stopped_to_txn(struct control_store *store, struct control_store_txn *txn,
                          struct ecs_task *task, uint64_t lease, struct remit_arena *arena,
                          struct remit_err *err)
{
    struct control_key key = control_key_task(task->cluster, task->id);
    struct remit_str kept = remit_arena_str(arena, control_key_str(&key));
    struct remit_str value;

    TRY(moves_forward(task, err));
    task->version++;
    TRY(ecs_record_text(&task_record, task, arena, &value, err));
    control_store_expect(txn, kept, task->revision);
    control_store_put_leased(txn, kept, value, lease);
    placed_remove(txn, task, arena);
    return task->stored_last == ECS_STOPPED ? 0 : give_back(store, txn, task, arena, err);
}

static int save_stopped(struct control_store *store, struct ecs_task *task, uint64_t *revision,
                        struct remit_arena *arena, struct remit_err *err)
{
    struct control_store_txn txn = { 0 };
    struct remit_err ignored;
    uint64_t lease = 0;

    TRY(control_store_lease(store, (int64_t)ECS_STOPPED_KEPT_S * 1000, &lease, err));
    if (stopped_to_txn(store, &txn, task, lease, arena, err) == 0 &&
        remit_arena_check(arena, "a task", err) == 0 &&
        control_store_commit(store, &txn, revision, err) == 0)
        return 0;
    TRY(control_store_revoke(store, lease, &ignored)); /* or it ends by itself */
    return -1;
}

int ecs_task_save(struct control_store *store, struct ecs_task *task, struct remit_arena *arena,
                  struct remit_err *err)
{
    struct control_store_txn txn = { 0 };
    uint64_t revision = 0;

    if (task->last_status == ECS_STOPPED) {
        task->desired_status = ECS_STOPPED; /* whatever ended it: its sessions end with it */
        TRY(save_stopped(store, task, &revision, arena, err));
    } else {
        TRY(ecs_task_put(&txn, task, arena, err));
        TRY(remit_arena_check(arena, "a task", err));
        TRY(control_store_commit(store, &txn, &revision, err));
    }
    task->revision = revision;
    task->stored_last = task->last_status;
    task->stored_desired = task->desired_status;
    return 0;
}
