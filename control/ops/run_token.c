/* RunTask's clientToken: the same call again is answered with the tasks of the first. */
#include "control/ecs_record.h"
#include "control/ops/run.h"

/* [ecs-control 4] valid for 24 hours; the store's lease ends the record, the time is the rule. */
struct run_token {
    struct remit_str arguments; /* as described by the table, the token left out */
    struct remit_str tasks;     /* JSON: ids */
    double at;
};
static const struct ecs_member token_members[] = {
    ECS_MEMBER_MUST(run_token, ECS_TEXT, "arguments", arguments),
    ECS_MEMBER_MUST(run_token, ECS_JSON, "tasks", tasks),
    ECS_MEMBER(run_token, ECS_TIME, "at", at),
};
static const struct ecs_members token_record = ECS_MEMBERS(run_token, token_members);

static int arguments_of(struct control_call *call, struct remit_str *out, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_BODY_MAX);
    const struct control_operation *op = call->operation;
    struct remit_jw w = REMIT_JW(&text);

    remit_jw_object(&w);
    for (size_t i = 0; i < op->n_input; i++) {
        if (strcmp(op->input[i].name, "clientToken") == 0 || !control_has(call, op->input[i].name))
            continue;
        remit_jw_key(&w, op->input[i].name);
        ecs_described_write(&w, &op->input[i], control_in(call, op->input[i].name));
    }
    remit_jw_end(&w);
    TRY(remit_buf_check(&text, "the arguments", err));
    *out = remit_arena_str(call->arena, remit_buf_view(&text));
    return remit_arena_check(call->arena, "the arguments", err);
}

/* ---- again ---- */

static int conflict(struct control_call *call, const struct run *run, const struct remit_json *ids,
                    struct remit_err *err)
{
    struct remit_str arns[RUN_TASKS_MAX];
    size_t n = 0;

    for (; n < remit_json_count(ids) && n < RUN_TASKS_MAX; n++)
        arns[n] = ecs_arn(call->config, call->arena, "task/" REMIT_STR_FMT "/" REMIT_STR_FMT,
                          REMIT_STR_ARG(run->place.name),
                          REMIT_STR_ARG(remit_json_str(remit_json_at(ids, n))));
    TRY(remit_arena_check(call->arena, "ARNs", err));
    control_error_detail(call, "resourceIds", arns, n);
    return remit_fail(err, REMIT_ERR_CONFLICT, "ConflictException",
                      "The clientToken was used before with other arguments.");
}

/* Tasks that were stopped and forgotten since are left out. */
static int replay(struct control_call *call, const struct run *run, const struct remit_json *ids,
                  struct remit_err *err)
{
    control_begin_list(call, "tasks");
    for (size_t i = 0; i < remit_json_count(ids); i++) {
        struct ecs_task task;

        TRY(ecs_task_read(call->store, run->place.name, remit_json_str(remit_json_at(ids, i)),
                          call->arena, &task, err));
        if (task.revision != 0)
            TRY(ecs_put_task(call, NULL, &task, ECS_WITH_TAGS, err));
    }
    control_end(call);
    control_begin_list(call, "failures");
    control_end(call);
    return 0;
}

int run_token_check(struct control_call *call, struct run_placing *placing, struct remit_err *err)
{
    const struct run *run = placing->run;
    struct control_key key =
        control_key_run_token(run->place.name, control_in_str(call, "clientToken"));
    auto_json struct remit_json *ids = NULL;
    struct run_token record = { 0 };
    struct remit_str arguments;

    placing->by_token = control_in_str(call, "clientToken").len > 0;
    if (!placing->by_token)
        return 0;
    TRY(ecs_record_read(call->store, &key, &token_record, call->arena, &record,
                        &placing->token_revision, err));
    if (placing->token_revision == 0 || record.at + RUN_TOKEN_TTL_S <= call->now)
        return 0;
    TRY(arguments_of(call, &arguments, err));
    TRY(remit_json_parse(record.tasks, CONTROL_STORE_VALUE_MAX, &ids, err));
    if (!remit_str_equal(record.arguments, arguments))
        return conflict(call, run, ids, err);
    placing->replayed = true;
    return replay(call, run, ids, err);
}

/* ---- the first time ---- */

int run_token_put(struct control_call *call, struct control_store_txn *txn,
                  const struct run_placing *placing, uint64_t lease, struct remit_arena *arena,
                  struct remit_err *err)
{
    auto_buf struct remit_buf ids = REMIT_BUF(RUN_TASKS_MAX * (ECS_ID_LEN + 4) + 2);
    struct control_key key =
        control_key_run_token(placing->run->place.name, control_in_str(call, "clientToken"));
    struct remit_str kept = remit_arena_str(arena, control_key_str(&key));
    struct run_token record = { .at = call->now };
    struct remit_jw w = REMIT_JW(&ids);
    struct remit_str value;

    remit_jw_array(&w);
    for (size_t i = 0; i < placing->n_tasks; i++)
        remit_jw_str(&w, placing->tasks[i].id);
    remit_jw_end(&w);
    TRY(remit_buf_check(&ids, "task ids", err));
    record.tasks = remit_buf_view(&ids);
    TRY(arguments_of(call, &record.arguments, err));
    TRY(ecs_record_text(&token_record, &record, arena, &value, err));
    control_store_expect(txn, kept, placing->token_revision);
    control_store_put_leased(txn, kept, value, lease);
    return 0;
}
