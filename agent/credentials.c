#include "agent/credentials.h"

#include "common/os/clock.h"
#include "common/os/frames_metadata.h"

#define SECRET_MAX 16384

static int bad(struct remit_err *err, const char *member, size_t len)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidCredentials", "%s of %zu bytes", member, len);
}

static int read_text(struct remit_str text, const char *member, char *out, size_t max,
                     struct remit_err *err)
{
    if (text.len > max || memchr(text.ptr, '\0', text.len) != NULL)
        return bad(err, member, text.len);
    memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return 0;
}

static int read_secret(const struct remit_json *json, const char *member, struct remit_secret *out,
                       struct remit_err *err)
{
    struct remit_str text = remit_json_str(remit_json_get(json, member));

    if (text.len == 0 || text.len > SECRET_MAX)
        return bad(err, member, text.len);
    return remit_secret_copy(text, out, err);
}

int agent_credentials_read(const struct remit_json *json, struct agent_credentials *out,
                           struct remit_err *err)
{
    auto_credentials struct agent_credentials made = { 0 };
    struct remit_str id = remit_json_str(remit_json_get(json, "accessKeyId"));
    struct remit_str role = remit_json_str(remit_json_get(json, "roleArn"));

    if (id.len == 0)
        return bad(err, "accessKeyId", 0);
    TRY(read_text(id, "accessKeyId", made.access_key_id, AGENT_ACCESS_KEY_ID_MAX, err));
    TRY(read_text(role, "roleArn", made.role_arn, AGENT_ROLE_ARN_MAX, err));
    TRY(read_secret(json, "secretAccessKey", &made.secret_access_key, err));
    TRY(read_secret(json, "sessionToken", &made.session_token, err));
    made.expires_at = (int64_t)remit_json_real(remit_json_get(json, "expiresAt"));
    if (made.expires_at <= 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidCredentials", "expiresAt is %lld",
                          (long long)made.expires_at);
    agent_credentials_move(&made, out);
    return 0;
}

void agent_credentials_write(const struct agent_credentials *credentials, struct remit_jw *w)
{
    remit_jw_put_cstr(w, "accessKeyId", credentials->access_key_id);
    remit_jw_put_str(w, "secretAccessKey", remit_secret_view(&credentials->secret_access_key));
    remit_jw_put_str(w, "sessionToken", remit_secret_view(&credentials->session_token));
    remit_jw_put_int(w, "expiresAt", credentials->expires_at);
    if (credentials->role_arn[0] != '\0')
        remit_jw_put_cstr(w, "roleArn", credentials->role_arn);
}

int agent_credentials_read_line(struct remit_str line, struct agent_credentials *out,
                                struct remit_err *err)
{
    auto_credentials struct agent_credentials made = { 0 };
    struct remit_str id;

    while (line.len > 0 && strchr("\r\n ", line.ptr[line.len - 1]) != NULL)
        line.len--;
    if (!remit_str_cut(&line, ':', &id) || id.len == 0 || line.len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidCredentials",
                          "a join token is one line, <id>:<secret>");
    TRY(read_text(id, "the join token's id", made.access_key_id, AGENT_ACCESS_KEY_ID_MAX, err));
    TRY(remit_secret_copy(line, &made.secret_access_key, err));
    agent_credentials_move(&made, out);
    return 0;
}

int agent_credentials_copy(const struct agent_credentials *from, struct agent_credentials *out,
                           struct remit_err *err)
{
    auto_credentials struct agent_credentials made = { .expires_at = from->expires_at };

    memcpy(made.access_key_id, from->access_key_id, sizeof(made.access_key_id));
    memcpy(made.role_arn, from->role_arn, sizeof(made.role_arn));
    TRY(remit_secret_copy(remit_secret_view(&from->secret_access_key), &made.secret_access_key,
                          err));
    TRY(remit_secret_copy(remit_secret_view(&from->session_token), &made.session_token, err));
    agent_credentials_move(&made, out);
    return 0;
}

void agent_credentials_move(struct agent_credentials *from, struct agent_credentials *to)
{
    agent_credentials_drop(to);
    *to = *from;
    *from = (struct agent_credentials){ 0 };
}

bool agent_credentials_held(const struct agent_credentials *credentials)
{
    return credentials->access_key_id[0] != '\0';
}

void agent_credentials_drop(struct agent_credentials *credentials)
{
    remit_secret_drop(&credentials->secret_access_key);
    remit_secret_drop(&credentials->session_token);
    *credentials = (struct agent_credentials){ 0 };
}

int64_t agent_credentials_stated_at(const struct agent_credentials *credentials)
{
    return credentials->expires_at - AGENT_EXPIRY_MARGIN_S;
}

int agent_credentials_body(const struct agent_credentials *credentials, struct remit_secret *out,
                           struct remit_err *err)
{
    auto_buf struct remit_buf body = REMIT_BUF_SECRET(REMIT_CREDENTIALS_BODY_MAX);
    struct remit_jw w = { .out = &body, .html = true };
    char expiration[REMIT_TIME_TEXT];

    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "RoleArn", credentials->role_arn);
    remit_jw_put_cstr(&w, "AccessKeyId", credentials->access_key_id);
    remit_jw_put_str(&w, "SecretAccessKey", remit_secret_view(&credentials->secret_access_key));
    remit_jw_put_str(&w, "Token", remit_secret_view(&credentials->session_token));
    remit_jw_put_cstr(&w, "Expiration",
                      remit_time_iso(agent_credentials_stated_at(credentials), expiration));
    remit_jw_end(&w);
    TRY(remit_buf_check(&body, "a credentials document", err));
    return remit_secret_copy(remit_buf_view(&body), out, err);
}
