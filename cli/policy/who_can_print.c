#include "cli/policy/case.h"
#include "cli/policy/who_can.h"
#include "common/base/json.h"

#define VALUES_MOST 4 /* of one condition, for people */

static const char *const abilities[] = {
    [CLI_CANNOT] = "cannot", [CLI_MAY] = "may", [CLI_CAN] = "can"
};

static void put_quoted(struct remit_buf *out, struct remit_str text)
{
    remit_buf_put_byte(out, '"');
    remit_json_escape(out, text, false);
    remit_buf_put_byte(out, '"');
}

/* ---- for people ---- */

static void text_begin(struct remit_buf *out, const struct cli_question *question)
{
    (void)out;
    (void)question;
}

static void put_dependency(void *self, const struct cli_dependency *d)
{
    struct remit_buf *out = self;

    remit_buf_put_fmt(out, "       %s if ", d->deny ? "Deny" : "Allow");
    if (d->op.len > 0) {
        remit_buf_put(out, d->op);
        remit_buf_put_byte(out, ' ');
    } else {
        remit_buf_put_cstr(out, "the resource fits ");
    }
    put_quoted(out, d->key);
    for (size_t i = 0; i < d->n_values && i < VALUES_MOST; i++) {
        remit_buf_put_cstr(out, i == 0 ? " " : ", ");
        put_quoted(out, d->values[i]);
    }
    if (d->n_values > VALUES_MOST)
        remit_buf_put_fmt(out, " and %zu more", d->n_values - VALUES_MOST);
    remit_buf_put_fmt(out, " (%s:%zu:%zu)\n", d->file, d->place.line, d->place.column);
}

static int text_put(struct remit_buf *out, const struct cli_question *question,
                    const struct cli_principal *principal, enum cli_ability ability, bool first,
                    struct remit_err *err)
{
    (void)first;
    remit_buf_put_fmt(out, "%-4s %-9s ", abilities[ability],
                      cli_principal_kind_name(principal->kind));
    remit_buf_put_cstr(out, principal->arn);
    if (principal->foreign)
        remit_buf_put_cstr(out, " where its own policies allow it");
    remit_buf_put_byte(out, '\n');
    return ability == CLI_MAY ? cli_ask_why(question, principal, put_dependency, out, err) : 0;
}

static void text_end(struct remit_buf *out)
{
    (void)out;
}

const struct cli_who_can_format cli_who_can_text = { "text", text_begin, text_put, text_end };

/* ---- for programs ---- */

static void json_begin(struct remit_buf *out, const struct cli_question *question)
{
    remit_buf_put_cstr(out, "{\"action\":");
    put_quoted(out, remit_str_of(question->action));
    remit_buf_put_cstr(out, ",\"resource\":");
    put_quoted(out, remit_str_of(question->resource));
    remit_buf_put_cstr(out, ",\"principals\":[");
}

static void put_dependency_json(void *self, const struct cli_dependency *d)
{
    struct remit_jw *w = self;

    remit_jw_object(w);
    remit_jw_put_cstr(w, "effect", d->deny ? "Deny" : "Allow");
    remit_jw_put_cstr(w, "layer", cli_case_member(d->layer));
    if (d->op.len > 0)
        remit_jw_put_str(w, "operator", d->op);
    remit_jw_put_str(w, "key", d->key);
    remit_jw_key(w, d->op.len > 0 ? "values" : "resources");
    remit_jw_array(w);
    for (size_t i = 0; i < d->n_values; i++)
        remit_jw_str(w, d->values[i]);
    remit_jw_end(w);
    remit_jw_put_cstr(w, "policy", d->file);
    remit_jw_put_int(w, "line", (int64_t)d->place.line);
    remit_jw_put_int(w, "column", (int64_t)d->place.column);
    remit_jw_end(w);
}

static int json_put(struct remit_buf *out, const struct cli_question *question,
                    const struct cli_principal *principal, enum cli_ability ability, bool first,
                    struct remit_err *err)
{
    struct remit_jw w = REMIT_JW(out);

    if (!first)
        remit_buf_put_byte(out, ',');
    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "kind", cli_principal_kind_name(principal->kind));
    remit_jw_put_cstr(&w, "principal", principal->arn);
    remit_jw_put_cstr(&w, "answer", abilities[ability]);
    remit_jw_put_bool(&w, "ownPoliciesUnknown", principal->foreign);
    remit_jw_key(&w, "dependsOn");
    remit_jw_array(&w);
    if (ability == CLI_MAY)
        TRY(cli_ask_why(question, principal, put_dependency_json, &w, err));
    remit_jw_end(&w);
    remit_jw_end(&w);
    return 0;
}

static void json_end(struct remit_buf *out)
{
    remit_buf_put_cstr(out, "]}\n");
}

const struct cli_who_can_format cli_who_can_json = { "json", json_begin, json_put, json_end };
