#include "agent/engine.h"

#include "common/base/encode.h"

#define PATH_MAX_BYTES  2048
#define CREATE_LIMIT_MS (4 * 60 * 1000)
#define START_LIMIT_MS  (3 * 60 * 1000)
#define REMOVE_LIMIT_MS (2 * 60 * 1000)

int agent_engine_create(struct agent_engine *engine, const char *name, struct remit_str body,
                        struct remit_buf *id, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(PATH_MAX_BYTES);
    auto_json struct remit_json *answer = NULL;
    const struct agent_engine_call call = {
        .method = "POST",
        .path = agent_engine_path(&path, "/containers/create?name=%s", name),
        .body = body,
        .timeout_ms = CREATE_LIMIT_MS,
    };

    TRY(agent_engine_ask(engine, &call, &answer, err));
    remit_buf_clear(id);
    remit_buf_put(id, remit_json_str(remit_json_get(answer, "Id")));
    if (id->len == 0)
        return remit_fail(err, REMIT_ERR_INTERNAL, "EngineFailed",
                          "the Engine made %s and named no id", name);
    return remit_buf_check(id, "a container's id", err);
}

int agent_engine_start(struct agent_engine *engine, const char *id, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(PATH_MAX_BYTES);
    const struct agent_engine_call call = {
        .method = "POST",
        .path = agent_engine_path(&path, "/containers/%s/start", id),
        .timeout_ms = START_LIMIT_MS,
    };

    return agent_engine_ask(engine, &call, NULL, err);
}

int agent_engine_kill(struct agent_engine *engine, const char *id, const char *signal,
                      struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(PATH_MAX_BYTES);
    struct remit_err why = { 0 };
    const struct agent_engine_call call = {
        .method = "POST",
        .path = agent_engine_path(&path, "/containers/%s/kill?signal=%s", id, signal),
    };

    if (agent_engine_ask(engine, &call, NULL, &why) == 0)
        return 0;
    /* 409: it is not running. */
    if (why.kind == REMIT_ERR_NOT_FOUND || why.kind == REMIT_ERR_CONFLICT)
        return 0;
    *err = why;
    return -1;
}

/* The environment holds secrets' values, and nobody here reads it. */
static void forget_environment(struct remit_json *inspect)
{
    const struct remit_json *config = remit_json_get(inspect, "Config");

    remit_json_remove((struct remit_json *)(uintptr_t)config, "Env");
}

int agent_engine_inspect(struct agent_engine *engine, const char *id, struct remit_json **out,
                         struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(PATH_MAX_BYTES);
    const struct agent_engine_call call = {
        .method = "GET",
        .path = agent_engine_path(&path, "/containers/%s/json", id),
    };

    TRY(agent_engine_ask(engine, &call, out, err));
    forget_environment(*out);
    return 0;
}

int agent_engine_remove(struct agent_engine *engine, const char *id, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(PATH_MAX_BYTES);
    struct remit_err why = { 0 };
    const struct agent_engine_call call = {
        .method = "DELETE",
        .path = agent_engine_path(&path, "/containers/%s?force=1&v=1", id),
        .timeout_ms = REMOVE_LIMIT_MS,
    };

    if (agent_engine_ask(engine, &call, NULL, &why) == 0 || why.kind == REMIT_ERR_NOT_FOUND)
        return 0;
    *err = why;
    return -1;
}

int agent_engine_list(struct agent_engine *engine, struct remit_str label, struct remit_json **out,
                      struct remit_err *err)
{
    auto_buf struct remit_buf filter = REMIT_BUF(PATH_MAX_BYTES);
    auto_buf struct remit_buf path = REMIT_BUF(PATH_MAX_BYTES * 3);
    struct remit_jw w = REMIT_JW(&filter);
    struct agent_engine_call call = { .method = "GET" };

    remit_jw_object(&w);
    remit_jw_key(&w, "label");
    remit_jw_array(&w);
    remit_jw_str(&w, label);
    remit_jw_end(&w);
    remit_jw_end(&w);
    remit_buf_put_cstr(&path, "/containers/json?all=1&filters=");
    remit_uri_put(&path, remit_buf_view(&filter), false);
    call.path = remit_buf_cstr(&path);
    return agent_engine_ask(engine, &call, out, err);
}
