#include "iam/policy/print.h"

#include <stdarg.h>
#include <stdio.h>

#include "iam/policy/unit.h"

#define QUOTED_MOST 256

void remit_print(struct remit_printer *p, const char *fmt, ...)
{
    size_t left = p->len < p->size ? p->size - p->len : 0;
    int len = 0;
    va_list ap;

    va_start(ap, fmt);
    len = vsnprintf(left > 0 ? p->out + p->len : NULL, left, fmt, ap);
    va_end(ap);
    p->len += len > 0 ? (size_t)len : 0;
}

void remit_print_byte(struct remit_printer *p, char byte)
{
    if (p->len + 1 < p->size) {
        p->out[p->len] = byte;
        p->out[p->len + 1] = '\0';
    }
    p->len++;
}

static void print_escaped(struct remit_printer *p, unsigned char c)
{
    if (c == '"' || c == '\\')
        remit_print(p, "\\%c", c);
    else if (c < 0x20 || c == 0x7f)
        remit_print(p, "\\u%04x", c);
    else
        remit_print_byte(p, (char)c);
}

void remit_print_json(struct remit_printer *p, struct remit_str text)
{
    remit_print_byte(p, '"');
    for (size_t i = 0; i < text.len; i++)
        print_escaped(p, (unsigned char)text.ptr[i]);
    remit_print_byte(p, '"');
}

void remit_print_quoted(struct remit_printer *p, struct remit_str text)
{
    remit_print_json(p, remit_str_sub(text, 0, QUOTED_MOST));
    if (text.len > QUOTED_MOST)
        remit_print(p, "… (%zu bytes)", text.len);
}

/* What a policy can't hold is a '?' there: one for each unit. */
static void print_unit(struct remit_printer *p, struct remit_str text, size_t at, size_t len)
{
    unsigned char c = (unsigned char)text.ptr[at];
    uint32_t value = remit_unit_value(text, at);

    if (value == UINT32_MAX || value < 0x20) {
        remit_print_byte(p, '?');
    } else if (c == '*' || c == '?') {
        remit_print(p, "${%c}", c);
    } else if (c == '$' && at + 1 < text.len && text.ptr[at + 1] == '{') {
        remit_print(p, "${$}");
    } else {
        print_escaped(p, c);
        for (size_t i = 1; i < len; i++)
            remit_print_byte(p, text.ptr[at + i]);
    }
}

void remit_print_literal(struct remit_printer *p, struct remit_str text)
{
    size_t len = 0;

    for (size_t at = 0; at < text.len; at += len) {
        len = remit_unit_len(text, at);
        print_unit(p, text, at, len);
    }
}
