#include "iam/context.h"
#include "iam/policy/eval.h"
#include "iam/policy/index.h"

/* A decision under way: what the layers said. */
struct deciding {
    const struct remit_bundle *bundle;
    struct remit_eval *eval;
    struct remit_verdict *verdict;
    struct remit_set_result results[REMIT_LAYER_COUNT]; /* but SCP and RCP */
    bool use_scp;
    bool use_rcp;
    unsigned scp_level; /* the first one without an Allow, when SCP is in verdict->lacking */
    unsigned rcp_level;
};

const char *remit_decision_name(enum remit_decision decision)
{
    switch (decision) {
    case REMIT_ALLOW:
        return "Allowed";
    case REMIT_EXPLICIT_DENY:
        return "ExplicitlyDenied";
    case REMIT_IMPLICIT_DENY:
    default:
        return "ImplicitlyDenied";
    }
}

static inline bool is(struct remit_str text, const char *literal)
{
    return remit_same(text, remit_str_from(literal, strlen(literal)));
}

/* ---- what applies to this request ---- */

static bool is_root(const struct deciding *d)
{
    return d->eval->caller.principal.kind == REMIT_PRINCIPAL_ROOT;
}

/* 15.2: operations that authorize a resource, of services that RCPs know; a few are exempt. */
static bool rcp_applies(const struct remit_eval *eval)
{
    struct remit_arn arn;

    if (eval->no_resource || eval->caller.service_linked || !remit_action_has_rcp(eval->action) ||
        is(eval->action, "kms:retiregrant"))
        return false;
    return !(remit_action_assumes_role(eval->action) && remit_arn_parse(eval->resource, &arn) &&
             remit_str_starts(arn.resource, REMIT_STR("role/aws-service-role/")));
}

static bool same_account(const struct deciding *d)
{
    const struct remit_eval *eval = d->eval;
    struct remit_str owner = eval->request->resource_account;
    struct remit_str account = eval->caller.principal.account;
    struct remit_arn arn;

    if (owner.len == 0 && remit_arn_parse(eval->resource, &arn))
        owner = arn.account;
    if (owner.len == 0 && eval->no_resource)
        owner = account;
    return account.len > 0 && remit_str_equal(owner, account);
}

/* Most resources are told from keys by the first letters of their service. */
static bool is_kms_key(struct remit_str resource)
{
    struct remit_arn arn;
    size_t at = 0;

    while (at < resource.len && resource.ptr[at] != ':')
        at++;
    for (at++; at < resource.len && resource.ptr[at] != ':'; at++)
        continue; /* behind "arn" the partition */
    if (at >= resource.len || resource.len - at < sizeof(":kms:") - 1 ||
        memcmp(resource.ptr + at, ":kms:", sizeof(":kms:") - 1) != 0)
        return false;
    return remit_arn_parse(resource, &arn) && remit_str_starts(arn.resource, REMIT_STR("key/"));
}

/* 15.4 */
static bool is_mandatory(const struct remit_eval *eval)
{
    if (eval->request->mandatory != REMIT_MANDATORY_AUTO)
        return eval->request->mandatory == REMIT_MANDATORY_YES;
    return remit_action_assumes_role(eval->action) || is_kms_key(eval->resource);
}

/* ---- asking the layers ---- */

static void blame(struct deciding *d, const struct remit_policy_set *set,
                  const struct remit_set_statement *by)
{
    struct remit_verdict *v = d->verdict;

    v->by_statement = by != NULL;
    if (by == NULL)
        return;
    v->policy = set->policies[by->policy].name;
    v->statement = by->statement->index;
    v->sid = by->statement->sid;
}

static void deny(struct deciding *d, struct remit_trace_place place,
                 const struct remit_policy_set *set, const struct remit_set_statement *by)
{
    struct remit_verdict *v = d->verdict;

    if (v->decision == REMIT_EXPLICIT_DENY) /* one reason is enough: the first */
        return;
    v->decision = REMIT_EXPLICIT_DENY;
    v->layer = place.layer;
    v->level = place.level;
    v->unreadable = by == NULL;
    blame(d, set, by);
}

/* True when the matter is settled: denied, and nobody wants to hear of the rest. */
static bool ask(struct deciding *d, struct remit_trace_place place,
                const struct remit_policy_set *set, struct remit_set_result *out)
{
    if (set == NULL)
        return false;
    if (d->eval->trace != NULL)
        remit_set_trace(set, &place, d->eval, out);
    else
        remit_set_eval(set, d->eval, out);
    if (out->deny != NULL || set->unreadable) /* it may have held a Deny (15.8) */
        deny(d, place, set, out->deny);
    return d->verdict->decision == REMIT_EXPLICIT_DENY && d->eval->trace == NULL;
}

