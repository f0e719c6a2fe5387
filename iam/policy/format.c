#include <remit/document.h>

#include <stdlib.h>

#include "common/base/json.h"
#include "iam/policy/tape.h"

/* ---- what type it may be ---- */

struct formatter {
    const struct remit_tape *tape;
    struct remit_buf *out;
    unsigned depth;
    struct remit_err *err;
};

static const struct remit_tape_node *node_at(const struct formatter *f, uint32_t at)
{
    return &f->tape->nodes[at];
}

static bool says(const struct formatter *f, uint32_t at, const char *text)
{
    return remit_str_equal(node_at(f, at)->text, remit_str_of(text));
}

/* The value of a member; 0 when there is none. */
static uint32_t member(const struct formatter *f, uint32_t object, const char *name)
{
    if (node_at(f, object)->type != REMIT_TAPE_OBJECT)
        return 0;
    for (uint32_t at = object + 1; at < node_at(f, object)->next; at = node_at(f, at + 1)->next)
        if (says(f, at, name))
            return at + 1;
    return 0;
}

static bool names_principal(const struct formatter *f, uint32_t statement)
{
    return member(f, statement, "Principal") != 0 || member(f, statement, "NotPrincipal") != 0;
}

/* The widest type that has the document's elements. */
static enum remit_policy_type type_of(const struct formatter *f)
{
    uint32_t statements = member(f, 0, "Statement");

    if (statements != 0 && names_principal(f, statements))
        return REMIT_POLICY_RESOURCE;
    if (statements != 0 && node_at(f, statements)->type == REMIT_TAPE_ARRAY)
        for (uint32_t at = statements + 1; at < node_at(f, statements)->next;
             at = node_at(f, at)->next)
            if (names_principal(f, at))
                return REMIT_POLICY_RESOURCE;
    return member(f, 0, "Id") != 0 ? REMIT_POLICY_SCP : REMIT_POLICY_IDENTITY;
}

/* ---- writing ---- */

static void put_newline(struct formatter *f)
{
    remit_buf_put_byte(f->out, '\n');
    for (unsigned i = 0; i < f->depth; i++)
        remit_buf_put_cstr(f->out, "  ");
}

static void put_string(struct formatter *f, struct remit_str text)
{
    remit_buf_put_byte(f->out, '"');
    remit_json_escape(f->out, text, false);
    remit_buf_put_byte(f->out, '"');
}

static void put_scalar(struct formatter *f, const struct remit_tape_node *node)
{
    if (node->type == REMIT_TAPE_STRING)
        put_string(f, node->text);
    else
        remit_buf_put(f->out, node->text);
}

/* An element of a list, or a member by its key. */
struct item {
    struct remit_str text;
    enum remit_tape_type type;
    uint32_t node;
};

static int order_items(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    int order = remit_str_compare(x->text, y->text);

    return order != 0 ? order : (int)x->type - (int)y->type;
}

/* The nodes below an array or an object, in order; of members the keys. */
static struct item *sorted(struct formatter *f, uint32_t at, size_t *n)
{
    const struct remit_tape_node *node = node_at(f, at);
    struct item *items = calloc((size_t)node->count + 1, sizeof(*items));

    *n = node->count;
    if (items == NULL) {
        (void)remit_fail(f->err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for a list of %zu",
                         *n);
        return NULL;
    }
    at++;
    for (size_t i = 0; i < *n; i++) {
        items[i] = (struct item){ node_at(f, at)->text, node_at(f, at)->type, at };
        at = node_at(f, node->type == REMIT_TAPE_OBJECT ? at + 1 : at)->next;
    }
    qsort(items, *n, sizeof(*items), order_items);
    return items;
}

static int put_value(struct formatter *f, uint32_t at);

static int put_items(struct formatter *f, const struct item *items, size_t n, bool object)
{
    remit_buf_put_byte(f->out, object ? '{' : '[');
    f->depth++;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            remit_buf_put_byte(f->out, ',');
        put_newline(f);
        if (object) {
            put_string(f, items[i].text);
            remit_buf_put_cstr(f->out, ": ");
        }
        TRY(put_value(f, object ? items[i].node + 1 : items[i].node));
    }
    f->depth--;
    if (n > 0)
        put_newline(f);
    remit_buf_put_byte(f->out, object ? '}' : ']');
    return 0;
}

