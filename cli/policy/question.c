#include "cli/policy/question.h"

#include "common/base/json_scan.h"

void cli_request_settle_owner(struct remit_request *request)
{
    struct remit_principal caller;
    struct remit_arn arn;

    if (request->resource_account.len > 0 || !remit_arn_parse(request->resource, &arn) ||
        arn.account.len > 0)
        return;
    remit_principal_parse(request->principal, REMIT_PRINCIPAL_AUTO, &caller);
    request->resource_account = caller.account;
}

static int bad(struct remit_err *err, const char *pair, const char *wanted)
{
    return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "--context is '%.200s', wanted %s", pair,
                      wanted);
}

static int put_list(const char *pair, struct remit_str key, struct remit_str list,
                    struct remit_arena *arena, struct remit_context *out, struct remit_err *err)
{
    struct remit_json_walk walk = remit_json_walk(list);
    struct remit_str *values = REMIT_NEW_N(arena, struct remit_str, list.len);
    struct remit_str none, value;
    size_t n = 0;

    TRY(remit_arena_check(arena, "a context", err));
    while (remit_json_walk_next(&walk, &none, &value)) {
        if (remit_json_span_type(value) != REMIT_JSON_STRING)
            return bad(err, pair, "a list of strings");
        TRY(remit_json_span_text(value, arena, &values[n++], err));
    }
    return remit_context_put_list(out, key, values, n, err);
}

static int put_pair(const char *pair, struct remit_arena *arena, struct remit_context *out,
                    struct remit_err *err)
{
    struct remit_str value = remit_str_of(pair);
    struct remit_str key = { 0 };

    if (!remit_str_cut(&value, '=', &key) || key.len == 0)
        return bad(err, pair, "KEY=VALUE");
    if (remit_context_find(out, key) != NULL)
        return bad(err, pair, "each key once; several values are a list: KEY=[\"a\",\"b\"]");
    if (value.len == 0 || value.ptr[0] != '[')
        return remit_context_put(out, key, value, err);
    if (remit_json_check(value, NULL, NULL) != 0)
        return bad(err, pair, "a list of strings in JSON behind KEY=[");
    return put_list(pair, key, value, arena, out, err);
}

int cli_context_from_options(const struct remit_option_list *pairs, struct remit_arena *arena,
                             struct remit_context *out, struct remit_err *err)
{
    for (size_t i = 0; i < pairs->n; i++)
        TRY(put_pair(pairs->values[i], arena, out, err));
    return 0;
}
