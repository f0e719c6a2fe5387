#include "iam/policy/eval.h"
#include "iam/policy/print.h"

#define NEAR_MOST       5 /* statements that came near */
#define CONDITIONS_MOST 8 /* of one statement */
#define VALUES_MOST     4 /* of one condition */
#define POINTER_MOST    512
#define PLACE_MOST      1024

/*
 * An explanation under way. The first decision, without a trace, gives the headline; then the
 * decision is made again with a trace, once for each part of the text that follows.
 */
struct explaining {
    struct remit_printer *p;
    const struct remit_verdict *verdict;
    const struct remit_request *request;
    remit_place_fn *place; /* NULL: nobody knows places */
    void *place_self;
    unsigned silent;      /* REMIT_LAYER_BIT of layers that are there and do not allow */
    uint64_t silent_scps; /* a bit for each level */
    uint64_t silent_rcps;
    enum stage {
        DECIDING_STATEMENT, /* the one that the verdict names */
        NEAR_BY_CONDITION,  /* those that matched but for their conditions or their principal */
        NEAR_BY_RESOURCE,   /* those whose action matched, and nothing else */
        HEARING_LAYERS,     /* none: which layers are silent is all that is wanted */
    } stage;
    unsigned n_near;
    struct remit_trace conditions[CONDITIONS_MOST]; /* of the statement that comes next */
    unsigned n_conditions;
    unsigned skipped; /* conditions past the room */
};

/* ---- the parts of a line ---- */

static void print_place(struct explaining *e, const struct remit_trace *step)
{
    char place[PLACE_MOST] = "";

    if (e->place != NULL && e->place(e->place_self, step, place, sizeof(place)) > 0)
        remit_print(e->p, " (%s)", place);
}

static void print_statement(struct explaining *e, const struct remit_trace *step)
{
    struct remit_printer *p = e->p;
    char pointer[POINTER_MOST];

    (void)remit_trace_pointer(step, pointer, sizeof(pointer));
    remit_print(p, "%s", remit_layer_name(step->layer));
    if (step->layer == REMIT_LAYER_SCP || step->layer == REMIT_LAYER_RCP)
        remit_print(p, " at level %u", step->level);
    remit_print(p, " ");
    remit_print_quoted(p, step->policy);
    remit_print(p, " %s", pointer);
    if (step->sid.len > 0) {
        remit_print(p, " (Sid ");
        remit_print_quoted(p, step->sid);
        remit_print(p, ")");
    }
    print_place(e, step);
}

static void print_texts(struct remit_printer *p, const struct remit_str *texts, size_t n)
{
    for (size_t i = 0; i < n && i < VALUES_MOST; i++) {
        remit_print(p, i == 0 ? "" : ", ");
        remit_print_quoted(p, texts[i]);
    }
    if (n > VALUES_MOST)
        remit_print(p, " and %zu more", n - VALUES_MOST);
    if (n == 0)
        remit_print(p, "an empty list");
}

/* "ArnLike ecs:cluster "a": the request has "b"". */
static void print_condition(struct explaining *e, const struct remit_trace *c)
{
    struct remit_printer *p = e->p;

    remit_print(p, "    condition " REMIT_STR_FMT " ", REMIT_STR_ARG(c->operator_name));
    remit_print_quoted(p, c->key);
    remit_print(p, " ");
    print_texts(p, c->operands, c->n_operands);
    remit_print(p, " %s: ", c->holds ? "holds" : "does not hold");
    if (c->present) {
        remit_print(p, "the request has ");
        print_texts(p, c->values, c->n_values);
    } else {
        remit_print(p, "the request has no such key");
    }
    if (c->unresolved)
        remit_print(p, "; a policy variable in it has no value");
    if (c->malformed)
        remit_print(p, "; a value in it can't be read for this operator");
    print_place(e, c);
    remit_print(p, "\n");
}

static void print_conditions(struct explaining *e, bool failed_only)
{
    for (unsigned i = 0; i < e->n_conditions; i++)
        if (!failed_only || !e->conditions[i].holds)
            print_condition(e, &e->conditions[i]);
    if (e->skipped > 0)
        remit_print(e->p, "    and %u more conditions\n", e->skipped);
}

static void print_matched(struct remit_printer *p, const char *element, enum remit_match match,
                          struct remit_str text)
{
    if (match != REMIT_MATCH_YES)
        return;
    remit_print(p, "    %s matches", element);
    if (text.len > 0) {
        remit_print(p, " ");
        remit_print_quoted(p, text);
    }
    remit_print(p, "\n");
}

