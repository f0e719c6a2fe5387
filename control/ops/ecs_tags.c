#include "control/ops/ecs_tags.h"

/* ---- by ARN ---- */

static int no_long_arn(struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                      "Long arn format must be used for tagging operations");
}

static int read_inside(struct control_call *call, const char *type, struct remit_str text,
                       struct ecs_tagged *out, struct remit_err *err)
{
    struct ecs_ref ref;

    TRY(ecs_ref_parse(call->config, type, text, &ref, err));
    if (ref.cluster.len == 0)
        return no_long_arn(err);
    if (out->kind == ECS_TAGGED_INSTANCE) {
        TRY(ecs_instance_read(call->store, ref.cluster, ref.id, call->arena, &out->thing.instance,
                              err));
        out->found = out->thing.instance.revision != 0;
        out->tags = out->thing.instance.tags;
        return 0;
    }
    TRY(ecs_task_read(call->store, ref.cluster, ref.id, call->arena, &out->thing.task, err));
    out->found = out->thing.task.revision != 0;
    out->tags = out->thing.task.tags;
    return 0;
}

static int read_cluster(struct control_call *call, struct remit_str text, struct ecs_tagged *out,
                        struct remit_err *err)
{
    struct ecs_place place;

    TRY(ecs_place_of(call, text, &place, err));
    TRY(ecs_cluster_read(call->store, place.name, call->arena, &out->thing.cluster, err));
    out->found = out->thing.cluster.status == ECS_ACTIVE;
    out->tags = out->thing.cluster.tags;
    return 0;
}

static int read_definition(struct control_call *call, struct remit_str text, struct ecs_tagged *out,
                           struct remit_err *err)
{
    struct ecs_definition_ref ref;

    TRY(ecs_definition_ref_of(call, text, &ref, err));
    if (ref.number > 0)
        TRY(ecs_definition_find(call, &ref, &out->thing.definition, err));
    out->found = out->thing.definition.revision != 0;
    out->tags = out->thing.definition.tags;
    return 0;
}

int ecs_tagged_read(struct control_call *call, struct ecs_tagged *out, struct remit_err *err)
{
    static const struct {
        const char *prefix;
        enum ecs_tagged_kind kind;
    } kinds[] = {
        { "cluster/", ECS_TAGGED_CLUSTER },
        { "container-instance/", ECS_TAGGED_INSTANCE },
        { "task/", ECS_TAGGED_TASK },
        { "task-definition/", ECS_TAGGED_DEFINITION },
    };
    struct remit_str text = control_in_str(call, "resourceArn");
    struct remit_arn arn;

    *out = (struct ecs_tagged){ 0 };
    if (!remit_arn_parse(text, &arn) || !remit_str_equal(arn.service, REMIT_STR("ecs")))
        return no_long_arn(err);
    for (size_t i = 0; i < REMIT_COUNT(kinds); i++)
        if (remit_str_starts(arn.resource, remit_str_of(kinds[i].prefix)))
            out->kind = kinds[i].kind;
    switch (out->kind) {
    case ECS_TAGGED_CLUSTER:
        return read_cluster(call, text, out, err);
    case ECS_TAGGED_INSTANCE:
        return read_inside(call, "container-instance", text, out, err);
    case ECS_TAGGED_TASK:
        return read_inside(call, "task", text, out, err);
    case ECS_TAGGED_DEFINITION:
        return read_definition(call, text, out, err);
    }
    return 0; /* a kind that is not kept here: nothing is found */
}

int ecs_tagged_need(const struct ecs_tagged *tagged, struct remit_err *err)
{
    if (tagged->found)
        return 0;
    if (tagged->kind == ECS_TAGGED_CLUSTER)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "ClusterNotFoundException",
                          "Cluster not found.");
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "ResourceNotFoundException",
                      "The specified resource was not found.");
}

int ecs_tagged_resource(struct control_call *call, struct remit_err *err)
{
    struct ecs_tagged tagged;

    TRY(ecs_tagged_read(call, &tagged, err));
    TRY(control_resource_add(call, control_in_str(call, "resourceArn"), err));
    return ecs_resource_tags(call, tagged.tags, err);
}

/* ---- writing ---- */

static int save_task(struct control_call *call, struct ecs_task *task, struct remit_str tags,
                     struct remit_err *err)
{
    if (task->desired_status == ECS_STOPPED) /* [ecs-control 11] a stopped task has none */
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "The specified task is stopped and can not be tagged.");
    task->tags = tags;
    return ecs_task_save(call->store, task, call->arena, err);
}

int ecs_tagged_save(struct control_call *call, struct ecs_tagged *tagged, struct remit_str tags,
                    struct remit_err *err)
{
    struct control_store_txn txn = { 0 };

    switch (tagged->kind) {
    case ECS_TAGGED_CLUSTER:
        tagged->thing.cluster.tags = tags;
        TRY(ecs_cluster_put(&txn, &tagged->thing.cluster, call->arena, err));
        break;
    case ECS_TAGGED_INSTANCE:
        tagged->thing.instance.tags = tags;
        TRY(ecs_instance_put(&txn, &tagged->thing.instance, call->arena, err));
        break;
    case ECS_TAGGED_TASK:
        return save_task(call, &tagged->thing.task, tags, err);
    case ECS_TAGGED_DEFINITION:
        tagged->thing.definition.tags = tags;
        TRY(ecs_definition_put(&txn, &tagged->thing.definition, call->arena, err));
        break;
    }
    return ecs_commit(call, &txn, NULL, err);
}

struct editing {
    int (*edit)(struct control_call *call, const struct remit_json *tags, struct remit_jw *out,
                struct remit_err *err);
};

static int edit_once(struct control_call *call, void *self, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_BODY_MAX);
    auto_json struct remit_json *tags = NULL;
    const struct editing *editing = self;
    struct remit_jw w = REMIT_JW(&text);
    struct ecs_tagged tagged;

    TRY(ecs_tagged_read(call, &tagged, err));
    TRY(ecs_tagged_need(&tagged, err));
    if (tagged.tags.len > 0)
        TRY(remit_json_parse(tagged.tags, CONTROL_STORE_VALUE_MAX, &tags, err));
    remit_jw_array(&w);
    TRY(editing->edit(call, tags, &w, err));
    remit_jw_end(&w);
    TRY(remit_buf_check(&text, "tags", err));
    return ecs_tagged_save(call, &tagged, remit_arena_str(call->arena, remit_buf_view(&text)), err);
}

int ecs_tagged_edit(struct control_call *call,
                    int (*edit)(struct control_call *call, const struct remit_json *tags,
                                struct remit_jw *out, struct remit_err *err),
                    struct remit_err *err)
{
    struct editing editing = { edit };

    return ecs_retry(call, edit_once, &editing, err);
}