/* Each level has to allow; a level that is not there can't. */
static bool ask_levels(struct deciding *d, enum remit_layer layer,
                       const struct remit_policy_set *const *sets, size_t n, unsigned *lacking)
{
    for (unsigned level = 0; level < n; level++) {
        struct remit_trace_place place = { layer, level };
        struct remit_set_result result = { 0 };

        if (sets[level] == NULL)
            deny(d, place, NULL, NULL);
        if (ask(d, place, sets[level], &result))
            return true;
        if (result.allow != NULL || (d->verdict->lacking & REMIT_LAYER_BIT(layer)))
            continue;
        d->verdict->lacking |= REMIT_LAYER_BIT(layer);
        *lacking = level;
    }
    return false;
}

static void ask_all(struct deciding *d)
{
    const struct remit_bundle *b = d->bundle;
    const struct layer_row {
        enum remit_layer layer;
        const struct remit_policy_set *set;
    } rows[] = {
        { REMIT_LAYER_IDENTITY, b->identity }, { REMIT_LAYER_BOUNDARY, b->boundary },
        { REMIT_LAYER_SESSION, b->session },   { REMIT_LAYER_RESOURCE, b->resource },
        { REMIT_LAYER_ENDPOINT, b->endpoint },
    };

    for (size_t i = 0; i < REMIT_COUNT(rows); i++) {
        const struct remit_trace_place place = { rows[i].layer, 0 };

        if (ask(d, place, rows[i].set, &d->results[rows[i].layer]))
            return;
    }
    if (d->use_scp && ask_levels(d, REMIT_LAYER_SCP, b->scps, b->n_scps, &d->scp_level))
        return;
    if (d->use_rcp)
        (void)ask_levels(d, REMIT_LAYER_RCP, b->rcps, b->n_rcps, &d->rcp_level);
}

/* ---- putting together what they said ---- */

static bool allows(const struct deciding *d, enum remit_layer layer)
{
    return d->results[layer].allow != NULL;
}

/* A root user's session from AssumeRoot is limited to the policy given with it (15.6). */
static bool is_assumed_root(const struct deciding *d)
{
    struct remit_str value = { 0 };

    return remit_context_single(d->eval->context, REMIT_STR("aws:AssumedRoot"), &value) &&
           remit_str_equal_nocase(value, REMIT_STR("true"));
}

/* Boundary and session policies that are there and do not allow. */
static unsigned lacking_limits(const struct deciding *d)
{
    bool federated = d->eval->caller.principal.kind == REMIT_PRINCIPAL_FEDERATED_USER;
    unsigned lacking = 0;

    if (is_root(d))
        return is_assumed_root(d) && !allows(d, REMIT_LAYER_SESSION)
                   ? REMIT_LAYER_BIT(REMIT_LAYER_SESSION)
                   : 0;
    if (d->bundle->boundary != NULL && !allows(d, REMIT_LAYER_BOUNDARY))
        lacking |= REMIT_LAYER_BIT(REMIT_LAYER_BOUNDARY);
    if ((d->bundle->session != NULL || federated) && !allows(d, REMIT_LAYER_SESSION))
        lacking |= REMIT_LAYER_BIT(REMIT_LAYER_SESSION);
    return lacking;
}

/* The principal's side as a whole. A user may always ask for a session token of its own (15.7). */
static unsigned lacking_identity(const struct deciding *d)
{
    bool waived = is_root(d) || (d->eval->caller.principal.kind == REMIT_PRINCIPAL_USER &&
                                 is(d->eval->action, "sts:getsessiontoken"));

    if (waived || allows(d, REMIT_LAYER_IDENTITY))
        return lacking_limits(d);
    return lacking_limits(d) | REMIT_LAYER_BIT(REMIT_LAYER_IDENTITY);
}

/* Sections 15.4 to 15.6. *by: the layer whose Allow counts. Returns what was lacking. */
static unsigned lacking_grant(const struct deciding *d, enum remit_layer *by)
{
    enum remit_grant grant = d->results[REMIT_LAYER_RESOURCE].grant;
    unsigned none = grant == REMIT_GRANT_NONE ? REMIT_LAYER_BIT(REMIT_LAYER_RESOURCE) : 0;

    *by = REMIT_LAYER_RESOURCE;
    if (!remit_caller_has_account(&d->eval->caller))
        return grant == REMIT_GRANT_DIRECT ? 0 : REMIT_LAYER_BIT(REMIT_LAYER_RESOURCE);
    if (!same_account(d)) {
        *by = REMIT_LAYER_IDENTITY;
        return none | lacking_identity(d);
    }
    if (grant == REMIT_GRANT_DIRECT)
        return 0;
    if (grant == REMIT_GRANT_LIMITED)
        return lacking_limits(d);
    if (none != 0 && is_mandatory(d->eval))
        return none;
    *by = REMIT_LAYER_IDENTITY;
    return lacking_identity(d);
}

static enum remit_layer first_of(unsigned lacking)
{
    enum remit_layer layer = REMIT_LAYER_RCP;

    while (layer < REMIT_LAYER_COUNT && !(lacking & REMIT_LAYER_BIT(layer)))
        layer++;
    return layer;
}

