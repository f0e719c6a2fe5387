#include "control/ops/ecs.h"

#define FAMILY_MAX 255

/* ---- clusters ---- */

int ecs_place_of(struct control_call *call, struct remit_str text, struct ecs_place *out,
                 struct remit_err *err)
{
    struct ecs_ref ref;

    TRY(ecs_ref_parse(call->config, "cluster", text, &ref, err));
    out->name = ref.cluster.len > 0 ? REMIT_STR("") : ref.id;
    out->arn = out->name.len > 0 ? ecs_arn(call->config, call->arena, "cluster/" REMIT_STR_FMT,
                                           REMIT_STR_ARG(out->name))
                                 : text;
    return remit_arena_check(call->arena, "an ARN", err);
}

int ecs_place(struct control_call *call, struct ecs_place *out, struct remit_err *err)
{
    struct remit_str given = control_in_str(call, "cluster");

    return ecs_place_of(call, given.len > 0 ? given : REMIT_STR("default"), out, err);
}

int ecs_cluster_find(struct control_call *call, struct remit_str name, struct ecs_cluster *out,
                     struct remit_err *err)
{
    TRY(ecs_cluster_read(call->store, name, call->arena, out, err));
    return out->revision != 0 ? 0
                              : remit_fail(err, REMIT_ERR_NOT_FOUND, "ClusterNotFoundException",
                                           "Cluster not found.");
}

int ecs_cluster_find_active(struct control_call *call, struct remit_str name,
                            struct ecs_cluster *out, struct remit_err *err)
{
    TRY(ecs_cluster_find(call, name, out, err));
    return out->status == ECS_ACTIVE
               ? 0
               : remit_fail(err, REMIT_ERR_INVALID, "ClientException", "Cluster was not ACTIVE.");
}

int ecs_cluster_resource(struct control_call *call, struct remit_err *err)
{
    struct ecs_place place;
    struct ecs_cluster cluster;

    TRY(ecs_place(call, &place, err));
    TRY(control_resource_add(call, place.arn, err));
    TRY(ecs_cluster_read(call->store, place.name, call->arena, &cluster, err));
    return ecs_resource_tags(call, cluster.tags, err);
}

int ecs_cluster_context(struct control_call *call, struct remit_err *err)
{
    struct ecs_place place;

    TRY(ecs_place(call, &place, err));
    return control_context_add(call, "ecs:cluster", place.arn, err);
}

/* ---- things inside clusters ---- */

int ecs_named_of(struct control_call *call, const char *type, const struct ecs_place *place,
                 struct remit_str text, struct ecs_named *out, struct remit_err *err)
{
    struct ecs_ref ref;

    TRY(ecs_ref_parse(call->config, type, text, &ref, err));
    out->id = ref.id;
    if (ref.cluster.len > 0 && !remit_str_equal(ref.cluster, place->name))
        out->id = REMIT_STR("");
    out->arn = out->id.len > 0 && place->name.len > 0
                   ? ecs_arn(call->config, call->arena, "%s/" REMIT_STR_FMT "/" REMIT_STR_FMT, type,
                             REMIT_STR_ARG(place->name), REMIT_STR_ARG(out->id))
                   : text;
    return remit_arena_check(call->arena, "an ARN", err);
}

static int task_resource(struct control_call *call, const struct ecs_place *place,
                         struct remit_str text, struct remit_err *err)
{
    struct ecs_named named;
    struct ecs_task task;

    TRY(ecs_named_of(call, "task", place, text, &named, err));
    TRY(control_resource_add(call, named.arn, err));
    TRY(ecs_task_read(call->store, place->name, named.id, call->arena, &task, err));
    return ecs_resource_tags(call, task.tags, err);
}

static int instance_resource(struct control_call *call, const struct ecs_place *place,
                             struct remit_str text, struct remit_err *err)
{
    struct ecs_named named;
    struct ecs_instance instance;

    TRY(ecs_named_of(call, "container-instance", place, text, &named, err));
    TRY(control_resource_add(call, named.arn, err));
    TRY(ecs_instance_read(call->store, place->name, named.id, call->arena, &instance, err));
    return ecs_resource_tags(call, instance.tags, err);
}

