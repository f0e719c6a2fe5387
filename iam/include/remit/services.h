/*
 * services.h - what services offer to policies: actions, resource types, condition keys, and which
 * apply to which.
 *
 * Read from JSON in the layout of AWS's published service reference
 * (servicereference.us-east-1.amazonaws.com): an object with Name, Actions, Resources and
 * ConditionKeys. Members that are not needed are passed over.
 *
 * Ownership: remit_services_new() gives to the caller, who drops. What is found points into it.
 *            It keeps nothing of the texts.
 * Errors:    INVALID "MalformedServiceDescription" with what is wrong, LIMIT "LimitExceeded".
 *            After an error the service that was read is not there, the others are.
 * Threads:   once filled it may be read by any number of threads.
 * Order:     services by name, actions and resource types as written.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/attr.h>
#include <remit/err.h>
#include <remit/str.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REMIT_SERVICE_TEXT_MAX (4u * 1024 * 1024) /* bytes of one description */

enum remit_access {
    REMIT_ACCESS_READ = 0,
    REMIT_ACCESS_LIST,
    REMIT_ACCESS_WRITE,
    REMIT_ACCESS_TAGGING,
    REMIT_ACCESS_PERMISSIONS, /* changes who may do what */
};
REMIT_API const char *remit_access_name(enum remit_access access); /* "Permissions management" */

/* What a condition key holds, from its Types. */
enum remit_key_kind {
    REMIT_KEY_STRING = 0,
    REMIT_KEY_ARN,
    REMIT_KEY_NUMERIC,
    REMIT_KEY_DATE,
    REMIT_KEY_BOOL,
    REMIT_KEY_BINARY,
    REMIT_KEY_IP,
};

struct remit_key_description {
    struct remit_str name; /* "ecs:ResourceTag/${TagKey}": "${...}" stands for any text */
    enum remit_key_kind kind;
    bool multivalued;
};

struct remit_resource_type {
    struct remit_str name;           /* "task-definition" */
    const struct remit_str *formats; /* "arn:${Partition}:ecs:${Region}:${Account}:task/..." */
    size_t n_formats;
    const struct remit_str *keys; /* condition keys that it brings */
    size_t n_keys;
};

struct remit_action_description {
    struct remit_str name; /* "RunTask" */
    enum remit_access access;
    const struct remit_str *resources; /* names of resource types; none: "*" only */
    size_t n_resources;
    const struct remit_str *keys; /* condition keys, those of its resource types not included */
    size_t n_keys;
};

struct remit_service {
    struct remit_str name; /* "ecs": what stands before the colon of an action */
    const struct remit_action_description *actions;
    size_t n_actions;
    const struct remit_resource_type *resources;
    size_t n_resources;
    const struct remit_key_description *keys;
    size_t n_keys;
};

struct remit_services; /* opaque */

REMIT_API int remit_services_new(struct remit_services **out, struct remit_err *err) REMIT_MUST_USE;
REMIT_API void remit_services_drop(struct remit_services **services);
#define auto_services REMIT_AUTO(remit_services_drop)

/* A service that is described again replaces what was there. */
REMIT_API int remit_services_add(struct remit_services *services, struct remit_str json,
                                 struct remit_err *err) REMIT_MUST_USE;

/* All of these take NULL and find nothing in it. Names compare without regard to case. */
REMIT_API size_t remit_services_count(const struct remit_services *services);
REMIT_API const struct remit_service *remit_services_at(const struct remit_services *services,
                                                        size_t index);
REMIT_API const struct remit_service *remit_services_find(const struct remit_services *services,
                                                          struct remit_str name);
REMIT_API const struct remit_action_description *
remit_service_action(const struct remit_service *service, struct remit_str name);
REMIT_API const struct remit_resource_type *
remit_service_resource(const struct remit_service *service, struct remit_str name);
/* The key as a policy writes it: "ecs:ResourceTag/team" finds "ecs:ResourceTag/${TagKey}". */
REMIT_API const struct remit_key_description *remit_service_key(const struct remit_service *service,
                                                                struct remit_str key);
/* Whether the action, or one of its resource types, supplies the key as a policy writes it. */
REMIT_API bool remit_action_has_key(const struct remit_service *service,
                                    const struct remit_action_description *action,
                                    struct remit_str key);
/* Whether "Get*" covers the action's name. */
REMIT_API bool remit_action_matches(const struct remit_action_description *action,
                                    struct remit_str pattern);

#ifdef __cplusplus
}
#endif