static const struct remit_policy_set *set_of(const struct remit_bundle *bundle,
                                             enum remit_layer layer)
{
    return layer == REMIT_LAYER_RESOURCE ? bundle->resource : bundle->identity;
}

static void conclude(struct deciding *d)
{
    struct remit_verdict *v = d->verdict;
    enum remit_layer by = REMIT_LAYER_NONE;

    if (v->decision == REMIT_EXPLICIT_DENY) {
        v->lacking = 0;
        return;
    }
    if (d->bundle->endpoint != NULL && !allows(d, REMIT_LAYER_ENDPOINT))
        v->lacking |= REMIT_LAYER_BIT(REMIT_LAYER_ENDPOINT);
    v->lacking |= lacking_grant(d, &by);
    v->grant = d->results[REMIT_LAYER_RESOURCE].grant;
    if (v->lacking != 0) {
        v->layer = first_of(v->lacking);
        v->level = v->layer == REMIT_LAYER_SCP   ? d->scp_level
                   : v->layer == REMIT_LAYER_RCP ? d->rcp_level
                                                 : 0;
        return;
    }
    v->decision = REMIT_ALLOW;
    v->layer = by;
    blame(d, set_of(d->bundle, by), d->results[by].allow);
}

/* ---- the request ---- */

static bool is_usable(const struct remit_bundle *bundle, const struct remit_request *request,
                      struct remit_verdict *verdict)
{
    if (bundle == NULL || request == NULL || request->action.len == 0 || request->resource.len == 0)
        return false;
    verdict->oversized = request->action.len > REMIT_REQUEST_ACTION_MAX ||
                         request->resource.len > REMIT_REQUEST_RESOURCE_MAX;
    return !verdict->oversized;
}

/* Whether some layer names principals or lets service-linked roles go by. */
static bool asks_who(const struct remit_bundle *b)
{
    return b->resource != NULL || b->endpoint != NULL || b->n_scps > 0 || b->n_rcps > 0 ||
           (b->identity != NULL && b->identity->principals) ||
           (b->boundary != NULL && b->boundary->principals) ||
           (b->session != NULL && b->session->principals);
}

static void decide(const struct remit_bundle *bundle, struct remit_eval *eval,
                   struct remit_verdict *verdict)
{
    struct deciding d = { .bundle = bundle, .eval = eval, .verdict = verdict };

    remit_caller_of(eval->request, bundle->boundary != NULL, &eval->caller);
    if (asks_who(bundle))
        remit_caller_behind(eval->request, &eval->caller);
    d.use_scp = bundle->n_scps > 0 && remit_caller_has_account(&eval->caller) &&
                !eval->caller.service_linked;
    d.use_rcp = bundle->n_rcps > 0 && rcp_applies(eval);
    ask_all(&d);
    conclude(&d);
}

/* `action` gets the request's, in lower case. */
static void prepare(const struct remit_request *request, char *action, struct remit_eval *out)
{
    size_t len = request->action.len;
    const char *colon = NULL;

    remit_index_lower(request->action, action);
    colon = memchr(action, ':', len);
    out->request = request;
    out->context = request->context;
    out->action = remit_str_from(action, len);
    out->service = remit_str_from(action, colon == NULL ? 0 : (size_t)(colon - action) + 1);
    out->action_hash = remit_index_hash(out->action);
    out->service_hash = remit_index_hash(out->service);
    out->resource = request->resource;
    out->no_resource = request->resource.len == 1 && request->resource.ptr[0] == '*';
    out->variables = (struct remit_variables){ .context = request->context };
}

static void tell(remit_trace_fn *trace, void *self, const struct remit_verdict *verdict)
{
    const struct remit_trace step = {
        .kind = REMIT_TRACE_DECISION,
        .layer = verdict->layer,
        .level = verdict->level,
        .policy = verdict->policy,
        .statement = verdict->statement,
        .sid = verdict->sid,
        .decision = verdict->decision,
        .grant = verdict->grant,
        .verdict = verdict,
    };

    if (trace != NULL)
        trace(self, &step);
}

enum remit_decision remit_decide(const struct remit_bundle *bundle,
                                 const struct remit_request *request, remit_trace_fn *trace,
                                 void *self, struct remit_verdict *verdict)
{
    struct remit_verdict own;
    struct remit_eval eval = { 0 };
    char action[REMIT_REQUEST_ACTION_MAX] __attribute__((uninitialized));

    if (verdict == NULL)
        verdict = &own;
    *verdict = (struct remit_verdict){ 0 };
    if (is_usable(bundle, request, verdict)) {
        prepare(request, action, &eval);
        eval.trace = trace;
        eval.trace_self = self;
        if (remit_same(eval.action,
                       REMIT_STR("sts:getcalleridentity"))) /* whatever the policies say (15.7) */
            verdict->decision = REMIT_ALLOW;
        else
            decide(bundle, &eval, verdict);
    }
    tell(trace, self, verdict);
    return verdict->decision;
}
