#include "iam/policy/eval.h"
#include "iam/policy/operators.h"
#include "iam/policy/print.h"

static enum remit_match match_of(bool there, bool matches)
{
    if (!there)
        return REMIT_MATCH_ABSENT;
    return matches ? REMIT_MATCH_YES : REMIT_MATCH_NO;
}

static void fill_place(struct remit_trace *step, const struct remit_trace_place *place,
                       const struct remit_policy_set *set, const struct remit_set_statement *s)
{
    step->layer = place->layer;
    step->level = place->level;
    step->policy = set->policies[s->policy].name;
    step->policy_index = s->policy;
    step->statement = s->statement->index;
    step->sid = s->statement->sid;
    step->deny = s->statement->deny;
}

/* One condition, told of. The values of the request are those in its context. */
static bool trace_condition(const struct remit_condition *c, struct remit_eval *eval,
                            struct remit_trace step)
{
    const struct remit_context_entry *entry =
        eval->context == NULL ? NULL : remit_context_find(eval->context, c->key);

    eval->variables.unresolved = false;
    step.kind = REMIT_TRACE_CONDITION;
    step.place = c;
    step.operator_name = c->operator_name;
    step.key = c->key;
    step.present = entry != NULL;
    step.values = entry != NULL ? entry->values : NULL;
    step.n_values = entry != NULL ? entry->n_values : 0;
    step.operands = c->texts;
    step.n_operands = c->n_operands;
    step.malformed = c->malformed;
    step.holds = remit_condition_holds(c, eval->context, &eval->variables);
    step.unresolved = eval->variables.unresolved;
    eval->trace(eval->trace_self, &step);
    return step.holds;
}

/* Conditions are asked once all else matches; then each of them, so that all reasons are heard. */
static bool trace_conditions(const struct remit_statement *s, struct remit_eval *eval,
                             const struct remit_trace *place)
{
    bool all = true;

    for (size_t i = 0; i < s->n_conditions; i++)
        all = trace_condition(&s->conditions[i], eval, *place) && all;
    return all;
}

static bool trace_statement(const struct remit_statement *s, struct remit_eval *eval,
                            struct remit_trace step, enum remit_grant *grant)
{
    bool principal = remit_principal_part(s, eval, grant, &step.principal_text);
    bool action = remit_action_part(s, eval, &step.action_text);
    bool resource = remit_resource_part(s, eval, &step.resource_text);
    bool asked = principal && action && resource;

    step.principal = match_of(s->has_principal, principal);
    step.action = match_of(true, action);
    step.resource = match_of(s->has_resource, resource);
    step.condition = s->n_conditions == 0 ? REMIT_MATCH_ABSENT : REMIT_MATCH_UNASKED;
    step.applies = asked;
    if (asked && s->n_conditions > 0) {
        step.applies = trace_conditions(s, eval, &step);
        step.condition = match_of(true, step.applies);
    }
    step.kind = REMIT_TRACE_STATEMENT;
    step.place = s;
    step.grant = *grant;
    eval->trace(eval->trace_self, &step);
    return step.applies;
}

void remit_set_trace(const struct remit_policy_set *set, const struct remit_trace_place *place,
                     struct remit_eval *eval, struct remit_set_result *out)
{
    struct remit_trace step = { .kind = REMIT_TRACE_LAYER, .layer = place->layer };

    *out = (struct remit_set_result){ 0 };
    for (size_t i = 0; i < set->n_statements; i++) {
        const struct remit_set_statement *s = &set->statements[i];
        struct remit_trace of_statement = { 0 };
        enum remit_grant grant = REMIT_GRANT_NONE;

        fill_place(&of_statement, place, set, s);
        if (trace_statement(s->statement, eval, of_statement, &grant))
            remit_set_take(out, s, grant);
    }
    step.level = place->level;
    step.grant = out->grant;
    step.decision = out->deny != NULL || set->unreadable ? REMIT_EXPLICIT_DENY
                    : out->allow != NULL                 ? REMIT_ALLOW
                                                         : REMIT_IMPLICIT_DENY;
    eval->trace(eval->trace_self, &step);
}

/* ---- places ---- */

size_t remit_pointer_token(struct remit_str key, char *out, size_t size)
{
    struct remit_printer p = { .out = out, .size = size };

    remit_print_byte(&p, '/');
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];

        remit_print_byte(&p, c == '~' || c == '/' ? '~' : c);
        if (c == '~' || c == '/')
            remit_print_byte(&p, c == '~' ? '0' : '1');
    }
    return p.len;
}

static void print_token(struct remit_printer *p, struct remit_str key)
{
    size_t left = p->len < p->size ? p->size - p->len : 0;

    p->len += remit_pointer_token(key, left > 0 ? p->out + p->len : NULL, left);
}

size_t remit_trace_pointer(const struct remit_trace *step, char *out, size_t size)
{
    const struct remit_statement *statement = step->place;
    const struct remit_condition *condition = step->place;
    struct remit_printer p = { .out = out, .size = size };
    bool of_condition = step->kind == REMIT_TRACE_CONDITION;

    if (size > 0)
        out[0] = '\0';
    if (!of_condition && step->kind != REMIT_TRACE_STATEMENT)
        return 0;
    remit_print(&p, "/Statement");
    if (!(of_condition ? condition->single : statement->policy->single))
        remit_print(&p, "/%u", step->statement);
    if (of_condition) {
        remit_print(&p, "/Condition");
        print_token(&p, condition->operator_name);
        print_token(&p, condition->key);
    }
    return p.len;
}
