#include "control/http/query.h"

#include <stdlib.h>

#include "common/base/encode.h"
#include "common/base/utf8.h"
#include "common/os/clock.h"

static int by_name(const void *a, const void *b)
{
    const struct control_parameter *x = a;
    const struct control_parameter *y = b;

    return remit_str_compare(x->name, y->name);
}

/* NUL and invalid UTF-8 would mean something else further in. */
static int decode(struct remit_str text, struct remit_arena *arena, struct remit_str *out,
                  struct remit_err *err)
{
    auto_buf struct remit_buf bytes = REMIT_BUF_SECRET(CONTROL_BODY_MAX);

    if (remit_uri_decode(text, true, &bytes, err) != 0)
        return remit_fail(err, REMIT_ERR_INVALID, "MalformedQueryString",
                          "the query holds a wrong percent-encoding");
    if (!remit_utf8_valid(remit_buf_view(&bytes)) ||
        remit_str_find(remit_buf_view(&bytes), '\0') < bytes.len)
        return remit_fail(err, REMIT_ERR_INVALID, "MalformedQueryString",
                          "the query holds a NUL, or bytes that are not UTF-8");
    *out = remit_arena_str(arena, remit_buf_view(&bytes));
    return remit_arena_check(arena, "the request", err);
}

static size_t count_parts(struct remit_str form)
{
    size_t n = 1;

    for (size_t i = 0; i < form.len; i++)
        n += form.ptr[i] == '&';
    return n;
}

static int refuse_repeats(const struct control_parameters *p, struct remit_err *err)
{
    for (size_t i = 1; i < p->n; i++)
        if (remit_str_equal(p->items[i - 1].name, p->items[i].name))
            return remit_fail(err, REMIT_ERR_INVALID, "MalformedQueryString",
                              "the parameter '%.*s' is given twice",
                              (int)(p->items[i].name.len < 64 ? p->items[i].name.len : 64),
                              p->items[i].name.ptr);
    return 0;
}

int control_query_parse(struct remit_str form, struct remit_arena *arena,
                        struct control_parameters *out, struct remit_err *err)
{
    size_t most = count_parts(form);
    struct remit_str part, name;

    if (most > CONTROL_QUERY_PARAMETERS_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "MalformedQueryString",
                          "%zu parameters, the most is %d", most, CONTROL_QUERY_PARAMETERS_MAX);
    out->n = 0;
    out->items = REMIT_NEW_N(arena, struct control_parameter, most);
    TRY(remit_arena_check(arena, "the request", err));
    while (form.len > 0) {
        (void)remit_str_cut(&form, '&', &part);
        (void)remit_str_cut(&part, '=', &name);
        if (name.len == 0 && part.len == 0)
            continue;
        TRY(decode(name, arena, &out->items[out->n].name, err));
        TRY(decode(part, arena, &out->items[out->n].value, err));
        out->n++;
    }
    qsort(out->items, out->n, sizeof(out->items[0]), by_name);
    return refuse_repeats(out, err);
}

