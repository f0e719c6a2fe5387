/*
 * ecs_data.h - clusters, task definitions, container instances and tasks as the store holds them.
 *
 * Records are JSON, versioned ("v": 1), one per thing, under the keys of control/store/keys.h.
 * Members that code acts on are typed here; members that are only stored and shown again are JSON
 * texts. Two rules hold after every commit, because the functions below keep them:
 *   - an instance's `used` is the sum of `held` of its tasks that are not STOPPED: a task takes
 *     when it is placed and gives back when its record becomes STOPPED, once;
 *   - the key `placed` of a task exists until the task is STOPPED, and is written whenever the
 *     agent has something to learn about it: an agent's poll watches control_key_placeds() alone.
 *
 * Absent: reading what does not exist is no error: the record comes out zero, with revision 0. A
 *         zero status is no status, so a forgotten test denies.
 * Writing: *_put() adds compare (the revision that was read; 0: must be absent) and change to a
 *         transaction; ecs_task_save() is a whole commit of its own.
 * Ownership: everything read is copied to the arena; what is put is in the arena until the commit.
 * Errors: INTERNAL "StoreCorrupt" for a record that can't be read; the store's own.
 * Sources: ecs-control.md 2, 6.1, 7.1, 8, 9, 13.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/arn.h>
#include <remit/err.h>
#include <remit/str.h>

#include "common/base/arena.h"
#include "common/base/json.h"
#include "control/operation.h"
#include "control/store/store.h"

/* Where things are, in the order of a task's life; a task's last status never goes back. */
enum ecs_status {
    ECS_NONE = 0,
    ECS_PROVISIONING,
    ECS_PENDING,
    ECS_ACTIVATING,
    ECS_RUNNING,
    ECS_DEACTIVATING,
    ECS_STOPPING,
    ECS_DEPROVISIONING,
    ECS_STOPPED,
    /* clusters, instances, task definitions */
    ECS_ACTIVE,
    ECS_DRAINING,
    ECS_INACTIVE,
};
const char *ecs_status_name(enum ecs_status status);  /* "RUNNING"; "" for NONE */
enum ecs_status ecs_status_of(struct remit_str name); /* NONE for anything else */

/* ---- resources ----------------------------------------------------------------------------- */

struct ecs_ports {
    uint16_t *items; /* ascending, each once */
    size_t n;
};
struct ecs_amount {
    int64_t cpu;    /* units: 1024 to a core */
    int64_t memory; /* MiB */
    struct ecs_ports tcp, udp;
};
/* For filling: `items` has room; settle sorts and drops doubles. */
void ecs_ports_add(struct ecs_ports *ports, uint16_t port);
void ecs_ports_settle(struct ecs_ports *ports);
bool ecs_ports_has(const struct ecs_ports *ports, uint16_t port);
/* All of `a` and all of `b`; `a` without those of `b`. */
struct ecs_ports ecs_ports_union(const struct ecs_ports *a, const struct ecs_ports *b,
                                 struct remit_arena *arena);
struct ecs_ports ecs_ports_minus(const struct ecs_ports *a, const struct ecs_ports *b,
                                 struct remit_arena *arena);

/* ---- clusters ------------------------------------------------------------------------------ */

struct ecs_cluster {
    struct remit_str name, arn;
    enum ecs_status status; /* ACTIVE, INACTIVE */
    double created_at;
    /* JSON texts, empty when not given: [{name, value}], {…}, {…}, [{key, value}] */
    struct remit_str settings, configuration, service_connect, tags;
    int64_t registrations; /* counts instances ever registered: see ecs_instance_register() */
    uint64_t revision;
};
int ecs_cluster_read(struct control_store *store, struct remit_str name, struct remit_arena *arena,
                     struct ecs_cluster *out, struct remit_err *err) REMIT_MUST_USE;
