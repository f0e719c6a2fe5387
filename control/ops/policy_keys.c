#include "control/ops/policy_keys.h"

#include "iam/policy/glob.h"

void policy_keys_drop(struct policy_keys *keys)
{
    remit_context_drop(&keys->found);
}

static int add(struct policy_keys *keys, struct remit_str key, struct remit_err *err)
{
    if (key.len == 0 || remit_context_find(&keys->found, key) != NULL ||
        (keys->known != NULL && remit_context_find(keys->known, key) != NULL))
        return 0;
    return remit_context_put(&keys->found, key, remit_str_from("", 0), err);
}

/* ---- variables ---- */

/* "aws:username" of "aws:username, 'anyone'". */
static struct remit_str without_default(struct remit_str inner)
{
    for (size_t i = 0; i + 2 < inner.len; i++)
        if (memcmp(inner.ptr + i, ", '", 3) == 0)
            return remit_str_sub(inner, 0, i);
    return inner;
}

/* The whole of "${...}". What is not closed is no variable; "${*}", "${?}", "${$}" are escapes. */
static int add_variable(struct remit_str whole, struct policy_keys *keys, struct remit_err *err)
{
    struct remit_str inner = remit_str_sub(whole, 2, whole.len);

    if (!remit_str_ends(inner, REMIT_STR("}")))
        return 0;
    inner.len--;
    if (inner.len == 1 && memchr("*?$", inner.ptr[0], 3) != NULL)
        return 0;
    return add(keys, without_default(inner), err);
}

static int add_variables(struct remit_str text, struct policy_keys *keys, struct remit_err *err)
{
    for (size_t at = 0; at + 1 < text.len;) {
        size_t span = 1;

        if (text.ptr[at] == '$' && text.ptr[at + 1] == '{') {
            span = remit_variable_span(text, at);
            TRY(add_variable(remit_str_sub(text, at, span), keys, err));
        }
        at += span;
    }
    return 0;
}

/* One string, or a list of them. */
static int add_texts(const struct remit_json *value, struct policy_keys *keys,
                     struct remit_err *err)
{
    bool list = remit_json_type(value) == REMIT_JSON_ARRAY;

    TRY(add_variables(remit_json_str(value), keys, err));
    for (size_t i = 0; list && i < remit_json_count(value); i++)
        TRY(add_variables(remit_json_str(remit_json_at(value, i)), keys, err));
    return 0;
}

/* ---- statements ---- */

static bool has_variables(const struct remit_json *document)
{
    return remit_str_equal(remit_json_str(remit_json_get(document, "Version")),
                           REMIT_STR("2012-10-17"));
}

size_t policy_n_statements(const struct remit_json *document)
{
    const struct remit_json *all = remit_json_get(document, "Statement");

    return remit_json_type(all) == REMIT_JSON_ARRAY ? remit_json_count(all) : all != NULL;
}

static const struct remit_json *statement_at(const struct remit_json *document, size_t i)
{
    const struct remit_json *all = remit_json_get(document, "Statement");

    return remit_json_type(all) == REMIT_JSON_ARRAY ? remit_json_at(all, i) : all;
}

bool policy_names_resource(const struct remit_json *document)
{
    for (size_t i = 0; i < policy_n_statements(document); i++) {
        const struct remit_json *statement = statement_at(document, i);

        if (remit_json_get(statement, "Resource") != NULL ||
            remit_json_get(statement, "NotResource") != NULL)
            return true;
    }
    return false;
}

int policy_keys_of_resource(const struct remit_json *document, size_t statement,
                            struct policy_keys *keys, struct remit_err *err)
{
    const struct remit_json *of = statement_at(document, statement);

    if (!has_variables(document))
        return 0;
    TRY(add_texts(remit_json_get(of, "Resource"), keys, err));
    return add_texts(remit_json_get(of, "NotResource"), keys, err);
}

/* {key: value or values}, under one operator. */
static int add_block(const struct remit_json *block, bool variables, struct policy_keys *keys,
                     struct remit_err *err)
{
    for (void *m = remit_json_first(block); m != NULL; m = remit_json_next(block, m)) {
        TRY(add(keys, remit_json_key(m), err));
        if (variables)
            TRY(add_texts(remit_json_value(m), keys, err));
    }
    return 0;
}

int policy_keys_of_condition(const struct remit_json *document, size_t statement,
                             struct policy_keys *keys, struct remit_err *err)
{
    const struct remit_json *of = remit_json_get(statement_at(document, statement), "Condition");

    for (void *m = remit_json_first(of); m != NULL; m = remit_json_next(of, m))
        TRY(add_block(remit_json_value(m), has_variables(document), keys, err));
    return 0;
}

int policy_keys_of(const struct remit_json *document, struct policy_keys *keys,
                   struct remit_err *err)
{
    for (size_t i = 0; i < policy_n_statements(document); i++) {
        TRY(policy_keys_of_resource(document, i, keys, err));
        TRY(policy_keys_of_condition(document, i, keys, err));
    }
    return 0;
}
