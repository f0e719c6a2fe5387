#include "control/http/input.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/base/encode.h"

#define PATH_MAX_TEXT  256
#define SHOWN_VALUE    64 /* bytes of a wrong value that are shown */
#define PROBLEMS_SHOWN 3  /* of all that were counted */

/* A walk over input and table. `path` names where we are: "tags.1.member.key". */
struct walk {
    const struct control_operation *op;
    char path[PATH_MAX_TEXT];
    size_t len;
    unsigned problems;
    struct remit_buf *text;       /* bounds: the problems so far */
    struct control_problem *list; /* those shown, one by one; or NULL */
    struct remit_arena *arena;    /* of the list */
    struct remit_err *err;
};

static size_t path_push(struct walk *w, const char *fmt, ...) REMIT_PRINTF(2, 3);

static size_t path_push(struct walk *w, const char *fmt, ...)
{
    size_t was = w->len;
    va_list ap;
    int n = 0;

    va_start(ap, fmt);
    n = vsnprintf(w->path + w->len, sizeof(w->path) - w->len, fmt, ap);
    va_end(ap);
    if (n > 0)
        w->len += (size_t)n < sizeof(w->path) - w->len ? (size_t)n : sizeof(w->path) - w->len - 1;
    return was;
}

static void path_pop(struct walk *w, size_t was)
{
    w->len = was;
    w->path[was] = '\0';
}

/* Member names start lower-case in AWS's sentences, whatever the wire says. */
static size_t path_push_name(struct walk *w, const char *name)
{
    return path_push(w, "%s%c%s", w->len > 0 ? "." : "", tolower((unsigned char)name[0]),
                     name[0] != '\0' ? name + 1 : "");
}

static bool present(const struct remit_json *value)
{
    return remit_json_type(value) > REMIT_JSON_NULL;
}

/* ---- types ---- */

static const char *type_wanted(enum control_type type)
{
    static const char *const names[] = {
        [CONTROL_STRING] = "a string",     [CONTROL_INTEGER] = "an integer",
        [CONTROL_DOUBLE] = "a number",     [CONTROL_BOOLEAN] = "a boolean",
        [CONTROL_TIMESTAMP] = "a number",  [CONTROL_BLOB] = "base64 in a string",
        [CONTROL_LIST] = "a list",         [CONTROL_MAP] = "an object",
        [CONTROL_STRUCTURE] = "an object",
    };

    return names[type];
}

static bool blob_fits(struct remit_str text)
{
    struct remit_buf bytes = REMIT_BUF_SECRET(CONTROL_BODY_MAX);
    struct remit_err why;
    bool fits = remit_base64_decode(text, &bytes, &why) == 0;

    remit_buf_drop(&bytes);
    return fits;
}

static bool type_fits(enum control_type wanted, const struct remit_json *value)
{
    enum remit_json_type is = remit_json_type(value);

    switch (wanted) {
    case CONTROL_STRING:
        return is == REMIT_JSON_STRING;
    case CONTROL_INTEGER:
        return is == REMIT_JSON_INT;
    case CONTROL_DOUBLE:
    case CONTROL_TIMESTAMP:
        return is == REMIT_JSON_INT || is == REMIT_JSON_REAL;
    case CONTROL_BOOLEAN:
        return is == REMIT_JSON_BOOL;
    case CONTROL_BLOB:
        return is == REMIT_JSON_STRING && blob_fits(remit_json_str(value));
    case CONTROL_LIST:
        return is == REMIT_JSON_ARRAY;
    case CONTROL_MAP:
    case CONTROL_STRUCTURE:
        return is == REMIT_JSON_OBJECT;
    }
    return false;
}

static int types_of(struct walk *w, const struct control_field *f, const struct remit_json *value);

static int types_of_fields(struct walk *w, const struct control_field *fields, size_t n,
                           const struct remit_json *object)
{
    for (size_t i = 0; i < n; i++) {
        const struct remit_json *value = remit_json_get(object, fields[i].name);
        size_t was = 0;

        if (!present(value))
            continue;
        was = path_push_name(w, fields[i].name);
        TRY(types_of(w, &fields[i], value));
        path_pop(w, was);
    }
    return 0;
}

static int types_of_map(struct walk *w, const struct control_field *f,
                        const struct remit_json *value)
{
    for (void *m = remit_json_first(value); m != NULL; m = remit_json_next(value, m)) {
        struct remit_str key = remit_json_key(m);
        size_t was = path_push(w, ".%.*s", (int)(key.len < 32 ? key.len : 32), key.ptr);

        TRY(types_of(w, f->element, remit_json_value(m)));
        path_pop(w, was);
    }
    return 0;
}

