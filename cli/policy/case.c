#include "cli/policy/case.h"

#include "cli/policy/question.h"

#define ARENA_MOST (4 * CLI_CASE_MOST)
#define SHOWN_MOST 96 /* bytes of a value in an error */

static const char *const layer_members[REMIT_LAYER_COUNT] = {
    [REMIT_LAYER_RCP] = "rcps",
    [REMIT_LAYER_SCP] = "scps",
    [REMIT_LAYER_ENDPOINT] = "endpointPolicy",
    [REMIT_LAYER_RESOURCE] = "resourcePolicy",
    [REMIT_LAYER_IDENTITY] = "identityPolicies",
    [REMIT_LAYER_BOUNDARY] = "permissionBoundary",
    [REMIT_LAYER_SESSION] = "sessionPolicies",
};

const char *cli_case_member(enum remit_layer layer)
{
    return layer_members[layer];
}

static int bad(struct remit_err *err, const char *where, const char *name, const char *wanted,
               struct remit_str value)
{
    return remit_fail(err, REMIT_ERR_INVALID, "BadCase", "%s%s is " REMIT_STR_FMT "%s, wanted %s",
                      where, name, REMIT_STR_ARG(remit_str_sub(value, 0, SHOWN_MOST)),
                      value.len > SHOWN_MOST ? "…" : "", wanted);
}

/* ---- members ---- */

/* Which of the named members of an object stand where. */
struct member {
    const char *name;
    struct remit_str value; /* found */
};

static int find_members(struct remit_str object, const char *where, struct member *members,
                        size_t n, struct remit_err *err)
{
    struct remit_json_walk walk = remit_json_walk(object);
    struct remit_str key, value;

    while (remit_json_walk_next(&walk, &key, &value)) {
        size_t i = 0;

        while (i < n && !remit_json_span_says(key, remit_str_of(members[i].name)))
            i++;
        if (i == n)
            return remit_fail(err, REMIT_ERR_INVALID, "BadCase", "%s has no member " REMIT_STR_FMT,
                              where, REMIT_STR_ARG(remit_str_sub(key, 0, SHOWN_MOST)));
        if (members[i].value.len > 0)
            return remit_fail(err, REMIT_ERR_INVALID, "BadCase", "%s has the member %s twice",
                              where, members[i].name);
        members[i].value = value;
    }
    return 0;
}

static bool is_none(struct remit_str value)
{
    return value.len == 0 || remit_json_span_type(value) == REMIT_JSON_NULL;
}

/* ---- layers ---- */

static bool is_empty_list(struct remit_str value)
{
    struct remit_json_walk walk = remit_json_walk(value);
    struct remit_str key, element;

    return remit_json_span_type(value) == REMIT_JSON_ARRAY &&
           !remit_json_walk_next(&walk, &key, &element);
}

/* A document, or a list of them. */
static int check_documents(struct remit_str value, const char *name, struct remit_err *err)
{
    struct remit_json_walk walk = remit_json_walk(value);
    struct remit_str key, element;

    if (remit_json_span_type(value) == REMIT_JSON_OBJECT)
        return 0;
    if (remit_json_span_type(value) != REMIT_JSON_ARRAY)
        return bad(err, "", name, "a policy or a list of policies", value);
    while (remit_json_walk_next(&walk, &key, &element))
        if (remit_json_span_type(element) != REMIT_JSON_OBJECT)
            return bad(err, "a policy of ", name, "an object", element);
    return 0;
}

static int check_levels(struct remit_str value, const char *name, struct remit_err *err)
{
    struct remit_json_walk walk = remit_json_walk(value);
    struct remit_str key, level;

    if (remit_json_span_type(value) != REMIT_JSON_ARRAY)
        return bad(err, "", name, "a list of levels, the root's first", value);
    while (remit_json_walk_next(&walk, &key, &level))
        TRY(check_documents(level, name, err));
    return 0;
}

