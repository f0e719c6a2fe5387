#include <remit/arn.h>

#include "control/ecs_data.h"
#include "control/sessions.h"

/* "task/<cluster>/<id>" of an ARN; false when it is none of a task. */
static bool parts_of(struct remit_str task_arn, struct remit_str *cluster, struct remit_str *id)
{
    struct remit_arn arn;
    struct remit_str type;

    if (!remit_arn_parse(task_arn, &arn) || !remit_str_equal(arn.service, REMIT_STR("ecs")))
        return false;
    *id = arn.resource;
    return remit_str_cut(id, '/', &type) && remit_str_equal(type, REMIT_STR("task")) &&
           remit_str_cut(id, '/', cluster) && cluster->len > 0 && id->len > 0;
}

int control_session_task_live(struct control_store *store, struct remit_str task_arn,
                              struct remit_arena *arena, bool *live, struct remit_err *err)
{
    struct remit_str cluster, id;
    struct ecs_task task;

    *live = false;
    if (!parts_of(task_arn, &cluster, &id))
        return 0;
    TRY(ecs_task_read(store, cluster, id, arena, &task, err));
    *live = task.revision != 0 && task.desired_status == ECS_RUNNING &&
            task.last_status != ECS_STOPPED && remit_str_equal(task.arn, task_arn);
    return 0;
}
