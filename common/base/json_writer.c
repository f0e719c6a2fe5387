#include "common/base/json.h"

#include <math.h>
#include <stdio.h>

#include "common/base/utf8.h"

static const char *short_escape(char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    default:
        return NULL;
    }
}

static bool escaped_as_hex(unsigned char c, bool html)
{
    return c < 0x20 || c == 0x7f || (html && (c == '<' || c == '>' || c == '&'));
}

void remit_json_escape(struct remit_buf *out, struct remit_str text, bool html)
{
    size_t at = 0;

    while (at < text.len) {
        struct remit_str rest = remit_str_sub(text, at, text.len);
        size_t len = remit_utf8_len(text, at);
        const char *brief = short_escape(rest.ptr[0]);

        if (len == 0) {
            remit_buf_put_cstr(out, "\xef\xbf\xbd");
            len = 1;
        } else if (brief != NULL) {
            remit_buf_put_cstr(out, brief);
        } else if (escaped_as_hex((unsigned char)rest.ptr[0], html)) {
            remit_buf_put_fmt(out, "\\u%04x", (unsigned char)rest.ptr[0]);
        } else {
            remit_buf_put(out, remit_str_sub(rest, 0, len));
        }
        at += len;
    }
}

static uint64_t level(const struct remit_jw *w)
{
    return (uint64_t)1 << (w->depth & 63);
}

/* What stands before a value: a comma, unless it is first or follows its key. */
static void before_value(struct remit_jw *w)
{
    if (w->keyed) {
        w->keyed = false;
        return;
    }
    if (w->depth == 0)
        return;
    if (w->filled & level(w))
        remit_buf_put_byte(w->out, ',');
    w->filled |= level(w);
}

static void open_level(struct remit_jw *w, bool array)
{
    before_value(w);
    REMIT_REQUIRE(w->depth < 63);
    w->depth++;
    w->filled &= ~level(w);
    w->arrays = array ? w->arrays | level(w) : w->arrays & ~level(w);
    remit_buf_put_byte(w->out, array ? '[' : '{');
}

void remit_jw_object(struct remit_jw *w)
{
    open_level(w, false);
}

void remit_jw_array(struct remit_jw *w)
{
    open_level(w, true);
}

void remit_jw_end(struct remit_jw *w)
{
    REMIT_REQUIRE(w->depth > 0 && !w->keyed);
    remit_buf_put_byte(w->out, w->arrays & level(w) ? ']' : '}');
    w->depth--;
}

void remit_jw_key_str(struct remit_jw *w, struct remit_str key)
{
    REMIT_REQUIRE(w->depth > 0 && !(w->arrays & level(w)) && !w->keyed);
    before_value(w);
    remit_buf_put_byte(w->out, '"');
    remit_json_escape(w->out, key, w->html);
    remit_buf_put_cstr(w->out, "\":");
    w->keyed = true;
}

void remit_jw_key(struct remit_jw *w, const char *key)
{
    remit_jw_key_str(w, remit_str_of(key));
}

void remit_jw_str(struct remit_jw *w, struct remit_str value)
{
    before_value(w);
    remit_buf_put_byte(w->out, '"');
    remit_json_escape(w->out, value, w->html);
    remit_buf_put_byte(w->out, '"');
}

void remit_jw_cstr(struct remit_jw *w, const char *value)
{
    if (value == NULL)
        remit_jw_null(w);
    else
        remit_jw_str(w, remit_str_of(value));
}

void remit_jw_fmt(struct remit_jw *w, const char *fmt, ...)
{
    struct remit_buf text = REMIT_BUF(65536);
    va_list ap;

    va_start(ap, fmt);
    remit_buf_put_vfmt(&text, fmt, ap);
    va_end(ap);
    if (!remit_buf_ok(&text))
        w->out->failed = true;
    remit_jw_str(w, remit_buf_view(&text));
    remit_buf_drop(&text);
}

void remit_jw_int(struct remit_jw *w, int64_t value)
{
    before_value(w);
    remit_buf_put_fmt(w->out, "%lld", (long long)value);
}

void remit_jw_real(struct remit_jw *w, double value)
{
    before_value(w);
    if (!isfinite(value))
        remit_buf_put_cstr(w->out, "null");
    else
        remit_buf_put_fmt(w->out, "%.3f", value);
}

void remit_jw_bool(struct remit_jw *w, bool value)
{
    before_value(w);
    remit_buf_put_cstr(w->out, value ? "true" : "false");
}

void remit_jw_null(struct remit_jw *w)
{
    before_value(w);
    remit_buf_put_cstr(w->out, "null");
}

void remit_jw_json(struct remit_jw *w, const struct remit_json *value)
{
    before_value(w);
    remit_json_dump(value, w->out);
}

void remit_jw_raw(struct remit_jw *w, struct remit_str json_text)
{
    before_value(w);
    remit_buf_put(w->out, json_text);
}

void remit_jw_put_str(struct remit_jw *w, const char *key, struct remit_str value)
{
    remit_jw_key(w, key);
    remit_jw_str(w, value);
}

void remit_jw_put_cstr(struct remit_jw *w, const char *key, const char *value)
{
    remit_jw_key(w, key);
    remit_jw_cstr(w, value);
}

void remit_jw_put_int(struct remit_jw *w, const char *key, int64_t value)
{
    remit_jw_key(w, key);
    remit_jw_int(w, value);
}

void remit_jw_put_bool(struct remit_jw *w, const char *key, bool value)
{
    remit_jw_key(w, key);
    remit_jw_bool(w, value);
}
