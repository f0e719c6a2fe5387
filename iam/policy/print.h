/*
 * print.h - writing into a caller's room as snprintf does: cut at its end, counted past it.
 */
#pragma once

#include <remit/attr.h>
#include <remit/str.h>

struct remit_printer {
    char *out;
    size_t size;
    size_t len; /* what would have been written */
};

void remit_print(struct remit_printer *p, const char *fmt, ...) REMIT_PRINTF(2, 3);
void remit_print_byte(struct remit_printer *p, char byte);
/* In quotes, as a JSON string. */
void remit_print_json(struct remit_printer *p, struct remit_str text);
/* The same; of a long text only the front. */
void remit_print_quoted(struct remit_printer *p, struct remit_str text);
/* As the text of a pattern that matches this text: ${*} for '*' and so on (section 12). */
void remit_print_literal(struct remit_printer *p, struct remit_str text);