static int types_of(struct walk *w, const struct control_field *f, const struct remit_json *value)
{
    if (!type_fits(f->type, value))
        return remit_fail(w->err, REMIT_ERR_INVALID, w->op->service->malformed,
                          "'%s' must be %s, not %s", w->path, type_wanted(f->type),
                          f->type == CONTROL_BLOB && remit_json_type(value) == REMIT_JSON_STRING
                              ? "other text"
                              : remit_json_type_name(remit_json_type(value)));
    if (f->type == CONTROL_STRUCTURE)
        return types_of_fields(w, f->fields, f->n_fields, value);
    if (f->type == CONTROL_MAP)
        return types_of_map(w, f, value);
    for (size_t i = 0; f->type == CONTROL_LIST && i < remit_json_count(value); i++) {
        size_t was = path_push(w, ".%zu.member", i + 1);

        TRY(types_of(w, f->element, remit_json_at(value, i)));
        path_pop(w, was);
    }
    return 0;
}

int control_input_types(const struct control_operation *op, const struct remit_json *input,
                        struct remit_err *err)
{
    struct walk w = { .op = op, .err = err };

    if (remit_json_type(input) != REMIT_JSON_OBJECT)
        return remit_fail(err, REMIT_ERR_INVALID, op->service->malformed,
                          "the input must be an object, not %s",
                          remit_json_type_name(remit_json_type(input)));
    return types_of_fields(&w, op->input, op->n_input, input);
}

/* ---- bounds ---- */

static void problem_value(struct walk *w, const struct control_field *f,
                          const struct remit_json *value)
{
    struct remit_str s = remit_json_str(value);

    if (f->secret || !present(value))
        return;
    if (remit_json_type(value) == REMIT_JSON_STRING)
        remit_buf_put_fmt(w->text, "'%.*s'%s ", (int)(s.len < SHOWN_VALUE ? s.len : SHOWN_VALUE),
                          s.ptr, s.len > SHOWN_VALUE ? "..." : "");
    else if (remit_json_type(value) == REMIT_JSON_INT)
        remit_buf_put_fmt(w->text, "'%lld' ", (long long)remit_json_int(value));
    else if (remit_json_type(value) == REMIT_JSON_REAL)
        remit_buf_put_fmt(w->text, "'%g' ", remit_json_real(value));
}

static void problem(struct walk *w, const struct control_field *f, const struct remit_json *value,
                    const char *fmt, ...) REMIT_PRINTF(4, 5);

static void list_problem(struct walk *w, const char *fmt, va_list ap) REMIT_PRINTF(2, 0);

static void list_problem(struct walk *w, const char *fmt, va_list ap)
{
    auto_buf struct remit_buf text = REMIT_BUF(1024);

    remit_buf_put_cstr(&text, "Member must ");
    remit_buf_put_vfmt(&text, fmt, ap);
    w->list[w->problems - 1] = (struct control_problem){
        .name = remit_arena_str(w->arena, remit_str_of(w->path)),
        .message = remit_arena_str(w->arena, remit_buf_view(&text)),
    };
}

static void problem(struct walk *w, const struct control_field *f, const struct remit_json *value,
                    const char *fmt, ...)
{
    va_list ap;

    if (++w->problems > PROBLEMS_SHOWN)
        return;
    if (w->list != NULL) {
        va_start(ap, fmt);
        list_problem(w, fmt, ap);
        va_end(ap);
    }
    if (w->problems > 1)
        remit_buf_put_cstr(w->text, "; ");
    remit_buf_put_cstr(w->text, "Value ");
    if (!present(value))
        remit_buf_put_cstr(w->text, "null ");
    problem_value(w, f, value);
    remit_buf_put_fmt(w->text, "at '%s' failed to satisfy constraint: Member must ", w->path);
    va_start(ap, fmt);
    remit_buf_put_vfmt(w->text, fmt, ap);
    va_end(ap);
}

/* Characters, not bytes; the parser has taken valid UTF-8 only. */
static int64_t characters(struct remit_str s)
{
    int64_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
    return n;
}

static int64_t decoded_bytes(struct remit_str base64)
{
    int64_t n = (int64_t)(base64.len / 4 * 3);

    for (size_t i = base64.len; i > 0 && base64.ptr[i - 1] == '='; i--)
        n--;
    return n;
}

static bool in_values(const char *const *values, struct remit_str s)
{
    for (; *values != NULL; values++)
        if (remit_str_equal(remit_str_of(*values), s))
            return true;
    return false;
}

static void problem_values(struct walk *w, const struct control_field *f,
                           const struct remit_json *value)
{
    char list[160];
    size_t len = 0;

    list[0] = '\0';
    for (const char *const *v = f->values; *v != NULL && len < sizeof(list); v++) {
        int n = snprintf(list + len, sizeof(list) - len, "%s%s", len > 0 ? ", " : "", *v);

        len += n > 0 ? (size_t)n : 0;
    }
    problem(w, f, value, "satisfy enum value set: [%s]", list);
}

