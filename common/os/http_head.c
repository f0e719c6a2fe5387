#include "common/os/http_internal.h"

#define MALFORMED "MalformedRequest"

static int malformed(struct remit_err *err, const char *what)
{
    return remit_fail(err, REMIT_ERR_INVALID, MALFORMED, "malformed request: %s", what);
}

/* [rfc9110 5.6.2] a token's characters. */
static bool is_token_byte(unsigned char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
        return true;
    return c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static bool is_token(struct remit_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_token_byte((unsigned char)s.ptr[i]))
            return false;
    return s.len > 0;
}

/* [rfc9112 3.2.1] origin-form alone: nobody is a proxy here. No byte that must be encoded. */
static bool is_target(struct remit_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c <= ' ' || c >= 0x7f || c == '#' || c == '"' || c == '<' || c == '>' || c == '\\')
            return false;
    }
    return s.len > 0 && s.ptr[0] == '/';
}

/* [rfc9110 5.5] visible bytes, blanks and obs-text; no control byte. */
static bool is_field_value(struct remit_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static int check_request_line(const struct remit_http_layout *layout, struct remit_err *err)
{
    struct remit_str method = remit_str_of(layout->method);
    struct remit_str version = remit_str_of(layout->version);

    if (!is_token(method) || method.len > 32)
        return malformed(err, "its method");
    if (layout->target != layout->method + method.len + 1 || !is_target(layout->target_copy))
        return malformed(err, "its target");
    if (layout->version != layout->target + layout->target_copy.len + 1)
        return malformed(err, "blanks in its first line");
    if (!remit_str_equal(version, REMIT_STR("HTTP/1.1")) &&
        !remit_str_equal(version, REMIT_STR("HTTP/1.0")))
        return malformed(err, "its version");
    return 0;
}

/* The colon became a NUL; blanks before the value are still there. */
static bool value_follows(const struct remit_http_header *header)
{
    const char *at = header->name.ptr + header->name.len + 1;

    if (header->value.ptr < at || header->value.ptr - at > 256)
        return false;
    for (; at < header->value.ptr; at++)
        if (*at != ' ' && *at != '\t')
            return false;
    return true;
}

/* What was CR LF, and only that, is two NULs now. */
static bool was_line_end(const char *at)
{
    return at[0] == '\0' && at[1] == '\0';
}

/* Walks the lines from `at`, behind the first line's CR LF, to the end of the last one. */
static int check_lines(const char **at, struct remit_http_header *headers, size_t n_headers,
                       struct remit_err *err)
{
    for (size_t i = 0; i < n_headers; i++) {
        struct remit_http_header *header = &headers[i];

        if (header->name.ptr != *at || header->value.ptr == NULL || !value_follows(header))
            return malformed(err, "a header line's layout");
        if (!is_token(header->name))
            return malformed(err, "a header's name");
        if (!is_field_value(header->value))
            return malformed(err, "a header's value");
        *at = header->value.ptr + header->value.len + 2;
        if (i + 1 < n_headers && headers[i + 1].name.ptr == *at && !was_line_end(*at - 2))
            return malformed(err, "a line's end");
        header->value = remit_str_trim(header->value);
    }
    return 0;
}

/* [rfc9112 6.1, 6.3] one length, in digits, and no transfer coding: none of our clients sends it.
 */
static int check_length(struct remit_str value, uint64_t *out, struct remit_err *err)
{
    unsigned long long bytes = 0;

    if (!remit_str_to_u64(value, INT64_MAX, &bytes))
        return malformed(err, "its Content-Length");
    *out = bytes;
    return 0;
}

static int check_framing(const struct remit_http_header *headers, size_t n_headers, bool one_one,
                         uint64_t *body_bytes, struct remit_err *err)
{
    size_t hosts = 0;
    size_t lengths = 0;

    *body_bytes = 0;
    for (size_t i = 0; i < n_headers; i++) {
        struct remit_str name = headers[i].name;

        if (remit_str_equal_nocase(name, REMIT_STR("transfer-encoding")))
            return malformed(err, "Transfer-Encoding is not taken, send a Content-Length");
        hosts += remit_str_equal_nocase(name, REMIT_STR("host"));
        if (!remit_str_equal_nocase(name, REMIT_STR("content-length")))
            continue;
        if (lengths++ > 0)
            return malformed(err, "more than one Content-Length");
        TRY(check_length(headers[i].value, body_bytes, err));
    }
    if (hosts > 1 || (one_one && hosts == 0)) /* [rfc9112 3.2] */
        return malformed(err, "it needs one Host");
    return 0;
}

int remit_http_head_check(const struct remit_http_layout *layout, struct remit_http_header *headers,
                          size_t n_headers, uint64_t *body_bytes, struct remit_err *err)
{
    const char *at = NULL;

    if (layout->target == NULL || layout->version == NULL || layout->version[0] == '\0')
        return malformed(err, "its first line");
    TRY(check_request_line(layout, err));
    at = layout->version + strlen(layout->version) + 2;
    if (n_headers > 0 && headers[0].name.ptr == at && !was_line_end(at - 2))
        return malformed(err, "the first line's end");
    TRY(check_lines(&at, headers, n_headers, err));
    if (at + 2 != layout->method + layout->head_bytes || !was_line_end(at - 2) || !was_line_end(at))
        return malformed(err, "a line's end");
    return check_framing(headers, n_headers, layout->version[7] == '1', body_bytes, err);
}
