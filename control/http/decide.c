#include "control/http/decide.h"

#include <remit/arn.h>

#include "control/http/caller.h"
#include "control/http/context.h"
#include "control/http/dispatch.h"
#include "control/http/server.h"

void control_authority_drop(struct control_authority *a)
{
    remit_policy_set_drop(&a->identity);
    remit_policy_set_drop(&a->boundary);
    remit_policy_set_drop(&a->session);
    remit_context_drop(&a->context);
}
static struct control_policies *cache_of(const struct control_call *call)
{
    return call->server != NULL ? call->server->policies : NULL;
}

/* ---- the caller's policies ---- */

/* A managed policy that is missing or unreadable has no text: its layer denies. What fails for
 * another reason (the store is away) fails the call. */
static int managed(struct control_call *call, struct remit_str arn, struct control_document *out,
                   struct remit_err *err)
{
    struct remit_err why = { 0 };

    *out = (struct control_document){ .name = arn };
    if (iam_managed_document(call->store, arn, call->arena, &out->text, &why) == 0)
        return 0;
    out->text = remit_str_from(NULL, 0);
    if (why.kind == REMIT_ERR_NOT_FOUND || remit_err_is(&why, "StoreCorrupt"))
        return 0;
    *err = why;
    return -1;
}

static int identity_set(struct control_authority *a, const struct iam_principal_record *p,
                        struct remit_err *err)
{
    size_t n = p->n_inline + p->n_attached;
    struct control_document *documents =
        REMIT_NEW_N(a->call->arena, struct control_document, n + 1);

    if (documents == NULL)
        return remit_arena_check(a->call->arena, "the request", err);
    for (size_t i = 0; i < p->n_inline; i++)
        documents[i] = (struct control_document){ .name = p->inline_policies[i].name,
                                                  .text = p->inline_policies[i].document };
    for (size_t i = 0; i < p->n_attached; i++)
        TRY(managed(a->call, p->attached[i], &documents[p->n_inline + i], err));
    return control_policies_set(cache_of(a->call), REMIT_POLICY_IDENTITY, documents, n,
                                &a->identity, err);
}

static int boundary_set(struct control_authority *a, const struct iam_principal_record *p,
                        struct remit_err *err)
{
    struct control_document document;

    if (p->boundary.len == 0)
        return 0;
    TRY(managed(a->call, p->boundary, &document, err));
    return control_policies_set(cache_of(a->call), REMIT_POLICY_BOUNDARY, &document, 1,
                                &a->boundary, err);
}

static int session_set(struct control_authority *a, struct remit_err *err)
{
    struct control_document document = { .name = REMIT_STR("session policy"),
                                         .text = a->call->caller.session_policy };

    if (document.text.len == 0)
        return 0;
    return control_policies_set(cache_of(a->call), REMIT_POLICY_SESSION, &document, 1, &a->session,
                                err);
}

/* Root has no policies, and needs none. Whoever else has no record has no rights either. */
int control_authority_load(struct control_authority *a, struct control_call *call,
                           struct remit_err *err)
{
    const struct iam_principal_record *principal = NULL;

    *a = (struct control_authority){ .call = call };
    TRY(control_caller_principal(a->call, &principal, err));
    TRY(session_set(a, err));
    if (principal == NULL)
        return 0;
    TRY(identity_set(a, principal, err));
    return boundary_set(a, principal, err);
}

/* ---- one question ---- */

static const struct control_resource *resource_of(const struct control_grants *g,
                                                  struct remit_str arn)
{
    for (size_t i = 0; i < g->n_resources; i++)
        if (remit_str_equal(g->resources[i].arn, arn))
            return &g->resources[i];
    return NULL;
}

/* Policies of roles are trust policies; all other resources have resource policies. */
static int resource_set(struct control_call *call, const char *action,
                        const struct control_resource *resource, struct remit_policy_set **out,
                        struct remit_err *err)
{
    bool trust = strncmp(action, "sts:", 4) == 0;
    struct control_document document = { 0 };

    if (resource == NULL || resource->policy.ptr == NULL)
        return 0;
    document.name = resource->arn;
    document.text = resource->policy;
    return control_policies_set(cache_of(call), trust ? REMIT_POLICY_TRUST : REMIT_POLICY_RESOURCE,
                                &document, 1, out, err);
}

/* What came near and what it lacked: the operator reads it in the audit log. */
static struct remit_str explain(struct control_call *call, const struct remit_bundle *bundle,
                                const struct remit_request *request)
{
    char text[CONTROL_AUDIT_VALUE_MAX + 1];

    (void)remit_explain(bundle, request, text, sizeof(text));
    return remit_arena_str(call->arena, remit_str_of(text));
}

/* The verdict's strings live in sets that may go: what is kept is copied. */
static void remember(struct control_call *call, const char *action, struct remit_str resource,
                     enum remit_decision decision, const struct remit_verdict *verdict,
                     struct control_asked *out)
{
    *out = (struct control_asked){
        .action = action,
        .resource = resource,
        .decision = decision,
        .layer = verdict->layer,
        .by_statement = verdict->by_statement,
        .unreadable = verdict->unreadable,
        .policy = remit_arena_str(call->arena, verdict->policy),
        .statement = verdict->statement,
        .sid = remit_arena_str(call->arena, verdict->sid),
    };
}

/* Managed policies of AWS's own stand in no account; no other one has a say in them. */
static struct remit_str owner_of(const struct control_call *call, struct remit_str resource)
{
    struct remit_arn arn;
    bool aws = remit_arn_parse(resource, &arn) && remit_str_equal(arn.service, REMIT_STR("iam")) &&
               remit_str_equal(arn.account, REMIT_STR("aws"));

