#include <stdio.h>

#include "control/ops/simulation.h"

/* Offset of a place whose column counts bytes. */
static size_t offset_of(struct remit_str text, size_t line, size_t column)
{
    size_t at = 0;

    for (; line > 1 && at < text.len; at++)
        line -= text.ptr[at] == '\n';
    return at + column - 1;
}

static struct simulation_position position_of(struct remit_str text, size_t offset)
{
    struct simulation_position p = { 1, 1 };

    for (size_t i = 0; i < offset && i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            p.line++;
            p.column = 1;
        } else if (((unsigned char)text.ptr[i] & 0xc0) != 0x80) {
            p.column++; /* the first byte of a character */
        }
    }
    return p;
}

/* Offset behind the brace that closes the object which opens at `at`. */
static size_t end_of_object(struct remit_str text, size_t at)
{
    bool quoted = false;
    size_t depth = 0;

    for (; at < text.len; at++) {
        char c = text.ptr[at];

        if (quoted && c == '\\')
            at++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '{')
            depth++;
        else if (!quoted && c == '}' && --depth == 0)
            return at + 1;
    }
    return text.len;
}

void simulation_place(struct simulation_statement *s)
{
    bool list = remit_json_type(remit_json_get(s->document->tree, "Statement")) == REMIT_JSON_ARRAY;
    struct remit_str text = s->document->text;
    char pointer[64] = "/Statement";
    size_t line = 0;
    size_t column = 0;
    size_t at = 0;

    if (s->placed)
        return;
    if (list)
        (void)snprintf(pointer, sizeof(pointer), "/Statement/%zu", s->index);
    REMIT_REQUIRE(remit_json_locate(text, remit_str_of(pointer), &line, &column));
    at = offset_of(text, line, column);
    s->start = position_of(text, at + 1);
    s->end = position_of(text, end_of_object(text, at));
    s->placed = true;
}
