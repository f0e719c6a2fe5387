#include "control/ops/iam.h"

bool iam_names_role(const struct control_call *call)
{
    return control_has(call, "RoleName");
}

int iam_named(struct control_call *call, struct remit_str *out, struct remit_err *err)
{
    *out = control_in_str(call, iam_names_role(call) ? "RoleName" : "UserName");
    if (out->len > 0)
        return 0;
    if (call->caller.kind != CONTROL_CALLER_USER)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError",
                          "Must specify userName when calling with non-User credentials");
    *out = call->caller.user_name;
    return 0;
}

int iam_named_read(struct control_call *call, struct iam_principal_record *out,
                   struct remit_err *err)
{
    struct remit_str name;

    TRY(iam_named(call, &name, err));
    TRY(iam_names_role(call) ? iam_role_read(call->store, name, call->arena, out, err)
                             : iam_user_read(call->store, name, call->arena, out, err));
    if (control_resource_asked(call, out->arn))
        return 0;
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoSuchEntity",
                      "The %s with name " REMIT_STR_FMT " cannot be found.",
                      iam_names_role(call) ? "role" : "user", REMIT_STR_ARG(name));
}

/* ---- for authorization ---- */

/* *found is false when there is no such principal: nothing else may tell the two apart. */
static int find_named(struct control_call *call, struct iam_principal_record *out, bool *found,
                      struct remit_err *err)
{
    *found = iam_named_read(call, out, err) == 0;
    return *found || remit_err_is(err, "NoSuchEntity") ? 0 : -1;
}

static int add_tags(struct control_call *call, const struct iam_tag *tags, size_t n,
                    struct remit_err *err)
{
    for (size_t i = 0; i < n; i++)
        TRY(control_resource_tag(call, tags[i].key, tags[i].value, err));
    return 0;
}

/* The path in an ARN would tell that the role is there: a denial says "role name", as IAM does. */
static int show(struct control_call *call, struct remit_str name, struct remit_err *err)
{
    return control_resource_show(call,
                                 remit_arena_fmt(call->arena, "%s " REMIT_STR_FMT,
                                                 iam_names_role(call) ? "role" : "user",
                                                 REMIT_STR_ARG(name)),
                                 err);
}

int iam_principal_resource(struct control_call *call, struct remit_err *err)
{
    struct iam_principal_record record = { 0 };
    struct remit_str name;
    bool found = false;

    if (iam_named(call, &name, err) != 0)
        return call->caller.kind == CONTROL_CALLER_ROOT
                   ? control_resource_add(call, call->caller.arn, err)
                   : 0; /* "*": the handler then says what is missing */
    TRY(find_named(call, &record, &found, err));
    if (!found) {
        TRY(control_resource_add(call,
                                 control_arn(call, "iam", false, "%s/" REMIT_STR_FMT,
                                             iam_names_role(call) ? "role" : "user",
                                             REMIT_STR_ARG(name)),
                                 err));
        return show(call, name, err);
    }
    TRY(control_resource_add(call, record.arn, err));
    TRY(show(call, name, err));
    return add_tags(call, record.tags, record.n_tags, err);
}

int iam_policy_resource(struct control_call *call, struct remit_err *err)
{
    struct remit_str arn = control_in_str(call, "PolicyArn");
    struct iam_policy_record record = { 0 };

    TRY(control_resource_add(call, arn, err));
    if (iam_policy_read(call->store, arn, call->arena, &record, err) == 0)
        return add_tags(call, record.tags, record.n_tags, err);
    return remit_err_is(err, "NoSuchEntity") ? 0 : -1;
}

int iam_principal_context(struct control_call *call, struct remit_err *err)
{
    struct remit_str boundary = control_in_str(call, "PermissionsBoundary");
    struct iam_principal_record record = { 0 };
    bool found = false;

    if (control_has(call, "PolicyArn"))
        TRY(control_context_add(call, "iam:PolicyARN", control_in_str(call, "PolicyArn"), err));
    TRY(find_named(call, &record, &found, err));
    if (boundary.len == 0 && found)
        boundary = record.boundary;
    return boundary.len > 0 ? control_context_add(call, "iam:PermissionsBoundary", boundary, err)
                            : 0;
}

