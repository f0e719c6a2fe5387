#include <remit/document.h>

#include "common/base/json_scan.h"

static void place_of(struct remit_str document, struct remit_str span, struct remit_place *out)
{
    *out = (struct remit_place){ 0 };
    if (span.len == 0)
        return;
    out->offset = (size_t)(span.ptr - document.ptr);
    out->len = span.len;
    remit_json_line_column(document, out->offset, &out->line, &out->column);
}

bool remit_policy_locate(struct remit_str document, struct remit_str pointer,
                         struct remit_place *value, struct remit_place *key)
{
    struct remit_str found = { 0 };
    struct remit_str name = { 0 };

    if (!remit_json_find(document, pointer, &found, &name))
        return false;
    if (value != NULL)
        place_of(document, found, value);
    if (key != NULL)
        place_of(document, name, key);
    return true;
}

void remit_policy_line_column(struct remit_str document, size_t offset, size_t *line,
                              size_t *column)
{
    remit_json_line_column(document, offset, line, column);
}
