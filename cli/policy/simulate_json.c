#include "cli/policy/simulate.h"

#include <stdlib.h>

#include "cli/policy/case.h"
#include "common/base/json.h"

#define POINTER_MOST 4096
#define MESSAGE_MOST 16384
#define GRANT_MOST   32768

static const char *const matches[] = {
    [REMIT_MATCH_ABSENT] = "absent",
    [REMIT_MATCH_UNASKED] = "unasked",
    [REMIT_MATCH_NO] = "no",
    [REMIT_MATCH_YES] = "yes",
};

/* A walk under way. Conditions come before their statement: they wait in a buffer of their own. */
struct telling {
    const struct cli_policies *policies;
    const struct remit_verdict *verdict;
    struct remit_jw *w;
    struct remit_buf conditions;
    struct remit_jw list;
};

static void put_place(const struct telling *t, struct remit_jw *w, const struct remit_trace *step)
{
    char pointer[POINTER_MOST];
    struct remit_place place = { 0 };

    if (cli_policies_locate(t->policies, step, pointer, sizeof(pointer), &place) == NULL)
        return;
    remit_jw_put_cstr(w, "pointer", pointer);
    remit_jw_put_int(w, "line", (int64_t)place.line);
    remit_jw_put_int(w, "column", (int64_t)place.column);
}

static void put_texts(struct remit_jw *w, const char *key, const struct remit_str *texts, size_t n)
{
    remit_jw_key(w, key);
    remit_jw_array(w);
    for (size_t i = 0; i < n; i++)
        remit_jw_str(w, texts[i]);
    remit_jw_end(w);
}

static void put_condition(struct telling *t, const struct remit_trace *step)
{
    struct remit_jw *w = &t->list;

    remit_jw_object(w);
    remit_jw_put_str(w, "operator", step->operator_name);
    remit_jw_put_str(w, "key", step->key);
    put_texts(w, "policyValues", step->operands, step->n_operands);
    remit_jw_put_bool(w, "present", step->present);
    if (step->present)
        put_texts(w, "requestValues", step->values, step->n_values);
    remit_jw_put_bool(w, "holds", step->holds);
    if (step->unresolved)
        remit_jw_put_bool(w, "variableWithoutValue", true);
    if (step->malformed)
        remit_jw_put_bool(w, "malformedValue", true);
    put_place(t, w, step);
    remit_jw_end(w);
}

static bool decided(const struct telling *t, const struct remit_trace *step)
{
    const struct remit_verdict *v = t->verdict;

    return v->by_statement && step->applies && step->layer == v->layer && step->level == v->level &&
           step->statement == v->statement && step->deny == (v->decision == REMIT_EXPLICIT_DENY) &&
           remit_str_equal(step->policy, v->policy);
}

static void put_layer(struct remit_jw *w, enum remit_layer layer, unsigned level)
{
    remit_jw_put_cstr(w, "layer", cli_case_member(layer));
    if (layer == REMIT_LAYER_SCP || layer == REMIT_LAYER_RCP)
        remit_jw_put_int(w, "level", level);
}

static void put_element(struct remit_jw *w, const char *name, enum remit_match match,
                        const char *by, struct remit_str text)
{
    remit_jw_put_cstr(w, name, matches[match]);
    if (text.len > 0)
        remit_jw_put_str(w, by, text);
}

static void put_statement(struct telling *t, const struct remit_trace *step)
{
    struct remit_jw *w = t->w;

    remit_jw_object(w);
    put_layer(w, step->layer, step->level);
    remit_jw_put_str(w, "policy", step->policy);
    remit_jw_put_int(w, "statement", step->statement);
    remit_jw_put_str(w, "sid", step->sid);
    remit_jw_put_cstr(w, "effect", step->deny ? "Deny" : "Allow");
    put_place(t, w, step);
    remit_jw_put_bool(w, "applies", step->applies);
    remit_jw_put_bool(w, "decides", decided(t, step));
    put_element(w, "principal", step->principal, "matchedPrincipal", step->principal_text);
    put_element(w, "action", step->action, "matchedAction", step->action_text);
    put_element(w, "resource", step->resource, "matchedResource", step->resource_text);
    remit_jw_put_cstr(w, "condition", matches[step->condition]);
    remit_jw_end(&t->list);
    remit_jw_key(w, "conditions");
    remit_jw_raw(w, remit_buf_view(&t->conditions));
    remit_jw_end(w);
}

