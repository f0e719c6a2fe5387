#include "control/ecs_data.h"

#include <remit/arn.h>

#include "common/os/random.h"
#include "control/ecs_record.h"
#include "control/store/keys.h"

#define NAME_MAX_BYTES 255 /* [ecs-control 5] of every name */

/* ---- statuses ---- */

static const char *const statuses[] = {
    [ECS_NONE] = "",
    [ECS_PROVISIONING] = "PROVISIONING",
    [ECS_PENDING] = "PENDING",
    [ECS_ACTIVATING] = "ACTIVATING",
    [ECS_RUNNING] = "RUNNING",
    [ECS_DEACTIVATING] = "DEACTIVATING",
    [ECS_STOPPING] = "STOPPING",
    [ECS_DEPROVISIONING] = "DEPROVISIONING",
    [ECS_STOPPED] = "STOPPED",
    [ECS_ACTIVE] = "ACTIVE",
    [ECS_DRAINING] = "DRAINING",
    [ECS_INACTIVE] = "INACTIVE",
};

const char *ecs_status_name(enum ecs_status status)
{
    return (size_t)status < REMIT_COUNT(statuses) ? statuses[status] : "";
}

enum ecs_status ecs_status_of(struct remit_str name)
{
    for (size_t i = 1; i < REMIT_COUNT(statuses); i++)
        if (remit_str_equal(name, remit_str_of(statuses[i])))
            return (enum ecs_status)i;
    return ECS_NONE;
}

/* ---- names and ARNs ---- */

struct remit_str ecs_id_new(struct remit_arena *arena)
{
    auto_buf struct remit_buf id = REMIT_BUF(ECS_ID_LEN + 1);

    remit_random_text(&id, "0123456789abcdef", ECS_ID_LEN);
    return remit_arena_str(arena, remit_buf_view(&id));
}

struct remit_str ecs_arn(const struct control_config *config, struct remit_arena *arena,
                         const char *fmt, ...)
{
    auto_buf struct remit_buf text = REMIT_BUF(2048);
    va_list ap;

    remit_buf_put_fmt(&text, "arn:" REMIT_STR_FMT ":ecs:" REMIT_STR_FMT ":" REMIT_STR_FMT ":",
                      REMIT_STR_ARG(config->partition), REMIT_STR_ARG(config->region),
                      REMIT_STR_ARG(config->account));
    va_start(ap, fmt);
    remit_buf_put_vfmt(&text, fmt, ap);
    va_end(ap);
    if (!remit_buf_ok(&text))
        arena->failed = true;
    return remit_arena_str(arena, remit_buf_view(&text));
}

bool ecs_arn_is_ours(const struct control_config *config, const struct remit_arn *arn)
{
    return remit_str_equal(arn->partition, config->partition) &&
           remit_str_equal(arn->region, config->region) &&
           remit_str_equal(arn->account, config->account);
}

static int no_such_arn(struct remit_str text, const char *type, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                      "Invalid identifier: '" REMIT_STR_FMT "' is not the ARN of a %s.",
                      REMIT_STR_ARG(remit_str_sub(text, 0, 128)), type);
}

int ecs_ref_parse(const struct control_config *config, const char *type, struct remit_str text,
                  struct ecs_ref *out, struct remit_err *err)
{
    struct remit_str rest, head;
    struct remit_arn arn;

    *out = (struct ecs_ref){ .id = text };
    if (remit_str_starts(text, REMIT_STR("arn:"))) {
        if (!remit_arn_parse(text, &arn) || !remit_str_equal(arn.service, REMIT_STR("ecs")))
            return no_such_arn(text, type, err);
        rest = arn.resource;
        if (!remit_str_cut(&rest, '/', &head) || !remit_str_equal(head, remit_str_of(type)))
            return no_such_arn(text, type, err);
        if (remit_str_find(rest, '/') < rest.len)
            (void)remit_str_cut(&rest, '/', &out->cluster);
        out->id = ecs_arn_is_ours(config, &arn) ? rest : REMIT_STR("");
    }
    if (out->id.len > NAME_MAX_BYTES || out->cluster.len > NAME_MAX_BYTES)
        out->id = REMIT_STR("");
    return 0;
}

/* ---- clusters ---- */

static const struct ecs_member cluster_members[] = {
    ECS_MEMBER_MUST(ecs_cluster, ECS_TEXT, "name", name),
    ECS_MEMBER_MUST(ecs_cluster, ECS_TEXT, "arn", arn),
    ECS_MEMBER_MUST(ecs_cluster, ECS_STATUS, "status", status),
    ECS_MEMBER(ecs_cluster, ECS_TIME, "createdAt", created_at),
    ECS_MEMBER(ecs_cluster, ECS_JSON, "settings", settings),
    ECS_MEMBER(ecs_cluster, ECS_JSON, "configuration", configuration),
    ECS_MEMBER(ecs_cluster, ECS_JSON, "serviceConnectDefaults", service_connect),
    ECS_MEMBER(ecs_cluster, ECS_JSON, "tags", tags),
    ECS_MEMBER(ecs_cluster, ECS_INT, "registrations", registrations),
};

