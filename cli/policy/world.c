#include "cli/policy/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *cli_principal_kind_name(enum cli_principal_kind kind)
{
    static const char *const names[CLI_PRINCIPAL_KINDS] = {
        [CLI_ROLE] = "role",         [CLI_USER] = "user",           [CLI_ROOT] = "root",
        [CLI_OTHER] = "principal",   [CLI_ACCOUNT] = "account",     [CLI_SERVICE] = "service",
        [CLI_PROVIDER] = "provider", [CLI_EVERYBODY] = "everybody",
    };

    return names[kind];
}

static int no_memory(struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for principals");
}

/* One more thing, zeroed, behind an array of pointers that doubles. NULL: no room or no memory. */
static void *add(void ***all, size_t *n, size_t size, const char *what, struct remit_err *err)
{
    size_t cap = *n == 0 ? 16 : *n * 2;
    void *one = calloc(1, size);
    void **more = *all;

    if (*n == CLI_WORLD_MOST)
        (void)remit_fail(err, REMIT_ERR_LIMIT, "TooMany", "more than %d %s", CLI_WORLD_MOST, what);
    else if (*n == 0 || (*n >= 16 && (*n & (*n - 1)) == 0))
        more = realloc(*all, cap * sizeof(*more));
    if (one == NULL || more == NULL)
        (void)no_memory(err);
    if (more != NULL)
        *all = more;
    if (one == NULL || more == NULL || *n == CLI_WORLD_MOST) {
        free(one);
        return NULL;
    }
    (*all)[(*n)++] = one;
    return one;
}

/* A role acts as a session of its, whose name does not matter. */
static char *caller_of(enum cli_principal_kind kind, const char *arn)
{
    struct remit_arn parts;
    const char *last = strrchr(arn, '/');
    char *out = NULL;
    int len = 0;

    if (kind == CLI_EVERYBODY)
        return strdup("anonymous");
    if (kind != CLI_ROLE || last == NULL || !remit_arn_parse(remit_str_of(arn), &parts))
        return strdup(arn);
    len = asprintf(&out, "arn:" REMIT_STR_FMT ":sts::" REMIT_STR_FMT ":assumed-role/%s/session",
                   REMIT_STR_ARG(parts.partition), REMIT_STR_ARG(parts.account), last + 1);
    return len < 0 ? NULL : out;
}

int cli_world_add_principal(struct cli_world *world, enum cli_principal_kind kind, const char *arn,
                            const char *name, struct cli_principal **out, struct remit_err *err)
{
    void **all = (void **)world->principals;
    struct cli_principal *p = add(&all, &world->n_principals, sizeof(*p), "principals", err);

    world->principals = (struct cli_principal **)all;
    if (p == NULL)
        return -1;
    p->kind = kind;
    p->arn = strdup(arn);
    p->name = strdup(name);
    p->caller = caller_of(kind, arn);
    *out = p;
    return p->arn != NULL && p->name != NULL && p->caller != NULL ? 0 : no_memory(err);
}

int cli_world_add_resource(struct cli_world *world, struct cli_resource **out,
                           struct remit_err *err)
{
    void **all = (void **)world->resources;

    *out = add(&all, &world->n_resources, sizeof(**out), "resources", err);
    world->resources = (struct cli_resource **)all;
    return *out != NULL ? 0 : -1;
}

void cli_world_drop(struct cli_world *world)
{
    for (size_t i = 0; i < world->n_principals; i++) {
        struct cli_principal *p = world->principals[i];

        cli_policies_drop(&p->own);
        cli_documents_drop(&p->trust);
        free(p->arn);
        free(p->caller);
        free(p->name);
        free(p);
    }
    for (size_t i = 0; i < world->n_resources; i++) {
        cli_documents_drop(&world->resources[i]->policy);
        free(world->resources[i]->arns);
        free(world->resources[i]);
    }
    cli_policies_drop(&world->limits);
    free(world->principals);
    free(world->resources);
    *world = (struct cli_world){ 0 };
}
