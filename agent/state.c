#include "agent/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "agent/agent.h"
#include "agent/folder.h"
#include "agent/put.h"
#include "common/os/fd.h"
#include "common/os/file.h"

#define STATE_MAX ((size_t)4 * 1024 * 1024)
#define VERSION   1
#define TOKENS    "tokens"

static const char *path_of(const struct agent *agent, struct remit_str id, const char *name,
                           struct remit_buf *out)
{
    remit_buf_clear(out);
    remit_buf_put_fmt(out, "%s/tasks/" REMIT_STR_FMT "%s%s", agent->config.state_dir,
                      REMIT_STR_ARG(id), name != NULL ? "/" : "", name != NULL ? name : "");
    return remit_buf_cstr(out);
}

const char *agent_task_path(const struct agent_task *task, const char *name, struct remit_buf *out)
{
    return path_of(task->agent, task->id, name, out);
}

/* ---- writing ------------------------------------------------------------------------------- */

static void put_container(struct remit_jw *w, const struct agent_container *c,
                          const struct agent_unit *unit)
{
    remit_jw_object(w);
    remit_jw_put_str(w, "name", c->name);
    remit_jw_put_cstr(w, "endpointId", c->endpoint_id);
    remit_jw_put_str(w, "token", remit_secret_view(&c->token));
    agent_put_text(w, "engineId", c->engine_id);
    agent_put_text(w, "imageId", c->image_id);
    agent_put_text(w, "imageDigest", c->image_digest);
    agent_put_text(w, "reason", c->reason);
    remit_jw_put_cstr(w, "status", agent_status_name(unit->status));
    remit_jw_put_bool(w, "started", unit->started);
    remit_jw_put_bool(w, "failed", unit->failed);
    if (c->has_exit_code)
        remit_jw_put_int(w, "exitCode", unit->exit_code);
    remit_jw_end(w);
}

static void put_task(struct remit_jw *w, const struct agent_task *task)
{
    remit_jw_put_int(w, "v", VERSION);
    remit_jw_put_cstr(w, "phase", agent_phase_row(task->phase)->name);
    remit_jw_put_cstr(w, "agentBootId", task->agent->boot_id);
    remit_jw_put_cstr(w, "credentialsId", task->credentials_id);
    agent_put_text(w, "accessKeyId", task->access_key_id);
    remit_jw_put_int(w, "expiresAt", task->expires_at);
    remit_jw_put_int(w, "renewAt", task->renew_at);
    agent_put_text(w, "pauseId", task->pause_id);
    agent_put_text(w, "reason", task->reason);
    agent_put_text(w, "stopCode", task->stop_code);
    remit_jw_put_bool(w, "ran", task->ran);
    agent_put_seconds(w, "pullStartedAt", task->pull_started_at);
    agent_put_seconds(w, "pullStoppedAt", task->pull_stopped_at);
    agent_put_seconds(w, "executionStoppedAt", task->execution_stopped_at);
    agent_put_seconds(w, "stoppedAt", task->stopped_at);
    remit_jw_key(w, "containers");
    remit_jw_array(w);
    for (size_t i = 0; i < task->n_containers; i++)
        put_container(w, &task->containers[i], &task->units[i]);
    remit_jw_end(w);
    remit_jw_key(w, "payload");
    remit_jw_json(w, task->payload);
}

int agent_state_save(struct agent_task *task, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(STATE_MAX); /* tokens are in it */
    auto_buf struct remit_buf path = REMIT_BUF(AGENT_PATH_MAX);
    struct remit_jw w = REMIT_JW(&text);

    TRY(remit_file_mkdir(agent_task_path(task, TOKENS, &path), 0700, err));
    remit_jw_object(&w);
    put_task(&w, task);
    remit_jw_end(&w);
    TRY(remit_buf_check(&text, "a task's state", err));
    return remit_file_write(agent_task_path(task, "state", &path), remit_buf_view(&text), 0600,
                            err);
}

/* ---- reading ------------------------------------------------------------------------------- */

static void get_text(const struct remit_json *json, const char *key, char *out, size_t size)
{
    struct remit_str text = remit_json_str(remit_json_get(json, key));

    (void)snprintf(out, size, REMIT_STR_FMT, REMIT_STR_ARG(text));
}

static const char *known_stop_code(struct remit_str code)
{
    static const char *const codes[] = { "TaskFailedToStart", "EssentialContainerExited",
                                         "UserInitiated" };

    for (size_t i = 0; i < REMIT_COUNT(codes); i++)
        if (remit_str_equal(code, remit_str_of(codes[i])))
            return codes[i];
    return NULL;
}

static int get_container(struct agent_task *task, const struct remit_json *json,
                         struct remit_err *err)
{
    size_t i = agent_task_find(task, remit_json_str(remit_json_get(json, "name")));
    struct remit_str token = remit_json_str(remit_json_get(json, "token"));
    struct agent_container *c = NULL;
    struct agent_unit *unit = NULL;

