#include "control/ops/iam.h"

#include <remit/arn.h>

#define TRUST_QUOTA 2048 /* characters that are not white space */

/* Walks the principals that a trust policy names. */
struct trust_walk {
    struct control_call *call;
    struct iam_trusted *out;
    size_t n, cap;
    struct remit_err *err;
};

static int missing_principal(const struct trust_walk *w, struct remit_str arn)
{
    return remit_fail(w->err, REMIT_ERR_INVALID, "MalformedPolicyDocument",
                      "Invalid principal in policy: \"AWS\":\"%.*s\"",
                      (int)(arn.len < 256 ? arn.len : 256), arn.ptr);
}

static int keep(struct trust_walk *w, struct remit_str arn, struct remit_str id)
{
    if (w->n == w->cap) {
        size_t cap = w->cap == 0 ? 8 : w->cap * 2;
        struct iam_trusted *more = REMIT_NEW_N(w->call->arena, struct iam_trusted, cap);

        TRY(remit_arena_check(w->call->arena, "the trust policy", w->err));
        if (w->n > 0)
            memcpy(more, w->out, w->n * sizeof(*more));
        w->out = more;
        w->cap = cap;
    }
    w->out[w->n++] = (struct iam_trusted){ .arn = remit_arena_str(w->call->arena, arn), .id = id };
    return remit_arena_check(w->call->arena, "the trust policy", w->err);
}

/* A user's or a role's own ARN, or a session's, whose role must be there. */
static int trust_principal(struct trust_walk *w, struct remit_str text)
{
    struct control_call *call = w->call;
    struct iam_principal_record record = { 0 };
    struct remit_principal who;
    struct remit_arn arn;
    int found = 0;

    remit_principal_parse(text, REMIT_PRINCIPAL_AUTO, &who);
    if (!remit_arn_parse(text, &arn) || !remit_str_equal(arn.account, call->config->account))
        return 0;
    if (iam_role_name_of(text).len > 0)
        found = iam_role_read_arn(call->store, text, call->arena, &record, w->err);
    else if (who.kind == REMIT_PRINCIPAL_ROLE_SESSION)
        found = iam_role_read(call->store, who.name, call->arena, &record, w->err);
    else if (who.kind == REMIT_PRINCIPAL_USER)
        found = iam_user_read(call->store, iam_last_part(who.name), call->arena, &record, w->err);
    else
        return 0;
    if (found != 0)
        return remit_err_is(w->err, "NoSuchEntity") ? missing_principal(w, text) : -1;
    if (who.kind == REMIT_PRINCIPAL_USER && !remit_str_equal(record.arn, text))
        return missing_principal(w, text);
    return keep(w, text, record.id);
}

static int trust_principals(struct trust_walk *w, const struct remit_json *value)
{
    if (remit_json_type(value) != REMIT_JSON_ARRAY)
        return trust_principal(w, remit_json_str(value));
    for (size_t i = 0; i < remit_json_count(value); i++)
        TRY(trust_principal(w, remit_json_str(remit_json_at(value, i))));
    return 0;
}

static int trust_statement(struct trust_walk *w, const struct remit_json *statement)
{
    static const char *const elements[] = { "Principal", "NotPrincipal" };

    for (size_t i = 0; i < REMIT_COUNT(elements); i++)
        TRY(trust_principals(w, remit_json_get(remit_json_get(statement, elements[i]), "AWS")));
    return 0;
}

static int trust_walk(struct trust_walk *w, struct remit_str document)
{
    auto_json struct remit_json *tree = NULL;
    const struct remit_json *statements = NULL;

    TRY(remit_json_parse(document, REMIT_POLICY_MAX, &tree, w->err));
    statements = remit_json_get(tree, "Statement");
    if (remit_json_type(statements) == REMIT_JSON_OBJECT)
        return trust_statement(w, statements);
    for (size_t i = 0; i < remit_json_count(statements); i++)
        TRY(trust_statement(w, remit_json_at(statements, i)));
    return 0;
}

int iam_trust_set(struct control_call *call, struct remit_str document,
                  struct iam_principal_record *record, struct remit_err *err)
{
    struct trust_walk w = { .call = call, .err = err };