static int read_layer(enum remit_layer layer, struct remit_str value, struct cli_case *out,
                      struct remit_err *err)
{
    const char *name = layer_members[layer];
    bool levels = layer == REMIT_LAYER_SCP || layer == REMIT_LAYER_RCP;
    bool one = layer == REMIT_LAYER_RESOURCE || layer == REMIT_LAYER_ENDPOINT;

    if (is_none(value) || (!one && is_empty_list(value)))
        return 0;
    if (one && remit_json_span_type(value) != REMIT_JSON_OBJECT)
        return bad(err, "", name, "a policy or null", value);
    if (levels)
        TRY(check_levels(value, name, err));
    else
        TRY(check_documents(value, name, err));
    out->layers[layer] = value;
    return 0;
}

/* ---- the request ---- */

static int read_text(const struct member *m, bool required, struct cli_case *c,
                     struct remit_str *out, struct remit_err *err)
{
    if (is_none(m->value) && !required)
        return 0;
    if (m->value.len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "BadCase", "request.%s is missing", m->name);
    if (remit_json_span_type(m->value) != REMIT_JSON_STRING)
        return bad(err, "request.", m->name, "a string", m->value);
    TRY(remit_json_span_text(m->value, &c->arena, out, err));
    if (required && out->len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "BadCase", "request.%s is empty", m->name);
    return 0;
}

static bool is_scalar(struct remit_str span)
{
    enum remit_json_type type = remit_json_span_type(span);

    return type == REMIT_JSON_STRING || type == REMIT_JSON_BOOL || type == REMIT_JSON_INT ||
           type == REMIT_JSON_REAL;
}

static int read_list(struct remit_str key, struct remit_str list, struct cli_case *c,
                     struct remit_err *err)
{
    struct remit_json_walk walk = remit_json_walk(list);
    struct remit_json_walk again = walk;
    struct remit_str *values = NULL;
    struct remit_str none, value;
    size_t n = 0;

    while (remit_json_walk_next(&walk, &none, &value))
        n++;
    values = REMIT_NEW_N(&c->arena, struct remit_str, n + 1);
    TRY(remit_arena_check(&c->arena, "a case", err));
    for (size_t i = 0; remit_json_walk_next(&again, &none, &value); i++) {
        if (!is_scalar(value))
            return bad(err, "a value of request.context of a list", "",
                       "a string, a number or a boolean", value);
        TRY(remit_json_span_text(value, &c->arena, &values[i], err));
    }
    return remit_context_put_list(&c->context, key, values, n, err);
}

static int read_key(struct remit_str span, struct remit_str value, struct cli_case *c,
                    struct remit_err *err)
{
    struct remit_str key = { 0 };
    struct remit_str text = { 0 };

    TRY(remit_json_span_text(span, &c->arena, &key, err));
    if (remit_context_find(&c->context, key) != NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "BadCase",
                          "request.context: the key " REMIT_STR_FMT
                          " stands twice (capitals do not count)",
                          REMIT_STR_ARG(remit_str_sub(span, 0, SHOWN_MOST)));
    if (remit_json_span_type(value) == REMIT_JSON_ARRAY)
        return read_list(key, value, c, err);
    if (!is_scalar(value))
        return bad(err, "request.context: a value", "",
                   "a string, a number, a boolean or a list of them", value);
    TRY(remit_json_span_text(value, &c->arena, &text, err));
    return remit_context_put(&c->context, key, text, err);
}

static int read_context(struct remit_str value, struct cli_case *c, struct remit_err *err)
{
    struct remit_json_walk walk = remit_json_walk(value);
    struct remit_str key;

    if (is_none(value))
        return 0;
    if (!walk.members)
        return bad(err, "request.", "context", "an object of condition keys", value);
    while (remit_json_walk_next(&walk, &key, &value))
        TRY(read_key(key, value, c, err));
    return 0;
}

enum { PRINCIPAL = 0, ACTION, RESOURCE, ACCOUNT, CONTEXT, REQUEST_MEMBERS };

