#include "control/http/rest.h"

#include "control/http/query.h"

static size_t query_fields(const struct control_operation *op,
                           struct control_field out[CONTROL_REST_QUERY_FIELDS_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < op->n_input; i++) {
        if (!op->input[i].in_query)
            continue;
        REMIT_REQUIRE(n < CONTROL_REST_QUERY_FIELDS_MAX);
        out[n++] = op->input[i];
    }
    return n;
}

/* The parameters as a tree with the right types, by the rules of forms. */
static int read_query(const struct control_operation *op, const struct control_field *fields,
                      size_t n, struct remit_str query, struct remit_arena *arena,
                      struct remit_json **out, struct remit_err *err)
{
    struct control_operation of_query = *op;
    struct control_parameters parameters = { 0 };

    of_query.input = fields;
    of_query.n_input = n;
    TRY(control_query_parse(query, arena, &parameters, err));
    return control_query_tree(&of_query, &parameters, arena, out, err);
}

static bool is_one_of(const struct control_field *fields, size_t n, struct remit_str name)
{
    for (size_t i = 0; i < n; i++)
        if (remit_str_equal(remit_str_of(fields[i].name), name))
            return true;
    return false;
}

static void put_members(struct remit_jw *w, const struct remit_json *object,
                        const struct control_field *but, size_t n_but)
{
    for (void *m = remit_json_first(object); m != NULL; m = remit_json_next(object, m)) {
        if (is_one_of(but, n_but, remit_json_key(m)))
            continue;
        remit_jw_key_str(w, remit_json_key(m));
        remit_jw_json(w, remit_json_value(m));
    }
}

int control_rest_tree(const struct control_operation *op, struct remit_str query,
                      struct remit_arena *arena, struct remit_json **tree, struct remit_err *err)
{
    struct control_field fields[CONTROL_REST_QUERY_FIELDS_MAX];
    size_t n = query_fields(op, fields);
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(8 * CONTROL_BODY_MAX);
    auto_json struct remit_json *of_query = NULL;
    struct remit_jw w = REMIT_JW(&text);

    if (n == 0 || remit_json_type(*tree) != REMIT_JSON_OBJECT)
        return 0;
    TRY(read_query(op, fields, n, query, arena, &of_query, err));
    remit_jw_object(&w);
    put_members(&w, *tree, fields, n);
    put_members(&w, of_query, NULL, 0);
    remit_jw_end(&w);
    TRY(remit_buf_check(&text, "the request", err));
    remit_json_drop(tree);
    return remit_json_parse(remit_buf_view(&text), text.max, tree, err);
}