/* ---- statements ---- */

static bool is_deciding(const struct explaining *e, const struct remit_trace *step)
{
    const struct remit_verdict *v = e->verdict;

    return v->by_statement && step->applies && step->layer == v->layer && step->level == v->level &&
           step->statement == v->statement && step->deny == (v->decision == REMIT_EXPLICIT_DENY) &&
           remit_str_equal(step->policy, v->policy);
}

static void print_deciding(struct explaining *e, const struct remit_trace *step)
{
    remit_print(e->p, "  decided by ");
    print_statement(e, step);
    remit_print(e->p, "\n");
    print_matched(e->p, "principal", step->principal, step->principal_text);
    print_matched(e->p, "action", step->action, step->action_text);
    print_matched(e->p, "resource", step->resource, step->resource_text);
    print_conditions(e, false);
}

/* An Allow, in a layer that lacks one, whose action matched. */
static bool is_near(const struct explaining *e, const struct remit_trace *step)
{
    const struct remit_verdict *v = e->verdict;
    bool by_resource = step->resource == REMIT_MATCH_NO;

    if (step->deny || step->applies || step->action != REMIT_MATCH_YES ||
        !(v->lacking & REMIT_LAYER_BIT(step->layer)) ||
        (step->layer == v->layer && step->level != v->level))
        return false;
    return by_resource == (e->stage == NEAR_BY_RESOURCE);
}

static void print_resources(struct remit_printer *p, const struct remit_statement *s)
{
    struct remit_str texts[VALUES_MOST];
    size_t n = 0;

    for (; n < s->n_resources && n < VALUES_MOST; n++)
        texts[n] = s->resources[n].source;
    remit_print(p, "    %s does not match: ", s->not_resource ? "NotResource" : "resource");
    print_texts(p, texts, n);
    if (s->n_resources > n)
        remit_print(p, " and %zu more", s->n_resources - n);
    remit_print(p, "\n");
}

static void print_near(struct explaining *e, const struct remit_trace *step)
{
    remit_print(e->p, "  near: ");
    print_statement(e, step);
    remit_print(e->p, "\n");
    if (step->principal == REMIT_MATCH_NO)
        remit_print(e->p, "    principal does not match\n");
    if (step->resource == REMIT_MATCH_NO)
        print_resources(e->p, step->place);
    print_conditions(e, true);
}

static void on_statement(struct explaining *e, const struct remit_trace *step)
{
    if (e->stage == DECIDING_STATEMENT && is_deciding(e, step) && e->n_near++ == 0)
        print_deciding(e, step);
    if ((e->stage == NEAR_BY_CONDITION || e->stage == NEAR_BY_RESOURCE) && is_near(e, step) &&
        e->n_near++ < NEAR_MOST)
        print_near(e, step);
    e->n_conditions = 0;
    e->skipped = 0;
}

static void on_layer(struct explaining *e, const struct remit_trace *step)
{
    uint64_t level = (uint64_t)1 << (step->level & 63);

    if (step->decision == REMIT_ALLOW)
        return;
    e->silent |= REMIT_LAYER_BIT(step->layer);
    if (step->layer == REMIT_LAYER_SCP)
        e->silent_scps |= level;
    if (step->layer == REMIT_LAYER_RCP)
        e->silent_rcps |= level;
}

static void on_step(void *self, const struct remit_trace *step)
{
    struct explaining *e = self;

    if (step->kind == REMIT_TRACE_STATEMENT)
        on_statement(e, step);
    else if (step->kind == REMIT_TRACE_LAYER)
        on_layer(e, step);
    else if (step->kind == REMIT_TRACE_CONDITION && e->n_conditions < CONDITIONS_MOST)
        e->conditions[e->n_conditions++] = *step;
    else if (step->kind == REMIT_TRACE_CONDITION)
        e->skipped++;
}

/* ---- the smallest grant ---- */

/* The caller as a Principal element; NULL type: no policy can name it. */
struct named {
    const char *type;
    struct remit_str text;
};

