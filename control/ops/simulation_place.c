#include <remit/document.h>

#include "control/ops/simulation.h"

/* On the way through a document: the byte at hand, and its line and column in characters. */
struct cursor {
    struct remit_str text;
    size_t at;
    struct simulation_position position;
};

static void advance(struct cursor *c)
{
    unsigned char byte = (unsigned char)c->text.ptr[c->at++];

    if (byte == '\n') {
        c->position.line++;
        c->position.column = 1;
    } else if ((byte & 0xc0) != 0x80) {
        c->position.column++; /* the first byte of a character */
    }
}

/* Over one byte, or a whole string. */
static void step(struct cursor *c)
{
    bool string = c->text.ptr[c->at] == '"';

    advance(c);
    for (; string && c->at < c->text.len && c->text.ptr[c->at] != '"'; advance(c))
        if (c->text.ptr[c->at] == '\\')
            advance(c);
    if (string && c->at < c->text.len)
        advance(c);
}

/* The next object, which is a statement; the cursor is then behind it. */
static void place_next(struct cursor *c, struct simulation_statement *statement)
{
    size_t depth = 0;

    while (c->at < c->text.len && c->text.ptr[c->at] != '{')
        step(c);
    while (c->at < c->text.len) {
        char byte = c->text.ptr[c->at];

        step(c);
        if (byte == '{' && ++depth == 1)
            statement->start = c->position;
        if (byte == '}' && --depth == 0)
            break;
    }
    statement->end = c->position;
}

/* All of a document at once: its text is read but twice, however many they are. */
void simulation_place(struct simulation *s, const struct simulation_document *document)
{
    size_t n = remit_policy_n_statements(document->policy);
    struct simulation_statement *first = &s->statements[document->first];
    struct cursor c = { .text = document->text, .position = { 1, 1 } };
    struct remit_place place = { 0 };

    if (first->start.line != 0)
        return;
    REMIT_REQUIRE(remit_policy_locate(document->text, REMIT_STR("/Statement"), &place, NULL));
    while (c.at < place.offset)
        advance(&c);
    for (size_t i = 0; i < n; i++)
        place_next(&c, &first[i]);
}