/* Index of the first parameter whose name is not less than `name`. */
static size_t lower_bound(const struct control_parameters *p, struct remit_str name)
{
    size_t low = 0;
    size_t high = p->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (remit_str_compare(p->items[mid].name, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct control_parameter *exact(const struct control_parameters *p, struct remit_str name)
{
    size_t i = lower_bound(p, name);

    return i < p->n && remit_str_equal(p->items[i].name, name) ? &p->items[i] : NULL;
}

/* Whether any parameter is `name` or starts with "name.". */
static bool any_under(const struct control_parameters *p, struct remit_str name)
{
    if (exact(p, name) != NULL)
        return true;
    for (size_t i = lower_bound(p, name); i < p->n; i++) {
        if (!remit_str_starts(p->items[i].name, name))
            return false;
        if (p->items[i].name.ptr[name.len] >= '.')
            return p->items[i].name.ptr[name.len] == '.';
    }
    return false;
}

struct remit_str control_query_value(const struct control_parameters *parameters, const char *name)
{
    const struct control_parameter *found = exact(parameters, remit_str_of(name));

    return found != NULL ? found->value : remit_str_from(NULL, 0);
}

struct build {
    const struct control_operation *op;
    struct control_parameters *parameters;
    struct remit_arena *arena;
    struct remit_jw w;
    struct remit_err *err;
};

static int malformed(const struct build *b, struct remit_str name, const char *wanted)
{
    return remit_fail(b->err, REMIT_ERR_INVALID, b->op->service->malformed,
                      "the parameter '%.*s' must be %s", (int)(name.len < 128 ? name.len : 128),
                      name.ptr, wanted);
}

static bool to_i64(struct remit_str text, int64_t *out)
{
    bool minus = text.len > 0 && text.ptr[0] == '-';
    unsigned long long n = 0;

    if (!remit_str_to_u64(remit_str_sub(text, minus ? 1 : 0, text.len), INT64_MAX, &n))
        return false;
    *out = minus ? -(int64_t)n : (int64_t)n;
    return true;
}

static int build_scalar(struct build *b, const struct control_field *f, struct remit_str name,
                        struct remit_str value)
{
    struct remit_err why;
    int64_t n = 0;

    switch (f->type) {
    case CONTROL_INTEGER:
    case CONTROL_DOUBLE:
        if (!to_i64(value, &n))
            return malformed(b, name, "an integer");
        remit_jw_int(&b->w, n);
        return 0;
    case CONTROL_BOOLEAN:
        if (!remit_str_equal_nocase(value, REMIT_STR("true")) &&
            !remit_str_equal_nocase(value, REMIT_STR("false")))
            return malformed(b, name, "true or false");
        remit_jw_bool(&b->w, remit_str_equal_nocase(value, REMIT_STR("true")));
        return 0;
    case CONTROL_TIMESTAMP:
        if (remit_time_parse_iso(value, &n, &why) != 0)
            return malformed(b, name, "a time in ISO 8601");
        remit_jw_int(&b->w, n);
        return 0;
    case CONTROL_STRING:
    case CONTROL_BLOB:
    case CONTROL_LIST:
    case CONTROL_MAP:
    case CONTROL_STRUCTURE:
        break;
    }
    remit_jw_str(&b->w, value);
    return 0;
}

static int build_value(struct build *b, const struct control_field *f, struct remit_str name);

static int build_fields(struct build *b, const struct control_field *fields, size_t n,
                        struct remit_str prefix)
{
    remit_jw_object(&b->w);
    for (size_t i = 0; i < n; i++) {
        struct remit_str name =
            remit_arena_fmt(b->arena, REMIT_STR_FMT "%s%s", REMIT_STR_ARG(prefix),
                            prefix.len > 0 ? "." : "", fields[i].name);

        TRY(remit_arena_check(b->arena, "the request", b->err));
        if (!any_under(b->parameters, name))
            continue;
        remit_jw_key(&b->w, fields[i].name);
        TRY(build_value(b, &fields[i], name));
    }
    remit_jw_end(&b->w);
    return 0;
}

static int build_list(struct build *b, const struct control_field *f, struct remit_str name)
{
    struct control_parameter *bare = exact(b->parameters, name);

    if (bare != NULL && bare->value.len == 0)
        bare->used = true; /* "Tags=" is how an empty list is sent */
    remit_jw_array(&b->w);
    for (size_t i = 1; i <= CONTROL_QUERY_PARAMETERS_MAX; i++) {
        struct remit_str element =
            remit_arena_fmt(b->arena, REMIT_STR_FMT ".member.%zu", REMIT_STR_ARG(name), i);

        TRY(remit_arena_check(b->arena, "the request", b->err));
        if (!any_under(b->parameters, element))
            break;
        TRY(build_value(b, f->element, element));
    }
    remit_jw_end(&b->w);
    return 0;
}

static int build_value(struct build *b, const struct control_field *f, struct remit_str name)
{
    struct control_parameter *found = NULL;

    if (f->type == CONTROL_STRUCTURE)
        return build_fields(b, f->fields, f->n_fields, name);
    if (f->type == CONTROL_LIST)
        return build_list(b, f, name);
    found = exact(b->parameters, name);
    if (found == NULL)
        return malformed(b, name, "one value");
    found->used = true;
    return build_scalar(b, f, name, found->value);
}

/* The described name that a parameter starts with, or NULL. */
static bool is_described(const struct control_operation *op, struct remit_str name)
{
    struct remit_str first;

    (void)remit_str_cut(&name, '.', &first);
    for (size_t i = 0; i < op->n_input; i++)
        if (remit_str_equal(first, remit_str_of(op->input[i].name)))
            return true;
    return false;
}

static int refuse_leftovers(const struct build *b)
{
    for (size_t i = 0; i < b->parameters->n; i++)
        if (!b->parameters->items[i].used && is_described(b->op, b->parameters->items[i].name))
            return malformed(b, b->parameters->items[i].name,
                             "a member of the operation, numbered from 1 without gaps");
    return 0;
}

int control_query_tree(const struct control_operation *op, struct control_parameters *parameters,
                       struct remit_arena *arena, struct remit_json **out, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(8 * CONTROL_BODY_MAX);
    struct build b = {
        .op = op, .parameters = parameters, .arena = arena, .w = REMIT_JW(&text), .err = err
    };

    TRY(build_fields(&b, op->input, op->n_input, remit_str_from("", 0)));
    TRY(refuse_leftovers(&b));
    TRY(remit_buf_check(&text, "the request", err));
    return remit_json_parse(remit_buf_view(&text), text.max, out, err);
}