static struct named name_of(const struct remit_caller *caller)
{
    switch (caller->principal.kind) {
    case REMIT_PRINCIPAL_ROLE_SESSION:
        if (caller->issuer.len > 0)
            return (struct named){ "AWS", caller->issuer };
        return (struct named){ "AWS", caller->principal.text };
    case REMIT_PRINCIPAL_USER:
    case REMIT_PRINCIPAL_FEDERATED_USER:
    case REMIT_PRINCIPAL_ROOT:
        return (struct named){ "AWS", caller->principal.text };
    case REMIT_PRINCIPAL_SERVICE:
        return (struct named){ "Service", caller->principal.text };
    case REMIT_PRINCIPAL_WEB_IDENTITY:
        return (struct named){ "Federated", caller->principal.text };
    case REMIT_PRINCIPAL_ANONYMOUS:
        return (struct named){ "AWS", REMIT_STR("*") };
    case REMIT_PRINCIPAL_AUTO:
    case REMIT_PRINCIPAL_UNKNOWN:
    default:
        return (struct named){ NULL, remit_str_from(NULL, 0) };
    }
}

static void print_principal(struct remit_printer *p, const struct named *named)
{
    remit_print(p, "\"Principal\":{\"%s\":", named->type);
    remit_print_json(p, named->text);
    remit_print(p, "},");
}

static void print_levels(struct remit_printer *p, uint64_t levels)
{
    for (unsigned level = 0; levels != 0; level++, levels >>= 1)
        if (levels & 1)
            remit_print(p, " at level %u%s", level, levels > 1 ? "," : "");
}

static void print_document(struct remit_printer *p, const struct remit_request *r,
                           enum remit_layer layer, const struct named *named)
{
    bool trust = layer == REMIT_LAYER_RESOURCE && remit_request_assumes_role(r);

    remit_print(p, "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",");
    if (layer == REMIT_LAYER_RCP) {
        remit_print(p, "\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}]}");
        return;
    }
    if (layer == REMIT_LAYER_RESOURCE || layer == REMIT_LAYER_ENDPOINT)
        print_principal(p, named);
    remit_print(p, "\"Action\":");
    remit_print_json(p, r->action);
    if (!trust && r->resource.len == 1 && r->resource.ptr[0] == '*') {
        remit_print(p, ",\"Resource\":\"*\"");
    } else if (!trust) {
        remit_print(p, ",\"Resource\":\"");
        remit_print_literal(p, r->resource);
        remit_print(p, "\"");
    }
    remit_print(p, "}]}");
}

static uint64_t silent_levels(const struct explaining *e, enum remit_layer layer)
{
    return layer == REMIT_LAYER_SCP   ? e->silent_scps
           : layer == REMIT_LAYER_RCP ? e->silent_rcps
                                      : 0;
}

static void print_grant(struct explaining *e, enum remit_layer layer, const struct named *named)
{
    bool trust = layer == REMIT_LAYER_RESOURCE && remit_request_assumes_role(e->request);

    remit_print(e->p, "  needs in %s", trust ? "role trust policy" : remit_layer_name(layer));
    print_levels(e->p, silent_levels(e, layer));
    remit_print(e->p, ": ");
    print_document(e->p, e->request, layer, named);
    remit_print(e->p, "\n");
}

/*
 * The grant to a role stops at boundary and session policy (15.4): they are needed as well, when
 * they are there and silent.
 */
static unsigned needed_layers(const struct explaining *e, const struct remit_caller *caller)
{
    const unsigned limits =
        REMIT_LAYER_BIT(REMIT_LAYER_BOUNDARY) | REMIT_LAYER_BIT(REMIT_LAYER_SESSION);
    unsigned lacking = e->verdict->lacking;

    if ((lacking & REMIT_LAYER_BIT(REMIT_LAYER_RESOURCE)) && caller->issuer.len > 0 &&
        caller->principal.kind == REMIT_PRINCIPAL_ROLE_SESSION)
        lacking |= e->silent & limits;
    return lacking;
}

/* Which layers, and who is to be named in them. False: no policy can name the caller. */
static bool find_grants(const struct explaining *e, unsigned *layers, struct named *named)
{
    struct remit_caller caller;

    remit_caller_of(e->request, false, &caller);
    remit_caller_behind(e->request, &caller);
    *named = name_of(&caller);
    *layers = needed_layers(e, &caller);
    return named->type != NULL;
}

static void print_grants(struct explaining *e)
{
    struct named named;
    unsigned layers = 0;

    if (!find_grants(e, &layers, &named)) {
        remit_print(e->p, "  no policy can name this caller\n");
        return;
    }
    for (enum remit_layer layer = REMIT_LAYER_RCP; layer < REMIT_LAYER_COUNT; layer++)
        if (layers & REMIT_LAYER_BIT(layer))
            print_grant(e, layer, &named);
}

/* ---- the text ---- */

static void print_reason(struct explaining *e)
{
    const struct remit_verdict *v = e->verdict;

    if (v->oversized)
        remit_print(e->p, ": action or resource is over its limit of %d and %d bytes",
                    REMIT_REQUEST_ACTION_MAX, REMIT_REQUEST_RESOURCE_MAX);
    else if (v->unreadable)
        remit_print(e->p, ": a %s could not be loaded, and may hold a Deny",
                    remit_layer_name(v->layer));
    else if (v->layer == REMIT_LAYER_NONE)
        remit_print(e->p,
                    v->decision == REMIT_ALLOW ? ": needs no permission" : ": nothing was asked");
    else if (v->decision == REMIT_IMPLICIT_DENY)
        remit_print(e->p, ": no %s allows it", remit_layer_name(v->layer));
    else
        remit_print(e->p, " by %s", remit_layer_name(v->layer));
    if (v->layer == REMIT_LAYER_SCP || v->layer == REMIT_LAYER_RCP)
        remit_print(e->p, " at level %u", v->level);
}

static void print_headline(struct explaining *e)
{
    remit_print(e->p, "%s", remit_decision_name(e->verdict->decision));
    print_reason(e);
    remit_print(e->p, ": ");
    remit_print_quoted(e->p, e->request->action);
    remit_print(e->p, " on ");
    remit_print_quoted(e->p, e->request->resource);
    remit_print(e->p, " for ");
    remit_print_quoted(e->p, e->request->principal);
    remit_print(e->p, "\n");
}

static void explain_stage(struct explaining *e, const struct remit_bundle *bundle, enum stage stage)
{
    e->stage = stage;
    (void)!remit_decide(bundle, e->request, on_step, e, NULL);
}

size_t remit_explain(const struct remit_bundle *bundle, const struct remit_request *request,
                     char *out, size_t size)
{
    return remit_explain_at(bundle, request, NULL, NULL, out, size);
}

size_t remit_smallest_grant(const struct remit_bundle *bundle, const struct remit_request *request,
                            enum remit_layer layer, uint64_t *levels, char *out, size_t size)
{
    struct remit_printer p = { .out = out, .size = size };
    struct remit_verdict verdict;
    struct explaining e = { .p = &p, .verdict = &verdict, .request = request };
    struct named named;
    unsigned layers = 0;

