#include "cli/policy/ask.h"

#include <stdlib.h>
#include <string.h>

#include "cli/policy/question.h"
#include "iam/policy/assume.h"

#define CONTEXT_MOST ((size_t)1024 * 1024)
#define POINTER_MOST 4096

/* Policies of a principal that is not ours: whatever they are, they allow at most this. */
static const char everything[] =
    "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}";

/* A question to one principal. */
struct asking {
    const struct cli_question *q;
    const struct cli_principal *p;
    struct remit_arena arena;
    struct remit_context context;
    struct remit_request request;
    struct cli_documents any; /* stands for a foreign principal's own policies */
};

static void asking_drop(struct asking *a)
{
    remit_context_drop(&a->context);
    remit_arena_drop(&a->arena);
    cli_documents_drop(&a->any);
}
#define auto_asking REMIT_AUTO(asking_drop)

/* ---- what is known of the request ---- */

static int put(struct asking *a, const char *key, struct remit_str value, struct remit_err *err)
{
    if (value.len == 0 || remit_context_find(&a->context, remit_str_of(key)) != NULL)
        return 0;
    return remit_context_put(&a->context, remit_str_of(key), value, err);
}

static bool is_aws_principal(const struct asking *a)
{
    return a->p->kind == CLI_ROLE || a->p->kind == CLI_USER || a->p->kind == CLI_ROOT ||
           a->p->kind == CLI_OTHER;
}

static int put_who(struct asking *a, struct remit_err *err)
{
    const struct cli_principal *p = a->p;
    struct remit_principal who;

    if (p->kind == CLI_EVERYBODY) /* whoever that is */
        return 0;
    remit_principal_parse(remit_str_of(p->caller), REMIT_PRINCIPAL_AUTO, &who);
    TRY(put(a, "aws:PrincipalIsAWSService",
            p->kind == CLI_SERVICE ? REMIT_STR("true") : REMIT_STR("false"), err));
    if (p->kind == CLI_SERVICE)
        return put(a, "aws:PrincipalServiceName", remit_str_of(p->arn), err);
    if (p->kind == CLI_ACCOUNT)
        return put(a, "aws:PrincipalAccount", remit_str_of(p->name), err);
    if (!is_aws_principal(a))
        return 0;
    TRY(put(a, "aws:PrincipalAccount", who.account, err));
    if (p->kind != CLI_OTHER ||
        who.kind != REMIT_PRINCIPAL_ROLE_SESSION) /* the path of whose role? */
        TRY(put(a, "aws:PrincipalArn", remit_str_of(p->arn), err));
    if (who.kind == REMIT_PRINCIPAL_USER) {
        TRY(put(a, "aws:username", remit_str_of(strrchr(p->arn, '/') + 1), err));
        return put(a, "aws:PrincipalType", REMIT_STR("User"), err);
    }
    if (who.kind == REMIT_PRINCIPAL_ROLE_SESSION)
        return put(a, "aws:PrincipalType", REMIT_STR("AssumedRole"), err);
    return who.kind == REMIT_PRINCIPAL_ROOT ? put(a, "aws:PrincipalType", REMIT_STR("Account"), err)
                                            : 0;
}

static bool starts_nocase(struct remit_str text, struct remit_str with)
{
    return remit_str_equal_nocase(remit_str_sub(text, 0, with.len), with);
}

/* Given, or known not to be there: only users have a name, services and providers no identity. */
static bool known(void *self, struct remit_str key)
{
    const struct asking *a = self;
    enum cli_principal_kind kind = a->p->kind;

    if (remit_context_find(&a->context, key) != NULL)
        return true;
    if (kind == CLI_EVERYBODY || kind == CLI_ACCOUNT || kind == CLI_OTHER)
        return false;
    if (remit_str_equal_nocase(key, REMIT_STR("aws:username")))
        return true;
    return (kind == CLI_SERVICE || kind == CLI_PROVIDER) &&
           starts_nocase(key, REMIT_STR("aws:Principal"));
}

static int open(const struct cli_question *q, const struct cli_principal *p, struct asking *a,
                struct remit_err *err)
{
    a->q = q;
    a->p = p;
    remit_arena_init(&a->arena, CONTEXT_MOST);
    TRY(cli_context_from_options(q->context, &a->arena, &a->context, err));
    TRY(put_who(a, err));
    if (p->foreign)
        TRY(cli_documents_add(&a->any, "", remit_str_from(everything, sizeof(everything) - 1),
                              REMIT_POLICY_IDENTITY, err));
    a->request = (struct remit_request){ .principal = remit_str_of(p->caller),
                                         .action = remit_str_of(q->action),
                                         .resource = remit_str_of(q->resource),
                                         .resource_account = remit_str_of(q->resource_account),
                                         .context = &a->context };
    if (p->kind == CLI_ROLE)
        a->request.issuer = remit_str_of(p->arn);
    if (p->kind == CLI_PROVIDER)
        a->request.principal_kind = REMIT_PRINCIPAL_WEB_IDENTITY;
    return 0;
}

