#include "control/ecs_data.h"
#include "control/store/keys.h"

#define ENTRY_MOST ((size_t)4 * 1024 * 1024) /* memory for one record at a time */

void ecs_counts_add(struct ecs_counts *counts, enum ecs_status last_status)
{
    if (last_status >= ECS_RUNNING && last_status < ECS_STOPPED)
        counts->running++;
    else if (last_status >= ECS_PROVISIONING && last_status < ECS_RUNNING)
        counts->pending++;
}

static int count_task(void *self, const struct control_store_entry *entry, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(ENTRY_MOST);
    struct ecs_task task;

    TRY(ecs_task_parse(entry, &arena, &task, err));
    ecs_counts_add(self, task.last_status);
    return 0;
}

static int count_instance(void *self, const struct control_store_entry *entry,
                          struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(ENTRY_MOST);
    struct ecs_counts *counts = self;
    struct ecs_instance instance;

    TRY(ecs_instance_parse(entry, &arena, &instance, err));
    counts->instances += instance.status == ECS_ACTIVE || instance.status == ECS_DRAINING;
    return 0;
}

int ecs_cluster_count(struct control_store *store, struct remit_str cluster, struct ecs_counts *out,
                      struct remit_err *err)
{
    struct control_key instances = control_key_instances(cluster);
    struct control_key tasks = control_key_tasks(cluster);

    *out = (struct ecs_counts){ 0 };
    TRY(control_store_scan(store, control_key_str(&instances), REMIT_STR(""), count_instance, out,
                           NULL, err));
    return control_store_scan(store, control_key_str(&tasks), REMIT_STR(""), count_task, out, NULL,
                              err);
}

int ecs_instance_count(struct control_store *store, const struct ecs_instance *instance,
                       struct ecs_counts *out, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(ENTRY_MOST);
    struct control_key prefix = control_key_placeds(instance->cluster, instance->id);
    const struct control_store_entry *placed = NULL;
    size_t n = 0;

    *out = (struct ecs_counts){ 0 };
    TRY(control_store_list(store, control_key_str(&prefix), REMIT_STR(""), 0, &arena, &placed, &n,
                           err));
    for (size_t i = 0; i < n; i++) {
        auto_arena struct remit_arena one = REMIT_ARENA(ENTRY_MOST);
        struct ecs_task task;

        TRY(ecs_task_read(store, instance->cluster, control_key_tail(placed[i].key, 0), &one, &task,
                          err));
        ecs_counts_add(out, task.last_status);
    }
    return 0;
}
