/*
 * The bytes are cut up in place as libmicrohttpd 0.9.75 does it, kindly; what the check then takes
 * must be exactly one strict request: its pieces put together again are the bytes that came.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/os/http_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD_MAX 8192

struct lines {
    char *at;
    char *end;
};

/* The next line, NUL-terminated where its end was; NULL when there is none. */
static char *next_line(struct lines *lines)
{
    char *line = lines->at;
    char *lf = memchr(line, '\n', (size_t)(lines->end - line));

    if (lf == NULL)
        return NULL;
    if (lf > line && lf[-1] == '\r')
        lf[-1] = '\0';
    *lf = '\0';
    lines->at = lf + 1;
    return line;
}

/* Spaces around the target are skipped, and it may have some inside. */
static bool cut_first_line(char *line, struct remit_http_layout *out)
{
    char *end = line + strlen(line);
    char *version = end;

    out->method = line;
    line = strchr(line, ' ');
    if (line == NULL)
        return false;
    *line++ = '\0';
    while (*line == ' ')
        line++;
    while (version > line && version[-1] == ' ')
        version--;
    while (version > line && version[-1] != ' ')
        version--;
    if (version <= line)
        return false;
    version[-1] = '\0';
    out->target = line;
    out->target_copy = remit_str_of(line);
    out->version = version;
    return true;
}

static bool cut_header(char *line, struct remit_http_header *out)
{
    char *colon = strchr(line, ':');

    if (colon == NULL)
        return false;
    *colon++ = '\0';
    while (*colon == ' ' || *colon == '\t')
        colon++;
    *out = (struct remit_http_header){ remit_str_of(line), remit_str_of(colon) };
    return true;
}

static bool cut(char *bytes, size_t len, struct remit_http_layout *layout,
                struct remit_http_header *headers, size_t *n)
{
    struct lines lines = { bytes, bytes + len };
    char *line = next_line(&lines);

    *n = 0;
    if (line == NULL || !cut_first_line(line, layout))
        return false;
    for (;;) {
        line = next_line(&lines);
        if (line == NULL)
            return false;
        if (line[0] == '\0')
            break;
        if (*n == REMIT_HTTP_HEADERS_MAX || !cut_header(line, &headers[(*n)++]))
            return false;
    }
    layout->head_bytes = (size_t)(lines.at - layout->method);
    return true;
}

/* NULs and bare LFs together can make up for each other: http_internal.h says so. */
static bool is_known_exception(const uint8_t *data, size_t size)
{
    bool bare = false;

    for (size_t i = 0; i < size; i++)
        bare = bare || (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'));
    return bare && memchr(data, '\0', size) != NULL;
}

/* Lines end in CR LF alone, no line is folded, and no other byte is a control byte. */
static void require_strict(const uint8_t *data, size_t len)
{
    if (len < 4 || memcmp(data + len - 4, "\r\n\r\n", 4) != 0)
        abort();
    for (size_t i = 0; i < len; i++) {
        bool line_end = (data[i] == '\r' && i + 1 < len && data[i + 1] == '\n') ||
                        (data[i] == '\n' && i > 0 && data[i - 1] == '\r');

        if (data[i] < ' ' && data[i] != '\t' && !line_end)
            abort();
        if (i > 0 && data[i - 1] == '\n' && (data[i] == ' ' || data[i] == '\t'))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct remit_http_header headers[REMIT_HTTP_HEADERS_MAX];
    struct remit_http_layout layout = { 0 };
    uint64_t body = 0;
    size_t n = 0;
    char *bytes = NULL;

    if (size == 0 || size > HEAD_MAX || is_known_exception(data, size))
        return 0;
    bytes = malloc(size + 1);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data, size);
    bytes[size] = '\0';
    if (cut(bytes, size, &layout, headers, &n) &&
        remit_http_head_check(&layout, headers, n, &body, NULL) == 0)
        require_strict(data, layout.head_bytes);
    free(bytes);
    return 0;
}