/* ---- the layers that apply, as they are and as they are assumed ---- */

static const struct cli_documents *documents_of(const struct asking *a, enum remit_layer layer,
                                                unsigned level)
{
    const struct cli_world *world = a->q->world;

    switch (layer) {
    case REMIT_LAYER_IDENTITY:
        return a->p->foreign ? &a->any : &a->p->own.layers[layer];
    case REMIT_LAYER_BOUNDARY:
        return &a->p->own.layers[layer];
    case REMIT_LAYER_RESOURCE:
        return a->q->policy;
    case REMIT_LAYER_SCP:
        return &world->limits.levels[0][level];
    case REMIT_LAYER_RCP:
        return &world->limits.levels[1][level];
    case REMIT_LAYER_NONE:
    case REMIT_LAYER_ENDPOINT:
    case REMIT_LAYER_SESSION:
    case REMIT_LAYER_COUNT:
    default:
        return NULL;
    }
}

static void drop_all(struct remit_policy_entry *entries, size_t n)
{
    for (size_t i = 0; i < n; i++)
        remit_policy_drop(&entries[i].policy);
}

static int assume_all(struct asking *a, const struct cli_documents *from,
                      enum remit_assumption assumption, struct remit_policy_entry *entries,
                      struct remit_policy_set **out, struct remit_err *err)
{
    for (size_t i = 0; i < from->n; i++) {
        entries[i].name = remit_str_of(from->all[i].name);
        TRY(remit_policy_assume(from->all[i].policy, assumption, known, a, &entries[i].policy,
                                err));
    }
    return remit_policy_set_new(entries, from->n, out, err);
}

/* A level without documents is there all the same, and allows nothing. */
static int assume_layer(struct asking *a, const struct cli_documents *from, bool level,
                        enum remit_assumption assumption, struct remit_policy_set **out,
                        struct remit_err *err)
{
    struct remit_policy_entry *entries = NULL;
    int result = 0;

    if (from == NULL || (from->n == 0 && !level))
        return 0;
    entries = calloc(from->n + 1, sizeof(*entries));
    if (entries == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for a decision");
    result = assume_all(a, from, assumption, entries, out, err);
    drop_all(entries, from->n);
    free(entries);
    return result;
}

static int assume_levels(struct asking *a, size_t which, enum remit_assumption assumption,
                         struct cli_policies *out, struct remit_err *err)
{
    const struct cli_policies *limits = &a->q->world->limits;

    for (size_t i = 0; i < limits->n_levels[which]; i++, out->n_levels[which]++) {
        TRY(assume_layer(a, &limits->levels[which][i], true, assumption, &out->levels[which][i].set,
                         err));
        out->sets[which][i] = out->levels[which][i].set;
    }
    return 0;
}

/* SCPs follow the caller's account, RCPs the resource's; the management account is not told. */
static int assume(struct asking *a, enum remit_assumption assumption, struct cli_policies *out,
                  struct remit_err *err)
{
    static const enum remit_layer layers[] = { REMIT_LAYER_IDENTITY, REMIT_LAYER_BOUNDARY,
                                               REMIT_LAYER_RESOURCE };
    struct remit_principal who;

    for (size_t i = 0; i < REMIT_COUNT(layers); i++)
        TRY(assume_layer(a, documents_of(a, layers[i], 0), false, assumption,
                         &out->layers[layers[i]].set, err));
    remit_principal_parse(a->request.principal, a->request.principal_kind, &who);
    if (remit_str_equal(who.account, remit_str_of(a->q->world->account)))
        TRY(assume_levels(a, 0, assumption, out, err));
    if (strcmp(a->q->resource_account, a->q->world->account) == 0)
        TRY(assume_levels(a, 1, assumption, out, err));
    out->bundle = (struct remit_bundle){ .identity = out->layers[REMIT_LAYER_IDENTITY].set,
                                         .boundary = out->layers[REMIT_LAYER_BOUNDARY].set,
                                         .resource = out->layers[REMIT_LAYER_RESOURCE].set,
                                         .scps = out->sets[0],
                                         .n_scps = out->n_levels[0],
                                         .rcps = out->sets[1],
                                         .n_rcps = out->n_levels[1] };
    return 0;
}

static int allowed(struct asking *a, enum remit_assumption assumption, bool *out,
                   struct remit_err *err)
{
    auto_cli_policies struct cli_policies policies = { 0 };

