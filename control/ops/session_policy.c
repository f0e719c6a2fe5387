#include "control/ops/sts.h"

#include <remit/policy.h>

#include "control/ops/iam.h"

/* ---- one document out of several ---- */

static int malformed(struct remit_err *err, const char *sentence)
{
    return remit_fail(err, REMIT_ERR_INVALID, "MalformedPolicyDocument", "%s", sentence);
}

/* Under the older version "${" is text; joined to documents of the newer one it would not be. */
static int version_check(const struct remit_json *tree, struct remit_str document,
                         struct remit_err *err)
{
    struct remit_str version = remit_json_str(remit_json_get(tree, "Version"));

    if (remit_str_equal(version, REMIT_STR("2012-10-17")))
        return 0;
    for (size_t i = 0; i + 1 < document.len; i++)
        if (document.ptr[i] == '$' && document.ptr[i + 1] == '{')
            return malformed(err, "Session policies must be of version 2012-10-17 to be combined.");
    return 0;
}

/* An Allow in any of them is enough and a Deny in any denies: so do statements of one document. */
static int join(struct remit_jw *w, struct remit_str document, struct remit_err *err)
{
    auto_json struct remit_json *tree = NULL;
    const struct remit_json *statements = NULL;

    TRY(remit_json_parse(document, REMIT_POLICY_MAX, &tree, err));
    TRY(version_check(tree, document, err));
    statements = remit_json_get(tree, "Statement");
    if (remit_json_type(statements) == REMIT_JSON_OBJECT)
        remit_jw_json(w, statements);
    for (size_t i = 0; i < remit_json_count(statements); i++)
        if (remit_json_type(statements) == REMIT_JSON_ARRAY)
            remit_jw_json(w, remit_json_at(statements, i));
    return 0;
}

static int join_all(const struct remit_str *documents, size_t n, struct remit_buf *out,
                    struct remit_err *err)
{
    struct remit_jw w = REMIT_JW(out);

    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "Version", "2012-10-17");
    remit_jw_key(&w, "Statement");
    remit_jw_array(&w);
    for (size_t i = 0; i < n; i++)
        TRY(join(&w, documents[i], err));
    remit_jw_end(&w);
    remit_jw_end(&w);
    return 0;
}

/* One document alone keeps its version and its Sids, but not its white space. */
static int compact(struct remit_str document, struct remit_buf *out, struct remit_err *err)
{
    auto_json struct remit_json *tree = NULL;

    TRY(remit_json_parse(document, REMIT_POLICY_MAX, &tree, err));
    remit_json_dump(tree, out);
    return 0;
}

/* ---- what the input asks for ---- */

static int managed(struct control_call *call, const struct remit_json *item, struct remit_str *out,
                   struct remit_err *err)
{
    struct remit_str arn = remit_json_str(remit_json_get(item, "arn"));

    if (iam_managed_document(call->store, arn, call->arena, out, err) == 0)
        return 0;
    if (!remit_err_is(err, "NoSuchEntity"))
        return -1;
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterValue",
                      "Policy %.*s does not exist or is not attachable.",
                      (int)(arn.len < 256 ? arn.len : 256), arn.ptr);
}

static int gather(struct control_call *call, struct remit_str *documents, size_t *n,
                  struct remit_err *err)
{
    const struct remit_json *arns = control_in(call, "PolicyArns");

    *n = 0;
    if (control_has(call, "Policy")) {
        documents[(*n)++] = control_in_str(call, "Policy");
        TRY(iam_document_check(documents[0], REMIT_POLICY_SESSION, err));
    }
    for (size_t i = 0; i < remit_json_count(arns); i++)
        TRY(managed(call, remit_json_at(arns, i), &documents[(*n)++], err));
    return 0;
}

/* What the session's requests will be held against must be readable then. */
static int readable(struct remit_str document, struct remit_err *err)
{
    const struct remit_policy_options options = { .type = REMIT_POLICY_SESSION };
    auto_policy struct remit_policy *policy = NULL;

    if (remit_policy_compile(document, &options, &policy, err) == 0)
        return 0;
    err->code = "MalformedPolicyDocument";
    return -1;
}

int sts_session_policy(struct control_call *call, struct remit_str *out, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_BODY_MAX);
    struct remit_str documents[1 + STS_POLICY_ARNS_MOST];
    size_t n = 0;

    *out = remit_str_from("", 0);
    TRY(gather(call, documents, &n, err));
    if (n == 0)
        return 0;
    TRY(n == 1 ? compact(documents[0], &text, err) : join_all(documents, n, &text, err));
    TRY(remit_buf_check(&text, "the session policy", err));
    TRY(readable(remit_buf_view(&text), err));
    *out = remit_arena_str(call->arena, remit_buf_view(&text));
    return remit_arena_check(call->arena, "the session policy", err);
}
