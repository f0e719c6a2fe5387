/*
 * definition.h - task definitions: the shapes of their input, the rules they must keep, and the
 * form in which they are stored and shown.
 *
 * The three steps are RegisterTaskDefinition's: ecs_definition_check() says what is wrong, in the
 * service's own words; ecs_definition_check_honoured() refuses what no agent of ours does or what
 * would give a container more than its task (attacks.md R7); ecs_definition_document() writes the
 * normalized form, which every later reader may rely on.
 *
 * Errors:  INVALID "ClientException"; "InvalidParameterException" where the service says that.
 * Sources: ecs-control.md 5, 8.1, 8.2, 13; attacks.md R4, R6, R7.
 */
#pragma once

#include "control/ops/ecs.h"

extern const struct control_field ecs_element_container_definition, ecs_element_volume,
    ecs_element_definition_constraint, ecs_element_compatibility;
extern const struct control_field ecs_proxy_fields[3], ecs_platform_fields[2],
    ecs_ephemeral_fields[1];
/* Also of overrides. */
extern const struct control_field ecs_element_environment_file, ecs_element_resource_requirement,
    ecs_element_accelerator;

/* A task's cpu or memory as written: "256", "1 vCPU", ".5 vCPU", "2GB". False: none of these. */
bool ecs_task_cpu_of(struct remit_str text, int64_t *units);
bool ecs_task_memory_of(struct remit_str text, int64_t *mib);
/* "arn:<partition>:iam::<account>:role/…" of this account. INVALID "Role is not valid". */
int ecs_role_check(const struct control_config *config, struct remit_str arn,
                   struct remit_err *err) REMIT_MUST_USE;
/* One role for both is one role too many: a task must not get what its agent may. */
int ecs_roles_check(struct remit_str task_role, struct remit_str execution_role,
                    struct remit_err *err) REMIT_MUST_USE;

/* `input` is RegisterTaskDefinition's, its bounds kept. */
int ecs_definition_check(const struct control_config *config, const struct remit_json *input,
                         struct remit_err *err) REMIT_MUST_USE;
int ecs_definition_check_honoured(const struct remit_json *input,
                                  struct remit_err *err) REMIT_MUST_USE;
/* The members of struct ecs_definition's document, normalized, with requiresAttributes. */
int ecs_definition_document(const struct control_config *config, const struct remit_json *input,
                            struct remit_arena *arena, struct remit_str *out,
                            struct remit_err *err) REMIT_MUST_USE;
/* The list requiresAttributes: what an instance must have to run it. (definition_attributes.c) */
void ecs_definition_attributes_write(struct remit_jw *w, const struct control_config *config,
                                     const struct remit_json *input);

/* ---- reading a definition, input or document ---- */

static inline struct remit_str ecs_text(const struct remit_json *object, const char *name)
{
    return remit_json_str(remit_json_get(object, name));
}
static inline bool ecs_there(const struct remit_json *object, const char *name)
{
    return remit_json_type(remit_json_get(object, name)) > REMIT_JSON_NULL;
}
static inline bool ecs_is(const struct remit_json *object, const char *name, const char *value)
{
    return remit_str_equal(ecs_text(object, name), remit_str_of(value));
}
/* The container of that name, or NULL. */
const struct remit_json *ecs_container_of(const struct remit_json *definition,
                                          struct remit_str name);
bool ecs_essential(const struct remit_json *container); /* absent says yes */
/* Whether the image is one of our registry or of ECR: pulled with a registry token. */
bool ecs_image_is_ecr(const struct control_config *config, struct remit_str image);