static const struct ecs_members cluster_record = ECS_MEMBERS(ecs_cluster, cluster_members);

int ecs_cluster_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                      struct ecs_cluster *out, struct remit_err *err)
{
    *out = (struct ecs_cluster){ .revision = entry->revision };
    return ecs_record_parse(entry, &cluster_record, arena, out, err);
}

int ecs_cluster_read(struct control_store *store, struct remit_str name, struct remit_arena *arena,
                     struct ecs_cluster *out, struct remit_err *err)
{
    struct control_key key = control_key_cluster(name);

    *out = (struct ecs_cluster){ 0 };
    if (name.len == 0)
        return 0;
    return ecs_record_read(store, &key, &cluster_record, arena, out, &out->revision, err);
}

int ecs_cluster_put(struct control_store_txn *txn, const struct ecs_cluster *cluster,
                    struct remit_arena *arena, struct remit_err *err)
{
    struct control_key key = control_key_cluster(cluster->name);

    return ecs_record_put(txn, &key, &cluster_record, cluster, cluster->revision, arena, err);
}

/* ---- task definitions ---- */

static const struct ecs_member definition_members[] = {
    ECS_MEMBER_MUST(ecs_definition, ECS_TEXT, "family", family),
    ECS_MEMBER_MUST(ecs_definition, ECS_TEXT, "arn", arn),
    ECS_MEMBER(ecs_definition, ECS_COUNT, "revision", number),
    ECS_MEMBER_MUST(ecs_definition, ECS_STATUS, "status", status),
    ECS_MEMBER(ecs_definition, ECS_TEXT, "taskRoleArn", task_role),
    ECS_MEMBER(ecs_definition, ECS_TEXT, "executionRoleArn", execution_role),
    ECS_MEMBER(ecs_definition, ECS_TEXT, "networkMode", network_mode),
    ECS_MEMBER_MUST(ecs_definition, ECS_JSON, "document", document),
    ECS_MEMBER(ecs_definition, ECS_JSON, "tags", tags),
    ECS_MEMBER(ecs_definition, ECS_TIME, "registeredAt", registered_at),
    ECS_MEMBER(ecs_definition, ECS_TIME, "deregisteredAt", deregistered_at),
    ECS_MEMBER(ecs_definition, ECS_TEXT, "registeredBy", registered_by),
};

static const struct ecs_members definition_record = ECS_MEMBERS(ecs_definition, definition_members);

int ecs_definition_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                         struct ecs_definition *out, struct remit_err *err)
{
    *out = (struct ecs_definition){ .revision = entry->revision };
    return ecs_record_parse(entry, &definition_record, arena, out, err);
}

int ecs_definition_read(struct control_store *store, struct remit_str family, unsigned number,
                        struct remit_arena *arena, struct ecs_definition *out,
                        struct remit_err *err)
{
    struct control_key key = control_key_definition(family, number);

    *out = (struct ecs_definition){ 0 };
    if (family.len == 0 || number == 0)
        return 0;
    return ecs_record_read(store, &key, &definition_record, arena, out, &out->revision, err);
}

int ecs_definition_put(struct control_store_txn *txn, const struct ecs_definition *definition,
                       struct remit_arena *arena, struct remit_err *err)
{
    struct control_key key = control_key_definition(definition->family, definition->number);

    return ecs_record_put(txn, &key, &definition_record, definition, definition->revision, arena,
                          err);
}

/* ---- families ---- */

static const struct ecs_member family_members[] = {
    ECS_MEMBER_MUST(ecs_family, ECS_TEXT, "name", name),
    ECS_MEMBER(ecs_family, ECS_COUNT, "highest", highest),
    ECS_MEMBER(ecs_family, ECS_COUNT, "active", active),
};
static const struct ecs_members family_record = ECS_MEMBERS(ecs_family, family_members);

int ecs_family_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                     struct ecs_family *out, struct remit_err *err)
{
    *out = (struct ecs_family){ .revision = entry->revision };
    return ecs_record_parse(entry, &family_record, arena, out, err);
}

int ecs_family_read(struct control_store *store, struct remit_str name, struct remit_arena *arena,
                    struct ecs_family *out, struct remit_err *err)
{
    struct control_key key = control_key_family(name);

    *out = (struct ecs_family){ 0 };
    if (name.len == 0)
        return 0;
    return ecs_record_read(store, &key, &family_record, arena, out, &out->revision, err);
}

int ecs_family_put(struct control_store_txn *txn, const struct ecs_family *family,
                   struct remit_arena *arena, struct remit_err *err)
{
    struct control_key key = control_key_family(family->name);

    return ecs_record_put(txn, &key, &family_record, family, family->revision, arena, err);
}
