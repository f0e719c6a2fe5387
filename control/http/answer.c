#include "control/http/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/encode.h"
#include "common/os/clock.h"

static bool is_xml(const struct control_answer *a)
{
    return a->operation->service->protocol == CONTROL_QUERY;
}

static bool xml_allows(unsigned char c)
{
    return c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
}

void control_xml_escape(struct remit_buf *out, struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c == '&')
            remit_buf_put_cstr(out, "&amp;");
        else if (c == '<')
            remit_buf_put_cstr(out, "&lt;");
        else if (c == '>')
            remit_buf_put_cstr(out, "&gt;");
        else if (c == '"')
            remit_buf_put_cstr(out, "&quot;");
        else if (c == '\r')
            remit_buf_put_cstr(out, "&#xD;"); /* else a reader makes it a line feed */
        else if (!xml_allows(c))
            remit_buf_put_cstr(out, "\xef\xbf\xbd");
        else
            remit_buf_put_byte(out, (char)c);
    }
}

void control_answer_begin(struct control_answer *a, const struct control_operation *operation,
                          const char *request_id, struct remit_buf *out)
{
    *a = (struct control_answer){
        .operation = operation, .request_id = request_id, .out = out, .json = REMIT_JW(out)
    };
    if (!is_xml(a)) {
        remit_jw_object(&a->json);
        return;
    }
    remit_buf_put_fmt(out, "<%sResponse xmlns=\"%s\">", operation->name, operation->service->xmlns);
}

/* The result element is opened by the first put: an operation without output has none. */
static void open_result(struct control_answer *a)
{
    if (!a->any && is_xml(a))
        remit_buf_put_fmt(a->out, "<%sResult>", a->operation->name);
    a->any = true;
}

int control_answer_finish(struct control_answer *a, struct remit_err *err)
{
    if (a->broken || a->depth != 0)
        return remit_fail(err, REMIT_ERR_INTERNAL, "InternalFailure",
                          "%s: an answer nested wrongly", a->operation->name);
    if (!is_xml(a)) {
        remit_jw_end(&a->json);
        return remit_buf_check(a->out, "the answer", err);
    }
    if (a->any)
        remit_buf_put_fmt(a->out, "</%sResult>", a->operation->name);
    remit_buf_put_fmt(a->out,
                      "<ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%sResponse>",
                      a->request_id, a->operation->name);
    return remit_buf_check(a->out, "the answer", err);
}

static enum control_nest nest_of(const struct control_answer *a)
{
    return a->depth == 0 ? CONTROL_NEST_STRUCTURE : a->level[a->depth - 1].nest;
}

/* What stands before a value: a key, or an opening tag. */
static void before(struct control_answer *a, const char *name)
{
    open_result(a);
    if (!is_xml(a)) {
        if (nest_of(a) != CONTROL_NEST_LIST)
            remit_jw_key(&a->json, name != NULL ? name : "");
    } else if (nest_of(a) == CONTROL_NEST_LIST) {
        remit_buf_put_cstr(a->out, "<member>");
    } else if (nest_of(a) == CONTROL_NEST_MAP) {
        remit_buf_put_cstr(a->out, "<entry><key>");
        control_xml_escape(a->out, remit_str_of(name));
        remit_buf_put_cstr(a->out, "</key><value>");
    } else {
        remit_buf_put_fmt(a->out, "<%s>", name);
    }
}

static void after(struct control_answer *a, const char *name)
{
    if (!is_xml(a))
        return;
    if (nest_of(a) == CONTROL_NEST_LIST)
        remit_buf_put_cstr(a->out, "</member>");
    else if (nest_of(a) == CONTROL_NEST_MAP)
        remit_buf_put_cstr(a->out, "</value></entry>");
    else
        remit_buf_put_fmt(a->out, "</%s>", name);
}

void control_put_str(struct control_call *call, const char *name, struct remit_str value)
{
    struct control_answer *a = call->answer;

    before(a, name);
    if (is_xml(a))
        control_xml_escape(a->out, value);
    else
        remit_jw_str(&a->json, value);
    after(a, name);
}

void control_put_cstr(struct control_call *call, const char *name, const char *value)
{
    control_put_str(call, name, remit_str_of(value));
}

void control_put_fmt(struct control_call *call, const char *name, const char *fmt, ...)
{
    struct remit_buf text = REMIT_BUF(CONTROL_STRING_MAX);
    va_list ap;

    va_start(ap, fmt);
    remit_buf_put_vfmt(&text, fmt, ap);
    va_end(ap);
    if (!remit_buf_ok(&text))
        call->answer->broken = true;
    control_put_str(call, name, remit_buf_view(&text));
    remit_buf_drop(&text);
}

void control_put_int(struct control_call *call, const char *name, int64_t value)
{
    struct control_answer *a = call->answer;

    before(a, name);
    if (is_xml(a))
        remit_buf_put_fmt(a->out, "%lld", (long long)value);
    else
        remit_jw_int(&a->json, value);
    after(a, name);
}

