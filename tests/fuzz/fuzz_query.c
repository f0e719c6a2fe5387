/*
 * The name of an operation of the Query protocol, a newline, and a form. Invariants: each value in
 * the tree is the parameter's own; the tree, written as a form again, gives the same tree; and the
 * order of parameters says nothing.
 */
#include <stdint.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/base/encode.h"
#include "control/http/query.h"

#define NAME_MAX_BYTES 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct control_operation *find(struct remit_str name)
{
    const struct control_operation *const *const lists[] = { control_sts_operations,
                                                             control_iam_operations };

    for (size_t i = 0; i < REMIT_COUNT(lists); i++)
        for (size_t k = 0; lists[i][k] != NULL; k++)
            if (remit_str_equal(name, remit_str_of(lists[i][k]->name)))
                return lists[i][k];
    return NULL;
}

/* --- a tree, written as a form --- */

struct form {
    const struct control_parameters *came;
    struct remit_buf text;
};

static void put(struct form *form, const char *name, struct remit_str value)
{
    if (form->text.len > 0)
        remit_buf_put_byte(&form->text, '&');
    remit_uri_put(&form->text, remit_str_of(name), false);
    remit_buf_put_byte(&form->text, '=');
    remit_uri_put(&form->text, value, false);
}

static void put_scalar(struct form *form, const char *name, const struct control_field *field,
                       const struct remit_json *value)
{
    auto_buf struct remit_buf number = REMIT_BUF(32);

    switch (remit_json_type(value)) {
    case REMIT_JSON_STRING:
        REMIT_REQUIRE(field->type == CONTROL_STRING || field->type == CONTROL_BLOB);
        REMIT_REQUIRE(
            remit_str_equal(remit_json_str(value), control_query_value(form->came, name)));
        put(form, name, remit_json_str(value));
        return;
    case REMIT_JSON_INT:
        REMIT_REQUIRE(field->type == CONTROL_INTEGER || field->type == CONTROL_DOUBLE);
        remit_buf_put_fmt(&number, "%lld", (long long)remit_json_int(value));
        put(form, name, remit_buf_view(&number));
        return;
    case REMIT_JSON_BOOL:
        REMIT_REQUIRE(field->type == CONTROL_BOOLEAN);
        put(form, name, remit_json_true(value) ? REMIT_STR("true") : REMIT_STR("false"));
        return;
    case REMIT_JSON_NONE:
    case REMIT_JSON_NULL:
    case REMIT_JSON_REAL:
    case REMIT_JSON_ARRAY:
    case REMIT_JSON_OBJECT:
        break;
    }
    REMIT_REQUIRE(!"a value of no scalar's type");
}

static void put_fields(struct form *form, const char *prefix, const struct control_field *fields,
                       size_t n, const struct remit_json *object);

static void put_value(struct form *form, const char *name, const struct control_field *field,
                      const struct remit_json *value)
{
    char element[NAME_MAX_BYTES];

    if (field->type == CONTROL_STRUCTURE) {
        put_fields(form, name, field->fields, field->n_fields, value);
        return;
    }
    if (field->type != CONTROL_LIST) {
        put_scalar(form, name, field, value);
        return;
    }
    if (remit_json_count(value) == 0)
        put(form, name, REMIT_STR(""));
    for (size_t i = 0; i < remit_json_count(value); i++) {
        (void)snprintf(element, sizeof(element), "%s.member.%zu", name, i + 1);
        put_value(form, element, field->element, remit_json_at(value, i));
    }
}

static void put_fields(struct form *form, const char *prefix, const struct control_field *fields,
                       size_t n, const struct remit_json *object)
{
    char name[NAME_MAX_BYTES];

    for (size_t i = 0; i < n; i++) {
        const struct remit_json *value = remit_json_get(object, fields[i].name);

        (void)snprintf(name, sizeof(name), "%s%s%s", prefix, prefix[0] != '\0' ? "." : "",
                       fields[i].name);
        if (value != NULL)
            put_value(form, name, &fields[i], value);
    }
}

/* --- */

static struct remit_json *tree_of(const struct control_operation *op, struct remit_str form,
                                  struct remit_arena *arena, struct control_parameters *came)
{
    struct remit_json *tree = NULL;
    struct remit_err err = { 0 };

    if (control_query_parse(form, arena, came, &err) == 0 &&
        control_query_tree(op, came, arena, &tree, &err) == 0)
        return tree;
    REMIT_REQUIRE(tree == NULL);
    REMIT_REQUIRE(err.kind == REMIT_ERR_INVALID || err.kind == REMIT_ERR_LIMIT);
    return NULL;
}

static void put_reversed(struct remit_str form, struct remit_buf *out)
{
    while (form.len > 0) {
        size_t from = form.len;

        while (from > 0 && form.ptr[from - 1] != '&')
            from--;
        remit_buf_put(out, remit_str_sub(form, from, form.len));
        remit_buf_put_byte(out, '&');
        form = remit_str_sub(form, 0, from > 0 ? from - 1 : 0);
    }
}

static void must_give(const struct control_operation *op, struct remit_str form,
                      const struct remit_json *wanted)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
    auto_buf struct remit_buf first = REMIT_BUF(CONTROL_ARENA_MAX);
    auto_buf struct remit_buf second = REMIT_BUF(CONTROL_ARENA_MAX);
    struct control_parameters came;
    auto_json struct remit_json *tree = tree_of(op, form, &arena, &came);

    REMIT_REQUIRE(tree != NULL);
    remit_json_dump(wanted, &first);
    remit_json_dump(tree, &second);
    REMIT_REQUIRE(remit_str_equal(remit_buf_view(&first), remit_buf_view(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
    auto_buf struct remit_buf reversed = REMIT_BUF(CONTROL_BODY_MAX);
    auto_json struct remit_json *tree = NULL;
    struct remit_str rest = remit_str_from((const char *)data, size);
    const struct control_operation *op = NULL;
    struct control_parameters came;
    struct form form = { .came = &came, .text = REMIT_BUF(CONTROL_ARENA_MAX) };
    struct remit_str name;

    if (size > 8192 || !remit_str_cut(&rest, '\n', &name))
        return 0;
    op = find(name);
    if (op == NULL)
        return 0;
    tree = tree_of(op, rest, &arena, &came);
    if (tree == NULL)
        return 0;
    put_fields(&form, "", op->input, op->n_input, tree);
    must_give(op, remit_buf_view(&form.text), tree);
    put_reversed(rest, &reversed);
    must_give(op, remit_buf_view(&reversed), tree);
    remit_buf_drop(&form.text);
    return 0;
}
