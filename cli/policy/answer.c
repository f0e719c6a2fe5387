#include "cli/policy/answer.h"

#include <stdio.h>

#define POINTER_MOST 64 /* "/Statement/4294967295" */

/* A decision under way: first by the index, then by a walk that tells of what matched. */
struct deciding {
    struct cli_bundle *bundle;
    const struct cli_case *one;
    size_t first_line;
    enum remit_decision decision;
    cli_matched_fn *matched;
    void *self;
};

/* Of a layer's text in the text of its case. */
static size_t offset_of(struct cli_bundle *bundle, const struct cli_case *one,
                        const struct remit_trace *step, struct cli_layer **layer)
{
    struct remit_str text = one->layers[step->layer];
    struct remit_json_walk walk = remit_json_walk(text);
    struct remit_str key, level = text;

    *layer = bundle->layers[step->layer];
    if (step->layer != REMIT_LAYER_SCP && step->layer != REMIT_LAYER_RCP)
        return (size_t)(text.ptr - one->text.ptr);
    for (unsigned i = 0; i <= step->level; i++)
        (void)remit_json_walk_next(&walk, &key, &level);
    *layer = bundle->levels[step->layer == REMIT_LAYER_RCP][step->level];
    return (size_t)(level.ptr - one->text.ptr);
}

static void tell(const struct deciding *d, const struct remit_trace *step)
{
    struct cli_layer *layer = NULL;
    size_t offset = offset_of(d->bundle, d->one, step, &layer);
    size_t line = 1;
    size_t column = 0;

    offset += cli_layer_place(layer, step->policy_index, step->statement);
    column = offset + 1;
    if (!d->one->one_line)
        remit_json_line_column(d->one->text, offset, &line, &column);
    d->matched(d->self, step, d->first_line + line - 1, column);
}

static void on_step(void *self, const struct remit_trace *step)
{
    const struct deciding *d = self;

    if (step->kind == REMIT_TRACE_STATEMENT && step->applies &&
        d->decision == (step->deny ? REMIT_EXPLICIT_DENY : REMIT_ALLOW))
        tell(d, step);
}

/* The whole reason: what differs would be a mistake of the engine's. */
static bool same_verdict(const struct remit_verdict *a, const struct remit_verdict *b)
{
    return a->decision == b->decision && a->layer == b->layer && a->level == b->level &&
           a->lacking == b->lacking && a->grant == b->grant && a->by_statement == b->by_statement &&
           a->statement == b->statement && remit_str_equal(a->policy, b->policy);
}

int cli_decide(struct cli_bundle *bundle, const struct cli_case *one, size_t first_line,
               cli_matched_fn *matched, void *self, struct remit_verdict *verdict,
               struct remit_err *err)
{
    struct deciding d = {
        .bundle = bundle, .one = one, .first_line = first_line, .matched = matched, .self = self
    };
    struct remit_verdict walked;

    d.decision = remit_decide(&bundle->bundle, &one->request, NULL, NULL, verdict);
    (void)!remit_decide(&bundle->bundle, &one->request, on_step, &d, &walked);
    if (same_verdict(verdict, &walked))
        return 0;
    return remit_fail(err, REMIT_ERR_INTERNAL, "Disagreement",
                      "the index says %s (%s, statement %u), a walk over all statements %s (%s, "
                      "statement %u)",
                      remit_decision_name(verdict->decision), remit_layer_name(verdict->layer),
                      verdict->statement, remit_decision_name(walked.decision),
                      remit_layer_name(walked.layer), walked.statement);
}

/* Conditions too, which cli_layer_place() does not remember. */
size_t cli_case_place(void *self, const struct remit_trace *step, char *out, size_t size)
{
    const struct cli_case_place *p = self;
    struct cli_layer *layer = NULL;
    size_t offset = offset_of(p->bundle, p->one, step, &layer);
    struct remit_str value, key;
    char pointer[4096];
    size_t line = 0;
    size_t column = 0;
    int len = 0;

    if (remit_trace_pointer(step, pointer, sizeof(pointer)) >= sizeof(pointer) ||
        !remit_json_find(layer->documents[step->policy_index], remit_str_of(pointer), &value, &key))
        return 0;
    offset += (size_t)((key.len > 0 ? key.ptr : value.ptr) - layer->text.ptr);
    remit_json_line_column(p->one->text, offset, &line, &column);
    len = snprintf(out, size, "%s:%zu:%zu", p->file, line, column);
    return len > 0 ? (size_t)len : 0;
}

/* ---- as JSON ---- */

/* No layer: what is always allowed. */
static void put_layer(struct remit_jw *w, enum remit_layer layer, unsigned level)
{
    remit_jw_put_cstr(w, "layer", layer == REMIT_LAYER_NONE ? "none" : cli_case_member(layer));
    if (layer == REMIT_LAYER_SCP || layer == REMIT_LAYER_RCP)
        remit_jw_put_int(w, "level", level);
}

static void put_matched(void *self, const struct remit_trace *step, size_t line, size_t column)
{
    struct remit_jw *w = self;
    char pointer[POINTER_MOST];

    (void)remit_trace_pointer(step, pointer, sizeof(pointer));
    remit_jw_object(w);
    put_layer(w, step->layer, step->level);
    remit_jw_put_int(w, "policy", step->policy_index);
    remit_jw_put_int(w, "statement", step->statement);
    remit_jw_put_str(w, "sid", step->sid);
    remit_jw_put_cstr(w, "effect", step->deny ? "Deny" : "Allow");
    remit_jw_put_cstr(w, "pointer", pointer);
    remit_jw_put_int(w, "line", (int64_t)line);
    remit_jw_put_int(w, "column", (int64_t)column);
    remit_jw_end(w);
}

int cli_answer(struct cli_bundle *bundle, const struct cli_case *one, size_t first_line,
               struct remit_buf *out, struct remit_err *err)
{
    auto_buf struct remit_buf matched = REMIT_BUF(out->max);
    struct remit_jw w = REMIT_JW(out);
    struct remit_jw list = REMIT_JW(&matched);
    struct remit_verdict verdict = { 0 };

    remit_jw_array(&list);
    TRY(cli_decide(bundle, one, first_line, put_matched, &list, &verdict, err));
    remit_jw_end(&list);
    TRY(remit_buf_check(&matched, "the matched statements", err));
    remit_jw_object(&w);
    remit_jw_key(&w, "id");
    remit_jw_raw(&w, one->id);
    remit_jw_put_cstr(&w, "decision", remit_decision_name(verdict.decision));
    put_layer(&w, verdict.layer, verdict.level);
    remit_jw_key(&w, "matched");
    remit_jw_raw(&w, remit_buf_view(&matched));
    remit_jw_end(&w);
    return remit_buf_check(out, "an answer", err);
}
