/*
 * ecs_rows.h - ECS's rows, for the lists of control/ops/ecs.c and for tests that call one alone.
 */
#pragma once

#include "control/operation.h"

extern const struct control_operation control_create_cluster, control_delete_cluster,
    control_describe_clusters, control_list_clusters;
extern const struct control_operation control_register_task_definition,
    control_deregister_task_definition, control_describe_task_definition,
    control_list_task_definitions, control_list_task_definition_families;
extern const struct control_operation control_run_task, control_start_task, control_stop_task,
    control_describe_tasks, control_list_tasks;
extern const struct control_operation control_register_container_instance,
    control_deregister_container_instance, control_describe_container_instances,
    control_list_container_instances;
extern const struct control_operation control_ecs_tag_resource, control_ecs_untag_resource,
    control_ecs_list_tags_for_resource;

/* Known, and refused: NULL-terminated. (ecs_refused.c) */
extern const struct control_operation *const control_ecs_refused_operations[];
