#include "agent/instance.h"

#include "agent/agent.h"
#include "common/os/clock.h"
#include "common/os/file.h"
#include "common/os/log.h"

#define FILE_MAX    ((size_t)64 * 1024)
#define REQUEST_MAX ((size_t)64 * 1024)
#define TOKEN_MAX   1024
#define RETRY_MS    30000

static int set_text(char *out, size_t size, struct remit_str text, const char *what,
                    struct remit_err *err)
{
    if (text.len == 0 || text.len >= size)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidInstance", "%s of %zu bytes", what,
                          text.len);
    memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return 0;
}

/* Half of what is left. */
static int64_t renew_at_boot_ms(int64_t expires_at)
{
    int64_t left_s = expires_at - remit_clock_now_at();

    return remit_clock_boot_ms() + (left_s > 0 ? agent_jitter(left_s * 1000 / 2) : 0);
}

static int read_instance(const struct remit_json *json, struct agent_instance *out,
                         struct remit_err *err)
{
    TRY(set_text(out->arn, sizeof(out->arn),
                 remit_json_str(remit_json_get(json, "containerInstanceArn")),
                 "containerInstanceArn", err));
    TRY(set_text(out->cluster_arn, sizeof(out->cluster_arn),
                 remit_json_str(remit_json_get(json, "clusterArn")), "clusterArn", err));
    TRY(set_text(out->account_id, sizeof(out->account_id),
                 remit_json_str(remit_json_get(json, "accountId")), "accountId", err));
    TRY(set_text(out->region, sizeof(out->region), remit_json_str(remit_json_get(json, "region")),
                 "region", err));
    TRY(agent_credentials_read(remit_json_get(json, "credentials"), &out->session, err));
    out->renew_boot_ms = renew_at_boot_ms(out->session.expires_at);
    return 0;
}

static const char *file_path(const struct agent *agent, struct remit_buf *out)
{
    remit_buf_put_fmt(out, "%s/instance", agent->config.state_dir);
    return remit_buf_cstr(out);
}

static int save(const struct agent *agent, const struct agent_instance *instance,
                struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(FILE_MAX);
    auto_buf struct remit_buf path = REMIT_BUF(AGENT_PATH_MAX);
    struct remit_jw w = REMIT_JW(&text);

    remit_jw_object(&w);
    remit_jw_put_int(&w, "v", 1);
    remit_jw_put_cstr(&w, "containerInstanceArn", instance->arn);
    remit_jw_put_cstr(&w, "clusterArn", instance->cluster_arn);
    remit_jw_put_cstr(&w, "accountId", instance->account_id);
    remit_jw_put_cstr(&w, "region", instance->region);
    remit_jw_key(&w, "credentials");
    remit_jw_object(&w);
    agent_credentials_write(&instance->session, &w);
    remit_jw_end(&w);
    remit_jw_end(&w);
    TRY(remit_buf_check(&text, "the instance's file", err));
    return remit_file_write(file_path(agent, &path), remit_buf_view(&text), 0600, err);
}

/* NOT_FOUND when this instance has not joined yet. */
static int load(struct agent *agent, struct remit_err *err)
{
    auto_secret struct remit_secret text = { 0 };
    auto_buf struct remit_buf path = REMIT_BUF(AGENT_PATH_MAX);
    auto_json struct remit_json *json = NULL;

    TRY(remit_file_read_secret(file_path(agent, &path), FILE_MAX - 1, &text, err));
    if (remit_json_parse(remit_secret_view(&text), FILE_MAX, &json, err) != 0 ||
        read_instance(json, &agent->instance, err) != 0)
        return remit_err_prefix(err, "%s", remit_buf_cstr(&path));
    return 0;
}

static int read_token(const struct agent *agent, struct agent_credentials *out,
                      struct remit_err *err)
{
    auto_secret struct remit_secret text = { 0 };

    if (agent->config.join_token_file == NULL)
        return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "InstanceExpired",
                          "this instance has no session, and --join-token-file is not given");
    TRY(remit_file_read_secret(agent->config.join_token_file, TOKEN_MAX, &text, err));
    return agent_credentials_read_line(remit_secret_view(&text), out, err);
}

static int engine_version(struct agent_engine *engine, struct remit_buf *out, struct remit_err *err)
{
    auto_json struct remit_json *version = NULL;

    TRY(agent_engine_version(engine, &version, err));
    remit_buf_put(out, remit_json_str(remit_json_get(version, "Version")));
    return remit_buf_check(out, "the Engine's version", err);
}