    if (i == task->n_containers || token.len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidState", "a container without its token");
    c = &task->containers[i];
    unit = &task->units[i];
    remit_secret_drop(&c->token);
    TRY(remit_secret_copy(token, &c->token, err));
    get_text(json, "endpointId", c->endpoint_id, sizeof(c->endpoint_id));
    get_text(json, "engineId", c->engine_id, sizeof(c->engine_id));
    get_text(json, "imageId", c->image_id, sizeof(c->image_id));
    get_text(json, "imageDigest", c->image_digest, sizeof(c->image_digest));
    get_text(json, "reason", c->reason, sizeof(c->reason));
    (void)agent_status_parse(remit_json_str(remit_json_get(json, "status")), &unit->status);
    unit->started = remit_json_true(remit_json_get(json, "started"));
    unit->failed = remit_json_true(remit_json_get(json, "failed"));
    c->has_exit_code = remit_json_get(json, "exitCode") != NULL;
    unit->exit_code = (int)remit_json_int(remit_json_get(json, "exitCode"));
    return 0;
}

static int get_task(struct agent_task *task, const struct remit_json *json, struct remit_err *err)
{
    const struct remit_json *containers = remit_json_get(json, "containers");
    enum agent_phase phase = AGENT_RESOLVING;

    if (!agent_phase_parse(remit_json_str(remit_json_get(json, "phase")), &phase))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidState", "an unknown phase");
    task->phase = agent_phase_row(phase)->resume;
    get_text(json, "credentialsId", task->credentials_id, sizeof(task->credentials_id));
    get_text(json, "accessKeyId", task->access_key_id, sizeof(task->access_key_id));
    task->expires_at = remit_json_int(remit_json_get(json, "expiresAt"));
    task->renew_at = remit_json_int(remit_json_get(json, "renewAt"));
    get_text(json, "pauseId", task->pause_id, sizeof(task->pause_id));
    get_text(json, "reason", task->reason, sizeof(task->reason));
    task->stop_code = known_stop_code(remit_json_str(remit_json_get(json, "stopCode")));
    task->ran = remit_json_true(remit_json_get(json, "ran"));
    task->pull_started_at = remit_json_real(remit_json_get(json, "pullStartedAt"));
    task->pull_stopped_at = remit_json_real(remit_json_get(json, "pullStoppedAt"));
    task->execution_stopped_at = remit_json_real(remit_json_get(json, "executionStoppedAt"));
    task->stopped_at = remit_json_real(remit_json_get(json, "stoppedAt"));
    for (size_t i = 0; i < remit_json_count(containers); i++)
        TRY(get_container(task, remit_json_at(containers, i), err));
    return 0;
}

static int parse_state(struct agent *agent, struct remit_str text, struct agent_task **out,
                       struct remit_err *err)
{
    auto_task struct agent_task *task = NULL;
    auto_json struct remit_json *json = NULL;
    auto_buf struct remit_buf payload = REMIT_BUF(AGENT_PAYLOAD_MAX);

    TRY(remit_json_parse(text, STATE_MAX, &json, err));
    if (remit_json_int(remit_json_get(json, "v")) != VERSION)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidState", "version %lld, wanted %d",
                          (long long)remit_json_int(remit_json_get(json, "v")), VERSION);
    remit_json_dump(remit_json_get(json, "payload"), &payload);
    TRY(agent_task_new(agent, remit_buf_view(&payload), &task, err));
    TRY(get_task(task, json, err));
    *out = task;
    task = NULL;
    return 0;
}

int agent_state_load(struct agent *agent, struct remit_str id, struct agent_task **out,
                     struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(STATE_MAX);
    auto_buf struct remit_buf path = REMIT_BUF(AGENT_PATH_MAX);

    TRY(remit_file_read(path_of(agent, id, "state", &path), &text, err));
    if (parse_state(agent, remit_buf_view(&text), out, err) != 0)
        return remit_err_prefix(err, "%s", remit_buf_cstr(&path));
    return 0;
}

/* ---- folders ------------------------------------------------------------------------------- */

int agent_state_each(const struct agent *agent, void (*each)(void *self, struct remit_str id),
                     void *self, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(AGENT_PATH_MAX);

    remit_buf_put_fmt(&path, "%s/tasks", agent->config.state_dir);
    return agent_folder_each(remit_buf_cstr(&path), each, self, err);
}

/* The state goes first: without it the folder is nobody's, and a restart removes the rest. */
int agent_state_remove(const struct agent *agent, struct remit_str id, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(AGENT_PATH_MAX);

    TRY(remit_file_remove(path_of(agent, id, "state", &path), err));
    TRY(agent_folder_remove(path_of(agent, id, TOKENS, &path), err));
    return agent_folder_remove(path_of(agent, id, NULL, &path), err);
}

const char *agent_state_token_path(const struct agent_task *task, size_t which,
                                   struct remit_buf *out)
{
    (void)agent_task_path(task, TOKENS, out);
    remit_buf_put_fmt(out, "/" REMIT_STR_FMT, REMIT_STR_ARG(task->containers[which].name));
    return remit_buf_cstr(out);
}

int agent_state_token(struct agent_task *task, size_t which, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(AGENT_PATH_MAX);
    auto_buf struct remit_buf name = REMIT_BUF(512);
    auto_fd int folder = -1;
    auto_fd int file = -1;

    folder =
        open(agent_task_path(task, TOKENS, &path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "opening %s", remit_buf_cstr(&path));
    remit_buf_put(&name, task->containers[which].name);
    /* The same file, not another in its place: a container may have it mounted already. */
    TRY(remit_file_open_beneath(folder, remit_buf_cstr(&name), O_WRONLY | O_CREAT | O_TRUNC, 0400,
                                &file, err));
    TRY(remit_fd_write_all(file, remit_secret_view(&task->containers[which].token), err));
    if (fchmod(file, 0444) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "the mode of a token's file");
    return 0;
}