    return aws ? call->caller.account : remit_str_from("", 0);
}

static struct remit_request request_of(const struct control_authority *a, const char *action,
                                       struct remit_str resource,
                                       const struct control_resource *row)
{
    const struct control_caller *c = &a->call->caller;
    bool mandatory = row != NULL && row->mandatory;

    return (struct remit_request){
        .principal = c->arn,
        .issuer = c->role_arn,
        .action = remit_str_of(action),
        .resource = resource,
        .resource_account = owner_of(a->call, resource),
        .context = &a->context,
        .mandatory = mandatory ? REMIT_MANDATORY_YES : REMIT_MANDATORY_AUTO,
    };
}

/* Decides; the sentence for a denied caller goes to `denial`. */
int control_decide(struct control_authority *a, const char *action, struct remit_str resource,
                   const struct control_resource *row, struct control_asked *out,
                   char denial[CONTROL_DENIAL_MAX], struct remit_err *err)
{
    auto_policy_set struct remit_policy_set *resource_policy = NULL;
    struct remit_request request = request_of(a, action, resource, row);
    struct remit_verdict verdict = { 0 };
    struct remit_bundle bundle = { .identity = a->identity,
                                   .boundary = a->boundary,
                                   .session = a->session };
    enum remit_decision decision = REMIT_IMPLICIT_DENY;

    TRY(resource_set(a->call, action, row, &resource_policy, err));
    bundle.resource = resource_policy;
    decision = remit_decide(&bundle, &request, NULL, NULL, &verdict);
    remember(a->call, action, resource, decision, &verdict, out);
    denial[0] = '\0';
    if (decision == REMIT_ALLOW)
        return remit_arena_check(a->call->arena, "the request", err);
    out->explanation = explain(a->call, &bundle, &request);
    if (row != NULL && row->shown.len > 0)
        request.resource = row->shown;
    (void)remit_denial_message(&request, &verdict, denial, CONTROL_DENIAL_MAX);
    return remit_arena_check(a->call->arena, "the request", err);
}

static int note_asked(struct control_call *call, const struct control_asked *asked,
                      struct remit_err *err)
{
    struct control_grants *g = call->grants;
    void *grown = control_grow(call->arena, g->asked, g->n_asked, &g->cap_asked,
                               sizeof(g->asked[0]), CONTROL_DECISIONS_MAX);

    if (grown == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, call->operation->service->invalid,
                          "the request needs more than %d decisions", CONTROL_DECISIONS_MAX);
    g->asked = grown;
    g->asked[g->n_asked++] = *asked;
    return 0;
}

/* An action on a resource, in the whole context of the call. */
int control_decide_action(struct control_authority *a, const char *action,
                          struct remit_str resource, struct control_asked *out,
                          char denial[CONTROL_DENIAL_MAX], struct remit_err *err)
{
    const struct control_resource *row = resource_of(a->call->grants, resource);

    remit_context_clear(&a->context);
    TRY(control_context_caller(a->call, &a->context, err));
    TRY(control_context_operation(a->call, &a->context, err));
    TRY(control_context_resource(a->call, resource, row, &a->context, err));
    TRY(control_decide(a, action, resource, row, out, denial, err));
    return note_asked(a->call, out, err);
}

int control_decide_trust(struct control_call *call, const struct iam_principal_record *role,
                         const char *service, struct control_asked *out, struct remit_err *err)
{
    auto_policy_set struct remit_policy_set *trust = NULL;
    auto_context struct remit_context context = { 0 };
    struct control_document document = { .name = role->arn, .text = role->trust };
    struct remit_verdict verdict = { 0 };
    struct remit_bundle bundle = { 0 };
    struct remit_request request = {
        .principal = remit_str_of(service),
        .principal_kind = REMIT_PRINCIPAL_SERVICE,
        .action = REMIT_STR("sts:AssumeRole"),
        .resource = role->arn,
        .context = &context,
        .mandatory = REMIT_MANDATORY_YES,
    };
    enum remit_decision decision = REMIT_IMPLICIT_DENY;

    TRY(control_context_service(call, service, &context, err));
    TRY(control_policies_set(cache_of(call), REMIT_POLICY_TRUST, &document, 1, &trust, err));
    bundle.resource = trust;
    decision = remit_decide(&bundle, &request, NULL, NULL, &verdict);
    remember(call, "sts:AssumeRole", role->arn, decision, &verdict, out);
    if (decision != REMIT_ALLOW)
        out->explanation = explain(call, &bundle, &request);
    return remit_arena_check(call->arena, "the request", err);
}

int control_role_trusts(struct control_call *call, const struct iam_principal_record *role,
                        const char *service, bool *trusts, struct remit_err *err)
{
    struct control_asked asked = { 0 };

    *trusts = false;
    TRY(control_decide_trust(call, role, service, &asked, err));
    *trusts = asked.decision == REMIT_ALLOW;
    return 0;
}

int control_ask(struct control_call *call, const char *action, struct remit_str resource,
                bool *allowed, struct remit_err *err)
{
    auto_control_authority struct control_authority a = { 0 };
    struct control_asked asked = { 0 };
    char denial[CONTROL_DENIAL_MAX];

    *allowed = false;
    if (call->caller.kind == CONTROL_CALLER_INSTANCE ||
        call->caller.kind == CONTROL_CALLER_JOIN_TOKEN || call->caller.kind == CONTROL_CALLER_NONE)
        return 0;
    TRY(control_authority_load(&a, call, err));
    TRY(control_decide_action(&a, action, resource, &asked, denial, err));
    *allowed = asked.decision == REMIT_ALLOW;
    return 0;
}