/* The list of the conditions of the statement that comes next. */
static void begin_conditions(struct telling *t)
{
    remit_buf_clear(&t->conditions);
    t->list = (struct remit_jw)REMIT_JW(&t->conditions);
    remit_jw_array(&t->list);
}

/* Statements whose action is another one have nothing to say. */
static void on_step(void *self, const struct remit_trace *step)
{
    struct telling *t = self;

    if (step->kind == REMIT_TRACE_CONDITION)
        put_condition(t, step);
    if (step->kind != REMIT_TRACE_STATEMENT)
        return;
    if (step->action == REMIT_MATCH_YES)
        put_statement(t, step);
    begin_conditions(t);
}

static int put_statements(struct remit_jw *w, const struct cli_policies *policies,
                          const struct remit_request *request, const struct remit_verdict *verdict,
                          struct remit_err *err)
{
    struct telling t = {
        .policies = policies, .verdict = verdict, .w = w, .conditions = REMIT_BUF(w->out->max)
    };
    int result = 0;

    remit_jw_key(w, "statements");
    remit_jw_array(w);
    begin_conditions(&t);
    (void)!remit_decide(&policies->bundle, request, on_step, &t, NULL);
    remit_jw_end(w);
    result = remit_buf_check(&t.conditions, "the conditions", err);
    remit_buf_drop(&t.conditions);
    return result;
}

static void put_lacking(struct remit_jw *w, unsigned lacking)
{
    remit_jw_key(w, "lacking");
    remit_jw_array(w);
    for (enum remit_layer layer = REMIT_LAYER_RCP; layer < REMIT_LAYER_COUNT; layer++)
        if (lacking & REMIT_LAYER_BIT(layer))
            remit_jw_cstr(w, cli_case_member(layer));
    remit_jw_end(w);
}

static void put_grant(struct remit_jw *w, enum remit_layer layer, uint64_t levels,
                      const char *document)
{
    remit_jw_object(w);
    remit_jw_put_cstr(w, "layer", cli_case_member(layer));
    if (layer == REMIT_LAYER_SCP || layer == REMIT_LAYER_RCP) {
        remit_jw_key(w, "levels");
        remit_jw_array(w);
        for (unsigned level = 0; level < 64; level++)
            if (levels >> level & 1)
                remit_jw_int(w, level);
        remit_jw_end(w);
    }
    remit_jw_key(w, "policy");
    remit_jw_raw(w, remit_str_of(document));
    remit_jw_end(w);
}

static void put_grants(struct remit_jw *w, const struct cli_policies *policies,
                       const struct remit_request *request)
{
    char document[GRANT_MOST];

    remit_jw_key(w, "grants");
    remit_jw_array(w);
    for (enum remit_layer layer = REMIT_LAYER_RCP; layer < REMIT_LAYER_COUNT; layer++) {
        uint64_t levels = 0;
        size_t len = remit_smallest_grant(&policies->bundle, request, layer, &levels, document,
                                          sizeof(document));

        if (len > 0 && len < sizeof(document))
            put_grant(w, layer, levels, document);
    }
    remit_jw_end(w);
}

int cli_simulate_json(const struct cli_policies *policies, const struct remit_request *request,
                      struct remit_buf *out, struct remit_err *err)
{
    char message[MESSAGE_MOST];
    struct remit_jw w = REMIT_JW(out);
    struct remit_verdict verdict;
    enum remit_decision decision = remit_decide(&policies->bundle, request, NULL, NULL, &verdict);

    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "decision", remit_decision_name(decision));
    if (verdict.layer != REMIT_LAYER_NONE)
        put_layer(&w, verdict.layer, verdict.level);
    put_lacking(&w, verdict.lacking);
    if (remit_denial_message(request, &verdict, message, sizeof(message)) > 0)
        remit_jw_put_cstr(&w, "message", message);
    TRY(put_statements(&w, policies, request, &verdict, err));
    put_grants(&w, policies, request);
    remit_jw_end(&w);
    remit_buf_put_byte(out, '\n');
    return remit_buf_check(out, "the answer", err);
}

int cli_simulate_text(struct cli_policies *policies, const struct remit_request *request,
                      struct remit_buf *out, struct remit_err *err)
{
    size_t len =
        remit_explain_at(&policies->bundle, request, cli_policies_place, policies, NULL, 0);
    char *text = malloc(len + 1);

    if (text == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory",
                          "no memory for an explanation of %zu bytes", len);
    (void)remit_explain_at(&policies->bundle, request, cli_policies_place, policies, text, len + 1);
    remit_buf_put(out, remit_str_from(text, len));
    free(text);
    return remit_buf_check(out, "the answer", err);
}
