#include "cli/policy/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST ((size_t)64 * 1024)

/* Room behind what is there: what was handed out goes away, or the memory grows up to the limit. */
static int make_room(struct cli_lines *l, struct remit_err *err)
{
    size_t cap = l->cap == 0 ? FIRST : l->cap * 2;
    char *bytes = NULL;

    if (l->from > 0) {
        memmove(l->bytes, l->bytes + l->from, l->to - l->from);
        l->to -= l->from;
        l->from = 0;
    }
    if (l->to < l->cap)
        return 0;
    bytes = realloc(l->bytes, cap);
    if (bytes == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory",
                          "no memory for a line of %zu bytes", cap);
    l->bytes = bytes;
    l->cap = cap;
    return 0;
}

static int read_more(struct cli_lines *l, struct remit_err *err)
{
    ssize_t n = 0;

    TRY(make_room(l, err));
    if (l->wait != NULL)
        l->wait(l->wait_self);
    do
        n = read(l->fd, l->bytes + l->to, l->cap - l->to);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return remit_fail_os(err, REMIT_ERR_UNAVAILABLE, errno, "reading line %zu", l->number + 1);
    l->ended = n == 0;
    l->to += (size_t)n;
    return 0;
}

/* The rest of a line that is over the limit; only its newline matters. */
static int pass_over(struct cli_lines *l, struct remit_err *err)
{
    const char *newline = NULL;

    while (newline == NULL && !l->ended) {
        l->from = l->to = 0;
        TRY(read_more(l, err));
        newline = memchr(l->bytes, '\n', l->to);
    }
    l->from = newline != NULL ? (size_t)(newline - l->bytes) + 1 : l->to;
    return 0;
}

int cli_lines_next(struct cli_lines *l, enum cli_line *what, struct remit_str *out,
                   struct remit_err *err)
{
    size_t looked = 0; /* bytes of this line without a newline in them */
    const char *newline = NULL;

    for (;;) {
        size_t len = l->to - l->from;

        newline = len > looked ? memchr(l->bytes + l->from + looked, '\n', len - looked) : NULL;
        if (newline != NULL || l->ended || len > l->most)
            break;
        looked = len;
        TRY(read_more(l, err));
    }
    *what = CLI_LINE_END;
    if (newline == NULL && l->ended && l->from == l->to)
        return 0;
    l->number++;
    *out =
        remit_str_from(l->bytes + l->from,
                       newline != NULL ? (size_t)(newline - l->bytes) - l->from : l->to - l->from);
    *what = out->len > l->most ? CLI_LINE_TOO_LONG : CLI_LINE_READ;
    if (newline == NULL && !l->ended)
        return pass_over(l, err);
    l->from += out->len + (newline != NULL);
    return 0;
}

void cli_lines_drop(struct cli_lines *l)
{
    free(l->bytes);
    l->bytes = NULL;
    l->from = l->to = l->cap = 0;
}
