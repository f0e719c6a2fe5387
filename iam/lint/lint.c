#include <stdlib.h>

#include "iam/lint/result.h"
#include "iam/lint/roles.h"

/* Texts, nodes and lists of a document need about this much; findings are few. */
#define ARENA_PER_BYTE 64
#define ARENA_LEAST    (256u * 1024)
#define RESULT_MOST    (32u * 1024 * 1024)

static lint_document_walker *const document_walkers[] = {
    lint_document,    lint_size,       lint_sids, lint_redundant_statements,
    lint_unreachable, lint_escalation, lint_kms,  lint_tag_session,
};

static lint_walker *const walkers[] = {
    lint_elements,     lint_effect,           lint_statement_type,     lint_actions,
    lint_action_kinds, lint_pass_role,        lint_resources,          lint_match,
    lint_principals,   lint_not_principal,    lint_service_principals, lint_ecs,
    lint_trust,        lint_federation,       lint_conditions,         lint_condition_types,
    lint_addresses,    lint_condition_values, lint_condition_keys,     lint_key_values,
    lint_key_actions,  lint_absent_keys,      lint_contradictions,     lint_variables,
    lint_rcp,          lint_rewriting,
};

static void read_error(struct lint *l, const struct remit_err *why)
{
    bool latin = memmem(why->text, strlen(why->text), "U+00FF", sizeof("U+00FF") - 1) != NULL;

    lint_report_byte(l, latin ? LINT_NON_LATIN1_CHARACTER : LINT_JSON_SYNTAX_ERROR,
                     l->tape.stopped_at, "The document can't be read: %s.", why->text);
}

int lint_read(struct lint *l, bool policy, struct remit_err *err)
{
    char *text = NULL;

    remit_arena_init(&l->arena, ARENA_LEAST + l->document.len * ARENA_PER_BYTE);
    text = remit_arena_take(&l->arena, l->document.len + 1);
    TRY(remit_arena_check(&l->arena, "a lint run", err));
    TRY(remit_tape_read(l->document, text, &l->tape, err));
    if (policy)
        lint_view(l);
    return remit_arena_check(&l->arena, "a lint run", err);
}

void lint_release(struct lint *l)
{
    remit_tape_drop(&l->tape);
    remit_arena_drop(&l->arena);
}

static int run(struct lint *l, struct remit_err *err)
{
    struct remit_err why = { 0 };

    if (lint_read(l, true, &why) != 0) {
        if (why.kind != REMIT_ERR_INVALID)
            return remit_fail(err, why.kind, why.code, "%s", why.text);
        read_error(l, &why);
        return lint_finish(l, err);
    }
    for (size_t i = 0; i < REMIT_COUNT(document_walkers); i++)
        document_walkers[i](l);
    for (size_t s = 0; s < l->n_statements; s++)
        for (size_t i = 0; i < REMIT_COUNT(walkers); i++)
            walkers[i](l, &l->statements[s]);
    return lint_finish(l, err);
}

static int take_options(struct lint *l, const struct remit_lint_options *options,
                        struct remit_err *err)
{
    if (options != NULL)
        l->options = *options;
    if (l->options.type > REMIT_POLICY_ENDPOINT)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterValue", "no such policy type");
    if (l->options.type == REMIT_POLICY_RESOURCE &&
        remit_str_equal(l->options.resource_type, REMIT_STR("AWS::IAM::AssumeRolePolicyDocument")))
        l->options.type = REMIT_POLICY_TRUST;
    if (l->document.len > REMIT_POLICY_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "a policy of %zu bytes, the most is %u", l->document.len,
                          REMIT_POLICY_MAX);
    return 0;
}

static int new_result(struct remit_lint **out, struct remit_err *err)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for findings");
    remit_arena_init(&(*out)->arena, RESULT_MOST);
    return 0;
}

int remit_lint_policy(struct remit_str document, const struct remit_lint_options *options,
                      struct remit_lint **out, struct remit_err *err)
{
    auto_lint struct remit_lint *result = NULL;
    struct lint l = { .document = document };
    int done = 0;

    TRY(take_options(&l, options, err));
    TRY(new_result(&result, err));
    l.result = result;
    done = run(&l, err);
    lint_release(&l);
    TRY(done);
    *out = result;
    result = NULL;
    return 0;
}

static void drop_set(struct lint_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        lint_release(&set->all[i]);
    free(set->all);
    *set = (struct lint_set){ 0 };
}

static int read_set(struct lint_set *set, const struct remit_lint_options *options,
                    struct remit_lint *result, struct remit_err *err)
{
    for (; set->n < set->n_documents; set->n++) {
        struct lint *l = &set->all[set->n];
        const struct remit_lint_document *d = &set->documents[set->n];

        *l = (struct lint){ .document = d->text, .index = set->n, .result = result };
        TRY(take_options(l, options, err));
        if (lint_set_read(l, d->kind) != 0)
            l->tape.n_nodes = 0; /* passed over: it has a finding of its own */
    }
    return 0;
}

int remit_lint_roles(const struct remit_lint_document *documents, size_t n_documents,
                     const struct remit_lint_options *options, struct remit_lint **out,
                     struct remit_err *err)
{
    struct lint_set set REMIT_AUTO(drop_set) = { .documents = documents,
                                                 .n_documents = n_documents };
    auto_lint struct remit_lint *result = NULL;

    TRY(new_result(&result, err));
    set.all = calloc(n_documents + 1, sizeof(*set.all));
    if (set.all == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for %zu documents",
                          n_documents);
    TRY(read_set(&set, options, result, err));
    lint_set_walk(&set);
    set.all[n_documents].result = result;
    TRY(lint_finish(&set.all[n_documents], err));
    *out = result;
    result = NULL;
    return 0;
}

void remit_lint_drop(struct remit_lint **lint)
{
    if (*lint != NULL)
        remit_arena_drop(&(*lint)->arena);
    free(*lint);
    *lint = NULL;
}

size_t remit_lint_count(const struct remit_lint *lint)
{
    return lint->n_findings;
}

const struct remit_finding *remit_lint_at(const struct remit_lint *lint, size_t index)
{
    return index < lint->n_findings ? &lint->findings[index] : NULL;
}

bool remit_lint_truncated(const struct remit_lint *lint)
{
    return lint->truncated;
}