/* The member is a list of names, or one name. */
static int each_resource(struct control_call *call, const char *member,
                         int (*add)(struct control_call *, const struct ecs_place *,
                                    struct remit_str, struct remit_err *),
                         struct remit_err *err)
{
    const struct remit_json *value = control_in(call, member);
    struct ecs_place place;

    TRY(ecs_place(call, &place, err));
    if (remit_json_type(value) == REMIT_JSON_STRING)
        return add(call, &place, remit_json_str(value), err);
    for (size_t i = 0; i < remit_json_count(value); i++)
        TRY(add(call, &place, remit_json_str(remit_json_at(value, i)), err));
    return 0;
}

int ecs_task_resources(struct control_call *call, const char *member, struct remit_err *err)
{
    return each_resource(call, member, task_resource, err);
}

int ecs_instance_resources(struct control_call *call, const char *member, struct remit_err *err)
{
    return each_resource(call, member, instance_resource, err);
}

static int describe_pass(struct control_call *call, const char *type, const char *member,
                         ecs_put_named *put, bool missing, struct remit_err *err)
{
    const struct remit_json *list = control_in(call, member);
    struct ecs_place place;

    TRY(ecs_place(call, &place, err));
    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct ecs_named named;
        bool found = false;

        TRY(ecs_named_of(call, type, &place, remit_json_str(remit_json_at(list, i)), &named, err));
        TRY(put(call, &place, named.id, missing, &found, err));
        if (missing && !found)
            ecs_put_failure(call, named.arn, "MISSING");
    }
    return 0;
}

int ecs_describe(struct control_call *call, const char *type, const char *member,
                 ecs_put_named *put, struct remit_err *err)
{
    struct ecs_cluster cluster;
    struct ecs_place place;

    TRY(ecs_place(call, &place, err));
    TRY(ecs_cluster_find(call, place.name, &cluster, err));
    control_begin_list(call, member);
    TRY(describe_pass(call, type, member, put, false, err));
    control_end(call);
    control_begin_list(call, "failures");
    TRY(describe_pass(call, type, member, put, true, err));
    control_end(call);
    return 0;
}

/* ---- task definitions ---- */

static int invalid_revision(struct remit_str text, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                      "Invalid revision number. Number: " REMIT_STR_FMT,
                      REMIT_STR_ARG(remit_str_sub(text, 0, 64)));
}

static int definition_arn_tail(struct control_call *call, struct remit_str text,
                               struct remit_str *tail, bool *ours, struct remit_err *err)
{
    struct remit_arn arn;

    *tail = text;
    *ours = true;
    if (!remit_str_starts(text, REMIT_STR("arn:")))
        return 0;
    if (!remit_arn_parse(text, &arn) || !remit_str_equal(arn.service, REMIT_STR("ecs")) ||
        !remit_str_starts(arn.resource, REMIT_STR("task-definition/")))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "Invalid identifier: '" REMIT_STR_FMT
                          "' is not the ARN of a task definition.",
                          REMIT_STR_ARG(remit_str_sub(text, 0, 128)));
    *tail = remit_str_sub(arn.resource, strlen("task-definition/"), arn.resource.len);
    *ours = ecs_arn_is_ours(call->config, &arn);
    return 0;
}

int ecs_definition_ref_of(struct control_call *call, struct remit_str text,
                          struct ecs_definition_ref *out, struct remit_err *err)
{
    struct remit_str rest;
    unsigned long long number = 0;
    bool ours = false;
    bool numbered = false;

    *out = (struct ecs_definition_ref){ 0 };
    TRY(definition_arn_tail(call, text, &rest, &ours, err));
    numbered = remit_str_cut(&rest, ':', &out->family);
    if (numbered && (!remit_str_to_u64(rest, UINT32_MAX, &number) || number == 0))
        return invalid_revision(rest, err);
    out->number = (unsigned)number;
    if (!ours || out->family.len > FAMILY_MAX || !control_pattern_ecs_name.fits(out->family))
        out->family = REMIT_STR("");
    return 0;
}

int ecs_definition_find(struct control_call *call, const struct ecs_definition_ref *ref,
                        struct ecs_definition *out, struct remit_err *err)
{
    unsigned number = ref->number;
    struct ecs_family family;

    if (number == 0) {
        TRY(ecs_family_read(call->store, ref->family, call->arena, &family, err));
        number = family.active;
    }
    return ecs_definition_read(call->store, ref->family, number, call->arena, out, err);
}
