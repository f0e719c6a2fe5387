#include "control/http/answer.h"
#include "control/ops/iam.h"
#include "control/ops/simulation.h"

#define PAGE_ACTIONS 100
/* Statements looked at that weigh as much as a byte of the answer, which has a megabyte a page. */
#define STATEMENTS_A_BYTE 8

/* ---- sets ---- */

static int build_set(struct simulation *s, struct simulation_layer *layer, struct remit_err *err)
{
    struct remit_policy_entry *entries =
        REMIT_NEW_N(s->call->arena, struct remit_policy_entry, layer->n + 1);

    TRY(remit_arena_check(s->call->arena, "the policies", err));
    for (size_t i = 0; i < layer->n; i++) {
        struct simulation_document *d = &layer->documents[i];

        entries[i] = (struct remit_policy_entry){ .policy = d->policy, .name = d->id };
        d->first = s->n_statements;
        s->n_statements += d->policy != NULL ? remit_policy_n_statements(d->policy) : 0;
    }
    return remit_policy_set_new(entries, layer->n, &layer->set, err);
}

/* The layers that there are; one of identity-based policies always is. */
static size_t layers_of(struct simulation *s, struct simulation_layer **out)
{
    size_t n = 0;

    out[n++] = &s->identity;
    if (s->boundary.max > 0)
        out[n++] = &s->boundary;
    if (s->resource.max > 0)
        out[n++] = &s->resource;
    for (size_t i = 0; i < s->n_scps; i++)
        out[n++] = &s->scps[i];
    return n;
}

static void number_statements(struct simulation *s, const struct simulation_layer *layer)
{
    for (size_t i = 0; i < layer->n; i++) {
        const struct simulation_document *d = &layer->documents[i];
        size_t n = d->policy != NULL ? remit_policy_n_statements(d->policy) : 0;

        for (size_t k = 0; k < n; k++)
            s->statements[d->first + k] =
                (struct simulation_statement){ .layer = layer, .document = d };
    }
}

static int build_sets(struct simulation *s, struct remit_err *err)
{
    struct simulation_layer *layers[3 + SIMULATION_LEVELS_MAX];
    size_t n = layers_of(s, layers);

    for (size_t i = 0; i < n; i++)
        TRY(build_set(s, layers[i], err));
    for (size_t i = 0; i < s->n_scps; i++)
        s->scp_sets[i] = s->scps[i].set;
    s->statements = REMIT_NEW_N(s->call->arena, struct simulation_statement, s->n_statements + 1);
    TRY(remit_arena_check(s->call->arena, "the policies", err));
    for (size_t i = 0; i < n; i++)
        number_statements(s, layers[i]);
    return 0;
}

/* ---- parts of an answer ---- */

static const char *decision_word(enum remit_decision decision)
{
    if (decision == REMIT_ALLOW)
        return "allowed";
    return decision == REMIT_EXPLICIT_DENY ? "explicitDeny" : "implicitDeny";
}

static void put_position(struct control_call *call, const char *name,
                         struct simulation_position position)
{
    control_begin_structure(call, name);
    control_put_int(call, "Line", (int64_t)position.line);
    control_put_int(call, "Column", (int64_t)position.column);
    control_end(call);
}

static void put_statement(struct simulation *s, const struct simulation_statement *statement)
{
    struct control_call *call = s->call;

    simulation_place(s, statement->document);
    control_begin_structure(call, NULL);
    control_put_str(call, "SourcePolicyId", statement->document->id);
    control_put_cstr(call, "SourcePolicyType", statement->layer->source_type);
    put_position(call, "StartPosition", statement->start);
    put_position(call, "EndPosition", statement->end);
    control_end(call);
}

/* The statements that decided: those that deny, or else those that allow; none when none did. */
static void put_matched(struct simulation *s, enum remit_decision decision, bool of_action)
{
    bool deny = decision == REMIT_EXPLICIT_DENY;

    control_begin_list(s->call, "MatchedStatements");
    for (size_t i = 0; decision != REMIT_IMPLICIT_DENY && i < s->n_statements; i++) {
        struct simulation_statement *statement = &s->statements[i];

        if ((of_action ? statement->applied : statement->applies) && statement->deny == deny)
            put_statement(s, statement);
    }
    control_end(s->call);
}

static void put_missing(struct control_call *call, const struct policy_keys *missing)
{
    control_begin_list(call, "MissingContextValues");
    for (size_t i = 0; missing != NULL && i < missing->found.n_entries; i++)
        control_put_str(call, NULL, missing->found.entries[i].key);
    control_end(call);
}

/* Empty within one account. */
static void put_details(const struct simulation *s, const struct simulation_outcome *outcome)
{
    control_begin_map(s->call, "EvalDecisionDetails");
    if (outcome->across) {
        control_put_cstr(s->call, s->identity.source_type, decision_word(outcome->identity));
        control_put_cstr(s->call, s->resource.source_type, decision_word(outcome->resource));
    }
    control_end(s->call);
}

static void put_boundary(const struct simulation *s, const struct simulation_outcome *outcome)
{
    if (s->boundary.set == NULL)
        return;
    control_begin_structure(s->call, "PermissionsBoundaryDecisionDetail");
    control_put_bool(s->call, "AllowedByPermissionsBoundary", !outcome->boundary_lacks);
    control_end(s->call);
}