/* What the engine would deny unasked is said to be too long here. */
static int check_lengths(const struct remit_request *r, struct remit_err *err)
{
    if (r->action.len > REMIT_REQUEST_ACTION_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "BadCase",
                          "request.action has %zu bytes, the most is %d", r->action.len,
                          REMIT_REQUEST_ACTION_MAX);
    if (r->resource.len > REMIT_REQUEST_RESOURCE_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "BadCase",
                          "request.resource has %zu bytes, the most is %d", r->resource.len,
                          REMIT_REQUEST_RESOURCE_MAX);
    return 0;
}

static int read_request(struct remit_str value, struct cli_case *c, struct remit_err *err)
{
    struct member m[REQUEST_MEMBERS] = { [PRINCIPAL] = { "principal" },
                                         [ACTION] = { "action" },
                                         [RESOURCE] = { "resource" },
                                         [ACCOUNT] = { "resourceAccount" },
                                         [CONTEXT] = { "context" } };
    struct remit_request *r = &c->request;

    if (value.len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "BadCase", "request is missing");
    if (remit_json_span_type(value) != REMIT_JSON_OBJECT)
        return bad(err, "", "request", "an object", value);
    TRY(find_members(value, "request", m, REQUEST_MEMBERS, err));
    TRY(read_text(&m[PRINCIPAL], true, c, &r->principal, err));
    TRY(read_text(&m[ACTION], true, c, &r->action, err));
    TRY(read_text(&m[RESOURCE], true, c, &r->resource, err));
    TRY(read_text(&m[ACCOUNT], false, c, &r->resource_account, err));
    TRY(read_context(m[CONTEXT].value, c, err));
    r->context = &c->context;
    cli_request_settle_owner(r);
    return check_lengths(r, err);
}

/* ---- the whole ---- */

/* As far as the text goes: an answer should name its case even when the rest can't be read. */
static struct remit_str find_id(struct remit_str text)
{
    struct remit_json_walk walk = remit_json_walk(remit_json_span(text));
    struct remit_str key, value;

    while (walk.members && remit_json_walk_next(&walk, &key, &value))
        if (remit_json_span_says(key, REMIT_STR("id")) && is_scalar(value) &&
            remit_json_check(value, NULL, NULL) == 0)
            return value;
    return REMIT_STR("null");
}

static int read_members(struct remit_str object, struct cli_case *c, struct remit_err *err)
{
    enum { ID = REMIT_LAYER_NONE, REQUEST = REMIT_LAYER_COUNT, CASE_MEMBERS };
    struct member m[CASE_MEMBERS] = { [ID] = { "id" }, [REQUEST] = { "request" } };

    for (enum remit_layer layer = REMIT_LAYER_RCP; layer < REMIT_LAYER_COUNT; layer++)
        m[layer].name = layer_members[layer];
    TRY(find_members(object, "a case", m, CASE_MEMBERS, err));
    if (!is_none(m[ID].value) && !is_scalar(m[ID].value))
        return bad(err, "", "id", "a string or a number", m[ID].value);
    for (enum remit_layer layer = REMIT_LAYER_RCP; layer < REMIT_LAYER_COUNT; layer++)
        TRY(read_layer(layer, m[layer].value, c, err));
    return read_request(m[REQUEST].value, c, err);
}

int cli_case_read(struct remit_str text, struct cli_case *c, struct remit_err *err)
{
    struct remit_str object;
    size_t sound = 0;

    remit_arena_drop(&c->arena);
    remit_arena_init(&c->arena, ARENA_MOST);
    remit_context_clear(&c->context);
    memset(c->layers, 0, sizeof(c->layers));
    c->request = (struct remit_request){ 0 };
    c->id = REMIT_STR("null");
    if (remit_json_check(text, &sound, err) != 0) {
        c->id = find_id(remit_str_sub(text, 0, sound));
        return -1;
    }
    object = remit_json_span(text);
    c->text = text;
    c->one_line = memchr(text.ptr, '\n', text.len) == NULL;
    c->id = find_id(object);
    if (remit_json_span_type(object) != REMIT_JSON_OBJECT)
        return bad(err, "", "a case", "an object", object);
    return read_members(object, c, err);
}

void cli_case_drop(struct cli_case *c)
{
    remit_arena_drop(&c->arena);
    remit_context_drop(&c->context);
}