    if (size > 0)
        out[0] = '\0';
    if (bundle == NULL || request == NULL)
        return 0;
    (void)!remit_decide(bundle, request, NULL, NULL, &verdict);
    explain_stage(&e, bundle, HEARING_LAYERS);
    if (verdict.lacking == 0 || !find_grants(&e, &layers, &named) ||
        !(layers & REMIT_LAYER_BIT(layer)))
        return 0;
    if (levels != NULL)
        *levels = silent_levels(&e, layer);
    print_document(&p, request, layer, &named);
    return p.len;
}

size_t remit_explain_at(const struct remit_bundle *bundle, const struct remit_request *request,
                        remit_place_fn *place, void *self, char *out, size_t size)
{
    struct remit_printer p = { .out = out, .size = size };
    struct remit_verdict verdict;
    struct explaining e = {
        .p = &p, .verdict = &verdict, .request = request, .place = place, .place_self = self
    };

    if (size > 0)
        out[0] = '\0';
    if (bundle == NULL || request == NULL)
        return 0;
    (void)!remit_decide(bundle, request, NULL, NULL, &verdict);
    print_headline(&e);
    explain_stage(&e, bundle, DECIDING_STATEMENT);
    if (verdict.lacking == 0) {
        if (verdict.decision == REMIT_EXPLICIT_DENY)
            remit_print(&p, "  no grant helps while this denies\n");
        return p.len;
    }
    e.n_near = 0;
    explain_stage(&e, bundle, NEAR_BY_CONDITION);
    explain_stage(&e, bundle, NEAR_BY_RESOURCE);
    if (e.n_near > NEAR_MOST)
        remit_print(&p, "  and %u more came near\n", e.n_near - NEAR_MOST);
    print_grants(&e);
    return p.len;
}