static void put_organizations(const struct simulation *s, const struct simulation_outcome *outcome)
{
    if (s->n_scps == 0)
        return;
    control_begin_structure(s->call, "OrganizationsDecisionDetail");
    control_put_bool(s->call, "AllowedByOrganizations", !outcome->scps_lack);
    control_end(s->call);
}

/* ---- one action ---- */

static enum remit_decision stricter(enum remit_decision a, enum remit_decision b)
{
    if (a == REMIT_EXPLICIT_DENY || b == REMIT_EXPLICIT_DENY)
        return REMIT_EXPLICIT_DENY;
    return a == REMIT_ALLOW && b == REMIT_ALLOW ? REMIT_ALLOW : REMIT_IMPLICIT_DENY;
}

/* The strictest decision over all resources is the action's. */
static void fold(struct simulation_outcome *all, const struct simulation_outcome *one, bool first)
{
    if (first) {
        *all = *one;
        return;
    }
    all->decision = stricter(all->decision, one->decision);
    all->identity = stricter(all->identity, one->identity);
    all->resource = stricter(all->resource, one->resource);
    all->boundary_lacks = all->boundary_lacks || one->boundary_lacks;
    all->scps_lack = all->scps_lack || one->scps_lack;
    all->across = all->across || one->across;
}

static int put_resources(struct simulation *s, struct remit_str action,
                         const struct remit_json *resources, struct simulation_outcome *all,
                         struct remit_err *err)
{
    control_begin_list(s->call, "ResourceSpecificResults");
    for (size_t i = 0; i < remit_json_count(resources); i++) {
        auto_policy_keys struct policy_keys missing = { .known = &s->context };
        struct remit_str resource = remit_json_str(remit_json_at(resources, i));
        struct simulation_outcome one;

        TRY(remit_buf_check(s->call->answer->out, "the answer", err));
        TRY(simulation_decide(s, action, resource, &missing, &one, err));
        fold(all, &one, i == 0);
        control_begin_structure(s->call, NULL);
        control_put_str(s->call, "EvalResourceName", resource);
        control_put_cstr(s->call, "EvalResourceDecision", decision_word(one.decision));
        put_matched(s, one.decision, false);
        put_missing(s->call, &missing);
        put_details(s, &one);
        put_boundary(s, &one);
        control_end(s->call);
    }
    control_end(s->call);
    return 0;
}

/* No resource, or "*" alone: then the action has no results by resource. */
static bool is_general(const struct remit_json *resources)
{
    return remit_json_count(resources) == 0 ||
           (remit_json_count(resources) == 1 &&
            remit_str_equal(remit_json_str(remit_json_at(resources, 0)), REMIT_STR("*")));
}

static int put_action(struct simulation *s, struct remit_str action, struct remit_err *err)
{
    const struct remit_json *resources = control_in(s->call, "ResourceArns");
    auto_policy_keys struct policy_keys missing = { .known = &s->context };
    struct simulation_outcome all = { 0 };
    bool general = is_general(resources);

    for (size_t i = 0; i < s->n_statements; i++)
        s->statements[i].applied = false;
    control_begin_structure(s->call, NULL);
    control_put_str(s->call, "EvalActionName", action);
    control_put_str(s->call, "EvalResourceName",
                    remit_json_count(resources) == 1 ? remit_json_str(remit_json_at(resources, 0))
                                                     : REMIT_STR("*"));
    if (general)
        TRY(simulation_decide(s, action, REMIT_STR("*"), &missing, &all, err));
    else
        TRY(put_resources(s, action, resources, &all, err));
    control_put_cstr(s->call, "EvalDecision", decision_word(all.decision));
    put_matched(s, all.decision, true);
    put_missing(s->call, &missing);
    put_organizations(s, &all);
    put_boundary(s, &all);
    if (!general)
        put_details(s, &all);
    control_end(s->call);
    return 0;
}

/* ---- pages of actions ---- */

/* Bytes that the action weighs on its page: about as many as the one before it took, and its work.
 */
static size_t weight_of(const struct simulation *s, size_t before)
{
    size_t resources = remit_json_count(control_in(s->call, "ResourceArns"));

    return before + (resources + 1) * (s->n_statements + 1) / STATEMENTS_A_BYTE;
}

int simulation_run(struct simulation *s, struct remit_err *err)
{
    const struct remit_json *actions = control_in(s->call, "ActionNames");
    const struct remit_buf *out = s->call->answer->out;
    struct control_page page;
    size_t before = 0;

    TRY(build_sets(s, err));
    TRY(control_page_begin(s->call, control_in_str(s->call, "Marker"),
                           control_in_int(s->call, "MaxItems", PAGE_ACTIONS), "InvalidInput", &page,
                           err));
    control_begin_list(s->call, "EvaluationResults");
    for (size_t i = 0; i < remit_json_count(actions); i++) {
        struct remit_str item = remit_arena_fmt(s->call->arena, "%08zu", i);
        size_t len = out->len;

        if (control_page_skips(&page, item))
            continue;
        if (!control_page_take(s->call, &page, item, weight_of(s, before)))
            break;
        TRY(put_action(s, remit_json_str(remit_json_at(actions, i)), err));
        before = out->len - len;
    }
    control_end(s->call);
    iam_page_end(s->call, &page);
    return remit_arena_check(s->call->arena, "the page", err);
}
