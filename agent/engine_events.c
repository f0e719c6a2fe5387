#include "agent/engine.h"
#include "agent/lines.h"
#include "common/base/encode.h"

#define PATH_MAX_BYTES  4096
#define STREAM_LIMIT_MS (30 * 60 * 1000) /* begun anew then: a dead stream is noticed */

static int events_bytes(void *self, struct remit_str bytes)
{
    agent_lines_feed(self, bytes);
    return 0;
}

static void put_list(struct remit_jw *w, const char *key, const struct remit_str *values, size_t n)
{
    remit_jw_key(w, key);
    remit_jw_array(w);
    for (size_t i = 0; i < n; i++)
        remit_jw_str(w, values[i]);
    remit_jw_end(w);
}

static void put_filter(struct remit_buf *path, struct remit_str label)
{
    static const struct remit_str types[] = { REMIT_STR_INIT("container") };
    static const struct remit_str events[] = {
        REMIT_STR_INIT("die"),
        REMIT_STR_INIT("oom"),
        REMIT_STR_INIT("destroy"),
        REMIT_STR_INIT("health_status"),
    };
    auto_buf struct remit_buf filter = REMIT_BUF(PATH_MAX_BYTES);
    struct remit_jw w = REMIT_JW(&filter);

    remit_jw_object(&w);
    put_list(&w, "type", types, REMIT_COUNT(types));
    put_list(&w, "event", events, REMIT_COUNT(events));
    put_list(&w, "label", &label, 1);
    remit_jw_end(&w);
    remit_uri_put(path, remit_buf_view(&filter), false);
}

int agent_engine_events(struct agent_engine *engine, struct remit_str label, int64_t since_at,
                        agent_engine_hear *hear, void *self, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(PATH_MAX_BYTES);
    struct agent_lines lines;
    struct agent_engine_call call = {
        .method = "GET",
        .timeout_ms = STREAM_LIMIT_MS,
        .on_bytes = events_bytes,
        .self = &lines,
    };
    int result = 0;

    remit_buf_put_fmt(&path, "/events?since=%lld&filters=", (long long)since_at);
    put_filter(&path, label);
    call.path = remit_buf_cstr(&path);
    agent_lines_init(&lines, hear, self);
    result = agent_engine_ask(engine, &call, NULL, err);
    agent_lines_drop(&lines);
    if (result != 0)
        return -1;
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "EngineAway", "the Engine ended its events");
}
