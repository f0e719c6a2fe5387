#include "agent/engine.h"

#include "agent/image_ref.h"
#include "agent/lines.h"
#include "common/base/encode.h"

#define PATH_MAX_BYTES  4096
#define PULL_LIMIT_MS   (2 * 60 * 60 * 1000)
#define IMPORT_LIMIT_MS (2 * 60 * 1000)
#define MESSAGE_MAX     400 /* bytes of a registry's words that fit an error */

/* What the stream of a pull said last about failing. */
struct progress {
    struct agent_lines lines;
    struct remit_buf failure;
};

static void progress_hear(void *self, const struct remit_json *json)
{
    struct progress *p = self;
    struct remit_str error = remit_json_str(remit_json_get(json, "error"));

    if (error.len == 0) /* a refusal before the stream began */
        error = remit_json_str(remit_json_get(json, "message"));
    if (error.len == 0)
        return;
    remit_buf_clear(&p->failure);
    remit_buf_put(&p->failure, remit_str_sub(error, 0, MESSAGE_MAX));
}

static int progress_bytes(void *self, struct remit_str bytes)
{
    agent_lines_feed(&((struct progress *)self)->lines, bytes);
    return 0;
}

static bool contains(struct remit_str text, const char *word)
{
    return memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

/* The Engine has no codes here, only words: those of refusals that another try won't change. */
static bool final(struct remit_str words)
{
    static const char *const said[] = {
        "denied",           "unauthorized",     "not found",
        "no basic",         "manifest unknown", "name unknown",
        "name invalid",     "does not exist",   "no matching manifest",
        "invalid reference"
    };

    for (size_t i = 0; i < REMIT_COUNT(said); i++)
        if (contains(words, said[i]))
            return true;
    return false;
}

static int pull_failed(struct remit_str words, struct remit_err *err)
{
    if (final(words))
        return remit_fail(err, REMIT_ERR_INVALID, "PullRefused", REMIT_STR_FMT,
                          REMIT_STR_ARG(words));
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "PullFailed", REMIT_STR_FMT,
                      REMIT_STR_ARG(words));
}

static const char *pull_path(const struct agent_image_ref *image, struct remit_buf *path)
{
    remit_buf_put_cstr(path, "/images/create?fromImage=");
    remit_uri_put(path, image->name, true);
    remit_buf_put_cstr(path, "&tag=");
    remit_uri_put(path, agent_image_ref_version(image), false);
    return remit_buf_cstr(path);
}

static int pull(struct agent_engine *engine, const struct agent_image_ref *image,
                const char *header, struct progress *progress, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(PATH_MAX_BYTES);
    const struct agent_engine_call call = {
        .method = "POST",
        .path = pull_path(image, &path),
        .header = header,
        .timeout_ms = PULL_LIMIT_MS,
        .on_bytes = progress_bytes,
        .self = progress,
    };
    struct remit_err why = { 0 };
    int result = agent_engine_ask(engine, &call, NULL, &why);

    agent_lines_end(&progress->lines);
    /* [engine api] the status is sent before the pull begins: a failure comes inside a 200. */
    if (progress->failure.len > 0 && (result == 0 || !remit_err_is(&why, "EngineAway")))
        return pull_failed(remit_buf_view(&progress->failure), err);
    if (result != 0)
        *err = why;
    return result;
}

int agent_engine_pull(struct agent_engine *engine, const struct agent_image_ref *image,
                      struct remit_str auth, struct remit_err *err)
{
    auto_buf struct remit_buf header = REMIT_BUF_SECRET(16384);
    struct progress progress = { .failure = REMIT_BUF(MESSAGE_MAX) };
    int result = 0;

    remit_buf_put_cstr(&header, "X-Registry-Auth: ");
    remit_buf_put(&header, auth);
    TRY(remit_buf_check(&header, "a registry's authorization", err));
    agent_lines_init(&progress.lines, progress_hear, &progress);
    result = pull(engine, image, auth.len > 0 ? remit_buf_cstr(&header) : NULL, &progress, err);
    agent_lines_drop(&progress.lines);
    remit_buf_drop(&progress.failure);
    return result;
}

int agent_engine_image(struct agent_engine *engine, const char *name, struct remit_json **out,
                       struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(PATH_MAX_BYTES);
    const struct agent_engine_call call = {
        .method = "GET",
        .path = agent_engine_path(&path, "/images/%s/json", name),
    };

    return agent_engine_ask(engine, &call, out, err);
}

int agent_engine_import(struct agent_engine *engine, const char *repo, const char *tag,
                        const char *command, struct remit_str tar, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(PATH_MAX_BYTES);
    struct agent_engine_call call = {
        .method = "POST",
        .body = tar,
        .content_type = "application/x-tar",
        .timeout_ms = IMPORT_LIMIT_MS,
    };

    remit_buf_put_fmt(&path, "/images/create?fromSrc=-&repo=%s&tag=%s&changes=", repo, tag);
    remit_uri_put(&path, REMIT_STR("ENTRYPOINT "), false);
    remit_uri_put(&path, remit_str_of(command), false);
    call.path = remit_buf_cstr(&path);
    return agent_engine_ask(engine, &call, NULL, err);
}

int agent_engine_volume_create(struct agent_engine *engine, struct remit_str body,
                               struct remit_err *err)
{
    const struct agent_engine_call call = {
        .method = "POST",
        .path = "/volumes/create",
        .body = body,
    };

    return agent_engine_ask(engine, &call, NULL, err);
}

int agent_engine_volume_remove(struct agent_engine *engine, const char *name, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(PATH_MAX_BYTES);
    struct remit_err why = { 0 };
    const struct agent_engine_call call = {
        .method = "DELETE",
        .path = agent_engine_path(&path, "/volumes/%s", name),
    };

    if (agent_engine_ask(engine, &call, NULL, &why) == 0 || why.kind == REMIT_ERR_NOT_FOUND)
        return 0;
    *err = why;
    return -1;
}