int ecs_cluster_put(struct control_store_txn *txn, const struct ecs_cluster *cluster,
                    struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;

/* ---- container instances ------------------------------------------------------------------- */

struct ecs_attribute {
    struct remit_str name, value; /* value empty: it has none */
};
struct ecs_instance {
    struct remit_str id, cluster, arn, cluster_arn;
    struct remit_str ec2_id;      /* ec2InstanceId, or empty */
    struct remit_str host;        /* hostName given at Join, or empty */
    enum ecs_status status;       /* ACTIVE, DRAINING, INACTIVE */
    struct ecs_amount registered; /* ports: those taken before any task */
    struct ecs_amount used;       /* by tasks that are not STOPPED */
    struct ecs_attribute *attributes;
    size_t n_attributes;
    struct remit_str version_info;  /* JSON: {agentVersion, agentHash, dockerVersion}, or empty */
    struct remit_str tags;          /* JSON: [{key, value}], or empty */
    struct remit_str registered_by; /* principal's ARN */
    double registered_at;
    int64_t version; /* grows by one with each put */
    uint64_t revision;
};
int ecs_instance_read(struct control_store *store, struct remit_str cluster, struct remit_str id,
                      struct remit_arena *arena, struct ecs_instance *out,
                      struct remit_err *err) REMIT_MUST_USE;
int ecs_instance_put(struct control_store_txn *txn, struct ecs_instance *instance,
                     struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
/*
 * A new instance: puts it, and its cluster with one registration more, so that no DeleteCluster
 * can pass it by. The cluster must have been found ACTIVE by the caller.
 */
int ecs_instance_register(struct control_store_txn *txn, struct ecs_cluster *cluster,
                          struct ecs_instance *instance, struct remit_arena *arena,
                          struct remit_err *err) REMIT_MUST_USE;
/*
 * totalResources and attributes in the shapes of RegisterContainerInstance (Join and RenewInstance
 * use the same). INVALID "InvalidParameterException" for a wrong or doubled name, a negative
 * amount, a port out of range, too many.
 */
extern const struct control_field ecs_element_resource, ecs_element_attribute;
extern const struct control_field ecs_version_fields[3];
/* Rows of an operation's input table. */
#define ECS_TOTAL_RESOURCES                                                                        \
    {                                                                                              \
        .name = "totalResources", .type = CONTROL_LIST, .max = 20,                                 \
        .element = &ecs_element_resource                                                           \
    }
#define ECS_ATTRIBUTES                                                                             \
    {                                                                                              \
        .name = "attributes", .type = CONTROL_LIST, .max = 200, .element = &ecs_element_attribute  \
    }
#define ECS_VERSION_INFO                                                                           \
    {                                                                                              \
        .name = "versionInfo", .type = CONTROL_STRUCTURE, .fields = ecs_version_fields,            \
        .n_fields = REMIT_COUNT(ecs_version_fields)                                                \
    }
int ecs_resources_of(const struct remit_json *total_resources, struct remit_arena *arena,
                     struct ecs_amount *out, struct remit_err *err) REMIT_MUST_USE;
int ecs_attributes_of(const struct remit_json *attributes, struct remit_arena *arena,
                      struct ecs_attribute **out, size_t *n, struct remit_err *err) REMIT_MUST_USE;
const struct ecs_attribute *ecs_instance_attribute(const struct ecs_instance *instance,
                                                   struct remit_str name); /* or NULL */
/* What is left for tasks; its ports are those taken. */
struct ecs_amount ecs_instance_remaining(const struct ecs_instance *instance,
                                         struct remit_arena *arena);
/* Whether its agent polls: control_key_connected() is there. */
int ecs_instance_connected(struct control_store *store, const struct ecs_instance *instance,
                           struct remit_arena *arena, bool *out,
                           struct remit_err *err) REMIT_MUST_USE;

/* ---- task definitions ---------------------------------------------------------------------- */

struct ecs_definition {
    struct remit_str family, arn;
    unsigned number;                            /* the revision of the family, from 1 */
    enum ecs_status status;                     /* ACTIVE, INACTIVE */
    struct remit_str task_role, execution_role; /* ARNs, or empty */
    struct remit_str network_mode;              /* as given, or empty: behaves as bridge */
    /* JSON: the whole of DescribeTaskDefinition's taskDefinition but what is below */
    struct remit_str document;
    struct remit_str tags; /* JSON: [{key, value}], or empty */
    double registered_at, deregistered_at;
    struct remit_str registered_by;
    uint64_t revision; /* the store's */
};
int ecs_definition_read(struct control_store *store, struct remit_str family, unsigned number,
                        struct remit_arena *arena, struct ecs_definition *out,
                        struct remit_err *err) REMIT_MUST_USE;
int ecs_definition_put(struct control_store_txn *txn, const struct ecs_definition *definition,
                       struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
struct ecs_family {
    struct remit_str name;
    unsigned highest; /* revision it ever had; never goes back */
    unsigned active;  /* the newest ACTIVE one, 0 for none */
    uint64_t revision;
};
int ecs_family_read(struct control_store *store, struct remit_str name, struct remit_arena *arena,
                    struct ecs_family *out, struct remit_err *err) REMIT_MUST_USE;
int ecs_family_put(struct control_store_txn *txn, const struct ecs_family *family,
                   struct remit_arena *arena, struct remit_err *err) REMIT_MUST_USE;
int ecs_family_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                     struct ecs_family *out, struct remit_err *err) REMIT_MUST_USE;

/* ---- tasks --------------------------------------------------------------------------------- */

struct ecs_container {
    struct remit_str name, arn, image;
    struct remit_str image_digest, runtime_id, reason, health; /* empty until the agent says so */
    enum ecs_status last_status;
    bool essential;
    bool exited; /* exit_code means something */
    int64_t exit_code;
    struct remit_str bindings;                 /* JSON: networkBindings, or empty */
    struct remit_str cpu, memory, reservation; /* as shown: "0", "256", or empty */
};
struct ecs_task {
    struct remit_str id, cluster, arn, cluster_arn;
    struct remit_str family, definition_arn;
    unsigned definition;                         /* the family's revision */
    struct remit_str instance, instance_arn;     /* the instance's id: where it is placed */
    enum ecs_status last_status, desired_status; /* desired: RUNNING, STOPPED */
    struct remit_str task_role, execution_role;  /* in effect, overrides counted; or empty */
    struct remit_str group, started_by, reference_id, launch_type;
    struct remit_str cpu, memory; /* as shown, or empty */
    struct remit_str overrides;   /* JSON, as in DescribeTasks */
    struct remit_str attributes;  /* JSON: [{name, value}], or empty */
    struct remit_str tags;        /* JSON: [{key, value}], or empty */
    struct ecs_amount held;       /* on the instance, until STOPPED */
    struct ecs_container *containers;
    size_t n_containers;
    struct remit_str stop_code, stopped_reason; /* or empty */
    double created_at, pull_started_at, pull_stopped_at, started_at, stopping_at,
        execution_stopped_at, stopped_at; /* 0: not yet */
    bool execute_command;
    struct remit_str run_by; /* principal's ARN that called RunTask or StartTask */
    int64_t version;         /* grows by one with each put */
    uint64_t revision;
    enum ecs_status stored_last, stored_desired; /* as read: what a put compares with */
};
int ecs_task_read(struct control_store *store, struct remit_str cluster, struct remit_str id,
                  struct remit_arena *arena, struct ecs_task *out,
                  struct remit_err *err) REMIT_MUST_USE;
/* The record and its `placed` key, for a task that is new or not STOPPED. */
int ecs_task_put(struct control_store_txn *txn, struct ecs_task *task, struct remit_arena *arena,
                 struct remit_err *err) REMIT_MUST_USE;
/*
 * Commits a task that was read and changed. When last_status has become STOPPED, what it holds
 * goes back to its instance, the `placed` key goes and the record lives for ECS_STOPPED_KEPT_S
 * more, all in the same commit. CONFLICT "StoreConflict" when the task or its instance has changed
 * since: read again. On success task->revision is the new one.
 */
#define ECS_STOPPED_KEPT_S 3600
int ecs_task_save(struct control_store *store, struct ecs_task *task, struct remit_arena *arena,
                  struct remit_err *err) REMIT_MUST_USE;
struct ecs_container *ecs_task_container(const struct ecs_task *task, struct remit_str name);

/* The value of a `placed` key says of which group and since when, so that counting reads no task.
 */
struct ecs_placed {
    struct remit_str instance, task; /* ids, from the key */
    struct remit_str group, family;
};
int ecs_placed_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                     struct ecs_placed *out, struct remit_err *err) REMIT_MUST_USE;

/* From scans: an entry under control_key_clusters(), …_instances(), …_definitions() or …_tasks().
 */
int ecs_cluster_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                      struct ecs_cluster *out, struct remit_err *err) REMIT_MUST_USE;
int ecs_instance_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                       struct ecs_instance *out, struct remit_err *err) REMIT_MUST_USE;
int ecs_definition_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                         struct ecs_definition *out, struct remit_err *err) REMIT_MUST_USE;
int ecs_task_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                   struct ecs_task *out, struct remit_err *err) REMIT_MUST_USE;