    TRY(iam_document_check(document, REMIT_POLICY_TRUST, err));
    if (remit_policy_quota_chars(document) > TRUST_QUOTA)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "Cannot exceed quota for ACLSizePerRole: %d", TRUST_QUOTA);
    TRY(trust_walk(&w, document));
    record->trust = document;
    record->trusted = w.out;
    record->n_trusted = w.n;
    return 0;
}

/* ---- when it is used ---- */

/* The id that stands for an ARN whose principal is no longer the one that was trusted. */
static int stale_id(struct control_call *call, const struct iam_trusted *trusted,
                    struct remit_str *id, struct remit_err *err)
{
    struct trust_walk w = { .call = call, .err = err };

    *id = remit_str_from(NULL, 0);
    if (trust_principal(&w, trusted->arn) == 0) {
        if (w.n == 0 || !remit_str_equal(w.out[0].id, trusted->id))
            *id = trusted->id;
        return 0;
    }
    if (!remit_err_is(err, "MalformedPolicyDocument"))
        return -1;
    *id = trusted->id; /* it is gone */
    return 0;
}

/* Copies a principal's value with the ids of those who are no longer themselves. */
static void put_principals(struct remit_jw *w, const struct remit_json *value,
                           const struct iam_trusted *stale, size_t n)
{
    struct remit_str text = remit_json_str(value);

    if (remit_json_type(value) == REMIT_JSON_ARRAY) {
        remit_jw_array(w);
        for (size_t i = 0; i < remit_json_count(value); i++)
            put_principals(w, remit_json_at(value, i), stale, n);
        remit_jw_end(w);
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (remit_str_equal(text, stale[i].arn))
            text = stale[i].id;
    remit_jw_str(w, text);
}

static void put_tree(struct remit_jw *w, const struct remit_json *value, bool in_principal,
                     const struct iam_trusted *stale, size_t n)
{
    if (remit_json_type(value) == REMIT_JSON_OBJECT) {
        remit_jw_object(w);
        for (void *m = remit_json_first(value); m != NULL; m = remit_json_next(value, m)) {
            struct remit_str key = remit_json_key(m);
            bool is_aws = in_principal && remit_str_equal(key, REMIT_STR("AWS"));

            remit_jw_key_str(w, key);
            if (is_aws)
                put_principals(w, remit_json_value(m), stale, n);
            else
                put_tree(w, remit_json_value(m), remit_str_ends(key, REMIT_STR("Principal")), stale,
                         n);
        }
        remit_jw_end(w);
    } else if (remit_json_type(value) == REMIT_JSON_ARRAY) {
        remit_jw_array(w);
        for (size_t i = 0; i < remit_json_count(value); i++)
            put_tree(w, remit_json_at(value, i), false, stale, n);
        remit_jw_end(w);
    } else {
        remit_jw_json(w, value);
    }
}

static int rewrite(struct control_call *call, struct remit_str document,
                   const struct iam_trusted *stale, size_t n, struct remit_str *out,
                   struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(REMIT_POLICY_MAX);
    auto_json struct remit_json *tree = NULL;
    struct remit_jw w = REMIT_JW(&text);

    TRY(remit_json_parse(document, REMIT_POLICY_MAX, &tree, err));
    put_tree(&w, tree, false, stale, n);
    TRY(remit_buf_check(&text, "the trust policy", err));
    *out = remit_arena_str(call->arena, remit_buf_view(&text));
    return remit_arena_check(call->arena, "the trust policy", err);
}

int iam_trust_now(struct control_call *call, const struct iam_principal_record *role,
                  struct remit_str *out, struct remit_err *err)
{
    struct iam_trusted *stale = REMIT_NEW_N(call->arena, struct iam_trusted, role->n_trusted);
    size_t n = 0;

    TRY(remit_arena_check(call->arena, "the trust policy", err));
    for (size_t i = 0; i < role->n_trusted; i++) {
        struct remit_str id;

        TRY(stale_id(call, &role->trusted[i], &id, err));
        if (id.ptr != NULL)
            stale[n++] = (struct iam_trusted){ .arn = role->trusted[i].arn, .id = id };
    }
    *out = role->trust;
    return n > 0 ? rewrite(call, role->trust, stale, n, out, err) : 0;
}
