#include "agent/secrets.h"

#define REQUEST_MAX 8192
#define VALUE_MAX   ((size_t)REMIT_SECRET_MAX)

static int fetch_parameter(struct agent_control *control, const struct agent_credentials *who,
                           const struct agent_secret_ref *ref, struct remit_secret *out,
                           struct remit_err *err)
{
    auto_buf struct remit_buf body = REMIT_BUF(REQUEST_MAX);
    auto_json struct remit_json *answer = NULL;
    struct remit_jw w = REMIT_JW(&body);
    const struct remit_json *found = NULL;

    remit_jw_object(&w);
    remit_jw_key(&w, "Names");
    remit_jw_array(&w);
    remit_jw_str(&w, ref->id);
    remit_jw_end(&w);
    remit_jw_put_bool(&w, "WithDecryption", true);
    remit_jw_end(&w);
    TRY(remit_buf_check(&body, "GetParameters", err));
    TRY(agent_control_call(control, &agent_op_parameters, who, remit_buf_view(&body), 0, &answer,
                           err));
    found = remit_json_at(remit_json_get(answer, "Parameters"), 0);
    if (remit_json_type(remit_json_get(found, "Value")) != REMIT_JSON_STRING)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "InvalidSecret",
                          "invalid parameters: " REMIT_STR_FMT, REMIT_STR_ARG(ref->id));
    return remit_secret_copy(remit_json_str(remit_json_get(found, "Value")), out, err);
}

int agent_secret_member(struct remit_str text, struct remit_str key, struct remit_secret *out,
                        struct remit_err *err)
{
    auto_json struct remit_json *json = NULL;
    auto_buf struct remit_buf dumped = REMIT_BUF_SECRET(VALUE_MAX);
    const struct remit_json *member = NULL;

    if (remit_json_parse(text, VALUE_MAX, &json, NULL) != 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidSecret",
                          "the secret is no JSON, and key '" REMIT_STR_FMT "' is asked of it",
                          REMIT_STR_ARG(key));
    member = remit_json_get_str(json, key);
    if (member == NULL)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "InvalidSecret",
                          "the secret has no key '" REMIT_STR_FMT "'", REMIT_STR_ARG(key));
    if (remit_json_type(member) == REMIT_JSON_STRING)
        return remit_secret_copy(remit_json_str(member), out, err);
    remit_json_dump(member, &dumped);
    TRY(remit_buf_check(&dumped, "a secret's value", err));
    return remit_secret_copy(remit_buf_view(&dumped), out, err);
}

static int ask_secret(struct agent_control *control, const struct agent_credentials *who,
                      const struct agent_secret_ref *ref, struct remit_json **answer,
                      struct remit_err *err)
{
    auto_buf struct remit_buf body = REMIT_BUF(REQUEST_MAX);
    struct remit_jw w = REMIT_JW(&body);

    remit_jw_object(&w);
    remit_jw_put_str(&w, "SecretId", ref->id);
    if (ref->version_stage.len > 0)
        remit_jw_put_str(&w, "VersionStage", ref->version_stage);
    if (ref->version_id.len > 0)
        remit_jw_put_str(&w, "VersionId", ref->version_id);
    remit_jw_end(&w);
    TRY(remit_buf_check(&body, "GetSecretValue", err));
    return agent_control_call(control, &agent_op_secret, who, remit_buf_view(&body), 0, answer,
                              err);
}

static int fetch_secret(struct agent_control *control, const struct agent_credentials *who,
                        const struct agent_secret_ref *ref, struct remit_secret *out,
                        struct remit_err *err)
{
    auto_json struct remit_json *answer = NULL;
    const struct remit_json *text = NULL;

    TRY(ask_secret(control, who, ref, &answer, err));
    text = remit_json_get(answer, "SecretString");
    if (remit_json_type(text) != REMIT_JSON_STRING)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidSecret",
                          "a binary secret can't be a variable");
    if (ref->json_key.len > 0)
        return agent_secret_member(remit_json_str(text), ref->json_key, out, err);
    return remit_secret_copy(remit_json_str(text), out, err);
}

int agent_secret_fetch(struct agent_control *control, const struct agent_credentials *who,
                       const struct agent_secret_ref *ref, struct remit_secret *out,
                       struct remit_err *err)
{
    if (ref->source == AGENT_SECRET_MANAGER) {
        if (fetch_secret(control, who, ref, out, err) != 0)
            return remit_err_prefix(err, "secret " REMIT_STR_FMT, REMIT_STR_ARG(ref->id));
        return 0;
    }
    if (fetch_parameter(control, who, ref, out, err) != 0)
        return remit_err_prefix(err, "fetching secret data from SSM Parameter Store");
    return 0;
}