/* ---- counting (control/ecs_count.c) -------------------------------------------------------- */

struct ecs_counts {
    int64_t instances; /* ACTIVE or DRAINING; of a cluster */
    int64_t running, pending;
};
int ecs_cluster_count(struct control_store *store, struct remit_str cluster, struct ecs_counts *out,
                      struct remit_err *err) REMIT_MUST_USE;
/* Of one instance: its tasks that are not STOPPED. */
int ecs_instance_count(struct control_store *store, const struct ecs_instance *instance,
                       struct ecs_counts *out, struct remit_err *err) REMIT_MUST_USE;
void ecs_counts_add(struct ecs_counts *counts, enum ecs_status last_status);

/* ---- as the API shows them (control/ecs_show.c) -------------------------------------------- */

/* What a caller asked to be included. */
enum ecs_include {
    ECS_WITH_TAGS = 1,
    ECS_WITH_SETTINGS = 2,
    ECS_WITH_CONFIGURATION = 4,
    ECS_WITH_STATISTICS = 8,
};
void ecs_cluster_write(struct remit_jw *w, const struct ecs_cluster *cluster,
                       const struct ecs_counts *counts, unsigned include);
void ecs_instance_write(struct remit_jw *w, const struct ecs_instance *instance, bool connected,
                        const struct ecs_counts *counts, unsigned include,
                        struct remit_arena *arena);
