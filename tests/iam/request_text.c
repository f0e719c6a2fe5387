#include "tests/iam/request_text.h"

static bool is_token(struct remit_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] <= ' ' || name.ptr[i] == 127 || name.ptr[i] == '(' || name.ptr[i] == ',')
            return false;
    return name.len > 0;
}

static bool parse_first_line(struct remit_str line, struct remit_sigv4_request *out)
{
    const struct remit_str version = REMIT_STR(" HTTP/1.1");

    if (!remit_str_ends(line, version) || !remit_str_cut(&line, ' ', &out->method))
        return false;
    line = remit_str_sub(line, 0, line.len - version.len); /* vectors have blanks in the target */
    (void)remit_str_cut(&line, '?', &out->path);
    out->query = line;
    return true;
}

static bool parse_header(struct remit_str line, struct remit_arena *arena, struct request_text *out)
{
    size_t n = out->request.n_headers;

    if (n > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t')) {
        out->headers[n - 1].value =
            remit_arena_fmt(arena, "%.*s %.*s", REMIT_STR_ARG(out->headers[n - 1].value),
                            REMIT_STR_ARG(remit_str_trim(line)));
        return true;
    }
    if (n == REQUEST_TEXT_HEADERS || !remit_str_cut(&line, ':', &out->headers[n].name))
        return false;
    out->headers[n].value = line;
    out->request.n_headers++;
    return is_token(out->headers[n].name);
}

bool request_text_parse(struct remit_str text, struct remit_arena *arena, struct request_text *out)
{
    struct remit_str line;

    *out = (struct request_text){ .request = { .headers = out->headers } };
    if (!remit_str_cut(&text, '\n', &line) || !parse_first_line(line, &out->request))
        return false;
    while (remit_str_cut(&text, '\n', &line) && line.len > 0)
        if (!parse_header(line, arena, out))
            return false;
    if (line.len > 0 && text.len == 0 && !parse_header(line, arena, out))
        return false; /* the last line had no newline */
    out->request.body = text;
    return true;
}