static void length_bounds(struct walk *w, const struct control_field *f,
                          const struct remit_json *value, int64_t len, int64_t default_max)
{
    int64_t max = f->max > 0 ? f->max : default_max;

    if (len < f->min)
        problem(w, f, value, "have length greater than or equal to %lld", (long long)f->min);
    else if (len > max)
        problem(w, f, value, "have length less than or equal to %lld", (long long)max);
}

static void string_bounds(struct walk *w, const struct control_field *f,
                          const struct remit_json *value)
{
    struct remit_str s = remit_json_str(value);
    unsigned before = w->problems;

    length_bounds(w, f, value, characters(s), CONTROL_STRING_MAX);
    if (f->values != NULL && !in_values(f->values, s))
        problem_values(w, f, value);
    else if (f->pattern != NULL && w->problems == before && !f->pattern->fits(s))
        problem(w, f, value, "satisfy regular expression pattern: %s", f->pattern->shown);
}

static void number_bounds(struct walk *w, const struct control_field *f,
                          const struct remit_json *value)
{
    double n = remit_json_real(value);

    if (f->min == 0 && f->max == 0)
        return;
    if (n < (double)f->min)
        problem(w, f, value, "have value greater than or equal to %lld", (long long)f->min);
    else if (n > (double)f->max)
        problem(w, f, value, "have value less than or equal to %lld", (long long)f->max);
}

static void bounds_of(struct walk *w, const struct control_field *f,
                      const struct remit_json *value);

static void fields_bounds(struct walk *w, const struct control_field *fields, size_t n,
                          const struct remit_json *object)
{
    for (size_t i = 0; i < n; i++) {
        const struct remit_json *value = remit_json_get(object, fields[i].name);
        size_t was = path_push_name(w, fields[i].name);

        if (present(value))
            bounds_of(w, &fields[i], value);
        else if (fields[i].required)
            problem(w, &fields[i], NULL, "not be null");
        path_pop(w, was);
    }
}

static void elements_bounds(struct walk *w, const struct control_field *f,
                            const struct remit_json *value)
{
    length_bounds(w, f, value, (int64_t)remit_json_count(value), CONTROL_LIST_MAX);
    if (f->type == CONTROL_MAP) {
        for (void *m = remit_json_first(value); m != NULL; m = remit_json_next(value, m))
            bounds_of(w, f->element, remit_json_value(m));
        return;
    }
    for (size_t i = 0; i < remit_json_count(value); i++) {
        size_t was = path_push(w, ".%zu.member", i + 1);

        bounds_of(w, f->element, remit_json_at(value, i));
        path_pop(w, was);
    }
}

static void bounds_of(struct walk *w, const struct control_field *f, const struct remit_json *value)
{
    switch (f->type) {
    case CONTROL_STRING:
        string_bounds(w, f, value);
        break;
    case CONTROL_INTEGER:
    case CONTROL_DOUBLE:
        number_bounds(w, f, value);
        break;
    case CONTROL_BLOB:
        length_bounds(w, f, value, decoded_bytes(remit_json_str(value)), CONTROL_BODY_MAX);
        break;
    case CONTROL_LIST:
    case CONTROL_MAP:
        elements_bounds(w, f, value);
        break;
    case CONTROL_STRUCTURE:
        fields_bounds(w, f->fields, f->n_fields, value);
        break;
    case CONTROL_BOOLEAN:
    case CONTROL_TIMESTAMP:
        break;
    }
}

int control_input_bounds(const struct control_operation *op, const struct remit_json *input,
                         struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(4096);
    struct walk w = { .op = op, .err = err, .text = &text };

    fields_bounds(&w, op->input, op->n_input, input);
    if (w.problems == 0)
        return 0;
    if (op->service->plain_invalid)
        return remit_fail(err, REMIT_ERR_INVALID, op->service->invalid, REMIT_STR_FMT,
                          REMIT_STR_ARG(remit_buf_view(&text)));
    return remit_fail(err, REMIT_ERR_INVALID, op->service->invalid,
                      "%u validation error%s detected: " REMIT_STR_FMT, w.problems,
                      w.problems == 1 ? "" : "s", REMIT_STR_ARG(remit_buf_view(&text)));
}

void control_input_problems(const struct control_operation *op, const struct remit_json *input,
                            struct remit_arena *arena, struct control_problem **out, size_t *n)
{
    auto_buf struct remit_buf text = REMIT_BUF(4096);
    struct walk w = {
        .op = op,
        .text = &text,
        .list = REMIT_NEW_N(arena, struct control_problem, PROBLEMS_SHOWN),
        .arena = arena,
    };

    if (w.list != NULL)
        fields_bounds(&w, op->input, op->n_input, input);
    *out = w.list;
    *n = w.problems < PROBLEMS_SHOWN ? w.problems : PROBLEMS_SHOWN;
}
