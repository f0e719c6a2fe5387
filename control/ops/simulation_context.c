#include "control/ops/simulation.h"

#include "common/base/encode.h"
#include "iam/policy/values.h"

#define SHOWN_VALUE 64 /* bytes of a wrong value that are shown */

/* ---- what a value of a type looks like ---- */

static bool is_text(struct remit_str value)
{
    (void)value;
    return true;
}

static bool is_number(struct remit_str value)
{
    struct remit_decimal number;

    return remit_decimal_parse(value, &number);
}

static bool is_boolean(struct remit_str value)
{
    return remit_str_equal_nocase(value, REMIT_STR("true")) ||
           remit_str_equal_nocase(value, REMIT_STR("false"));
}

static bool is_address(struct remit_str value)
{
    struct remit_ip ip;

    return remit_ip_parse_block(value, &ip);
}

static bool is_date(struct remit_str value)
{
    int64_t ms = 0;

    return remit_date_parse(value, &ms);
}

static bool is_binary(struct remit_str value)
{
    auto_buf struct remit_buf bytes = REMIT_BUF(CONTROL_BODY_MAX);
    struct remit_err why;

    return remit_base64_decode(value, &bytes, &why) == 0;
}

static const struct context_type {
    const char *name, *list; /* the type, and a list of such values */
    bool (*fits)(struct remit_str value);
} types[] = {
    { "string", "stringList", is_text },      { "numeric", "numericList", is_number },
    { "boolean", "booleanList", is_boolean }, { "ip", "ipList", is_address },
    { "binary", "binaryList", is_binary },    { "date", "dateList", is_date },
};

/* ---- entries ---- */

struct entry {
    struct remit_str key, type;
    const struct remit_json *values;
    bool list;
};

static int check_value(const struct entry *e, const struct context_type *type,
                       struct remit_str value, struct remit_err *err)
{
    if (value.len > REMIT_CONTEXT_VALUE_MAX)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput",
                          "ContextEntries: a value of " REMIT_STR_FMT
                          " has %zu bytes, the most is %d",
                          REMIT_STR_ARG(e->key), value.len, REMIT_CONTEXT_VALUE_MAX);
    if (type->fits(value))
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput",
                      "ContextEntries: the value '%.*s' of " REMIT_STR_FMT " is not of the type %s",
                      (int)(value.len < SHOWN_VALUE ? value.len : SHOWN_VALUE), value.ptr,
                      REMIT_STR_ARG(e->key), type->name);
}

/* Without a type one value is a single one, and anything else a list of strings. */
static int check_entry(struct entry *e, struct remit_err *err)
{
    const struct context_type *type = &types[0];
    size_t n = remit_json_count(e->values);

    e->list = e->type.len == 0 && n != 1;
    for (size_t i = 0; i < REMIT_COUNT(types); i++)
        if (remit_str_equal(e->type, remit_str_of(types[i].name)) ||
            remit_str_equal(e->type, remit_str_of(types[i].list))) {
            type = &types[i];
            e->list = remit_str_equal(e->type, remit_str_of(types[i].list));
        }
    if (!e->list && n != 1)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput",
                          "ContextEntries: " REMIT_STR_FMT
                          " is of the type %s and has %zu values; it must have one",
                          REMIT_STR_ARG(e->key), type->name, n);
    for (size_t i = 0; i < n; i++)
        TRY(check_value(e, type, remit_json_str(remit_json_at(e->values, i)), err));
    return 0;
}

static int put_entry(struct simulation *s, const struct entry *e, struct remit_err *err)
{
    size_t n = remit_json_count(e->values);
    struct remit_str *values = REMIT_NEW_N(s->call->arena, struct remit_str, n + 1);

    TRY(remit_arena_check(s->call->arena, "the context", err));
    for (size_t i = 0; i < n; i++)
        values[i] = remit_json_str(remit_json_at(e->values, i));
    return e->list ? remit_context_put_list(&s->context, e->key, values, n, err)
                   : remit_context_put(&s->context, e->key, values[0], err);
}

static int refuse_twice(const struct remit_json *list, struct remit_err *err)
{
    auto_context struct remit_context seen = { 0 };

    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct remit_str key =
            remit_json_str(remit_json_get(remit_json_at(list, i), "ContextKeyName"));

        if (key.len == 0)
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput",
                              "ContextEntries.%zu has no ContextKeyName", i + 1);
        if (remit_context_find(&seen, key) != NULL)
            return remit_fail(err, REMIT_ERR_INVALID, "InvalidInput",
                              "ContextEntries has the key " REMIT_STR_FMT " twice",
                              REMIT_STR_ARG(key));
        TRY(remit_context_put(&seen, key, remit_str_from("", 0), err));
    }
    return 0;
}

int simulation_take_context(struct simulation *s, struct remit_err *err)
{
    const struct remit_json *list = control_in(s->call, "ContextEntries");

    TRY(refuse_twice(list, err));
    for (size_t i = 0; i < remit_json_count(list); i++) {
        const struct remit_json *given = remit_json_at(list, i);
        struct entry e = {
            .key = remit_json_str(remit_json_get(given, "ContextKeyName")),
            .type = remit_json_str(remit_json_get(given, "ContextKeyType")),
            .values = remit_json_get(given, "ContextKeyValues"),
        };

        TRY(check_entry(&e, err));
        TRY(put_entry(s, &e, err));
    }
    return 0;
}