/* What is below a statement's elements: no order counts there. */
static int put_value(struct formatter *f, uint32_t at)
{
    const struct remit_tape_node *node = node_at(f, at);
    struct item *items = NULL;
    size_t n = 0;
    int result = 0;

    if (node->type == REMIT_TAPE_ARRAY && node->count == 1)
        return put_value(f, at + 1);
    if (node->type != REMIT_TAPE_ARRAY && node->type != REMIT_TAPE_OBJECT) {
        put_scalar(f, node);
        return 0;
    }
    items = sorted(f, at, &n);
    if (items == NULL)
        return -1;
    result = put_items(f, items, n, node->type == REMIT_TAPE_OBJECT);
    free(items);
    return result;
}

/* ---- documents and statements: a fixed order ---- */

typedef int put_fn(struct formatter *f, uint32_t at);

static int put_members(struct formatter *f, uint32_t at, const char *const *names, size_t n_names,
                       put_fn *put_last)
{
    bool first = true;

    remit_buf_put_byte(f->out, '{');
    f->depth++;
    for (size_t i = 0; i < n_names; i++) {
        uint32_t value = member(f, at, names[i]);

        if (value == 0)
            continue;
        if (!first)
            remit_buf_put_byte(f->out, ',');
        first = false;
        put_newline(f);
        remit_buf_put_fmt(f->out, "\"%s\": ", names[i]);
        TRY(i + 1 == n_names ? put_last(f, value) : put_value(f, value));
    }
    f->depth--;
    put_newline(f);
    remit_buf_put_byte(f->out, '}');
    return 0;
}

static int put_statement(struct formatter *f, uint32_t at)
{
    static const char *const names[] = { "Sid",          "Effect",      "Principal",
                                         "NotPrincipal", "Action",      "NotAction",
                                         "Resource",     "NotResource", "Condition" };

    return put_members(f, at, names, REMIT_COUNT(names), put_value);
}

static int put_statements(struct formatter *f, uint32_t at)
{
    bool list = node_at(f, at)->type == REMIT_TAPE_ARRAY;
    uint32_t end = node_at(f, at)->next;

    remit_buf_put_byte(f->out, '[');
    f->depth++;
    for (uint32_t i = list ? at + 1 : at; i < end; i = node_at(f, i)->next) {
        if (i > at + 1)
            remit_buf_put_byte(f->out, ',');
        put_newline(f);
        TRY(put_statement(f, i));
    }
    f->depth--;
    put_newline(f);
    remit_buf_put_byte(f->out, ']');
    return 0;
}

static int put_document(struct formatter *f)
{
    static const char *const names[] = { "Version", "Id", "Statement" };

    TRY(put_members(f, 0, names, REMIT_COUNT(names), put_statements));
    remit_buf_put_byte(f->out, '\n');
    return remit_buf_check(f->out, "a formatted policy", f->err);
}

/* What compiles has only the elements above, each once, and values of the right types. */
static int format(struct remit_str document, char *text, struct formatter *f,
                  struct remit_tape *tape)
{
    struct remit_policy_options options = { 0 };
    auto_policy struct remit_policy *policy = NULL;

    TRY(remit_tape_read(document, text, tape, f->err));
    options.type = type_of(f);
    TRY(remit_policy_compile(document, &options, &policy, f->err));
    return put_document(f);
}

int remit_policy_format(struct remit_str document, struct remit_buf *out, struct remit_err *err)
{
    auto_tape struct remit_tape tape = { 0 };
    struct formatter f = { .tape = &tape, .out = out, .err = err };
    char *text = NULL;
    int result = 0;

    if (document.len > REMIT_POLICY_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          ": a policy of %zu bytes, the most is %u", document.len,
                          REMIT_POLICY_MAX);
    text = malloc(document.len + 1);
    if (text == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", ": no memory for a policy");
    result = format(document, text, &f, &tape);
    free(text);
    return result;
}