static int ask_to_join(struct agent *agent, struct agent_control *control,
                       const struct agent_credentials *token, struct remit_str body,
                       struct remit_json **answer, struct remit_err *err)
{
    struct remit_err why = { 0 };

    if (agent_control_call(control, &agent_op_join, token, body, 0, answer, &why) == 0)
        return 0;
    if (why.kind != REMIT_ERR_UNAUTHENTICATED) {
        *err = why;
        return -1;
    }
    return remit_fail(err, REMIT_ERR_UNAUTHENTICATED, "JoinRefused",
                      "control does not take the join token in %s; it was used, has expired, or is "
                      "another control's: %.256s",
                      agent->config.join_token_file, why.text);
}

static int join(struct agent *agent, struct agent_control *control, struct agent_engine *engine,
                struct remit_err *err)
{
    auto_credentials struct agent_credentials token = { 0 };
    auto_buf struct remit_buf body = REMIT_BUF(REQUEST_MAX);
    auto_buf struct remit_buf version = REMIT_BUF(256);
    auto_json struct remit_json *answer = NULL;
    struct remit_jw w = REMIT_JW(&body);

    TRY(read_token(agent, &token, err));
    TRY(engine_version(engine, &version, err));
    remit_jw_object(&w);
    agent_instance_describe(&w, remit_buf_view(&version));
    remit_jw_end(&w);
    TRY(remit_buf_check(&body, "Join", err));
    TRY(ask_to_join(agent, control, &token, remit_buf_view(&body), &answer, err));
    TRY(read_instance(answer, &agent->instance, err));
    TRY(save(agent, &agent->instance, err));
    remit_log(REMIT_LOG_INFO, "joined as %s", agent->instance.arn);
    return 0;
}

int agent_instance_open(struct agent *agent, struct agent_control *control,
                        struct agent_engine *engine, struct remit_err *err)
{
    struct remit_err why = { 0 };

    if (load(agent, &why) != 0) {
        if (why.kind == REMIT_ERR_NOT_FOUND)
            return join(agent, control, engine, err);
        *err = why;
        return -1;
    }
    if (agent->instance.session.expires_at > remit_clock_now_at())
        return 0;
    remit_log(REMIT_LOG_WARN, "the session of %s is over: joining anew", agent->instance.arn);
    return join(agent, control, engine, err);
}

int agent_instance_session(struct agent *agent, struct agent_credentials *out,
                           struct remit_err *err)
{
    int result = 0;

    (void)pthread_mutex_lock(&agent->lock);
    result = agent_credentials_copy(&agent->instance.session, out, err);
    (void)pthread_mutex_unlock(&agent->lock);
    return result;
}

static bool due(struct agent *agent)
{
    bool is_due = false;

    (void)pthread_mutex_lock(&agent->lock);
    is_due = remit_clock_boot_ms() >= agent->instance.renew_boot_ms;
    if (is_due) /* not with every poll when it fails */
        agent->instance.renew_boot_ms = remit_clock_boot_ms() + RETRY_MS;
    (void)pthread_mutex_unlock(&agent->lock);
    return is_due;
}

/* Only this thread changes the session, so that it may read it without the lock. */
static int take_session(struct agent *agent, struct agent_credentials *session,
                        struct remit_err *err)
{
    (void)pthread_mutex_lock(&agent->lock);
    agent->instance.renew_boot_ms = renew_at_boot_ms(session->expires_at);
    agent_credentials_move(session, &agent->instance.session);
    (void)pthread_mutex_unlock(&agent->lock);
    return save(agent, &agent->instance, err);
}

int agent_instance_renew(struct agent *agent, struct agent_control *control, struct remit_err *err)
{
    auto_credentials struct agent_credentials session = { 0 };
    auto_credentials struct agent_credentials renewed = { 0 };
    auto_buf struct remit_buf body = REMIT_BUF(REQUEST_MAX);
    auto_json struct remit_json *answer = NULL;
    struct remit_jw w = REMIT_JW(&body);

    if (!due(agent))
        return 0;
    TRY(agent_instance_session(agent, &session, err));
    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "containerInstanceArn", agent->instance.arn);
    remit_jw_end(&w);
    TRY(remit_buf_check(&body, "RenewInstance", err));
    TRY(agent_control_call(control, &agent_op_renew, &session, remit_buf_view(&body), 0, &answer,
                           err));
    TRY(agent_credentials_read(remit_json_get(answer, "credentials"), &renewed, err));
    TRY(take_session(agent, &renewed, err));
    remit_log(REMIT_LOG_INFO, "renewed the instance's session");
    return 0;
}
