/* Which operations ECS has: a row each in its own file, and those it refuses by name. */
#include "control/ops/ecs_rows.h"

const struct control_operation *const control_ecs_operations[] = {
    &control_create_cluster,
    &control_delete_cluster,
    &control_describe_clusters,
    &control_list_clusters,
    &control_register_task_definition,
    &control_deregister_task_definition,
    &control_describe_task_definition,
    &control_list_task_definitions,
    &control_list_task_definition_families,
    &control_run_task,
    &control_start_task,
    &control_stop_task,
    &control_describe_tasks,
    &control_list_tasks,
    &control_register_container_instance,
    &control_deregister_container_instance,
    &control_describe_container_instances,
    &control_list_container_instances,
    &control_ecs_tag_resource,
    &control_ecs_untag_resource,
    &control_ecs_list_tags_for_resource,
    NULL,
};