/* One JSON object: DescribeTaskDefinition's taskDefinition. */
void ecs_definition_write(struct remit_jw *w, const struct ecs_definition *definition);
void ecs_task_write(struct remit_jw *w, const struct ecs_task *task, unsigned include);

/* ---- names and ARNs ------------------------------------------------------------------------ */

#define ECS_ID_LEN 32 /* hex digits of task and instance ids */
/* 32 random hex digits. */
struct remit_str ecs_id_new(struct remit_arena *arena);

struct ecs_ref {
    struct remit_str cluster; /* named by a long ARN; empty for a short one or a bare id */
    struct remit_str id;      /* the name or id */
};
/*
 * `text` is a bare name or an ARN of `type` ("cluster", "task", "container-instance").
 * INVALID "InvalidParameterException" when it starts like an ARN and is none of that type. One of
 * another account or region comes out with an id that nothing has: "".
 */
int ecs_ref_parse(const struct control_config *config, const char *type, struct remit_str text,
                  struct ecs_ref *out, struct remit_err *err) REMIT_MUST_USE;
bool ecs_arn_is_ours(const struct control_config *config, const struct remit_arn *arn);
struct remit_str ecs_arn(const struct control_config *config, struct remit_arena *arena,
                         const char *fmt, ...) REMIT_PRINTF(3, 4);
