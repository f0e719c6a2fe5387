/*
 * world.h - the principals and resources of one account with their policies, as `remit policy
 * who-can` asks about them: read from a folder (folder.c) or from control (live.c).
 *
 * Ownership: a world owns all its texts and documents; cli_world_drop().
 */
#pragma once

#include "cli/policy/documents.h"

#define CLI_WORLD_MOST 10000 /* principals, and resources */

enum cli_principal_kind {
    CLI_ROLE = 0,
    CLI_USER,
    CLI_ROOT,
    /* Named by a resource's policy only: */
    CLI_OTHER, /* by ARN: of another account, or not in the world */
    CLI_ACCOUNT,
    CLI_SERVICE,
    CLI_PROVIDER,
    CLI_EVERYBODY,
    CLI_PRINCIPAL_KINDS,
};
const char *cli_principal_kind_name(enum cli_principal_kind kind); /* "role" */

struct cli_principal {
    enum cli_principal_kind kind;
    char *arn;    /* or a service's name, an account's id, "*" */
    char *caller; /* how it comes as the principal of a request */
    char *name;
    bool foreign; /* its own policies are not in this world: they are taken to allow everything */
    struct cli_policies own;    /* identity-based policies and boundary */
    struct cli_documents trust; /* of a role */
};

struct cli_resource {
    char *arns; /* a pattern a line */
    struct cli_documents policy;
};

struct cli_world {
    char account[13];
    struct cli_principal **principals;
    size_t n_principals;
    struct cli_resource **resources;
    size_t n_resources;
    struct cli_policies limits; /* SCPs and RCPs */
};

/* One more, empty but for kind and texts, which are copied. */
int cli_world_add_principal(struct cli_world *world, enum cli_principal_kind kind, const char *arn,
                            const char *name, struct cli_principal **out,
                            struct remit_err *err) REMIT_MUST_USE;
int cli_world_add_resource(struct cli_world *world, struct cli_resource **out,
                           struct remit_err *err) REMIT_MUST_USE;
void cli_world_drop(struct cli_world *world);
#define auto_cli_world REMIT_AUTO(cli_world_drop)

/*
 * `account` may be NULL when the folder says it. The layout is described in remit-policy(1); what
 * does not belong there is refused.
 * Errors: INVALID "BadFolder" naming the path; those of documents.h.
 */
int cli_world_from_folder(const char *folder, const char *account, struct cli_world *out,
                          struct remit_err *err) REMIT_MUST_USE;

/*
 * Roles and users of a control, with all their policies: iam:List* and iam:Get* of them, and
 * sts:GetCallerIdentity. Errors: those of client.h and documents.h.
 */
struct cli_client;
int cli_world_from_control(struct cli_client *client, struct cli_world *out,
                           struct remit_err *err) REMIT_MUST_USE;