void control_put_bool(struct control_call *call, const char *name, bool value)
{
    struct control_answer *a = call->answer;

    before(a, name);
    if (is_xml(a))
        remit_buf_put_cstr(a->out, value ? "true" : "false");
    else
        remit_jw_bool(&a->json, value);
    after(a, name);
}

void control_put_time(struct control_call *call, const char *name, double at)
{
    struct control_answer *a = call->answer;
    char text[REMIT_TIME_TEXT];

    before(a, name);
    if (is_xml(a))
        remit_buf_put_cstr(a->out, remit_time_iso((int64_t)at, text));
    else
        remit_jw_real(&a->json, at);
    after(a, name);
}

void control_put_blob(struct control_call *call, const char *name, struct remit_str bytes)
{
    struct control_answer *a = call->answer;

    before(a, name);
    if (is_xml(a)) {
        remit_base64_put(a->out, bytes);
    } else {
        struct remit_buf text = REMIT_BUF_SECRET(CONTROL_BODY_MAX);

        remit_base64_put(&text, bytes);
        a->broken = a->broken || !remit_buf_ok(&text);
        remit_jw_str(&a->json, remit_buf_view(&text));
        remit_buf_drop(&text);
    }
    after(a, name);
}

static void begin(struct control_call *call, const char *name, enum control_nest nest)
{
    struct control_answer *a = call->answer;

    if (a->depth == CONTROL_ANSWER_DEPTH) {
        a->broken = true;
        return;
    }
    before(a, name);
    a->level[a->depth].nest = nest;
    (void)snprintf(a->level[a->depth].name, sizeof(a->level[0].name), "%s",
                   name != NULL ? name : "");
    a->depth++;
    if (is_xml(a))
        return;
    if (nest == CONTROL_NEST_LIST)
        remit_jw_array(&a->json);
    else
        remit_jw_object(&a->json);
}

void control_begin_structure(struct control_call *call, const char *name)
{
    begin(call, name, CONTROL_NEST_STRUCTURE);
}

void control_begin_list(struct control_call *call, const char *name)
{
    begin(call, name, CONTROL_NEST_LIST);
}

void control_begin_map(struct control_call *call, const char *name)
{
    begin(call, name, CONTROL_NEST_MAP);
}

void control_end(struct control_call *call)
{
    struct control_answer *a = call->answer;

    if (a->depth == 0 || a->broken) {
        a->broken = true;
        return;
    }
    a->depth--;
    if (is_xml(a))
        after(a, a->level[a->depth].name);
    else
        remit_jw_end(&a->json);
}

static void put_members(struct control_call *call, const struct remit_json *object)
{
    for (void *m = remit_json_first(object); m != NULL; m = remit_json_next(object, m)) {
        struct remit_str key = remit_arena_str(call->arena, remit_json_key(m));

        if (key.ptr == NULL)
            call->answer->broken = true;
        else
            control_put_json(call, key.ptr, remit_json_value(m));
    }
}

/* Query alone walks the tree; JSON copies it. Depth is bounded by the parser that made the tree. */
static void put_tree(struct control_call *call, const char *name, const struct remit_json *value)
{
    switch (remit_json_type(value)) {
    case REMIT_JSON_OBJECT:
        control_begin_structure(call, name);
        put_members(call, value);
        control_end(call);
        break;
    case REMIT_JSON_ARRAY:
        control_begin_list(call, name);
        for (size_t i = 0; i < remit_json_count(value); i++)
            control_put_json(call, NULL, remit_json_at(value, i));
        control_end(call);
        break;
    case REMIT_JSON_BOOL:
        control_put_bool(call, name, remit_json_true(value));
        break;
    case REMIT_JSON_INT:
        control_put_int(call, name, remit_json_int(value));
        break;
    case REMIT_JSON_REAL:
        control_put_fmt(call, name, "%.3f", remit_json_real(value));
        break;
    case REMIT_JSON_STRING:
        control_put_str(call, name, remit_json_str(value));
        break;
    case REMIT_JSON_NULL:
    case REMIT_JSON_NONE:
        break;
    }
}

void control_put_json(struct control_call *call, const char *name, const struct remit_json *value)
{
    struct control_answer *a = call->answer;

    if (remit_json_type(value) == REMIT_JSON_NONE)
        return;
    if (is_xml(a)) {
        put_tree(call, name, value);
        return;
    }
    before(a, name);
    remit_jw_json(&a->json, value);
}

void control_put_raw(struct control_call *call, const char *name, struct remit_str json_text)
{
    struct control_answer *a = call->answer;

    if (is_xml(a)) {
        a->broken = true;
        return;
    }
    before(a, name);
    remit_jw_raw(&a->json, json_text);
}
