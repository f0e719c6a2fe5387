#include <remit/arn.h>

#include "control/ops/simulation.h"

/* A decision that is listened to. */
struct listening {
    struct simulation *s;
    struct policy_keys *missing;
    struct simulation_outcome *out;
    struct remit_err *err;
    bool failed;
};

static struct simulation_layer *layer_of(struct simulation *s, const struct remit_trace *step)
{
    switch (step->layer) {
    case REMIT_LAYER_IDENTITY:
        return &s->identity;
    case REMIT_LAYER_BOUNDARY:
        return &s->boundary;
    case REMIT_LAYER_RESOURCE:
        return &s->resource;
    case REMIT_LAYER_SCP:
        return &s->scps[step->level];
    case REMIT_LAYER_NONE:
    case REMIT_LAYER_RCP:
    case REMIT_LAYER_ENDPOINT:
    case REMIT_LAYER_SESSION:
    case REMIT_LAYER_COUNT:
        break;
    }
    return NULL;
}

/*
 * Keys that the request lacks and that a statement about this action asks for: those of its
 * resources' variables; those of its conditions when the resource matches, or might.
 */
static int note_missing(struct listening *l, const struct remit_trace *step,
                        const struct remit_json *document)
{
    size_t before = l->missing->found.n_entries;

    if (step->action != REMIT_MATCH_YES || step->principal == REMIT_MATCH_NO)
        return 0;
    TRY(policy_keys_of_resource(document, step->statement, l->missing, l->err));
    if (step->resource == REMIT_MATCH_NO && l->missing->found.n_entries == before)
        return 0;
    return policy_keys_of_condition(document, step->statement, l->missing, l->err);
}

static void on_statement(struct listening *l, const struct remit_trace *step)
{
    const struct simulation_layer *layer = layer_of(l->s, step);
    const struct simulation_document *document = NULL;
    struct simulation_statement *statement = NULL;

    if (layer == NULL)
        return;
    document = &layer->documents[step->policy_index];
    statement = &l->s->statements[document->first + step->statement];
    statement->deny = step->deny;
    statement->applies = step->applies;
    statement->applied = statement->applied || step->applies;
    if (!l->failed)
        l->failed = note_missing(l, step, document->tree) != 0;
}

static void on_layer(struct listening *l, const struct remit_trace *step)
{
    bool lacks = step->decision != REMIT_ALLOW;

    if (step->layer == REMIT_LAYER_IDENTITY)
        l->out->identity = step->decision;
    else if (step->layer == REMIT_LAYER_RESOURCE)
        l->out->resource = step->decision;
    else if (step->layer == REMIT_LAYER_BOUNDARY)
        l->out->boundary_lacks = lacks;
    else if (step->layer == REMIT_LAYER_SCP)
        l->out->scps_lack = l->out->scps_lack || lacks;
}

static void on_step(void *self, const struct remit_trace *step)
{
    if (step->kind == REMIT_TRACE_STATEMENT)
        on_statement(self, step);
    else if (step->kind == REMIT_TRACE_LAYER)
        on_layer(self, step);
}

/* Without a resource policy identity-based policies alone are asked, as in one account. */
static struct remit_str account_of(const struct simulation *s, struct remit_str resource)
{
    struct remit_arn arn = { 0 };

    if (s->resource.set == NULL)
        return s->account;
    if (remit_arn_parse(resource, &arn) && arn.account.len > 0)
        return arn.account;
    return s->owner;
}

int simulation_decide(struct simulation *s, struct remit_str action, struct remit_str resource,
                      struct policy_keys *missing, struct simulation_outcome *out,
                      struct remit_err *err)
{
    struct remit_request request = s->request;
    struct remit_bundle bundle = {
        .identity = s->identity.set,
        .boundary = s->boundary.set,
        .resource = s->resource.set,
        .scps = s->scp_sets,
        .n_scps = s->n_scps,
    };
    struct listening l = { .s = s, .missing = missing, .out = out, .err = err };

    *out = (struct simulation_outcome){ 0 };
    for (size_t i = 0; i < s->n_statements; i++)
        s->statements[i].applies = false;
    request.action = action;
    request.resource = resource;
    request.resource_account = account_of(s, resource);
    request.context = &s->context;
    out->across = !remit_str_equal(request.resource_account, s->account);
    out->decision = remit_decide(&bundle, &request, on_step, &l, NULL);
    return l.failed ? -1 : 0;
}
