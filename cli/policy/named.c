#include "cli/policy/named.h"

#include <stdio.h>
#include <string.h>

#include "iam/policy/glob.h"
#include "iam/policy/policy_internal.h"

#define TEXT_MOST 2048

/* ---- the resource's policy ---- */

static bool fits(const struct cli_resource *resource, struct remit_str arn)
{
    static const struct remit_glob_syntax syntax = { .wild = true, .variables_from = SIZE_MAX };
    auto_arena struct remit_arena arena = REMIT_ARENA((size_t)4 * 1024 * 1024);
    struct remit_str rest = remit_str_of(resource->arns);
    struct remit_str line = { 0 };

    while (rest.len > 0) {
        struct remit_glob pattern = { 0 };

        (void)remit_str_cut(&rest, '\n', &line);
        remit_glob_compile(&arena, remit_str_trim(line), &syntax, &pattern);
        if (line.len > 0 && remit_glob_match(&pattern, arn, NULL))
            return true;
    }
    return false;
}

static bool is_trust_asked(const struct cli_question *q)
{
    return cli_resource_policy_type(remit_str_of(q->action), remit_str_of(q->resource),
                                    REMIT_STR("{}")) == REMIT_POLICY_TRUST;
}

int cli_question_open(struct cli_question *q, struct remit_err *err)
{
    const struct cli_world *world = q->world;

    for (size_t i = 0; is_trust_asked(q) && i < world->n_principals; i++) {
        const struct cli_principal *p = world->principals[i];

        if (p->kind == CLI_ROLE && strcmp(p->arn, q->resource) == 0 && p->trust.n > 0)
            q->policy = &p->trust;
    }
    for (size_t i = 0; i < world->n_resources; i++) {
        const struct cli_resource *resource = world->resources[i];

        if (!fits(resource, remit_str_of(q->resource)) || resource->policy.n == 0)
            continue;
        if (q->policy != NULL)
            return remit_fail(err, REMIT_ERR_INVALID, "Ambiguous", "%s has two policies: %s and %s",
                              q->resource, q->policy->all[0].name, resource->policy.all[0].name);
        q->policy = &resource->policy;
    }
    return 0;
}

/* ---- who is named in it ---- */

static bool is_there(const struct cli_world *world, const char *arn)
{
    for (size_t i = 0; i < world->n_principals; i++)
        if (strcmp(world->principals[i]->arn, arn) == 0 ||
            strcmp(world->principals[i]->caller, arn) == 0)
            return true;
    return false;
}

static int add(struct cli_world *world, enum cli_principal_kind kind, struct remit_str text,
               struct remit_err *err)
{
    struct cli_principal *added = NULL;
    char copy[TEXT_MOST];

    if (text.len >= sizeof(copy))
        return 0; /* no principal's name is as long */
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return is_there(world, copy) ? 0
                                 : cli_world_add_principal(world, kind, copy, copy, &added, err);
}

/* A role is asked as one of its sessions. */
static int add_by_arn(struct cli_world *world, const struct remit_principal_entry *entry,
                      struct remit_err *err)
{
    size_t n = world->n_principals;
    bool role = entry->kind == REMIT_ENTRY_ROLE;

    TRY(add(world, role ? CLI_ROLE : CLI_OTHER, entry->text, err));
    if (world->n_principals == n)
        return 0;
    world->principals[n]->foreign = !remit_str_equal(entry->account, remit_str_of(world->account));
    return 0;
}

/* Another account as a whole comes as its root user, whose own side counts as allowed. */
static int add_account(struct cli_world *world, struct remit_str account, struct remit_err *err)
{
    char arn[TEXT_MOST];
    char name[TEXT_MOST];
    struct cli_principal *added = NULL;

    if (remit_str_equal(account, remit_str_of(world->account)) || account.len > 12)
        return 0;
    (void)snprintf(arn, sizeof(arn), "arn:aws:iam::" REMIT_STR_FMT ":root", REMIT_STR_ARG(account));
    (void)snprintf(name, sizeof(name), REMIT_STR_FMT, REMIT_STR_ARG(account));
    if (is_there(world, arn))
        return 0;
    TRY(cli_world_add_principal(world, CLI_ACCOUNT, arn, name, &added, err));
    added->foreign = true;
    return 0;
}

static int add_entry(struct cli_world *world, const struct remit_principal_entry *entry,
                     struct remit_err *err)
{
    switch (entry->kind) {
    case REMIT_ENTRY_ANYBODY:
        return add(world, CLI_EVERYBODY, REMIT_STR("*"), err);
    case REMIT_ENTRY_ACCOUNT:
        return add_account(world, entry->account, err);
    case REMIT_ENTRY_USER:
    case REMIT_ENTRY_ROLE:
    case REMIT_ENTRY_SESSION:
    case REMIT_ENTRY_FEDERATED_USER:
        return add_by_arn(world, entry, err);
    case REMIT_ENTRY_SERVICE:
        return add(world, CLI_SERVICE, entry->text, err);
    case REMIT_ENTRY_PROVIDER:
        return add(world, CLI_PROVIDER, entry->text, err);
    case REMIT_ENTRY_NOBODY:
    case REMIT_ENTRY_UNIQUE_ID:
    case REMIT_ENTRY_CANONICAL_USER:
    default:
        return 0; /* whom they mean is not to be seen here */
    }
}

int cli_world_add_named(struct cli_world *world, const struct cli_documents *policy,
                        struct remit_err *err)
{
    for (size_t i = 0; policy != NULL && i < policy->n; i++) {
        const struct remit_policy *p = policy->all[i].policy;

        for (size_t j = 0; j < p->n_statements; j++)
            for (size_t k = 0; !p->statements[j].deny && k < p->statements[j].n_principals; k++)
                TRY(add_entry(world, &p->statements[j].principals[k], err));
    }
    return 0;
}