int iam_create_resource(struct control_call *call, const char *kind, struct remit_str name,
                        const char *tag_action, struct remit_err *err)
{
    struct remit_str path =
        control_has(call, "Path") ? control_in_str(call, "Path") : REMIT_STR("/");
    struct remit_str arn = control_arn(call, "iam", false, "%s" REMIT_STR_FMT REMIT_STR_FMT, kind,
                                       REMIT_STR_ARG(path), REMIT_STR_ARG(name));

    TRY(control_resource_add(call, arn, err));
    return remit_json_count(control_in(call, "Tags")) > 0
               ? control_also_needs(call, tag_action, arn, err)
               : 0;
}

int iam_create_context(struct control_call *call, struct remit_err *err)
{
    struct remit_str boundary = control_in_str(call, "PermissionsBoundary");

    if (boundary.len > 0)
        TRY(control_context_add(call, "iam:PermissionsBoundary", boundary, err));
    return control_context_tags(call, control_in(call, "Tags"), err);
}

/* ---- changes ---- */

int iam_is_there(struct control_call *call, struct remit_str key, bool *there,
                 struct remit_err *err)
{
    struct control_store_entry entry = { 0 };

    TRY(remit_arena_check(call->arena, "the request", err));
    TRY(control_store_get(call->store, key, call->arena, &entry, err));
    *there = entry.revision != 0;
    return 0;
}

static int create_once(struct control_call *call, void *self, struct remit_err *err)
{
    struct iam_principal_record *record = self;
    struct control_store_txn txn = { 0 };
    bool there = false;

    TRY(iam_is_there(call, iam_principal_path(record->is_role, record->name, call->arena), &there,
                     err));
    if (there)
        return remit_fail(err, REMIT_ERR_CONFLICT, "EntityAlreadyExists",
                          "%s with name " REMIT_STR_FMT " already exists.",
                          record->is_role ? "Role" : "User", REMIT_STR_ARG(record->name));
    TRY(iam_boundary_set(call, record, &txn, err));
    TRY(iam_principal_put(&txn, record, call->arena, err));
    return control_try_commit(call, &txn, err);
}

int iam_principal_create(struct control_call *call, struct iam_principal_record *record,
                         struct remit_err *err)
{
    return control_try(call, create_once, record, IAM_RACE, err);
}

struct change {
    iam_change_fn *fn;
    bool removes;
};

static int change_once(struct control_call *call, void *self, struct remit_err *err)
{
    const struct change *change = self;
    struct iam_principal_record record = { 0 };
    struct control_store_txn txn = { 0 };
    int done = 0;

    TRY(iam_named_read(call, &record, err));
    done = change->fn(call, &record, &txn, err);
    if (done != 0)
        return done > 0 ? 0 : -1;
    TRY(change->removes ? iam_principal_remove(&txn, &record, call->arena, err)
                        : iam_principal_put(&txn, &record, call->arena, err));
    return control_try_commit(call, &txn, err);
}

int iam_named_change(struct control_call *call, iam_change_fn *change, struct remit_err *err)
{
    return control_try(call, change_once, &(struct change){ .fn = change }, IAM_RACE, err);
}

int iam_named_remove(struct control_call *call, iam_change_fn *check, struct remit_err *err)
{
    return control_try(call, change_once, &(struct change){ .fn = check, .removes = true },
                       IAM_RACE, err);
}

static int hangs_on(const char *what, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_CONFLICT, "DeleteConflict", "Cannot delete entity, must %s.",
                      what);
}

int iam_removable(struct control_call *call, struct iam_principal_record *record,
                  struct control_store_txn *txn, struct remit_err *err)
{
    if (record->n_attached > 0)
        return hangs_on("detach all policies first", err);
    if (record->n_inline > 0)
        return hangs_on("delete policies first", err);
    if (record->n_access_keys > 0)
        return hangs_on("remove referenced objects first", err);
    if (record->boundary.len == 0)
        return 0;
    return iam_use_policy(call, record->boundary, 0, -1, txn, err);
}