    TRY(assume(a, assumption, &policies, err));
    *out = remit_decide(&policies.bundle, &a->request, NULL, NULL, NULL) == REMIT_ALLOW;
    return 0;
}

int cli_ask(const struct cli_question *question, const struct cli_principal *principal,
            enum cli_ability *out, struct remit_err *err)
{
    auto_asking struct asking a = { 0 };
    bool at_most = false;
    bool at_least = false;

    TRY(open(question, principal, &a, err));
    TRY(allowed(&a, REMIT_ASSUME_GRANTING, &at_most, err));
    if (at_most)
        TRY(allowed(&a, REMIT_ASSUME_DENYING, &at_least, err));
    *out = at_least ? CLI_CAN : at_most ? CLI_MAY : CLI_CANNOT;
    return 0;
}

/* ---- what it depends on ---- */

#define WAITING_MOST 64 /* unknown conditions of one statement; more are as good as these */

struct why {
    struct asking *a;
    cli_depends_fn *depends;
    void *self;
    struct remit_trace waiting[WAITING_MOST];
    size_t n_waiting;
    bool fails; /* a known condition of the statement does */
};

static void tell(const struct why *w, const struct remit_trace *step,
                 struct cli_dependency *dependency)
{
    const struct cli_documents *documents = documents_of(w->a, step->layer, step->level);
    struct remit_place value = { 0 };
    char pointer[POINTER_MOST];

    if (documents == NULL || step->policy_index >= documents->n)
        return;
    dependency->deny = step->deny;
    dependency->layer = step->layer;
    dependency->file = documents->all[step->policy_index].name;
    if (remit_trace_pointer(step, pointer, sizeof(pointer)) < sizeof(pointer) &&
        remit_policy_locate(documents->all[step->policy_index].text, remit_str_of(pointer), &value,
                            &dependency->place) &&
        dependency->place.len == 0)
        dependency->place = value;
    w->depends(w->self, dependency);
}

static void tell_condition(const struct why *w, const struct remit_trace *step)
{
    struct cli_dependency d = { .op = step->operator_name,
                                .key = step->key,
                                .values = step->operands,
                                .n_values = step->n_operands };

    tell(w, step, &d);
}

/* The statement of the widened policy has stars already: the variables are in the document's. */
static void tell_variables(const struct why *w, const struct remit_trace *step)
{
    const struct cli_documents *documents = documents_of(w->a, step->layer, step->level);
    const struct remit_statement *s = NULL;

    if (documents == NULL || step->policy_index >= documents->n)
        return;
    s = &documents->all[step->policy_index].policy->statements[step->statement];
    for (size_t i = 0; i < s->n_resources; i++) {
        struct cli_dependency d = { .values = &s->resources[i].source, .n_values = 1 };

        if (remit_glob_unknown(&s->resources[i], known, w->a, &d.key))
            tell(w, step, &d);
    }
}

static void on_step(void *self, const struct remit_trace *step)
{
    struct why *w = self;

    if (step->kind == REMIT_TRACE_CONDITION) {
        bool unknown = remit_condition_unknown(step->place, known, w->a);

        if (unknown && w->n_waiting < WAITING_MOST)
            w->waiting[w->n_waiting++] = *step;
        w->fails = w->fails || (!unknown && !step->holds);
    }
    if (step->kind != REMIT_TRACE_STATEMENT)
        return;
    if (!w->fails && step->principal != REMIT_MATCH_NO && step->action == REMIT_MATCH_YES &&
        step->resource != REMIT_MATCH_NO) {
        tell_variables(w, step);
        for (size_t i = 0; i < w->n_waiting; i++)
            tell_condition(w, &w->waiting[i]);
    }
    w->n_waiting = 0;
    w->fails = false;
}

int cli_ask_why(const struct cli_question *question, const struct cli_principal *principal,
                cli_depends_fn *depends, void *self, struct remit_err *err)
{
    auto_asking struct asking a = { 0 };
    auto_cli_policies struct cli_policies policies = { 0 };
    struct why w = { .a = &a, .depends = depends, .self = self };

    TRY(open(question, principal, &a, err));
    TRY(assume(&a, REMIT_ASSUME_WIDENING, &policies, err));
    (void)!remit_decide(&policies.bundle, &a.request, on_step, &w, NULL);
    return 0;
}
