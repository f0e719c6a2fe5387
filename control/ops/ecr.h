/*
 * ecr.h - what the operations of ECR share.
 *
 * The registry itself serves images; ECR's part is which repositories there are, and who may do
 * what with them: the registry's tokens are made in control/ops/registry_token.c.
 *
 * Sources: supporting-apis.md 8.
 */
#pragma once

#include "control/ecr_data.h"
#include "control/ops/page.h"

extern const struct control_pattern ecr_pattern_name;
extern const struct control_pattern ecr_pattern_registry_id; /* [0-9]{12} */

#define ECR_NAME(member, is_required)                                                              \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .required = (is_required), .min = 2, .max = 256, \
        .pattern = &ecr_pattern_name                                                               \
    }
#define ECR_REGISTRY_ID                                                                            \
    {                                                                                              \
        .name = "registryId", .type = CONTROL_STRING, .min = 12, .max = 12,                        \
        .pattern = &ecr_pattern_registry_id                                                        \
    }

/* Adds the repository's ARN, in the registry that the input names (a foreign one is denied), and
 * its tags when it exists. "*" stands for all. */
int ecr_resource_add(struct control_call *call, struct remit_str name,
                     struct remit_err *err) REMIT_MUST_USE;
void ecr_put_repository(struct control_call *call, const char *name,
                        const struct ecr_repository *repository);

#define ECR_LOGIN_PURPOSE  "registry-login"
#define ECR_LOGIN_MOST_S   (12 * 3600)
#define ECR_LOGIN_LEAST_S  60 /* the shortest session that the keeper mints */
#define ECR_TOKEN_S        300
#define ECR_TOKEN_AUDIENCE "remit-registry"

extern const struct control_operation control_create_repository, control_describe_repositories,
    control_get_authorization_token;
